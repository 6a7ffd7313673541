"""The accounts of a domain: who they are, whether they are open, when they last signed in, what weakens them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanner.facts.accounts import Account, AccountKind, Accounts, BuiltIn, PasswordState
from scanner.facts.base import RawFacts, Reader
from scanner.facts.directory.groups import groups
from scanner.facts.directory.identity import SESSION
from scanner.facts.directory.policies import policy_rows, rules
from scanner.facts.directory.probes import ACCOUNTS, DOMAIN, FLAGS, POLICIES, PRIVILEGED
from scanner.facts.directory.values import Row, bit, count, day, days, moment, table, when
from scanner.facts.domain import WeakenedAccounts
from scanner.facts.windows.values import Values, entry
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

LOGIN_LAG_DAYS = 14
"""lastLogonTimestamp is written again only once it is 9 to 14 days old (Microsoft Learn, "Last-Logon-Timestamp")."""

# userAccountControl, MS-ADTS 2.2.16.
_DISABLED, _NO_PASSWORD_NEEDED, _REVERSIBLE, _TRUST, _NEVER_EXPIRES = 2, 32, 128, 2048, 65536
# Relative identifiers that a domain gives to its own accounts; others begin at 1000.
_ADMINISTRATOR, _GUEST, _FIRST_OF_PEOPLE = 500, 501, 1000
_BUILT_IN = {_ADMINISTRATOR: BuiltIn.ADMINISTRATOR, _GUEST: BuiltIn.GUEST}
_ONE_SCHEME = Absent("a domain stores every password in the same ways; no setting chooses one")
_NO_HASHES = Absent("a directory hands out no password hash")
_NO_HOMES = Absent("a directory keeps no home folders")


@dataclass(frozen=True, slots=True)
class _Ageing:
    """How long passwords last: by the domain's rules, and by the fine-grained policies by their distinguished name.

    `without` is the answer for an account that shows no policy of its own.
    """

    minimum: Maybe[int | None]
    without: Maybe[int | None]
    finer: dict[str, Maybe[int | None]]

    def maximum(self, policy: str | None) -> Maybe[int | None]:
        if policy is None:
            return self.without
        hidden = Unknown(Reason.DENIED, f"the policy {policy} is not for this account to see")
        return self.finer.get(policy.lower(), hidden)


def read_accounts(raw: RawFacts) -> Accounts | Absent | Unknown:
    """`Accounts` of the domain; unknown as a whole unless the list came to its end."""
    rows = table(raw, ACCOUNTS.name, "people")
    if isinstance(rows, Unknown):
        return rows
    if not rows:
        return Unknown(Reason.DENIED, "no account of the domain is for this account to see")
    ageing = _ageing(raw, rows)
    shows_logins = any(row.maybe_number("lastLogonTimestamp") for row in rows)
    accounts = [_account(row, ageing, shows_logins) for row in rows]
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


def _ageing(raw: RawFacts, rows: tuple[Row, ...]) -> _Ageing:
    head, policies = rules(raw), policy_rows(raw)
    own = days(head if isinstance(head, Unknown) else head.number("maxPwdAge"))
    minimum = days(head if isinstance(head, Unknown) else head.number("minPwdAge"))
    if not isinstance(policies, Unknown):
        finer = {(row.maybe_text("dn") or "").lower(): days(row.number("msDS-MaximumPasswordAge")) for row in policies}
        return _Ageing(minimum, own, finer)
    # One account that shows its policy proves that all would show theirs.
    shows = any(row.maybe_text("msDS-ResultantPSO") is not None for row in rows)
    return _Ageing(minimum, own if shows else policies, {})


def _since(raw: RawFacts) -> Maybe[datetime]:
    """Each account keeps its last login as long as it exists; nothing is older than the domain."""
    head = rules(raw)
    return head if isinstance(head, Unknown) else moment(head.text("whenCreated"))


def _scan_account(raw: RawFacts) -> str:
    session = entry(raw, SESSION)
    name = session.text("account_name") if isinstance(session, Values) else None
    return name if isinstance(name, str) else raw.account.rpartition("\\")[2]


def _account(row: Row, ageing: _Ageing, shows_logins: bool) -> Account | Unknown:
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
        password_min_age_days=ageing.minimum,
        password_max_age_days=_max_age(flags, row, ageing),
        expires=day(when(row.number("accountExpires"))),
        last_login=_last_login(row, name, shows_logins),
        disabled=bit(flags, _DISABLED),
        created=moment(row.text("whenCreated")),
        full_name=row.maybe_text("displayName") or "",
        mail=row.maybe_text("mail") or "",
        principal=row.maybe_text("userPrincipalName") or "",
        built_in=None if rid is None else _BUILT_IN.get(rid),
        password_never_expires=bit(flags, _NEVER_EXPIRES),
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


def _scheme(flags: int | Unknown) -> Maybe[str]:
    if isinstance(flags, Unknown):
        return flags
    return "reversible" if flags & _REVERSIBLE else _ONE_SCHEME


def _max_age(flags: int | Unknown, row: Row, ageing: _Ageing) -> Maybe[int | None]:
    if isinstance(flags, Unknown):
        return flags
    return None if flags & _NEVER_EXPIRES else ageing.maximum(row.maybe_text("msDS-ResultantPSO"))


def _last_login(row: Row, name: str, shows_logins: bool) -> Maybe[datetime | None]:
    stamp = row.maybe_number("lastLogonTimestamp")
    if stamp is not None:
        return when(stamp)
    if shows_logins:
        return None
    return Unknown(Reason.DENIED, f"{name}: no account shows its last login, so it is not for this account to see")


def read_weakened(raw: RawFacts) -> WeakenedAccounts | Absent | Unknown:
    """`WeakenedAccounts`; complete only where the switches of every account can be told."""
    hidden = count(raw, FLAGS.name, "hidden")
    if isinstance(hidden, Unknown):
        return hidden
    return WeakenedAccounts(
        password_not_required=_names(raw, "password_not_required", hidden),
        without_preauthentication=_names(raw, "without_preauthentication", hidden),
        unconstrained_delegation=_names(raw, "unconstrained_delegation", hidden),
    )


def _names(raw: RawFacts, search: str, hidden: int) -> Maybe[tuple[str, ...]]:
    rows = table(raw, FLAGS.name, search)
    if isinstance(rows, Unknown):
        return rows
    names = tuple(sorted(row.maybe_text("sAMAccountName") or "an account without a name" for row in rows))
    if hidden and not names:
        return Unknown(Reason.DENIED, f"the switches of {hidden} accounts are not for this account to see")
    return names


READERS: tuple[Reader, ...] = (
    Reader(fact=Accounts, probes=(DOMAIN, POLICIES, ACCOUNTS, PRIVILEGED), given=(SESSION,), read=read_accounts),
    Reader(fact=WeakenedAccounts, probes=(FLAGS,), read=read_weakened),
)
