"""From findings to the state of each requirement, one target at a time.

Nothing grows with the number of targets: a requirement keeps counters, and reasons are kept by check and kind,
never by host. Rules, in the order in which they were decided:

- A target that was not reached, or not yet, is undetermined for every requirement that has checks: nothing that
  was planned can vanish from the denominator.
- Per site, one target that does not meet a requirement makes it a gap. It is evidenced only when every planned
  target satisfies it or has no object for it, at least one satisfies it, and no part of the duty is left
  uncovered. Warnings, open reviews and "passed, but could not look everywhere" are partly evidenced.
- The state is the weaker of the technical half and the people half, by the order in `STRENGTH`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from scanner.assess.verdicts import WORST_FIRST, verdict_on_target
from scanner.inventory.address import PLATFORMS
from scanner.model import (
    Applicability,
    Assessment,
    Coverage,
    Finding,
    Level,
    Reason,
    State,
    Status,
    TargetResult,
    TargetState,
    Verdict,
)
from scanner.profile.model import Automation, Profile, Requirement, Uncovered

STRENGTH: Mapping[State, int] = {
    State.GAP: 0,
    State.ATTESTATION_EXPIRED: 1,
    State.NOT_ASSESSED: 2,
    State.ATTESTATION_MISSING: 3,
    State.PARTLY_EVIDENCED: 4,
    State.DOCUMENT_ON_FILE: 5,
    State.EVIDENCED: 5,
    State.NOT_APPLICABLE: 6,
}
"""Weakest first. A valid document completes the people half, so it does not pull an evidenced technical half down;
between equals the technical half names the state. What does not apply never decides over what does."""

MET = frozenset({State.EVIDENCED, State.DOCUMENT_ON_FILE, State.NOT_APPLICABLE})
VIOLATED = frozenset({State.GAP, State.ATTESTATION_EXPIRED})

_CODES: Mapping[Reason | None, str] = {
    Reason.DENIED: "the scan account may not read it",
    Reason.TIMEOUT: "no answer within the time limit",
    Reason.TRUNCATED: "the answer was larger than the limit",
    Reason.UNREACHABLE: "the target could not be reached",
    Reason.LOGIN: "the login failed",
    Reason.MISSING_TOOL: "a program it needs is not installed",
    Reason.UNSUPPORTED: "this system is not supported",
    Reason.UNREADABLE: "what was read could not be understood",
    Reason.STALE: "what was read is too old",
    Reason.NO_EVIDENCE: "no proof was found",
    Reason.CANCELLED: "the scan was interrupted",
    Reason.FAULT: "the check itself failed",
    None: "no reason given",
}
_LOST: Mapping[TargetState, str] = {
    TargetState.UNREACHABLE: "target could not be reached",
    TargetState.LOGIN_FAILED: "login to the target failed",
    TargetState.FAILED: "target could not be collected",
    TargetState.CANCELLED: "target was not finished when the scan was interrupted",
}
_NEVER_COLLECTED = "target was planned and not collected in this run"


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The people half of one requirement, from its attestation records.

    `state` is one of document on file, attestation expired, attestation missing, not applicable. `records` are
    what a report shows of each statement.
    """

    state: State
    reason: str = ""
    records: tuple[Mapping[str, Any], ...] = ()


# --- One site --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Tally:
    """What one requirement has seen so far.

    `glimpsed` counts undetermined targets where a check that decides showed something; one that only supports the
    requirement shows nothing of the duty itself.
    """

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    statuses: Counter[Status] = field(default_factory=Counter)
    reasons: Counter[tuple[int, str]] = field(default_factory=Counter)
    glimpsed: int = 0


_SEEN = frozenset({Status.PASS, Status.WARN, Status.REVIEW})


def _open(_: Finding) -> bool:
    return False


