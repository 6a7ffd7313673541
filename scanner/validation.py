"""pydantic models against YAML documents: every error at once, in our words, with line and column.

Kept apart from `yaml_source` because pydantic costs 70 ms to import; only the modules that load files need it.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from scanner.errors import Problem
from scanner.suggest import hint as near_hint
from scanner.suggest import listed
from scanner.yaml_source import Document, Loc, describe, holds_login

T = TypeVar("T")

_OURS = "ctpat"
_MISFIT = "does not fit"
_EXPECTED = {
    # pydantic's error type -> what a person reads after "expected"
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "yes or no",
    "string_type": "text",
    "list_type": "a list, one '- item' a line",
    "tuple_type": "a list, one '- item' a line",
    "dict_type": "a mapping, one 'key: value' a line",
    "model_type": "a mapping, one 'key: value' a line",
    "model_attributes_type": "a mapping, one 'key: value' a line",
    "none_required": "nothing",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "one line of printable text",
    "too_short": "at least {min_length} items",
    "too_long": "at most {max_length} items",
    "finite_number": "a finite number",
}


class Strict(BaseModel):
    """The base of everything read from a file: no unknown key, no silent conversion, frozen."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def refuse(
    message: str, *, expected: str | None = None, hint: str | None = None, secret: bool = False
) -> PydanticCustomError:
    """An error for a validator to raise; `secret` keeps the value out of the message."""
    context = {"message": message, "expected": expected, "hint": hint, "secret": secret}
    # The template takes the message as a value, so that braces in it mean nothing.
    return PydanticCustomError(_OURS, "{message}", context)


def check_model(
    document: Document,
    validate: Callable[[Any], T],
    data: Any,
    *,
    at: Loc = (),
    root: Any = None,
    is_secret: Callable[[Loc], bool] = lambda loc: False,
) -> tuple[T | None, list[Problem]]:
    """Validate `data`, which stands at `at` in the document: the model, or None and every problem with its place.

    `validate` is the `validate_python` of a TypeAdapter or the `model_validate` of a model, `root` the annotation
    to look valid key names up in; `is_secret` says where a value must not be shown.
    """
    try:
        return validate(data), []
    except ValidationError as error:
        problems = [
            _problem(document, (*at, *detail["loc"]), detail, root, detail["loc"], is_secret)
            for detail in error.errors(include_url=False)
        ]
        return None, _merge(problems)
    except RecursionError:
        return None, [document.problem(at, "nested too deeply")]


def _problem(
    document: Document, loc: Loc, detail: ErrorDetails, root: Any, inner: Loc, is_secret: Callable[[Loc], bool]
) -> Problem:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "missing":
        return document.problem(loc[:-1], f"the key '{loc[-1]}' is missing")
    if kind == "extra_forbidden":
        return _unknown_key(document, loc, field_names(root, inner[:-1]))
    if kind == _OURS:
        found = None if context["secret"] or is_secret(loc) or isinstance(value, dict | list) else describe(value)
        return document.problem(
            loc, context["message"], found=found, expected=context["expected"], hint=context["hint"]
        )
    where = f"'{_spoken(document, loc)}' {_MISFIT}"
    secret = is_secret(loc) or holds_login(value)
    found = describe(value, secret=secret)
    if kind == "literal_error":
        names = _literals(context["expected"])
        return document.problem(loc, where, found=found, expected=listed(names), hint=near_hint(str(value), names))
    template = _EXPECTED.get(kind)
    expected = template.format(**context) if template else detail["msg"].removeprefix("Input should be ")
    return document.problem(
        loc, where, found=found, expected=expected, hint=None if secret else _type_hint(kind, value)
    )


def _spoken(document: Document, loc: Loc) -> str:
    """The key that a value belongs to; for an item of a list, the list's key."""
    names = [part for part in document.trail(loc) if isinstance(part, str)]
    return names[-1] if names else "the file"


def _merge(problems: list[Problem]) -> list[Problem]:
    """One problem a value: the branches of a union each report what they wanted, and a reason of ours says more."""
    reasoned = {(item.line, item.column) for item in problems if _MISFIT not in item.message}
    merged: dict[tuple[int | None, int | None, str], Problem] = {}
    for problem in problems:
        if _MISFIT in problem.message and (problem.line, problem.column) in reasoned:
            continue
        key = (problem.line, problem.column, problem.message)
        if (first := merged.get(key)) is not None and first.expected and problem.expected:
            wanted = dict.fromkeys((*first.expected.split(" or "), problem.expected))
            problem = replace(first, expected=" or ".join(wanted))
        merged[key] = problem
    return list(merged.values())


