"""People who left: what a list from human resources says of them, and how one of them is told from an account.

The list is no answer of a target. It is given to a run, stored by its digest, and every check of the run sees the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import ClassVar

from scanner.facts.accounts import Account
from scanner.facts.base import GivenFact


@dataclass(frozen=True, slots=True)
class Likeness:
    """In what a person of the list and an account are alike.

    `certain` is False where other people may share it, or where the account may be one of another place.
    """

    words: str
    certain: bool


BY_LOGIN = Likeness("account name", certain=True)
BY_LOGIN_ELSEWHERE = Likeness("account name, with another domain in front", certain=False)
BY_MAIL = Likeness("mail address", certain=True)
BY_PRINCIPAL = Likeness("name for signing in", certain=True)
BY_FULL_NAME = Likeness("full name", certain=False)
BY_MAIL_FOR_PRINCIPAL = Likeness("mail address against the name for signing in", certain=False)
"""Two addresses of one domain: a person may sign in with another one than mail is sent to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """One person; `row` is the place in the list, from 1. At least one of the three names is not empty.

    `account` is a login name, with its domain or host in front (`ACME\\jdoe`) or as an address (`jdoe@acme.example`)
    where the list has it so. `last_day` is the last day of work.
    """

    row: int
    last_day: date
    account: str = ""
    mail: str = ""
    name: str = ""

    def likeness(self, account: Account, places: Collection[str] = ()) -> Likeness | None:
        """In what the account is this person's; None where the two have nothing in common.

        `places` are the names that the target has in front of its accounts: its domain's, or its own.
        """
        return self._by_login(account, places) or self._by_address(account) or self._by_full_name(account)

    def _by_login(self, account: Account, places: Collection[str]) -> Likeness | None:
        login = self.account.rpartition("\\")[2]
        if not login or login.casefold() != account.name.casefold():
            return None
        return BY_LOGIN if self._is_of(places) else BY_LOGIN_ELSEWHERE

    def _is_of(self, places: Collection[str]) -> bool:
        """Whether the login may be one of a target with these names: the list puts none or one of them in front."""
        place = self.account.rpartition("\\")[0].casefold()
        return not place or place in {known.casefold() for known in places}

    def _by_address(self, account: Account) -> Likeness | None:
        own = self.addresses()
        if account.mail.casefold() in own:
            return BY_MAIL
        if account.principal.casefold() in own:
            return BY_PRINCIPAL
        return None

    def _by_full_name(self, account: Account) -> Likeness | None:
        words = words_of(self.name)
        return BY_FULL_NAME if words and words == words_of(account.full_name) else None

    def addresses(self) -> frozenset[str]:
        """What the list says of the person that looks like an address, without case."""
        return frozenset(address.casefold() for address in (self.mail, self.account) if "@" in address)

    def has_login(self, places: Collection[str] = ()) -> bool:
        """Whether the list says a login of a target with these names, which every account there shows.

        An address in its place is one that few accounts show.
        """
        return bool(self.account) and "@" not in self.account and self._is_of(places)

    def compared_by(self, account: Account, places: Collection[str] = ()) -> Likeness | None:
        """The strongest likeness that the two would show if they were one person's; None where they could show none.

        `places` as for `likeness`. Of the account it matters whether it has a mail address and a full name, and in
        which domain its `principal` is.
        """
        if self.has_login(places):
            return BY_LOGIN
        if self.addresses() and account.mail:
            return BY_MAIL
        domain = account.principal.casefold().rpartition("@")[2]
        if domain and domain == self.account.casefold().rpartition("@")[2] and "@" in self.account:
            return BY_PRINCIPAL
        if self.name and account.full_name:
            return BY_FULL_NAME
        if domain and domain == self.mail.casefold().rpartition("@")[2]:
            return BY_MAIL_FOR_PRINCIPAL
        return BY_LOGIN_ELSEWHERE if self.account and "@" not in self.account else None


@lru_cache(maxsize=16384)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a full name whatever their case, accents and order around a comma: `Pérez, Ana` is `Ana Perez`."""
    last, comma, first = name.partition(",")
    text = f"{first} {last}" if comma else name
    letters = unicodedata.normalize("NFKD", text.casefold())
    return tuple("".join(sign for sign in letters if not unicodedata.combining(sign)).split())


class LeaverIndex:
    """Finds the people that an account may belong to without a walk through the list for each of 50,000 accounts."""

    def __init__(self, people: Iterable[Leaver]) -> None:
        self._keys: dict[str | tuple[str, ...], list[Leaver]] = {}
        for person in people:
            login = person.account.rpartition("\\")[2].casefold()
            keys: set[str | tuple[str, ...]] = {login, *person.addresses(), words_of(person.name)}
            for key in keys - _NOTHING:
                self._keys.setdefault(key, []).append(person)

    def like(self, account: Account, places: Collection[str] = ()) -> list[tuple[Leaver, Likeness]]:
        """The people that the account is like, in the order of the list, each with the strongest likeness."""
        shown = (account.name.casefold(), account.mail.casefold(), account.principal.casefold())
        keys: tuple[str | tuple[str, ...], ...] = (*shown, words_of(account.full_name))
        near = {person.row: person for key in keys for person in self._keys.get(key, ())}
        alike = ((near[row], near[row].likeness(account, places)) for row in sorted(near))
        return [(person, likeness) for person, likeness in alike if likeness is not None]


_NOTHING: frozenset[str | tuple[str, ...]] = frozenset({"", ()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Leavers(GivenFact):
    """The leavers list that the run was given.

    `recorded` is the day on which it was imported, `valid_until` the last day on which it may be relied on; both None
    for a list that was only handed to one assessment.
    """

    name: ClassVar[str] = "leavers"
    title: ClassVar[str] = "the list of people who left, given to the run"
    missing: ClassVar[str] = "no leavers list was imported: `ctpat leavers import`"

    people: tuple[Leaver, ...]
    recorded: date | None = None
    valid_until: date | None = None
