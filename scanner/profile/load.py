"""Finds, reads, merges and validates criteria packs: every problem at once, with file, line and column.

A mapping that points at nothing would leave a requirement without its proof, so unknown checks, parameters, sources
and entity types are errors here, before any connection.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from scanner.content import content_dir
from scanner.errors import ConfigError, Problem
from scanner.model import ProfileRef
from scanner.profile.build import Builder, KnownCheck
from scanner.profile.files import OverlayFile, PackFile
from scanner.profile.model import Profile
from scanner.suggest import hint as near_hint
from scanner.suggest import listed
from scanner.validation import Strict, check_model
from scanner.yaml_source import Document, load_yaml

M = TypeVar("M", bound=Strict)

_NAME = re.compile(r"[a-z0-9]+(?:[._/-][a-z0-9]+)*")
_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class _Read:
    """One file that was read and has the right shape."""

    document: Document
    content: PackFile | OverlayFile


def shipped() -> dict[str, str]:
    """The shipped packs (`ctpat/2020-03`) and overlays by name, each with its title."""
    return {name: _read(path).content.title for name, path in sorted(_shipped().items())}


def load_profile(
    name_or_path: str | Path, overlays: Sequence[str | Path] = (), *, checks: Mapping[str, KnownCheck]
) -> Profile:
    """One profile with its overlays applied in order.

    A name is a shipped pack (`ctpat`: its newest edition, `ctpat/2020-03`: that one) or overlay; anything that ends
    in .yaml or .yml is a file. An overlay given as the profile brings its pack. Raises ConfigError with every
    problem: unknown checks, parameters, sources or keys, wrong types and dates, thresholds beyond their own limit.
    """
    chain = _with_bases(_find(name_or_path), seen=())
    chain += [_read(_find(overlay)) for overlay in overlays]
    pack, *rest = chain
    if not isinstance(pack.content, PackFile):
        raise ConfigError(pack.document.problem((), "an overlay cannot be the base of a profile"))
    builder = Builder(pack.document, pack.content, checks)
    for item in rest:
        if not isinstance(item.content, OverlayFile):
            raise ConfigError(item.document.problem(("name",), "a second criteria pack", expected="an overlay"))
        builder.overlay(item.document, item.content)
    return builder.finish(_reference(pack.content, chain))


def _with_bases(path: Path, seen: tuple[Path, ...]) -> list[_Read]:
    item = _read(path)
    if not isinstance(item.content, OverlayFile):
        return [item]
    if path in seen:
        raise ConfigError(item.document.problem(("extends",), "overlays extend each other in a circle"))
    return [*_with_bases(_find(item.content.extends, path.parent), (*seen, path)), item]


def _read(path: Path) -> _Read:
    document = load_yaml(path)
    if isinstance(document.data, dict) and "extends" in document.data:
        return _Read(document, _valid(document, OverlayFile))
    return _Read(document, _valid(document, PackFile))


def _valid(document: Document, model: type[M]) -> M:
    content, problems = check_model(document, model.model_validate, document.data, root=model)
    if content is None:
        raise ConfigError(problems)
    return content


def _find(name_or_path: str | Path, beside: Path = Path()) -> Path:
    """The file of a profile; names first, so that a file of the same name nearby changes nothing."""
    text = str(name_or_path)
    shipped = _shipped()
    if text in shipped:
        return shipped[text]
    editions = sorted(name for name in shipped if name.startswith(f"{text}/"))
    if editions and _NAME.fullmatch(text):
        return shipped[editions[-1]]
    if text.endswith(_SUFFIXES):
        return beside / Path(text).expanduser()
    names = sorted({name.partition("/")[0] for name in shipped} | set(shipped))
    raise ConfigError(
        Problem(
            path="profile",
            message=f"no criteria pack or overlay is called '{text}'",
            expected=f"{listed(names)}, or a .yaml file",
            hint=near_hint(text, names),
        )
    )


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