def _unknown_key(document: Document, loc: Loc, names: list[str]) -> Problem:
    word = str(loc[-1])
    near = near_hint(word, names)
    if near is None and any(mark in word.lower() for mark in ("pass", "secret", "token")):
        near = "secrets belong to an entry under credentials, as a reference"
    expected = None if near or not names else listed(names)
    return document.problem(loc, f"unknown key '{_printable(word)}'", key=True, expected=expected, hint=near)


def _printable(word: str) -> str:
    shown = word if word.isprintable() else ascii(word)[1:-1]
    return shown if len(shown) <= 60 else shown[:59] + "…"


def _literals(expected: str) -> list[str]:
    """pydantic's "'a', 'b' or 'c'" as names."""
    return [part.strip().strip("'") for part in expected.replace(" or ", ",").split(",")]


def _type_hint(kind: str, value: Any) -> str | None:
    if kind == "string_type" and isinstance(value, int | float):
        return "put it in quotes"
    if kind in ("int_type", "float_type") and isinstance(value, str) and value.strip("+-.").isdigit():
        return "write it without quotes and without leading zeros"
    if kind == "list_type" and isinstance(value, str):
        return f"write [{_printable(value)}]" if len(value) < 40 else None
    return None


# --- The types of a check's parameters --------------------------------------------------------------------


def hints_of(function: Any) -> Mapping[str, Any]:
    """The types of a check's parameters; empty where it has none to show."""
    try:
        return typing.get_type_hints(function)
    except (TypeError, NameError):
        return {}


def conform(value: Any, default: Any, hint: Any = None) -> Any:
    """The value as the parameter's type; lists become tuples. Raises ValueError with the expected type.

    `hint` is the annotation of the check's parameter; without one the type of its default decides. Nothing is
    guessed: `"14"` is no number and `1` no boolean.
    """
    wanted = hint if hint is not None else _type_of(default)
    try:
        # JSON is the mode in which a strict adapter still takes a list for a tuple and a string for a date.
        return TypeAdapter(wanted).validate_json(json.dumps(value, default=_plain), strict=True)
    except ValidationError as error:
        raise ValueError(f"{error.errors()[0]['msg'].lower()}") from error


def _type_of(default: Any) -> Any:
    if default is None:
        return Any
    return tuple[Any, ...] if isinstance(default, list | tuple) else type(default)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


# --- Which keys are valid at a place ---------------------------------------------------------------------


def field_names(annotation: Any, loc: Loc) -> list[str]:
    """The keys that a model allows at `loc` below `annotation`; empty where it cannot be told."""
    models = list(_models(annotation))
    for part in loc:
        models = [model for parent in models for model in _step(parent, part)] or models
    return [field.alias or name for model in models if isinstance(model, type) for name, field in _fields(model)]


def _fields(model: Any) -> list[tuple[str, Any]]:
    return list(model.model_fields.items()) if issubclass(model, BaseModel) else []


def _step(parent: Any, part: str | int) -> Iterator[Any]:
    """What stands under `part`: a field's type, the item of a list, the value of a mapping, the tag of a union."""
    if isinstance(parent, type) and issubclass(parent, BaseModel):
        by_key = {field.alias or name: field.annotation for name, field in parent.model_fields.items()}
        if part in by_key:
            yield from _models(by_key[str(part)])
        elif part == getattr(parent, "tag", None):
            yield parent
    elif typing.get_origin(parent) in (list, tuple, dict, Mapping, typing.get_origin(Mapping[str, int])):
        yield from _models(typing.get_args(parent)[-1])


def _models(annotation: Any) -> Iterator[Any]:
    """Models and containers inside an annotation, unions and `Annotated` opened."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _models(typing.get_args(annotation)[0])
    elif origin in (typing.Union, types.UnionType):
        for part in typing.get_args(annotation):
            yield from _models(part)
    elif annotation is not None and annotation is not type(None):
        yield annotation
