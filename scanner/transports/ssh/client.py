"""The SSH transport: logs in to targets, directly or through jump hosts, with verified host keys only."""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from scanner.errors import AuthenticationFailed, HostKeyMismatch, TargetError, TimeLimit, Unreachable
from scanner.inventory.site import Limits
from scanner.model import Reason, Target
from scanner.secret import Secret
from scanner.transports.base import SessionInfo
from scanner.transports.ssh.dial import shake
from scanner.transports.ssh.hostkeys import ALGORITHMS, DEFAULT_PORT, Known, KnownHosts, fingerprint, judge
from scanner.transports.ssh.jump import JumpHosts
from scanner.transports.ssh.keys import SshLogin
from scanner.transports.ssh.login import authenticate
from scanner.transports.ssh.offers import ClientKeys, KeyStore, Offers
from scanner.transports.ssh.session import SshSession
from scanner.transports.ssh.wire import KEEPALIVE_S, Pipe, Wire, plain
from scanner.transports.tcp import INTERRUPTED, Dialling, connect_tcp, left, place

NOTES_MAX = 5
"""Remarks on known_hosts files that one session carries: a file with many bad lines says so on every target."""

LoginFor = Callable[[Target], SshLogin]
"""Resolves the credential of a target or of a jump host. May be called from several threads at once."""


