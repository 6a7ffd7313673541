"""TLS that is fed by hand: whatever waits to be read, nothing is read without a look at the limits."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable

import pytest

from scanner.transports import tlspipe
from scanner.transports.tlspipe import FEED_BYTES, HANDSHAKE_BYTES_MAX, TlsPipe, TooMuch
from tests.transports.flood import record
from tests.wsman.certificates import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("ca"))


class Endless(socket.socket):
    """A socket on which input always waits."""

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        return record(3)

    def send(self, data: object, flags: int = 0, /) -> int:
        return len(memoryview(data))  # type: ignore[arg-type]


class Over(Exception):
    """What ends it all."""


def turns(count: int) -> Callable[[], float]:
    """Raises at the call after `count`."""
    left = [count]

    def turn_s() -> float:
        left[0] -= 1
        if left[0] < 0:
            raise Over
        return 0.1

    return turn_s


def untrusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@pytest.mark.parametrize("count", [1, 2, 10])
def test_each_portion_of_a_flood_is_preceded_by_a_look_at_the_limits(
    monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(tlspipe, "HANDSHAKE_BYTES_MAX", 1 << 40)
    portions: list[int] = []

    def spend(size: int) -> None:
        portions.append(size)
        assert len(portions) < count

    with Endless() as plain, pytest.raises(Over):
        TlsPipe(plain, untrusting(), "dc", turn_s=turns(count), spend=spend).shake()


def test_a_handshake_takes_so_many_bytes_and_no_more() -> None:
    portions: list[int] = []
    with Endless() as plain, pytest.raises(TooMuch):
        TlsPipe(plain, untrusting(), "dc", turn_s=turns(1000), spend=portions.append).shake()
    assert HANDSHAKE_BYTES_MAX < sum(portions) <= HANDSHAKE_BYTES_MAX + FEED_BYTES


def test_what_is_sent_arrives_whole_at_a_peer_that_reads_late(authority: Authority) -> None:
    certificate, sent = authority.server(), bytes(range(256)) * (1 << 14)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    ours, theirs = socket.socketpair()

    def echo() -> None:
        with contextlib.suppress(OSError), context.wrap_socket(theirs, server_side=True) as stream:
            stream.settimeout(5)
            time.sleep(0.3)
            heard = b""
            while len(heard) < len(sent) and (part := stream.recv(65536)):
                heard += part
            stream.sendall(heard[::-1])

    server = threading.Thread(target=echo)
    server.start()
    taken: list[int] = []
    with ours:
        pipe = TlsPipe(ours, untrusting(), "dc", turn_s=turns(10_000), spend=taken.append)
        pipe.shake()
        pipe.sendall(sent)
        answer = b"".join(iter(lambda: pipe.recv(65536), b""))
    server.join(10)
    assert answer == sent[::-1] and sum(taken) > len(sent)
