"""Directories that are silent, foreign or malicious: each costs its own limits, hears no password, says what it is."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.errors import AuthenticationFailed, HostKeyUnknown, TargetError, TimeLimit, Unreachable
from scanner.inventory.site import Limits
from scanner.model import Reason, Target
from scanner.secret import Secret
from scanner.transports import tlspipe
from scanner.transports.base import ScriptLimits
from scanner.transports.breaker import Breaker
from scanner.transports.ldap import Entry, Refused, Search
from scanner.transports.ldap.client import LdapLogin, LdapTransport
from scanner.transports.ldap.session import LdapSession
from tests.transports.flood import ends, flooding
from tests.transports.ldapd import Ldapd, Talk, ber, bind_response, done, entry, serving, text
from tests.transports.test_ssh_hostile import peer
from tests.wsman.certificates import Authority

pytestmark = pytest.mark.network

PASSWORD = "correct-horse-battery"
SEARCH = Search(base="DC=x", scope="subtree", filter="(objectClass=*)", attributes=("cn",))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("ca"))


def transport(ca: Path | None, *, password: str | None = PASSWORD, login_s: float = 2.0) -> LdapTransport:
    login = LdapLogin(user="ACME\\scan", password=None if password is None else Secret(password), ca=ca)
    return LdapTransport(login_for=lambda _: login, limits=Limits(connect_s=2.0, login_s=login_s))


def at(port: int, address: str = "127.0.0.1") -> Target:
    return Target(name="dc", transport="ldaps", address=address, port=port, credential="domain")


def soon() -> float:
    return time.monotonic() + 20


def bound(session: LdapSession, *, total_s: float = 5.0, output_bytes: int = 1 << 20) -> LdapSession:
    session.bound(ScriptLimits(total_s=total_s, output_bytes=output_bytes, cancelled=threading.Event()))
    return session


def failure(way: LdapTransport, target: Target) -> TargetError:
    began = time.monotonic()
    with pytest.raises(TargetError) as caught:
        way.connect(target, deadline=soon())
    assert time.monotonic() - began < 10
    assert PASSWORD not in str(caught.value)
    return caught.value


def welcome(then: Callable[[Talk], None]) -> Callable[[Talk], None]:
    """Accept the bind, then do as told at the first search."""

    def answer(talk: Talk) -> None:
        talk.say(bind_response())
        if talk.hear():
            then(talk)

    return answer


def until(gone: threading.Event) -> Callable[[Talk], None]:
    """Say nothing until the test is over."""

    def wait(_: Talk) -> None:
        gone.wait(20)

    return wait


# --- Before the logon ------------------------------------------------------------------------------------


def test_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert isinstance(failure(transport(None), at(port)), Unreachable)


def test_a_server_without_tls_and_one_that_says_nothing() -> None:
    def speak(connection: socket.socket) -> None:
        connection.sendall(b"220 mail.example ESMTP\r\n")
        connection.recv(4096)

    def wait(connection: socket.socket) -> None:
        while connection.recv(4096):
            pass

    with peer(speak) as (port, _):
        assert failure(transport(None), at(port)).reason is Reason.UNSUPPORTED
    with peer(wait) as (port, _):
        silent = failure(transport(None), at(port))
    assert isinstance(silent, TimeLimit) and "TLS handshake" in silent.detail


def drowned(way: LdapTransport, within_s: float) -> TargetError:
    """How a connection fails whose handshake is flooded."""
    failures: list[TargetError] = []
    with flooding(3) as port:
        assert ends(lambda: failures.append(failure(way, at(port))), within_s)
    return failures[0]


def test_a_flooded_handshake_ends_after_a_few_bytes() -> None:
    error = drowned(transport(None, login_s=4.0), within_s=3.0)
    assert error.reason is Reason.UNSUPPORTED and "the TLS handshake was not done" in error.detail


@pytest.mark.parametrize(("login_s", "abort_s", "reason"), [(0.5, 60.0, Reason.TIMEOUT), (60.0, 0.5, Reason.CANCELLED)])
def test_time_and_interruption_end_a_flood_of_any_size(
    monkeypatch: pytest.MonkeyPatch, login_s: float, abort_s: float, reason: Reason
) -> None:
    monkeypatch.setattr(tlspipe, "HANDSHAKE_BYTES_MAX", 1 << 40)
    way = transport(None, login_s=login_s)
    interruption = threading.Timer(abort_s, way.abort)
    interruption.start()
    try:
        assert drowned(way, within_s=4.0).reason is reason
    finally:
        interruption.cancel()


@pytest.mark.parametrize("trust", ["system", "other"])
def test_a_certificate_that_nobody_vouches_for_hears_no_password(
    authority: Authority, tmp_path: Path, trust: str
) -> None:
    ca = None if trust == "system" else Authority.make(tmp_path).ca
    with serving(authority.server(), welcome(lambda talk: None)) as server:
        error = failure(transport(ca), at(server.port))
    assert isinstance(error, HostKeyUnknown) and "`ca`" in error.detail and "`certificate: SHA256:…`" in error.detail
    assert server.binds == 0


@pytest.mark.parametrize(
    ("name", "days", "said"),
    [("dc.acme.example", 30, "does not name this address"), ("127.0.0.1", -1, "has expired")],
)
def test_a_certificate_for_another_name_or_another_time(authority: Authority, name: str, days: int, said: str) -> None:
    with serving(authority.server(hosts=(name,), days=days), welcome(lambda talk: None)) as server:
        error = failure(transport(authority.ca), at(server.port))
    assert isinstance(error, HostKeyUnknown) and said in error.detail and server.binds == 0


def test_a_file_of_authorities_that_is_none(tmp_path: Path) -> None:
    junk = tmp_path / "ca.pem"
    junk.write_text("hello")
    assert "holds no certificate" in failure(transport(junk), at(1)).detail
    assert "cannot be read" in failure(transport(tmp_path / "missing.pem"), at(1)).detail


@pytest.mark.parametrize("password", [None, ""])
def test_without_a_password_nobody_logs_on_as_nobody(authority: Authority, password: str | None) -> None:
    with serving(authority.server(), welcome(lambda talk: None)) as server:
        error = failure(transport(authority.ca, password=password), at(server.port))
    assert isinstance(error, AuthenticationFailed) and server.connections == 0


def test_the_authorities_of_the_target_go_before_those_of_the_credential(authority: Authority, tmp_path: Path) -> None:
    stranger = Authority.make(tmp_path, "Stranger")
    with serving(authority.server(), welcome(lambda talk: None)) as server:
        to = replace(at(server.port), ca=str(authority.ca))
        transport(stranger.ca).connect(to, deadline=soon()).close()
        error = failure(transport(authority.ca), replace(at(server.port), ca=str(stranger.ca)))
    assert error.reason is Reason.LOGIN


def test_an_address_of_the_other_family(authority: Authority) -> None:
    with serving(authority.server(), welcome(lambda talk: None), family=socket.AF_INET6) as server:
        session = transport(authority.ca).connect(at(server.port, "::1"), deadline=soon())
        assert session.info.host_key.startswith("certificate SHA256:")
        session.close()


# --- The logon -------------------------------------------------------------------------------------------


def test_a_refusal_says_why_and_is_the_only_one(authority: Authority) -> None:
    def refuse(talk: Talk) -> None:
        assert PASSWORD.encode() in talk.request
        talk.say(bind_response(49, "80090308: LdapErr: DSID-0C0903A9, comment: x, data 775, v1db1"))

    way = transport(authority.ca)
    with serving(authority.server(), refuse) as server:
        first, second = failure(way, at(server.port)), failure(way, at(server.port))
    assert isinstance(first, AuthenticationFailed) and "the account is locked out" in first.detail
    assert "no logon on" in second.detail and server.binds == 1


def test_a_server_that_is_busy_disables_no_credential(authority: Authority) -> None:
    answers = [bind_response(51, "busy"), bind_response()]
    way = transport(authority.ca)
    with serving(authority.server(), lambda talk: talk.say(answers.pop(0))) as server:
        assert isinstance(failure(way, at(server.port)), Unreachable)
        way.connect(at(server.port), deadline=soon()).close()


def test_a_logon_that_is_never_answered(authority: Authority) -> None:
    gone = threading.Event()
    with serving(authority.server(), until(gone)) as server:
        error = failure(transport(authority.ca, login_s=1.0), at(server.port))
        gone.set()
    assert isinstance(error, TimeLimit) and "answer the logon" in error.detail


@pytest.mark.parametrize(
    "noise", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x30\x80\x00\x00", b"\x30\x03\x02\x01\x01", os.urandom(64), b""]
)
def test_a_server_that_speaks_something_else_over_tls(authority: Authority, noise: bytes) -> None:
    def babble(talk: Talk) -> None:
        if noise:
            talk.stream.sendall(noise)

    with serving(authority.server(), babble) as server:
        error = failure(transport(authority.ca, login_s=1.0), at(server.port))
    assert error.reason in (Reason.UNSUPPORTED, Reason.UNREACHABLE, Reason.TIMEOUT)


def test_an_interrupted_scan_waits_for_no_logon(authority: Authority) -> None:
    gone = threading.Event()
    way = transport(authority.ca, login_s=15.0)
    with serving(authority.server(), until(gone)) as server:
        threading.Timer(0.5, way.abort).start()
        error = failure(way, at(server.port))
        gone.set()
    assert error.reason is Reason.CANCELLED


# --- Searches --------------------------------------------------------------------------------------------


def connected(authority: Authority, server: Ldapd) -> LdapSession:
    return transport(authority.ca).connect(at(server.port), deadline=soon())


def test_entries_come_as_they_are(authority: Authority) -> None:
    answer = welcome(lambda talk: talk.say(entry("CN=a,DC=x", CN="Äpfel"), done()))
    with serving(authority.server(), answer) as server:
        session = bound(connected(authority, server))
        assert list(session.pages(SEARCH, 5)) == [(Entry("CN=a,DC=x", {"cn": ("Äpfel".encode(),)}),)]
        session.close()


def test_a_refused_search_costs_that_search_alone(authority: Authority) -> None:
    def answer(talk: Talk) -> None:
        talk.say(done(50, "no"))
        talk.hear()
        talk.say(entry("CN=a", cn="a"), done())

    with serving(authority.server(), welcome(answer)) as server:
        session = bound(connected(authority, server))
        with pytest.raises(Refused) as caught:
            list(session.pages(SEARCH, 5))
        assert caught.value.word == "insufficientAccessRights"
        assert len(list(session.pages(SEARCH, 5))) == 1
        session.close()


def test_a_referral_is_not_followed(authority: Authority) -> None:
    """It would carry the password to a server that nobody verified."""
    with serving(authority.server(), welcome(lambda talk: None)) as elsewhere:

        def refer(talk: Talk) -> None:
            url = f"ldap://127.0.0.1:{elsewhere.port}/DC=x"
            reference = ber(0xA3, text(url))
            talk.say(ber(0x73, text(url)), ber(0x65, ber(0x0A, b"\x0a"), text(""), text(""), reference))

        with serving(authority.server(), welcome(refer)) as server:
            session = bound(connected(authority, server))
            with pytest.raises(Refused, match="referral"):
                list(session.pages(SEARCH, 5))
            session.close()
        assert elsewhere.connections == 0


def test_a_search_that_hangs_ends_with_its_own_limit(authority: Authority) -> None:
    gone = threading.Event()
    with serving(authority.server(), welcome(until(gone))) as server:
        session = bound(connected(authority, server), total_s=1.0)
        began = time.monotonic()
        with pytest.raises(TimeLimit):
            list(session.pages(SEARCH, 30))
        assert time.monotonic() - began < 5
        session.close()
        gone.set()


def test_an_interrupted_scan_waits_for_no_search(authority: Authority) -> None:
    gone = threading.Event()
    way = transport(authority.ca)
    with serving(authority.server(), welcome(until(gone))) as server:
        session = bound(way.connect(at(server.port), deadline=soon()), total_s=15.0)
        threading.Timer(0.5, way.abort).start()
        began = time.monotonic()
        with pytest.raises(TargetError) as caught:
            list(session.pages(SEARCH, 15))
        assert time.monotonic() - began < 5 and caught.value.reason is Reason.CANCELLED
        session.close()
        gone.set()


def test_a_byte_now_and_then_does_not_hold_us(authority: Authority) -> None:
    def drip(talk: Talk) -> None:
        talk.stream.sendall(b"\x30\x84\x00\x10\x00\x00")
        for _ in range(100):
            time.sleep(0.1)
            talk.stream.sendall(b"\x02")

    with serving(authority.server(), welcome(drip)) as server:
        session = bound(connected(authority, server), total_s=1.0)
        began = time.monotonic()
        with pytest.raises(TimeLimit):
            list(session.pages(SEARCH, 30))
        assert time.monotonic() - began < 5
        session.close()


def test_entries_without_end_stop_at_the_limit(authority: Authority) -> None:
    def flood(talk: Talk) -> None:
        line = entry("CN=" + "x" * 500, cn="y" * 500)
        for _ in range(20_000):
            talk.say(line)

    with serving(authority.server(), welcome(flood)) as server:
        session = bound(connected(authority, server), output_bytes=300_000, total_s=15.0)
        with pytest.raises(TargetError) as caught:
            list(session.pages(SEARCH, 15))
        assert caught.value.reason is Reason.TRUNCATED
        session.close()


@pytest.mark.parametrize(
    "noise", [b"\x30\x05\x02\x01\x02\x65\x00", b"\xff" * 40, b"\x30\x0c\x02\x01\x02\x64\x07\x04\x01a\x30\x02\x04\xff"]
)
def test_a_broken_answer_ends_the_session_and_nothing_else(authority: Authority, noise: bytes) -> None:
    with serving(authority.server(), welcome(lambda talk: talk.stream.sendall(noise))) as server:
        session = bound(connected(authority, server), total_s=2.0)
        with pytest.raises((TargetError, Refused)):
            list(session.pages(SEARCH, 2))
        session.close()


def test_a_connection_that_ends_midway(authority: Authority) -> None:
    with serving(authority.server(), welcome(lambda talk: talk.say(entry("CN=a", cn="a")))) as server:
        session = bound(connected(authority, server))
        with pytest.raises(Unreachable, match="was lost"):
            list(session.pages(SEARCH, 5))
        session.close()


def test_the_breaker_is_shared_by_whoever_is_given_it(authority: Authority) -> None:
    breaker = Breaker()
    login = LdapLogin(user="ACME\\scan", password=Secret(PASSWORD), ca=authority.ca)
    ways = [LdapTransport(login_for=lambda _: login, breaker=breaker) for _ in range(2)]
    with serving(authority.server(), lambda talk: talk.say(bind_response(49))) as server:
        for way in ways:
            failure(way, at(server.port))
    assert server.binds == 1
