"""Logging on over WinRM against a real acceptor: schemes, requests, certificates, refusals."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanner.errors import AuthenticationFailed, HostKeyMismatch, HostKeyUnknown, Unreachable
from scanner.inventory.site import Limits
from scanner.model import Reason, Target
from scanner.secret import Secret
from scanner.transports import breaker, tcp
from scanner.transports.winrm import WinrmTransport, wire
from tests.wsman.certificates import Authority, Pair, self_signed
from tests.wsman.conversation import LIMITS, NONCE, USER, converse, failure, limits, login, script, target
from tests.wsman.endpoint import Endpoint, Output
from tests.wsman.faults import Stall, Status

pytestmark = pytest.mark.network


def said(script: bytes, nonce: str) -> Output:
    return Output(b"hello " + nonce.encode())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("ca"))


# --- Requests --------------------------------------------------------------------------------------------


def test_ntlm_over_http_costs_nine_requests() -> None:
    with Endpoint(said) as host:
        result = converse(host)
    assert result.output.stdout == b"hello " + result.nonce.encode()
    assert result.output.status == 0 and result.output.error is None
    assert host.actions == [
        "anonymous", "negotiate", "probe", "Create", "Command", "Send", "Receive", "Signal", "Delete",
    ]  # fmt: skip
    assert result.info.round_trips == host.count == 9
    assert result.info.host_key == "sealed by NTLM"
    assert result.info.account == USER
    assert not host.shells


def test_ntlm_over_https_costs_eight_requests(authority: Authority) -> None:
    with Endpoint(said, tls=authority.server()) as host:
        result = converse(host, login(ca=authority.ca))
        assert host.tls is not None
        assert result.info.host_key == f"certificate {host.tls.pin}"
    assert result.info.round_trips == host.count == 8
    assert host.logons == ["CTPAT\\scan"]


def test_basic_over_https_asks_first(authority: Authority) -> None:
    """The password leaves only after the host has said that it takes Basic: one request more than Basic alone."""
    with Endpoint(said, tls=authority.server(), schemes=("Negotiate", "Basic")) as host:
        result = converse(host, login(ca=authority.ca, auth="basic", user="scan"))
    assert host.actions == ["anonymous", "Create", "Command", "Send", "Receive", "Signal", "Delete"]
    assert result.output.error is None


def test_basic_that_is_not_offered_gets_no_password(authority: Authority) -> None:
    with Endpoint(said, tls=authority.server()) as host:
        error = failure(lambda: converse(host, login(ca=authority.ca, auth="basic", user="scan")))
    assert "does not offer 'basic' (it offers negotiate, kerberos)" in error.detail
    assert host.actions == ["anonymous"]


def test_a_wrong_password_over_basic(authority: Authority) -> None:
    wrong = login(ca=authority.ca, auth="basic", user="scan", password=Secret("Wrong-Horse-8"))
    with Endpoint(said, tls=authority.server(), schemes=("Basic",)) as host:
        error = failure(lambda: converse(host, wrong))
    assert "refused the logon of scan by basic" in error.detail and host.refused == ["scan"]


def test_a_client_certificate_logs_on(authority: Authority) -> None:
    client = authority.client(passphrase="Open-Sesame-9")
    way = login(
        user="", password=None, auth="certificate", ca=authority.ca,
        certificate=client.certificate, key=client.key, passphrase=Secret("Open-Sesame-9"),
    )  # fmt: skip
    with Endpoint(said, tls=authority.server(), client_ca=authority.ca) as host:
        result = converse(host, way)
    assert host.actions == ["Create", "Command", "Send", "Receive", "Signal", "Delete"]
    assert result.info.account == "certificate client.pem"
    wrong = replace(way, passphrase=None)
    assert "wrong pass phrase" in failure(lambda: converse(host, wrong)).detail


def test_a_certificate_of_an_unknown_issuer_is_refused(authority: Authority, tmp_path: Path) -> None:
    stranger = Authority.make(tmp_path, "Strangers").client()
    way = login(user="", password=None, auth="certificate", ca=authority.ca)
    way = replace(way, certificate=stranger.certificate, key=stranger.key)
    with Endpoint(said, tls=authority.server(), client_ca=authority.ca) as host:
        error = failure(lambda: converse(host, way))
    assert "does not take our client certificate" in error.detail, error.detail


def test_ipv6_goes_to_the_literal() -> None:
    with Endpoint(said, address="::1") as host:
        assert converse(host).output.error is None
    assert host.count == 9


def test_a_zone_is_dialled_and_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    dialled: list[str] = []
    connect = tcp.connect_tcp

    def noting(host: str, *rest: Any) -> Any:
        dialled.append(host)
        return connect(host.partition("%")[0], *rest)

    monkeypatch.setattr(wire, "connect_tcp", noting)
    with Endpoint(said, address="::1") as host:
        assert converse(host, to=target(host, "::1%lo")).output.error is None
    assert set(dialled) == {"::1%lo"}


def test_the_number_of_requests_does_not_grow_with_the_script(authority: Authority) -> None:
    with Endpoint(lambda *_: Output(b"x" * 300_000), tls=authority.server()) as host:
        result = converse(host, login(ca=authority.ca), what=script(300_000))
    assert host.count == 8
    assert len(result.output.stdout) == 300_000
    assert len(host.scripts[0]) > 299_000 and host.scripts[0].endswith(b"'\n\n")


# --- Refusals --------------------------------------------------------------------------------------------


def test_a_scheme_that_is_not_offered_is_no_wrong_password() -> None:
    with Endpoint(said, schemes=("Kerberos",)) as host:
        error = failure(lambda: converse(host))
    assert isinstance(error, AuthenticationFailed) and error.reason is Reason.LOGIN
    assert "does not offer 'ntlm' (it offers kerberos)" in error.detail
    assert "no password was sent" in error.detail
    assert host.actions == ["anonymous"]


def test_a_wrong_password_is_tried_once_in_the_whole_run() -> None:
    wrong = login(password=Secret("Wrong-Horse-8"))
    with (
        Endpoint(said) as first,
        Endpoint(said) as second,
        WinrmTransport(login_for=lambda _: wrong, limits=LIMITS) as transport,
    ):
        error = failure(lambda: transport.connect(target(first), deadline=time.monotonic() + 20))
        later = failure(lambda: transport.connect(target(second), deadline=time.monotonic() + 20))
    assert isinstance(error, AuthenticationFailed) and isinstance(later, AuthenticationFailed)
    assert "refused the logon of CTPAT\\scan by ntlm" in error.detail and "Wrong-Horse" not in error.detail
    assert f"127.0.0.1:{first.port} refused the credential 'windows'" in later.detail
    assert first.refused == ["ntlm"]
    assert second.actions == ["anonymous"], "the second host is asked for its schemes, and never for a logon"


def test_thirty_targets_at_once_are_one_bad_logon() -> None:
    wrong = login(password=Secret("Wrong-Horse-8"))
    with (
        Endpoint(said) as host,
        WinrmTransport(login_for=lambda _: wrong, limits=LIMITS) as transport,
        ThreadPoolExecutor(30) as pool,
    ):
        tries = [
            pool.submit(failure, lambda: transport.connect(target(host), deadline=time.monotonic() + 20))
            for _ in range(30)
        ]
        assert {one.result().reason for one in tries} == {Reason.LOGIN}
    assert host.refused == ["ntlm"]


def test_a_host_that_stalls_its_trial_does_not_cost_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "TRIAL_S", 0.5)
    with (
        Endpoint(said, script={"probe": [Stall(4)]}) as slow,
        Endpoint(said) as host,
        WinrmTransport(login_for=lambda _: login(), limits=LIMITS) as transport,
        ThreadPoolExecutor(2) as pool,
    ):
        waiting = pool.submit(lambda: transport.connect(target(slow), deadline=time.monotonic() + 20).close())
        time.sleep(0.2)
        began = time.monotonic()
        transport.connect(target(host), deadline=began + 20).close()
        assert time.monotonic() - began < 2
        waiting.result()


def test_a_good_credential_is_used_by_all_at_once() -> None:
    with (
        Endpoint(said) as host,
        WinrmTransport(login_for=lambda _: login(), limits=LIMITS) as transport,
        ThreadPoolExecutor(16) as pool,
    ):

        def one(_: int) -> bytes:
            with closing(transport.connect(target(host), deadline=time.monotonic() + 30)) as session:
                return session.run(script(), NONCE, limits()).stdout

        assert set(pool.map(one, range(32))) == {b"hello " + NONCE.encode()}
    assert host.count == 32 * 9
    assert len(host.logons) == 32 and not host.shells


@pytest.mark.parametrize(("auth", "why"), [("basic", "in clear text"), ("certificate", "over TLS only")])
def test_nothing_is_sent_over_http_that_it_would_give_away(auth: str, why: str) -> None:
    with Endpoint(said, schemes=("Basic",)) as host:
        assert why in failure(lambda: converse(host, login(auth=auth))).detail
    assert host.count == 0


def test_a_logon_without_channel_binding_would_be_refused(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The endpoint is strict: this is what makes the other tests over https worth something."""
    from scanner.transports.winrm import logon

    monkeypatch.setattr(logon, "certificate_hash", lambda der: None)
    with Endpoint(said, tls=authority.server()) as host:
        assert "refused the logon" in failure(lambda: converse(host, login(ca=authority.ca))).detail


