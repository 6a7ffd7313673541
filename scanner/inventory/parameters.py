"""Check parameters of a site file: `password.min_length.required: 15`, checked against the checks that are loaded.

A platform behind the key says for which targets alone a value holds: `password.min_length.required.windows: 15`.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Protocol

from scanner.errors import Problem
from scanner.model import PLATFORMS
from scanner.suggest import hint, listed
from scanner.validation import conform, hints_of
from scanner.yaml_source import Document, Loc, describe

_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "yes or no"),
    (int, "a whole number"),
    (float, "a number"),
    (str, "text"),
    (tuple, "a list"),
    (list, "a list"),
    (frozenset, "a list"),
    (dict, "a mapping"),
)


class Tunable(Protocol):
    """What is asked of a check here; checks themselves are loaded further on in the flow."""

    @property
    def id(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...
    @property
    def run(self) -> Any: ...


def split_key(key: str) -> tuple[str, str, str]:
    """`password.min_length.required.windows`: the check `password/min_length`, its parameter `required`, the platform.

    The platform is empty in a key without one; no parameter has the name of a platform.
    """
    whole, _, last = key.rpartition(".")
    check, _, name = (whole if last in PLATFORMS else key).rpartition(".")
    return check.replace(".", "/"), name, last if last in PLATFORMS else ""


def parameter_key(check: str, name: str) -> str:
    """The key of a parameter in a site file: `password/min_length`, `required` is `password.min_length.required`."""
    return f"{check.replace('/', '.')}.{name}"


def keys_on(keys: Iterable[str], platform: str) -> list[str]:
    """The keys of one parameter as they hold for a target of a platform: what is said of it alone goes first."""
    keys = tuple(keys)
    alone = [f"{key}.{kin}" for kin in PLATFORMS.get(platform, ()) for key in keys]
    return [*alone, *keys]


def for_check(parameters: Mapping[str, Any], check: Tunable, platform: str = "") -> dict[str, Any]:
    """The values that a site or a target sets for one check, by parameter name; its aliases count."""
    found = {}
    for name, default in check.parameters.items():
        keys = keys_on((parameter_key(each, name) for each in (check.id, *check.aliases)), platform)
        given = next((key for key in keys if key in parameters), None)
        if given is not None:
            found[name] = converted(parameters[given], default)
    return found


def converted(value: Any, default: Any) -> Any:
    """A YAML value in the type of the parameter's default: lists become what the default is."""
    if isinstance(value, list) and isinstance(default, tuple | frozenset):
        return type(default)(value)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(default, Enum):
        return type(default)(value)
    return value


def parameter_problems(
    document: Document, loc: Loc, parameters: Mapping[str, Any], checks: Mapping[str, Tunable]
) -> list[Problem]:
    """Every parameter that names no check, no parameter of it, or has a value of the wrong type."""
    by_id = {name: check for check in checks.values() for name in (check.id, *check.aliases)}
    problems = (_problem(document, (*loc, key), key, value, by_id) for key, value in parameters.items())
    return [problem for problem in problems if problem is not None]


def _problem(document: Document, at: Loc, key: str, value: Any, by_id: Mapping[str, Tunable]) -> Problem | None:
    owner, name, platform = split_key(key)
    check = by_id.get(owner)
    if check is None:
        return _no_check(document, at, key, owner, by_id)
    if name not in check.parameters:
        dotted = owner.replace("/", ".")
        valid = [f"{dotted}.{parameter}{f'.{platform}' if platform else ''}" for parameter in check.parameters]
        return document.problem(
            at,
            f"the check {check.id} has no parameter '{name}'",
            key=True,
            expected=listed(valid) or "nothing: this check has no parameters",
            hint=hint(key, valid),
        )
    default = check.parameters[name]
    expected = _mismatch(value, default) or _misfit(value, default, hints_of(check.run).get(name))
    if expected is None:
        return None
    return document.problem(
        at, f"'{key}' does not fit", found=describe(value), expected=expected, hint=f"the default is {_shown(default)}"
    )


def _shown(default: Any) -> str:
    """A default as a person would write it."""
    if default is None:
        return "none"
    if isinstance(default, bool):
        return "yes" if default else "no"
    if isinstance(default, tuple | list | frozenset):
        return listed(map(str, default), last="and") or "[]"
    return str(default.value if isinstance(default, Enum) else default)


def _no_check(document: Document, at: Loc, key: str, owner: str, by_id: Mapping[str, Tunable]) -> Problem:
    whole, _, last = key.rpartition(".")
    before, name, _ = split_key(whole)
    if before in by_id and name in by_id[before].parameters:
        places = [f"{whole}.{platform}" for platform in PLATFORMS]
        return document.problem(
            at, f"there is no platform '{last}'", key=True, expected=listed((whole, *places)), hint=hint(key, places)
        )
    if key.replace(".", "/") in by_id:
        valid = by_id[key.replace(".", "/")].parameters
        return document.problem(
            at, f"'{key}' is a check; its parameter is missing", key=True, expected=listed(f"{key}.{x}" for x in valid)
        )
    names = {f"{name.replace('/', '.')}.{p}": None for name, check in by_id.items() for p in check.parameters}
    return document.problem(
        at,
        f"no check has the parameter '{key}'",
        key=True,
        expected="family.check.parameter; `ctpat checks show CHECK` names those of a check",
        hint=hint(key, names) or hint(owner.replace("/", "."), (name.replace("/", ".") for name in by_id)),
    )


def _mismatch(value: Any, default: Any) -> str | None:
    """What was expected, or None where the value is of the default's kind."""
    if isinstance(default, Enum):
        words = [str(member.value) for member in type(default)]
        return None if value in words else listed(words)
    if isinstance(default, tuple | list | frozenset):
        return _list_mismatch(value, tuple(default))
    for kind, words_ in _KINDS:
        if isinstance(default, kind):
            return None if _is(value, kind) else words_
    return None  # a default of None says nothing about the type


def _misfit(value: Any, default: Any, annotation: Any) -> str | None:
    """What was expected, where the default alone does not tell: it is empty, or none."""
    try:
        conform(value, default, annotation)
    except ValueError as error:
        return _words(annotation) or str(error).removeprefix("input should be ")
    return None


def _words(annotation: Any) -> str | None:
    """A type as a person reads it: `tuple[str, ...] | None` is "a list whose every item is text, or none"."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        parts = [_words(part) for part in typing.get_args(annotation) if part is not type(None)]
        return None if None in parts else ", or ".join([*filter(None, parts), "none"])
    if typing.get_origin(annotation) in (tuple, list, frozenset):
        item = _words(typing.get_args(annotation)[0])
        return item and f"a list whose every item is {item}"
    return next((words for kind, words in _KINDS if annotation is kind), None)


def _list_mismatch(value: Any, default: tuple[Any, ...]) -> str | None:
    if not isinstance(value, list):
        return "a list, such as [a, b]"
    wrong = next((words for entry in value if default and (words := _mismatch(entry, default[0]))), None)
    return f"a list whose every item is {wrong}" if wrong else None


def _is(value: Any, kind: type) -> bool:
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    return isinstance(value, int | float) if kind is float else isinstance(value, kind)
