"""One script by PowerShell remoting: what comes back when all is well, and what is kept when it is not."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scanner.collect.windows.frame import unwrap
from scanner.errors import AuthenticationFailed, ConfigError, HostKeyMismatch
from scanner.model import Reason, Target
from scanner.secret import Secret
from scanner.transports.winrm import WinrmTransport
from tests.wsman import conversation, faults, psrp
from tests.wsman.certificates import Authority
from tests.wsman.conversation import LIMITS, NONCE, failure, limits, login, script
from tests.wsman.endpoint import Endpoint, Output, recorded
from tests.wsman.psrp import DEFAULT, JEA, converse
from tests.wsman.remoting import Configuration, Failure, Remoting, Said

pytestmark = pytest.mark.network

RECORDED = Path(__file__).parents[1] / "collect" / "windows" / "golden"
DENIED = faults.DENIED


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("ca"))


def answers(script: bytes, nonce: str) -> Output:
    return Output(f"ctpat:{nonce}:1:begin\nabc\nctpat:{nonce}:1:end\n".encode())


ANSWER = answers(b"", NONCE).stdout


def says(said: Said, name: str = JEA) -> Remoting:
    """A host whose collector says this, as the one command of an endpoint."""
    return Remoting({name: Configuration(functions={"Get-CtpatFact": lambda parameters: said})})


# --- What it costs ---------------------------------------------------------------------------------------


def test_ntlm_over_http_takes_eight_requests() -> None:
    with psrp.over_http(psrp.full(answers)) as host:
        said = converse(host)
    assert host.actions == ["anonymous", "negotiate", "probe", "Create", "Receive", "Command", "Receive", "Delete"]
    assert said.output.stdout == ANSWER and said.output.error is None
    assert said.info.round_trips == host.count == 8
    assert said.info.host_key == "sealed by NTLM"


def test_ntlm_over_https_takes_seven(authority: Authority) -> None:
    with Endpoint(plug_in=psrp.full(answers), tls=authority.server()) as host:
        said = converse(host, to=psrp.target(host, ca=str(authority.ca)))
    assert host.actions == ["anonymous", "negotiate", "Create", "Receive", "Command", "Receive", "Delete"]
    assert said.output.stdout == ANSWER
    assert said.info.round_trips == host.count == 7
    assert said.info.host_key.startswith("certificate SHA256:")


def test_basic_and_a_client_certificate_work_over_https(authority: Authority) -> None:
    client = authority.client()
    ways = [
        login(auth="basic", user="scan"),
        login(auth="certificate", user="", password=None, certificate=client.certificate, key=client.key),
    ]
    with Endpoint(
        plug_in=psrp.full(answers), tls=authority.server(), schemes=("Basic", "Negotiate"), client_ca=authority.ca
    ) as host:
        for way in ways:
            assert converse(host, way, to=psrp.target(host, ca=str(authority.ca))).output.stdout == ANSWER


@pytest.mark.parametrize("kilobytes", [60, 300, 900])
def test_a_script_travels_in_as_few_messages_as_the_host_takes(kilobytes: int) -> None:
    big = script(kilobytes * 1000)
    remoting = psrp.full(answers)
    with psrp.over_http(remoting) as host:
        assert converse(host, what=big).output.stdout == ANSWER
    assert remoting.scripts == [big]
    assert host.tally["Send"] == kilobytes // 380
    assert max(one.size for one in host.requests) <= 512_000


def test_the_session_asks_for_no_profile_and_ends_by_itself() -> None:
    with psrp.over_http(psrp.full(answers)) as host:
        converse(host)
    create = host.requests[0]
    assert create.resource == f"http://schemas.microsoft.com/powershell/{DEFAULT}"
    assert create.options["WINRS_NOPROFILE"] == "TRUE" and "PT180S" in create.text


WHOLE = sorted({*RECORDED.glob("outline-*.stdout")} - {RECORDED / "outline-constrained.stdout"})


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_what_powershell_printed_means_the_same_down_a_pipeline(path: Path) -> None:
    data = path.read_bytes()
    with psrp.over_http(psrp.full(recorded(data))) as host:
        output = converse(host).output
    assert unwrap(output.stdout, NONCE) == unwrap(data.replace(b"7f3a", NONCE.encode()), NONCE)


def test_line_ends_and_odd_characters_inside_one_object_stay_what_they_are() -> None:
    text = "QUJD\r\nREVG\r\n\x1b[?1h _x000D_ ü 検 \U0001f600 <&>"
    with psrp.over_http(says(Said([text]))) as host:
        assert converse(host, psrp.to_jea()).output.stdout == f"{text}\n".encode()


def test_errors_come_without_the_script_around_them() -> None:
    remoting = psrp.full(answers)
    with psrp.over_http(remoting) as host:
        converse(host)
    assert remoting.options == [0]


def test_powershell_that_may_not_run_the_script_leaves_it_to_wmi() -> None:
    with psrp.over_http(psrp.full(recorded((RECORDED / "outline-constrained.stdout").read_bytes()))) as host:
        output = converse(host).output
    assert output.stdout.startswith(f"ctpat:{NONCE}:0:mode:ConstrainedLanguage".encode())
    assert output.error is not None and output.error[0] is Reason.UNSUPPORTED
    assert "Enumerate" in host.actions and host.actions[-1] == "Delete"


def test_a_policy_against_shells_leaves_it_to_wmi_as_well() -> None:
    with psrp.over_http(Remoting({DEFAULT: Configuration(fault=faults.NO_SHELLS)})) as host:
        output = converse(host).output
    assert output.error is not None and "'Allow Remote Shell Access'" in output.error[1]
    assert "Enumerate" in host.actions and host.tally["Create"] == 1


# --- Who we speak to, and as whom ------------------------------------------------------------------------


def test_another_certificate_than_the_pinned_one_learns_nothing(authority: Authority) -> None:
    with Endpoint(plug_in=psrp.full(answers), tls=authority.server()) as host:
        error = failure(lambda: converse(host, to=psrp.target(host, certificate="SHA256:" + "0" * 64)))
    assert isinstance(error, HostKeyMismatch) and host.count == 0


def test_an_unknown_authority_learns_nothing(authority: Authority) -> None:
    with Endpoint(plug_in=psrp.full(answers), tls=authority.server()) as host:
        error = failure(lambda: converse(host))
    assert error.reason is Reason.LOGIN and host.count == 0


def test_basic_over_http_is_refused_before_anything_is_sent() -> None:
    with psrp.over_http(psrp.full(answers), schemes=("Basic",)) as host:
        error = failure(lambda: converse(host, login(auth="basic", user="scan")))
    assert "clear text" in str(error) and host.count == 0


def test_an_answer_in_clear_text_is_not_taken() -> None:
    with psrp.over_http(psrp.full(answers), script={"Receive": [faults.Clear()]}) as host:
        error = failure(lambda: converse(host))
    assert "clear text" in str(error)


def test_a_refused_password_is_tried_once_by_both_ways_together() -> None:
    wrong = login(password=Secret("wrong"))
    with (
        psrp.over_http(psrp.full(answers)) as first,
        Endpoint(answers) as second,
        WinrmTransport(login_for=lambda _: wrong, limits=LIMITS) as transport,
    ):
        for target in (psrp.target(first), conversation.target(second), psrp.target(first)):
            with pytest.raises(AuthenticationFailed):
                transport.connect(target, deadline=time.monotonic() + 10)
    assert first.refused == ["ntlm"]
    assert second.actions == ["anonymous"], "the question what it offers, and no proof"


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pypsrp", None)
    with WinrmTransport(login_for=lambda _: login()) as transport, pytest.raises(ConfigError, match="windows-psrp"):
        transport.connect(Target(name="t", transport="psrp", address="127.0.0.1"), deadline=time.monotonic() + 5)


# --- JEA -------------------------------------------------------------------------------------------------


def test_an_endpoint_that_takes_no_script_is_sent_none() -> None:
    remoting = psrp.jea(answers)
    with psrp.over_http(remoting) as host:
        said = converse(host, psrp.to_jea())
    assert said.output.stdout == ANSWER and said.output.called == "Get-CtpatFact"
    assert remoting.calls == [("Get-CtpatFact", {"Nonce": NONCE})] and remoting.scripts == []
    assert host.count == 8
    assert b"param($Nonce)" not in b"".join(one.text.encode() for one in host.requests)


def test_scripts_refused_by_the_default_configuration_lead_to_its_command() -> None:
    remoting = says(Said(ANSWER.decode().splitlines()), DEFAULT)
    with psrp.over_http(remoting) as host:
        said = converse(host)
    assert said.output.stdout == ANSWER and said.output.called == "Get-CtpatFact"
    assert said.output.error is None and said.output.stderr == b""
    assert host.tally["Create"] == 1 and host.count == 10


def test_a_configuration_of_another_name_may_take_scripts() -> None:
    remoting = Remoting({JEA: Configuration(answers)})
    with psrp.over_http(remoting) as host:
        said = converse(host, psrp.to_jea())
    assert said.output.stdout == ANSWER and said.output.called == "" and said.output.stderr == b""
    assert remoting.scripts == [script()]


@pytest.mark.parametrize("name", [DEFAULT, JEA])
def test_a_session_without_either_says_what_to_register(name: str) -> None:
    with psrp.over_http(Remoting({name: Configuration()})) as host:
        error = failure(lambda: converse(host, login(configuration=name)))
    assert error.reason is Reason.UNSUPPORTED
    assert "--jea" in str(error) and "takes no script and has no command" in str(error)
    assert host.actions[-1] == "Delete"


def test_a_syntax_error_is_told_and_not_taken_for_a_refusal() -> None:
    def broken(parameters: Mapping[str, Any]) -> Said:
        return Said(failure=Failure("UnexpectedToken", "Unexpected token '}'"))

    with psrp.over_http(Remoting({JEA: Configuration(functions={"Get-CtpatFact": broken})})) as host:
        output = converse(host, psrp.to_jea()).output
    assert output.stdout == b"" and output.stderr == b"Unexpected token '}'\n" and output.error is None


def test_a_command_that_knows_no_nonce_is_outdated() -> None:
    with psrp.over_http(says(Said(failure=Failure("NamedParameterNotFound,Get-CtpatFact")))) as host:
        error = failure(lambda: converse(host, psrp.to_jea()))
    assert "too old" in str(error) and "--jea" in str(error)


# --- Refusals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("configuration", "reason", "words"),
    [
        (None, Reason.UNSUPPORTED, "has no session configuration 'ctpat'"),
        (Configuration(fault=DENIED), Reason.DENIED, "'Remote Management Users'"),
        (Configuration(fault=faults.Fault(2)), Reason.UNSUPPORTED, "wsmprovhost"),
        (Configuration(fault=faults.TOO_MANY_SHELLS), Reason.DENIED, "MaxShellsPerUser"),
        (Configuration(fault=faults.QUOTA), Reason.DENIED, "quota"),
        (Configuration(breaks="Die Rolle fehlt."), Reason.UNSUPPORTED, "Test-PSSessionConfigurationFile"),
        (Configuration(is_silent=True), Reason.UNREADABLE, "no WS-Management"),
    ],
)
def test_each_refusal_has_its_cause_and_cure(configuration: Configuration | None, reason: Reason, words: str) -> None:
    with psrp.over_http(Remoting({JEA: configuration} if configuration else {})) as host:
        error = failure(lambda: converse(host, psrp.to_jea()))
    assert error.reason is reason and words in str(error)
    assert host.tally["Create"] == 1, "a refusal is not asked again"


def test_denied_later_on_is_no_matter_of_who_may_come_in() -> None:
    with psrp.over_http(psrp.full(answers), script={"Command": [DENIED]}) as host:
        error = failure(lambda: converse(host))
    assert error.reason is Reason.DENIED and "session configuration" not in str(error)


# --- Errors, cuts, hangs ---------------------------------------------------------------------------------


def test_errors_by_the_way_are_a_diagnostic() -> None:
    said = Said([*ANSWER.decode().splitlines(), 7, {"a": [1]}], errors=[Failure("X", "böse"), Failure("Y", "worse")])
    with psrp.over_http(says(said)) as host:
        output = converse(host, psrp.to_jea()).output
    assert output.stdout == ANSWER and output.error is None
    assert len(output.stderr.splitlines()) == 2


@pytest.mark.parametrize("ending", [{"failure": Failure("X", "out of memory")}, {"stops": True}])
def test_a_script_that_breaks_off_keeps_what_came(ending: Any) -> None:
    with psrp.over_http(says(Said(["first"], **ending))) as host:
        output = converse(host, psrp.to_jea()).output
    assert output.stdout == b"first\n"
    assert output.error is not None and output.error[0] is Reason.TRUNCATED


def test_a_pipeline_that_never_ends_costs_the_limit_and_keeps_what_came() -> None:
    remoting = psrp.full(lambda *_: Output(b"first\n", hangs=True), operation_s=0.5)
    with psrp.over_http(remoting) as host:
        began = time.monotonic()
        output = converse(host, within=limits(total_s=3)).output
    assert output.stdout == b"first\n" and output.error is not None and output.error[0] is Reason.TIMEOUT
    assert time.monotonic() - began < 6
    assert host.actions[-1] == "Delete" and remoting.sessions == {}, "with the session, what runs in it ends"


def test_a_cancelled_scan_waits_for_nobody() -> None:
    cancelled = threading.Event()
    threading.Timer(1.0, cancelled.set).start()
    with psrp.over_http(psrp.full(lambda *_: Output(b"first\n", hangs=True))) as host:
        began = time.monotonic()
        output = converse(host, within=limits(cancelled=cancelled)).output
        assert time.monotonic() - began < 4
    assert output.error is not None and output.error[0] is Reason.CANCELLED and output.stdout == b"first\n"


def test_a_stall_beyond_every_answer_costs_the_limit() -> None:
    with psrp.over_http(psrp.full(answers), script={"Receive": [None, faults.Stall(20)]}) as host:
        began = time.monotonic()
        output = converse(host, within=limits(total_s=2)).output
        assert time.monotonic() - began < 10
    assert output.error is not None and output.error[0] is Reason.TIMEOUT


def test_output_beyond_its_limit_is_cut() -> None:
    with psrp.over_http(psrp.full(lambda *_: Output(b"x" * 99 + b"\n" + b"y" * 300_000 + b"\n"))) as host:
        output = converse(host, within=limits(output_bytes=1000)).output
    assert output.stdout == b"x" * 99 + b"\n" + b"y" * 900
    assert output.error is not None and output.error[0] is Reason.TRUNCATED


@pytest.mark.parametrize("junk", [Said([{"k": "v" * 5000}] * 300), Said(errors=[Failure("X", "e" * 5000)] * 200)])
def test_what_is_no_output_is_bounded_as_well(junk: Said) -> None:
    with psrp.over_http(says(junk)) as host:
        output = converse(host, psrp.to_jea(), within=limits(output_bytes=1000)).output
    assert output.error is not None and output.error[0] is Reason.TRUNCATED
    assert len(output.stderr) <= 64 * 1024


def test_large_output_comes_in_parts() -> None:
    big = b"".join(b"%06d%s\n" % (number, b"z" * 990) for number in range(900))
    with psrp.over_http(psrp.full(lambda *_: Output(big))) as host:
        output = converse(host, within=limits(output_bytes=4 << 20)).output
    assert output.stdout == big and output.error is None
    assert host.tally["Receive"] < 12


# --- Connections and lies --------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [{"Command": [faults.Drop()]}, {"Receive": [None, faults.Drop(after=200)]}])
def test_a_connection_lost_before_a_word_costs_one_new_start(steps: Mapping[str, Any]) -> None:
    remoting = psrp.full(answers)
    with psrp.over_http(remoting, script=steps) as host:
        said = converse(host)
    assert said.output.stdout == ANSWER and len(host.logons) == 2
    assert any("started once more" in note for note in said.info.notes)
    assert remoting.sessions == {}, "the lost session is ended as well"
    assert said.info.round_trips == host.count


def test_a_connection_lost_later_keeps_what_came() -> None:
    first = b"".join(b"%06d%s\n" % (number, b"z" * 990) for number in range(900))
    remoting = psrp.full(lambda *_: Output(first))
    with psrp.over_http(remoting, script={"Receive": [None, None, None, faults.Drop()]}) as host:
        said = converse(host, within=limits(output_bytes=4 << 20))
    assert said.output.error is not None and said.output.error[0] is Reason.UNREACHABLE
    assert said.output.stdout and first.startswith(said.output.stdout)
    assert remoting.sessions == {}


BODIES = {
    "no xml": b"nonsense",
    "another answer": b"<a><b/></a>",
    "deep": b"<a>" * 50_000 + b"</a>" * 50_000,
    "nothing": b"",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("turn", [0, 1])
def test_nonsense_is_an_error_and_no_crash(body: bytes, turn: int) -> None:
    steps: list[faults.Step] = [*[None] * turn, faults.Body(body)]
    with psrp.over_http(psrp.full(answers), script={"Receive": steps}) as host:
        if not turn:
            assert failure(lambda: converse(host)).reason is Reason.UNREADABLE
        else:
            error = converse(host).output.error
            assert error is not None and error[0] is Reason.UNREADABLE


def fragment(data: bytes, *, position: int = 0, flags: int = 3, length: int | None = None) -> bytes:
    return struct.pack(">QQBI", 9, position, flags, len(data) if length is None else length) + data


OUTPUT = struct.pack("<II", 1, 0x00041004) + bytes(32)
HOSTILE = {
    "cut head": b"\0" * 20,
    "cut body": fragment(b"x", length=500),
    "out of turn": fragment(b"x", position=5),
    "short message": fragment(b"12345"),
    "unknown message": fragment(b"\xff" * 40),
    "no text": fragment(OUTPUT + b"\xff\xfe"),
    "nested": fragment(OUTPUT + b"<Obj RefId='0'><LST>" * 3000 + b"</LST></Obj>" * 3000),
    "crumbs": b"".join(fragment(b"", position=at, flags=0) for at in range(100_000)),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_lies_in_fragments_cost_little_and_crash_nothing(data: bytes) -> None:
    remoting = psrp.full(answers)
    remoting.injected = data
    with psrp.over_http(remoting) as host:
        began = time.monotonic()
        output = converse(host, within=limits(total_s=20)).output
        assert time.monotonic() - began < 6
    assert output.error is not None or output.stdout


def test_two_sessions_of_one_transport_do_not_meet() -> None:
    one, two = psrp.full(answers), psrp.full(lambda *_: Output(b"other\n"))
    with (
        psrp.over_http(one) as first,
        psrp.over_http(two) as second,
        WinrmTransport(login_for=lambda _: login(), limits=LIMITS) as transport,
    ):
        deadline = time.monotonic() + 20
        with (
            closing(transport.connect(psrp.target(first), deadline=deadline)) as a,
            closing(transport.connect(psrp.target(second), deadline=deadline)) as b,
        ):
            assert b.run(script(), NONCE, limits()).stdout == b"other\n"
            assert a.run(script(), NONCE, limits()).stdout == ANSWER
