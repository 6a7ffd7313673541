"""Typed, three-valued access to the tables that a directory's searches brought; total, whatever came.

A cell without a value has two meanings in LDAP that look alike: not set, or not for this account to see. So an
attribute that every object of its kind has is asked for with `number` or `text`, where a missing one is unknown, and
one that may be unset with `maybe_text`, where it is None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from scanner.facts.base import RawFacts
from scanner.facts.windows.failure import Failure
from scanner.facts.windows.values import Values, entry
from scanner.model import Absent, Maybe, Reason, Unknown

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_GENERALIZED = re.compile(r"[0-9]{14}(\.[0-9]+)?Z")
_NEVER = (0, (1 << 63) - 1)
_LARGEST = 1 << 63
_TICKS_S = 10_000_000  # of 100 nanoseconds


@dataclass(frozen=True, slots=True)
class Row:
    """One object: its cells by column."""

    where: str
    _cells: Mapping[str, Any]

    def maybe_text(self, name: str) -> str | None:
        """The text; the first one where there are several, None where there is none."""
        value = self._cells.get(name)
        if isinstance(value, list):
            value = next(iter(value), None)
        return value if isinstance(value, str) else None

    def texts(self, name: str) -> tuple[str, ...]:
        """All texts; empty where there is none."""
        value = self._cells.get(name)
        values = value if isinstance(value, list) else [value]
        return tuple(one for one in values if isinstance(one, str))

    def text(self, name: str) -> str | Unknown:
        value = self.maybe_text(name)
        return self._hidden(name) if value is None else value

    def number(self, name: str) -> int | Unknown:
        value = self.maybe_number(name)
        return self._hidden(name) if value is None else value

    def maybe_number(self, name: str) -> int | None:
        value = self._cells.get(name)
        is_number = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST
        return value if is_number else None

    def flag(self, name: str) -> bool | Unknown:
        """LDAP's booleans are the words TRUE and FALSE."""
        value = self._cells.get(name)
        return value == "TRUE" if value in ("TRUE", "FALSE") else self._hidden(name)

    def _hidden(self, name: str) -> Unknown:
        return Unknown(Reason.DENIED, f"{self.where}: {name} is not set, or not for this account to see")


def part(raw: RawFacts, probe: str, name: str) -> Values | Unknown:
    """One search of a probe, where it was answered."""
    found = entry(raw, probe)
    if isinstance(found, Values):
        found = found.inside(name)
    return found if isinstance(found, Values) else _unknown(found)


def refusal(raw: RawFacts, probe: str, name: str) -> Failure | None:
    """With which error a search was answered; None where it brought a result, or nobody knows."""
    found = entry(raw, probe)
    return found.failure(name) if isinstance(found, Values) else None


def table(raw: RawFacts, probe: str, name: str) -> tuple[Row, ...] | Unknown:
    """The objects that a search found; unknown unless it came to its end."""
    found = part(raw, probe, name)
    if isinstance(found, Unknown):
        return found
    if (gap := _gap(found)) is not None:
        return gap
    columns, rows = found.texts("columns"), found.lists("rows")
    if not isinstance(columns, tuple) or not isinstance(rows, tuple) or any(len(row) != len(columns) for row in rows):
        return Unknown(Reason.UNREADABLE, f"{found.where}: no table")
    return tuple(Row(found.where, dict(zip(columns, row, strict=True))) for row in rows)


def count(raw: RawFacts, probe: str, name: str) -> int | Unknown:
    """How many objects a search found; unknown unless it came to its end."""
    found = part(raw, probe, name)
    if isinstance(found, Unknown):
        return found
    number = found.number("count")
    return _gap(found) or (_unknown(number) if isinstance(number, Absent | Unknown) else number)


def only(rows: Sequence[Row] | Unknown, what: str) -> Row | Unknown:
    """The one object of a search that finds one; none is an object that this account may not see."""
    if isinstance(rows, Unknown):
        return rows
    return rows[0] if len(rows) == 1 else Unknown(Reason.DENIED, f"{what} is not for this account to see")


def _gap(found: Values) -> Unknown | None:
    complete = found.flag("complete")
    if complete is True:
        return None
    if isinstance(complete, Absent | Unknown):
        return _unknown(complete)
    cut = found.text("cut")
    return Unknown(Reason.TRUNCATED, f"{found.where}: {cut if isinstance(cut, str) else 'not all of it came'}")


def _unknown(gap: Absent | Unknown) -> Unknown:
    """None of these parts is ever proved absent: `null` in its place is a broken answer."""
    return Unknown(Reason.UNREADABLE, gap.reason) if isinstance(gap, Absent) else gap


def when(ticks: Maybe[int]) -> Maybe[datetime | None]:
    """100 nanoseconds since 1601 as a point in time; None for both ways to say never."""
    if isinstance(ticks, Absent | Unknown):
        return ticks
    if ticks in _NEVER:
        return None
    try:
        return _EPOCH + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return Unknown(Reason.UNREADABLE, f"{ticks} is a time that no calendar holds")


def day(moment: Maybe[datetime | None]) -> Maybe[date | None]:
    """The day of a point in time."""
    return moment.date() if isinstance(moment, datetime) else moment


def span_s(ticks: Maybe[int]) -> Maybe[int | None]:
    """A length of time, which a directory keeps as a negative number; None for no limit."""
    if isinstance(ticks, Absent | Unknown):
        return ticks
    return None if ticks in (0, -_LARGEST) else abs(ticks) // _TICKS_S


def window_s(ticks: Maybe[int]) -> Maybe[int | None]:
    """The time in which failed logins add up. A length of zero is no time at all, so that they never do."""
    return 0 if ticks == 0 else span_s(ticks)


def days(ticks: Maybe[int]) -> Maybe[int | None]:
    """The same in whole days; less than one is no limit."""
    seconds = span_s(ticks)
    if seconds is None or isinstance(seconds, Absent | Unknown):
        return seconds
    return seconds // 86400 or None


def some(number: Maybe[int]) -> Maybe[int | None]:
    """Zero switches a rule off."""
    return number or None if isinstance(number, int) else number


def bit(number: Maybe[int], mask: int) -> Maybe[bool]:
    return bool(number & mask) if isinstance(number, int) else number


def moment(text: str | Unknown) -> datetime | Unknown:
    """Generalized time, `20261120100000.0Z`."""
    if isinstance(text, Unknown):
        return text
    try:
        if _GENERALIZED.fullmatch(text):
            return datetime.fromisoformat(f"{text[:8]}T{text[8:14]}+00:00").astimezone(UTC)
    except ValueError:
        pass  # right in shape, and no day of the calendar
    return Unknown(Reason.UNREADABLE, f"{text[:40]!r} is no generalized time")
