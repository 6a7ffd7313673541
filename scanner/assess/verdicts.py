"""One requirement on one target: from the statuses of its checks to a verdict.

Under `all` the worst part decides, under `any` the best; parts without an object do not count. A check that only
supports a requirement weakens it and never satisfies it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from scanner.model import Status, Verdict
from scanner.profile.model import CheckRef, Expression, Kind, Requirement

_VERDICTS: Mapping[Status, Verdict] = {
    Status.PASS: Verdict.SATISFIED,
    Status.WARN: Verdict.SATISFIED_WITH_WARNINGS,
    Status.FAIL: Verdict.NOT_SATISFIED,
    Status.REVIEW: Verdict.UNDETERMINED,
    Status.UNKNOWN: Verdict.UNDETERMINED,
    Status.NOT_CHECKED: Verdict.UNDETERMINED,
    Status.NOT_APPLICABLE: Verdict.NOT_APPLICABLE,
}
WORST_FIRST = (
    Verdict.NOT_SATISFIED,
    Verdict.UNDETERMINED,
    Verdict.SATISFIED_WITH_WARNINGS,
    Verdict.SATISFIED,
    Verdict.NOT_APPLICABLE,
)


def verdict_of(status: Status) -> Verdict:
    """What one finding's status says about a requirement that consists of it alone."""
    return _VERDICTS[status]


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of parts that all count; parts without an object are passed over."""
    return min(verdicts, key=WORST_FIRST.index, default=Verdict.UNDETERMINED)


def best(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of parts of which one is enough; parts without an object are passed over."""
    known = list(verdicts)
    meant = [verdict for verdict in known if verdict is not Verdict.NOT_APPLICABLE]
    if known and not meant:
        return Verdict.NOT_APPLICABLE
    return max(meant, key=WORST_FIRST.index, default=Verdict.UNDETERMINED)


_JOIN: Mapping[Kind, Callable[[Iterable[Verdict]], Verdict]] = {Kind.ALL: worst, Kind.ANY: best}


def judge(expression: Expression, statuses: Mapping[str, Status]) -> Verdict:
    """The verdict of an expression; a check without a finding counts as not checked."""
    if isinstance(expression, CheckRef):
        return verdict_of(statuses.get(expression.check, Status.NOT_CHECKED))
    return _JOIN[expression.kind](judge(part, statuses) for part in expression.parts)


def verdict_on_target(requirement: Requirement, statuses: Mapping[str, Status]) -> Verdict:
    """One requirement on one target; without a check that decides, it is undetermined."""
    if requirement.checks is None:
        return Verdict.UNDETERMINED
    deciding = judge(requirement.checks, statuses)
    if deciding is Verdict.NOT_APPLICABLE:
        return deciding
    supporting = (_supporting(statuses.get(check, Status.NOT_CHECKED)) for check in requirement.supports)
    return worst((deciding, *supporting))


def _supporting(status: Status) -> Verdict:
    """A supporting check that fails is a warning: the duty itself is about something else."""
    verdict = verdict_of(status)
    return Verdict.SATISFIED_WITH_WARNINGS if verdict is Verdict.NOT_SATISFIED else verdict
