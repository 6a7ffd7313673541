"""The one process that runs all probes where there is perl: what it leaves behind, and what happens without it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import pytest

from scanner.collect import Frame, Script, build, parse
from scanner.facts.base import RawState
from tests.collect.test_collect_script import NONCE, SHELLS, on, probe, run, shell_link, tools

# The probe names its process group first; what it starts belongs to it.
FLOOD = "echo $$; sleep 300 & yes"
SILENT = "echo $$; sleep 300 & sleep 300"


@contextmanager
def started(script: Script) -> Iterator[subprocess.Popen[bytes]]:
    pipe = subprocess.PIPE
    with subprocess.Popen(["/bin/sh", "-s"], stdin=pipe, stdout=pipe, start_new_session=True) as process:
        assert process.stdin is not None
        process.stdin.write(script.text + script.call(NONCE))
        process.stdin.close()
        yield process


def group_of(process: subprocess.Popen[bytes]) -> int:
    """The process group that the first probe said; nothing behind it is read."""
    assert process.stdout is not None
    while not (line := process.stdout.readline()).startswith(b"|"):
        assert line, "the script ended"
    return int(line[1:])


def lives(group: int) -> bool:
    """Whether a process of this group still runs; one that ended and was not yet asked for does not."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, number = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(number) == group and state != "Z":
            return True
    return False


def ends(group: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while lives(group) and time.monotonic() < end:
        time.sleep(0.05)
    return not lives(group)


def test_a_reader_that_goes_away_ends_a_flood() -> None:
    with started(build([probe("flood", FLOOD, timeout_s=60, max_bytes=8_000_000)])) as process:
        group = group_of(process)
        assert process.stdout is not None and lives(group)
        process.stdout.close()
        assert ends(group, 5)


def test_a_reader_that_goes_away_does_not_lengthen_a_probe() -> None:
    with started(build([probe("silent", SILENT, timeout_s=2)])) as process:
        group = group_of(process)
        assert process.stdout is not None and lives(group)
        process.stdout.close()
        assert ends(group, 5)


def test_a_session_that_is_killed_frees_no_probe_of_its_limit() -> None:
    with started(build([probe("silent", SILENT, timeout_s=2), probe("more", "sleep 300")])) as process:
        group = group_of(process)
        os.killpg(process.pid, signal.SIGKILL)
        assert process.stdout is not None and lives(group)
        process.stdout.close()
        assert ends(group, 5)


def test_a_reader_that_does_not_read_does_not_lengthen_a_probe() -> None:
    with started(build([probe("flood", FLOOD, timeout_s=1, max_bytes=8_000_000), probe("b", "echo b")])) as process:
        group = group_of(process)
        assert ends(group, 5)
        assert process.stdout is not None
        frame = parse(f"@{NONCE} START\n@{NONCE} B flood 1 8000000\n".encode() + process.stdout.read(), NONCE)
    assert frame.sections["flood"].state is RawState.TIMEOUT
    assert frame.sections["b"].stdout == b"b\n" and frame.done


def test_what_outlives_its_probe_and_holds_its_output_is_left_behind() -> None:
    away = "setsid sh -c 'trap \"\" TERM; echo $$; exec sleep 20' & exit 0"
    began = time.monotonic()
    frame = run((script := build([probe("away", away, timeout_s=1), probe("b", "echo b")])).text, script)
    took = time.monotonic() - began
    os.kill(int(frame.sections["away"].stdout), 9)
    assert frame.sections["away"].state is RawState.TIMEOUT and took < 8
    assert frame.sections["b"].stdout == b"b\n" and frame.done


def test_a_probe_has_two_seconds_to_end_by_itself() -> None:
    script = build([probe("tidy", "trap 'sleep 1.5; echo bye; exit' TERM; sleep 20 & wait", timeout_s=1)])
    raw = run(script.text, script).sections["tidy"]
    assert (raw.state, raw.status, raw.stdout) == (RawState.TIMEOUT, 124, b"bye\n")


@pytest.mark.parametrize("snippet", [SILENT, "echo $$; exec >&- 2>&-; sleep 300"])
def test_a_limit_holds_where_signals_were_blocked_before(snippet: str) -> None:
    """bash hands a mask of signals on; dash does not."""
    script = build([probe("long", snippet, timeout_s=1), probe("b", "echo b")])
    mask = {signal.SIGALRM, signal.SIGTERM, signal.SIGPIPE}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, mask)
    try:
        began = time.monotonic()
        frame = run(script.text, script, "/bin/bash")
        took = time.monotonic() - began
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    assert frame.sections["long"].state is RawState.TIMEOUT and took < 8
    assert frame.sections["b"].stdout == b"b\n" and frame.done
    assert ends(int(frame.sections["long"].stdout), 1)


