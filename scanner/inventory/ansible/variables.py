"""One connection variable as somebody wrote it, and where; the rest of Ansible's variables are nothing to a scan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from scanner.errors import Place
from scanner.yaml_source import Document, Loc, Tagged

PREFIX = "ansible_"
TAGS = ("!vault", "!unsafe", "!vault-encrypted")


@dataclass(frozen=True, slots=True)
class Variable:
    """A value: text, yes or no, or a `Tagged` without its text where it is encrypted or an alias."""

    value: str | bool | Tagged | None
    place: Place


Variables: TypeAlias = dict[str, Variable]


def variables_at(document: Document, loc: Loc, mapping: dict[str, Any]) -> Variables:
    """The connection variables of a mapping that stands at `loc`; one without a value is none."""
    found: Variables = {}
    for name, value in _ours(mapping):
        line, column = document.place((*loc, name), key=True)
        found[name] = Variable(_plain(value), Place(document.path, line, column))
    return found


def _ours(mapping: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    return ((name, value) for name, value in mapping.items() if name.startswith(PREFIX) and value is not None)


def _plain(value: Any) -> str | bool | Tagged | None:
    if isinstance(value, str | bool | Tagged):
        return value
    return None if isinstance(value, dict | list) else str(value)
