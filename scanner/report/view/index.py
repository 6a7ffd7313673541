"""One run, arranged for looking things up. Everything here follows from the run, the pack and the checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from functools import cached_property

from scanner.assess.rollup import platform_of
from scanner.assess.verdicts import verdict_of, verdict_on_target, worst
from scanner.check import Check
from scanner.model import Assessment, Finding, RunResult, State, Status, TargetResult, Verdict
from scanner.profile.model import Audience, Automation, Profile, Requirement
from scanner.report.view.types import Bar, Digest, Segment
from scanner.report.view.words import CELLS, RIGHTS, TRANSPORTS, Mark
from scanner.text import plural

_CELLS: Mapping[Verdict, str] = {
    Verdict.SATISFIED: "pass",
    Verdict.SATISFIED_WITH_WARNINGS: "warn",
    Verdict.NOT_SATISFIED: "fail",
    Verdict.NOT_APPLICABLE: "na",
}
SHORT = 12
"""Characters of a digest that are shown where the whole one stands elsewhere."""


@dataclass(frozen=True)
class Index:
    """The parts of one report by name."""

    result: RunResult
    profile: Profile
    checks: Mapping[str, Check]

    @property
    def same_pack(self) -> bool:
        """Whether the texts at hand are those of the pack that the run was judged by."""
        return self.result.run.profile.digest == self.profile.ref.digest

    @cached_property
    def targets(self) -> Mapping[str, TargetResult]:
        return {target.name: target for target in self.result.targets}

    @cached_property
    def anchors(self) -> Mapping[str, str]:
        """A host's place in the page; numbers, because a name may hold anything."""
        return {target.name: f"h{number}" for number, target in enumerate(self.result.targets, 1)}

    @cached_property
    def by_target(self) -> Mapping[str, Mapping[str, Finding]]:
        found: dict[str, dict[str, Finding]] = {target.name: {} for target in self.result.targets}
        for finding in self.result.findings:
            found.setdefault(finding.target, {})[finding.check] = finding
        return found

    @cached_property
    def by_check(self) -> Mapping[str, tuple[Finding, ...]]:
        found: dict[str, list[Finding]] = {}
        for finding in self.result.findings:
            found.setdefault(finding.check, []).append(finding)
        return {check: tuple(findings) for check, findings in found.items()}

    @cached_property
    def assessments(self) -> Mapping[str, Assessment]:
        return {assessment.requirement: assessment for assessment in self.result.assessments}

    @cached_property
    def _served(self) -> Mapping[str, tuple[str, ...]]:
        """Requirement -> checks, as the run itself recorded it."""
        served: dict[str, dict[str, None]] = {}
        for finding in self.result.findings:
            for key in finding.requirements:
                served.setdefault(key, {})[finding.check] = None
        return {key: tuple(checks) for key, checks in served.items()}

    def requirement(self, assessment: Assessment) -> Requirement:
        """What the pack says, or that it says nothing any more."""
        known = self.profile.requirements.get(assessment.requirement)
        return known or Requirement(
            key=assessment.requirement,
            criterion=assessment.criterion,
            title=f"Requirement {assessment.requirement}",
            text="The criteria pack at hand does not hold this requirement any more.",
            levels=(),
            audience=Audience.BOTH,
            automation=Automation.MIXED if assessment.technical else Automation.PAPER,
            evidences="",
            beyond="",
        )

    @cached_property
    def platforms(self) -> Mapping[str, int]:
        """Targets by platform."""
        return Counter(platform_of(target) for target in self.result.targets)

    def platform(self, target: str) -> str:
        """Of what platform a target is, or alone can be; empty where neither is known."""
        return platform_of(self.targets[target]) if target in self.targets else ""

    def not_covered(self, requirement: Requirement) -> tuple[str, ...]:
        """What no check reads on the targets of this run."""
        return tuple(str(part) for part, _ in requirement.not_covered_on(self.platforms))

    def checks_of(self, requirement: Requirement) -> tuple[str, ...]:
        """The checks of a requirement: those the pack names, then those that only the run knows."""
        named = requirement.check_ids if self.same_pack else ()
        return tuple(dict.fromkeys((*named, *self._served.get(requirement.key, ()))))

    def title(self, check: str) -> str:
        if check in self.checks:
            return self.checks[check].title
        return self.profile.uses[check].title if check in self.profile.uses else check

    def host(self, name: str) -> tuple[str, str]:
        """A host's name and its anchor."""
        return name, self.anchors.get(name, "")

    def hosts(self, names: Iterable[str]) -> tuple[tuple[str, str], ...]:
        return tuple(self.host(name) for name in names)

    def seen(self, check: str) -> tuple[Finding, ...]:
        """The findings of a check on hosts that were read."""
        return tuple(finding for finding in self.by_check.get(check, ()) if not self.is_lost(finding))

    def is_lost(self, finding: Finding) -> bool:
        """True for the finding of a host that was not read at all: one reason for all its checks."""
        target = self.targets.get(finding.target)
        return finding.status is Status.UNKNOWN and target is not None and not target.reached

    # --- One requirement on one host ---------------------------------------------------------------------

    @cached_property
    def cells(self) -> Mapping[tuple[str, str], str]:
        """(requirement, host) -> kind of cell, for every requirement that has checks."""
        return {
            (assessment.requirement, target.name): self._cell(assessment, self.requirement(assessment), target)
            for assessment in self.result.assessments
            if self.checks_of(self.requirement(assessment))
            for target in self.result.targets
        }

    def _cell(self, assessment: Assessment, requirement: Requirement, target: TargetResult) -> str:
        if assessment.state is State.NOT_APPLICABLE and not assessment.targets:
            return "na"
        found = self.by_target[target.name]
        statuses = {check: found[check].status for check in self.checks_of(requirement) if check in found}
        verdict = self._verdict(requirement, statuses)
        if not target.reached and verdict is not Verdict.NOT_SATISFIED:
            return "lost"
        return _CELLS.get(verdict) or self._undetermined(requirement, statuses)

    def _verdict(self, requirement: Requirement, statuses: Mapping[str, Status]) -> Verdict:
        if self.same_pack:
            return verdict_on_target(requirement, statuses)
        # Another pack may join the same checks more kindly than the run did: here the worst one counts.
        return worst(verdict_of(status) for status in statuses.values())

    def _undetermined(self, requirement: Requirement, statuses: Mapping[str, Status]) -> str:
        seen = {statuses.get(check, Status.NOT_CHECKED) for check in self.checks_of(requirement)}
        if Status.UNKNOWN in seen:
            return "unknown"
        return "review" if Status.REVIEW in seen and Status.NOT_CHECKED not in seen else "none"

    def cell(self, key: str, target: str) -> Mark:
        return CELLS[self.cells[key, target]]


