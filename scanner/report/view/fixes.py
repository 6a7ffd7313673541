"""The fixes that close most gaps over all hosts. A gap is one requirement not met on one host.

What is critical comes first whatever its number: an account without a password on one host must not stand behind ten
settings that are missing on all.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from scanner.model import Level, Severity, Status
from scanner.report.view.index import Index, bar
from scanner.report.view.types import Fix, Fixes
from scanner.report.view.words import CELLS, LEVELS, SEVERITIES
from scanner.text import plural

TOP = 10
_CLOSED, _REST = CELLS["fail"], CELLS["na"]


@dataclass(slots=True)
class _Tally:
    """The gaps one check takes part in; `alone` counts those that nothing else keeps open."""

    gaps: list[tuple[str, str]] = field(default_factory=list)
    alone: int = 0


def gaps(index: Index) -> dict[tuple[str, str], tuple[str, ...]]:
    """(requirement, host) -> the failed checks that decide it; only what is not met."""
    found: dict[tuple[str, str], list[str]] = {}
    for (key, host), kind in index.cells.items():
        if kind != "fail":
            continue
        requirement = index.requirement(index.assessments[key])
        for check in index.checks_of(requirement):
            finding = index.by_target[host].get(check)
            if finding and finding.status is Status.FAIL and check not in requirement.supports:
                found.setdefault((key, host), []).append(check)
    return {gap: tuple(checks) for gap, checks in found.items()}


def fixes(index: Index, top: int = TOP) -> Fixes:
    """The best `top` fixes, critical ones and gaps of a Must first."""
    open_ = gaps(index)
    tallies: dict[str, _Tally] = {}
    for gap, checks in open_.items():
        for check in checks:
            tally = tallies.setdefault(check, _Tally())
            tally.gaps.append(gap)
            tally.alone += len(checks) == 1
    ranked = sorted(tallies.items(), key=lambda item: _rank(index, *item))
    most = max((len(tally.gaps) for tally in tallies.values()), default=0)
    shown = (_fix(index, rank, check, tally, most) for rank, (check, tally) in enumerate(ranked[:top], 1))
    return Fixes(best=tuple(shown), gaps=len(open_), known=len(ranked))


def _musts(index: Index, tally: _Tally) -> int:
    return sum(index.assessments[key].level is Level.MUST for key, _ in tally.gaps)


def _rank(index: Index, check: str, tally: _Tally) -> tuple[bool, int, int, int, int, str]:
    known = index.checks.get(check)
    severity = SEVERITIES[known.severity] if known else len(SEVERITIES)
    bearable = known is None or known.severity is not Severity.CRITICAL
    return bearable, -_musts(index, tally), -len(tally.gaps), -tally.alone, severity, check


def _fix(index: Index, rank: int, check: str, tally: _Tally, most: int) -> Fix:
    known = index.checks.get(check)
    per = Counter(key for key, _ in tally.gaps)
    must = _musts(index, tally)
    return Fix(
        rank=rank,
        check=check,
        title=index.title(check),
        severity=known.severity.value if known else "",
        remediation=known.remediation if known else "",
        hosts=index.hosts(dict.fromkeys(host for _, host in tally.gaps)),
        requirements=tuple((key, LEVELS[index.assessments[key].level], count) for key, count in per.items()),
        must=must,
        should=len(tally.gaps) - must,
        alone=tally.alone,
        bar=bar([(_CLOSED, len(tally.gaps)), (_REST, most - len(tally.gaps))], plural(len(tally.gaps), "gap")),
    )
