"""The way to hosts over SSH, and to this very machine. Behind an SSH server of Microsoft's waits a Windows host."""

from __future__ import annotations

import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial

from scanner.assess.findings import probes_for
from scanner.collect import collect
from scanner.collect.conversation import CollectLimits
from scanner.collect.script import build
from scanner.engine.ways import Collected, Preparation
from scanner.engine.ways.powershell import PowershellCollection
from scanner.errors import SecretError
from scanner.inventory.site import Become, SshCredential
from scanner.model import Target
from scanner.secret import Secret, SecretRef
from scanner.transports.base import Session
from scanner.transports.local import LocalSession
from scanner.transports.ssh import SshLogin, SshSession, SshTransport
from scanner.transports.ssh.windows import SshScriptSession, is_windows


@dataclass(frozen=True, slots=True)
class _Opened:
    """A credential with its secrets resolved."""

    login: SshLogin
    become: Become = Become.NONE
    become_password: Secret | None = None


# A target without a credential: the agent, and what the user's own OpenSSH client settings name for it.
_AGENT_ONLY = _Opened(SshLogin(agent=True))


class PosixWay:
    """`ssh://` and `local:`. Raises SecretError when a credential's secret cannot be had."""

    def __init__(self, prepared: Preparation) -> None:
        self._site = prepared.site
        self._now = prepared.now
        self._script = build(probes_for("linux", prepared.checks))
        credentials = prepared.site.credentials
        self._ssh = SshTransport(login_for=self._login, limits=prepared.site.limits)
        self._opened = {name: self._open(credentials[name].ssh, name, prepared) for name in prepared.credentials("ssh")}
        self._powershell = PowershellCollection(prepared)
        self._unlock(prepared)

    def collect(self, target: Target, deadline: float, cancelled: threading.Event) -> Collected:
        """See `Way`."""
        with closing(self._session(target, deadline)) as session:
            if isinstance(session, SshSession) and is_windows(session, target):
                return self._powershell.run(SshScriptSession(session), target, deadline, cancelled)
            opened = self._opened.get(target.credential or "", _AGENT_ONLY)
            transcript = collect(
                session,
                target.name,
                self._script,
                become=opened.become,
                become_password=opened.become_password,
                status_file=target.backup_status,
                limits=self._limits(deadline),
                now=self._now,
                cancelled=cancelled,
            )
        return Collected(transcript, self._script.text)

    def abort(self) -> None:
        self._ssh.abort()

    def close(self) -> None:
        self._ssh.close()

    def _session(self, target: Target, deadline: float) -> Session:
        return LocalSession() if target.transport == "local" else self._ssh.connect(target, deadline=deadline)

    def _limits(self, deadline: float) -> CollectLimits:
        left_s = max(1.0, deadline - time.monotonic())
        return CollectLimits(total_s=left_s, output_bytes=self._site.limits.output_bytes)

    def _unlock(self, prepared: Preparation) -> None:
        """Ask for the pass phrase of each key file that only the client's settings name, where nothing else is there to
        offer. Where nobody can be asked, the login says that the file was skipped."""
        places = (place for target in prepared.targets("ssh") for place in (target, *target.jump))
        alike = {
            (p.credential, p.identity_files, p.certificate_files, p.identities_only, p.identity_agent): p
            for p in places
        }
        for path in dict.fromkeys(path for place in alike.values() for path in self._ssh.encrypted(place)):
            with suppress(SecretError):
                asked = SecretRef("prompt", f"pass phrase of {path}")
                self._ssh.unlock(path, prepared.secrets.resolve(asked, fits=partial(self._ssh.opens, (path,))))

    def _login(self, target: Target) -> SshLogin:
        login = self._opened.get(target.credential or "", _AGENT_ONLY).login
        return replace(login, user=target.user or login.user)

    def _open(self, credential: SshCredential | None, name: str, prepared: Preparation) -> _Opened:
        """Resolve a credential's secrets."""
        if credential is None:
            return _AGENT_ONLY
        own = bool(credential.keys or credential.agent or credential.password)
        opens = partial(self._ssh.opens, credential.keys)
        login = SshLogin(
            user=credential.user,
            keys=credential.keys,
            certificate=credential.certificate,
            passphrase=prepared.secret(credential.passphrase, "pass phrase", name, opens),
            password=prepared.secret(credential.password, "password", name),
            agent=credential.agent or not own,
            client_files=credential.client_files or not own,
        )
        become_password = prepared.secret(credential.become_password, f"{credential.become} password", name)
        return _Opened(login, credential.become, become_password)
