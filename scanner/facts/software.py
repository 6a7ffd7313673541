"""Installed software, and whether the system's own licence is active."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Maybe


class LicenceState(StrEnum):
    """What the system says of its own licence."""

    ACTIVE = "active"
    GRACE = "in a grace period"
    MISSING = "not active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """One licensed product; `grace_days` is what is left of a grace period or of a renewal."""

    product: str
    state: LicenceState
    said: str
    grace_days: Maybe[int]

    def __str__(self) -> str:
        return f"{self.product}: {self.said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Licensing(Fact):
    """The state of activation; it proves no entitlement. Add-ons are left out."""

    name: ClassVar[str] = "licensing"
    title: ClassVar[str] = "activation of the operating system"

    licences: tuple[Licence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One installed program, as it names itself; `user` is for whom alone, empty where it is for everybody."""

    name: str
    version: Maybe[str]
    publisher: Maybe[str]
    installed_on: Maybe[date]
    user: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledSoftware(Fact):
    """Every program that registered itself for all users, and for those of `users`.

    `incomplete` says what could not be read of the list, empty where nothing was lost. `left_out` is what such a list
    can never show. `users` are those whose own programs were seen, by the identifier that the platform gives them:
    there are others wherever such programs can only be seen while their user is signed in.
    """

    name: ClassVar[str] = "installed_software"
    title: ClassVar[str] = "installed software"

    programs: tuple[Program, ...]
    incomplete: tuple[str, ...]
    left_out: tuple[str, ...]
    users: Maybe[tuple[str, ...]] = ()
