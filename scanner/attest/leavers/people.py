"""One person of a list, and everything that can be wrong with one: all problems at once, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from scanner.errors import ConfigError, Problem
from scanner.text import clean
from scanner.yaml_source import describe

FIELDS = ("account", "email", "name", "employee_id", "last_day", "note")
"""What is kept of a person, and nothing else."""

NAMES = ("account", "email", "name")
"""One of them has to be there, because accounts are compared with them."""

_LONGEST: Mapping[str, int] = {"note": 500}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TWO_WAYS = re.compile(r"(0?[1-9]|1[0-2])[./-](0?[1-9]|1[0-2])[./-][0-9]{2,4}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_A_DAY = "year-month-day, such as 2026-10-30"
_FIRST = date(1970, 1, 1)
_AHEAD = timedelta(days=731)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One row. Text that the list leaves out is empty; `last_day` is the last day of work."""

    last_day: date
    account: str = ""
    email: str = ""
    name: str = ""
    employee_id: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as a file has it: its place, and each value with its own."""

    line: int
    column: int
    values: Mapping[str, str]
    places: Mapping[str, tuple[int, int]]


def people_of(path: str, entries: Iterable[Entry], today: date) -> tuple[Person, ...]:
    """The people of a file, in its order. Raises ConfigError with every problem in it.

    `today` bounds the last days: one that is years ahead is a slip of the pen, and would hide the person for years.
    """
    reader = _Reader(path, today)
    found = [reader.person(entry) for entry in entries]
    if reader.problems:
        raise ConfigError(reader.problems)
    return tuple(person for person in found if person is not None)


@dataclass(slots=True)
class _Reader:
    path: str
    today: date
    problems: list[Problem] = field(default_factory=list)
    seen: dict[tuple[str, ...], int] = field(default_factory=dict)

    def person(self, entry: Entry) -> Person | None:
        self.problems += self._bad_text(entry)
        if not any(entry.values.get(name) for name in NAMES):
            hint = "without one of them nothing can be compared with accounts"
            self._problem(entry, "", "the row names nobody", expected="account, email or name", hint=hint)
        day = self._day(entry)
        self._twice(entry)
        if day is None:
            return None
        return Person(last_day=day, **{name: entry.values.get(name, "") for name in FIELDS if name != "last_day"})

    def _bad_text(self, entry: Entry) -> Iterator[Problem]:
        for name, value in entry.values.items():
            longest = _LONGEST.get(name, 200)
            if len(value) > longest:
                found, expected = f"{len(value)} characters", f"at most {longest}"
                yield self._made(entry, name, f"'{name}' is too long", found=found, expected=expected)
            elif clean(value, longest + 1) != value:
                message = f"'{name}' holds a line break, or a character that cannot be seen"
                yield self._made(entry, name, message, found=describe(value), expected="one line of text")
            elif name == "email" and value and not _ADDRESS.fullmatch(value):
                message = "'email' is no mail address"
                yield self._made(entry, name, message, found=describe(value), expected="one such as jdoe@acme.example")
            elif name == "account" and (value.count("\\") > 1 or value.endswith("\\")):
                expected = r"jdoe, ACME\jdoe or jdoe@acme.example"
                yield self._made(entry, name, "'account' is no login", found=describe(value), expected=expected)

    def _day(self, entry: Entry) -> date | None:
        text = entry.values.get("last_day", "")
        if not text:
            self._problem(entry, "last_day", "the last day is missing", expected=_A_DAY)
            return None
        if not _DAY.fullmatch(text):
            hint = "day and month can be read either way" if _TWO_WAYS.fullmatch(text) else None
            message = "'last_day' is not written as a date that everybody reads the same way"
            self._problem(entry, "last_day", message, found=describe(text), expected=_A_DAY, hint=hint)
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self._problem(entry, "last_day", "there is no such day", found=describe(text), expected=_A_DAY)
            return None
        if not _FIRST <= day <= self.today + _AHEAD:
            expected = f"a day between {_FIRST} and {self.today + _AHEAD}"
            self._problem(entry, "last_day", "the last day cannot be right", found=describe(text), expected=expected)
            return None
        return day

    def _twice(self, entry: Entry) -> None:
        """A person may have several accounts, one row each; the same row twice is a slip, or two people in one."""
        name = next((name for name in NAMES if entry.values.get(name)), None)
        if name is None:
            return
        value = entry.values[name]
        also = (entry.values.get("employee_id", ""),) if name == "name" else ()
        key = (name, value.casefold(), *also)
        first = self.seen.get(key)
        if first is None:
            self.seen[key] = entry.line
        else:
            hints = {"account": "one row for each account", "email": "add the column 'account' to tell them apart"}
            hint = hints.get(name, "add 'account', 'email' or 'employee_id' to tell two people apart")
            message = f"the {name} is also in line {first}"
            self._problem(entry, name, message, found=describe(value), hint=hint)

    def _problem(self, entry: Entry, name: str, message: str, **more: str | None) -> None:
        self.problems.append(self._made(entry, name, message, **more))

    def _made(self, entry: Entry, name: str, message: str, **more: str | None) -> Problem:
        line, column = entry.places.get(name, (entry.line, entry.column))
        return Problem(self.path, message, line=line, column=column, **more)