class Rollup:
    """Adds up one run. `planned` is the number of targets in the denominator, whatever becomes of them.

    `on` is the day whose levels are in force. `attestations` maps a requirement to its people half; a requirement
    with slots and no entry has its attestation missing. `review_closed` tells whether a person has already judged
    the list of a review finding.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        on: date,
        planned: int,
        entities: Iterable[str] = (),
        applicability: Mapping[str, Applicability] | None = None,
        attestations: Mapping[str, People] | None = None,
        review_closed: Callable[[Finding], bool] = _open,
    ) -> None:
        self._profile = profile
        self._on = on
        self._planned = planned
        self._entities = tuple(entities)
        self._applicability = applicability or {}
        self._attestations = attestations or {}
        self._review_closed = review_closed
        self._tallies = {key: _Tally() for key in profile.requirements}
        self._states: Counter[TargetState] = Counter()
        self._platforms: Counter[str] = Counter()
        self._readable = 0

    def add(self, target: TargetResult, findings: Iterable[Finding]) -> Mapping[str, Verdict]:
        """Count one target; gives its verdict per requirement that has checks. ValueError beyond `planned`."""
        if self._states.total() >= self._planned:
            raise ValueError(f"{target.name}: more targets than the {self._planned} planned")
        self._states[target.state] += 1
        self._platforms[platform_of(target)] += 1
        self._readable += target.state is TargetState.READ and not target.unread
        found = {finding.check: finding for finding in findings}
        statuses = {check: self._status(finding) for check, finding in found.items()}
        return {
            key: self._count(requirement, target, found, statuses)
            for key, requirement in self._profile.requirements.items()
            if requirement.check_ids
        }

    def _status(self, finding: Finding) -> Status:
        closed = finding.status is Status.REVIEW and self._review_closed(finding)
        return Status.PASS if closed else finding.status

    def _count(
        self,
        requirement: Requirement,
        target: TargetResult,
        found: Mapping[str, Finding],
        statuses: Mapping[str, Status],
    ) -> Verdict:
        tally = self._tallies[requirement.key]
        verdict = verdict_on_target(requirement, statuses)
        if not target.reached and verdict is not Verdict.NOT_SATISFIED:
            verdict = Verdict.UNDETERMINED
        mine = {check: statuses.get(check, Status.NOT_CHECKED) for check in requirement.check_ids}
        tally.verdicts[verdict] += 1
        tally.statuses.update(found[check].status if check in found else Status.NOT_CHECKED for check in mine)
        deciding = {status for check, status in mine.items() if check not in requirement.supports}
        tally.glimpsed += verdict is Verdict.UNDETERMINED and target.reached and not _SEEN.isdisjoint(deciding)
        if verdict not in (Verdict.SATISFIED, Verdict.NOT_APPLICABLE):
            tally.reasons.update(self._reasons(requirement, target, found, mine))
        return verdict

    def _reasons(
        self,
        requirement: Requirement,
        target: TargetResult,
        found: Mapping[str, Finding],
        statuses: Mapping[str, Status],
    ) -> Iterable[tuple[int, str]]:
        """Each reason once per target, with its rank; a lost target has one reason, not one per check."""
        reasons = []
        for check, status in statuses.items():
            if target.reached or status is Status.FAIL:
                supporting = check in requirement.supports
                reasons.append(_reason(self._title(check), status, found.get(check), supporting=supporting))
        if not target.reached:
            reasons.append((1, _LOST[target.state]))
        return {reason for reason in reasons if reason is not None}

    def _title(self, check: str) -> str:
        use = self._profile.uses.get(check)
        return use.title if use else check

    def coverage(self) -> Coverage:
        """The denominator of every page."""
        reached = self._states[TargetState.READ] + self._states[TargetState.PARTLY_READ]
        return Coverage(planned=self._planned, reached=reached, readable=self._readable)

    def assessments(self) -> tuple[Assessment, ...]:
        """Every requirement of the profile, in its order, with what is known so far."""
        return tuple(self._assess(requirement) for requirement in self._profile.requirements.values())

    def _assess(self, requirement: Requirement) -> Assessment:
        level = requirement.level_on(self._on, self._entities)
        excluded = self._excluded(requirement)
        if excluded:
            return Assessment(
                requirement=requirement.key,
                criterion=requirement.criterion,
                level=level,
                state=State.NOT_APPLICABLE,
                reason=excluded,
                technical=None if requirement.automation is Automation.PAPER else State.NOT_APPLICABLE,
                people=State.NOT_APPLICABLE if requirement.attestations else None,
            )
        return self._judged(requirement, level)

    def _excluded(self, requirement: Requirement) -> str:
        """Why a requirement does not apply to this site at all; empty where it does."""
        if not requirement.concerns(self._entities):
            return f"the criteria of {', '.join(self._entities)} do not contain it"
        if requirement.condition is None:
            return ""
        answer = self._applicability.get(requirement.condition.key)
        if answer is None or answer.applies:
            return ""
        # A bare "no" is an answer without proof: it does not take a requirement out of the count.
        return answer.reason.strip()

    def _judged(self, requirement: Requirement, level: Level) -> Assessment:
        tally = self._completed(requirement)
        technical = self._technical(requirement, tally)
        people = self._people(requirement)
        state = weaker(technical, people.state if people else None)
        reasons = _ranked(tally.reasons)
        return Assessment(
            requirement=requirement.key,
            criterion=requirement.criterion,
            level=level,
            state=state,
            reason=self._sentence(requirement, level, state, technical, tally, people),
            technical=technical,
            people=people.state if people else None,
            targets={verdict: tally.verdicts[verdict] for verdict in WORST_FIRST if tally.verdicts[verdict]},
            findings={status: tally.statuses[status] for status in Status if tally.statuses[status]},
            reasons=reasons,
            attestations=people.records if people else (),
        )

    def _completed(self, requirement: Requirement) -> _Tally:
        """The tally with the targets that are still missing, and the parts of the duty that nothing reads."""
        seen = self._tallies[requirement.key]
        tally = _Tally(Counter(seen.verdicts), Counter(seen.statuses), Counter(seen.reasons), seen.glimpsed)
        if requirement.automation is Automation.PAPER:
            return tally
        missing = self._planned - tally.verdicts.total()
        if missing:
            tally.verdicts[Verdict.UNDETERMINED] += missing
        lost = self._planned - self._states.total()
        if lost and requirement.check_ids:
            tally.reasons[1, _NEVER_COLLECTED] += lost
            tally.statuses[Status.NOT_CHECKED] += lost * len(requirement.check_ids)
        for part, targets in self._not_covered(requirement):
            tally.reasons[4, f"no automated check yet: {part}"] += targets
        return tally

    def _not_covered(self, requirement: Requirement) -> tuple[tuple[Uncovered, int], ...]:
        """What no check reads on the targets of this run; those that were not read may be of any platform."""
        lost = Counter({"": self._planned - self._platforms.total()})
        return requirement.not_covered_on(self._platforms + lost)

    def _technical(self, requirement: Requirement, tally: _Tally) -> State | None:
        if requirement.automation is Automation.PAPER:
            return None
        verdicts = tally.verdicts
        if verdicts[Verdict.NOT_SATISFIED]:
            return State.GAP
        shown = verdicts[Verdict.SATISFIED] + verdicts[Verdict.SATISFIED_WITH_WARNINGS]
        if not shown and not tally.glimpsed:
            # A duty that no check reads on some platform may have its object all the same.
            nothing_here = bool(verdicts[Verdict.NOT_APPLICABLE]) and not verdicts[Verdict.UNDETERMINED]
            return State.NOT_APPLICABLE if nothing_here and not requirement.not_covered else State.NOT_ASSESSED
        clean = verdicts[Verdict.SATISFIED] + verdicts[Verdict.NOT_APPLICABLE] == self._planned
        return State.EVIDENCED if clean and not self._not_covered(requirement) else State.PARTLY_EVIDENCED

    def _people(self, requirement: Requirement) -> People | None:
        given = self._attestations.get(requirement.key)
        if given is not None:
            return given
        if not requirement.attestations:
            return None
        asked = len(requirement.attestations)
        owed = "a statement or document is" if asked == 1 else f"{asked} statements or documents are"
        return People(state=State.ATTESTATION_MISSING, reason=f"{owed} missing")

    def _sentence(
        self,
        requirement: Requirement,
        level: Level,
        state: State,
        technical: State | None,
        tally: _Tally,
        people: People | None,
    ) -> str:
        parts = [] if technical is None else [self._technical_words(requirement, tally)]
        if people is not None and people.reason:
            parts.append(people.reason)
        parts.append(self._unanswered(requirement))
        text = "; ".join(part for part in parts if part)
        return f"Recommendation: {text}" if level is Level.SHOULD and state not in MET else text

    def _unanswered(self, requirement: Requirement) -> str:
        """Why a conditional requirement is taken to apply; empty where a person has said so."""
        if requirement.condition is None:
            return ""
        answer = self._applicability.get(requirement.condition.key)
        if answer is None:
            return f"taken to apply, because nobody has answered: {requirement.condition.question}"
        return "" if answer.applies else "taken to apply, because the answer 'no' gives no reason"

    def _technical_words(self, requirement: Requirement, tally: _Tally) -> str:
        if not requirement.check_ids:
            return "no automated check exists yet: " + ", ".join(map(str, requirement.not_covered))
        if not self._planned:
            return "no targets were planned"
        missing = [str(part) for part, _ in self._not_covered(requirement)]
        what = "what is checked" if missing else "it"
        words = ((verdict, text.format(what=what)) for verdict, text in _WORDS)
        counts = (f"{tally.verdicts[verdict]} {text}" for verdict, text in words if tally.verdicts[verdict])
        text = f"of {self._planned} target{'s' * (self._planned != 1)}, {', '.join(counts)}"
        if missing:
            text += f"; no automated check yet for {', '.join(missing)}"
        return text


_WORDS: tuple[tuple[Verdict, str], ...] = (
    (Verdict.NOT_SATISFIED, "not meeting {what}"),
    (Verdict.UNDETERMINED, "undetermined"),
    (Verdict.SATISFIED_WITH_WARNINGS, "meeting {what} with warnings"),
    (Verdict.SATISFIED, "meeting {what}"),
    (Verdict.NOT_APPLICABLE, "without an object for {what}"),
)


def _reason(title: str, status: Status, finding: Finding | None, *, supporting: bool) -> tuple[int, str] | None:
    """Rank and words for one finding that keeps a requirement from being green.

    0 is the worst; what somebody at the site can mend or judge comes before what no check of this program reads.
    """
    if status is Status.FAIL:
        return (3, f"{title}: not met (supporting evidence)") if supporting else (0, f"{title}: not met")
    if status is Status.NOT_CHECKED and finding is None:
        return 1, f"{title}: not part of this run"
    if status is Status.UNKNOWN:
        code = finding.reason if finding else None
        return 1, f"{title}: unknown, {_CODES[code]}"
    if status is Status.NOT_CHECKED and finding is not None and finding.reason is not None:
        return 2, f"{title}: {finding.actual}"
    return _OTHERS[status](title) if status in _OTHERS else None


_OTHERS: Mapping[Status, Callable[[str], tuple[int, str]]] = {
    Status.NOT_CHECKED: lambda title: (5, f"{title}: not checked on this kind of system"),
    Status.REVIEW: lambda title: (2, f"{title}: a person has to judge the list"),
    Status.WARN: lambda title: (3, f"{title}: met only with a warning"),
}


def _ranked(reasons: Counter[tuple[int, str]]) -> tuple[tuple[str, int], ...]:
    """Worst first, then the most targets, then by text."""
    ordered = sorted(reasons.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    return tuple((text, count) for (_, text), count in ordered)


def platform_of(target: TargetResult) -> str:
    """What a target said that it is, or what alone can be behind its transport; empty where neither is known."""
    return target.platform or PLATFORMS.get(target.transport, "")


def weaker(technical: State | None, people: State | None) -> State:
    """The weaker half; the only one where there is one; not assessed where there is none."""
    halves = [half for half in (technical, people) if half is not None]
    return min(halves, key=lambda half: STRENGTH[half], default=State.NOT_ASSESSED)


def exit_status(assessments: Iterable[Assessment]) -> int:
    """The scan's exit status: 0 every Must that applies is met, 1 one is violated, 3 one is not fully evidenced.

    A Should never changes it. A run without any Must has shown nothing, and gives 3.
    """
    musts = [assessment.state for assessment in assessments if assessment.level is Level.MUST]
    if not VIOLATED.isdisjoint(musts):
        return 1
    return 0 if musts and MET.issuperset(musts) else 3
