"""Each planned host: reached or not, when and how it was read, what stayed dark, and the digests of its bytes."""

from __future__ import annotations

from collections import Counter

from scanner.model import TargetResult
from scanner.report.view.index import SHORT, Index, bar, how, when
from scanner.report.view.types import HostSection
from scanner.report.view.words import REASONS, STATUS_ORDER, STATUSES, TARGETS, Mark
from scanner.text import plural


def host_section(index: Index, target: TargetResult) -> HostSection:
    """One line of the denominator with everything about its reading."""
    findings = index.by_target[target.name].values()
    counts = Counter(finding.status for finding in findings)
    evidence = dict.fromkeys(digest for finding in findings for digest in finding.evidence)
    return HostSection(
        anchor=index.anchors[target.name],
        name=target.name,
        address=target.address,
        role=target.role or "",
        tags=", ".join(target.tags),
        os=target.os or target.platform,
        hardware=target.hardware,
        mark=TARGETS[target.state],
        reason=reason(target),
        at=when(target),
        how=how(target),
        pace=f"{target.duration_s:.1f} s, {plural(target.round_trips, 'round trip')}" if target.reached else "",
        identity=f"host key {key}" if (key := target.host_key).startswith("SHA256:") else key,
        unread=target.unread,
        notes=target.notes,
        counts=bar((STATUSES[status], counts[status]) for status in STATUS_ORDER),
        checks=tuple(_line(index, finding.check, STATUSES[finding.status], finding.evidence) for finding in findings),
        evidence=tuple(evidence),
    )


def _line(index: Index, check: str, mark: Mark, evidence: tuple[str, ...]) -> tuple[str, Mark, str]:
    return index.title(check), mark, " ".join(digest[:SHORT] for digest in evidence)


def reason(target: TargetResult) -> str:
    """Why a host was not, or not fully, read."""
    words = REASONS[target.reason] if target.reason else ""
    return ": ".join(part for part in (words, target.detail) if part)
