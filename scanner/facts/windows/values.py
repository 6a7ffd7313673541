"""Typed, three-valued access to the JSON that a Windows host sent; total, whatever it sent.

`null` says that the host has no such setting (`Absent`); a name that is missing, or a value of another type, is
`Unknown`; `{"err": …}` in the place of a value is a part that failed on its own (`Read-Part` in the collector).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from scanner.facts.base import RawFact, RawFacts
from scanner.facts.windows.failure import Failure, failure
from scanner.model import Absent, Maybe, Reason, Unknown

T = TypeVar("T")
R = TypeVar("R")
_REGISTRY_LIMIT = 64 * 1024  # characters of one registry value that anybody has a use for


def then(value: T | Absent | Unknown, convert: Callable[[T], R | Absent | Unknown]) -> R | Absent | Unknown:
    """What `convert` makes of a value; a gap stays the gap it is."""
    return value if isinstance(value, Absent | Unknown) else convert(value)


def required(value: T | Absent | Unknown) -> T | Unknown:
    """A value that no Windows is without: an answer in which it is missing cannot be relied on."""
    return Unknown(Reason.UNREADABLE, value.reason) if isinstance(value, Absent) else value


def whole(items: Iterable[T | Unknown]) -> tuple[T, ...] | Unknown:
    """All of them; one that could not be read stands for the list."""
    found = tuple(items)
    gap = next((one for one in found if isinstance(one, Unknown)), None)
    return gap or tuple(one for one in found if not isinstance(one, Unknown))


def entry(raw: RawFacts, probe: str) -> Values | Absent | Unknown:
    """The dictionary that a probe's snippet returned."""
    body = raw.read(probe)
    if not isinstance(body, RawFact):
        return body
    value = _loaded(body)
    return Values(probe, value) if isinstance(value, Mapping) else Unknown(Reason.UNREADABLE, f"{probe}: no dictionary")


def entry_failure(raw: RawFacts, probe: str) -> Failure | None:
    """The error with which a probe's snippet ended; None where it did not fail."""
    value = _loaded(raw.get(probe))
    return failure(value["err"]) if isinstance(value, Mapping) and set(value) == {"err"} else None


def _loaded(body: RawFact) -> Any:
    try:
        return json.loads(body.stdout)
    except (ValueError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class Values:
    """One dictionary; `where` leads to it, for messages."""

    where: str
    _data: Mapping[str, Any] = field(repr=False)

    def __contains__(self, name: str) -> bool:
        return name in self._data

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._data)

    def failure(self, name: str) -> Failure | None:
        """The error of a part that failed on its own; None where it did not."""
        value = self._data.get(name)
        return failure(value["err"]) if isinstance(value, Mapping) and set(value) == {"err"} else None

    def text(self, name: str) -> Maybe[str]:
        return self._typed(name, "text", lambda value: value if isinstance(value, str) else None)

    def number(self, name: str) -> Maybe[int]:
        """A whole number."""
        return self._typed(name, "a whole number", _whole)

    def flag(self, name: str) -> Maybe[bool]:
        """True or false; 0 and 1 are no flags: ask for the number and say what it means."""
        return self._typed(name, "true or false", lambda value: value if isinstance(value, bool) else None)

    def moment(self, name: str) -> Maybe[datetime]:
        """A point in time as `ToUniversalTime().ToString('o')` writes it."""
        return self._typed(name, "a UTC time", _time)

    def texts(self, name: str) -> Maybe[tuple[str, ...]]:
        return self._typed(name, "a list of texts", _texts)

    def inside(self, name: str) -> Values | Absent | Unknown:
        """A dictionary in this one."""
        where = f"{self.where}.{name}"
        return self._typed(name, "a dictionary", lambda v: Values(where, v) if isinstance(v, Mapping) else None)

    def rows(self, name: str) -> Maybe[tuple[Values, ...]]:
        """A list of dictionaries."""
        where = f"{self.where}.{name}"
        return self._typed(name, "a list of dictionaries", lambda value: _rows(where, value))

    def lists(self, name: str) -> Maybe[tuple[list[Any], ...]]:
        """A list of lists."""
        return self._typed(name, "a list of lists", _lists)

    def registry(self, key: str, name: str) -> Maybe[int | str]:
        """The value `name` of the registry key that `Read-Registry` read into `key`; absent where there is none."""
        read = required(self.inside(key))
        if not isinstance(read, Values):
            return read
        exists = read.flag("exists")
        if exists is not True:
            return Absent(f"{read.where}: the registry key does not exist") if exists is False else _known_gap(exists)
        values = required(read.inside("values"))
        if not isinstance(values, Values):
            return values
        if name not in values:
            return Absent(f"{read.where}: the registry value {name} is not set")
        value = values.inside(name)
        return value._typed("value", "a number or text", _registry) if isinstance(value, Values) else value

    def registry_number(self, key: str, name: str) -> Maybe[int]:
        """The same where only a number makes sense; a number kept as text counts."""
        value = self.registry(key, name)
        if isinstance(value, str):
            is_number = value.strip().isdecimal() and len(value) < 16
            return int(value) if is_number else Unknown(Reason.UNREADABLE, f"{self.where}.{key}: {name} is no number")
        return value

    def registry_text(self, key: str, name: str) -> Maybe[str]:
        """The same where only text makes sense."""
        value = self.registry(key, name)
        if isinstance(value, int):
            return Unknown(Reason.UNREADABLE, f"{self.where}.{key}: {name} is no text")
        return value

    def _typed(self, name: str, wanted: str, convert: Callable[[Any], T | None]) -> T | Absent | Unknown:
        if name not in self._data:
            return Unknown(Reason.UNREADABLE, f"{self.where}: {name} is missing in the answer")
        value = self._data[name]
        if value is None:
            return Absent(f"{self.where}: {name} is not set")
        if (failed := self.failure(name)) is not None:
            return failed.unknown(f"{self.where}: {name}")
        converted = convert(value)
        return Unknown(Reason.UNREADABLE, f"{self.where}: {name} is not {wanted}") if converted is None else converted


def _known_gap(value: Any) -> Absent | Unknown:
    assert isinstance(value, Absent | Unknown)
    return value


def _whole(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 53:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _registry(value: Any) -> int | str | None:
    if isinstance(value, str):
        return value[:_REGISTRY_LIMIT]
    return _whole(value)


def _time(value: Any) -> datetime | None:
    """Seven digits of fractions, more than Python keeps, are cut by fromisoformat; a time without zone is no time."""
    try:
        when = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return when.astimezone(UTC) if when.tzinfo is not None else None


def _texts(value: Any) -> tuple[str, ...] | None:
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    return tuple(value) if is_list and all(isinstance(one, str) for one in value) else None


def _lists(value: Any) -> tuple[list[Any], ...] | None:
    is_table = isinstance(value, list) and all(isinstance(one, list) for one in value)
    return tuple(value) if is_table else None


def _rows(where: str, value: Any) -> tuple[Values, ...] | None:
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        return None
    return tuple(Values(f"{where}[{index}]", one) for index, one in enumerate(value))
