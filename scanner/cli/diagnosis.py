"""The words of `ctpat doctor`: one target at a time, each gap with its cure."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import click

from scanner.assess.findings import FactSet, judge, probes_for
from scanner.cli.ending import INTERRUPTED
from scanner.cli.scan import ask_person, utc_now
from scanner.cli.sites import Job
from scanner.collect import raw_facts
from scanner.engine.collector import HostCollector
from scanner.engine.interruption import stop_on_signals
from scanner.engine.selection import Selection, select
from scanner.engine.targets import address_of, reached
from scanner.errors import TargetError
from scanner.facts.base import Access, Probe, RawFact, RawFacts, RawState
from scanner.inventory.site import Site
from scanner.model import Privilege, Target, Transcript
from scanner.text import clean

_FINE = (RawState.OK, RawState.ABSENT)
_CURES = {
    RawState.MISSING_TOOL: "the program is not installed there; if it should be, install it, else nothing is wrong",
    RawState.TIMEOUT: "the target was too slow, or the command hangs there; try it by hand",
    RawState.TRUNCATED: "its output is larger than any we know; look at it by hand",
    RawState.NOT_RUN: "the collection ended before it; see above, or raise --timeout of the scan",
}


def diagnose(job: Job) -> int:
    """Check every target of the site, and say what was found as the answers come; 1 when something stays unread."""
    content = job.content
    selection = select(content.profile, content.checks, brought=content.brought)
    checks = selection.checks.values()
    reading = _Reading(job.site, selection, {probe.name: probe for probe in probes_for("linux", checks)})
    cancelled = threading.Event()
    fine = True
    with (
        HostCollector(job.site, checks, ask=ask_person, now=utc_now) as collector,
        stop_on_signals(cancelled),
        ThreadPoolExecutor(job.site.limits.concurrency, thread_name_prefix="target") as pool,
    ):

        def look(target: Target) -> tuple[list[str], bool]:
            return _looked(collector, target, reading, cancelled)

        for target, (lines, readable) in zip(job.site.targets, pool.map(look, job.site.targets), strict=True):
            fine = fine and readable
            click.echo("\n".join([_title(target), *(clean(line, 4000) for line in lines)]))
    if cancelled.is_set():
        return INTERRUPTED
    return 0 if fine else 1


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a scan of the site would ask, and judge."""

    site: Site
    selection: Selection
    probes: Mapping[str, Probe]


def _title(target: Target) -> str:
    return f"{target.name} ({f'{target.transport} {address_of(target)}'.rstrip()})"


def _looked(
    collector: HostCollector, target: Target, reading: _Reading, cancelled: threading.Event
) -> tuple[list[str], bool]:
    if cancelled.is_set():
        return ["  not looked at: interrupted"], False
    try:
        return _read(target, collector.collect(target, cancelled).transcript, reading)
    except TargetError as error:
        return [f"  not reached: {error.detail}", *(f"    {name}: {v}" for name, v in error.evidence.items())], False
    except Exception as error:  # a fault of ours on one target must not take the others with it
        return [f"  a fault in ctpat, please report it ({type(error).__name__}: {error})"], False


def _read(target: Target, transcript: Transcript, reading: _Reading) -> tuple[list[str], bool]:
    raw = raw_facts(transcript, reading.probes)
    lines = [f"  logged in as {transcript.account or '?'}, rights: {_RIGHTS[transcript.privilege]}"]
    if transcript.host_key:
        lines.append(f"  host key {transcript.host_key}, trusted")
    lines += [f"  note: {note}" for note in transcript.notes]
    if transcript.error:
        lines.append(f"  ended early ({transcript.error[0].value}): {transcript.error[1]}")
    gaps = [
        section for section in raw.sections.values() if section.state not in _FINE and section.probe in reading.probes
    ]
    for section in gaps:
        lines += _gap(section, reading.probes[section.probe])
    barred = [section for section in gaps if section.state is not RawState.MISSING_TOOL]
    parts = _parts(target, transcript, raw, reading, {section.probe for section in gaps})
    lines += [f"  in part: {part}" for part in parts]
    lines.append(_sum(len(barred), len(parts), len(reading.probes)))
    return lines, not barred and not parts and transcript.error is None


def _parts(
    target: Target, transcript: Transcript, raw: RawFacts, reading: _Reading, gaps: Collection[str]
) -> list[str]:
    """What a scan would not see although the probe answered: one of its parts was refused, or is not understood."""
    facts = FactSet(raw, target)
    line = reached(target, transcript, facts, judge(reading.selection.plan(reading.site, target), facts, target))
    return [detail for detail in line.unread if detail.partition(":")[0] not in gaps]


def _sum(barred: int, parts: int, asked: int) -> str:
    whole = [f"{barred} of {asked} probes cannot be read"] if barred else []
    verb = "answer is" if parts == 1 else "answers are"
    partly = [f"{parts} {'more ' if barred else ''}{verb} not whole"] if parts else []
    return f"  {', '.join([*whole, *partly])}" if barred or parts else _READABLE


_READABLE = "  everything is readable"


_RIGHTS = {
    Privilege.ROOT: "root",
    Privilege.GRANTS: "the account's own, plus single commands by sudo or doas",
    Privilege.USER: "the account's own only",
}


def _gap(section: RawFact, probe: Probe) -> Iterator[str]:
    complaint = f": {section.complaint}" if section.complaint else ""
    yield f"  {probe.name}: {section.state.value}{complaint}"
    yield f"    it is read because: {probe.why}"
    if section.state is RawState.DENIED and probe.grants:
        yield "    cure: grant the scan account (`ctpat explain --sudoers` prints the whole file):"
        yield from (f"      {grant.command}" for grant in probe.grants)
    elif section.state is RawState.DENIED:
        yield f"    cure: {_group_cure(probe)}"
    elif section.state in _CURES:
        yield f"    cure: {_CURES[section.state]}"
    else:
        yield f"    the command ended with status {section.status}; run it by hand to see why"


def _group_cure(probe: Probe) -> str:
    if probe.access is Access.ROOT:
        return "only root reads this; let the scan account become root with sudo, or accept that it is unknown"
    return "add the scan account to the groups systemd-journal and (Debian family) adm"
