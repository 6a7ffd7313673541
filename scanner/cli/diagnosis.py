"""The words of `ctpat doctor`: one target at a time, each gap with its cure."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import click

from scanner.assess.findings import FactSet, judge, probes_for
from scanner.cli.diagnosis_words import TRUSTED_HOSTS, WINRM, WORDS, Words
from scanner.cli.ending import INTERRUPTED
from scanner.cli.scan import ask_person, utc_now
from scanner.cli.sites import Job
from scanner.collect import raw_facts
from scanner.engine.collector import HostCollector
from scanner.engine.interruption import stop_on_signals
from scanner.engine.selection import Selection, select
from scanner.engine.targets import address_of
from scanner.errors import AuthenticationFailed, TargetError
from scanner.facts.base import Access, Probe, RawFact, RawFacts, RawState
from scanner.inventory.site import Site
from scanner.model import Reason, Status, Target, Transcript
from scanner.text import clean

_FINE = (RawState.OK, RawState.ABSENT)


def diagnose(job: Job) -> int:
    """Check every target of the site, and say what was found as the answers come; 1 when something stays unread."""
    content = job.content
    selection = select(content.profile, content.checks, brought=content.brought)
    checks = selection.checks.values()
    reading = _Reading(job.site, selection)
    cancelled = threading.Event()
    fine = True
    with (
        HostCollector(job.site, checks, ask=ask_person, now=utc_now) as collector,
        stop_on_signals(cancelled),
        ThreadPoolExecutor(job.site.limits.concurrency, thread_name_prefix="target") as pool,
    ):

        def look(target: Target) -> _Seen:
            return _looked(collector, target, reading, cancelled)

        hints: dict[str, None] = {}
        for target, seen in zip(job.site.targets, pool.map(look, job.site.targets), strict=True):
            fine = fine and seen.is_whole
            hints |= dict.fromkeys(seen.hints)
            click.echo("\n".join([_title(target), *(clean(line, 4000) for line in seen.lines)]))
        for hint in hints:
            click.echo(f"note: {hint}")
    if cancelled.is_set():
        return INTERRUPTED
    return 0 if fine else 1


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a scan of the site would ask, and judge."""

    site: Site
    selection: Selection

    def probes(self, platform: str) -> Mapping[str, Probe]:
        """What is asked of a target of that platform, by name."""
        return {probe.name: probe for probe in probes_for(platform, self.selection.checks.values())}


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is said of one target, whether all of it was read, and what is said once behind all targets."""

    lines: Sequence[str]
    is_whole: bool = False
    hints: Sequence[str] = ()


def _title(target: Target) -> str:
    return f"{target.name} ({f'{target.transport} {address_of(target)}'.rstrip()})"


def _looked(collector: HostCollector, target: Target, reading: _Reading, cancelled: threading.Event) -> _Seen:
    if cancelled.is_set():
        return _Seen(["  not looked at: interrupted"])
    try:
        return _read(target, collector.collect(target, cancelled).transcript, reading)
    except TargetError as error:
        return _not_reached(target, error)
    except Exception as error:  # a fault of ours on one target must not take the others with it
        return _Seen([f"  a fault in ctpat, please report it ({type(error).__name__}: {error})"])


def _not_reached(target: Target, error: TargetError) -> _Seen:
    said = (f"    {name}: {value}" for name, value in error.evidence.items())
    is_hinted = isinstance(error, AuthenticationFailed) and target.transport in WINRM
    return _Seen([f"  not reached: {error.detail}", *said], hints=[TRUSTED_HOSTS] if is_hinted else [])


def _read(target: Target, transcript: Transcript, reading: _Reading) -> _Seen:
    words, probes = WORDS.get(transcript.platform, WORDS["linux"]), reading.probes(transcript.platform)
    raw = raw_facts(transcript, probes)
    lines = [f"  logged in as {transcript.account or '?'}, rights: {words.rights[transcript.privilege]}"]
    if transcript.host_key:
        lines.append(f"  {words.identity} {transcript.host_key}, trusted")
    lines += [f"  note: {note}" for note in transcript.notes]
    if transcript.error:
        lines.append(f"  ended early ({transcript.error[0].value}): {transcript.error[1]}")
    gaps = [one for one in raw.sections.values() if one.probe in probes and _is_gap(one, probes[one.probe], raw)]
    for section in gaps:
        if section.state is not RawState.NOT_RUN:
            lines += _gap(section, probes[section.probe], words)
    lines += _not_run(transcript, [section.probe for section in gaps if section.state is RawState.NOT_RUN])
    barred = [section for section in gaps if section.state is not RawState.MISSING_TOOL]
    parts = _parts(target, raw, reading, {section.probe for section in gaps})
    lines += [f"  in part: {part}" for part in parts]
    lines.append(_sum(len(barred), len(parts), len(probes)))
    return _Seen(lines, is_whole=not barred and not parts and transcript.error is None)


def _not_run(transcript: Transcript, probes: Sequence[str]) -> Iterator[str]:
    """What the end of the collection kept from running, once for all of it: the cause is one."""
    if not probes:
        return
    yield f"  not run: {', '.join(probes)}"
    yield "    the collection ended before it, see above"
    if transcript.error is None or transcript.error[0] is Reason.TIMEOUT:
        yield "    cure: see why the target is slow, or raise --timeout of the scan"


def _is_gap(section: RawFact, probe: Probe, raw: RawFacts) -> bool:
    """A recording of before there were status files did not ask for one, and misses none."""
    is_older = probe.named and section.state is RawState.NOT_RUN and raw.error is None
    return section.state not in _FINE and not is_older


# Nothing on the target cures these: what the records do not say, and what is not read on its platform at all.
_INCURABLE = (Reason.STALE, Reason.NO_EVIDENCE, Reason.UNSUPPORTED)


def _parts(target: Target, raw: RawFacts, reading: _Reading, gaps: Collection[str]) -> list[str]:
    """What a scan would not see although the probe answered: one of its parts was refused, or is not understood."""
    findings = judge(reading.selection.plan(reading.site, target, raw.platform), FactSet(raw, target), target)
    unknown = [one for one in findings if one.status is Status.UNKNOWN and one.reason not in _INCURABLE]
    return list(dict.fromkeys(one.detail for one in unknown if one.detail.partition(":")[0] not in gaps))


def _sum(barred: int, parts: int, asked: int) -> str:
    whole = [f"{barred} of {asked} probes cannot be read"] if barred else []
    verb = "answer is" if parts == 1 else "answers are"
    partly = [f"{parts} {'more ' if barred else ''}{verb} not whole"] if parts else []
    return f"  {', '.join([*whole, *partly])}" if barred or parts else _READABLE


_READABLE = "  everything is readable"


def _gap(section: RawFact, probe: Probe, words: Words) -> Iterator[str]:
    complaint = f": {section.complaint}" if section.complaint else ""
    yield f"  {probe.name}: {section.state.value}{complaint}"
    yield f"    it is read because: {probe.why}"
    if section.state is RawState.DENIED and probe.grants:
        yield "    cure: grant the scan account (`ctpat explain --sudoers` prints the whole file):"
        yield from (f"      {grant.command}" for grant in probe.grants)
    elif section.state is RawState.DENIED:
        yield f"    cure: {words.denied.get(probe.access, words.denied[Access.ANY])}"
    elif section.state in words.cures:
        yield f"    cure: {words.cures[section.state]}"
    elif section.status is not None:
        yield f"    the command ended with status {section.status}; run it by hand to see why"
    else:
        yield f"    {words.failed}"
