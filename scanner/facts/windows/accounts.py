"""Local accounts, and the rights that groups give. Source: Win32_UserAccount, ADSI user objects, Win32_UserProfile.

A domain controller has no accounts of its own: its users are the domain's, and the domain is a target of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from scanner.facts.accounts import Account, AccountKind, Accounts, BuiltIn, HomeFolder, PasswordProof, PasswordState
from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.host import Host, Membership
from scanner.facts.privileges import Privileges
from scanner.facts.windows.groups import ADMINISTRATORS, EQUIVALENT, LOCAL_GROUPS, NAMES, Groups, groups
from scanner.facts.windows.host import HOST, installed, read_host
from scanner.facts.windows.passwords import PASSWORD_POLICY, template_number
from scanner.facts.windows.values import Values, entry, required, then, whole
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

LOCAL_ACCOUNTS = Probe(
    name="local_accounts",
    why="which local accounts are open, when they last signed in, and whose password is old or not needed",
    script=r"""
$role = [int](Get-CimInstance -ClassName 'Win32_ComputerSystem' -OperationTimeoutSec 20).DomainRole
@{
    domain_role = $role
    accounts = Read-Part {
        if ($role -ge 4) { $null }
        else {
            $users = Get-CimInstance -ClassName 'Win32_UserAccount' -Filter 'LocalAccount=TRUE' -OperationTimeoutSec 20
            , @(foreach ($user in $users) {
                $entry = Open-Adsi "WinNT://$env:COMPUTERNAME/$($user.Name),user"
                @{
                    name = [string]$user.Name
                    sid = [string]$user.SID
                    disabled = [bool]$user.Disabled
                    password_required = [bool]$user.PasswordRequired
                    settings = Read-Part {
                        @{
                            flags = $entry.UserFlags.Value
                            age_s = $entry.PasswordAge.Value
                            max_age_s = $entry.MaxPasswordAge.Value
                            min_age_s = $entry.MinPasswordAge.Value
                            min_length = $entry.MinPasswordLength.Value
                        }
                    }
                    last_login = Read-Part { Convert-Time $entry.LastLogin.Value }
                    expires = Read-Part { Convert-Time $entry.AccountExpirationDate.Value }
                }
            })
        }
    }
    services = Read-Part {
        $services = Get-CimInstance -ClassName 'Win32_Service' -OperationTimeoutSec 20
        , @(foreach ($service in $services) {
            $account = [string]$service.StartName
            if ($account -ne '' -and $account -ne 'LocalSystem' -and $account -notlike 'NT *') {
                @{ name = [string]$service.Name; account = $account }
            }
        })
    }
    profiles = Read-Part {
        $profiles = Get-CimInstance -ClassName 'Win32_UserProfile' -Filter 'Special=FALSE' -OperationTimeoutSec 20
        , @(foreach ($profile in $profiles) {
            @{ sid = [string]$profile.SID; path = [string]$profile.LocalPath }
        })
    }
}
""",
)

NO_LOCAL_ACCOUNTS = "a domain controller has no local accounts; scan the directory"
_CONTROLLERS = (4, 5)
_PROPERTY_NOT_SET = 0x8000500D  # E_ADS_PROPERTY_NOT_FOUND
_PASSWORD_NOT_NEEDED = 0x20
_NEVER_EXPIRES = 0x10000
_DAY_S = 86400
# Relative identifiers that Windows gives to its own accounts; people's begin at 1000.
_ADMINISTRATOR, _GUEST, _FIRST_OF_PEOPLE = 500, 501, 1000
_Services = Mapping[str, Sequence[str]] | Unknown
_BUILT_IN = {_ADMINISTRATOR: BuiltIn.ADMINISTRATOR, _GUEST: BuiltIn.GUEST}
# Accounts that Windows makes out of a service, an application pool or a virtual machine (MS-DTYP 2.4.2.4).
_SERVICES = ("S-1-5-80-", "S-1-5-82-", "S-1-5-83-", "S-1-5-90-", "S-1-5-96-")
_NOT_HASHED_IN_FILES = Absent("Windows keeps its hashes in a database that only the system opens, in no readable file")
_ONE_SCHEME = Absent("Windows stores every password in the same way; no setting changes it")


def read_accounts(raw: RawFacts) -> Accounts | Absent | Unknown:
    """`Accounts`; absent on a domain controller."""
    host, found = read_host(raw), entry(raw, LOCAL_ACCOUNTS.name)
    if not isinstance(found, Values):
        return found
    if found.number("domain_role") in _CONTROLLERS:
        return Absent(NO_LOCAL_ACCOUNTS)
    rows, role = required(found.rows("accounts")), required(found.number("domain_role"))
    if isinstance(rows, Unknown) or isinstance(role, Unknown):
        return rows if isinstance(rows, Unknown) else Unknown(Reason.UNREADABLE, "the role of the host is not known")
    if not rows:
        return Unknown(Reason.UNREADABLE, f"{found.where}: no account is listed")
    guest = template_number(raw, "EnableGuestAccount")
    services = _services(found, _hostname(host))
    accounts = whole(_account(row, raw.collected_at, guest, services) for row in rows)
    if isinstance(accounts, Unknown):
        return accounts
    return Accounts(
        accounts=accounts,
        groups=_groups(groups(raw, _hostname(host))),
        duplicates=(),
        foreign_entries=(),
        hashes_in_plain_view=_NOT_HASHED_IN_FILES,
        logins_since=_records_since(raw),
        logins_source="last sign-ins in the account database",
        logins_complete=True,
        scan_account=_plain(raw.account, _hostname(host)),
        directories=directories(host),
        homes=_homes(found, accounts),
    )


def _hostname(host: Host | Absent | Unknown) -> Maybe[str]:
    return host.hostname if isinstance(host, Host) else host


def _groups(known: Groups | Unknown) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if isinstance(known, Unknown):
        return ()
    return tuple((NAMES[sid], tuple(member.name for member in known[sid])) for sid in NAMES if sid in known)


def _records_since(raw: RawFacts) -> Maybe[datetime]:
    """Each account keeps its last sign-in as long as it exists; nothing here is older than Windows itself."""
    found = entry(raw, HOST.name)
    return installed(found) if isinstance(found, Values) else found


def _plain(account: str, hostname: Maybe[str]) -> str:
    """The name without the host's own; accounts of a domain keep theirs and match no local account."""
    place, _, name = account.rpartition("\\")
    is_local = not place or place == "." or (is_known(hostname) and place.lower() == hostname.lower())
    return name if is_local else account


