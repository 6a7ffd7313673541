"""Opens targets by their transport and runs the one script on each."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from scanner.assess.findings import probes_for
from scanner.check import Check
from scanner.collect import collect
from scanner.collect.conversation import CollectLimits
from scanner.collect.script import Script, build
from scanner.engine.scan import Collected, Keep
from scanner.errors import ConfigError, Problem, TargetError
from scanner.inventory.site import Become, Limits, Site, SshCredential
from scanner.model import Reason, Target, Transcript
from scanner.secret import Ask, Secret, SecretRef, Secrets
from scanner.transports.base import Session
from scanner.transports.local import LocalSession
from scanner.transports.replay import read_recording, write_recording
from scanner.transports.ssh import SshLogin, SshTransport


class HostCollector:
    """The collector of real targets. Use as a context manager: leaving it ends the jump hosts' connections.

    Every secret of the site is resolved in the constructor, so that a missing one stops the run before any
    connection. Raises SecretError.
    """

    def __init__(self, site: Site, checks: Iterable[Check], *, ask: Ask | None, now: Callable[[], datetime]) -> None:
        self._site = site
        self._now = now
        self._script = build(probes_for("linux", checks))
        secrets = Secrets(ask, base=site.path.parent if site.path else None)
        self._opened = {name: _open(site.credentials[name].ssh, name, secrets) for name in _used(site)}
        self._ssh = SshTransport(login_for=self._login, limits=site.limits)
        self._openers: Mapping[str, Callable[[Target, float], Session]] = {
            "ssh": lambda target, deadline: self._ssh.connect(target, deadline=deadline),
            "local": lambda target, deadline: LocalSession(),
        }

        self._closed = threading.Event()
        self._watch: threading.Thread | None = None
        self._watch_lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        if self._watch is not None:
            self._watch.join()
        self._ssh.close()

    @property
    def script(self) -> Script:
        """What will run on every target."""
        return self._script

    def collect(self, target: Target, cancelled: threading.Event) -> Collected:
        """One target's transcript; see `engine.scan.Collector`."""
        if target.transport == "replay":
            return _replayed(target)
        opener = self._openers.get(target.transport)
        if opener is None:
            raise TargetError(Reason.UNSUPPORTED, f"the transport '{target.transport}' is not part of this version")
        self._heed(cancelled)
        began = time.monotonic()
        try:
            with closing(opener(target, began + self._site.limits.target_s)) as session:
                spent = time.monotonic() - began
                return Collected(self._run(session, target, spent, cancelled), self._script.text)
        except TargetError as error:
            error.spent_s = time.monotonic() - began
            raise

    def _heed(self, cancelled: threading.Event) -> None:
        """See to it that logins under way end when the scan is interrupted; one thread for all targets."""
        with self._watch_lock:
            if self._watch is None:
                self._watch = threading.Thread(target=self._abort_when, args=(cancelled,), name="interruption")
                self._watch.start()

    def _abort_when(self, cancelled: threading.Event) -> None:
        while not self._closed.wait(0.25):
            if cancelled.is_set():
                self._ssh.abort()
                return

    def _run(self, session: Session, target: Target, spent_s: float, cancelled: threading.Event) -> Transcript:
        opened = self._opened.get(target.credential or "", _AGENT_ONLY)
        return collect(
            session,
            target.name,
            self._script,
            become=opened.become,
            become_password=opened.become_password,
            limits=_limits(self._site.limits, spent_s),
            now=self._now,
            cancelled=cancelled,
        )

    def _login(self, target: Target) -> SshLogin:
        login = self._opened.get(target.credential or "", _AGENT_ONLY).login
        return replace(login, user=target.user or login.user)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A credential with its secrets resolved."""

    login: SshLogin
    become: Become = Become.NONE
    become_password: Secret | None = None


# A target without a credential: the agent, and what the user's own OpenSSH client settings name for it.
_AGENT_ONLY = _Opened(SshLogin(agent=True))


def _used(site: Site) -> list[str]:
    """The names of the SSH credentials that some target or jump host of the site uses."""
    named = {place.credential for target in site.targets for place in (target, *target.jump)}
    return [name for name, credential in site.credentials.items() if name in named and credential.ssh is not None]


def _open(credential: SshCredential | None, name: str, secrets: Secrets) -> _Opened:
    """Resolve a credential's secrets; a person is asked here, once, before the scan begins."""
    if credential is None:
        return _AGENT_ONLY

    def secret(ref: SecretRef | None, role: str) -> Secret | None:
        return None if ref is None else secrets.resolve(ref, f"{role} of credential '{name}'")

    login = SshLogin(
        user=credential.user,
        keys=credential.keys,
        certificate=credential.certificate,
        passphrase=secret(credential.passphrase, "pass phrase"),
        password=secret(credential.password, "password"),
        agent=credential.agent,
    )
    return _Opened(login, credential.become, secret(credential.become_password, f"{credential.become} password"))


def _limits(limits: Limits, spent_s: float) -> CollectLimits:
    return CollectLimits(total_s=max(1.0, limits.target_s - spent_s), output_bytes=limits.output_bytes)


def _replayed(target: Target) -> Collected:
    try:
        recording = read_recording(Path(target.address))
    except ConfigError as error:
        raise TargetError(Reason.UNREADABLE, str(error)) from error
    # The site may know the machine by another name than the recording does.
    return Collected(replace(recording.transcript, target=target.name), recording.script)


def recorder(directory: Path) -> Keep:
    """Keeps each collection below `directory` as `replay:` reads it. Raises ConfigError when it cannot be written."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        problem = Problem(path=str(directory), message=f"recordings cannot be written there: {error.strerror}")
        raise ConfigError(problem) from error

    def keep(target: Target, collected: Collected) -> None:
        write_recording(directory, target.name, collected.transcript, collected.script)

    return keep
