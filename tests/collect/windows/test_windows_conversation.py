"""A collection of a Windows host: what the session brings becomes a transcript, or a reason."""

from __future__ import annotations

import base64
import gzip
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scanner import __version__
from scanner.collect import CollectLimits, collect_windows, raw_facts
from scanner.collect.windows.conversation import complaint
from scanner.collect.windows.script import build
from scanner.errors import TargetError
from scanner.facts.base import Probe, RawState
from scanner.model import Privilege, Reason, Transcript
from scanner.secret import Secret
from scanner.transports.base import ScriptLimits, ScriptOutput, SessionInfo

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
SCRIPT = build([Probe(name="host", why="a test", script="@{ a = 1 }"), Probe(name="x", why="a test", script="@{ }")])
ABOUT = {"version": __version__, "administrator": True, "account": "CONTOSO\\scan", "process_64": True}
Print = Callable[[str], bytes]


def entry(name: str, value: Any) -> dict[str, Any]:
    return {"name": name, "ok": True, "v": value, "ms": 1}


def printed(*entries: dict[str, Any]) -> Print:
    """What PowerShell prints for these entries."""

    def block(nonce: str) -> bytes:
        data = base64.encodebytes(gzip.compress(json.dumps(entries).encode()))
        return b"".join([f"ctpat:{nonce}:1:begin\n".encode(), data, f"ctpat:{nonce}:1:end\n".encode()])

    return block


def whole(about: dict[str, Any] | None = None, host: Any = None) -> Print:
    session = entry("session", ABOUT if about is None else about)
    return printed(session, entry("host", host or {"a": 1}), entry("x", {}), entry("complete", {"ms": 5}))


@dataclass
class Recorded:
    """A session that prints what it is told."""

    stdout: Print
    stderr: bytes = b""
    status: int | None = 0
    error: tuple[Reason, str] | None = None
    raises: TargetError | None = None
    called: str = ""
    info: SessionInfo = field(
        default_factory=lambda: SessionInfo(account="scan@CONTOSO", host_key="sealed by NTLM", notes=["a note"])
    )
    ran: list[tuple[bytes, str, ScriptLimits]] = field(default_factory=list)

    def run(self, script: bytes, nonce: str, limits: ScriptLimits) -> ScriptOutput:
        self.ran.append((script, nonce, limits))
        self.info.round_trips += 9
        if self.raises is not None:
            raise self.raises
        return ScriptOutput(
            stdout=self.stdout(nonce), stderr=self.stderr, status=self.status, error=self.error, called=self.called
        )

    def close(self) -> None:
        """Nothing is open."""


def talk(session: Recorded) -> Transcript:
    return collect_windows(session, "srv", SCRIPT, limits=CollectLimits(total_s=5, output_bytes=9999), now=lambda: NOW)


def golden(name: str) -> Print:
    text = (GOLDEN / f"{name}.stdout").read_bytes()
    return lambda nonce: text.replace(b"7f3a", nonce.encode())


def test_a_whole_collection() -> None:
    session = Recorded(whole())
    transcript = talk(session)
    script, nonce, limits = session.ran[0]
    assert script == SCRIPT.text + f"}} '{nonce}'\n\n".encode() and len(nonce) == 32
    assert (limits.total_s, limits.output_bytes, limits.cancelled.is_set()) == (5, 9999, False)
    assert transcript.error is None and transcript.nonce == nonce and transcript.platform == "windows"
    assert transcript.script_sha256 == SCRIPT.sha256 and transcript.collected_at == NOW
    assert (transcript.account, transcript.host_key) == ("scan@CONTOSO", "sealed by NTLM")
    assert (transcript.round_trips, transcript.notes) == (9, ("a note",))
    raw = raw_facts(transcript, [probe.name for probe in SCRIPT.probes])
    assert raw.error is None and raw.remote and raw.privilege is Privilege.ROOT
    assert json.loads(raw.get("host").stdout) == {"a": 1}
    assert json.loads(raw.get("session").stdout) == ABOUT


