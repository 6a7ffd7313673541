"""Which old versions of TLS a port takes: a short handshake for each, with no request in it and no logon.

What a host's settings say is not always what its port does. The certificate is not judged here: nothing is sent that
anybody could read. A handshake that this machine's own OpenSSL cannot make is never taken for a refusal: it is tried
between two ends in memory first.
"""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from scanner.errors import TargetError
from scanner.transports.tcp import Dialling, TimedSocket, connect_tcp, left
from scanner.transports.tlspipe import TlsPipe, TooMuch

OLD: Mapping[str, ssl.TLSVersion] = {"TLS 1.0": ssl.TLSVersion.TLSv1, "TLS 1.1": ssl.TLSVersion.TLSv1_1}
HANDSHAKE_S = 5.0
"""Longest of one handshake, connecting included."""

TICK_S = 0.2
ACCEPTED, REFUSED, CLOSED, SILENT, UNABLE = "accepted", "refused", "closed", "no answer", "unable"
_NO_SUCH_VERSION = ("TLSV1_ALERT_PROTOCOL_VERSION",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The port to ask, and the bounds: seconds of one connection, the end of all (monotonic), whether to stop now."""

    host: str
    port: int
    connect_s: float
    until: float
    dialling: Dialling
    is_stopped: Callable[[], bool] = lambda: False


def spoken(connection: ssl.SSLSocket | ssl.SSLObject) -> dict[str, Any]:
    """Version and cipher of a connection, in OpenSSL's words."""
    cipher = connection.cipher()
    return {"version": connection.version(), "cipher": cipher[0] if cipher else None}


def handshakes(peer: Peer, own: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept as raw fact: `{port, own: {version, cipher}, tried: {VERSION: WORD}}`; never raises.

    A port that answers one handshake with silence is not asked again.
    """
    tried: dict[str, str] = {}
    for name, version in OLD.items():
        is_silent = SILENT in tried.values()
        tried[name] = SILENT if is_silent else _tried(peer, version) if able(version) else UNABLE
    return {"port": peer.port, "own": dict(own), "tried": tried}


def _tried(peer: Peer, version: ssl.TLSVersion) -> str:
    until = min(peer.until, time.monotonic() + min(peer.connect_s, HANDSHAKE_S))
    try:
        pipe = connect_tcp(peer.host, peer.port, until, peer.dialling)
    except TargetError:
        return SILENT
    peer.dialling.settle(pipe)  # from here on `is_stopped` ends it
    with contextlib.closing(pipe):
        return _shaken(pipe, peer, version, until)


def _shaken(pipe: TimedSocket, peer: Peer, version: ssl.TLSVersion, until: float) -> str:
    def turn_s() -> float:
        if not left(until) or peer.is_stopped():
            raise _Over
        return min(TICK_S, left(until))

    context, name = _context(ssl.PROTOCOL_TLS_CLIENT, version, "ALL"), peer.host.partition("%")[0]
    try:
        TlsPipe(pipe, context, name, turn_s=turn_s).shake()
    except (_Over, TooMuch):
        return SILENT
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
        return CLOSED
    except ssl.SSLError as error:
        return REFUSED if error.reason in _NO_SUCH_VERSION else f"ended: {error.reason or 'no reason given'}"
    except (OSError, ValueError):  # reset; or a name that OpenSSL does not take
        return CLOSED
    return ACCEPTED


class _Over(Exception):
    """No more time, or the scan was interrupted."""


@cache
def able(version: ssl.TLSVersion) -> bool:
    """Whether this machine's OpenSSL, with its system's policy, makes a handshake of that version at all."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        # Without a certificate, so that nothing but the version decides.
        ends = (
            _context(ssl.PROTOCOL_TLS_CLIENT, version, "aNULL").wrap_bio(there, back),
            _context(ssl.PROTOCOL_TLS_SERVER, version, "aNULL").wrap_bio(back, there, server_side=True),
        )
        for _ in range(4):
            for end in ends:
                with contextlib.suppress(ssl.SSLWantReadError):
                    end.do_handshake()
    except (ssl.SSLError, ValueError):
        return False
    return all(end.version() is not None for end in ends)


_BUILDING = threading.Lock()


@cache
def _context(kind: int, version: ssl.TLSVersion, ciphers: str) -> ssl.SSLContext:
    """One version and no other, with every cipher that there is: for such a handshake alone."""
    context = ssl.SSLContext(kind)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    with _BUILDING, warnings.catch_warnings():
        # Python calls the old versions deprecated. To find them is the purpose here.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    return context
