"""The way to a directory: constant searches over LDAPS."""

from __future__ import annotations

import threading
import time
from contextlib import closing

from scanner.assess.findings import probes_for
from scanner.collect import CollectLimits
from scanner.collect.directory import collect_directory, query_text
from scanner.engine.ways import Collected, Preparation
from scanner.errors import AuthenticationFailed
from scanner.model import Reason, Target
from scanner.transports.ldap.client import LdapLogin, LdapTransport


class DirectoryWay:
    """`ldaps://`. Raises SecretError when a credential's secret cannot be had."""

    def __init__(self, prepared: Preparation) -> None:
        self._site = prepared.site
        self._now = prepared.now
        self._probes = probes_for("directory", prepared.checks)
        self._logins = {name: _open(name, prepared) for name in prepared.credentials("ldaps")}
        self._ldap = LdapTransport(login_for=self._login, limits=prepared.site.limits, breaker=prepared.breaker)

    def collect(self, target: Target, deadline: float, cancelled: threading.Event) -> Collected:
        """See `Way`. What was run is the text of the searches."""
        with closing(self._ldap.connect(target, deadline=deadline)) as session:
            left_s = max(1.0, deadline - time.monotonic())
            limits = CollectLimits(total_s=left_s, output_bytes=self._site.limits.output_bytes)
            transcript = collect_directory(
                session, target.name, self._probes, limits=limits, now=self._now, cancelled=cancelled
            )
        return Collected(transcript, query_text(self._probes).encode())

    def abort(self) -> None:
        self._ldap.abort()

    def close(self) -> None:
        """Nothing is shared between directories."""

    def _login(self, target: Target) -> LdapLogin:
        login = self._logins.get(target.credential or "")
        if login is None:
            detail = f"{target.name}: no credential with a `directory` login is named for it"
            raise AuthenticationFailed(Reason.LOGIN, detail)
        return login


def _open(name: str, prepared: Preparation) -> LdapLogin | None:
    """Resolve a credential's secret; None where it opens no directory."""
    credential = prepared.site.credentials[name].directory
    if credential is None:
        return None
    password = prepared.secret(credential.password, "directory password", name)
    return LdapLogin(user=credential.user, password=password, ca=credential.ca)
