"""From a name to an encrypted connection with a peer: resolve, connect, agree on keys; every failure in a sentence."""

from __future__ import annotations

import errno
import ipaddress
import random
import socket
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from paramiko.ssh_exception import IncompatiblePeer

from scanner.errors import TargetError, TimeLimit, Unreachable
from scanner.model import Reason
from scanner.transports.ssh.wire import GREETING_BYTES_MAX, Pipe, TimedSocket, Wire, plain

ATTEMPTS = 5
"""How often a connection is tried that the peer drops before keys are agreed: sshd does so at random above
MaxStartups, and such a drop costs no login attempt."""

BACKOFF_S = 0.25

KEEPALIVE_OPTIONS = {"TCP_KEEPIDLE": 20, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 50_000}
"""Notice a dead peer within a minute; names missing on a platform are left out."""


class Dropped(Unreachable):
    """The peer hung up before keys were agreed; worth another try."""


def left(until: float) -> float:
    """Seconds until a monotonic instant, never negative."""
    return max(0.0, until - time.monotonic())


def place(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


# --- TCP -------------------------------------------------------------------------------------------------

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

    asker = threading.Thread(target=ask, name="ssh-resolve", daemon=True)
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


class Dialling:
    """The sockets on their way to a login, so that an interrupted scan need not wait for them. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: weakref.WeakSet[Any] = weakref.WeakSet()  # one that failed is forgotten by itself
        self.aborted = False

    def add(self, pipe: TimedSocket) -> None:
        """Take note of a socket before it connects. Raises Unreachable once everything was aborted."""
        with self._lock:
            if self.aborted:
                pipe.close()
                raise Unreachable(Reason.CANCELLED, INTERRUPTED)
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


INTERRUPTED = "the scan was interrupted before the login was done"


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


# --- Key exchange ----------------------------------------------------------------------------------------


def shake(open_pipe: Callable[[], Pipe], where: str, algorithms: tuple[str, ...], until: float) -> tuple[Wire, int]:
    """An encrypted connection whose host key nobody has judged yet, and how many connections it took.

    Drops before keys are agreed are tried again after a growing, random pause; nothing else is.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _shake_once(open_pipe, where, algorithms, until), attempt
        except Dropped as error:
            pause = BACKOFF_S * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load
            if attempt == ATTEMPTS or left(until) <= pause:
                raise Unreachable(error.reason, f"{error.detail} ({attempt} attempts)") from error
            time.sleep(pause)
    raise AssertionError("unreachable")


def _shake_once(open_pipe: Callable[[], Pipe], where: str, algorithms: tuple[str, ...], until: float) -> Wire:
    pipe = open_pipe()
    started = time.monotonic()
    try:
        wire = Wire(pipe)
    except BaseException:
        pipe.end()
        raise
    try:
        finished = wire.handshake(algorithms, until)
        if finished and wire.is_active():
            return wire
        raise _failure(wire, where, algorithms, finished, time.monotonic() - started) from wire.get_exception()
    except BaseException:
        wire.end()
        raise


FOREIGN_GREETINGS = (
    (b"HTTP/", "speaks HTTP, not SSH: wrong port?"),
    (b"<", "speaks HTML or XML, not SSH: wrong port?"),
    (b"\x15\x03", "speaks TLS, not SSH: wrong port?"),
    (b"220 ", "speaks FTP or SMTP, not SSH: wrong port?"),
    (b"+OK", "speaks POP3, not SSH: wrong port?"),
    (b"\xff\xfd", "speaks Telnet, not SSH: wrong port?"),
    (b"\xff\xfb", "speaks Telnet, not SSH: wrong port?"),
    (
        b"Not allowed at this time",
        "refuses this address for a while (sshd PerSourcePenalties): exempt the scanner there",
    ),
)


def _failure(wire: Wire, where: str, algorithms: tuple[str, ...], finished: bool, waited_s: float) -> TargetError:
    """What went wrong before keys were agreed."""
    error = wire.saved_exception
    greeting = wire.packetizer.greeting
    if isinstance(error, IncompatiblePeer):
        return _incompatible(wire, where, algorithms)
    for mark, sentence in FOREIGN_GREETINGS:
        if greeting.startswith(mark):
            return Unreachable(Reason.UNSUPPORTED, f"{where} {sentence}")
    if len(greeting) > GREETING_BYTES_MAX:
        size = f"{GREETING_BYTES_MAX // 1024} KiB"
        return Unreachable(Reason.UNSUPPORTED, f"{where} sent {size} without naming itself: no SSH server")
    if not wire.remote_version.startswith("SSH-"):
        return _no_version(where, greeting, not finished or wire.packetizer.is_late, waited_s)
    if not finished:
        return TimeLimit(Reason.TIMEOUT, f"{where} did not finish the key exchange within {waited_s:.1f} s")
    if wire.farewell:
        return Unreachable(Reason.UNREACHABLE, f"{where} ended the connection: {wire.farewell}")
    if error is None or isinstance(error, EOFError | OSError):
        return Dropped(Reason.UNREACHABLE, f"{where} dropped the connection during the key exchange")
    return Unreachable(Reason.UNSUPPORTED, f"{where} broke the SSH protocol: {plain(str(error))}")


def _no_version(where: str, greeting: bytes, late: bool, waited_s: float) -> TargetError:
    shown = plain(greeting[:120].decode("utf-8", "replace").strip())
    said = f"; it said: {shown}" if shown else ""
    if late:
        return Unreachable(
            Reason.TIMEOUT, f"{where} accepted the connection but did not name itself within {waited_s:.1f} s{said}"
        )
    if greeting and not greeting.startswith((b"Exceeded MaxStartups", b"SSH-")):
        return Unreachable(Reason.UNSUPPORTED, f"{where} is no SSH server{said}")
    return Dropped(
        Reason.UNREACHABLE, f"{where} closed the connection before naming itself (too many at once, or blocked){said}"
    )


def _incompatible(wire: Wire, where: str, algorithms: tuple[str, ...]) -> Unreachable:
    evidence = {"version": plain(wire.remote_version), **{k: plain(v, 4000) for k, v in wire.peer_lists.items()}}
    if not wire.peer_lists:
        return Unreachable(
            Reason.UNSUPPORTED, f"{where} speaks an obsolete SSH protocol: {evidence['version']}", evidence=evidence
        )
    ours = {
        "kex": wire.preferred_kex,
        "host_key": algorithms,
        "ciphers": wire.preferred_ciphers,
        "macs": wire.preferred_macs,
    }
    names = {"kex": "key exchange", "host_key": "host key", "ciphers": "cipher", "macs": "MAC"}
    clashes = [k for k, mine in ours.items() if not set(mine) & set(wire.peer_lists[k].split(","))]
    told = "; ".join(f"{names[k]}: it offers {evidence[k] or 'nothing'}" for k in clashes) or "compression"
    return Unreachable(
        Reason.UNSUPPORTED,
        f"{where} offers only algorithms that are refused as unsafe or unknown ({told}). Update its SSH server",
        evidence=evidence,
    )
