"""TLS over a socket that stays with us: deadline, interruption and count of bytes hold whatever the peer sends.

OpenSSL, given the socket, does not return while input waits that it passes over in silence, such as HelloRequests in a
handshake: a peer that sends them without end would hold its thread for ever. Here it is fed by hand, a portion at a
time, and what it has to say is fetched from it.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
FEED_BYTES = 32 * 1024
HANDSHAKE_BYTES_MAX = 128 * 1024
"""Most of one handshake; OpenSSL itself takes 100 KiB of certificates at most."""


class TooMuch(Exception):
    """The peer sent more than HANDSHAKE_BYTES_MAX, and the handshake was not done."""


class TlsPipe:
    """The client's end. Before each portion, and each wait, `turn_s` says how long to wait, or raises what ends it all.

    `spend` hears of each portion's bytes, as they come over the wire. Used by one thread.
    """

    def __init__(
        self,
        plain: socket.socket,
        context: ssl.SSLContext,
        name: str,
        *,
        turn_s: Callable[[], float],
        spend: Callable[[int], None] = lambda _: None,
    ) -> None:
        plain.setblocking(False)
        self._plain = plain
        self._taken, self._given = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._unsent = bytearray()
        self._turn_s, self._spend = turn_s, spend
        self._bytes_left: int | None = HANDSHAKE_BYTES_MAX
        self.tls = context.wrap_bio(self._taken, self._given, server_hostname=name)

    def shake(self) -> None:
        """The handshake. Raises OSError, ssl.SSLError among them, as it comes, and TooMuch."""
        try:
            self._fed(self.tls.do_handshake)
        except ssl.SSLError:
            with contextlib.suppress(OSError):  # tell the peer why, where it listens
                self._plain.send(self._given.read())
            raise
        self._bytes_left = None

    def recv(self, size: int) -> bytes:
        """Some bytes, none at the end."""
        try:
            return self._fed(lambda: self.tls.read(size))
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return b""

    def sendall(self, data: bytes) -> None:
        """All of it."""
        if data:
            self._fed(lambda: self.tls.write(data))  # takes all at once: what it gives is kept in memory

    def shutdown(self, how: int) -> None:
        self._plain.shutdown(how)

    def close(self) -> None:
        self._plain.close()

    def _fed(self, action: Callable[[], T]) -> T:
        while True:
            self._turn_s()
            try:
                done = action()
            except ssl.SSLWantReadError:
                self._flush()
                self._feed()
            else:
                self._flush()
                return done

    def _feed(self) -> None:
        data = self._patiently(lambda: self._plain.recv(FEED_BYTES), select.POLLIN)
        if not data:
            self._taken.write_eof()
            return
        self._spend(len(data))
        if self._bytes_left is not None:
            self._bytes_left -= len(data)
            if self._bytes_left < 0:
                raise TooMuch
        self._taken.write(data)

    def _flush(self) -> None:
        self._unsent += self._given.read()
        while self._unsent:
            sent: int = self._patiently(lambda: self._plain.send(self._unsent), select.POLLOUT)
            del self._unsent[:sent]

    def _patiently(self, action: Callable[[], Any], event: int) -> Any:
        while True:
            turn_s = self._turn_s()
            try:
                return action()
            except BlockingIOError:
                ready = select.poll()
                ready.register(self._plain, event)
                ready.poll(1000 * turn_s)
