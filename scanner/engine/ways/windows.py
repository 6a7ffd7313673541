"""The way to Windows hosts: one PowerShell script over WinRM."""

from __future__ import annotations

import threading
import time
from contextlib import closing

from scanner.assess.findings import probes_for
from scanner.collect import CollectLimits, collect_windows, windows
from scanner.engine.ways import Collected, Preparation
from scanner.errors import AuthenticationFailed
from scanner.inventory.site import WinrmCredential
from scanner.model import Reason, Target
from scanner.transports.winrm import WinrmLogin, WinrmTransport


class WindowsWay:
    """`winrm://` and `winrms://`. Raises SecretError when a credential's secret cannot be had."""

    def __init__(self, prepared: Preparation) -> None:
        self._site = prepared.site
        self._now = prepared.now
        self._script = windows.build(probes_for("windows", prepared.checks))
        named = ((name, prepared.site.credentials[name].winrm) for name in prepared.credentials("winrm", "winrms"))
        self._logins = {name: _open(login, name, prepared) for name, login in named if login is not None}
        self._winrm = WinrmTransport(login_for=self._login, limits=prepared.site.limits)

    def collect(self, target: Target, deadline: float, cancelled: threading.Event) -> Collected:
        """See `Way`."""
        with closing(self._winrm.connect(target, deadline=deadline)) as session:
            left_s = max(1.0, deadline - time.monotonic())
            limits = CollectLimits(total_s=left_s, output_bytes=self._site.limits.output_bytes)
            transcript = collect_windows(
                session, target.name, self._script, limits=limits, now=self._now, cancelled=cancelled
            )
        return Collected(transcript, self._script.text)

    def abort(self) -> None:
        self._winrm.abort()

    def close(self) -> None:
        self._winrm.close()

    def _login(self, target: Target) -> WinrmLogin:
        login = self._logins.get(target.credential or "")
        if login is None:
            raise AuthenticationFailed(
                Reason.LOGIN, f"{target.name}: no credential with a `winrm` login is named for it"
            )
        return login


def _open(credential: WinrmCredential, name: str, prepared: Preparation) -> WinrmLogin:
    """Resolve a credential's secrets."""
    return WinrmLogin(
        name=name,
        auth=credential.auth,
        user=credential.user,
        password=prepared.secret(credential.password, "WinRM password", name),
        keytab=credential.keytab,
        certificate=credential.certificate,
        key=credential.key,
        passphrase=prepared.secret(credential.passphrase, "pass phrase of the client key", name),
        ca=credential.ca,
    )
