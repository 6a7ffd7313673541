"""Conversations with real shells, real login shells and real misbehaviour, all on this machine."""

from __future__ import annotations

import shlex
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from scanner.collect import CollectLimits, Script, build, collect, raw_facts
from scanner.errors import TargetError, TimeLimit
from scanner.facts.base import Probe, RawState
from scanner.model import Privilege, Reason, Transcript
from scanner.secret import Secret
from scanner.transports.base import Channel
from scanner.transports.local import LocalSession

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
QUICK = CollectLimits(hello_s=2.0, become_s=5.0, total_s=40.0, slack_s=1.0)


def probe(name: str, script: str, *, timeout_s: int = 5, max_bytes: int = 64 * 1024) -> Probe:
    return Probe(name=name, why="a test", script=script, timeout_s=timeout_s, max_bytes=max_bytes)


class Wrapped(LocalSession):
    """Hands the command, as one word, to another program: what sshd does with a login shell."""

    def __init__(self, *words: str) -> None:
        super().__init__()
        self._words = words
        self.commands: list[str] = []

    def open(self, command: str, timeout_s: float) -> Channel:
        self.commands.append(command)
        return super().open(shlex.join([*self._words, command]), timeout_s)


class Instead(LocalSession):
    """Answers every command with other programs, one after the other."""

    def __init__(self, *scripts: Sequence[str]) -> None:
        super().__init__()
        self._scripts = list(scripts)

    def open(self, command: str, timeout_s: float) -> Channel:
        words = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
        return super().open(shlex.join(words), timeout_s)


