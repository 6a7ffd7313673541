"""Windows LAPS and its predecessor: whether a directory sets and keeps the local administrator's password.

Sources: Configure policy settings for Windows LAPS (the first of the roots that holds a value rules; BackupDirectory 0
off, 1 Entra, 2 Active Directory; length 14 and age 30 days where they are not set); events 10018 and 10029 of its
log say that a password was stored. A host that no directory rules has nowhere to keep one, and a domain controller
has no local accounts.
"""

from __future__ import annotations

from datetime import datetime

from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.host import Host, Membership
from scanner.facts.windows.host import HOST, read_host
from scanner.facts.windows.settings import choice, setting
from scanner.facts.windows.values import Values, entry, required
from scanner.facts.workstation import LocalAdminPasswords
from scanner.model import Absent, Maybe, Unknown, is_known

LOCAL_ADMIN_PASSWORDS = Probe(
    name="local_admin_passwords",
    why="whether a directory sets a password of its own for the local administrator, and when it last did",
    script=r"""
@{
    service_policy = Read-Part {
        Read-Registry 'SOFTWARE\Microsoft\Policies\LAPS' @('BackupDirectory', 'PasswordLength', 'PasswordAgeDays')
    }
    group_policy = Read-Part {
        Read-Registry 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\LAPS' @(
            'BackupDirectory', 'PasswordLength', 'PasswordAgeDays'
        )
    }
    local = Read-Part {
        Read-Registry 'SOFTWARE\Microsoft\Windows\CurrentVersion\LAPS\Config' @(
            'BackupDirectory', 'PasswordLength', 'PasswordAgeDays'
        )
    }
    legacy = Read-Part {
        Read-Registry 'SOFTWARE\Policies\Microsoft Services\AdmPwd' @(
            'AdmPwdEnabled', 'PasswordLength', 'PasswordAgeDays'
        )
    }
    stored = Read-Part {
        $wanted = @{ LogName = 'Microsoft-Windows-LAPS/Operational'; Id = @(10018, 10029) }
        $record = Get-WinEvent -FilterHashtable $wanted -MaxEvents 1
        @{ when = Convert-Time $record.TimeCreated }
    }
}
""",
)

_ROOTS = ("service_policy", "group_policy", "local", "legacy")
_NAMES = ("BackupDirectory", "AdmPwdEnabled", "PasswordLength", "PasswordAgeDays")
_KEPT = {0: "", 1: "Entra ID", 2: "Active Directory"}
_LEGACY = {0: "", 1: "Active Directory"}
_DEFAULT_LENGTH, _DEFAULT_AGE_DAYS = 14, 30
_NO_RECORD = ("NoMatchingEventsFound", "NoMatchingLogsFound")


def read_passwords(raw: RawFacts) -> LocalAdminPasswords | Absent | Unknown:
    """The policy of the root that rules, and the newest proof of a stored password."""
    found = entry(raw, LOCAL_ADMIN_PASSWORDS.name)
    if not isinstance(found, Values):
        return found
    without = _without_object(raw)
    if without is not None:
        return without
    root = _root(found)
    if isinstance(root, Unknown):
        return root
    if root is None:
        return _policy(found, root, kept="")
    kept = _kept(found, root)
    return kept if isinstance(kept, Unknown) else _policy(found, root, kept=kept)


def _without_object(raw: RawFacts) -> Absent | None:
    """Why the host can have no managed password; None where it can, or where nobody knows."""
    host = read_host(raw)
    membership = host.membership if isinstance(host, Host) else host
    if membership is Membership.CONTROLLER:
        return Absent("a domain controller has no local accounts")
    if membership is Membership.ALONE:
        return Absent("no directory rules this host that could keep a password for it")
    return None


def _root(found: Values) -> str | Unknown | None:
    """The first root with a value; None where all are empty."""
    for root in _ROOTS:
        values = [setting(found, root, name) for name in _NAMES]
        if any(is_known(value) for value in values):
            return root
        gap = next((value for value in values if isinstance(value, Unknown)), None)
        if gap is not None:
            return gap
    return None


def _kept(found: Values, root: str) -> str | Unknown:
    """Where passwords go; empty for nowhere."""
    name, meaning = ("AdmPwdEnabled", _LEGACY) if root == "legacy" else ("BackupDirectory", _KEPT)
    return required(choice(setting(found, root, name), meaning, ""))


def _policy(found: Values, root: str | None, *, kept: str) -> LocalAdminPasswords:
    if root is None or not kept:
        off = Absent("no policy manages the local administrator's password")
        return LocalAdminPasswords(managed=False, kept_in=off, length=off, max_age_days=off, last_stored=off)
    return LocalAdminPasswords(
        managed=True,
        kept_in=kept,
        length=_or(setting(found, root, "PasswordLength"), _DEFAULT_LENGTH),
        max_age_days=_or(setting(found, root, "PasswordAgeDays"), _DEFAULT_AGE_DAYS),
        last_stored=_stored(found),
    )


def _or(value: Maybe[int], default: int) -> Maybe[int]:
    return default if isinstance(value, Absent) else value


def _stored(found: Values) -> Maybe[datetime]:
    """The newest record; the predecessor keeps none, and a log may have been written over since."""
    failed = found.failure("stored")
    if failed is not None:
        is_empty = failed.fqid.startswith(_NO_RECORD)
        return Absent("the log holds no record of a stored password") if is_empty else failed.unknown("log of LAPS")
    record = required(found.inside("stored"))
    return record if isinstance(record, Unknown) else required(record.moment("when"))


READERS: tuple[Reader, ...] = (
    Reader(fact=LocalAdminPasswords, probes=(HOST, LOCAL_ADMIN_PASSWORDS), read=read_passwords),
)
