"""The store: evidence first, rows written once, a chain that shows every change, and no harm from a kill -9."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.document import digest, plain
from scanner.errors import ConfigError, EvidenceError, ScannerError
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.model import (
    Assessment,
    Finding,
    Level,
    Privilege,
    ProfileRef,
    Reason,
    RunInfo,
    State,
    Status,
    Target,
    TargetResult,
    TargetState,
    Transcript,
    Verdict,
)
from scanner.store import Store, schema, tables
from scanner.store.rows import finding_row

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PROFILE = ProfileRef(name="ctpat", edition="2020-03", digest="d" * 64)
TARGETS = (Target(name="web01", transport="ssh", address="10.0.0.11", port=22), Target(name="db01", transport="ssh"))
ASSESSMENT = Assessment(
    requirement="4.8b",
    criterion="4.8",
    level=Level.MUST,
    state=State.GAP,
    reason="one target does not meet it",
    technical=State.GAP,
    people=None,
    targets={Verdict.NOT_SATISFIED: 1, Verdict.UNDETERMINED: 1},
    findings={Status.FAIL: 1},
    reasons=(("too short", 1),),
)


def info(run: str, site: str = "acme") -> RunInfo:
    return RunInfo(
        id=run,
        site=site,
        company="Acme",
        entities=("importer",),
        started=NOW,
        finished=None,
        scanner="ctpat-scanner 0",
        profile=PROFILE,
    )


def transcript(target: str, text: bytes = b"@nonce START\n") -> Transcript:
    return Transcript(
        target=target,
        platform="linux",
        nonce="nonce",
        stdout=text,
        collected_at=NOW,
        account="scan",
        privilege=Privilege.USER,
        script_sha256="",
        error=(Reason.TIMEOUT, "it hung"),
        notes=("a note",),
        duration_s=1.25,
    )


def finding(check: str, status: Status = Status.FAIL) -> Finding:
    return Finding(check=check, version=1, target="web01", status=status, actual="8", parameters={"required": 14})


def result(name: str) -> TargetResult:
    return TargetResult(
        name=name,
        address="10.0.0.11:22",
        transport="ssh",
        platform="linux",
        os="Debian",
        state=TargetState.READ,
        privilege=Privilege.ROOT,
        collected_at=NOW,
    )


RAW = RawFacts(
    platform="linux",
    collected_at=NOW,
    privilege=Privilege.ROOT,
    sections={"pam": RawFact(probe="pam", state=RawState.OK, stdout=b"bytes", status=0, duration_ms=3)},
)


def complete(store: Store, run: str, site: str = "acme") -> RunInfo:
    writer = store.begin(info(run, site), TARGETS)
    writer.transcript(transcript("web01"), b"main() { :; }")
    writer.result(result("web01"), [finding("password/min_length"), finding("accounts/uid0", Status.PASS)], RAW)
    return writer.finish([ASSESSMENT], NOW, partial=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ctpat.db"


def tamper(path: Path, *statements: str) -> None:
    """Change rows as an attacker with the file would: drop the triggers first."""
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.execute(statement).rowcount != 0, statement
    connection.close()


def test_a_run_comes_back_as_it_was_written(path: Path) -> None:
    store = Store.open(path)
    finished = complete(store, "run-1")
    loaded = store.load("run-1")
    assert loaded.run == finished
    assert loaded.assessments == (ASSESSMENT,)
    assert [f.check for f in loaded.findings] == ["accounts/uid0", "password/min_length"]
    assert loaded.targets[0] == result("web01")


def test_a_planned_target_that_never_answered_stays_in_the_denominator(path: Path) -> None:
    store = Store.open(path)
    complete(store, "run-1")
    loaded = store.load("run-1")
    assert (loaded.coverage.planned, loaded.coverage.reached) == (2, 1)
    assert loaded.targets[1].state is TargetState.CANCELLED
    assert [(run.reached, run.planned) for run in store.runs()] == [(1, 2)]


def test_transcripts_come_back_byte_for_byte(path: Path) -> None:
    store = Store.open(path)
    complete(store, "run-1")
    (stored,) = store.transcripts("run-1")
    assert replace(stored, script_sha256="") == transcript("web01")
    assert store.bytes_of(stored.script_sha256) == b"main() { :; }"


def test_the_file_is_its_owners_alone(path: Path) -> None:
    Store.open(path)
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("table", tables.WRITTEN_ONCE)
def test_rows_that_are_evidence_refuse_to_change(path: Path, table: str) -> None:
    complete(Store.open(path), "run-1")
    with sqlite3.connect(path) as connection:
        if table == "record":
            (document,) = connection.execute("SELECT sha256 FROM blob").fetchone()
            row = ("r", "acme", "leavers", NOW.isoformat(), document, "{}", None, "x")
            connection.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        column = connection.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchone()[0]
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
            with pytest.raises(sqlite3.IntegrityError, match="written once"):
                connection.execute(statement)
    connection.close()


def test_a_finished_run_refuses_to_change(path: Path) -> None:
    complete(Store.open(path), "run-1")
    with sqlite3.connect(path) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute("UPDATE run SET partial = 1")
    connection.close()


def test_runs_of_a_site_form_a_chain_and_sites_do_not_mix(path: Path) -> None:
    store = Store.open(path)
    first, second = complete(store, "run-1"), complete(store, "run-2")
    other = complete(store, "run-3", site="bolt")
    assert second.previous == first.digest
    assert other.previous is None
    assert store.verify() == ()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE finding SET row = replace(row, 'fail', 'pass')",
        "UPDATE result SET row = replace(row, 'Debian', 'Ubuntu')",
        "UPDATE assessment SET row = replace(row, 'gap', 'evidenced')",
        "UPDATE planned SET row = replace(row, 'db01', 'db02')",
        "UPDATE transcript SET head = replace(head, 'it hung', 'fine')",
        "DELETE FROM finding WHERE check_id = 'password/min_length'",
        "UPDATE run SET head = replace(head, 'Acme', 'Apex')",
        "UPDATE blob SET deflated = x'789c030000000001'",
        "DELETE FROM blob WHERE size = 13",
        "UPDATE blob SET size = size - 1",
        "UPDATE site SET name = 'apex'",
        "UPDATE site SET name = 'apex'; UPDATE run SET site = 'apex'",
        "UPDATE section SET sha256 = 'f'",
        "DELETE FROM section",
        "UPDATE run SET digest = NULL",
    ],
)
def test_verify_sees_a_change_anywhere(path: Path, change: str) -> None:
    store = Store.open(path)
    complete(store, "run-1")
    assert store.verify() == ()
    tamper(path, "PRAGMA foreign_keys = OFF", *change.split("; "))
    assert store.verify() != ()


def test_a_store_that_did_not_cover_sections_still_verifies(path: Path) -> None:
    """Its results carry digests of the first form; a change of them or of what they cover is seen as before."""
    store = Store.open(path)
    writer = store.begin(info("run-1"), TARGETS)
    writer.transcript(transcript("web01"), b"main() { :; }")
    writer.result(result("web01"), [finding("accounts/uid0", Status.PASS)], RAW)
    first_form = digest([plain(result("web01")), [finding_row(finding("accounts/uid0", Status.PASS))]])
    tamper(path, f"UPDATE result SET digest = '{first_form}'")
    writer.finish([ASSESSMENT], NOW, partial=False)
    assert store.verify() == ()
    tamper(path, "UPDATE finding SET row = replace(row, 'pass', 'fail'), status = 'fail'")
    assert store.verify() == ("run run-1, target web01: its result, its findings or its sections were changed",)


def test_whose_a_threshold_is_comes_back_and_a_finding_of_before_has_nobodys(path: Path) -> None:
    store = Store.open(path)
    writer = store.begin(info("run-1"), TARGETS)
    told = replace(finding("accounts/uid0"), parameter_sources={"required": "cis-windows"})
    writer.result(result("web01"), [told, finding("accounts/orphans")], RAW)
    writer.finish([ASSESSMENT], NOW, partial=False)
    assert "parameter_sources" not in finding_row(finding("accounts/orphans"))  # as stores of before have it
    assert {one.check: one.parameter_sources for one in store.load("run-1").findings} == {
        "accounts/uid0": {"required": "cis-windows"},
        "accounts/orphans": {},
    }
    assert store.verify() == ()


def test_verify_sees_a_run_that_was_taken_out(path: Path) -> None:
    store = Store.open(path)
    for run in ("run-1", "run-2", "run-3"):
        complete(store, run)
    tamper(path, "UPDATE run SET digest = NULL WHERE id = 'run-2'")
    assert any("gone" in problem for problem in store.verify())


def test_changed_bytes_are_not_handed_out(path: Path) -> None:
    store = Store.open(path)
    complete(store, "run-1")
    tamper(path, "UPDATE blob SET deflated = x'789c030000000001'")
    with pytest.raises(EvidenceError, match="match"):
        list(store.transcripts("run-1"))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE run SET head = '[]'",
        "UPDATE run SET head = 'no JSON {'",
        "UPDATE run SET started = 'soon'",
        "UPDATE planned SET row = '{}'",
        "UPDATE result SET row = '5'",
        "UPDATE finding SET row = 'null'",
        'UPDATE assessment SET row = \'{"state": "green"}\'',
        "UPDATE transcript SET head = '[]'",
        "UPDATE blob SET deflated = 7",
        "UPDATE blob SET deflated = 'text'",
    ],
)
def test_a_damaged_row_is_told_in_words(path: Path, change: str) -> None:
    """By `verify` in any case; the others answer, or raise an error of ours and nothing else."""
    store = Store.open(path)
    complete(store, "run-1")
    tamper(path, "PRAGMA foreign_keys = OFF", change)
    with suppress(EvidenceError):
        assert store.verify() != ()
    for look in (store.runs, lambda: store.load("run-1"), lambda: list(store.transcripts("run-1"))):
        with suppress(ScannerError):
            look()


def test_a_damaged_schema_is_told_in_words(path: Path) -> None:
    Store.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ''")
    connection.close()
    with pytest.raises(ConfigError, match="no usable store"):
        Store.open(path)


_KILLED = """
import sys, os, signal, time
sys.path.insert(0, {tests!r})
import test_store as t
store = t.Store.open({path!r})
writer = store.begin(t.info("run-1"), t.TARGETS)
writer.transcript(t.transcript("web01"), b"script")
if {after_result}:
    writer.result(t.result("web01"), [t.finding("password/min_length")])