@dataclass(slots=True)
class _Ready:
    """A connection that is logged in, and what it taught us."""

    wire: Wire
    info: SessionInfo


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a login goes and how long it may take."""

    target: Target
    until: float

    @property
    def port(self) -> int:
        return self.target.port or DEFAULT_PORT

    @property
    def where(self) -> str:
        return place(self.target.address, self.port)


class SshTransport:
    """All SSH of one run: keys and known_hosts files are read once, jump hosts logged in to once. Thread-safe.

    Use as a context manager, or call `close` at the end: it ends the connections to jump hosts.
    """

    def __init__(
        self, *, login_for: LoginFor, limits: Limits | None = None, known_hosts: KnownHosts | None = None
    ) -> None:
        self._login_for = login_for
        self._limits = limits or Limits()
        self._known_hosts = known_hosts or KnownHosts()
        self._keys = KeyStore()
        self._dialling = Dialling()
        hop_s = self._limits.connect_s + self._limits.login_s
        self._jumps = JumpHosts(self._hop_wire, self._limits.per_jump_host, hop_s)

    def connect(self, target: Target, *, deadline: float) -> SshSession:
        """One login on `target`, finished before `deadline` (monotonic clock).

        Raises Unreachable (name, route, port, protocol; `evidence` holds the lists of an incompatible peer),
        HostKeyUnknown, HostKeyMismatch, AuthenticationFailed (also for key files that cannot be used, before
        anything is sent) and TimeLimit. Retries only connections dropped before keys were agreed, never a login.
        """
        # The place on a jump host is waited for first: the queue does not eat the limits of connecting and login.
        leave = self._jumps.enter(target.jump, deadline) if target.jump else _nothing
        try:
            ready = self._log_in(target, deadline)
        except TargetError as error:
            leave()
            if self._dialling.aborted:
                raise Unreachable(Reason.CANCELLED, INTERRUPTED) from error
            raise
        except BaseException:
            leave()
            raise
        return SshSession(
            ready.wire, ready.info, place(target.address, target.port or DEFAULT_PORT), leave, self._dialling
        )

    def encrypted(self, place: Target) -> tuple[Path, ...]:
        """The key files of this target or jump host that a pass phrase would open, where nothing else is there to
        offer. Nothing is sent."""
        login = self._login_for(place)
        if login.keys or login.password is not None:
            return ()
        try:
            offers = self._keys.offers(login, _client_keys(place))
        except AuthenticationFailed:
            return ()  # said when the target is connected to
        offers.close()
        return () if offers.items else tuple(offers.encrypted)

    def opens(self, paths: Iterable[Path], passphrase: Secret) -> bool:
        """Whether this pass phrase opens each of these key files that needs one. Nothing is sent."""
        return self._keys.opens(paths, passphrase)

    def unlock(self, path: Path, passphrase: Secret) -> None:
        """Open this file with the pass phrase wherever the client's settings name it."""
        self._keys.unlock(path, passphrase)

    def abort(self) -> None:
        """End the logins under way and let no new one begin; sessions that are open go on. For any thread."""
        self._dialling.abort()

    def close(self) -> None:
        """End the connections to jump hosts; never raises. Sessions through them end with them."""
        self._jumps.close()

    def __enter__(self) -> SshTransport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _hop_wire(self, hop: Target, until: float) -> Wire:
        return self._log_in(hop, until).wire

    def _log_in(self, target: Target, deadline: float) -> _Ready:
        login = self._login_for(target)
        offers = self._keys.offers(login, _client_keys(target))
        until = min(deadline, time.monotonic() + self._limits.connect_s + self._limits.login_s)
        try:
            return self._with_offers(_Way(target, until), login, offers, deadline)
        finally:
            offers.close()

    def _with_offers(self, way: _Way, login: SshLogin, offers: Offers, deadline: float) -> _Ready:
        target = way.target
        known = self._known_hosts.lookup(target)
        wire, attempts = self._verified(way, known)
        info = SessionInfo(account=target.user or login.user or getpass.getuser(), told=login.told)
        info.notes += [*known.notes[:NOTES_MAX], *offers.notes]
        try:
            info.host_key = fingerprint(_key_blob(wire))
            info.server = plain(wire.remote_version)
            how, exchanges = authenticate(wire, info.account, login, offers, way.until)
            info.round_trips += attempts * 4 + exchanges  # TCP, two exchanges for keys, one to switch to them
            info.notes.append(f"logged in with {how}")
            wire.set_keepalive(KEEPALIVE_S)
            wire.pipe.give_up_at = deadline
        except BaseException:
            wire.end()
            raise
        finally:
            self._dialling.settle(wire.pipe)
        return _Ready(wire, info)

    def _verified(self, way: _Way, known: Known) -> tuple[Wire, int]:
        """A connection whose host key is trusted. A pin tells no key type, so all types the host has are tried."""
        wire, attempts = self._shake(way, known.algorithms())
        target, seen = way.target, set[str]()
        while True:
            kind, blob = _kind(wire), _key_blob(wire)
            try:
                judge(target, kind, blob, known)
                return wire, attempts
            except HostKeyMismatch:
                offered = wire.peer_lists.get("host_key", "").split(",")
                wire.end()
                seen.add(kind)
                rest = [k for k, names in ALGORITHMS.items() if k not in seen and set(names) & set(offered)]
                if target.host_key is None or not rest:
                    raise
            except BaseException:
                wire.end()
                raise
            wire, more = self._shake(way, ALGORITHMS[rest[0]])
            attempts += more

    def _shake(self, way: _Way, algorithms: tuple[str, ...]) -> tuple[Wire, int]:
        return shake(lambda: self._pipe(way), way.where, algorithms, way.until)

    def _pipe(self, way: _Way) -> Pipe:
        target = way.target
        if left(way.until) == 0:
            raise TimeLimit(Reason.TIMEOUT, f"no time left to connect to {way.where}")
        pipe: Pipe
        if target.jump:
            pipe = self._jumps.tunnel(target.jump, target.address, way.port, way.until)
        else:
            pipe = connect_tcp(
                target.address, way.port, min(way.until, time.monotonic() + self._limits.connect_s), self._dialling
            )
        pipe.give_up_at = way.until
        return pipe


def _client_keys(target: Target) -> ClientKeys:
    return ClientKeys(
        identity_files=target.identity_files,
        certificate_files=target.certificate_files,
        identities_only=target.identities_only,
        identity_agent=target.identity_agent,
    )


def _nothing() -> None:
    """No jump host, no place to leave."""


def _kind(wire: Wire) -> str:
    return wire.get_remote_server_key().get_name()


def _key_blob(wire: Wire) -> bytes:
    return wire.get_remote_server_key().asbytes()
