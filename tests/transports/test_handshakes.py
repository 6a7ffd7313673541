"""Handshakes of old versions of TLS against ports that take them, refuse them, hang up, say nothing, talk nonsense."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scanner.collect import collect_windows, raw_facts
from scanner.collect.windows.script import build
from scanner.facts.base import Probe, RawState
from scanner.model import Target
from scanner.secret import Secret
from scanner.transports import handshakes as module
from scanner.transports import tlspipe
from scanner.transports.handshakes import ACCEPTED, CLOSED, OLD, REFUSED, SILENT, UNABLE, Peer, able, handshakes
from scanner.transports.ldap.client import LdapLogin, LdapTransport
from scanner.transports.replay import read_recording, write_recording
from scanner.transports.tcp import Dialling
from scanner.transports.winrm import WinrmTransport
from tests.transports.flood import ends, flooding
from tests.transports.ldapd import bind_response, serving
from tests.windows.hosts import wire
from tests.wsman.certificates import Authority
from tests.wsman.conversation import LIMITS, converse, login, target
from tests.wsman.endpoint import Endpoint, Output, recorded

pytestmark = pytest.mark.network

NEEDS_OLD_TLS = pytest.mark.skipif(
    not all(able(version) for version in OLD.values()), reason="the OpenSSL of this machine speaks no old TLS"
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("ca"))


def said(_: bytes, nonce: str) -> Output:
    return Output(f"ctpat:{nonce}:1:begin\nabc\nctpat:{nonce}:1:end\n".encode())


def peer(port: int, **changes: Any) -> Peer:
    known: dict[str, Any] = {"connect_s": 1.0, "until": time.monotonic() + 20, "dialling": Dialling()}
    return Peer(host="127.0.0.1", port=port, **(known | changes))


@contextlib.contextmanager
def port_that(answers: Callable[[socket.socket], None]) -> Iterator[tuple[int, list[int]]]:
    """A port on loopback whose connections are all handled alike, and their count."""
    listening = socket.create_server(("127.0.0.1", 0))
    count: list[int] = []

    def serve() -> None:
        while True:
            try:
                pipe, _ = listening.accept()
            except OSError:
                return
            count.append(1)
            with pipe, contextlib.suppress(OSError):
                answers(pipe)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1], count
    finally:
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


# --- Over the product's own connections ------------------------------------------------------------------


@NEEDS_OLD_TLS
@pytest.mark.parametrize(("takes", "word"), [(True, ACCEPTED), (False, REFUSED)])
def test_old_versions_are_told_from_outside_and_cost_no_request(authority: Authority, takes: bool, word: str) -> None:
    with Endpoint(said, tls=authority.server(), takes_old_tls=takes) as host:
        conversation = converse(host, login(ca=authority.ca))
        seen = conversation.info.handshakes
    assert seen is not None and seen["tried"] == {"TLS 1.0": word, "TLS 1.1": word}
    assert seen["port"] == host.port and seen["own"]["version"] == "TLSv1.3"
    assert len(host.seen) == conversation.info.round_trips == 8


def test_over_http_nothing_is_asked() -> None:
    with Endpoint(said) as host:
        assert converse(host).info.handshakes is None


def collected(host: Endpoint, ca: Path) -> Any:
    script = build([Probe(name="host", why="a test", script="@{ a = 1 }")])
    now = datetime(2026, 11, 20, 10, tzinfo=UTC)
    with (
        WinrmTransport(login_for=lambda _: login(ca=ca), limits=LIMITS) as transport,
        contextlib.closing(transport.connect(target(host), deadline=time.monotonic() + 30)) as session,
    ):
        return script.text, collect_windows(session, "t", script, now=lambda: now)


@NEEDS_OLD_TLS
def test_what_the_port_said_is_kept_before_it_is_read_and_comes_back_from_a_recording(
    authority: Authority, tmp_path: Path
) -> None:
    with Endpoint(recorded(wire("server-2022-hardened")), tls=authority.server(), takes_old_tls=True) as host:
        text, transcript = collected(host, authority.ca)
    folder = write_recording(tmp_path, "t", transcript, text)
    again = read_recording(folder).transcript
    for one in (transcript, again):
        section = raw_facts(one).get("tls_handshakes")
        assert section.state is RawState.OK
        assert json.loads(section.stdout)["tried"] == {"TLS 1.0": ACCEPTED, "TLS 1.1": ACCEPTED}


@NEEDS_OLD_TLS
@pytest.mark.parametrize(("takes", "word"), [(True, ACCEPTED), (False, REFUSED)])
def test_a_directory_is_asked_on_the_port_of_its_logon(authority: Authority, takes: bool, word: str) -> None:
    as_whom = LdapLogin(user="ACME\\scan", password=Secret("correct-horse-battery"), ca=authority.ca)
    with serving(authority.server(), lambda talk: talk.say(bind_response()), takes_old_tls=takes) as server:
        way = LdapTransport(login_for=lambda _: as_whom, limits=LIMITS)
        asked = Target(name="dc", transport="ldaps", address="127.0.0.1", port=server.port)
        with contextlib.closing(way.connect(asked, deadline=time.monotonic() + 20)) as session:
            session.confirm()
        assert session.info.handshakes is not None and session.info.handshakes["tried"]["TLS 1.0"] == word
        assert (server.connections, server.binds) == (3, 1)


# --- Ports of every kind ---------------------------------------------------------------------------------


def hang_up(pipe: socket.socket) -> None:
    pipe.recv(4096)


def reset(pipe: socket.socket) -> None:
    pipe.recv(4096)
    pipe.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def alert(code: int) -> Callable[[socket.socket], None]:
    def answer(pipe: socket.socket) -> None:
        pipe.recv(4096)
        pipe.sendall(bytes([21, 3, 1, 0, 2, 2, code]))

    return answer


def nonsense(pipe: socket.socket) -> None:
    pipe.recv(4096)
    pipe.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@NEEDS_OLD_TLS
@pytest.mark.parametrize(
    ("answers", "word"),
    [
        (hang_up, CLOSED),
        (reset, CLOSED),
        (alert(70), REFUSED),
        (alert(40), "ended: SSLV3_ALERT_HANDSHAKE_FAILURE"),  # it may be the ciphers: no refusal of the version
        (nonsense, "ended: WRONG_VERSION_NUMBER"),
    ],
)
def test_only_a_clear_word_is_a_refusal(answers: Callable[[socket.socket], None], word: str) -> None:
    with port_that(answers) as (port, count):
        assert handshakes(peer(port), {})["tried"] == {"TLS 1.0": word, "TLS 1.1": word}
    assert len(count) == 2


@NEEDS_OLD_TLS
def test_a_silent_port_costs_one_time_limit() -> None:
    released = threading.Event()
    with port_that(lambda _: (released.wait(10), None)[1]) as (port, count):
        began = time.monotonic()
        assert handshakes(peer(port, connect_s=0.5), {})["tried"] == {"TLS 1.0": SILENT, "TLS 1.1": SILENT}
        took = time.monotonic() - began
        released.set()
    assert took < 3 and len(count) == 1


@NEEDS_OLD_TLS
def test_an_interrupted_scan_waits_for_no_handshake() -> None:
    released, cancelled = threading.Event(), threading.Event()
    with port_that(lambda _: (released.wait(10), None)[1]) as (port, _):
        threading.Timer(0.3, cancelled.set).start()
        began = time.monotonic()
        asked = handshakes(peer(port, connect_s=30, is_stopped=cancelled.is_set), {})
        took = time.monotonic() - began
        released.set()
    assert set(asked["tried"].values()) == {SILENT} and took < 3


@NEEDS_OLD_TLS
def test_a_port_that_floods_the_handshake_gives_no_answer_and_costs_a_few_bytes() -> None:
    asked: list[dict[str, Any]] = []
    with flooding(1) as port:
        whom = peer(port, connect_s=4.0)
        assert ends(lambda: asked.append(handshakes(whom, {})), within_s=3.0)
    assert asked[0]["tried"] == {"TLS 1.0": SILENT, "TLS 1.1": SILENT}


@NEEDS_OLD_TLS
@pytest.mark.parametrize(("connect_s", "stop_s"), [(0.5, 60.0), (60.0, 0.5)])
def test_time_and_interruption_end_a_flood_of_any_size(
    monkeypatch: pytest.MonkeyPatch, connect_s: float, stop_s: float
) -> None:
    monkeypatch.setattr(tlspipe, "HANDSHAKE_BYTES_MAX", 1 << 40)
    asked: list[dict[str, Any]] = []
    with flooding(1) as port:
        stop_at = time.monotonic() + stop_s
        whom = peer(port, connect_s=connect_s, is_stopped=lambda: time.monotonic() > stop_at)
        assert ends(lambda: asked.append(handshakes(whom, {})), within_s=3.0)
    assert set(asked[0]["tried"].values()) == {SILENT}


def test_what_openssl_here_cannot_do_is_never_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "able", lambda _: False)
    with port_that(alert(70)) as (port, count):
        assert set(handshakes(peer(port), {})["tried"].values()) == {UNABLE}
    assert not count


def test_being_able_is_tried_in_memory() -> None:
    assert able(ssl.TLSVersion.TLSv1_2)


def test_a_port_that_is_gone_gives_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert set(handshakes(peer(port), {})["tried"].values()) <= {SILENT, UNABLE}
