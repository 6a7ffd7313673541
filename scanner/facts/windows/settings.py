"""Settings in the registry as answers: a policy goes before a local value, and what is not set has its default.

A default may only stand where it is proved that nothing is set: the key was read, or does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from scanner.facts.base import RawFacts, RawState
from scanner.facts.windows.failure import Failure
from scanner.facts.windows.host import HOST, build
from scanner.facts.windows.values import Values, entry, entry_failure, required, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

T = TypeVar("T")


def setting(found: Values, key: str, name: str) -> Maybe[int]:
    """A number of a registry key that the probe read into `key`; absent only where the host says it is not set."""
    exists = required(then(found.inside(key), lambda part: part.flag("exists")))
    return exists if isinstance(exists, Unknown) else found.registry_number(key, name)


def strongest(*values: T | Absent | Unknown) -> T | Absent | Unknown:
    """The first that is set, in the order in which they rule; one that could not be read hides those after it."""
    return next((value for value in values if not isinstance(value, Absent)), values[-1])


def switch(value: Maybe[int], default: Maybe[bool]) -> Maybe[bool]:
    """1 is on and 0 is off; `default` where nothing is set."""
    return choice(value, {1: True, 0: False}, default)


def choice(value: Maybe[int], meaning: Mapping[int, T], default: T | Absent | Unknown) -> T | Absent | Unknown:
    """What a number stands for; one that nobody has described is unknown."""
    if isinstance(value, Absent):
        return default
    if isinstance(value, Unknown):
        return value
    return meaning[value] if value in meaning else Unknown(Reason.UNREADABLE, f"nobody knows what {value} stands for")


def answered_with(raw: RawFacts, probe: str) -> Failure | None:
    """The error that the host itself gave for an answer; None where it gave another answer, or none at all."""
    said_no = raw.get(probe).state in (RawState.FAILED, RawState.MISSING_TOOL)
    return entry_failure(raw, probe) if said_no else None


def host_values(raw: RawFacts) -> Values | Unknown:
    """What the `host` probe told."""
    return required(entry(raw, HOST.name))


def host_build(raw: RawFacts) -> Maybe[int]:
    """The build of Windows, on which defaults depend."""
    return then(host_values(raw), lambda found: required(build(found)))


def by_build(value: bool | None, number: Maybe[int], what: str) -> bool | Unknown:
    """A default from a table; unknown for a build that the table does not know."""
    if value is None:
        shown = number if is_known(number) else "of unknown number"
        return Unknown(Reason.NO_EVIDENCE, f"{what} is not set, and its default in build {shown} is not known")
    return value
