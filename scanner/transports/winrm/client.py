"""The WinRM transport: one logon per target, the peer known before a proof is sent, each wrong password tried once.

PowerShell remoting (psrp) is the same but for what is opened after the logon, so both share it: a password that one
was refused is not tried by the other.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from scanner.errors import AuthenticationFailed, TargetError, Unreachable
from scanner.inventory.site import Limits
from scanner.model import Reason, Target
from scanner.transports.base import ScriptSession, SessionInfo
from scanner.transports.breaker import Breaker
from scanner.transports.certificates import check_pin, fingerprint
from scanner.transports.psrp import check_installed as check_psrp_installed
from scanner.transports.tcp import INTERRUPTED, Dialling
from scanner.transports.winrm.login import WinrmLogin
from scanner.transports.winrm.tickets import Tickets, check_installed
from scanner.transports.winrm.trust import Listener, Trust, listener_of

if TYPE_CHECKING:
    from scanner.transports.winrm.logon import Logon
    from scanner.transports.winrm.protocol import Wsman
    from scanner.transports.winrm.session import Opened
    from scanner.transports.winrm.wire import Line, Watch

LoginFor = Callable[[Target], WinrmLogin]
"""Resolves the credential of a target. May be called from several threads at once."""

SEALED = {"ntlm": "sealed by NTLM", "kerberos": "sealed by Kerberos"}
"""The logons that bring keys, and how the peer of such a conversation is known over http."""


@dataclass(frozen=True, slots=True)
class _Carrier:
    """What takes the script along once we are logged on: how it speaks, what it opens, what it makes of it."""

    speak: Callable[[Line, WinrmLogin, Logon], Wsman]
    open: Callable[[Wsman], Opened]
    session: Callable[[Opened, SessionInfo, Callable[[float], Wsman], int], ScriptSession]


def _shell() -> _Carrier:
    """A shell, and the standard input of one command in it."""
    from scanner.transports.winrm.protocol import Wsman
    from scanner.transports.winrm.session import WinrmSession, open_shell

    return _Carrier(Wsman, open_shell, WinrmSession)


def _pipeline() -> _Carrier:
    """A session of PowerShell remoting, and one pipeline in it."""
    check_psrp_installed()
    from scanner.transports.psrp.remoting import Remoting
    from scanner.transports.psrp.session import PsrpSession, open_pool

    return _Carrier(Remoting, open_pool, PsrpSession)


_CARRIERS: Mapping[str, Callable[[], _Carrier]] = {"psrp": _pipeline}


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a logon goes, as whom, and what for."""

    target: Target
    listener: Listener
    login: WinrmLogin
    carrier: _Carrier