def test_giving_up_leaves_no_probe_behind() -> None:
    """A channel that takes nothing and does not make its writer wait is given up after some seconds."""
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    script = build([probe("flood", FLOOD, timeout_s=60, max_bytes=8_000_000)])
    with subprocess.Popen(["/bin/sh", "-s"], stdin=subprocess.PIPE, stdout=write_end) as process:
        os.close(write_end)
        assert process.stdin is not None
        process.stdin.write(script.text + script.call(NONCE))
        process.stdin.close()
        assert process.wait(20) == 1
    said = os.read(read_end, 4096)
    os.close(read_end)
    assert ends(int(next(line for line in said.split(b"\n") if line.startswith(b"|"))[1:]), 1)


@pytest.mark.parametrize(
    ("cut", "status", "began"),
    [(b"echo cut", 70, True), (b"", 70, True), (b"echo whole\0", 70, True), (None, 2, False)],
)
def test_a_snippet_that_was_cut_is_not_run(cut: bytes | None, status: int, began: bool) -> None:
    """The shell that hands the probes over may be killed while this waits for more."""
    text = b"\0".join((NONCE.encode(), b"", b"a b", b"a", b"5", b"4096", b"", b"echo a", b"b", b"5", b"4096", b"", b""))
    asked = NONCE.encode() if cut is None else text + cut
    supervisor = resources.files("scanner.collect").joinpath("frame.pl").read_text(encoding="utf-8")
    done = subprocess.run(["perl", "-e", supervisor], input=asked, capture_output=True)
    assert (done.returncode, b"START" in done.stdout, b"|a\n" in done.stdout) == (status, began, began)
    assert b"cut" not in done.stdout and (b" B b " in done.stdout) is (cut is not None and cut.endswith(b"\0"))


@pytest.mark.parametrize("name", SHELLS)
def test_what_was_killed_is_not_begun_again(name: str, tmp_path: Path) -> None:
    script = build([probe("a", "echo a"), probe("bad", "kill -9 $PPID; sleep 1"), probe("c", "echo c")])
    frame = run(script.text, script, shell_link(tmp_path, name))
    assert (frame.done, frame.cut) == (False, "bad")


def test_a_probe_that_closes_its_output_ends_at_its_limit() -> None:
    script = build([probe("mute", "echo a; exec >&- 2>&-; sleep 20", timeout_s=1), probe("b", "echo b")])
    frame = run(script.text, script)
    assert frame.sections["mute"].state is RawState.TIMEOUT and frame.sections["mute"].stdout == b"a\n"
    assert frame.done


def test_without_its_end_the_frame_is_not_done() -> None:
    script = build([probe("a", "echo a"), probe("bad", "kill -9 $PPID; sleep 1"), probe("c", "echo c")])
    frame = run(script.text, script)
    assert frame.sections["a"].stdout == b"a\n"
    assert (frame.done, frame.cut, frame.plan) == (False, "bad", ("a", "bad", "c"))
    rest = run(script.text, script, first=2)
    assert rest.done and rest.sections["c"].stdout == b"c\n"


@pytest.mark.parametrize("form", ["perl", "gnu"])
def test_a_probe_inherits_its_three_descriptors_alone(form: str, tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", form)
    (path / "ls").symlink_to("/bin/ls")
    script = build([probe("open", "sh -c 'ls /proc/$$/fd; :'")])
    assert run(on(path, script), script).sections["open"].text.split() == ["0", "1", "2"]


@pytest.mark.parametrize("said", ["exit 1", "echo old", "echo 'cannot open shared object' >&2; exit 127", "sleep 1"])
def test_a_perl_that_does_not_work_is_not_used(said: str, tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", "gnu")
    (path / "perl").write_text(f"#!/bin/sh\n{said}\n")
    (path / "perl").chmod(0o755)
    frame = answers(path)
    assert frame.header["timeout"] == "gnu" and frame.done
    assert frame.sections["a"].stdout == b"a\n"


def answers(path: Path) -> Frame:
    script = build([probe("a", "echo a")])
    return run(on(path, script), script)


def test_a_script_without_probes_ends() -> None:
    script = build([])
    assert run(script.text, script).done


def test_lines_and_complaints_keep_their_bounds() -> None:
    long = "printf '%0300d\\n' 1 >&2; i=0; while [ $i -lt 40 ]; do echo \"e$i\" >&2; i=$((i+1)); done"
    parts = "printf 'a\\n\\n'; sleep 0.2; printf '\\n'; sleep 0.2; printf 'b'; sleep 0.2; printf 'c\\n|d\\n@x E\\n'"
    script = build([probe("long", long), probe("parts", parts)])
    frame = run(script.text, script)
    lines = frame.sections["long"].stderr.split(b"\n")
    assert [len(lines[0]), lines[1], len(lines)] == [190, b"e0", 20]
    assert frame.sections["parts"].stdout == b"a\n\n\nbc\n|d\n@x E\n"