# --- Certificates ----------------------------------------------------------------------------------------


def test_a_pinned_certificate_may_be_self_signed(tmp_path: Path) -> None:
    own = self_signed(tmp_path, hosts=("somewhere.else",))
    shouted = "SHA256:" + ":".join(own.pin[7:][i : i + 2].upper() for i in range(0, 64, 2))
    with Endpoint(said, tls=own) as host:
        result = converse(host, to=target(host, certificate=shouted))
    assert result.info.host_key == f"certificate {own.pin}"
    assert host.count == 8


def test_any_other_than_the_pinned_one_is_loud(authority: Authority, tmp_path: Path) -> None:
    """A certificate that the bundle would take is no excuse."""
    pinned = self_signed(tmp_path).pin
    with Endpoint(said, tls=authority.server()) as host:
        error = failure(lambda: converse(host, login(ca=authority.ca), to=target(host, certificate=pinned)))
        assert host.tls is not None
        assert isinstance(error, HostKeyMismatch)
        assert error.detail.startswith("CERTIFICATE MISMATCH") and host.tls.pin in error.detail
    assert host.count == 0, "not even the anonymous request"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: self_signed(folder / "a"), "it signed itself"),
        (lambda folder: Authority.make(folder / "b", "Other CA").server(), "not trusted here"),
        (lambda folder: Authority.make(folder / "c").server(hosts=("elsewhere",)), "does not name this address"),
        (lambda folder: Authority.make(folder / "d").server(days=-1), "has expired"),
    ],
)
def test_a_certificate_that_proves_nothing_ends_before_the_logon(
    make: Callable[[Path], Pair], words: str, tmp_path: Path, authority: Authority
) -> None:
    pair = make(tmp_path)
    own_ca = pair.certificate.parent / "ca.pem"
    trusted = own_ca if own_ca.exists() and "Other" not in words and "not trusted" not in words else authority.ca
    with Endpoint(said, tls=pair) as host:
        error = failure(lambda: converse(host, login(ca=trusted)))
    assert isinstance(error, HostKeyUnknown) and error.reason is Reason.LOGIN and words in error.detail, error.detail
    assert "No logon was attempted" in error.detail and "`certificate: SHA256:…`" in error.detail
    assert host.count == 0


