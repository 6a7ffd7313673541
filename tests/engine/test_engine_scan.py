"""One scan of many targets: bounded, streamed to the store, and each target's fault its own."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.assess.findings import probes_for
from scanner.catalogue import load_checks
from scanner.collect.script import build
from scanner.engine.collector import HostCollector
from scanner.engine.interruption import stop_on_signals
from scanner.engine.scan import Scan, ScanResult, scan
from scanner.engine.selection import Selection, select
from scanner.engine.ways import Collected
from scanner.errors import ConfigError, ScannerError, Unreachable
from scanner.inventory.site import Limits, Site
from scanner.model import (
    Finding,
    Privilege,
    ProfileRef,
    Reason,
    RunInfo,
    Status,
    Target,
    TargetResult,
    TargetState,
    Transcript,
)
from scanner.profile import load_profile
from scanner.store import Store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CHECKS = load_checks()
PROFILE = load_profile("ctpat", checks=CHECKS)
SCRIPT = build(probes_for("linux", CHECKS.values()))
Behaviour = Callable[[Target, threading.Event], Collected]


def answered(target: Target, stdout: bytes = b"") -> Collected:
    """A collection whose bytes are no answer at all."""
    transcript = Transcript(
        target=target.name,
        platform="linux",
        nonce="0" * 32,
        stdout=stdout,
        collected_at=NOW,
        account="scan",
        privilege=Privilege.USER,
        script_sha256=SCRIPT.sha256,
    )
    return Collected(transcript, SCRIPT.text)


def fine(target: Target, cancelled: threading.Event) -> Collected:
    return answered(target)


class Collector:
    """Treats each target as told by the first letter of its name, and counts how many are under way."""

    def __init__(self, **behaviours: Behaviour) -> None:
        self._behaviours = behaviours
        self._lock = threading.Lock()
        self.now = self.most = 0
        self.started: list[str] = []

    def collect(self, target: Target, cancelled: threading.Event) -> Collected:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.started.append(target.name)
        try:
            behave = self._behaviours.get(target.name[0], fine)
            return behave(target, cancelled)
        finally:
            with self._lock:
                self.now -= 1


class Seen:
    """An observer that remembers, and may act."""

    def __init__(self, act: Callable[[], object] = lambda: None) -> None:
        self.results: dict[str, TargetResult] = {}
        self.findings: dict[str, Sequence[Finding]] = {}
        self._act = act

    def finished(self, result: TargetResult, findings: Sequence[Finding]) -> None:
        assert threading.current_thread() is threading.main_thread()
        self.results[result.name] = result
        self.findings[result.name] = findings
        self._act()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "s.db")
    yield opened
    opened.close()


def job(store: Store, collector: Collector, names: Sequence[str], concurrency: int = 4) -> Scan:
    site = Site(
        name="acme",
        entities=("importer",),
        targets=tuple(Target(name=name, transport="ssh", address=name) for name in names),
        limits=Limits(concurrency=concurrency),
    )
    info = RunInfo(
        id=f"run-{time.monotonic_ns()}",
        site="acme",
        company="",
        entities=("importer",),
        started=NOW,
        finished=None,
        scanner="test",
        profile=ProfileRef(name="ctpat", edition="", digest=""),
    )
    selection = select(PROFILE, CHECKS, only=["password"])
    return Scan(
        site=site,
        selection=selection,
        collector=collector,
        writer=store.begin(info, site.targets),
        now=lambda: NOW,
    )


def run(task: Scan, seen: Seen | None = None) -> tuple[ScanResult, Seen]:
    seen = seen or Seen()
    result = scan(task, seen)
    assert not workers()
    return result, seen


def workers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("target")]


def refuse(target: Target, cancelled: threading.Event) -> Collected:
    raise Unreachable(Reason.UNREACHABLE, "no route")


def crash(target: Target, cancelled: threading.Event) -> Collected:
    raise KeyError("a bug in a transport")


def garbage(target: Target, cancelled: threading.Event) -> Collected:
    return answered(target, os.urandom(200_000))


def until_cancelled(target: Target, cancelled: threading.Event) -> Collected:
    assert cancelled.wait(20)
    raise Unreachable(Reason.CANCELLED, "the scan was interrupted")


def test_each_target_has_one_line_and_every_finding(store: Store) -> None:
    collector = Collector(r=refuse, c=crash, g=garbage)
    task = job(store, collector, ["ok1", "refused", "ok2", "crashing", "garbage", "ok3"])
    result, seen = run(task)
    assert {name: line.state for name, line in seen.results.items()} == {
        "ok1": TargetState.PARTLY_READ,
        "ok2": TargetState.PARTLY_READ,
        "ok3": TargetState.PARTLY_READ,
        "garbage": TargetState.PARTLY_READ,
        "refused": TargetState.UNREACHABLE,
        "crashing": TargetState.FAILED,
    }
    checks = list(task.selection.checks)
    assert all([f.check for f in found] == checks for found in seen.findings.values())
    assert all(f.status not in (Status.PASS, Status.WARN) for found in seen.findings.values() for f in found)
    assert (result.coverage.planned, result.coverage.reached, result.coverage.readable) == (6, 4, 0)
    assert not result.interrupted
    stored = store.load(result.run.id)
    assert {line.name: line for line in stored.targets} == seen.results
    assert len(stored.findings) == 6 * len(checks)
    assert store.verify() == ()


def test_a_fault_of_ours_is_that_targets_finding(store: Store) -> None:
    _, seen = run(job(store, Collector(c=crash), ["crashing", "ok"]))
    assert {f.reason for f in seen.findings["crashing"]} == {Reason.FAULT}
    assert "KeyError" in seen.results["crashing"].detail


def test_a_fault_while_judging_keeps_the_bytes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from scanner.engine import scan as room

    def fails(transcript: Transcript) -> None:
        raise RuntimeError("a bug in the parser of frames")

    monkeypatch.setattr(room, "raw_facts", fails)
    result, seen = run(job(store, Collector(), ["ok"]))
    assert seen.results["ok"].state is TargetState.FAILED
    assert [t.target for t in store.transcripts(result.run.id)] == ["ok"]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_targets_are_under_way_than_allowed(store: Store, concurrency: int) -> None:
    def slow(target: Target, cancelled: threading.Event) -> Collected:
        time.sleep(0.02)
        return answered(target)

    collector = Collector(s=slow)
    run(job(store, collector, [f"s{n}" for n in range(12)], concurrency))
    assert collector.most == concurrency


def test_a_slow_target_holds_up_nobody(store: Store) -> None:
    free = threading.Event()

    def hangs(target: Target, cancelled: threading.Event) -> Collected:
        assert free.wait(20)
        return answered(target)

    seen = Seen(lambda: free.set() if len(seen.results) == 5 else None)
    run(job(store, Collector(h=hangs), ["hanging", *(f"ok{n}" for n in range(5))], 2), seen)
    assert list(seen.results)[-1] == "hanging"


def test_a_scan_without_targets_is_not_green(store: Store) -> None:
    result, _ = run(job(store, Collector(), []))
    assert result.coverage.planned == 0
    assert not any(a.technical and a.technical.value == "evidenced" for a in result.assessments)


# --- Ending early ------------------------------------------------------------------------------------------------


def test_a_signal_starts_nothing_new_and_keeps_what_is_there(store: Store) -> None:
    collector = Collector(h=until_cancelled)
    task = job(store, collector, ["ok", "hanging", "later1", "later2"], 1)
    seen = Seen(lambda: os.kill(os.getpid(), signal.SIGTERM) if not task.cancelled.is_set() else None)
    with stop_on_signals(task.cancelled):
        result, _ = run(task, seen)
    assert result.interrupted
    assert result.run.partial
    assert collector.started == ["ok", "hanging"][: len(collector.started)]
    assert seen.results["ok"].reached
    assert {seen.results[name].state for name in ("later1", "later2")} == {TargetState.CANCELLED}
    stored = store.load(result.run.id)
    assert stored.run.partial
    assert len(stored.targets) == 4
    assert store.verify() == ()


def test_a_signal_while_waiting_calls_the_workers_home(store: Store) -> None:
    task = job(store, Collector(h=until_cancelled), ["h1", "h2"], 2)
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with stop_on_signals(task.cancelled):
        result, seen = run(task)
    assert result.interrupted
    assert {line.state for line in seen.results.values()} == {TargetState.CANCELLED}


def test_the_second_signal_leaves_at_once(store: Store) -> None:
    free = threading.Event()

    def stubborn(target: Target, cancelled: threading.Event) -> Collected:
        free.wait(20)
        return answered(target)

    task = job(store, Collector(s=stubborn), ["s1"], 1)
    timers = [threading.Timer(wait, os.kill, (os.getpid(), signal.SIGINT)) for wait in (0.2, 0.4)]
    for timer in timers:
        timer.start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), stop_on_signals(task.cancelled):
        scan(task, Seen())
    assert time.monotonic() - began < 5
    free.set()
    until = time.monotonic() + 5
    while workers() and time.monotonic() < until:
        time.sleep(0.02)
    assert workers() == []
    (stored,) = store.runs()
    assert stored.finished is None
    assert stored.partial


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with stop_on_signals(threading.Event()):
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_store_that_fails_ends_the_run(store: Store) -> None:
    task = job(store, Collector(), [f"ok{n}" for n in range(20)], 2)
    seen = Seen(lambda: replace_with_a_folder(store) if len(seen.results) == 3 else None)
    with pytest.raises(ScannerError, match="store"):
        scan(task, seen)
    assert workers() == []
    assert len(seen.results) < 20


def replace_with_a_folder(store: Store) -> None:
    """Take the tables away under the running scan, as a disk that fails would."""
    import sqlite3

    with sqlite3.connect(store.place) as connection:
        connection.execute("DROP TABLE result")
    connection.close()


def test_a_recorder_that_fails_ends_the_run(store: Store) -> None:
    def keep(target: Target, collected: Collected) -> None:
        raise ConfigError("the recording cannot be written")

    task = replace(job(store, Collector(), ["a", "b"], 1), keep=keep)
    with pytest.raises(ConfigError, match="recording"):
        scan(task, Seen())
    assert workers() == []


def test_an_observer_that_fails_leaves_no_worker(store: Store) -> None:
    def act() -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        scan(job(store, Collector(h=until_cancelled), ["ok", "hanging"], 2), Seen(act))
    assert workers() == []


# --- Which checks, and how they are collected --------------------------------------------------------------------


def test_only_takes_names_families_and_aliases() -> None:
    assert set(select(PROFILE, CHECKS, only=["password"]).checks) == {i for i in CHECKS if i.startswith("password/")}
    assert set(select(PROFILE, CHECKS, only=["password/hash"]).checks) == {"password/hash"}
    with pytest.raises(ConfigError, match="did you mean 'password/hash'"):
        select(PROFILE, CHECKS, only=["password/hsh"])


def test_a_check_that_no_requirement_names_runs_when_it_was_brought() -> None:
    own = replace(CHECKS["password/hash"], id="own/first", source="acme")
    checks = {**CHECKS, "own/first": own}
    assert "own/first" not in select(PROFILE, checks).checks
    assert "own/first" in select(PROFILE, checks, brought=["own/first"]).checks


def test_a_brought_check_is_tuned_by_site_and_target() -> None:
    own = replace(CHECKS["password/hash"], id="own/first", source="acme", parameters={"limit": 1, "days": 1})
    selection = Selection(PROFILE, {"own/first": own})
    site = Site(name="s", parameters={"own.first.limit": 2, "own.first.days": 2})
    (planned,) = selection.plan(site, Target(name="t", transport="ssh", parameters={"own.first.limit": 3}))
    assert planned.parameters.values == {"limit": 3, "days": 2}


def test_what_a_brought_check_tolerates_it_does_not_tolerate_short_of_a_sites_other_number() -> None:
    numbers = {"limit": 5, "tolerated": 8}
    own = replace(CHECKS["password/hash"], id="own/first", parameters=numbers, tolerances={"tolerated": "limit"})
    selection = Selection(PROFILE, {"own/first": own})

    def values(**site: int) -> Mapping[str, object]:
        keys = {f"own.first.{name}": value for name, value in site.items()}
        (planned,) = selection.plan(Site(name="s", parameters=keys), Target(name="t", transport="ssh"))
        return planned.parameters.values

    assert (values()["tolerated"], values(limit=4)["tolerated"], values(limit=4, tolerated=6)["tolerated"]) == (8, 4, 6)


def test_a_target_of_another_transport_is_unsupported_and_says_so(store: Store) -> None:
    site = Site(name="s", targets=(Target(name="win", transport="smoke", address="win"),))
    with HostCollector(site, CHECKS.values(), ask=None, now=lambda: NOW) as collector:
        task = replace(job(store, Collector(), ["win"]), site=site, collector=collector)
        _, seen = run(task)
    assert seen.results["win"].reason is Reason.UNSUPPORTED
    assert "smoke" in seen.results["win"].detail
