"""How people prove who they are: lockout after failures, directories, second factors, becoming administrator."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from scanner.facts.accounts import Accounts, PasswordState
from scanner.facts.base import Fact
from scanner.model import Absent, Maybe, Unknown, is_known

_NO_OTHER_WAY = Absent("SSH is the only remote sign-in that is read on this platform")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressBan:
    """A running service that bans addresses which guess at remote sign-ins.

    `max_failures` within `window_s` bring a ban of `duration_s`, which is None where it ends only by hand.
    """

    service: str
    max_failures: Maybe[int]
    window_s: Maybe[int]
    duration_s: Maybe[int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lockout(Fact):
    """What happens to an account after failed logins.

    `threshold` is the number of failures that locks, None when no account is ever locked; `duration_s` is None when
    an administrator has to unlock, `window_s` is the time in which failures add up. `exempts_administrators` says
    whether the superuser is never locked. `how` names the mechanism, or why there is none. `gaps` are sentences
    saying what makes a configured lockout ineffective. `address_ban` is None where no service bans
    strangers' addresses: a ban slows guessing and locks no account.
    """

    name: ClassVar[str] = "lockout"
    title: ClassVar[str] = "lockout after failed logins"

    threshold: Maybe[int | None]
    duration_s: Maybe[int | None]
    window_s: Maybe[int | None]
    exempts_administrators: Maybe[bool]
    how: str
    gaps: tuple[str, ...]
    address_ban: Maybe[AddressBan | None]


class DirectoryKind(StrEnum):
    """Which kind of directory answers for accounts besides the local ones."""

    NONE = "none"
    NIS = "NIS"
    LDAP = "LDAP"
    ACTIVE_DIRECTORY = "Active Directory"
    IPA = "FreeIPA"
    ENTRA = "Entra ID"
    OTHER = "another directory"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameService(Fact):
    """Where the system looks accounts up.

    `sources` in the system's own words and order. `directory` is the kind in use; `plain_text` are the servers that
    are asked without encryption; `service_running` says whether the service that asks the directory runs, absent
    where no service is needed.
    """

    name: ClassVar[str] = "name_service"
    title: ClassVar[str] = "where accounts come from"

    sources: tuple[str, ...]
    directory: Maybe[DirectoryKind]
    plain_text: Maybe[tuple[str, ...]]
    service: str
    service_running: Maybe[bool]


def directory_only(names: NameService | Unknown | None, accounts: Accounts | Unknown | None) -> bool:
    """Whether it is proved that passwords are a directory's alone: one is in use, and no local account has any."""
    if not isinstance(names, NameService) or not isinstance(accounts, Accounts) or not accounts.accounts:
        return False
    joined = is_known(names.directory) and names.directory is not DirectoryKind.NONE
    without = (PasswordState.LOCKED, PasswordState.NONE)
    return joined and all(is_known(one.password) and one.password in without for one in accounts.accounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn(Fact):
    """What signing in takes.

    `empty_password_admitted` names the ways in (services) that admit an account without a password;
    `empty_password_note` is what a reader should know of the others.
    `remote_second_factor` is the means that a remote password login cannot do without, None where a password
    suffices; `second_factor_note` says what is there and does not count. `administrator_group` is the one group
    whose members may switch to the superuser with its password, None where anyone may. `umask` is the file mode
    mask of a new session, `umask_source` what sets it. `other_remote` are the remote ways in beside SSH that are
    switched on, absent where the platform has none.
    """

    name: ClassVar[str] = "sign_in"
    title: ClassVar[str] = "ways to sign in"

    empty_password_admitted: Maybe[tuple[str, ...]]
    remote_second_factor: Maybe[str | None]
    second_factor_note: str
    administrator_group: Maybe[str | None]
    umask: Maybe[int]
    umask_source: str
    other_remote: Maybe[tuple[str, ...]] = _NO_OTHER_WAY
    empty_password_note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticSignIn(Fact):
    """Whether the host opens a session by itself when it starts, without anybody proving who they are.

    `password_kept` is whether the password for it lies on the host in readable form.
    """

    name: ClassVar[str] = "automatic_sign_in"
    title: ClassVar[str] = "automatic sign-in at start"

    enabled: Maybe[bool]
    password_kept: Maybe[bool]
