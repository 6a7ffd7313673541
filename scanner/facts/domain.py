"""What only a directory has: rules for some accounts, switches that weaken one, a key that everything hangs on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPolicy:
    """A password and lockout policy for the accounts it names, in place of the domain's own.

    The fields mean what they mean in `PasswordPolicy` and `Lockout`. `precedence`: of several policies for one account
    the one with the smallest number counts. `applies_to` are the names of accounts and groups.
    """

    name: str
    precedence: Maybe[int]
    minimum_length: Maybe[int | None]
    history: Maybe[int | None]
    complexity: Maybe[bool]
    reversible_storage: Maybe[bool]
    lockout_threshold: Maybe[int | None]
    lockout_duration_s: Maybe[int | None]
    lockout_window_s: Maybe[int | None]
    min_age_days: Maybe[int | None]
    max_age_days: Maybe[int | None]
    applies_to: Maybe[tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPasswords:
    """Passwords of local administrators that the directory keeps for computers: how many, and how many can be read.

    `readable` counts those that the account of this collection may read. No password is ever transferred.
    """

    computers: int
    kept: int
    readable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRules(Fact):
    """What rules a domain beside its password policy.

    `account_policies` is empty only where this account could have seen one. `computers_per_user` is how many
    computers any user may join to the domain. `ticket_key_changed` is when the key that every Kerberos ticket rests on
    was last changed, None for never. `stored_passwords` is absent where the directory has no place for them.
    """

    name: ClassVar[str] = "domain_rules"
    title: ClassVar[str] = "rules of a domain"

    domain: str
    account_policies: Maybe[tuple[AccountPolicy, ...]]
    computers_per_user: Maybe[int]
    ticket_key_changed: Maybe[datetime | None]
    stored_passwords: Maybe[StoredPasswords]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakenedAccounts(Fact):
    """Open accounts of a domain on which a protection is switched off, by name.

    `complete` is True where the switches of every account can be told; where it is unknown, there may be more names
    than each list holds, so an empty one proves nothing.

    `password_not_required` may have an empty password whatever the rules say; the password of those
    `without_preauthentication` can be guessed offline by anybody; whoever takes over one of those with
    `unconstrained_delegation` can act as everyone who connects to it. Domain controllers, which need it, are left out.
    """

    name: ClassVar[str] = "weakened_accounts"
    title: ClassVar[str] = "domain accounts without a protection"

    complete: Maybe[bool]
    password_not_required: Maybe[tuple[str, ...]]
    without_preauthentication: Maybe[tuple[str, ...]]
    unconstrained_delegation: Maybe[tuple[str, ...]]
