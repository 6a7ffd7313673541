"""What this report does not know, and why: as long as the rest of it and as plain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.model import State, Status, TargetResult
from scanner.profile.model import Automation
from scanner.report.view.hosts import reason
from scanner.report.view.index import Index
from scanner.report.view.types import Blind, NotChecked, RequirementSection
from scanner.report.view.words import AUDIENCES, REASONS, TARGETS

Cause = tuple[str, str]
"""What was not seen, and why."""


def not_checked(index: Index, sections: Sequence[RequirementSection]) -> NotChecked:
    """The page 'What we did not check'."""
    assessed = [(index.assessments[key], index.requirement(index.assessments[key])) for key in index.assessments]
    asked = [(a, r) for a, r in assessed if a.state is not State.NOT_APPLICABLE]
    owed = [s for s in sections if any(slot.mark.kind in ("paper", "fail") for slot in s.slots)]
    return NotChecked(
        unreached=lost(index),
        unreadable=_unreadable(index),
        not_here=_not_here(index),
        left_out=_left_out(index),
        parts=tuple(
            (r.key, r.title, "; ".join(missing), AUDIENCES[r.audience])
            for _, r in asked
            if (missing := index.not_covered(r))
        ),
        without_check=tuple(
            (r.key, r.title, r.beyond) for _, r in asked if r.automation is not Automation.PAPER and not r.check_ids
        ),
        paper=tuple(s for s in owed if s.paper),
        owed=tuple(s for s in owed if not s.paper),
        excluded=tuple((r.key, r.title, a.reason) for a, r in assessed if a.state is State.NOT_APPLICABLE),
    )


def lost(index: Index) -> tuple[Blind, ...]:
    """Hosts that were planned and not read, by what became of them."""
    away = [target for target in index.result.targets if not target.reached]
    return _grouped(index, ((_fate(target), target.name) for target in away))


def _fate(target: TargetResult) -> Cause:
    return TARGETS[target.state].label, reason(target)


def _grouped(index: Index, seen: Iterable[tuple[Cause, str]]) -> tuple[Blind, ...]:
    """Each cause once with its hosts, the most hosts first."""
    groups: dict[Cause, dict[str, None]] = {}
    for cause, host in seen:
        groups.setdefault(cause, {})[host] = None
    ranked = sorted(groups.items(), key=lambda group: -len(group[1]))
    return tuple(Blind(what=what, why=why, hosts=index.hosts(hosts)) for (what, why), hosts in ranked)


def _unreadable(index: Index) -> tuple[Blind, ...]:
    """What could not be read on hosts that were reached, and every check that stays open because of it."""
    hosts: dict[str, dict[str, None]] = {}
    checks: dict[str, dict[str, None]] = {}
    for finding in index.result.findings:
        if finding.status is Status.UNKNOWN and not index.is_lost(finding):
            why = _why(finding.detail, REASONS[finding.reason] if finding.reason else "")
            hosts.setdefault(why, {})[finding.target] = None
            checks.setdefault(why, {})[index.title(finding.check)] = None
    ranked = sorted(hosts, key=lambda why: -len(hosts[why]))
    return tuple(
        Blind(what=why, why="leaves open: " + "; ".join(checks[why]), hosts=index.hosts(hosts[why])) for why in ranked
    )


def _why(detail: str, words: str) -> str:
    return ": ".join(part for part in (words, detail) if part) or "no reason given"


def _not_here(index: Index) -> tuple[Blind, ...]:
    """Checks that exist and cannot judge this kind of system, or miss what the run would have to be given."""
    found = (
        ((index.title(f.check), f.actual or f.detail or "not checked"), f.target)
        for f in index.result.findings
        if f.status is Status.NOT_CHECKED
    )
    return _grouped(index, found)


def _left_out(index: Index) -> tuple[Blind, ...]:
    """Checks of the criteria pack that this run did not hold."""
    missing = [check for check in index.profile.uses if check not in index.by_check] if index.targets else []
    why = "the run was limited to other checks" if index.same_pack else ""
    return tuple(Blind(what=index.title(check), why=why, hosts=()) for check in missing)
