"""Runs one scan: a bounded pool of targets, each collected, kept, judged and let go.

Workers collect and judge; the thread that called `scan` adds the results up. Nothing of a target stays in memory
once its result is stored, so a thousand targets take what ten do. A target's fault is that target's finding.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scanner.assess.findings import FactSet, PlannedCheck, judge, not_judged, probes_for
from scanner.assess.rollup import Rollup
from scanner.collect import raw_facts
from scanner.collect.offer import offer_transcript, offers_algorithms
from scanner.engine.selection import Selection
from scanner.engine.targets import reached, unreached
from scanner.errors import TargetError
from scanner.inventory.site import Site
from scanner.model import Assessment, Coverage, Finding, Reason, RunInfo, Target, TargetResult, Transcript
from scanner.store import RunWriter


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collector brings back: the transcript, and the exact script that it answers."""

    transcript: Transcript
    script: bytes


class Collector(Protocol):
    """Opens one target and brings its bytes back; raises TargetError, and nothing else, when it cannot."""

    def collect(self, target: Target, cancelled: threading.Event) -> Collected: ...


class Observer(Protocol):
    """Is told what happens, on the thread that called `scan`."""

    def finished(self, result: TargetResult, findings: Sequence[Finding]) -> None: ...


Keep = Callable[[Target, Collected], None]
"""Also keeps a collection elsewhere (`--record`); called by a worker before the bytes are parsed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """What a scan leaves in memory: the states, not the findings; those are in the store."""

    run: RunInfo
    coverage: Coverage
    assessments: tuple[Assessment, ...]
    interrupted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Everything one scan needs, decided before the first connection."""

    site: Site
    selection: Selection
    collector: Collector
    writer: RunWriter
    now: Callable[[], datetime]
    keep: Keep | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    result: TargetResult
    findings: tuple[Finding, ...]


def scan(job: Scan, observer: Observer) -> ScanResult:
    """Collect and judge every target of the site; Ctrl-C keeps what is there and marks the run partial."""
    rollup = Rollup(
        job.selection.profile,
        on=job.writer.info.started.date(),
        planned=len(job.site.targets),
        entities=job.site.entities,
        applicability=job.site.applicability,
    )
    cancelled = threading.Event()
    for answer in _answers(job, cancelled):
        rollup.add(answer.result, answer.findings)
        observer.finished(answer.result, answer.findings)
    assessments = rollup.assessments()
    info = job.writer.finish(assessments, job.now(), partial=cancelled.is_set())
    return ScanResult(run=info, coverage=rollup.coverage(), assessments=assessments, interrupted=cancelled.is_set())


def _answers(job: Scan, cancelled: threading.Event) -> Iterator[_Answer]:
    """One answer per target, as they come; a bounded number is under way at any time."""
    waiting = iter(job.site.targets)
    under_way: set[Future[_Answer]] = set()
    pool = ThreadPoolExecutor(job.site.limits.concurrency, thread_name_prefix="target")
    try:
        while True:
            _fill(pool, job, waiting, under_way, cancelled)
            if not under_way:
                break
            done = _next_done(under_way, cancelled)
            under_way -= done
            for future in done:
                yield future.result()
        for target in waiting:  # only a cancelled scan leaves any
            yield _not_started(job, target)
    finally:
        if under_way:  # leaving early: no worker may outlive the scan
            cancelled.set()
        pool.shutdown(wait=True)


def _fill(
    pool: ThreadPoolExecutor,
    job: Scan,
    waiting: Iterator[Target],
    under_way: set[Future[_Answer]],
    cancelled: threading.Event,
) -> None:
    while not cancelled.is_set() and len(under_way) < job.site.limits.concurrency:
        target = next(waiting, None)
        if target is None:
            return
        under_way.add(pool.submit(_one, job, target, cancelled))


def _next_done(under_way: set[Future[_Answer]], cancelled: threading.Event) -> set[Future[_Answer]]:
    """Wait for some; Ctrl-C while waiting tells the workers to come home, and waiting goes on."""
    while True:
        try:
            return wait(under_way, return_when=FIRST_COMPLETED).done
        except KeyboardInterrupt:
            if cancelled.is_set():
                raise  # asked twice: go now; the store is whole
            cancelled.set()


# --- One target, on a worker ---------------------------------------------------------------------------------


def _one(job: Scan, target: Target, cancelled: threading.Event) -> _Answer:
    plan = job.selection.plan(job.site, target)
    try:
        collected = job.collector.collect(target, cancelled)
    except TargetError as error:
        return _failed(job, plan, target, error)
    job.writer.transcript(collected.transcript, collected.script)
    if job.keep is not None:
        job.keep(target, collected)
    return _judged(job, plan, target, collected.transcript)


def _judged(job: Scan, plan: Sequence[PlannedCheck], target: Target, transcript: Transcript) -> _Answer:
    raw = raw_facts(transcript)
    facts = FactSet(raw, target)
    findings = judge(plan, facts, target)
    answer = _Answer(reached(target, transcript, facts, findings), findings)
    job.writer.result(answer.result, answer.findings, raw)
    return answer


def _failed(job: Scan, plan: Sequence[PlannedCheck], target: Target, error: TargetError) -> _Answer:
    """A target that was not collected; what its server offered before it failed is evidence all the same."""
    if not offers_algorithms(error):
        answer = _unreached(plan, target, error)
        job.writer.result(answer.result, answer.findings)
        return answer
    planned = [probe.name for probe in probes_for("linux", [item.check for item in plan])]
    transcript = offer_transcript(target.name, error, planned, job.now)
    job.writer.transcript(transcript, b"")
    raw = raw_facts(transcript)
    answer = _Answer(unreached(target, error), judge(plan, FactSet(raw, target), target))
    job.writer.result(answer.result, answer.findings, raw)
    return answer


def _unreached(plan: Sequence[PlannedCheck], target: Target, error: TargetError) -> _Answer:
    return _Answer(unreached(target, error), not_judged(plan, target, error.reason, error.detail))


def _not_started(job: Scan, target: Target) -> _Answer:
    error = TargetError(Reason.CANCELLED, "the scan was interrupted before this target was started")
    answer = _unreached(job.selection.plan(job.site, target), target, error)
    job.writer.result(answer.result, answer.findings)
    return answer