def directories(host: Host | Absent | Unknown) -> Maybe[tuple[str, ...]]:
    """What else rules accounts that sign in here."""
    if not isinstance(host, Host):
        return host
    if host.membership is Membership.CLOUD:
        return (f"Entra ID (tenant {host.cloud_tenant})" if is_known(host.cloud_tenant) else "Entra ID",)
    if host.membership is Membership.ALONE:
        return ()
    return then(host.membership, lambda _: then(host.domain, lambda name: (f"the domain {name}",)))


def _account(row: Values, now: datetime, guest: Maybe[int], services: _Services) -> Account | Unknown:
    name, sid = row.text("name"), row.text("sid")
    if not is_known(name) or not is_known(sid) or not name:
        return Unknown(Reason.UNREADABLE, f"{row.where}: an account has no name or SID")
    rid = _rid(sid)
    if rid is None:
        return Unknown(Reason.UNREADABLE, f"{row.where}: {sid} is no account's SID")
    settings = required(row.inside("settings"))
    flags = required(then(settings, lambda values: values.number("flags")))
    return Account(  # noqa: S604 - a field of an account, no process is started
        name=name,
        identifier=sid,
        kind=_kind(rid),
        interactive=True,
        home="",
        shell="a Windows session",
        group_ids=(),
        password=then(flags, lambda bits: _password(name, rid, bits, settings)),
        hash_scheme=_ONE_SCHEME,
        password_changed=then(settings, lambda values: _changed(values.number("age_s"), now)),
        password_min_age_days=then(settings, lambda values: _days(values.number("min_age_s"))),
        password_max_age_days=then(flags, lambda bits: _max_age(bits, settings)),
        expires=then(_when(row, "expires"), lambda when: when.date() if when else None),
        last_login=_when(row, "last_login"),
        disabled=_disabled(required(row.flag("disabled")), guest if rid == _GUEST else None),
        built_in=_BUILT_IN.get(rid),
        password_never_expires=then(flags, lambda bits: bool(bits & _NEVER_EXPIRES)),
        password_proof=PasswordProof.RULE,
        services=then(services, lambda by_name: tuple(by_name.get(name.casefold(), ()))),
    )


def _services(found: Values, hostname: Maybe[str]) -> _Services:
    """The services by the local account that they run under, in lower case: `.\\backup`, `FS01\\backup`."""
    rows = required(found.rows("services"))
    if isinstance(rows, Unknown):
        return rows
    by_name: dict[str, list[str]] = {}
    for row in rows:
        name, account = row.text("name"), row.text("account")
        if not is_known(name) or not is_known(account):
            return Unknown(Reason.UNREADABLE, f"{row.where}: a service has no name or no account")
        if not is_known(hostname) and not account.startswith(".\\"):
            return Unknown(Reason.UNREADABLE, f"{row.where}: without the name of the host {account} may be anybody's")
        by_name.setdefault(_plain(account, hostname).casefold(), []).append(name)
    return by_name