class Late(LocalSession):
    """Opens its first channel only after a while, as a host does whose session modules wait for something."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def open(self, command: str, timeout_s: float) -> Channel:
        seconds, self._seconds = self._seconds, 0.0
        time.sleep(min(seconds, timeout_s))
        if timeout_s < seconds:
            raise TimeLimit(Reason.TIMEOUT, "no session in time")
        return super().open(command, timeout_s)


def talk(
    session: LocalSession,
    script: Script,
    limits: CollectLimits = QUICK,
    cancelled: threading.Event | None = None,
) -> Transcript:
    try:
        return collect(session, "t1", script, limits=limits, now=lambda: NOW, cancelled=cancelled)
    finally:
        session.close()


SIMPLE = build([probe("hello", "echo hi"), probe("who", "id -un")])


def verify(transcript: Transcript) -> None:
    facts = raw_facts(transcript)
    assert transcript.error is None and facts.get("hello").stdout == b"hi\n"
    assert facts.get("who").state is RawState.OK


def test_session_modules_may_take_longer_than_a_shell() -> None:
    verify(talk(Late(1.0), SIMPLE, CollectLimits(hello_s=0.8, total_s=40.0)))
    with pytest.raises(TimeLimit):
        talk(Late(1.0), SIMPLE, CollectLimits(open_s=0.2, total_s=40.0))


def program(name: str) -> str:
    return shutil.which(name) or pytest.skip(f"{name} is not installed")


def test_plain() -> None:
    transcript = talk(LocalSession(), SIMPLE)
    verify(transcript)
    assert transcript.collected_at == NOW and transcript.script_sha256 == SIMPLE.sha256
    assert transcript.round_trips == 3 and transcript.target == "t1" and transcript.platform == "linux"


@pytest.mark.parametrize("shell", ["bash", "dash", "fish", "tcsh", "mksh", "yash", "rbash"])
def test_login_shells(shell: str) -> None:
    session = Wrapped(program(shell), "-c")
    verify(talk(session, SIMPLE))
    assert session.commands == (["/bin/sh -s", "sh -s"] if shell == "rbash" else ["/bin/sh -s"])


def test_noisy_start_of_the_login_shell() -> None:
    noise = "echo Welcome; echo '@00 START'; printf 'bad\\000bytes\\377'; echo motd >&2; exec /bin/sh -s"
    verify(talk(Instead([program("bash"), "-c", noise]), SIMPLE))


def test_poisoned_environment() -> None:
    words = [
        "env",
        "PATH=/tmp/none:/usr/bin",
        "BASH_FUNC_id%%=() { echo poisoned; }",
        "BASH_FUNC_echo%%=() { printf poisoned; }",
        "ENV=/etc/shadow",
        "IFS=h",
        program("bash"),
        "--posix",
        "-s",
    ]
    verify(talk(Instead(words), SIMPLE))


@pytest.mark.parametrize(
    ("words", "reason", "said"),
    [
        ([program("nologin") if shutil.which("nologin") else "/usr/sbin/nologin"], Reason.LOGIN, "not available"),
        (["cat"], Reason.UNSUPPORTED, "printf"),  # an echo of what we send is no answer
        (["true"], Reason.UNSUPPORTED, "nothing"),
        (["printf", "%% Invalid input\\033[31m at marker"], Reason.UNSUPPORTED, r"Invalid input\x1b[31m"),
        (["sleep", "30"], Reason.UNSUPPORTED, "nothing"),
        (["head", "-c", "100000", "/dev/urandom"], Reason.UNSUPPORTED, "said"),
    ],
)
def test_no_shell(words: list[str], reason: Reason, said: str) -> None:
    began = time.monotonic()
    with pytest.raises(TargetError) as caught:
        talk(Instead(words), SIMPLE)
    assert caught.value.reason is reason and said in caught.value.detail and len(caught.value.detail) < 300
    assert time.monotonic() - began < 10


def test_greeting_is_all_that_a_stranger_hears(tmp_path: object) -> None:
    heard = f"{tmp_path}/heard"
    with pytest.raises(TargetError):
        talk(Instead(["tee", heard]), SIMPLE)
    with open(heard, "rb") as file:  # noqa: PTH123 - a string is all we have
        assert file.read().count(b"\n") == 1


def test_endless_noise_instead_of_a_shell_ends_at_the_cap() -> None:
    limits = CollectLimits(hello_s=20, total_s=30, output_bytes=5_000_000)
    with pytest.raises(TargetError) as caught:
        talk(Instead(["yes"]), SIMPLE, limits)
    assert caught.value.reason is Reason.TRUNCATED


def test_flood_hurts_its_own_section_only() -> None:
    script = build(
        [
            probe("hello", "echo hi"),
            probe("flood", "head -c 100000000 /dev/zero"),
            # Its limit is no part of the test: on a busy machine the flood itself takes a while.
            probe("errors", "head -c 100000000 /dev/zero | tr '\\000' '\\n' >&2; echo ok", timeout_s=60),
            probe("endless", "yes"),
            probe("hang", "sleep 1000", timeout_s=1),
            probe("who", "id -un"),
        ]
    )
    transcript = talk(LocalSession(), script)
    verify(transcript)
    facts = raw_facts(transcript)
    states = [facts.get(name).state for name in ("flood", "errors", "endless", "hang")]
    assert states == [RawState.TRUNCATED, RawState.OK, RawState.TRUNCATED, RawState.TIMEOUT]


def test_total_cap_keeps_what_came() -> None:
    script = build([probe("hello", "echo hi"), *(probe(f"big{i}", "yes", max_bytes=60_000) for i in range(20))])
    transcript = talk(LocalSession(), script, CollectLimits(output_bytes=200_000))
    facts = raw_facts(transcript)
    assert transcript.error is not None and transcript.error[0] is Reason.TRUNCATED
    assert facts.get("hello").stdout == b"hi\n" and facts.get("big19").state is RawState.NOT_RUN
    assert facts.why_not("big19").code is Reason.TRUNCATED


def without_limits(script: Script) -> Script:
    """The same script on a target whose limits do not work: what a process in state D does to a time limit."""
    text = script.text.replace(b"after($limit);", b"$due = 9e15;")
    assert text != script.text
    return Script(text=text, sha256=script.sha256, probes=script.probes)


def test_a_probe_that_never_ends_costs_its_channel_only() -> None:
    script = build([probe("hello", "echo hi"), probe("dead", "echo x; sleep 60", timeout_s=1), probe("who", "id -un")])
    session = LocalSession()
    transcript = talk(session, without_limits(script))
    verify(transcript)
    assert raw_facts(transcript).get("dead").state is RawState.TIMEOUT
    assert any("dead" in note for note in transcript.notes) and transcript.round_trips == 6


def test_reruns_are_bounded() -> None:
    script = build([probe(f"dead{i}", "sleep 60", timeout_s=1) for i in range(4)] + [probe("last", "echo x")])
    limits = CollectLimits(slack_s=0.2, reruns=1)
    transcript = talk(LocalSession(), without_limits(script), limits)
    facts = raw_facts(transcript)
    assert transcript.error is not None and transcript.error[0] is Reason.TIMEOUT
    states = [facts.get(name).state for name in ("dead0", "dead1", "dead2", "last")]
    assert states == [RawState.TIMEOUT, RawState.TIMEOUT, RawState.NOT_RUN, RawState.NOT_RUN]


def test_the_last_probe_may_be_the_dead_one() -> None:
    script = build([probe("hello", "echo hi"), probe("who", "id"), probe("dead", "sleep 60", timeout_s=1)])
    transcript = talk(LocalSession(), without_limits(script))
    verify(transcript)
    assert raw_facts(transcript).get("dead").state is RawState.TIMEOUT


def test_deadline_keeps_what_came() -> None:
    script = build([probe("hello", "echo hi"), probe("slow", "sleep 20", timeout_s=30), probe("who", "id -un")])
    transcript = talk(LocalSession(), script, CollectLimits(total_s=1.5))
    assert transcript.error is not None and transcript.error[0] is Reason.TIMEOUT
    assert raw_facts(transcript).get("hello").state is RawState.OK
    assert raw_facts(transcript).get("who").state is RawState.NOT_RUN


def test_cancel_keeps_what_came() -> None:
    script = build([probe("hello", "echo hi"), probe("slow", "sleep 20", timeout_s=30), probe("who", "id -un")])
    cancelled = threading.Event()
    timer = threading.Timer(1.0, cancelled.set)
    timer.start()
    began = time.monotonic()
    transcript = talk(LocalSession(), script, cancelled=cancelled)
    assert transcript.error == (Reason.CANCELLED, "the scan was interrupted")
    assert time.monotonic() - began < 4
    assert raw_facts(transcript).why_not("who").code is Reason.CANCELLED


def test_cancelled_before_it_began() -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(TargetError) as caught:
        talk(LocalSession(), SIMPLE, cancelled=cancelled)
    assert caught.value.reason is Reason.CANCELLED


def test_the_shell_dies_halfway() -> None:
    # The main shell leads the session; with what runs the probes nobody is left who could say how this one ended.
    kill = "kill -9 -$(ps -o sid= -p $$ | tr -d ' ') $PPID; sleep 3"
    script = build([probe("hello", "echo hi"), probe("kill", kill)])
    transcript = talk(LocalSession(), script)
    assert transcript.error is not None
    assert raw_facts(transcript).get("hello").state is RawState.OK
    assert raw_facts(transcript).why_not("kill").code is Reason.UNREACHABLE


def test_a_cut_script_is_an_error_without_start() -> None:
    broken = Script(text=SIMPLE.text[:3000], sha256=SIMPLE.sha256, probes=SIMPLE.probes)
    with pytest.raises(TargetError, match="did not start") as caught:
        talk(LocalSession(), broken)
    assert caught.value.reason is Reason.UNSUPPORTED


def test_both_streams_are_drained_while_the_script_is_sent() -> None:
    # A shell that talks much on both streams before it reads its input.
    words = [
        sys.executable,
        "-c",
        "import os,sys\n"
        "line=b''\n"
        "while not line.endswith(b'\\n'): line+=os.read(0,1)\n"
        "os.write(1,b'\\n@'+line.split(b'@')[1].split(b' ')[0]+b' HELLO\\n')\n"
        "for fd in (1,2):\n"
        "  for _ in range(60): os.write(fd,b'x'*20000)\n"
        "os.write(1,b'\\n')\n"
        "os.execv('/bin/sh',['sh','-s'])",
    ]
    script = build([probe("hello", "echo hi"), probe("who", "id -un"), probe("long", ": " + "x" * 90_000)])
    verify(talk(Instead(words), script))


def test_secrets_do_not_reach_the_transcript() -> None:
    script = build([probe("hello", "echo 'RESTIC_PASSWORD=hunter2 x'; echo 'token=hunter2' >&2")])
    transcript = talk(LocalSession(), script)
    assert b"hunter2" not in transcript.stdout
    assert raw_facts(transcript).get("hello").stdout == b"RESTIC_PASSWORD=" + b"*" * 16 + b" x\n"


def test_privilege_is_what_the_script_found() -> None:
    expected = Privilege.ROOT if Wrapped("x").info.account == "root" else Privilege.USER
    assert talk(LocalSession(), SIMPLE).privilege is expected


def test_sessions_notes_and_key_are_kept() -> None:
    session = LocalSession()
    session.info.notes.append("agreed on an old algorithm")
    session.info.host_key = "SHA256:x"
    transcript = talk(session, SIMPLE)
    assert transcript.notes == ("agreed on an old algorithm",) and transcript.host_key == "SHA256:x"


TOLD = "corr-ect h0rse"


def told(session: LocalSession) -> LocalSession:
    session.info.told = (Secret(TOLD[:6]), Secret(TOLD))
    return session


def test_a_login_password_said_back_is_cut_wherever_it_stands() -> None:
    script = build([probe("hello", f"echo 'we heard {TOLD}'; echo 'you said {TOLD}' >&2; exit 3")])
    transcript = talk(told(LocalSession()), script)
    assert TOLD.encode() not in transcript.stdout + transcript.stderr
    assert raw_facts(transcript).get("hello").stdout == b"we heard " + b"*" * 16 + b"\n"


@pytest.mark.parametrize("words", ["echo '{}'", "echo '{}' >&2"])
def test_a_login_password_said_back_instead_of_a_shell_is_cut_from_the_error(words: str) -> None:
    with pytest.raises(TargetError) as caught:
        talk(told(Instead(["sh", "-c", words.format(TOLD)])), SIMPLE)
    assert "***" in caught.value.detail
    assert TOLD[:6] not in caught.value.detail + str(caught.value)
