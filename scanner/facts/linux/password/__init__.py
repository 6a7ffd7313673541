"""Passwords and sign-in on Linux: from the PAM configuration, its settings files, name services and ban services."""

from __future__ import annotations

from scanner.facts.authentication import Lockout, NameService, SignIn
from scanner.facts.base import Reader
from scanner.facts.linux.password import lockout, names, policy, probes, signin
from scanner.facts.password import PasswordPolicy

_SETTINGS = (probes.PAM, probes.PASSWORD_FILES)

READERS: tuple[Reader, ...] = (
    Reader(fact=PasswordPolicy, probes=_SETTINGS, read=policy.read),
    Reader(fact=Lockout, probes=(*_SETTINGS, probes.AUTH_UNITS, probes.BAN_FILES), read=lockout.read),
    Reader(fact=SignIn, probes=_SETTINGS, read=signin.read),
    Reader(fact=NameService, probes=(probes.NAME_SERVICE, probes.SSSD, probes.AUTH_UNITS), read=names.read),
)
