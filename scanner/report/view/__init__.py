"""The view model of the HTML report: pure, from one run, its criteria pack and its checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from scanner.check import Check
from scanner.model import Level, RunInfo, RunResult, State, TargetState
from scanner.profile.model import Profile
from scanner.report.view.fixes import fixes
from scanner.report.view.grid import grid
from scanner.report.view.hosts import host_section
from scanner.report.view.index import Index, bar
from scanner.report.view.requirements import check_section, sections, state_mark
from scanner.report.view.thresholds import changed, unrecorded
from scanner.report.view.types import CheckSection, Denominator, Report, Tally
from scanner.report.view.unchecked import lost, not_checked
from scanner.report.view.words import CELLS, LEVELS, TARGETS, Mark, origin_of
from scanner.text import plural

_MET = frozenset({State.EVIDENCED, State.DOCUMENT_ON_FILE})


def build(result: RunResult, profile: Profile, checks: Mapping[str, Check]) -> Report:
    """Everything the report shows, in the order in which it shows it."""
    index = Index(result, profile, checks)
    requirements = sections(index)
    run = result.run
    return Report(
        title=profile.title,
        site=run.site,
        head=_head(run, profile),
        identity=_identity(run),
        notices=_notices(index),
        coverage=_coverage(result),
        lost=lost(index),
        partly=sum(target.state is TargetState.PARTLY_READ for target in result.targets),
        tallies=tuple(tally for level in Level if (tally := _tally(result, level)).applies),
        requirements=requirements,
        others=_others(index),
        fixes=fixes(index),
        grid=grid(index),
        hosts=tuple(host_section(index, target) for target in result.targets),
        not_checked=not_checked(index, requirements),
        changed=changed(index),
        unrecorded=unrecorded(index),
        sources=tuple((origin_of(source), source.title, source.url) for source in profile.sources.values()),
        run=run.id,
        pack=f"{run.profile.name} {run.profile.edition}",
    )


def _others(index: Index) -> tuple[CheckSection, ...]:
    """Checks that ran although no requirement names them: brought by the user, or dropped by the pack since."""
    served = {check for a in index.result.assessments for check in index.checks_of(index.requirement(a))}
    return tuple(check_section(index, check) for check in index.by_check if check not in served)


def _time(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment else "not finished"


def _span(began: datetime, ended: datetime | None) -> str:
    """From and to, the day once where it is the same."""
    first, last = _time(began), _time(ended)
    return f"{first[:19]} to {last[11:]}" if first[:10] == last[:10] else f"{first} to {last}"


def _head(run: RunInfo, profile: Profile) -> tuple[tuple[str, str], ...]:
    """Who and when: what a reader needs before anything else. Lines without a value are left out."""
    entities = ", ".join(profile.entity_types.get(entity, entity) for entity in run.entities)
    lines = (
        ("Company", run.company),
        ("Site", run.site),
        ("Entity type", entities or "not named: levels as for any member"),
        ("Anniversary", run.anniversary),
        ("Collected", _span(run.started, run.finished)),
        ("Criteria pack", _pack(run)),
    )
    return tuple((name, value) for name, value in lines if value)


def _pack(run: RunInfo) -> str:
    used = run.profile
    since = f", in force since {used.effective_from}" if used.effective_from else ""
    overlays = f", with {', '.join(used.overlays)}" if used.overlays else ""
    return f"{used.name}, edition {used.edition}{since}{overlays}"


def _identity(run: RunInfo) -> tuple[tuple[str, str], ...]:
    """What another person needs to find this very run again."""
    lines = (
        ("Run", run.id),
        ("Digest of the run (SHA-256)", run.digest or ""),
        ("Previous run", run.previous or ""),
        ("Criteria pack", _pack(run)),
        ("Digest of the pack (SHA-256)", run.profile.digest),
        ("Scanner", run.scanner),
        ("Started", _time(run.started)),
        ("Finished", _time(run.finished)),
    )
    return tuple((name, value) for name, value in lines if value)


def _notices(index: Index) -> tuple[str, ...]:
    """What a reader must know before trusting any number below."""
    result = index.result
    coverage = result.coverage
    away = coverage.planned - coverage.reached
    partial = result.run.partial or result.run.finished is None
    return tuple(
        text
        for holds, text in (
            (partial, "This run was interrupted. What was collected is shown; everything else counts as unknown."),
            (not coverage.planned, "No host was planned: nothing below was observed."),
            (bool(coverage.planned) and not coverage.reached, "No host was reached: nothing below was observed."),
            (
                bool(away and coverage.reached),
                f"{away} of {plural(coverage.planned, 'planned host')} could not be read: what they would show is "
                "unknown, and counts as unknown.",
            ),
            (
                not index.same_pack,
                "States and findings are those of the run. The texts come from another version of its criteria pack.",
            ),
        )
        if holds
    )


def _coverage(result: RunResult) -> Denominator:
    coverage = result.coverage
    partly = coverage.reached - coverage.readable
    parts = [
        (TARGETS[TargetState.READ], coverage.readable),
        (TARGETS[TargetState.PARTLY_READ], partly),
        (CELLS["lost"], coverage.planned - coverage.reached),
    ]
    return Denominator(
        planned=coverage.planned, reached=coverage.reached, readable=coverage.readable, bar=bar(_named(parts))
    )


def _named(parts: list[tuple[Mark, int]]) -> list[tuple[Mark, int]]:
    return [(Mark("lost", "not reached") if mark.kind == "lost" else mark, count) for mark, count in parts]


def _tally(result: RunResult, level: Level) -> Tally:
    mine = [a for a in result.assessments if a.level is level and a.state is not State.NOT_APPLICABLE]
    counts = Counter(state_mark(assessment) for assessment in mine)
    order = list(dict.fromkeys(state_mark(a) for a in sorted(mine, key=lambda a: list(State).index(a.state))))
    return Tally(
        level=LEVELS[level],
        applies=len(mine),
        met=sum(assessment.state in _MET for assessment in mine),
        bar=bar((mark, counts[mark]) for mark in sorted(order, key=_weakest_first)),
    )


_KINDS = ("fail", "warn", "unknown", "paper", "pass")


def _weakest_first(mark: Mark) -> int:
    return _KINDS.index(mark.kind) if mark.kind in _KINDS else len(_KINDS)