def _disabled(told: bool | Unknown, on: Maybe[int] | None) -> bool | Unknown:
    """What the account itself says; where the security template has the guest on, nobody may call it disabled."""
    if on is None or not is_known(on) or on == 0 or told is not True:
        return told
    return Unknown(Reason.UNREADABLE, "the account and the security template differ on whether the guest is disabled")


def _rid(sid: str) -> int | None:
    last = sid.rpartition("-")[2]
    return int(last) if sid.startswith("S-1-") and last.isascii() and last.isdecimal() and len(last) <= 10 else None


def _kind(rid: int) -> AccountKind:
    if rid == _ADMINISTRATOR:
        return AccountKind.SUPERUSER
    return AccountKind.HUMAN if rid >= _FIRST_OF_PEOPLE else AccountKind.SYSTEM


def _password(name: str, rid: int, flags: int, settings: Values | Unknown) -> Maybe[PasswordState]:
    """Whether there is a password cannot be read, only whether Windows insists on one.

    The guest account comes without one and is told so by its flag (Microsoft, "Local accounts").
    """
    if flags & _PASSWORD_NOT_NEEDED:
        if rid == _GUEST:
            return PasswordState.EMPTY
        return Unknown(Reason.NO_EVIDENCE, f"{name} needs no password; whether it has one cannot be read")
    length = required(then(settings, lambda values: values.number("min_length")))
    if length == 0:
        detail = f"no minimum length is set, so {name} may have an empty password; whether it has cannot be read"
        return Unknown(Reason.NO_EVIDENCE, detail)
    return then(length, lambda _: PasswordState.USABLE)


def _changed(age_s: Maybe[int], now: datetime) -> Maybe[date | None]:
    """The day of the last change; None where the account keeps none, because a first password is due."""
    if isinstance(age_s, Absent):
        return None
    return then(age_s, lambda age: (now - timedelta(seconds=age)).date() if 0 <= age < 1 << 32 else None)


def _days(seconds: Maybe[int]) -> Maybe[int | None]:
    """Whole days of a policy's seconds; -1 and the largest number stand for never."""
    return then(required(seconds), lambda value: value // _DAY_S if 0 < value < 0xFFFFFFFF else None)


def _max_age(flags: int, settings: Values | Unknown) -> Maybe[int | None]:
    if flags & _NEVER_EXPIRES:
        return None
    return then(settings, lambda values: _days(values.number("max_age_s")))


def _when(row: Values, name: str) -> Maybe[datetime | None]:
    """A time that ADSI leaves out, or refuses to find, where there is none."""
    problem = row.failure(name)
    if problem is not None and problem.code == _PROPERTY_NOT_SET:
        return None
    value = row.moment(name)
    return None if isinstance(value, Absent) else value


def _homes(found: Values, accounts: tuple[Account, ...]) -> Maybe[tuple[HomeFolder, ...]]:
    """Profiles and their owners: local accounts, and services. Whether a domain still has an account is not asked."""
    own = {account.identifier: account.name for account in accounts}
    rows = required(found.rows("profiles"))
    if isinstance(rows, Unknown):
        return rows
    homes = []
    for row in rows:
        sid, path = row.text("sid"), row.text("path")
        if not is_known(sid) or not is_known(path):
            return Unknown(Reason.UNREADABLE, f"{row.where}: a profile has no owner or no path")
        owner = sid if sid.startswith(_SERVICES) else own.get(sid)
        homes.append(HomeFolder(path=path, owner_identifier=sid, owner=owner))
    return tuple(homes)


def read_privileges(raw: RawFacts) -> Privileges | Absent | Unknown:
    """`Privileges` from the groups; on a domain controller they are the domain's."""
    host = read_host(raw)
    if isinstance(host, Host) and host.membership is Membership.CONTROLLER:
        return Absent(NO_LOCAL_ACCOUNTS)
    known = groups(raw, _hostname(host))
    if isinstance(known, Unknown):
        return known
    admins = known[ADMINISTRATORS]
    return Privileges(
        superusers=tuple(member.name for member in admins if member.is_builtin_administrator),
        admin_groups=((NAMES[ADMINISTRATORS], tuple(member.name for member in admins)),),
        equivalent_groups=tuple(
            (name, tuple(member.name for member in known[sid])) for sid, name in EQUIVALENT.items() if sid in known
        ),
        grants=Absent("Windows gives rights to groups; there are no grants of single commands"),
    )


READERS: tuple[Reader, ...] = (
    Reader(fact=Accounts, probes=(HOST, LOCAL_ACCOUNTS, LOCAL_GROUPS, PASSWORD_POLICY), read=read_accounts),
    Reader(fact=Privileges, probes=(HOST, LOCAL_GROUPS), read=read_privileges),
)
