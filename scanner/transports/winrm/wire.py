"""The HTTP side of one target: one address, one connection, every request counted and bounded in time and bytes.

Why not the library's own: requests reads bodies of any size, waits for each byte anew, follows redirects with the
logon in hand, takes proxies and passwords from the environment, and trusts a bundle of its own.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from scanner.errors import TimeLimit, Unreachable
from scanner.model import Reason
from scanner.transports.handshakes import Peer, handshakes, spoken
from scanner.transports.tcp import STOPPED, Dialling, connect_tcp, left
from scanner.transports.winrm.refusals import no_listener
from scanner.transports.winrm.trust import Listener

# Every failure is reported in our own words; what these libraries log holds tokens of the logon.
for _library in ("urllib3", "requests", "spnego", "winrm"):
    logging.getLogger(_library).addHandler(logging.NullHandler())
    logging.getLogger(_library).propagate = False

BODY_BYTES_MAX = 4 * 1024 * 1024
"""Most of one answer; Windows sends no envelope larger than it was asked for (`protocol.ENVELOPE_BYTES`)."""

READ_BYTES = 64 * 1024
TICK_S = 0.2


class Dropped(Unreachable):
    """The connection ended in the middle of a conversation that cannot go on over another one."""


class Line:
    """The connection to one target. `until` (monotonic) ends whatever is under way; `cancelled` does so at once.

    `accept` judges the peer's certificate before the first request; `certificate` keeps it for channel binding.
    """

    def __init__(
        self,
        listener: Listener,
        *,
        context: ssl.SSLContext | None,
        accept: Callable[[bytes], None],
        dialling: Dialling,
        watch: Watch,
        connect_s: float,
        until: float,
    ) -> None:
        self.listener = listener
        self.until = until
        self.cancelled: threading.Event | None = None
        self.certificate: bytes | None = None
        self.spoken: dict[str, Any] = {}
        self.requests = 0
        self.is_sealed = False  # from here on, the one connection is all there is
        self.is_settled = False  # the logon is over
        self._accept = accept
        self._dialling = dialling
        self._watch = watch
        self._connect_s = connect_s
        self._socket: Any = None
        self._why: Reason | None = None
        self.pool = self._pool(context)
        watch.add(self)

    @property
    def is_cancelled(self) -> bool:
        return self._why is Reason.CANCELLED or (self.cancelled is not None and self.cancelled.is_set())

    def _pool(self, context: ssl.SSLContext | None) -> HTTPConnectionPool:
        host, port = self.listener.host.partition("%")[0], self.listener.port
        pool: HTTPConnectionPool = (
            HTTPSConnectionPool(host, port, ssl_context=context) if context else HTTPConnectionPool(host, port)
        )
        pool.ConnectionCls = lambda *args, **kwargs: (_Tls if context else _Plain)(self, *args, **kwargs)  # type: ignore[assignment]
        return pool

    def dial(self) -> socket.socket:
        """A connected socket. Raises our own errors, which pass through urllib3 as they are."""
        if self.is_sealed:
            raise Dropped(Reason.UNREACHABLE, f"{self.listener.where} closed the connection that was sealed for us")
        until = min(self.until, time.monotonic() + self._connect_s)
        try:
            pipe = connect_tcp(self.listener.host, self.listener.port, until, self._dialling)
        except Unreachable as error:
            if isinstance(error.__cause__, ConnectionRefusedError | TimeoutError):
                raise no_listener(self.listener, error) from error
            raise
        self._dialling.settle(pipe)  # from here on the watch looks after it
        self._socket = pipe
        return pipe

    def take(self, wrapped: ssl.SSLSocket) -> None:
        """The TLS connection is up: judge its certificate."""
        self._socket = wrapped
        der = wrapped.getpeercert(binary_form=True)
        assert der is not None, "a TLS server shows a certificate"
        self._accept(der)
        self.certificate = der
        self.spoken = spoken(wrapped)

    def open(self) -> None:
        """Connect before the first request, for its header: over TLS it is bound to the certificate."""
        if self.listener.is_https and self.certificate is None:
            connection = self.pool._get_conn()
            try:
                connection.connect()
            except ssl.SSLError as error:  # as urllib3 and requests say it
                raise requests.exceptions.SSLError(error) from error
            self.pool._put_conn(connection)

    def handshakes(self) -> dict[str, Any] | None:
        """What the port says to old versions of TLS, over connections of their own; None where it speaks none,
        or nothing more may be asked of it."""
        if self.certificate is None or self.is_cancelled or self._why is not None:
            return None
        peer = Peer(
            host=self.listener.host,
            port=self.listener.port,
            connect_s=self._connect_s,
            until=self.until,
            dialling=self._dialling,
            is_stopped=lambda: self.is_cancelled,
        )
        return handshakes(peer, self.spoken)

    def begin(self) -> None:
        """One more request. Raises where its time is over."""
        if self._why is not None or left(self.until) == 0:
            raise self.over() or TimeLimit(Reason.TIMEOUT, f"no time left to ask {self.listener.where}")
        self.requests += 1

    def body(self, raw: Any) -> bytes:
        """All of an answer as it came, or an error when it never ends."""
        parts: list[bytes] = []
        size = 0
        while part := raw.read1(READ_BYTES, decode_content=False):
            size += len(part)
            if size > BODY_BYTES_MAX:
                self.end()
                raise Unreachable(Reason.TRUNCATED, f"{self.listener.where} sent an answer without end")
            parts.append(part)
        raw.release_conn()
        return b"".join(parts)

    def check(self, now: float, *, aborted: bool) -> None:
        """Called by the watch: end what has to end."""
        if (aborted and not self.is_settled) or self.is_cancelled:
            self._end_because(Reason.CANCELLED)
        elif now >= self.until:
            self._end_because(Reason.TIMEOUT)

    def _end_because(self, why: Reason) -> None:
        if self._why is None:
            self._why = why
            self.end()

    def over(self) -> Unreachable | TimeLimit | None:
        """Why the watch ended this line; None when it did not."""
        if self._why is Reason.CANCELLED:
            return Unreachable(Reason.CANCELLED, STOPPED)
        if self._why is Reason.TIMEOUT:
            return TimeLimit(Reason.TIMEOUT, f"{self.listener.where} did not answer in time")
        return None

    def close(self) -> None:
        """Nothing more will be asked here."""
        self.pool.close()
        self._watch.remove(self)

    def end(self) -> None:
        """Wake whoever waits on the socket; its owner closes it."""
        pipe = self._socket
        if pipe is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(pipe, socket.SHUT_RDWR)


class _Plain(HTTPConnection):
    def __init__(self, line: Line, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._line = line

    def _new_conn(self) -> socket.socket:
        return self._line.dial()


class _Tls(HTTPSConnection):
    def __init__(self, line: Line, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._line = line

    def _new_conn(self) -> socket.socket:
        pipe = self._line.dial()
        pipe.settimeout(max(0.05, left(self._line.until)))
        return pipe

    def connect(self) -> None:
        super().connect()
        assert isinstance(self.sock, ssl.SSLSocket)
        try:
            self._line.take(self.sock)
        except BaseException:
            self.close()
            raise
        self.is_verified = True  # by the context or by the pin: urllib3 need not warn


class Adapter(HTTPAdapter):
    """Sends every request of a session over its line, those of a logon too."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        return self._line.pool

    def cert_verify(self, *_: Any) -> None:
        """The pool's own context decides; requests would add the bundle that it brings."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self._line.begin()
        wait_s = max(0.05, left(self._line.until))
        response = super().send(request, stream=True, timeout=(wait_s, wait_s))
        try:
            response._content = self._line.body(response.raw)
        except BaseException:
            response.raw.close()
            raise
        response._content_consumed = True
        return response

    def close(self) -> None:
        super().close()
        self._line.close()


def new_session(line: Line, logon: requests.auth.AuthBase) -> requests.Session:
    """A session that knows one address, no environment, no cookies' worth of anything else."""
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    session.headers.clear()
    session.headers.update({"Content-Type": "application/soap+xml;charset=UTF-8", "User-Agent": "ctpat-scanner"})
    session.auth = logon
    session.adapters.clear()
    session.mount(line.listener.origin + "/", Adapter(line))
    return session


class Watch:
    """Ends connections whose time is over, and those of an interrupted scan: one thread for all targets."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: set[Line] = set()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._aborted = False

    def add(self, line: Line) -> None:
        with self._lock:
            self._lines.add(line)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="winrm-watch", daemon=True)
                self._thread.start()

    def remove(self, line: Line) -> None:
        with self._lock:
            self._lines.discard(line)

    def abort(self) -> None:
        self._aborted = True

    def close(self) -> None:
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closed.wait(TICK_S):
            with self._lock:
                lines = list(self._lines)
            for line in lines:
                line.check(time.monotonic(), aborted=self._aborted)
