"""The accounts of a domain: who they are, whether they are open, when they last signed in, what weakens them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanner.facts.accounts import Account, AccountKind, Accounts, BuiltIn, PasswordProof, PasswordState
from scanner.facts.base import RawFacts, Reader
from scanner.facts.directory.groups import groups
from scanner.facts.directory.identity import SESSION
from scanner.facts.directory.policies import policy_rows, rules
from scanner.facts.directory.probes import ACCOUNTS, DOMAIN, FLAGS, POLICIES, PRIVILEGED
from scanner.facts.directory.values import Row, bit, count, day, days, moment, table, when
from scanner.facts.domain import WeakenedAccounts
from scanner.facts.windows.values import Values, entry, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known
from scanner.text import plural

LOGIN_LAG_DAYS = 14
"""lastLogonTimestamp is written again only once it is 9 to 14 days old (Microsoft Learn, "Last-Logon-Timestamp")."""

# userAccountControl, MS-ADTS 2.2.16.
_DISABLED, _NO_PASSWORD_NEEDED, _REVERSIBLE, _TRUST, _NEVER_EXPIRES = 2, 32, 128, 2048, 65536
# Relative identifiers that a domain gives to its own accounts; others begin at 1000.
_ADMINISTRATOR, _GUEST, _FIRST_OF_PEOPLE = 500, 501, 1000
_BUILT_IN = {_ADMINISTRATOR: BuiltIn.ADMINISTRATOR, _GUEST: BuiltIn.GUEST}
_ONE_SCHEME = Absent("a domain stores every password in the same ways; no setting chooses one")
_SERVICE_NAMES = "servicePrincipalName"
_NO_HASHES = Absent("a directory hands out no password hash")
_NO_HOMES = Absent("a directory keeps no home folders")


@dataclass(frozen=True, slots=True)
class _Limits:
    """What one policy demands of passwords."""

    max_age_days: Maybe[int | None]
    min_length: Maybe[int]


@dataclass(frozen=True, slots=True)
class _Rules:
    """What passwords have to be: by the domain's rules, and by the fine-grained policies by their distinguished name.

    `without` holds for an account that shows no policy of its own.
    """

    min_age_days: Maybe[int | None]
    without: _Limits
    finer: dict[str, _Limits]

    def of(self, row: Row) -> _Limits:
        policy = row.maybe_text("msDS-ResultantPSO")
        if policy is None:
            return self.without
        hidden = Unknown(Reason.DENIED, f"the policy {policy} is not for this account to see")
        return self.finer.get(policy.lower(), _Limits(hidden, hidden))


@dataclass(frozen=True, slots=True)
class _Shown:
    """What this account sees of some account, so that for another its lack says something."""

    logins: bool
    services: bool


def read_accounts(raw: RawFacts) -> Accounts | Absent | Unknown:
    """`Accounts` of the domain; unknown as a whole unless the list came to its end."""
    rows = table(raw, ACCOUNTS.name, "people")
    if isinstance(rows, Unknown):
        return rows
    if not rows:
        return Unknown(Reason.DENIED, "no account of the domain is for this account to see")
    demanded = _rules(raw, rows)
    shown = _Shown(
        logins=any(row.maybe_number("lastLogonTimestamp") for row in rows),
        services=any(row.texts(_SERVICE_NAMES) for row in rows),
    )
    accounts = [_account(row, demanded, shown) for row in rows]
    gap = next((one for one in accounts if isinstance(one, Unknown)), None)
    if gap is not None:
        return gap
    known = groups(raw)
    return Accounts(
        accounts=tuple(one for one in accounts if isinstance(one, Account)),
        groups=() if isinstance(known, Unknown) else known.everything,
        duplicates=(),
        foreign_entries=(),
        hashes_in_plain_view=_NO_HASHES,
        logins_since=_since(raw),
        logins_source=f"lastLogonTimestamp, which may be {LOGIN_LAG_DAYS} days behind",
        logins_complete=True,
        login_lag_days=LOGIN_LAG_DAYS,
        scan_account=_scan_account(raw),
        directories=(),
        homes=_NO_HOMES,
    )


def _rules(raw: RawFacts, rows: tuple[Row, ...]) -> _Rules:
    head, policies = rules(raw), policy_rows(raw)
    own, min_age_days = (_Limits(head, head), head) if isinstance(head, Unknown) else _of_domain(head)
    if not isinstance(policies, Unknown):
        return _Rules(min_age_days, own, {(row.maybe_text("dn") or "").lower(): _limits(row) for row in policies})
    # One account that shows its policy proves that all would show theirs.
    shows = any(row.maybe_text("msDS-ResultantPSO") is not None for row in rows)
    return _Rules(min_age_days, own if shows else _Limits(policies, policies), {})


def _of_domain(head: Row) -> tuple[_Limits, Maybe[int | None]]:
    own = _Limits(days(head.number("maxPwdAge")), head.number("minPwdLength"))
    return own, days(head.number("minPwdAge"))


def _limits(policy: Row) -> _Limits:
    return _Limits(days(policy.number("msDS-MaximumPasswordAge")), policy.number("msDS-MinimumPasswordLength"))


def _since(raw: RawFacts) -> Maybe[datetime]:
    """Each account keeps its last login as long as it exists; nothing is older than the domain."""
    head = rules(raw)
    return head if isinstance(head, Unknown) else moment(head.text("whenCreated"))


def _scan_account(raw: RawFacts) -> str:
    session = entry(raw, SESSION)
    name = session.text("account_name") if isinstance(session, Values) else None
    return name if isinstance(name, str) else raw.account.rpartition("\\")[2]


def _account(row: Row, demanded: _Rules, shown: _Shown) -> Account | Unknown:
    name, sid, flags = row.text("sAMAccountName"), row.text("objectSid"), row.number("userAccountControl")
    if isinstance(name, Unknown):
        return name
    if isinstance(sid, Unknown):
        return sid
    rid, group = _rid(sid), row.maybe_number("primaryGroupID")
    return Account(  # noqa: S604 - a field of an account, no process is started
        name=name,
        identifier=sid,
        kind=_kind(rid, flags),
        interactive=not (is_known(flags) and flags & _TRUST),
        home="",
        shell="a session in the domain",
        group_ids=() if group is None else (str(group),),
        password=_password(name, rid, flags),
        hash_scheme=_scheme(flags),
        password_changed=day(when(row.number("pwdLastSet"))),
        password_min_age_days=demanded.min_age_days,
        password_max_age_days=_max_age(flags, demanded.of(row)),
        expires=day(when(row.number("accountExpires"))),
        last_login=_last_login(row, name, shown),
        disabled=bit(flags, _DISABLED),
        created=moment(row.text("whenCreated")),
        full_name=row.maybe_text("displayName") or "",
        mail=row.maybe_text("mail") or "",
        principal=row.maybe_text("userPrincipalName") or "",
        built_in=None if rid is None else _BUILT_IN.get(rid),
        password_never_expires=bit(flags, _NEVER_EXPIRES),
        password_proof=_proof(name, demanded.of(row)),
        services=_services(row, shown),
    )


def _rid(sid: str) -> int | None:
    last = sid.rpartition("-")[2]
    return int(last) if sid.startswith("S-1-") and last.isascii() and last.isdecimal() and len(last) <= 10 else None


def _kind(rid: int | None, flags: int | Unknown) -> AccountKind:
    if rid == _ADMINISTRATOR:
        return AccountKind.SUPERUSER
    is_own = rid is not None and rid < _FIRST_OF_PEOPLE
    return AccountKind.SYSTEM if is_own or (is_known(flags) and flags & _TRUST) else AccountKind.HUMAN


def _password(name: str, rid: int | None, flags: int | Unknown) -> Maybe[PasswordState]:
    """A directory tells whether an account needs a password, never whether it has one."""
    if isinstance(flags, Unknown):
        return flags
    if not flags & _NO_PASSWORD_NEEDED or flags & _TRUST:
        return PasswordState.USABLE
    if rid == _GUEST:  # it comes without one
        return PasswordState.EMPTY
    return Unknown(Reason.NO_EVIDENCE, f"{name} needs no password; whether it has one is not told")


def _proof(name: str, limits: _Limits) -> Maybe[PasswordProof]:
    """A minimum length of none lets an empty password be set, on an account that needs one as well."""
    if limits.min_length == 0:
        detail = f"no minimum length is set, so {name} may have an empty password; whether it has is not told"
        return Unknown(Reason.NO_EVIDENCE, detail)
    return then(limits.min_length, lambda _: PasswordProof.RULE)


def _scheme(flags: int | Unknown) -> Maybe[str]:
    if isinstance(flags, Unknown):
        return flags
    return "reversible" if flags & _REVERSIBLE else _ONE_SCHEME


def _max_age(flags: int | Unknown, limits: _Limits) -> Maybe[int | None]:
    if isinstance(flags, Unknown):
        return flags
    return None if flags & _NEVER_EXPIRES else limits.max_age_days


def _last_login(row: Row, name: str, shown: _Shown) -> Maybe[datetime | None]:
    stamp = row.maybe_number("lastLogonTimestamp")
    if stamp is not None:
        return when(stamp)
    if shown.logins:
        return None
    return Unknown(Reason.DENIED, f"{name}: no account shows its last login, so it is not for this account to see")


def _services(row: Row, shown: _Shown) -> Maybe[tuple[str, ...]]:
    """The names under which clients ask for tickets to what runs under the account; krbtgt has one in every domain."""
    if not shown.services:
        return Unknown(Reason.DENIED, f"no account shows a {_SERVICE_NAMES}, so they are not for this account to see")
    return row.texts(_SERVICE_NAMES)


def read_weakened(raw: RawFacts) -> WeakenedAccounts | Absent | Unknown:
    """`WeakenedAccounts`; whoever hides its switches is found by no search for them, only counted."""
    found = entry(raw, FLAGS.name)
    if not isinstance(found, Values):
        return found
    return WeakenedAccounts(
        complete=then(count(raw, FLAGS.name, "hidden"), _complete),
        password_not_required=_names(raw, "password_not_required"),
        without_preauthentication=_names(raw, "without_preauthentication"),
        unconstrained_delegation=_names(raw, "unconstrained_delegation"),
    )


def _complete(hidden: int) -> Maybe[bool]:
    unseen = f"the switches of {plural(hidden, 'account')} are not for this account to see"
    return Unknown(Reason.DENIED, unseen) if hidden else True


def _names(raw: RawFacts, search: str) -> Maybe[tuple[str, ...]]:
    rows = table(raw, FLAGS.name, search)
    if isinstance(rows, Unknown):
        return rows
    return tuple(sorted(row.maybe_text("sAMAccountName") or "an account without a name" for row in rows))


READERS: tuple[Reader, ...] = (
    Reader(fact=Accounts, probes=(DOMAIN, POLICIES, ACCOUNTS, PRIVILEGED), given=(SESSION,), read=read_accounts),
    Reader(fact=WeakenedAccounts, probes=(FLAGS,), read=read_weakened),
)
