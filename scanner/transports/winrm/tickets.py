"""Kerberos tickets for one run: asked for once a credential, kept in memory, gone with the run.

pywinrm never asks for tickets; it takes those of the cache that KRB5CCNAME names, which is one for the whole process.
So tickets come from a private cache in memory, handed to each logon by name, and the environment's stays as it is.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner.errors import AuthenticationFailed, ConfigError, TargetError, TimeLimit, Unreachable
from scanner.model import Reason
from scanner.text import clean
from scanner.transports.tcp import left
from scanner.transports.winrm.login import WinrmLogin

SETTINGS = "[libdefaults]\n    dns_canonicalize_hostname = false\n    rdns = false\n"
"""The host is asked for by the name in the site file: whoever answers DNS must not choose another for us."""

# Codes of the Kerberos library (krb5.h): what a password can be blamed for, and the rest.
_WRONG_PASSWORD = {
    -1765328360: "wrong password",
    -1765328353: "wrong password or key",
    -1765328378: "the domain knows no such user (write user@REALM where it is not the default realm of krb5.conf)",
    -1765328366: "the account is locked, disabled or expired",
    -1765328361: "the password has expired",
}
_OTHER: Mapping[int, tuple[Reason, str]] = {
    -1765328160: (Reason.LOGIN, "krb5.conf names no default realm: write the user as name@REALM.EXAMPLE"),
    -1765328347: (
        Reason.LOGIN,
        "the clocks differ by more than five minutes: set the time of this machine, or of the domain controller",
    ),
    -1765328228: (Reason.UNREACHABLE, "no domain controller answers (port 88)"),
    -1765328230: (Reason.UNREACHABLE, "no domain controller is known for this realm: DNS, or [realms] in krb5.conf"),
}


@dataclass(slots=True)
class _Once:
    """The tickets of one credential, or the error that they ended with."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    result: Any = None


class Tickets:
    """All Kerberos credentials of one run. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._once: dict[tuple[str, str], _Once] = {}

    def credential(self, login: WinrmLogin, until: float) -> Any:
        """What spnego takes as a credential. Raises AuthenticationFailed, the same one for each target."""
        with self._lock:
            once = self._once.setdefault((login.name, login.user), _Once())
        if not once.lock.acquire(timeout=left(until)):
            raise TimeLimit(Reason.TIMEOUT, f"no Kerberos ticket for {login.user} in time: the domain does not answer")
        try:
            if once.result is None:
                once.result = _result(login)
        finally:
            once.lock.release()
        if isinstance(once.result, TargetError):
            raise type(once.result)(once.result.reason, once.result.detail)
        return once.result.credential

    def close(self) -> None:
        """Forget every ticket."""
        for once in self._once.values():
            if isinstance(once.result, _Cache):
                once.result.destroy()


@dataclass(slots=True)
class _Cache:
    """A cache in memory, and what spnego calls it."""

    credential: Any
    context: Any = None
    cache: Any = None

    def destroy(self) -> None:
        import krb5

        if self.cache is not None:
            krb5.cc_destroy(self.context, self.cache)
            self.cache = None


def _result(login: WinrmLogin) -> _Cache | TargetError:
    try:
        _settle_names()
        return _own_tickets(login) if login.password is None and login.keytab is None else _filled(login)
    except TargetError as error:
        return error


def _own_tickets(login: WinrmLogin) -> _Cache:
    """The cache of the user who runs the scan, as `kinit` left it."""
    import spnego

    return _Cache(spnego.CredentialCache(username=_principal(login) or None))


def _filled(login: WinrmLogin) -> _Cache:
    """A cache of our own with a ticket from password or keytab."""
    import krb5
    import spnego

    try:
        context = krb5.init_context()
        principal = krb5.parse_name_flags(context, _principal(login).encode())
        options = krb5.get_init_creds_opt_alloc(context)
        krb5.get_init_creds_opt_set_canonicalize(options, True)
        if login.keytab is not None:
            keytab = krb5.kt_resolve(context, b"FILE:" + os.fsencode(login.keytab))
            ticket = krb5.get_init_creds_keytab(context, principal, options, keytab=keytab)
        else:
            assert login.password is not None, "one of the two is there"
            secret = login.password.reveal().encode()
            ticket = krb5.get_init_creds_password(context, principal, options, password=secret)
        cache = krb5.cc_new_unique(context, b"MEMORY")
        krb5.cc_initialize(context, cache, ticket.client)
        krb5.cc_store_cred(context, cache, ticket)
    except krb5.Krb5Error as error:
        raise _refusal(login, error.err_code, str(error)) from error
    return _Cache(spnego.KerberosCCache(f"MEMORY:{(cache.name or b'').decode()}"), context, cache)


def _principal(login: WinrmLogin) -> str:
    """`DOMAIN\\user` names no realm: the default one of krb5.conf holds."""
    return login.user.rpartition("\\")[2]


def _refusal(login: WinrmLogin, code: int, said: str) -> TargetError:
    who = f"no Kerberos ticket for {login.user}"
    if code in _WRONG_PASSWORD:
        return AuthenticationFailed(Reason.LOGIN, f"{who}: {_WRONG_PASSWORD[code]}. It was asked for once, in this run")
    if code in _OTHER:
        reason, text = _OTHER[code]
        return (AuthenticationFailed if reason is Reason.LOGIN else Unreachable)(reason, f"{who}: {text}")
    return AuthenticationFailed(Reason.LOGIN, f"{who}: {clean(said, 300)}")


def check_installed() -> None:
    """Raises ConfigError when the extra is missing: before any target is asked, since every one would fail."""
    try:
        import gssapi  # noqa: F401
        import krb5  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            "auth: kerberos needs the extra 'kerberos': pip install 'ctpat-scanner[kerberos]' (which needs gcc and "
            "libkrb5-dev to build)"
        ) from error


# --- Names -----------------------------------------------------------------------------------------------

_settled = threading.Lock()


def _settle_names() -> None:
    """Put our settings in front of krb5.conf, once per process and before its first ticket.

    The library offers no other way, and reads the file again for each context, so it stays until the process ends.
    """
    with _settled:
        before = os.environ.get("KRB5_CONFIG", "/etc/krb5.conf")
        if _FILE in before:
            return
        folder = Path(tempfile.mkdtemp(prefix="ctpat-krb5-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        (folder / _FILE).write_text(SETTINGS, encoding="ascii")
        os.environ["KRB5_CONFIG"] = f"{folder / _FILE}:{before}"


_FILE = "ctpat-names.conf"
