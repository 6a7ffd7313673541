"""From a name to a connected socket: resolve, connect, give up in time; every failure in a sentence."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import socket
import threading
import time
import weakref
from typing import Any

from scanner.errors import TargetError, Unreachable
from scanner.model import Reason

KEEPALIVE_OPTIONS = {"TCP_KEEPIDLE": 20, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 50_000}
"""Notice a dead peer within a minute; names missing on a platform are left out."""


class TimedSocket(socket.socket):
    """A TCP socket whose writes end at `give_up_at` (monotonic): a peer that stops reading must not hold us."""

    give_up_at: float = float("inf")

    def send(self, data: Any, flags: int = 0, /) -> int:
        try:
            return super().send(data, flags)
        except TimeoutError:
            if time.monotonic() >= self.give_up_at:
                raise ConnectionAbortedError("the peer takes no more data") from None
            raise

    def end(self) -> None:
        """Close, and wake the thread that reads."""
        with contextlib.suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)
        self.close()


def left(until: float) -> float:
    """Seconds until a monotonic instant, never negative."""
    return max(0.0, until - time.monotonic())


def place(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


Address = tuple[Any, Any, int, str, Any]


def resolve(host: str, port: int, until: float) -> list[Address]:
    """The addresses of `host`, literals (scoped IPv6 too) without asking anybody.

    Names are looked up in a thread of their own: getaddrinfo(3) knows no time limit.
    """
    if _is_literal(host):
        return _lookup(host, port, socket.AI_NUMERICHOST)
    answer: list[list[Address] | TargetError] = []

    def ask() -> None:
        try:
            answer.append(_lookup(host, port, 0))
        except TargetError as error:
            answer.append(error)

    asker = threading.Thread(target=ask, name="resolve", daemon=True)
    asker.start()
    asker.join(left(until))
    if not answer:
        raise Unreachable(Reason.TIMEOUT, f"the name {host} was not resolved in time: the name service does not answer")
    if isinstance(answer[0], TargetError):
        raise answer[0]
    return answer[0]


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _lookup(host: str, port: int, flags: int) -> list[Address]:
    try:
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags))
    except (socket.gaierror, UnicodeError) as error:
        why = error.strerror if isinstance(error, socket.gaierror) else "not a valid name"
        raise Unreachable(Reason.UNREACHABLE, f"the name {host} does not resolve: {why}") from error


INTERRUPTED = "the scan was interrupted before the login was done"
STOPPED = "the scan was interrupted"


class Dialling:
    """The sockets on their way to a login, so that an interrupted scan need not wait for them. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: weakref.WeakSet[Any] = weakref.WeakSet()  # one that failed is forgotten by itself
        self.aborted = False

    def add(self, pipe: Any, told: str = INTERRUPTED) -> None:
        """Take note of what a login goes over, before it begins. Raises Unreachable once everything was aborted."""
        with self._lock:
            if self.aborted:
                pipe.end()
                raise Unreachable(Reason.CANCELLED, told)
            self._sockets.add(pipe)

    def settle(self, pipe: object) -> None:
        """The login is over, well or badly: `abort` leaves the socket alone from here on."""
        with self._lock:
            self._sockets.discard(pipe)

    def abort(self) -> None:
        """End every connection that is not logged in yet, and let no new one begin."""
        with self._lock:
            self.aborted = True
            sockets = list(self._sockets)
        for pipe in sockets:
            pipe.end()


def connect_tcp(host: str, port: int, until: float, dialling: Dialling) -> TimedSocket:
    """A connected socket; addresses are tried in turn and share the time: a dead one leaves some for the next."""
    addresses = resolve(host, port, until)
    last: OSError | None = None
    for at, (family, kind, protocol, _, address) in enumerate(addresses):
        pipe = TimedSocket(family, kind, protocol)
        dialling.add(pipe)
        try:
            pipe.settimeout(max(0.05, left(until) / (len(addresses) - at)))
            pipe.connect(address)
        except OSError as error:
            dialling.settle(pipe)
            pipe.close()
            last = error
            continue
        _tune(pipe)
        return pipe
    raise _connect_failure(host, port, last) from last


def _tune(pipe: TimedSocket) -> None:
    pipe.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    pipe.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE_OPTIONS.items():
        if (option := getattr(socket, name, None)) is not None:
            pipe.setsockopt(socket.IPPROTO_TCP, option, value)


CONNECT_SENTENCES = {
    errno.ECONNREFUSED: "refused the connection: nothing listens there, or a firewall rejects it",
    errno.EHOSTUNREACH: "cannot be reached: no route to the host, or it is down",
    errno.ENETUNREACH: "cannot be reached: this machine has no route to its network",
    errno.ECONNRESET: "reset the connection at once",
    errno.EACCES: "cannot be reached: a local firewall forbids it",
    errno.EPERM: "cannot be reached: a local firewall forbids it",
}


def _connect_failure(host: str, port: int, error: OSError | None) -> Unreachable:
    where = place(host, port)
    if isinstance(error, TimeoutError):
        return Unreachable(Reason.TIMEOUT, f"{where} did not answer in time: host down, or a firewall drops packets")
    code = error.errno if error is not None else None
    sentence = CONNECT_SENTENCES.get(code or 0) or f"cannot be reached: {error}"
    return Unreachable(Reason.UNREACHABLE, f"{where} {sentence}")
