"""One script over WinRM: what comes back when all is well, and what is kept when it is not."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from scanner.errors import TargetError
from scanner.model import Reason
from scanner.transports.winrm import WinrmTransport
from tests.wsman import faults, messages
from tests.wsman.certificates import Authority
from tests.wsman.conversation import LIMITS, NONCE, converse, failure, limits, login, script, target
from tests.wsman.endpoint import Endpoint, Output, Powershell, recorded

pytestmark = pytest.mark.network

RECORDED = Path(__file__).parents[1] / "collect" / "windows" / "golden"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("ca"))


def answers(script: bytes, nonce: str) -> Output:
    return Output(f"ctpat:{nonce}:1:begin\nabc\nctpat:{nonce}:1:end\n".encode())


def of_recording(name: str, status: int = 0) -> Powershell:
    stderr = RECORDED / f"{name}.stderr"
    return recorded((RECORDED / f"{name}.stdout").read_bytes(), stderr.read_bytes() if stderr.exists() else b"", status)


# --- What PowerShell printed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(RECORDED.glob("*.stdout")) if path.stem != "outline-constrained"],  # test_winrm_wql.py
    ids=lambda path: path.stem,
)
def test_recorded_output_arrives_byte_for_byte(path: Path) -> None:
    with Endpoint(of_recording(path.stem)) as host:
        output = converse(host).output
    assert output.stdout == path.read_bytes().replace(b"7f3a", NONCE.encode())
    assert output.error is None and output.status == 0


def test_what_powershell_says_on_stderr_is_a_diagnostic() -> None:
    """CLIXML on both streams: it is handed over as it is, and never taken for output."""
    with Endpoint(of_recording("clixml", status=1)) as host:
        output = converse(host).output
    assert output.stderr.startswith(b"#< CLIXML") and output.status == 1
    assert output.error is None


def test_the_command_reads_its_script_from_standard_input() -> None:
    with Endpoint(answers) as host:
        converse(host)
        sent = {one.action: one for one in host.requests}
    assert sent["Create"].options == {"WINRS_NOPROFILE": "TRUE", "WINRS_CODEPAGE": "65001"}
    assert "PT180S" in sent["Create"].text
    assert sent["Command"].options == {"WINRS_CONSOLEMODE_STDIN": "FALSE", "WINRS_SKIP_CMD_SHELL": "TRUE"}
    assert "-NoProfile -NonInteractive -Command -" in sent["Command"].text
    assert sent["Receive"].envelope_bytes == 512_000
    assert host.scripts == [script()]


def test_text_split_in_the_middle_of_a_character_stays_whole() -> None:
    text = "Überprüfung – 検査 ✓".encode()
    parts = [text[i : i + 1] for i in range(len(text))]
    with Endpoint(lambda *_: Output(parts=parts)) as host:
        output = converse(host).output
    assert output.stdout == text


def test_a_host_with_small_envelopes_gets_the_script_in_parts() -> None:
    big = script(250_000)
    with Endpoint(answers, envelope_limit=153_600) as host:
        output = converse(host, what=big).output
    assert output.error is None
    assert host.scripts == [big]
    assert host.tally["Send"] == 1 + 3


# --- Time ------------------------------------------------------------------------------------------------


def test_silence_is_asked_on() -> None:
    with Endpoint(answers, script={"Receive": [faults.TIMED_OUT, faults.TIMED_OUT]}) as host:
        output = converse(host).output
    assert output.error is None and output.stdout
    assert host.tally["Receive"] == 3


def test_a_hang_costs_the_limit_and_keeps_what_came() -> None:
    with Endpoint(lambda *_: Output(b"first block\n", hangs=True), operation_s=0.5) as host:
        began = time.monotonic()
        output = converse(host, within=limits(total_s=3)).output
    assert output.stdout == b"first block\n" and output.status is None
    assert output.error is not None and output.error[0] is Reason.TIMEOUT
    assert time.monotonic() - began < 5
    assert host.actions[-2:] == ["Signal", "Delete"], "what runs is ended, and the shell closed"


def test_a_stall_beyond_every_answer_costs_the_limit() -> None:
    with Endpoint(answers, script={"Receive": [faults.Stall(20)]}) as host:
        began = time.monotonic()
        output = converse(host, within=limits(total_s=2)).output
        assert time.monotonic() - began < 10
    assert output.error is not None and output.error[0] is Reason.TIMEOUT


def test_output_that_drips_for_ever_costs_the_limit() -> None:
    with Endpoint(answers, script={"Receive": [faults.Endless(drip_s=0.2, part=b"A")]}) as host:
        began = time.monotonic()
        output = converse(host, within=limits(total_s=2)).output
        assert time.monotonic() - began < 10
    assert output.error is not None and output.error[0] is Reason.TIMEOUT


def test_an_interrupted_scan_leaves_a_script_at_once() -> None:
    cancelled = threading.Event()
    threading.Timer(0.5, cancelled.set).start()
    with Endpoint(lambda *_: Output(b"so far", hangs=True), operation_s=30) as host:
        began = time.monotonic()
        output = converse(host, within=limits(cancelled=cancelled)).output
    assert output.error is not None and output.error[0] is Reason.CANCELLED
    assert output.stdout == b"so far"
    assert time.monotonic() - began < 4


def test_an_open_session_goes_on_when_logons_are_aborted() -> None:
    with (
        Endpoint(answers) as host,
        WinrmTransport(login_for=lambda _: login(), limits=LIMITS) as transport,
        closing(transport.connect(target(host), deadline=time.monotonic() + 20)) as session,
    ):
        transport.abort()
        time.sleep(0.5)
        assert session.run(script(), NONCE, limits()).error is None
        assert failure(lambda: transport.connect(target(host), deadline=time.monotonic() + 20)).reason is (
            Reason.CANCELLED
        )


# --- Size ------------------------------------------------------------------------------------------------


def test_more_output_than_allowed_is_cut_and_said() -> None:
    with Endpoint(lambda *_: Output(b"z" * 3_000_000)) as host:
        output = converse(host, within=limits(output_bytes=1_000_000)).output
    assert len(output.stdout) == 1_000_000
    assert output.error is not None and output.error[0] is Reason.TRUNCATED
    assert host.actions[-2:] == ["Signal", "Delete"]


def test_an_answer_without_end_is_cut(authority: Authority) -> None:
    with Endpoint(answers, tls=authority.server(), script={"Receive": [faults.Endless()]}) as host:
        output = converse(host, login(ca=authority.ca)).output
    assert output.error is not None and output.error[0] is Reason.TRUNCATED


# --- Drops -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["Create", "Command", "Send", "Receive"])
@pytest.mark.parametrize("after", [0, 200])
def test_a_sealed_connection_that_drops_is_started_over_once(action: str, after: int) -> None:
    """Nothing was said yet: a new logon, the old shell closed from there, everything anew."""
    with Endpoint(answers, script={action: [faults.Drop(after)]}) as host:
        result = converse(host)
    assert result.output.error is None and result.output.stdout
    assert host.tally["Create"] == 2 and len(host.logons) == 2
    assert not host.shells or action == "Create", "a shell whose name never arrived is left to its idle time-out"
    assert host.tally["unreadable"] == 0, "no message sealed with old keys"
    assert result.info.round_trips == host.count
    assert action == "Create" or any("started once more" in note for note in result.info.notes)


def test_a_sealed_connection_closed_in_between_is_not_taken_up_again() -> None:
    """The library would connect anew and send a body sealed with the old keys."""
    with Endpoint(answers, script={"Send": [faults.Drop(after=1 << 20)]}) as host:
        result = converse(host)
    assert result.output.error is None and result.output.stdout
    assert host.tally["unreadable"] == 0 and host.tally["Create"] == 2 and not host.shells


def test_a_host_that_forgets_the_logon_gets_no_old_message() -> None:
    with Endpoint(answers, script={"Receive": [faults.Status(401)]}) as host:
        result = converse(host)
    assert result.output.error is None and host.tally["unreadable"] == 0 and len(host.logons) == 2


def test_over_https_the_library_logs_on_again(authority: Authority) -> None:
    with Endpoint(answers, tls=authority.server(), script={"Send": [faults.Drop(after=1 << 20)]}) as host:
        result = converse(host, login(ca=authority.ca))
    assert result.output.error is None and result.output.stdout
    assert host.tally["Create"] == 1 and len(host.logons) == 2 and result.info.round_trips == host.count


def test_a_drop_over_https_is_started_over_too(authority: Authority) -> None:
    with Endpoint(answers, tls=authority.server(), script={"Receive": [faults.Drop()]}) as host:
        result = converse(host, login(ca=authority.ca))
    assert result.output.error is None and not host.shells
    assert result.info.round_trips == host.count


def test_a_drop_during_the_logon_is_no_second_try() -> None:
    """Whether the password was refused nobody knows: it is not offered again."""
    with Endpoint(answers, script={"anonymous": [faults.Drop()]}) as host:
        assert failure(lambda: converse(host)).reason is Reason.UNREACHABLE
    assert host.actions == ["anonymous"]


def test_a_second_drop_is_the_end() -> None:
    with Endpoint(answers, script={"Receive": [faults.Drop(), faults.Drop()]}) as host:
        error = failure(lambda: converse(host))
    assert error.reason is Reason.UNREACHABLE and "connection was lost" in error.detail
    assert host.tally["Create"] <= 3


def test_a_drop_after_output_keeps_it() -> None:
    parts, before = [b"first\n", b"second\n"], set(threading.enumerate())
    with Endpoint(lambda *_: Output(parts=parts), script={"Receive": [None, faults.Drop()]}) as host:
        output = converse(host).output
    assert output.stdout == b"first\n"
    assert output.error is not None and output.error[0] is Reason.UNREACHABLE
    assert not host.shells, "closed over a new connection"
    assert not set(threading.enumerate()) - before


# --- Lies ------------------------------------------------------------------------------------------------


def test_an_answer_in_clear_text_is_not_believed() -> None:
    """Whoever sits between could write it: over http, only what is sealed counts."""
    with Endpoint(answers, script={"Receive": [faults.Clear()]}) as host:
        output = converse(host).output
    assert output.stdout == b""
    assert output.error is not None and output.error[0] is Reason.UNSUPPORTED
    assert "in clear text" in output.error[1]


@pytest.mark.parametrize(
    "step",
    [
        faults.Lie(sealed=1),
        faults.Lie(sealed=-1),
        faults.Lie(http=-5),
        faults.Body(b"<not xml"),
        faults.Body(b"\xff\xfe\x00"),
        faults.Body(b"<a/>"),
        faults.Body(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        faults.BrokenBase64(),
    ],
    ids=repr,
)
def test_an_answer_that_makes_no_sense_ends_the_collection(step: faults.Step) -> None:
    with Endpoint(answers, script={"Receive": [step] * 3}) as host:
        output = converse(host, within=limits(total_s=5)).output
    assert output.stdout == b"" and output.error is not None
    assert output.error[0] in (Reason.UNREADABLE, Reason.UNREACHABLE, Reason.TIMEOUT)


def test_a_command_that_says_nothing_without_end_is_left() -> None:
    def empty(request: messages.Request) -> bytes | None:
        return messages.received(request, "C", b"", b"", None) if request.action == "Receive" else None

    with Endpoint(answers, plug_in=empty) as host:
        output = converse(host).output
    assert output.error is not None and output.error[0] is Reason.UNREADABLE
    assert host.tally["Receive"] < 60


def test_a_length_that_promises_more_ends_with_the_connection() -> None:
    with Endpoint(answers, script={"Receive": [faults.Lie(http=50)]}) as host:
        output = converse(host, within=limits(total_s=3)).output
    assert output.stdout == b"" and output.error is not None and output.error[0] is Reason.TIMEOUT


# --- Refusals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "fault", "reason", "words"),
    [
        ("Create", faults.DENIED, Reason.DENIED, "LocalAccountTokenFilterPolicy"),
        ("Create", faults.TOO_MANY_SHELLS, Reason.DENIED, "MaxShellsPerUser"),
        ("Create", faults.QUOTA, Reason.DENIED, "quota"),
        ("Create", faults.Fault(12345, "Etwas ging schief\u202e"), Reason.UNREADABLE, "Etwas ging schief"),
        ("Command", faults.SHELL_GONE, Reason.UNREACHABLE, "ended the shell"),
        ("Create", faults.Fault(None, "Access is denied", "w:AccessDenied"), Reason.DENIED, "administrator"),
        ("Create", faults.TIMED_OUT, Reason.TIMEOUT, "time limit"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_faults_name_their_cause_and_cure(action: str, fault: faults.Fault, reason: Reason, words: str) -> None:
    with Endpoint(answers, script={action: [fault] * 2}) as host:
        error: TargetError = failure(lambda: converse(host))
    assert error.reason is reason, error.detail
    assert words in error.detail and "\u202e" not in error.detail


def test_a_fault_while_reading_keeps_what_came() -> None:
    parts = [b"first\n", b"second\n"]
    with Endpoint(lambda *_: Output(parts=parts), script={"Receive": [None, faults.SHELL_GONE]}) as host:
        output = converse(host).output
    assert output.stdout == b"first\n"
    assert output.error is not None and output.error[0] is Reason.UNREACHABLE and "ended the shell" in output.error[1]


def test_closing_never_raises() -> None:
    with Endpoint(answers, script={"Delete": [faults.Drop()], "Signal": [faults.QUOTA]}) as host:
        assert converse(host).output.error is None


def test_no_secret_shows(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    with Endpoint(answers) as host:
        result = converse(host)
    shown = f"{login()!r} {result!r} {caplog.text} {capsys.readouterr()}"
    assert "Correct-Horse" not in shown