print("ready", flush=True)
for n in range(100000):
    writer.transcript(t.transcript(f"more-{{n}}", b"x" * 50000), b"script")
"""


@pytest.mark.parametrize("after_result", [False, True])
def test_a_kill_at_any_moment_leaves_what_was_collected(path: Path, after_result: bool) -> None:
    code = _KILLED.format(tests=str(Path(__file__).parent), path=str(path), after_result=after_result)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.2)
        os.kill(process.pid, signal.SIGKILL)
    store = Store.open(path)
    (run,) = store.runs()
    assert run.finished is None
    assert run.partial
    assert next(iter(t for t in store.transcripts("run-1") if t.target == "web01")).stdout == b"@nonce START\n"
    assert len(store.load("run-1").findings) == after_result
    assert complete(store, "run-2").previous is None
    assert store.verify() == ()


def test_two_scans_that_end_together_are_chained_one_after_the_other(path: Path) -> None:
    complete(Store.open(path), "run-0")
    threads = [threading.Thread(target=lambda n=n: complete(Store.open(path), f"run-{n}")) for n in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = Store.open(path)
    assert store.verify() == ()
    assert len({store.load(run.id).run.previous for run in store.runs()}) == 7


def test_many_processes_may_make_the_same_store(path: Path) -> None:
    code = f"from scanner.store import Store; Store.open({str(path)!r}).close()"
    for _ in range(3):
        path.unlink(missing_ok=True)
        started = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(6)]
        assert [process.communicate()[1] for process in started] == [b""] * 6


def test_a_file_that_is_no_store_is_refused_in_words(path: Path) -> None:
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(ConfigError, match="no usable store"):
        Store.open(path)


def test_a_store_of_a_newer_version_is_refused(path: Path) -> None:
    Store.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(ConfigError, match="newer version"):
        Store.open(path)


def test_a_run_is_found_by_the_start_of_its_id(path: Path) -> None:
    store = Store.open(path)
    complete(store, "abc-1")
    complete(store, "abd-2")
    assert store.resolve("abc") == "abc-1"
    with pytest.raises(ConfigError, match="2 runs"):
        store.resolve("ab")
    with pytest.raises(ConfigError, match="0 runs"):
        store.resolve("%")


def test_the_newest_script_is_the_head() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "scanner.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD
