"""Finds, reads, merges and validates criteria packs: every problem at once, with file, line and column.

A mapping that points at nothing would leave a requirement without its proof, so unknown checks, parameters, sources
and entity types are errors here, before any connection.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from scanner.content import content_dir
from scanner.errors import ConfigError, Place, Problem, Written, in_order
from scanner.inventory.credentials import whole_path
from scanner.model import ProfileRef
from scanner.profile.build import Builder, KnownCheck
from scanner.profile.files import OverlayFile, PackFile
from scanner.profile.model import Profile
from scanner.suggest import hint as near_hint
from scanner.suggest import listed
from scanner.validation import Strict, check_model
from scanner.yaml_source import Document, load_yaml

M = TypeVar("M", bound=Strict)
Asked: TypeAlias = str | Path | Written
"""A profile or overlay as it was asked for; with its place, where errors have one to name."""

_NAME = re.compile(r"[a-z0-9]+(?:[._/-][a-z0-9]+)*")
_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Draft:
    """What came of a profile: itself, or what is wrong with it.

    `answerable` is what a site may answer under `applicability`, known as soon as the pack can be read: overlays
    change nothing about it.
    """

    profile: Profile | None
    answerable: tuple[str, ...] | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """One file that was read and has the right shape."""

    document: Document
    content: PackFile | OverlayFile


def shipped() -> dict[str, str]:
    """The shipped packs (`ctpat/2020-03`) and overlays by name, each with its title."""
    return {name: _read(path).content.title for name, path in sorted(_shipped().items())}


def load_profile(name: Asked, overlays: Sequence[Asked] = (), *, checks: Mapping[str, KnownCheck]) -> Profile:
    """One profile with its overlays applied in order.

    A name is a shipped pack (`ctpat`: its newest edition, `ctpat/2020-03`: that one) or overlay; anything that ends
    in .yaml or .yml is a file. An overlay given as the profile brings its pack. Raises ConfigError with every
    problem: unknown checks, parameters, sources or keys, wrong types and dates, thresholds beyond their own limit.
    """
    draft = draft_profile(name, overlays, checks=checks)
    if draft.profile is None:
        raise ConfigError(draft.problems)
    return draft.profile


def draft_profile(name: Asked | None, overlays: Sequence[Asked] = (), *, checks: Mapping[str, KnownCheck]) -> Draft:
    """The same without raising: as much as can be told, and every problem. Without a name only overlays are read."""
    reader = _Reader()
    chain = reader.chain(_written(name)) if name is not None else None
    laid = [reader.overlay(_written(overlay)) for overlay in overlays]
    if chain is None:
        return Draft(None, None, tuple(reader.problems))
    pack, *below = chain
    assert isinstance(pack.content, PackFile)  # where a chain ends
    builder = Builder(pack.document, pack.content, checks)
    profile = None
    over = [*below, *laid]
    # What is laid over one that cannot be read might need it, and is not judged.
    whole = [item for item in takewhile(lambda item: item is not None, over) if item is not None]
    for item in whole:
        assert isinstance(item.content, OverlayFile)  # what `overlay` and `chain` let through
        builder.overlay(item.document, item.content)
    if len(whole) == len(over):
        profile = builder.finish(_reference(pack.content, [pack, *whole]))
    problems = tuple(in_order((*reader.problems, *builder.problems)))
    return Draft(None if problems else profile, _answerable(pack.content), problems)


def _written(asked: Asked) -> Written:
    return asked if isinstance(asked, Written) else Written(str(asked), Place("profile"))


def _answerable(pack: PackFile) -> tuple[str, ...]:
    """What a site may say yes or no to: the questions first, then the requirements themselves."""
    questions = (entry.condition.key for entry in pack.requirements.values() if entry.condition)
    return tuple(dict.fromkeys((*questions, *pack.requirements)))


class _Reader:
    """Finds and reads files; what is wrong with them gathers here."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def chain(self, name: Written, beside: Path = Path(), seen: tuple[str, ...] = ()) -> list[_Read] | None:
        """A pack, and the overlays that lie between it and `name`; None where one of them is missing or wrong."""
        item = self._read(name, beside)
        if item is None or not isinstance(item.content, OverlayFile):
            return None if item is None else [item]
        here = os.path.realpath(item.document.path)
        if here in seen:
            self.problems.append(item.document.problem(("extends",), "overlays extend each other in a circle"))
            return None
        extends = item.document.written(("extends",), item.content.extends)
        base = self.chain(extends, Path(item.document.path).parent, (*seen, here))
        return None if base is None else [*base, item]

    def overlay(self, name: Written) -> _Read | None:
        item = self._read(name, overlay=True)
        if item is None or isinstance(item.content, OverlayFile):
            return item
        named = item.document.written(("name",), name.text) if name.place.line is None else name
        self.problems.append(named.place.problem("a second criteria pack", expected="an overlay"))
        return None

    def _read(self, name: Written, beside: Path = Path(), *, overlay: bool = False) -> _Read | None:
        try:
            return _read(_find(name, beside, overlay=overlay))
        except ConfigError as error:
            self.problems += [_pointed(name, problem) for problem in error.problems]
            return None


def _pointed(name: Written, problem: Problem) -> Problem:
    """A file that cannot be read at all is a problem of the line that names it."""
    if name.place.line is None or problem.line is not None:
        return problem
    return name.place.problem(f"{problem.path}: {problem.message}", expected=problem.expected, hint=problem.hint)


def _read(path: Path) -> _Read:
    document = load_yaml(path, strict=False)
    if isinstance(document.data, dict) and "extends" in document.data:
        return _Read(document, _valid(document, OverlayFile))
    return _Read(document, _valid(document, PackFile))


def _valid(document: Document, model: type[M]) -> M:
    content, problems = check_model(document, model.model_validate, document.data, root=model)
    if content is None or document.problems:
        raise ConfigError([*document.problems, *problems])
    return content


def _find(name: Written, beside: Path = Path(), *, overlay: bool = False) -> Path:
    """The file of a profile; names first, so that a file of the same name nearby changes nothing."""
    text = name.text
    shipped = _shipped()
    if text in shipped:
        return shipped[text]
    editions = sorted(known for known in shipped if known.startswith(f"{text}/"))
    if editions and _NAME.fullmatch(text):
        return shipped[editions[-1]]
    if text.endswith(_SUFFIXES):
        return whole_path(text, beside)
    if overlay:
        names = sorted(known for known, path in shipped.items() if _is_overlay(path))
    else:
        names = sorted({known.partition("/")[0] for known in shipped} | set(shipped))
    raise ConfigError(
        name.place.problem(
            f"no {'overlay' if overlay else 'criteria pack or overlay'} is called '{text}'",
            expected=f"{listed(names)}, or a .yaml file",
            hint=near_hint(text, names),
        )
    )


def _is_overlay(path: Path) -> bool:
    return re.search("^extends:", path.read_text(encoding="utf-8"), re.MULTILINE) is not None


def _shipped() -> dict[str, Path]:
    folder = content_dir("profiles")
    found = (path for path in folder.rglob("*") if path.suffix in _SUFFIXES)
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in found}


def _reference(pack: PackFile, chain: Sequence[_Read]) -> ProfileRef:
    return ProfileRef(
        name=pack.name,
        edition=pack.edition,
        digest=digest([item.content.model_dump(mode="json") for item in chain]),
        effective_from=pack.effective_from,
        overlays=tuple(item.content.name for item in chain[1:]),
    )


def digest(content: Any) -> str:
    """SHA-256 of the content itself: comments, order of keys and layout do not change it, one threshold does."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
