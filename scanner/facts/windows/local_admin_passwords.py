"""Windows LAPS and its predecessor: whether a directory sets and keeps the local administrator's password.

Sources: Configure policy settings for Windows LAPS (the first of the roots that holds a value rules; BackupDirectory 0
off, 1 Entra, 2 Active Directory; length 14 and age 30 days where they are not set; one account, the built-in
administrator unless AdministratorAccountName is set). Events 10018 (Active Directory) and 10029 (Entra) of its log say
that a password was stored. A host that no directory rules has nowhere to keep one, and a domain controller has no local
accounts.
"""

from __future__ import annotations

from datetime import datetime

from scanner.facts.accounts import Account, Accounts, BuiltIn
from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.host import Host, Membership
from scanner.facts.windows.accounts import LOCAL_ACCOUNTS, read_accounts
from scanner.facts.windows.groups import ADMINISTRATORS, LOCAL_GROUPS, groups
from scanner.facts.windows.host import HOST, in_cloud, read_host
from scanner.facts.windows.passwords import PASSWORD_POLICY
from scanner.facts.windows.settings import choice, host_values, setting
from scanner.facts.windows.values import Values, entry, required, then
from scanner.facts.workstation import LocalAdminPasswords
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

LOCAL_ADMIN_PASSWORDS = Probe(
    name="local_admin_passwords",
    why="whether a directory sets a password of its own for the local administrator, and when it last did",
    script=r"""
@{
    service_policy = Read-Part {
        Read-Registry 'SOFTWARE\Microsoft\Policies\LAPS' @(
            'BackupDirectory', 'PasswordLength', 'PasswordAgeDays', 'AdministratorAccountName',
            'AutomaticAccountManagementEnabled'
        )
    }
    group_policy = Read-Part {
        Read-Registry 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\LAPS' @(
            'BackupDirectory', 'PasswordLength', 'PasswordAgeDays', 'AdministratorAccountName',
            'AutomaticAccountManagementEnabled'
        )
    }
    local = Read-Part {
        Read-Registry 'SOFTWARE\Microsoft\Windows\CurrentVersion\LAPS\Config' @(
            'BackupDirectory', 'PasswordLength', 'PasswordAgeDays', 'AdministratorAccountName',
            'AutomaticAccountManagementEnabled'
        )
    }
    legacy = Read-Part {
        Read-Registry 'SOFTWARE\Policies\Microsoft Services\AdmPwd' @(
            'AdmPwdEnabled', 'PasswordLength', 'PasswordAgeDays', 'AdminAccountName'
        )
    }
    stored_in_domain = Read-Part {
        $wanted = @{ LogName = 'Microsoft-Windows-LAPS/Operational'; Id = 10018 }
        $record = Get-WinEvent -FilterHashtable $wanted -MaxEvents 1
        @{ when = Convert-Time $record.TimeCreated }
    }
    stored_in_cloud = Read-Part {
        $wanted = @{ LogName = 'Microsoft-Windows-LAPS/Operational'; Id = 10029 }
        $record = Get-WinEvent -FilterHashtable $wanted -MaxEvents 1
        @{ when = Convert-Time $record.TimeCreated }
    }
}
""",
)

_CLOUD, _DOMAIN = "Entra ID", "Active Directory"
_ROOTS = ("service_policy", "group_policy", "local", "legacy")
_LEGACY = "legacy"
_NAMES = (
    *("BackupDirectory", "AdmPwdEnabled", "PasswordLength", "PasswordAgeDays"),
    *("AdministratorAccountName", "AdminAccountName", "AutomaticAccountManagementEnabled"),
)
_KEPT = {0: "", 1: _CLOUD, 2: _DOMAIN}
_KEPT_BEFORE = {0: "", 1: _DOMAIN}
_RECORDS = {_CLOUD: "stored_in_cloud", _DOMAIN: "stored_in_domain"}
_DEFAULT_LENGTH, _DEFAULT_AGE_DAYS = 14, 30
_NO_RECORD = ("NoMatchingEventsFound", "NoMatchingLogsFound")
# Everyone, authenticated users, interactive sessions, local accounts: each local account is in them by being there.
_EVERYBODY = frozenset(("S-1-1-0", "S-1-5-11", "S-1-5-4", "S-1-5-113", "S-1-5-114"))


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
        return _policy(raw, found, root, kept="")
    kept = _kept(found, root)
    return kept if isinstance(kept, Unknown) else _policy(raw, found, root, kept=kept)


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
        values = [_value(found, root, name) for name in _NAMES]
        if any(is_known(value) for value in values):
            return root
        gap = next((value for value in values if isinstance(value, Unknown)), None)
        if gap is not None:
            return gap
    return None