# --- Small pieces ----------------------------------------------------------------------------------------


def bar(parts: Iterable[tuple[Mark, int]], text: str = "") -> Bar:
    """A stacked bar of the parts that count anything."""
    counted = [(mark, count) for mark, count in parts if count]
    total = sum(count for _, count in counted) or 1
    segments: list[Segment] = []
    x = 0.0
    for mark, count in counted:
        width = 100 * count / total
        segments.append(Segment(mark=mark, count=count, x=round(x, 2), width=round(width, 2)))
        x += width
    words = text or ", ".join(f"{count} {mark.label}" for mark, count in counted)
    return Bar(segments=tuple(segments), text=words)


def digests(values: Iterable[str]) -> tuple[Digest, ...]:
    return tuple(Digest(short=value[:SHORT], full=value) for value in values)


def when(target: TargetResult) -> str:
    """The time of reading in UTC, empty where nothing was read."""
    return f"{target.collected_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if target.collected_at else ""


def how(target: TargetResult) -> str:
    """Transport, account and rights in one phrase."""
    account = f"as {target.account}" if target.account else ""
    rights = f"with {RIGHTS[target.privilege]}" if target.privilege else ""
    return " ".join(part for part in (TRANSPORTS.get(target.transport, target.transport), account, rights) if part)


def read_summary(targets: Iterable[TargetResult]) -> str:
    """When and how several hosts were read, in one line; each way with its number of hosts."""
    read = [target for target in targets if target.collected_at]
    if not read:
        return "not read"
    times = sorted(when(target)[:16] for target in read)
    first, last = times[0], times[-1]
    span = first if first == last else f"{first} to {last[11:] if last[:10] == first[:10] else last}"
    ways: dict[str, int] = {}
    for target in read:
        ways[how(target)] = ways.get(how(target), 0) + 1
    if len(ways) == 1:
        return f"{span} UTC, {next(iter(ways))}"
    return f"{span} UTC; " + "; ".join(f"{plural(count, 'host')} {way}" for way, count in ways.items())