class WinrmTransport:
    """All `winrm://`, `winrms://` and `psrp://` of one run. Thread-safe.

    Trusted certificates are read once, a refused credential is not tried again.
    Use as a context manager, or call `close` at the end. The libraries are loaded with the first connection.
    """

    def __init__(self, *, login_for: LoginFor, limits: Limits | None = None, breaker: Breaker | None = None) -> None:
        self._login_for = login_for
        self._limits = limits or Limits()
        self._breaker = breaker or Breaker()
        self._tickets = Tickets()
        self._dialling = Dialling()
        self._contexts: dict[Trust, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        self._watch: Watch | None = None

    def connect(self, target: Target, *, deadline: float) -> ScriptSession:
        """One logon on `target` and its shell or session, finished before `deadline` (monotonic clock).

        Raises Unreachable, HostKeyUnknown and HostKeyMismatch (certificate, before anything secret is sent),
        AuthenticationFailed and TimeLimit. A refused logon is never repeated, here or on another target.
        """
        login = self._login_for(target)
        way = _Way(target, listener_of(target), login, _CARRIERS.get(target.transport, _shell)())
        _check_allowed(way)
        until = min(deadline, time.monotonic() + self._limits.connect_s + self._limits.login_s)
        opened, spent = self._open(way, until)
        line = opened.wsman.line
        line.until = deadline
        info = SessionInfo(account=login.account, host_key=_known_by(line, login), told=login.told)
        return way.carrier.session(opened, info, lambda limit: self._wsman(way, limit), spent)

    def abort(self) -> None:
        """End the logons under way and let no new one begin; sessions that are open go on. For any thread."""
        self._dialling.abort()
        self._breaker.abort()
        with self._lock:
            if self._watch is not None:
                self._watch.abort()

    def close(self) -> None:
        """Stop watching connections and forget tickets; never raises."""
        with self._lock:
            watch, self._watch = self._watch, None
        if watch is not None:
            watch.close()
        self._tickets.close()

    def __enter__(self) -> WinrmTransport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, way: _Way, until: float) -> tuple[Opened, int]:
        """A logon with what it opens, and the requests of one that was lost: after the logon, one more try is safe."""
        from scanner.transports.winrm.wire import Dropped

        wsman = self._wsman(way, until)
        try:
            return self._opened(way, wsman), 0
        except Dropped:
            if not wsman.logon.is_done:
                raise
        return self._opened(way, self._wsman(way, until)), wsman.line.requests

    def _opened(self, way: _Way, wsman: Wsman) -> Opened:
        try:
            opened = way.carrier.open(wsman)
        except TargetError as error:
            wsman.close()
            if self._dialling.aborted:
                raise Unreachable(Reason.CANCELLED, INTERRUPTED) from error
            raise
        except BaseException:
            wsman.close()
            raise
        wsman.line.is_settled = True
        return opened

    def _wsman(self, way: _Way, until: float) -> Wsman:
        """A conversation that has not begun: its first request logs on."""
        from scanner.transports.winrm.logon import logon_for

        line = self._line(way, until)
        return way.carrier.speak(line, way.login, logon_for(line, way.login, self._breaker, self._ticket_of(way)))

    def _line(self, way: _Way, until: float) -> Line:
        from scanner.transports.winrm.wire import Line, Watch

        context = self._context(way) if way.listener.is_https else None
        with self._lock:
            watch = self._watch = self._watch or Watch()
        return Line(
            way.listener,
            context=context,
            accept=lambda der: check_pin(way.target, way.listener.where, der),
            dialling=self._dialling,
            watch=watch,
            connect_s=self._limits.connect_s,
            until=until,
        )

    def _context(self, way: _Way) -> ssl.SSLContext:
        login, shows_certificate = way.login, way.login.auth == "certificate"
        trust = Trust(
            ca=Path(way.target.ca) if way.target.ca else login.ca,
            is_pinned=way.target.certificate is not None,
            certificate=login.certificate if shows_certificate else None,
            key=login.key if shows_certificate else None,
            passphrase=login.passphrase if shows_certificate else None,
        )
        with self._lock:
            if trust not in self._contexts:
                self._contexts[trust] = trust.context()
            return self._contexts[trust]

    def _ticket_of(self, way: _Way) -> Callable[[float], Any]:
        return lambda until: self._tickets.credential(way.login, until)


def _check_allowed(way: _Way) -> None:
    """What no host is asked for. Raises AuthenticationFailed."""
    login, where = way.login, way.listener.where
    if login.auth == "kerberos":
        check_installed()
    if way.listener.is_https or login.auth in SEALED:
        return
    why = {
        "basic": "Basic over http would send the password in clear text",
        "certificate": "a client certificate is shown over TLS only",
    }[login.auth]
    raise AuthenticationFailed(Reason.LOGIN, f"no logon on {where}: {why}. Use winrms:// (port 5986)")


def _known_by(line: Line, login: WinrmLogin) -> str:
    """How sure we are of the peer: its certificate, or the keys that only the real one can have."""
    if line.certificate is not None:
        return f"certificate {fingerprint(line.certificate)}"
    return SEALED[login.auth]
