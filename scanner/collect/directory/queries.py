"""The text of a directory probe: named searches with a few placeholders, the same on every directory.

    people
      base        {domain}
      scope       subtree
      filter      (&(objectCategory=person)(objectClass=user))
      attributes  sAMAccountName objectSid:sid userAccountControl:number

Behind an attribute stands how its values are written down: as `text` (where nothing stands), `number`, `sid`, `guid`,
or as a `list` of texts. `dn` is the name of the object itself. A search with `attributes none` counts, and transfers
nothing but names: so a filter can ask whether a secret can be seen without ever seeing it.

Placeholders: `{domain}`, `{configuration}` and `{schema}` are what the server calls these places; `{sid:RID}` is the
identifier of an object of this domain, `{dn:RID}`, `{dn:SID}` and `{dn:NAME}` the distinguished name of an object.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scanner.facts.base import Probe

PLACEHOLDER = re.compile(r"\{([a-z]+)(?::([A-Za-z0-9-]+))?\}")
_KEYS = ("base", "scope", "filter", "attributes")
_SPECIAL = re.compile(r"[\\*()\x00]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One named search of a probe; `columns` are attribute and kind, none where it only counts."""

    name: str
    base: str
    scope: str
    filter: str
    columns: tuple[tuple[str, str], ...]


def questions(script: str) -> tuple[Question, ...]:
    """The searches of a probe's text. Raises ValueError for a text that is none."""
    blocks: list[tuple[str, dict[str, str]]] = []
    for line in filter(str.strip, script.split("\n")):
        if not line.startswith(" "):
            blocks.append((line.strip(), {}))
            continue
        key, _, value = line.strip().partition(" ")
        if key not in _KEYS or not blocks:
            raise ValueError(f"no line of a search: {line!r}")
        blocks[-1][1][key] = value.strip()
    return tuple(_question(name, parts) for name, parts in blocks)


def _question(name: str, parts: dict[str, str]) -> Question:
    if tuple(parts) != _KEYS:
        raise ValueError(f"the search {name!r} needs the lines {', '.join(_KEYS)}")
    words = [] if parts["attributes"] == "none" else parts["attributes"].split()
    pairs = (word.partition(":") for word in words)
    columns = tuple((attribute, kind or "text") for attribute, _, kind in pairs)
    return Question(name=name, base=parts["base"], scope=parts["scope"], filter=parts["filter"], columns=columns)


def filled(template: str, value_of: Callable[[str, str], str], *, in_filter: bool) -> str:
    """A template with its placeholders replaced; values in a filter are escaped (RFC 4515)."""

    def replace(match: re.Match[str]) -> str:
        value = value_of(match[1], match[2] or "")
        return _SPECIAL.sub(lambda sign: f"\\{ord(sign[0]):02x}", value) if in_filter else value

    return PLACEHOLDER.sub(replace, template)


def query_text(probes: Iterable[Probe]) -> str:
    """Everything that will be asked, as one text for people."""
    return "\n".join(f"# {probe.name}: {probe.why}\n{probe.script.strip()}\n" for probe in probes)


def query_sha256(probes: Iterable[Probe]) -> str:
    return hashlib.sha256(query_text(probes).encode()).hexdigest()
