"""Opens directories: resolve, connect, verify the certificate, and only then log on, once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from scanner.errors import AuthenticationFailed, TargetError, Unreachable
from scanner.inventory.address import DEFAULT_PORTS
from scanner.inventory.site import Limits
from scanner.model import Reason, Target
from scanner.secret import Secret
from scanner.transports.base import SessionInfo
from scanner.transports.breaker import Breaker
from scanner.transports.handshakes import Peer
from scanner.transports.ldap.allowance import Allowance
from scanner.transports.ldap.session import LdapSession
from scanner.transports.ldap.tls import context_for, secure
from scanner.transports.tcp import INTERRUPTED, Dialling, connect_tcp, place
from scanner.transports.tlspipe import TlsPipe


@dataclass(frozen=True, slots=True, kw_only=True)
class LdapLogin:
    """A credential with its secret resolved."""

    user: str
    password: Secret | None = field(default=None, repr=False)
    ca: Path | None = None


LoginFor = Callable[[Target], LdapLogin]
"""Resolves the credential of a target. May be called from several threads at once."""


class LdapTransport:
    """All directories of one run. Thread-safe."""

    def __init__(self, *, login_for: LoginFor, limits: Limits | None = None, breaker: Breaker | None = None) -> None:
        self._login_for = login_for
        self._limits = limits or Limits()
        self._breaker = breaker or Breaker()
        self._dialling = Dialling()
        self._aborted = threading.Event()

    def connect(self, target: Target, *, deadline: float) -> LdapSession:
        """One logon, finished before `deadline` (monotonic clock).

        Raises Unreachable (name, route, port, no TLS, no LDAP), HostKeyUnknown and HostKeyMismatch (certificate, before
        anything secret is sent), AuthenticationFailed and TimeLimit. Nothing is tried twice.
        """
        login = self._login_for(target)
        if login.password is None or not login.password.reveal():
            # A bind without a password succeeds as nobody (RFC 4513, 5.1.2): everything would look empty.
            raise AuthenticationFailed(Reason.LOGIN, f"the credential of {target.name} holds no password")
        context = context_for(target, Path(target.ca) if target.ca else login.ca)
        where = place(target.address, target.port or DEFAULT_PORTS["ldaps"])
        allowance = Allowance(deadline, self._aborted, where)
        try:
            plain = connect_tcp(
                target.address,
                target.port or DEFAULT_PORTS["ldaps"],
                self._within(deadline, self._limits.connect_s),
                self._dialling,
            )
            self._dialling.settle(plain)  # from here on the allowance ends it
            allowance.until = self._within(deadline, self._limits.login_s)
            allowance.what = "finish the TLS handshake"
            pipe, shown = secure(plain, target, context, allowance, where)
            return self._logged_on(pipe, allowance, target, login, f"certificate {shown}", where)
        except TargetError as error:
            if self._aborted.is_set():
                raise Unreachable(Reason.CANCELLED, INTERRUPTED) from error
            raise

    def _logged_on(
        self, pipe: TlsPipe, allowance: Allowance, target: Target, login: LdapLogin, host_key: str, where: str
    ) -> LdapSession:
        assert login.password is not None
        info = SessionInfo(
            account=login.user, host_key=host_key, round_trips=3, told=(login.password,)
        )  # TCP, TLS: 1+2
        peer = Peer(
            host=target.address,
            port=target.port or DEFAULT_PORTS["ldaps"],
            connect_s=self._limits.connect_s,
            until=allowance.until,
            dialling=self._dialling,
        )
        session = LdapSession(pipe, allowance, info, where, peer)
        allowance.what = "answer the logon"
        try:
            name = target.credential or login.user
            with self._breaker.attempt(name, login.user, where, allowance.until) as attempt:
                attempt.was_accepted = session.bind(login.user, login.password)
            if not attempt.was_accepted:
                raise session.refusal()
        except BaseException:
            session.close()
            raise
        allowance.what = "answer"
        return session

    def _within(self, deadline: float, limit_s: float) -> float:
        return min(deadline, time.monotonic() + limit_s)

    def abort(self) -> None:
        """End the logons and searches under way and let no new one begin. For any thread."""
        self._aborted.set()
        self._breaker.abort()
        self._dialling.abort()
