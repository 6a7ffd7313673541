"""The run document: results as plain JSON values, and back. One mapping for the store, the exporter and the reader.

Keys are stable; additions only. `scanner/schemas/run.schema.json` describes the whole.
"""

from __future__ import annotations

import hashlib
import json
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from scanner.model import RunResult

SCHEMA = "https://ctpat-scanner.example/schemas/run-1.json"
T = TypeVar("T")


_ATOMS = frozenset({str, int, float, bool, type(None)})


def plain(value: Any) -> Any:
    """JSON values for a dataclass of `model`: enums by their text, times as RFC 3339 in UTC, tuples as lists."""
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind is dict:  # the two containers that a row is made of, before the questions that cost more
        return {key if type(key) is str else str(plain(key)): plain(item) for key, item in value.items()}
    if kind is tuple or kind is list:
        return [plain(item) for item in value]
    if (names := _names(kind)) is not None:  # type: ignore[arg-type]  # mypy: type[Any] is Hashable all the same
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


@cache
def _names(kind: Any) -> tuple[str, ...] | None:
    """The fields of a dataclass in order; None for every other type."""
    return tuple(f.name for f in fields(kind)) if is_dataclass(kind) else None


def parse(kind: type[T], value: Mapping[str, Any]) -> T:
    """A dataclass of `model` from its JSON values; keys it does not know are left out. Raises TypeError, ValueError."""
    hints = _hints(kind)  # type: ignore[arg-type]  # mypy: a TypeVar-ed class is Hashable all the same
    return kind(**{name: _value(hints[name], item) for name, item in value.items() if name in hints})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {f.name: hints[f.name] for f in fields(kind)}


def _value(hint: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _value(next(a for a in arguments if a is not type(None)), value)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(_value(arguments[0], item) for item in value)
        return tuple(_value(argument, item) for argument, item in zip(arguments, value, strict=True))
    if origin is not None and issubclass(origin, Mapping):
        return {_value(arguments[0], key): _value(arguments[1], item) for key, item in value.items()}
    if not isinstance(hint, type):
        return value
    if is_dataclass(hint):
        return parse(hint, value)
    if issubclass(hint, Enum):
        return hint(value)
    if issubclass(hint, datetime):
        return datetime.fromisoformat(value)
    if issubclass(hint, date):
        return date.fromisoformat(value)
    return value


def canonical(value: Any) -> bytes:
    """The one spelling of a JSON value that digests are taken of: sorted keys, no spaces, UTF-8."""
    return _spelled(plain(value))


def _spelled(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace")


def digest(value: Any) -> str:
    """SHA-256 of the canonical spelling, in hexadecimal."""
    return digest_of_plain(plain(value))


def digest_of_plain(value: Any) -> str:
    """The same of what is made of JSON values already: of a target's findings, this is most of the work."""
    return hashlib.sha256(_spelled(value)).hexdigest()


def run_document(result: RunResult) -> dict[str, Any]:
    """The whole run document: what is stored of a run, and the counts of each assessment, which follow from it."""
    document = {"schema": SCHEMA, **plain(result)}
    rows = zip(document["assessments"], result.assessments, strict=True)
    document["assessments"] = [{**row, "counts": plain(assessment.counts)} for row, assessment in rows]
    return document
