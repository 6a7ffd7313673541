"""Judges collections that are already there: the stored bytes of a run, or a folder of recordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from scanner import __version__
from scanner.assess.findings import FactSet, judge, not_judged
from scanner.assess.people import people_half
from scanner.assess.rollup import Rollup
from scanner.collect import raw_facts
from scanner.engine.given import Given, as_used
from scanner.engine.selection import Selection
from scanner.engine.targets import reached
from scanner.errors import ConfigError
from scanner.inventory.site import Site
from scanner.model import Finding, ProfileRef, Reason, RunInfo, RunResult, Target, TargetResult, Transcript
from scanner.profile.model import Profile
from scanner.store import Store, coverage_of
from scanner.transports.replay import read_recordings


@dataclass(frozen=True, slots=True)
class Planned:
    """One target of the denominator: its bytes, if it gave any, and its line, where the run already wrote one."""

    target: Target
    transcript: Transcript | None
    line: TargetResult | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What to judge: the run's head, every target that was planned, and what the run was given."""

    run: RunInfo
    planned: Sequence[Planned]
    given: Given = field(default_factory=Given)


def from_store(store: Store, run_id: str, site: Site) -> Source:
    """The stored bytes of a run, with the targets as they were planned and the records that it was given."""
    result = store.load(run_id)
    transcripts = {transcript.target: transcript for transcript in store.transcripts(run_id)}
    lines = {line.name: line for line in result.targets}
    parameters = {target.name: target.parameters for target in site.targets}
    planned = [replace(t, parameters=parameters.get(t.name, t.parameters)) for t in store.planned_targets(run_id)]
    found = [Planned(t, transcripts.get(t.name), lines[t.name]) for t in planned]
    return Source(result.run, found, as_used(store, result.run))


def from_recordings(directory: Path, site: Site) -> Source:
    """Every recording in a folder; roles, tags and parameters come from the site's target of the same name."""
    known = {target.name: target for target in site.targets}
    found = [recording.transcript for recording in read_recordings(directory)]
    began = min(transcript.collected_at for transcript in found)
    ended = max(transcript.collected_at for transcript in found)
    run = RunInfo(
        id=f"recorded-{began:%Y%m%dT%H%M%SZ}",
        site=site.name,
        company=site.company,
        entities=site.entities,
        anniversary=site.anniversary or "",
        applicability=site.applicability,
        started=began,
        finished=ended,
        scanner=f"ctpat-scanner {__version__}",
        profile=ProfileRef(name="", edition="", digest=""),  # `reassess` knows it
    )
    targets = [known.get(t.target) or Target(name=t.target, transport="replay", address=str(directory)) for t in found]
    if len({target.name for target in targets}) != len(targets):
        raise ConfigError(f"{directory}: two recordings are of the same target; put them in folders of their own")
    return Source(run, [Planned(target, bytes_) for target, bytes_ in zip(targets, found, strict=True)])


def reassess(source: Source, site: Site, selection: Selection) -> RunResult:
    """The result that this profile, these checks and these parameters give for the bytes at hand."""
    answers = site.applicability if site.path else source.run.applicability
    run = replace(
        source.run,
        profile=selection.profile.ref,
        applicability=answers,
        records=source.given.records,
        previous=None,
        digest=None,
    )
    rollup = Rollup(
        selection.profile,
        on=run.started.date(),
        planned=len(source.planned),
        entities=site.entities or run.entities,
        applicability=answers,
        attestations=people_half(selection.profile, run.records, run.started.date()),
    )
    lines: list[TargetResult] = []
    findings: list[Finding] = []
    for planned in source.planned:
        line, found = _one(planned, site, selection, source.given)
        rollup.add(line, found)
        lines.append(line)
        findings += found
    return RunResult(
        run=run,
        coverage=coverage_of(lines),
        targets=tuple(lines),
        findings=tuple(findings),
        assessments=rollup.assessments(),
    )


def added_up(result: RunResult, profile: Profile) -> RunResult:
    """A run that never ended, with its stored findings added up; targets without an answer stay undetermined."""
    run = result.run
    rollup = Rollup(
        profile,
        on=run.started.date(),
        planned=len(result.targets),
        entities=run.entities,
        applicability=run.applicability,
        attestations=people_half(profile, run.records, run.started.date()),
    )
    found: dict[str, list[Finding]] = {line.name: [] for line in result.targets}
    for finding in result.findings:
        found[finding.target].append(finding)
    for line in result.targets:
        rollup.add(line, found[line.name])
    return replace(result, assessments=rollup.assessments())


def _one(planned: Planned, site: Site, selection: Selection, given: Given) -> tuple[TargetResult, Sequence[Finding]]:
    target, line = planned.target, planned.line
    if planned.transcript is None:
        assert line is not None  # a target without bytes comes from a stored run, which says why
        return line, not_judged(selection.plan(site, target), target, line.reason or Reason.FAULT, line.detail)
    plan = selection.plan(site, target, planned.transcript.platform)
    facts = FactSet(raw_facts(planned.transcript), target, given.facts)
    findings = judge(plan, facts, target)
    if line is not None and not line.reached:
        return line, findings  # what a peer offered before the login failed is judged; it was not reached all the same
    return reached(target, planned.transcript, facts, findings), findings