def _value(found: Values, root: str, name: str) -> Maybe[int | str]:
    """Absent only where the host says that the value is not set."""
    exists = required(then(found.inside(root), lambda part: part.flag("exists")))
    return exists if isinstance(exists, Unknown) else found.registry(root, name)


def _kept(found: Values, root: str) -> str | Unknown:
    """Where passwords go; empty for nowhere."""
    name, meaning = ("AdmPwdEnabled", _KEPT_BEFORE) if root == _LEGACY else ("BackupDirectory", _KEPT)
    return required(choice(setting(found, root, name), meaning, ""))


def _policy(raw: RawFacts, found: Values, root: str | None, *, kept: str) -> LocalAdminPasswords:
    if root is None or not kept:
        off = Absent("no policy manages the local administrator's password")
        return LocalAdminPasswords(
            managed=False, kept_in=off, joined=off, length=off, max_age_days=off, last_stored=off, unmanaged=off
        )
    return LocalAdminPasswords(
        managed=True,
        kept_in=kept,
        joined=_joined(raw, kept),
        length=_or(setting(found, root, "PasswordLength"), _DEFAULT_LENGTH),
        max_age_days=_or(setting(found, root, "PasswordAgeDays"), _DEFAULT_AGE_DAYS),
        last_stored=_stored(found, root, kept),
        unmanaged=_unmanaged(raw, found, root),
    )


def _joined(raw: RawFacts, kept: str) -> Maybe[bool]:
    """A member of a domain may be joined to the cloud as well; a host outside every domain is in none."""
    values = host_values(raw)
    if kept == _CLOUD:
        return then(values, lambda host: required(in_cloud(host)))
    host = read_host(raw)
    membership = host.membership if isinstance(host, Host) else required(host)
    return then(membership, lambda ruled: ruled is Membership.MEMBER)


def _or(value: Maybe[int], default: int) -> Maybe[int]:
    return default if isinstance(value, Absent) else value


def _stored(found: Values, root: str, kept: str) -> Maybe[datetime]:
    """The newest record of a password in the place where the policy wants it; the log may have been written over."""
    if root == _LEGACY:  # a record in the log is of another policy then: this one writes none
        return Absent("the predecessor of Windows LAPS (AdmPwd) keeps no record of a stored password")
    failed = found.failure(_RECORDS[kept])
    if failed is not None:
        is_empty = failed.fqid.startswith(_NO_RECORD)
        nothing = Absent(f"the log holds no record of a password stored in {kept}")
        return nothing if is_empty else failed.unknown("log of LAPS")
    record = required(found.inside(_RECORDS[kept]))
    return record if isinstance(record, Unknown) else required(record.moment("when"))


# --- Administrators that the policy leaves out -----------------------------------------------------------


def _unmanaged(raw: RawFacts, found: Values, root: str) -> Maybe[tuple[str, ...]]:
    """Names of open local administrators other than the one account of the policy."""
    accounts, host = read_accounts(raw), read_host(raw)
    if not isinstance(accounts, Accounts):
        return accounts
    known = groups(raw, host.hostname if isinstance(host, Host) else required(host))
    managed = _managed(found, root)
    if isinstance(known, Unknown):
        return known
    if isinstance(managed, Unknown):
        return managed
    sids = {member.sid for member in known[ADMINISTRATORS]}
    others = [
        one
        for one in accounts.accounts
        if (one.identifier in sids or sids & _EVERYBODY) and not _is_managed(one, managed)
    ]
    closed = {one.name: one.closed(raw.collected_at.date()) for one in others}
    left = tuple(name for name, is_closed in closed.items() if is_closed is False)
    gap = next((value for value in closed.values() if isinstance(value, Unknown)), None)
    return gap if gap is not None and not left else left


def _managed(found: Values, root: str) -> str | Unknown:
    """The name of the account in the policy; empty for the built-in administrator, whatever it is called."""
    automatic = setting(found, root, "AutomaticAccountManagementEnabled")
    if isinstance(automatic, Unknown):
        return automatic
    if is_known(automatic) and automatic != 0:
        return Unknown(Reason.NO_EVIDENCE, "Windows chooses the account of LAPS itself here; which one is not read")
    name = _value(found, root, "AdminAccountName" if root == _LEGACY else "AdministratorAccountName")
    return "" if isinstance(name, Absent) else name if isinstance(name, Unknown) else str(name).strip()


def _is_managed(account: Account, name: str) -> bool:
    if not name:
        return account.built_in is BuiltIn.ADMINISTRATOR
    return account.name.casefold() == name.casefold()


READERS: tuple[Reader, ...] = (
    Reader(
        fact=LocalAdminPasswords,
        probes=(HOST, LOCAL_ACCOUNTS, LOCAL_GROUPS, PASSWORD_POLICY, LOCAL_ADMIN_PASSWORDS),
        read=read_passwords,
    ),
)
