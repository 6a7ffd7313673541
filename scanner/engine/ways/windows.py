"""The way to Windows hosts: WinRM, and PowerShell remoting."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace
from functools import partial

from scanner.engine.ways import Collected, Preparation
from scanner.engine.ways.powershell import PowershellCollection
from scanner.errors import AuthenticationFailed
from scanner.inventory.site import WinrmCredential
from scanner.model import Reason, Target
from scanner.transports import psrp
from scanner.transports.winrm import WinrmLogin, WinrmTransport, opens, tickets

TRANSPORTS = ("winrm", "winrms", "psrp")


class WindowsWay:
    """`winrm://`, `winrms://` and `psrp://`.

    Raises SecretError when a credential's secret cannot be had, ConfigError when an extra is missing that a target
    needs.
    """

    def __init__(self, prepared: Preparation) -> None:
        self._collection = PowershellCollection(prepared)
        named = ((name, prepared.site.credentials[name].winrm) for name in prepared.credentials(*TRANSPORTS))
        self._logins = {name: _open(login, name, prepared) for name, login in named if login is not None}
        if prepared.targets("psrp"):
            psrp.check_installed()
        if any(login.auth == "kerberos" for login in self._logins.values()):
            tickets.check_installed()
        self._winrm = WinrmTransport(login_for=self._login, limits=prepared.site.limits, breaker=prepared.breaker)

    def collect(self, target: Target, deadline: float, cancelled: threading.Event) -> Collected:
        """See `Way`."""
        with closing(self._winrm.connect(target, deadline=deadline)) as session:
            return self._collection.run(session, target, deadline, cancelled)

    def abort(self) -> None:
        self._winrm.abort()

    def close(self) -> None:
        self._winrm.close()

    def _login(self, target: Target) -> WinrmLogin:
        login = self._logins.get(target.credential or "")
        if login is None:
            detail = f"{target.name}: no credential with a `winrm` login is named for it"
            raise AuthenticationFailed(Reason.LOGIN, detail)
        return replace(login, user=target.user or login.user)


def _open(credential: WinrmCredential, name: str, prepared: Preparation) -> WinrmLogin:
    """Resolve a credential's secrets."""
    fits = partial(opens, credential.certificate, credential.key) if credential.certificate else None
    return WinrmLogin(
        name=name,
        auth=credential.auth,
        user=credential.user,
        password=prepared.secret(credential.password, "WinRM password", name),
        keytab=credential.keytab,
        certificate=credential.certificate,
        key=credential.key,
        passphrase=prepared.secret(credential.passphrase, "pass phrase of the client key", name, fits),
        ca=credential.ca,
        configuration=credential.configuration,
    )
