"""What stands between a person at the machine and its powers: screen lock, prompts, the local administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class UserLock:
    """The lock of one person's own session: after so many idle seconds, None for never."""

    user: str
    after_s: Maybe[int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenLock(Fact):
    """When an idle session locks itself.

    `after_s` holds for everybody who uses the host, None where nothing locks all sessions. `users` are those whose
    settings could be seen, usually only who is signed in: partial evidence.
    """

    name: ClassVar[str] = "screen_lock"
    title: ClassVar[str] = "lock of idle sessions"

    after_s: Maybe[int | None]
    users: Maybe[tuple[UserLock, ...]]


class Prompt(StrEnum):
    """What happens when a program asks for an administrator's rights."""

    SILENT = "granted without asking"
    CONSENT_OTHERS = "consent, only for programs of other makers"
    CONSENT = "consent"
    CREDENTIALS = "password"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivilegePrompts(Fact):
    """How administrator rights are reached from a session that has begun without them.

    `enabled` is false where every program of an administrator has all rights at once. `isolated`: other programs can
    neither read nor answer the prompt. `covers_built_in`: the built-in administrator is asked as well.
    """

    name: ClassVar[str] = "privilege_prompts"
    title: ClassVar[str] = "prompts for administrator rights"

    enabled: Maybe[bool]
    administrators: Maybe[Prompt]
    users: Maybe[Prompt]
    isolated: Maybe[bool]
    covers_built_in: Maybe[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAdminPasswords(Fact):
    """Whether the local administrator has a password of its own on each machine, set and kept by a directory.

    `managed` is the policy; `kept_in` names where the password goes, `joined` says whether the host belongs to that
    directory at all. `last_stored` is the newest proof that it got there, absent where the records hold none.
    `unmanaged` are the open local administrators beside the one account that the policy is for.
    """

    name: ClassVar[str] = "local_admin_passwords"
    title: ClassVar[str] = "managed passwords of local administrators"

    managed: Maybe[bool]
    kept_in: Maybe[str]
    joined: Maybe[bool]
    length: Maybe[int]
    max_age_days: Maybe[int]
    last_stored: Maybe[datetime]
    unmanaged: Maybe[tuple[str, ...]]
