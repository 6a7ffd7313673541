"""What the engine says of the recorded machines; run as a module, it writes `expected.yaml` again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from scanner.catalogue import load_checks
from scanner.engine.reassess import from_recordings, reassess
from scanner.engine.selection import select
from scanner.inventory.loader import load_site
from scanner.profile import load_profile

HERE = Path(__file__).resolve().parent
EXPECTED = HERE / "expected.yaml"


def replayed() -> dict[str, Any]:
    """Status and reason per machine and check, state per requirement."""
    checks = load_checks()
    site = load_site(HERE / "site.yaml", checks=checks)
    result = reassess(from_recordings(HERE, site), site, select(load_profile("ctpat", checks=checks), checks))
    findings: dict[str, dict[str, str]] = {}
    for finding in result.findings:
        said = f"{finding.status.value} ({finding.reason.value})" if finding.reason else finding.status.value
        findings.setdefault(finding.target, {})[finding.check] = said
    states = {assessment.requirement: assessment.state.value for assessment in result.assessments}
    return {"findings": findings, "states": states}


if __name__ == "__main__":
    EXPECTED.write_text(yaml.safe_dump(replayed(), sort_keys=True), encoding="utf-8")