def test_the_system_s_authorities_are_the_default(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint(said, tls=authority.server()) as host:
        assert failure(lambda: converse(host)).reason is Reason.LOGIN
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca))
        assert converse(host).output.error is None


def test_a_trusted_file_that_is_none_says_so(tmp_path: Path, authority: Authority) -> None:
    (tmp_path / "empty.pem").write_text("nothing\n")
    with Endpoint(said, tls=authority.server()) as host:
        missing = failure(lambda: converse(host, login(ca=tmp_path / "gone.pem")))
        empty = failure(lambda: converse(host, to=target(host, ca=str(tmp_path / "empty.pem"))))
    assert "gone.pem" in missing.detail and "No such file" in missing.detail
    assert "empty.pem" in empty.detail and "no certificate in PEM form" in empty.detail


# --- Wrong peers -----------------------------------------------------------------------------------------


def test_http_on_the_https_port_and_the_other_way_round(authority: Authority) -> None:
    with Endpoint(said) as plain, Endpoint(said, tls=authority.server()) as tls:
        to_plain = replace(target(plain), transport="winrms")
        to_tls = replace(target(tls), transport="winrm")
        assert "does not speak TLS: use winrm://" in failure(lambda: converse(plain, to=to_plain)).detail
        assert "winrms://" in failure(lambda: converse(tls, to=to_tls)).detail


def test_a_redirect_is_not_followed() -> None:
    with (
        Endpoint(said) as other,
        Endpoint(said, script={"anonymous": [Status(302, f"http://127.0.0.1:{other.port}/wsman")]}) as host,
    ):
        error = failure(lambda: converse(host))
    assert "sends us elsewhere" in error.detail
    assert other.count == 0


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "wrong port?"), (503, "Start-Service WinRM"), (403, "forbids"), (500, "sealed messages")],
)
def test_web_servers_that_are_no_winrm(status: int, words: str) -> None:
    with Endpoint(said, script={"anonymous": [Status(status)]}) as host:
        assert words in failure(lambda: converse(host)).detail


def test_no_listener_at_all() -> None:
    with Endpoint(said) as host:
        place = target(host)
    error = failure(lambda: converse(host, to=place))
    assert isinstance(error, Unreachable) and "nothing listens there" in error.detail


def test_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No proxy, no .netrc, no bundle of requests."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Endpoint(said) as host:
        assert converse(host).output.error is None


# --- Interruption ----------------------------------------------------------------------------------------


def test_an_interrupted_scan_waits_for_no_logon() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        WinrmTransport(login_for=lambda _: login(), limits=Limits(connect_s=30, login_s=30)) as transport,
        ThreadPoolExecutor(1) as pool,
    ):
        place = Target(name="t", transport="winrm", address="127.0.0.1", port=silent.getsockname()[1])
        began = time.monotonic()
        threading.Timer(0.3, transport.abort).start()
        error = pool.submit(failure, lambda: transport.connect(place, deadline=began + 60)).result()
        again = failure(lambda: transport.connect(place, deadline=began + 60))
    assert error.reason is again.reason is Reason.CANCELLED
    assert time.monotonic() - began < 5


def test_a_host_that_says_nothing_costs_its_own_limit() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        WinrmTransport(login_for=lambda _: login(), limits=Limits(connect_s=0.5, login_s=0.5)) as transport,
    ):
        place = Target(name="t", transport="winrm", address="127.0.0.1", port=silent.getsockname()[1])
        began = time.monotonic()
        error = failure(lambda: transport.connect(place, deadline=began + 60))
    assert error.reason is Reason.TIMEOUT and time.monotonic() - began < 3