def test_what_the_transport_saw_is_an_entry_and_the_hosts_own_of_that_name_is_none() -> None:
    forged = printed(entry("tls_handshakes", {"forged": True}), entry("session", ABOUT), entry("complete", {"ms": 5}))
    session = Recorded(forged)
    assert "tls_handshakes" not in raw_facts(talk(session)).sections
    session.info.handshakes = {"port": 5986, "own": {}, "tried": {}}
    assert json.loads(raw_facts(talk(session)).get("tls_handshakes").stdout) == session.info.handshakes


def test_each_run_has_its_nonce() -> None:
    session = Recorded(whole())
    assert talk(session).nonce != talk(session).nonce


def test_the_event_reaches_the_session() -> None:
    session, cancelled = Recorded(whole()), threading.Event()
    collect_windows(session, "srv", SCRIPT, now=lambda: NOW, cancelled=cancelled)
    assert session.ran[0][2].cancelled is cancelled


@pytest.mark.parametrize("administrator", [False, None, 1, "True", {"err": {}}])
def test_only_the_hosts_yes_makes_an_administrator(administrator: Any) -> None:
    assert talk(Recorded(whole({**ABOUT, "administrator": administrator}))).privilege is Privilege.USER


def test_the_hosts_word_names_the_account_where_the_login_did_not() -> None:
    session = Recorded(whole(), info=SessionInfo())
    assert talk(session).account == "CONTOSO\\scan"


def test_what_is_worth_knowing_of_the_session_is_noted() -> None:
    notes = " ".join(talk(Recorded(whole({**ABOUT, "process_64": False, "administrator": False}))).notes)
    assert "32-bit" in notes and "no administrator rights" in notes


def test_an_error_behind_the_last_entry_costs_nothing() -> None:
    assert talk(Recorded(whole(), error=(Reason.UNREACHABLE, "reset"))).error is None


def test_an_error_midway_keeps_what_came() -> None:
    session = Recorded(golden("outline-killed-midway"), error=(Reason.TIMEOUT, "it took longer than 5 s"))
    transcript = talk(session)
    assert transcript.error == (Reason.TIMEOUT, "it took longer than 5 s")
    raw = raw_facts(transcript, ["host", "firewall"])
    assert raw.get("host").state is RawState.OK and raw.why_not("firewall").code is Reason.TIMEOUT


@pytest.mark.parametrize("status", [0, 1, None])
def test_killed_midway_is_partial_whatever_the_exit_status(status: int | None) -> None:
    error = talk(Recorded(golden("outline-killed-midway"), status=status)).error
    assert error is not None and error[0] is Reason.TRUNCATED


def test_constrained_language_is_kept_as_evidence() -> None:
    transcript = talk(Recorded(golden("outline-constrained")))
    assert transcript.error is not None and transcript.error[0] is Reason.UNSUPPORTED
    assert b"mode:ConstrainedLanguage:7.6.5" in transcript.stdout
    assert raw_facts(transcript).error == transcript.error


def test_powershell_2_is_kept_as_evidence() -> None:
    transcript = talk(Recorded(lambda nonce: b'{"ps":2}\r\n'))
    assert transcript.error is not None and "too old" in transcript.error[1]
    assert raw_facts(transcript).error == transcript.error


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("outline-no-last-blank-line", "the script did not start (exit status 0)"),
        ("outline-syntax-error", "Unexpected token '}' in expression or statement."),
        ("clixml", "the script did not start (exit status 0)"),
    ],
)
def test_a_lost_script_is_unsupported_though_the_status_is_0(name: str, words: str) -> None:
    with pytest.raises(TargetError) as caught:
        talk(Recorded(golden(name), stderr=(GOLDEN / f"{name}.stderr").read_bytes()))
    assert caught.value.reason is Reason.UNSUPPORTED and words in caught.value.detail


def test_without_a_block_the_sessions_own_reason_counts() -> None:
    with pytest.raises(TargetError) as caught:
        talk(Recorded(lambda nonce: b"", error=(Reason.TIMEOUT, "no answer within 5 s")))
    assert (caught.value.reason, caught.value.detail) == (Reason.TIMEOUT, "no answer within 5 s")


