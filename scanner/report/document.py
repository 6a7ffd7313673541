"""The run document as JSON: every finding, every assessment, and the denominator. For programs."""

from __future__ import annotations

import json
from collections.abc import Mapping

from scanner.check import Check
from scanner.document import run_document
from scanner.model import RunResult
from scanner.profile.model import Profile


def render(result: RunResult, profile: Profile, checks: Mapping[str, Check]) -> bytes:
    """UTF-8 JSON as `scanner/schemas/run.schema.json` describes it."""
    text = json.dumps(run_document(result), indent=1, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"
