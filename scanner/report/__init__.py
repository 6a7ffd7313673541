"""Renderings of one run; no verdict is made here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from scanner.check import Check
from scanner.model import RunResult
from scanner.profile.model import Profile

Exporter = Callable[[RunResult, Profile, Mapping[str, Check]], bytes]

_MODULES: Mapping[str, str] = {"html": "html", "json": "document", "csv": "table"}
"""Format -> the module of this folder with its `render`; imported when asked for."""


def render(format_: str, result: RunResult, profile: Profile, checks: Mapping[str, Check]) -> bytes:
    """The run in one format, ready to be written. Raises KeyError for a format there is not."""
    exporter: Exporter = import_module(f"scanner.report.{_MODULES[format_]}").render
    return exporter(result, profile, checks)