def test_damaged_blocks_alone_are_unreadable() -> None:
    with pytest.raises(TargetError) as caught:
        talk(Recorded(lambda nonce: f"ctpat:{nonce}:1:begin\n!\nctpat:{nonce}:1:end\n".encode()))
    assert caught.value.reason is Reason.UNREADABLE and "block 1" in caught.value.detail


def test_an_outdated_endpoint_is_seen() -> None:
    old = printed(entry("session", {**ABOUT, "version": "0.0.1"}), entry("host", {}), entry("complete", {}))
    transcript = talk(Recorded(old))
    assert transcript.error is not None and transcript.error[0] is Reason.UNSUPPORTED
    assert "version 0.0.1" in transcript.error[1] and "--jea" in transcript.error[1]
    why = raw_facts(transcript, ["host", "x"]).why_not("x")
    assert why.code is Reason.UNSUPPORTED and "lacks 1 of 2 probes" in why.detail


def test_an_endpoint_that_knows_more_is_no_worse() -> None:
    more = printed(entry("session", ABOUT), *(entry(name, {}) for name in ("host", "x", "y", "complete")))
    assert talk(Recorded(more)).error is None


def test_an_endpoints_own_collector_is_told_apart_from_ours() -> None:
    notes = talk(Recorded(whole(), called="Get-CtpatFact")).notes
    assert any("no script was sent" in note and __version__ in note for note in notes)
    assert not any("--jea" in note for note in notes)
    assert not any("no script" in note for note in talk(Recorded(whole())).notes)


def test_another_version_that_answers_all_is_told_as_well() -> None:
    transcript = talk(Recorded(whole({**ABOUT, "version": "0.0.1"}), called="Get-CtpatFact"))
    assert transcript.error is None
    assert any("has version 0.0.1" in note and "--jea" in note for note in transcript.notes)


# --- secrets ---


def test_secrets_go_and_json_stays() -> None:
    host = {
        "winlogon": {"exists": True, "values": {"DefaultPassword": {"kind": "String", "value": 'hunt"er2\\'}}},
        "connection": "Server=db;User Id=sa;Password=hunter2;Pwd=hunter3;",
        "command": 'schtasks /create /ru scan /rp hunter4 "x" /password:hunter5',
        "told": 'the "session\'s" pass\\word é',
        "min_password_length": 14,
        "password_required": True,
    }
    session = Recorded(whole(host=host), stderr=b'at "session\'s" pass; PASSWORD=hunter6')
    session.info.told = (Secret('"session\'s" pass\\word é'), Secret('"session\'s" pass'))
    transcript = talk(session)
    read = json.loads(raw_facts(transcript).get("host").stdout)
    assert read["winlogon"]["values"]["DefaultPassword"] == {"kind": "String", "value": "*" * 16}
    assert (read["min_password_length"], read["password_required"]) == (14, True)
    assert read["connection"].startswith("Server=db;User Id=sa;Password=***")
    for secret in ("hunt", "session's", "word é"):
        assert secret.encode() not in transcript.stdout + transcript.stderr


def test_an_error_repeats_no_secret() -> None:
    error = TargetError(Reason.UNREACHABLE, "it said s3cret! twice")
    session = Recorded(whole(), raises=error)
    session.info.told = (Secret("s3cret!"),)
    with pytest.raises(TargetError) as caught:
        talk(session)
    assert "s3cret!" not in f"{caught.value.detail} {caught.value}"


# --- standard error ---


def test_complaints() -> None:
    assert complaint((GOLDEN / "clixml.stderr").read_bytes()) == "first line second line"
    xml = b'#< CLIXML\r\n<Objs><S S="Error">Access is &lt;denied&gt;_x000D__x000A_</S><S S="progress">no</S></Objs>'
    assert complaint(xml) == "Access is <denied>"
    assert complaint(b"\x1b[31;1mParserError: \x1b[0m\r\nLine |\n") == "ParserError: Line |"
    assert complaint(b"\xff\xfe\n") == "\ufffd\ufffd"
