"""Runs one scan: a bounded pool of targets, each collected, kept, judged and let go.

Workers collect and judge; the thread that called `scan` adds the results up. Nothing of a target stays in memory
once its result is stored, so a thousand targets take what ten do. A target's fault is that target's finding.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from scanner.assess.findings import FactSet, PlannedCheck, judge, not_judged, probes_for
from scanner.assess.people import people_half
from scanner.assess.rollup import Rollup
from scanner.collect import raw_facts
from scanner.collect.offer import offer_transcript, offers_algorithms
from scanner.engine.selection import Selection
from scanner.engine.targets import reached, unreached
from scanner.engine.ways import Collected
from scanner.errors import TargetError
from scanner.facts.base import GivenFact, RawFacts
from scanner.inventory.site import Site
from scanner.model import Assessment, Coverage, Finding, Reason, RunInfo, Target, TargetResult, Transcript
from scanner.store import RunWriter


class Collector(Protocol):
    """Opens one target and brings its bytes back; raises TargetError when it cannot.

    Anything else that it raises is a fault of the program, and becomes that one target's finding.
    """

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
    """Everything one scan needs, decided before the first connection; `given` are facts that no target tells.

    Once `cancelled` is set, nothing new is started, and what is under way comes home early.
    """

    site: Site
    selection: Selection
    collector: Collector
    writer: RunWriter
    now: Callable[[], datetime]
    keep: Keep | None = None
    given: tuple[GivenFact, ...] = ()
    cancelled: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class _Answer:
    result: TargetResult
    findings: tuple[Finding, ...]


def scan(job: Scan, observer: Observer) -> ScanResult:
    """Collect and judge every target of the site; a cancelled scan keeps what is there and is marked partial.

    Raises ScannerError when the store (or the folder of `keep`) cannot be written: without it there is no evidence.
    """
    rollup = Rollup(
        job.selection.profile,
        on=job.writer.info.started.date(),
        planned=len(job.site.targets),
        entities=job.site.entities,
        applicability=job.site.applicability,
        attestations=people_half(job.selection.profile, job.writer.info.records, job.writer.info.started.date()),
    )
    with closing(_answers(job)) as answers:
        for answer in answers:
            rollup.add(answer.result, answer.findings)
            observer.finished(answer.result, answer.findings)
    assessments = rollup.assessments()
    interrupted = job.cancelled.is_set()
    info = job.writer.finish(assessments, job.now(), partial=interrupted)
    return ScanResult(run=info, coverage=rollup.coverage(), assessments=assessments, interrupted=interrupted)


def _answers(job: Scan) -> Generator[_Answer, None, None]:
    """One answer per target, as they come; a bounded number is under way at any time."""
    waiting = iter(job.site.targets)
    under_way: set[Future[_Answer]] = set()
    pool = ThreadPoolExecutor(job.site.limits.concurrency, thread_name_prefix="target")
    patient = True
    try:
        while True:
            _fill(pool, job, waiting, under_way)
            if not under_way:
                break
            done = wait(under_way, return_when=FIRST_COMPLETED).done
            under_way -= done
            for future in done:
                yield future.result()
        for target in waiting:  # only a cancelled scan leaves any
            yield _not_started(job, target)
    except KeyboardInterrupt:
        patient = False  # asked to leave at once; the store is whole after every step
        raise
    finally:
        if under_way:  # leaving early: no worker starts anything new
            job.cancelled.set()
        pool.shutdown(wait=patient, cancel_futures=True)


def _fill(pool: ThreadPoolExecutor, job: Scan, waiting: Iterator[Target], under_way: set[Future[_Answer]]) -> None:
    while not job.cancelled.is_set() and len(under_way) < job.site.limits.concurrency:
        target = next(waiting, None)
        if target is None:
            return
        under_way.add(pool.submit(_one, job, target))


# --- One target, on a worker ---------------------------------------------------------------------------------


def _one(job: Scan, target: Target) -> _Answer:
    try:
        collected = job.collector.collect(target, job.cancelled)
    except TargetError as error:
        return _failed(job, target, error)
    except Exception as error:  # a fault of ours on one target must not take the others with it
        return _faulty(job, job.selection.plan(job.site, target), target, error)
    job.writer.transcript(collected.transcript, collected.script)
    if job.keep is not None:
        job.keep(target, collected)
    return _kept(job, target, collected.transcript)


def _kept(job: Scan, target: Target, transcript: Transcript) -> _Answer:
    plan = job.selection.plan(job.site, target, transcript.platform)
    try:
        answer, raw = _judged(job, plan, target, transcript)
    except Exception as error:  # as above; the bytes are in the store, and may be judged again
        return _faulty(job, plan, target, error)
    job.writer.result(answer.result, answer.findings, raw)
    return answer


def _judged(
    job: Scan, plan: Sequence[PlannedCheck], target: Target, transcript: Transcript
) -> tuple[_Answer, RawFacts]:
    raw = raw_facts(transcript)
    facts = FactSet(raw, target, job.given)
    findings = judge(plan, facts, target)
    return _Answer(reached(target, transcript, facts, findings), findings), raw


def _faulty(job: Scan, plan: Sequence[PlannedCheck], target: Target, error: Exception) -> _Answer:
    detail = f"a fault in ctpat, please report it ({type(error).__name__}: {error})"
    answer = _unreached(plan, target, TargetError(Reason.FAULT, detail))
    job.writer.result(answer.result, answer.findings)
    return answer


def _failed(job: Scan, target: Target, error: TargetError) -> _Answer:
    """A target that was not collected; what its server offered before it failed is evidence all the same."""
    if not offers_algorithms(error):
        answer = _unreached(job.selection.plan(job.site, target), target, error)
        job.writer.result(answer.result, answer.findings)
        return answer
    planned = [probe.name for probe in probes_for("linux", job.selection.checks.values())]
    transcript = offer_transcript(target.name, error, planned, job.now)
    job.writer.transcript(transcript, b"")
    raw = raw_facts(transcript)
    plan = job.selection.plan(job.site, target, transcript.platform)
    answer = _Answer(unreached(target, error), judge(plan, FactSet(raw, target, job.given), target))
    job.writer.result(answer.result, answer.findings, raw)
    return answer


def _unreached(plan: Sequence[PlannedCheck], target: Target, error: TargetError) -> _Answer:
    return _Answer(unreached(target, error), not_judged(plan, target, error.reason, error.detail))


def _not_started(job: Scan, target: Target) -> _Answer:
    error = TargetError(Reason.CANCELLED, "the scan was interrupted before this target was started")
    answer = _unreached(job.selection.plan(job.site, target), target, error)
    job.writer.result(answer.result, answer.findings)
    return answer
