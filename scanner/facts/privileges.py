"""Who may act with the rights of the system: granted commands, administrator groups, groups that amount to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Maybe


class GrantScope(StrEnum):
    """How far a grant reaches."""

    EVERYTHING = "every command"
    SHELL = "a command that can start any other"
    COMMANDS = "named commands"


class SecretAsked(StrEnum):
    """Whose password the grant asks for."""

    OWN = "their own password"
    TARGET = "the password of the account they become"
    NONE = "no password"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivilegeGrant:
    """One right to act as the system's administrator.

    `holder` is an account, or `group NAME`, `everyone`, a number; `accounts` are the local accounts behind it.
    `means` is how: `sudo`, `doas`, or the group. `exceptions` are commands taken out of the grant again, which
    anyone with the rest can undo. `text` is the grant in one line, as evidence.
    """

    holder: str
    accounts: tuple[str, ...]
    means: str
    scope: GrantScope
    commands: tuple[str, ...]
    exceptions: tuple[str, ...]
    asks_for: SecretAsked
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Privileges(Fact):
    """All privileged access that is configured on the target.

    `superusers` are the accounts with the administrator's own number. `admin_groups` are groups that exist to make
    administrators, `equivalent_groups` groups whose members can become one by other means, each with its members.
    `grants` is unknown where they could not be read. `elsewhere` names further places that hold grants and are not
    read here.
    """

    name: ClassVar[str] = "privileges"
    title: ClassVar[str] = "administrators and granted rights"

    superusers: tuple[str, ...]
    admin_groups: tuple[tuple[str, tuple[str, ...]], ...]
    equivalent_groups: tuple[tuple[str, tuple[str, ...]], ...]
    grants: Maybe[tuple[PrivilegeGrant, ...]]
    elsewhere: tuple[str, ...] = ()

    def administrators(self) -> Mapping[str, tuple[str, ...]]:
        """Each account that can do everything, with the ways in which it can; only the grants that were read."""
        found: dict[str, list[str]] = {name: ["superuser"] for name in self.superusers}
        for group, members in self.admin_groups:
            for name in members:
                found.setdefault(name, []).append(f"group {group}")
        for grant in self.grants if isinstance(self.grants, tuple) else ():
            if grant.scope is not GrantScope.COMMANDS and grant.asks_for is not SecretAsked.TARGET:
                for name in grant.accounts:
                    found.setdefault(name, []).append(f"{grant.means}: {grant.text}")
        return {name: tuple(dict.fromkeys(ways)) for name, ways in found.items()}
