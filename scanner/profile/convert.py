"""From the files' shapes to the profile's types, where no name has to be looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from scanner.model import Level
from scanner.profile.files import GroupFile, LevelFile, RequirementFile, SlotFile, SourceFile, UncoveredFile
from scanner.profile.model import (
    AttestationSlot,
    Audience,
    Automation,
    CheckRef,
    Condition,
    Crosswalk,
    Expression,
    Group,
    Kind,
    LevelFrom,
    Requirement,
    Source,
    Uncovered,
    checks_in,
)

_SUB_KEY = re.compile(r"(.*\d)[a-z]")


def criterion_of(key: str) -> str:
    """The criterion that a sub-key belongs to: `4.2a` is part of `4.2`."""
    match = _SUB_KEY.fullmatch(key)
    return match[1] if match else key


def source(key: str, entry: SourceFile) -> Source:
    return Source(key=key, title=entry.title, kind=entry.kind, url=entry.url)


def levels(entries: Iterable[LevelFile]) -> tuple[LevelFrom, ...]:
    """Levels by the day they take effect."""
    made = (
        LevelFrom(
            level=Level(entry.level), effective=date.fromisoformat(entry.effective), entities=tuple(entry.entities)
        )
        for entry in entries
    )
    return tuple(sorted(made, key=lambda entry: entry.effective))


def slots(entries: Mapping[str, SlotFile]) -> tuple[AttestationSlot, ...]:
    return tuple(
        AttestationSlot(slot=name, ask=slot.ask, refresh_days=slot.refresh_days, why=slot.why, source=slot.source)
        for name, slot in entries.items()
    )


def expression(parts: Sequence[str | GroupFile]) -> Expression | None:
    """The parts under `all`; a single part stands for itself."""
    made = tuple(_part(part) for part in parts)
    return made[0] if len(made) == 1 else Group(Kind.ALL, made) if made else None


def _part(part: str | GroupFile) -> Expression:
    if isinstance(part, str):
        return CheckRef(part)
    kind, parts = (Kind.ALL, part.all) if part.all is not None else (Kind.ANY, part.any)
    return Group(kind, tuple(_part(each) for each in parts or ()))


def joined(first: Expression | None, more: Expression | None) -> Expression | None:
    """Both expressions under one `all`."""
    if first is None or more is None:
        return first or more
    parts = [item for each in (first, more) for item in _all_parts(each)]
    return Group(Kind.ALL, tuple(dict.fromkeys(parts)))


def _all_parts(each: Expression) -> tuple[Expression, ...]:
    return each.parts if isinstance(each, Group) and each.kind is Kind.ALL else (each,)


def renamed(each: Expression | None, ids: Mapping[str, str]) -> Expression | None:
    """The expression with every check under its present ID."""
    if each is None or isinstance(each, CheckRef):
        return CheckRef(ids.get(each.check, each.check)) if each else None
    return Group(each.kind, tuple(part for old in each.parts if (part := renamed(old, ids)) is not None))


def names_in(each: Expression | None) -> tuple[str, ...]:
    return tuple(checks_in(each)) if each is not None else ()


def uncovered(entries: Iterable[str | UncoveredFile]) -> tuple[Uncovered, ...]:
    return tuple(Uncovered(e) if isinstance(e, str) else Uncovered(e.what, e.platform) for e in entries)


def requirement(key: str, entry: RequirementFile) -> Requirement:
    return Requirement(
        key=key,
        criterion=entry.criterion or criterion_of(key),
        title=entry.title,
        text=entry.text,
        levels=levels(entry.levels),
        audience=Audience(entry.audience),
        automation=Automation(entry.automation),
        evidences=entry.evidences,
        beyond=entry.beyond,
        entities=tuple(entry.entities),
        condition=Condition(key=entry.condition.key, question=entry.condition.question) if entry.condition else None,
        checks=expression(entry.checks),
        supports=tuple(entry.supports),
        not_covered=uncovered(entry.not_covered),
        attestations=slots(entry.attestations),
        crosswalk=Crosswalk(**{name: tuple(ids) for name, ids in entry.crosswalk.model_dump().items()}),
    )
