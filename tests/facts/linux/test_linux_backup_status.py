"""The status file that a site names: what leaves the host, what it says, and whose word it is."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.collect import frame
from scanner.collect.script import build
from scanner.facts.backups import BackupFailure, BackupJob, Backups, BackupSuccess, Proof
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.linux.backups.reader import read_backups
from scanner.facts.linux.backups.status import STATUS, read_status, with_status
from scanner.inventory.address import AddressError
from scanner.model import Absent, Privilege, Reason, Unknown
from tests.facts.linux.test_linux_backups import NOW, raw, recorded

NONCE = "0" * 32
WRITTEN = int((NOW - timedelta(hours=3)).timestamp())
SCRIPT = build([STATUS])


def asked(path: str | None, shell: str = "/bin/sh") -> RawFact:
    """The section that the real script prints for this file."""
    run = [*shell.split(), "-s"]
    text = SCRIPT.text + SCRIPT.call(NONCE, status_file=path)
    done = subprocess.run(run, input=text, capture_output=True, timeout=30)
    return frame.parse(done.stdout, NONCE).sections[STATUS.name]


def told(text: bytes, *, state: RawState = RawState.OK) -> RawFacts:
    section = RawFact(probe=STATUS.name, state=state, stdout=text, status=0)
    return replace(raw(recorded("nothing")), sections={STATUS.name: section})


def said(text: str, tmp_path: Path) -> bool | None:
    """What the file with this text says, through the script and the reader."""
    file = tmp_path / "status"
    file.write_text(text)
    status = read_status(told(asked(str(file)).stdout))
    assert status is not None and status.path == str(file)
    match status.said:
        case BackupFailure():
            return False
        case BackupSuccess(proof=Proof.STATED):
            return True
        case BackupSuccess(proof=Proof.WEAK):
            return None
    raise AssertionError(status)


# --- What it says ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "OK\n",
        "success",
        "0\n",
        "Succeeded 2026-11-22T02:31:07Z, 120 files, 0 errors\n",
        "status=success\n",
        "exit_code: 0\n",
        '{"status": "success", "errors": 0, "when": "2026-11-22T02:31:07+01:00"}\n',
        '{\n  "result": \'ok\',\n  "failed": 0\n}\n',
        "success: true\r\n",
        "Backup completed successfully without errors.\n",
        "began=02:30:00\nrc=0\n",
        "rc: 0, failed: 0\n",
        "Backup completed successfully, exit 0\n",
        "Successfully backed up 12 of 12 jobs\n",
    ],
)
def test_success(text: str, tmp_path: Path) -> None:
    assert said(text, tmp_path) is True


@pytest.mark.parametrize(
    "text",
    [
        "FAILED\n",
        "1\n",
        "-1\n",
        "status: error\n",
        "exit_status=23\n",
        '{"success": false}\n',
        "Backup of /home failed: disk full\n",
        "home: failed\n",
        "backup didn't end\n",
        "home: ok\nmail: failed\n",
        "not ok\n",
        "isn't successful\n",
    ],
)
def test_failure(text: str, tmp_path: Path) -> None:
    assert said(text, tmp_path) is False


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "2026-11-22\n",
        "OK\nFAILED\n",
        "status=success\nerrors=3\n",
        "no success\n",
        "ok: 0\n",
        "last success: 2026-11-22\n",
        "status=running\n",
        "OK, next run started\n",
        "12\n0\n",
        "OK\n" + "x" * 5000,
        "\0\0\0",
        '{"status": "success", "rc": 0, "failed": 3}\n',
        "exit=0 errors=5\n",
        "rc: 0, failed: 2 of 14\n",
        "result=success code=0 missing=12\n",
        "Successfully backed up 0 of 12 jobs\n",
        "Successfully backed up 3 of 12 jobs\n",
        "success rate 20 %\n",
        "\x1b[31mOKAY\n",
    ],
)
def test_neither(text: str, tmp_path: Path) -> None:
    assert said(text, tmp_path) is None


@pytest.mark.parametrize("shell", ["dash", "bash", "ksh93", "mksh", "yash", "busybox sh"])
def test_every_shell_reads_the_same(shell: str, tmp_path: Path) -> None:
    file = tmp_path / "status"
    file.write_text("Status: OK 2026-11-22\n")
    os.utime(file, (WRITTEN, WRITTEN))
    assert asked(str(file), shell).stdout.decode().splitlines() == [
        f"% file {file}",
        f"% stat {WRITTEN} 22",
        "|status = ok 2026-11-22",
        "% end",
    ]


def test_an_old_date_in_a_file_that_was_copied_again_counts(tmp_path: Path) -> None:
    """A configuration management that writes the file anew each day makes no backup of it."""
    for text, when in (
        ("OK 2026-11-01\nfirst run 2020-01-01\n", datetime(2026, 11, 1, 23, 59, 59, 999999, UTC)),
        ("OK 2026-12-24\n", datetime.fromtimestamp(WRITTEN, UTC)),
        ("OK 2026-02-31\n", datetime.fromtimestamp(WRITTEN, UTC)),
    ):
        file = tmp_path / "status"
        file.write_text(text)
        os.utime(file, (WRITTEN, WRITTEN))
        status = read_status(told(asked(str(file)).stdout))
        assert status is not None and isinstance(status.said, BackupSuccess)
        assert status.said.when == when


# --- What leaves the host --------------------------------------------------------------------------------


def test_nothing_of_the_text_leaves_the_host_but_known_words(tmp_path: Path) -> None:
    file = tmp_path / "status"
    file.write_text("root:$6$salt$hunter2:19800:0:99999:7:::\nstatus=ok token=s3cr3t https://me:pw@host/ 4711\n")
    text = asked(str(file)).stdout.decode()
    words = {word for line in text.splitlines() if line.startswith("|") for word in line[1:].split()}
    assert words <= {"=", "_", "status", "ok", "6", "0", "7"}


@pytest.fixture
def odd(tmp_path: Path) -> Iterator[dict[str, Path]]:
    """What is no regular file; the first would hold up whoever opens it."""
    made = {name: tmp_path / name for name in ("fifo", "link", "folder", "socket", "device")}
    os.mkfifo(made["fifo"])
    (tmp_path / "secret").write_text("ok\n")
    made["link"].symlink_to(tmp_path / "secret")
    made["folder"].mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(made["socket"]))
        if os.geteuid() == 0:
            os.mknod(made["device"], 0o20666, os.makedev(1, 5))
        else:
            del made["device"]
        yield made


def test_only_a_regular_file_is_opened(odd: dict[str, Path]) -> None:
    for name, path in odd.items():
        section = asked(str(path))
        assert section.state is RawState.OK and b"|" not in section.stdout
        status = read_status(told(section.stdout))
        assert status is not None and isinstance(status.said, Unknown)
        assert f"{path} is {'a link' if name == 'link' else 'no regular file'}" in status.said.detail
        assert status.said.code is Reason.UNREADABLE


def test_a_huge_file_costs_its_head(tmp_path: Path) -> None:
    file = tmp_path / "status"
    with file.open("w") as out:
        out.write("OK " + "failed " * 1000)
        out.truncate(1 << 40)
    section = asked(str(file))
    assert section.state is RawState.OK and len(section.stdout) < 6000
    status = read_status(told(section.stdout))
    assert status is not None and isinstance(status.said, BackupSuccess)
    assert status.said.proof is Proof.WEAK and "longer than 4095 bytes" in status.said.how


def test_a_file_that_is_not_there_and_one_that_may_not_be_read(tmp_path: Path) -> None:
    gone = read_status(told(asked(str(tmp_path / "none")).stdout))
    assert gone is not None and isinstance(gone.said, Absent)
    file = tmp_path / "status"
    file.write_text("ok\n")
    tmp_path.chmod(0o700)
    if os.geteuid() == 0:
        text = SCRIPT.text + SCRIPT.call(NONCE, status_file=str(file))
        done = subprocess.run(["sh", "-s"], input=text, capture_output=True, timeout=30, user=65534, group=65534)
        section = frame.parse(done.stdout, NONCE).sections[STATUS.name]
        assert section.state is RawState.DENIED
        assert "let the scan account read it" in section.complaint


def test_a_site_that_names_none_starts_nothing() -> None:
    section = asked(None)
    assert section.state is RawState.ABSENT and section.duration_ms == 0
    assert read_status(told(section.stdout, state=RawState.ABSENT)) is None


@pytest.mark.parametrize(
    "path", ["relative", "/a b", "/a'b", "/a;id", "/a\nid", "/../etc/shadow", "/proc/1/environ", "/"]
)
def test_the_script_takes_no_path_that_a_shell_would_read(path: str) -> None:
    with pytest.raises(AddressError):
        SCRIPT.call(NONCE, status_file=path)


# --- Whose word it is ------------------------------------------------------------------------------------

GOOD = f"% file /srv/status\n% stat {WRITTEN} 3\n|ok\n% end\n".encode()
BAD = f"% file /srv/status\n% stat {WRITTEN} 7\n|failed\n% end\n".encode()


def host(name: str, status: bytes) -> Backups:
    fact = read_backups(raw({**recorded(name), STATUS.name: status}))
    assert isinstance(fact, Backups)
    return fact


def job(**changes: object) -> BackupJob:
    none = Unknown(Reason.NO_EVIDENCE, "cron keeps no result")
    made = BackupJob(
        product="rsync",
        name="/etc/cron.d/copy",
        configured=True,
        enabled=True,
        interval_days=1.0,
        blocked=Absent("-"),
        last_attempt=none,
        last_success=none,
        last_failure=none,
        destinations=none,
        encrypted=none,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def joined(jobs: list[BackupJob], section: bytes) -> list[BackupJob]:
    status = read_status(told(section))
    assert status is not None
    return with_status(jobs, status)


def test_the_only_job_is_spoken_for() -> None:
    (found,) = joined([job()], GOOD)
    assert isinstance(found.last_success, BackupSuccess)
    assert (found.last_success.proof, found.name) == (Proof.STATED, "/etc/cron.d/copy")
    assert isinstance(found.last_failure, Absent) and found.unresolved is None
    (found,) = joined([job()], BAD)
    assert found.unresolved is not None and "/srv/status says 'failed'" in found.unresolved.why


def test_the_worse_of_two_words_stands() -> None:
    """A script that swallows an error writes `failed` and then ends well; a newer record is the better proof."""
    later = BackupSuccess(when=NOW - timedelta(hours=1), proof=Proof.PROVED, how="-")
    assert joined([job(last_success=later)], GOOD)[0].last_success == later
    assert joined([job(last_success=later)], BAD)[0].unresolved is not None
    weak = replace(later, proof=Proof.WEAK)
    (found,) = joined([job(last_success=weak)], GOOD)
    assert isinstance(found.last_success, BackupSuccess) and found.last_success.proof is Proof.STATED
    broken = BackupFailure(when=NOW - timedelta(days=1), why="status 1")
    assert joined([job(last_failure=broken)], GOOD)[0].unresolved == broken


def test_one_file_greens_no_second_job() -> None:
    jobs = joined([job(), job(name="/etc/cron.d/other")], GOOD)
    assert [isinstance(one.last_success, BackupSuccess) for one in jobs] == [False, False, True]
    fact = replace(host("nothing", GOOD), jobs=tuple(jobs))
    assert [one.name for one in fact.judged] == ["/etc/cron.d/copy", "/etc/cron.d/other", "/srv/status"]


def test_a_host_without_a_job_that_can_be_seen() -> None:
    fact = host("nothing", GOOD)
    assert [str(one) for one in fact.judged] == ["/srv/status (status file)"]
    assert "the status file /srv/status" in fact.looked_for
    for section in (b"% file /srv/status\n% gone\n% end\n", b"% file /srv/status\n% kind a link\n% end\n"):
        assert host("nothing", section).judged == ()
    assert host("nothing", b"% file /srv/status\n% kind a link\n% end\n").unread[0].code is Reason.UNREADABLE


def test_a_file_that_says_nothing_shows_no_job() -> None:
    (found,) = host("nothing", f"% file /srv/status\n% stat {WRITTEN} 0\n% end\n".encode()).configured
    assert isinstance(found.configured, Unknown) and isinstance(found.last_failure, Unknown)
    assert all(one.configured is True for state in (GOOD, BAD) for one in host("nothing", state).judged)


def test_a_missing_file_is_the_reason_where_nothing_else_speaks() -> None:
    (found,) = joined([job()], b"% file /srv/status\n% gone\n% end\n")
    assert found.last_success == Unknown(Reason.NO_EVIDENCE, "the status file /srv/status does not exist")


def test_a_script_that_did_not_ask_yet_changes_nothing() -> None:
    """Stored runs of before are judged as they were; a run that ended early may have missed the file."""
    before = raw(recorded("nothing"))
    assert read_status(before) is None
    status = read_status(replace(before, error=(Reason.UNREACHABLE, "the connection ended")))
    assert status is not None and isinstance(status.said, Unknown)


@given(st.binary(max_size=300))
def test_any_bytes(text: bytes) -> None:
    facts = RawFacts(platform="linux", collected_at=NOW, privilege=Privilege.USER, sections=told(text).sections)
    for part in (text, b"% file /x\n" + text + b"\n% end\n", b"% file /x\n% stat 1795291200 9\n|" + text + b"\n% end"):
        section = replace(facts.sections[STATUS.name], stdout=part)
        status = read_status(replace(facts, sections={STATUS.name: section}))
        assert status is not None
        with_status([job()], status)
