"""Each requirement: what was observed on which hosts against what is expected, what is missing, how to mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scanner.check import BUILT_IN
from scanner.model import Assessment, Finding, Level, State, Status
from scanner.profile.model import AttestationSlot, Crosswalk, Requirement
from scanner.profile.parameters import show
from scanner.report.view.index import Index, bar, digests, how, read_summary, when
from scanner.report.view.thresholds import thresholds_of
from scanner.report.view.types import Bar, CheckSection, Observation, Reading, RequirementSection, Slot
from scanner.report.view.words import (
    AUDIENCES,
    CELLS,
    CROSSWALK,
    LEVELS,
    REASONS,
    STATES,
    STATUS_ORDER,
    STATUSES,
    Mark,
    days,
    origin_of,
)
from scanner.text import plural

_SETTLED = frozenset({Status.PASS, Status.NOT_APPLICABLE})
_NOT_SEEN = frozenset({Status.UNKNOWN, Status.NOT_CHECKED})


def sections(index: Index) -> tuple[RequirementSection, ...]:
    """Everything about each requirement, in the order of the pack."""
    first: dict[str, str] = {}
    found = []
    for assessment in index.result.assessments:
        found.append(_section(index, assessment, first))
        for check in found[-1].open:
            first.setdefault(check.id, found[-1].key)
    return tuple(found)


def _section(index: Index, assessment: Assessment, first: Mapping[str, str]) -> RequirementSection:
    """Everything about one requirement; `first` names where its open checks stood before."""
    requirement = index.requirement(assessment)
    checks = [
        check_section(index, check, supports=check in requirement.supports, shown_at=first.get(check, ""))
        for check in index.checks_of(requirement)
    ]
    return RequirementSection(
        anchor=anchor_of(requirement.key),
        key=requirement.key,
        title=requirement.title,
        text=requirement.text,
        level=LEVELS[assessment.level],
        audience=AUDIENCES[requirement.audience],
        mark=state_mark(assessment),
        reason=assessment.reason,
        technical=STATES[assessment.technical] if assessment.technical else None,
        people=STATES[assessment.people] if assessment.people else None,
        evidences=requirement.evidences,
        beyond=requirement.beyond,
        condition=requirement.condition.question if requirement.condition else "",
        hosts=_hosts(index, requirement.key),
        open=tuple(check for check in checks if not check.is_settled and not check.judges_nothing),
        settled=tuple(check for check in checks if check.is_settled),
        unjudged=tuple(check for check in checks if check.judges_nothing),
        unseen=_unseen(index, requirement),
        unread=_causes(index, requirement, Status.UNKNOWN),
        not_here=_causes(index, requirement, Status.NOT_CHECKED),
        slots=tuple(_slot(index, slot, assessment) for slot in requirement.attestations),
        records=tuple(_record(record) for record in assessment.attestations),
        waivers=tuple(_record(record) for record in assessment.waivers),
        crosswalk=_crosswalk(requirement.crosswalk),
    )


def anchor_of(key: str) -> str:
    """A requirement's place in the page; a key holds letters, digits, dots and hyphens only."""
    return f"r{key}"


def state_mark(assessment: Assessment) -> Mark:
    """The state; a Should that is not met is a recommendation, never a violation."""
    mark = STATES[assessment.state]
    if assessment.level is Level.SHOULD and mark.kind == "fail":
        return Mark("warn", f"{mark.label} (recommendation)")
    return mark


def _hosts(index: Index, key: str) -> Bar | None:
    kinds = Counter(index.cells[key, name] for name in index.targets if (key, name) in index.cells)
    return bar((mark, kinds[kind]) for kind, mark in CELLS.items()) if kinds else None


# --- Checks and observations -----------------------------------------------------------------------------


def check_section(index: Index, check: str, *, supports: bool = False, shown_at: str = "") -> CheckSection:
    """One check with its observations, worst first."""
    known = index.checks.get(check)
    findings = index.by_check.get(check, ())
    seen = index.seen(check)
    use = index.profile.uses.get(check)
    sources = [index.profile.sources[key] for key in (use.sources if use else ())]
    return CheckSection(
        id=check,
        title=index.title(check),
        severity=known.severity.value if known else "",
        supports=supports,
        mark=_worst(seen, findings),
        summary=_summary(seen, len(findings) - len(seen)),
        why=known.why if known else "",
        reference=known.reference if known else "",
        sources=tuple((origin_of(source), source.title, source.url) for source in sources),
        links=known.references if known else (),
        remediation=known.remediation if known else "",
        thresholds=thresholds_of(index, check),
        observations=tuple(_observations(index, check, seen)),
        origin=known.source if known and known.source != BUILT_IN else "",
        shown_at=shown_at,
    )


