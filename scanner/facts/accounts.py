"""Accounts: who can log in, with what, since when, and how long ago they last did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

_NOT_READ = Unknown(Reason.NO_EVIDENCE, "this platform's reader does not tell")
_NOT_KEPT = Absent("this system does not keep the day on which an account was made")

_BY_NUMBER = Absent("this system gives numbers of their own to accounts of services")
_NO_SWITCH = Absent("no switch exempts an account here; each has its own maximum age")


class AccountKind(StrEnum):
    """What an account is for, from its number and place, never from its name."""

    SUPERUSER = "superuser"
    HUMAN = "human"
    SYSTEM = "system"


class BuiltIn(StrEnum):
    """Accounts that a system brings along, known by their number whatever they are called."""

    ADMINISTRATOR = "the administrator that the system brings along"
    GUEST = "the guest that the system brings along"


class PasswordState(StrEnum):
    """What an account's password field allows; never the hash itself."""

    USABLE = "usable"
    LOCKED = "locked"
    EMPTY = "empty"
    NONE = "none"


class PasswordProof(StrEnum):
    """What shows that a usable password is not an empty one."""

    STORED = "the password as it is stored"
    RULE = "today's rules, which hold whenever a password is set"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account of a host, or of a domain where the target is a directory.

    `identifier` is the uid in decimal, or the SID. `interactive`: the shell admits a login session.
    `hash_scheme` is a word such as yescrypt, sha512, sha256, bcrypt, md5, des, nt. `password_changed` is None when
    a change is due at the next login or the date is not kept; the ages are days, None for no limit.
    `expires` is the account's own end, None for never. `last_login` is None when no login is on record since
    `Accounts.logins_since`. `disabled`: switched off as a whole, whatever the credential. `created` is when the account
    was made; `full_name`, `mail` and `principal` (userPrincipalName, the name for signing in that looks like an
    address) are what the directory says of the person, empty where it says nothing. `built_in` is None for all but the
    two accounts of that kind. `password_never_expires`: a switch of its own exempts the account from the maximum age
    that the rules set. `password_proof` says how much `PasswordState.USABLE` proves; it is unknown where the password
    opens the account and may be an empty one. `services` are the services that run under the account, absent where the
    system tells its service accounts by their numbers alone.
    """

    name: str
    identifier: str
    kind: AccountKind
    interactive: bool
    home: str
    shell: str
    group_ids: tuple[str, ...]
    password: Maybe[PasswordState]
    hash_scheme: Maybe[str]
    password_changed: Maybe[date | None]
    password_min_age_days: Maybe[int | None]
    password_max_age_days: Maybe[int | None]
    expires: Maybe[date | None]
    last_login: Maybe[datetime | None]
    disabled: Maybe[bool] = False
    created: Maybe[datetime] = _NOT_KEPT
    full_name: str = ""
    mail: str = ""
    principal: str = ""
    built_in: BuiltIn | None = None
    password_never_expires: Maybe[bool] = _NO_SWITCH
    password_proof: Maybe[PasswordProof] = PasswordProof.STORED
    services: Maybe[tuple[str, ...]] = _BY_NUMBER

    def expired(self, on: date) -> Maybe[bool]:
        """True when the account itself has ended before that day; it then admits nobody, with any credential."""
        if isinstance(self.expires, Absent | Unknown):
            return self.expires
        return self.expires is not None and self.expires < on

    def closed(self, on: date) -> Maybe[bool]:
        """True when no credential opens the account that day: switched off or expired."""
        if self.disabled is True:
            return True
        ended = self.expired(on)
        if ended is True or is_known(self.disabled):
            return ended
        return self.disabled

    def has_password(self) -> Maybe[bool]:
        """True when some password, the empty one included, is accepted."""
        if isinstance(self.password, Absent | Unknown):
            return self.password
        return self.password in (PasswordState.USABLE, PasswordState.EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFolder:
    """One folder in the place where home folders lie.

    `owner` is None when no account that the target itself keeps, or could look up, has that number.
    """

    path: str
    owner_identifier: str
    owner: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts(Fact):
    """All accounts that the target itself keeps: the local ones of a host, those of the domain on a directory.

    `duplicates` are sentences naming what occurs twice; `foreign_entries` are lines that import accounts from
    elsewhere (`+` entries). `hashes_in_plain_view` names accounts whose hash any user can read. `logins_since` is
    the start of the login records, `logins_source` says which records they are, `logins_complete`
    whether they also hold logins without a terminal (remote commands, file transfer). `scan_account` is the account of
    this collection, which always looks fresh. `login_lag_days` is by how much a recorded login may be older than the
    true one. `groups` maps each local group (on a directory, each privileged one) to the names of its members, those by
    primary group included. `directories` names the sources of further accounts beside the local ones (`sss`,
    `ldap`, `winbind`, ...), which are not listed here. `homes` are the folders where home folders lie.
    """

    name: ClassVar[str] = "accounts"
    title: ClassVar[str] = "accounts"

    accounts: tuple[Account, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    duplicates: tuple[str, ...]
    foreign_entries: tuple[str, ...]
    hashes_in_plain_view: Maybe[tuple[str, ...]]
    logins_since: Maybe[datetime]
    logins_source: str
    logins_complete: bool = False
    scan_account: str
    login_lag_days: int = 0
    directories: Maybe[tuple[str, ...]] = _NOT_READ
    homes: Maybe[tuple[HomeFolder, ...]] = _NOT_READ

    def named(self, name: str) -> Account | None:
        """The first account of that name, None where there is none."""
        return next((account for account in self.accounts if account.name == name), None)

    def records(self) -> str:
        """A sentence for a note: which login records there are, and what they leave out."""
        gap = "" if self.logins_complete else ", which leave out remote commands and file transfers"
        return f"Records: {self.logins_source}{gap}."

    def not_listed(self) -> str:
        """A sentence for a note where accounts from elsewhere may sign in as well; empty where there are none."""
        if isinstance(self.directories, Unknown):
            return "Whether accounts from a directory may sign in as well is not known."
        if isinstance(self.directories, Absent) or not self.directories:
            return ""
        return f"Accounts from {', '.join(self.directories)} are not listed on this host and not judged here."

    def members(self, group: str) -> tuple[str, ...]:
        """The members of a local group; empty where there is no such group."""
        return next((members for name, members in self.groups if name == group), ())
