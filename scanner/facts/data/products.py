"""Products by the names of their services, as a dated table; a product that it does not name is not found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("products.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTable:
    """Service name in lower case -> product; `remote` also tells the kind, `prefixes` match the start of a name.

    `inbox` are services that Windows brings along, so that one which does not run says nothing. `center`: a part of the
    name, in lower case, under which a product is listed in the security center -> product.
    """

    as_of: date
    malware: Mapping[str, str]
    center: Mapping[str, str]
    inbox: frozenset[str]
    remote: Mapping[str, tuple[str, str]]
    remote_prefixes: Mapping[str, tuple[str, str]]
    forwarders: Mapping[str, str]
    recorders: Mapping[str, str]

    def remote_tool(self, service: str) -> tuple[str, str] | None:
        """Product and kind of a service, by its whole name or by its beginning."""
        name = service.lower()
        starts = (tool for prefix, tool in self.remote_prefixes.items() if name.startswith(prefix))
        return self.remote.get(name) or next(starts, None)

    def registered(self, name: str) -> str | None:
        """The product behind an entry of the security center; of the parts that begin a word the longest tells it."""
        parts = sorted((part for part in self.center if f" {part}" in f" {name.lower()}"), key=len)
        return self.center[parts[-1]] if parts else None


@cache
def product_table() -> ProductTable:
    """The table that ships with this version of the program."""
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    return ProductTable(
        as_of=date.fromisoformat(data["as_of"]),
        malware=data["malware"],
        center=data["center"],
        inbox=frozenset(data["inbox"]),
        remote={name: tuple(tool) for name, tool in data["remote"].items()},
        remote_prefixes={name: tuple(tool) for name, tool in data["remote_prefixes"].items()},
        forwarders=data["forwarders"],
        recorders=data["recorders"],
    )