def _worst(seen: Sequence[Finding], findings: Sequence[Finding]) -> Mark:
    """The worst answer; hosts that were not read are named once per requirement, so they count only when alone."""
    nothing = Status.UNKNOWN if findings else Status.NOT_CHECKED
    return STATUSES[min((finding.status for finding in seen), key=STATUS_ORDER.index, default=nothing)]


def _summary(seen: Sequence[Finding], lost: int) -> str:
    """`3 hosts not met, 1 host not read`; says so where the run did not hold the check at all."""
    if not seen and not lost:
        return "not part of this run"
    counts = Counter(finding.status for finding in seen)
    words = [f"{plural(counts[s], 'host')} {STATUSES[s].label}" for s in STATUS_ORDER if counts[s]]
    return ", ".join([*words, f"{plural(lost, 'host')} not read"] if lost else words)


def _alike(finding: Finding) -> tuple[Any, ...]:
    """What two findings share when a reader would call them the same observation."""
    return (
        STATUS_ORDER.index(finding.status),
        finding.actual,
        finding.expected,
        finding.reason,
        finding.detail,
        finding.question,
        finding.items,
        finding.note,
    )


def _observations(index: Index, check: str, findings: Iterable[Finding]) -> list[Observation]:
    groups: dict[tuple[Any, ...], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_alike(finding), []).append(finding)
    ranked = sorted(groups.items(), key=lambda group: (group[0][0], -len(group[1])))
    return [_observation(index, check, group) for _, group in ranked]


def _observation(index: Index, check: str, group: Sequence[Finding]) -> Observation:
    first = group[0]
    return Observation(
        mark=STATUSES[first.status],
        observed=first.actual or ("could not be read" if first.status in _NOT_SEEN else "see the list"),
        expected=first.expected or (index.title(check) if first.status is Status.PASS else ""),
        reason=_why_unknown(first),
        question=first.question,
        items=first.items,
        note=first.note,
        hosts=tuple(_reading(index, finding) for finding in group),
        total=len(index.result.targets),
        read=read_summary(index.targets[finding.target] for finding in group if finding.target in index.targets),
    )


def _why_unknown(finding: Finding) -> str:
    if finding.status is not Status.UNKNOWN:
        return ""  # what a run was not given is told by the finding itself
    words = REASONS[finding.reason] if finding.reason else ""
    return ": ".join(part for part in (words, finding.detail) if part)


def _reading(index: Index, finding: Finding) -> Reading:
    target = index.targets.get(finding.target)
    return Reading(
        host=finding.target,
        anchor=index.anchors.get(finding.target, ""),
        at=when(target) if target else "",
        how=how(target) if target else "",
        evidence=digests(finding.evidence),
    )


def _unseen(index: Index, requirement: Requirement) -> tuple[str, ...]:
    """The parts of the duty and the checks that nobody looked at in this run."""
    missing = [check for check in index.checks_of(requirement) if check not in index.by_check]
    hosts = plural(len(index.targets), "host")
    return (
        *(f"No automated check yet: {part}" for part in index.not_covered(requirement)),
        *(f"{index.title(check)}: not part of this run ({hosts})" for check in missing),
    )


def _causes(index: Index, requirement: Requirement, status: Status) -> tuple[tuple[str, str], ...]:
    """Each check that ended so, and why, once with its number of hosts; the most hosts first."""
    causes = Counter(
        (index.title(check), _why_unknown(finding) or finding.actual or "no reason given")
        for check in index.checks_of(requirement)
        for finding in index.seen(check)
        if finding.status is status
    )
    return tuple((title, f"{why} ({plural(count, 'host')})") for (title, why), count in causes.most_common())


# --- The people half -------------------------------------------------------------------------------------


def _slot(index: Index, slot: AttestationSlot, assessment: Assessment) -> Slot:
    record = next((r for r in assessment.attestations if r.get("slot") == slot.slot), None)
    source = index.profile.sources.get(slot.source)
    return Slot(
        name=slot.slot,
        ask=slot.ask,
        why=slot.why,
        refresh=days(slot.refresh_days),
        source=origin_of(source) if source else "",
        mark=_slot_mark(record, assessment),
        record=_record(record) if record else (),
    )


def _slot_mark(record: Mapping[str, Any] | None, assessment: Assessment) -> Mark:
    """The state of one slot: what its record says of itself, or missing."""
    if assessment.state is State.NOT_APPLICABLE:
        return STATES[State.NOT_APPLICABLE]
    if record is None:
        return STATES[State.ATTESTATION_MISSING]
    said = str(record.get("state", ""))
    states = {state.value: mark for state, mark in STATES.items()}
    return states.get(said) or STATES[assessment.people or State.ATTESTATION_MISSING]


def _record(record: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(key).replace("_", " "), show(value)) for key, value in record.items())


def _crosswalk(crosswalk: Crosswalk) -> tuple[tuple[str, str], ...]:
    listed = ((title, ", ".join(getattr(crosswalk, key))) for key, title in CROSSWALK)
    return tuple((title, text) for title, text in listed if text)
