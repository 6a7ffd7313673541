"""Jump hosts: one login per hop, shared by every target behind it, with a limit on the connections through each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import paramiko

from scanner.errors import TargetError, TimeLimit, Unreachable
from scanner.model import Reason, Target
from scanner.transports.ssh.hostkeys import DEFAULT_PORT
from scanner.transports.ssh.wire import TunnelSocket, Wire, plain
from scanner.transports.tcp import left, place

RECONNECTS_MAX = 2
"""How often a hop that was alive is connected anew after it was lost; a hop that never answered is not retried."""

Chain = tuple[Target, ...]
Connect = Callable[[Target, float], Wire]
"""Logs in to a hop, its `jump` set to the hops before it, until a monotonic instant."""


@dataclass(slots=True)
class _Hop:
    """One hop and the way to it."""

    slots: threading.BoundedSemaphore
    lock: threading.Lock = field(default_factory=threading.Lock)
    wire: Wire | None = None
    failure: TargetError | None = None
    connects: int = 0


def label(chain: Chain) -> str:
    hop = chain[-1]
    return place(hop.address, hop.port or DEFAULT_PORT)


def _key(chain: Chain) -> tuple[tuple[object, ...], ...]:
    """Two targets share a hop when everything that leads to it and into it is the same."""
    return tuple(
        (
            *(h.address, h.port, h.user, h.credential, h.host_key, h.known_hosts),
            *(h.identity_files, h.certificate_files, h.identities_only, h.identity_agent),
        )
        for h in chain
    )


class JumpHosts:
    """The open connections to jump hosts. Thread-safe."""

    def __init__(self, connect: Connect, per_hop: int, hop_s: float) -> None:
        self._connect = connect
        self._per_hop = per_hop
        self._hop_s = hop_s
        self._lock = threading.Lock()
        self._hops: dict[tuple[tuple[object, ...], ...], _Hop] = {}
        self._closed = False

    def enter(self, chain: Chain, until: float) -> Callable[[], None]:
        """Wait for a place on the last hop; the returned call gives it back, once. Further hops need none."""
        slots = self._hop(chain).slots
        if not slots.acquire(timeout=left(until)):
            raise TimeLimit(Reason.TIMEOUT, f"jump host {label(chain)}: no free place among {self._per_hop} in time")
        once = iter((slots.release,))
        return lambda: next(once, _nothing)()

    def tunnel(self, chain: Chain, host: str, port: int, until: float) -> TunnelSocket:
        """A connection to `host` as seen from the last hop of `chain`, which also resolves the name."""
        wire = self._wire(self._hop(chain), chain, until)
        return TunnelSocket(wire, self._open(wire, chain, host, port, until))

    def _hop(self, chain: Chain) -> _Hop:
        with self._lock:
            if self._closed:
                raise Unreachable(Reason.CANCELLED, f"jump host {label(chain)}: the scan is ending")
            return self._hops.setdefault(_key(chain), _Hop(threading.BoundedSemaphore(self._per_hop)))

    def _wire(self, hop: _Hop, chain: Chain, until: float) -> Wire:
        """The live connection to the hop, made by the first who needs it while the others wait."""
        if not hop.lock.acquire(timeout=left(until)):
            raise TimeLimit(Reason.TIMEOUT, f"jump host {label(chain)}: not connected in time")
        try:
            if hop.wire is not None and hop.wire.is_active():
                return hop.wire
            if hop.failure is not None:
                raise _again(hop.failure)
            return self._login(hop, chain, until)
        finally:
            hop.lock.release()

    def _login(self, hop: _Hop, chain: Chain, until: float) -> Wire:
        if hop.connects > RECONNECTS_MAX:
            hop.failure = Unreachable(Reason.UNREACHABLE, f"jump host {label(chain)}: lost {hop.connects} times")
            raise _again(hop.failure)
        own_limit = time.monotonic() + self._hop_s
        try:
            hop.wire = self._connect(replace(chain[-1], jump=chain[:-1]), min(own_limit, until))
        except TargetError as error:
            failure = _named(error, chain)
            # A target that ran out of its own time says nothing about the hop.
            if not isinstance(error, TimeLimit) or own_limit <= until:
                hop.failure = failure
            raise failure from error
        hop.connects += 1
        return hop.wire

    def _open(self, wire: Wire, chain: Chain, host: str, port: int, until: float) -> paramiko.Channel:
        try:
            return wire.open_channel("direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=left(until))
        except paramiko.ChannelException as error:
            raise _not_forwarded(error, chain, place(host, port)) from error
        except (OSError, EOFError, paramiko.SSHException) as error:
            if wire.is_active():
                detail = f"jump host {label(chain)}: no answer about {place(host, port)} in time"
                raise Unreachable(Reason.TIMEOUT, detail) from error
            detail = f"jump host {label(chain)}: the connection to it was lost"
            raise Unreachable(Reason.UNREACHABLE, detail) from error

    def close(self) -> None:
        """End every connection, the farthest hops first; never raises."""
        with self._lock:
            self._closed = True
            hops = sorted(self._hops.items(), key=lambda item: -len(item[0]))
            self._hops = {}
        for _, hop in hops:
            if hop.wire is not None:
                hop.wire.end()


def _nothing() -> None:
    """The place was given back before."""


def _named(error: TargetError, chain: Chain) -> TargetError:
    """The same failure, said of the hop. A failure that already names an earlier hop keeps that name alone."""
    if error.detail.startswith("jump host "):
        return error
    return type(error)(error.reason, f"jump host {label(chain)}: {error.detail}", evidence=error.evidence)


def _again(failure: TargetError) -> TargetError:
    return type(failure)(failure.reason, failure.detail, evidence=failure.evidence)


# RFC 4254, 5.1: what a refusal to open a channel means.
_FORBIDDEN, _CONNECT_FAILED = 1, 2


def _not_forwarded(error: paramiko.ChannelException, chain: Chain, where: str) -> Unreachable:
    text = plain(str(error.text))
    if error.code == _FORBIDDEN:
        detail = f"jump host {label(chain)}: forbids forwarding to {where} ({text}); see AllowTcpForwarding, PermitOpen"
        return Unreachable(Reason.DENIED, detail)
    if error.code == _CONNECT_FAILED:
        return Unreachable(Reason.UNREACHABLE, f"{where} cannot be reached from jump host {label(chain)}: {text}")
    return Unreachable(Reason.UNREACHABLE, f"jump host {label(chain)}: no channel to {where} ({text})")
