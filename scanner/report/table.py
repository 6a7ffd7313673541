"""The findings as CSV, one row each, for a spreadsheet: with blank columns for owner and due date.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, which spreadsheets show as text.
Control and direction marks are shown as escapes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from scanner.check import Check
from scanner.model import Finding, RunResult, TargetResult
from scanner.profile.model import Profile
from scanner.text import spreadsheet_cell

COLUMNS = (
    "requirements",
    "status",
    "target",
    "address",
    "check",
    "title",
    "severity",
    "observed",
    "expected",
    "reason",
    "to judge",
    "note",
    "remediation",
    "role",
    "read at (UTC)",
    "evidence SHA-256",
    "run",
    "owner",
    "due",
)
_LONGEST = 30_000
"""Characters of one cell: spreadsheets cut, some without a word, at 32,767."""


def render(result: RunResult, profile: Profile, checks: Mapping[str, Check]) -> bytes:
    """UTF-8 with a byte-order mark, because spreadsheets take CSV for the local code page without one."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    targets = {target.name: target for target in result.targets}
    for finding in result.findings:
        row = _row(finding, targets[finding.target], checks.get(finding.check), result.run.id)
        writer.writerow([spreadsheet_cell(cell, _LONGEST) for cell in row])
    return out.getvalue().encode("utf-8-sig", "backslashreplace")


def _row(finding: Finding, target: TargetResult, check: Check | None, run: str) -> list[str]:
    reason = f"{finding.reason.value}: {finding.detail}" if finding.reason else finding.detail
    return [
        " ".join(finding.requirements),
        finding.status.value,
        finding.target,
        target.address,
        finding.check,
        check.title if check else "",
        check.severity.value if check else "",
        finding.actual,
        finding.expected,
        reason,
        "; ".join([finding.question, *finding.items]) if finding.items else finding.question,
        finding.note,
        check.remediation if check else "",
        target.role or "",
        f"{target.collected_at:%Y-%m-%d %H:%M:%S}" if target.collected_at else "",
        " ".join(finding.evidence),
        run,
        "",
        "",
    ]
