"""The vendors' life cycles as a dated table: pure data, the same for every run of one version of the program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("support.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeCycle:
    """The last days of support of one release; `extended_end` is None where the vendor offers no extension."""

    standard_end: date
    extended_end: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportTable:
    """Life cycles by product and release, as of one day."""

    as_of: date
    source: str
    products: Mapping[str, Mapping[str, LifeCycle]]
    rolling: frozenset[str]

    def find(self, product: str, version: str) -> LifeCycle | None:
        """The entry of a release: the exact version, else the longest leading part of it that the table names.

        `9.4` finds `9`, `3.22.1` finds `3.22`; `15` finds nothing where the table knows only `15.6`.
        """
        releases = self.products.get(product, {})
        parts = version.split(".")
        names = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
        return next((releases[name] for name in names if name in releases), None)


@cache
def support_table() -> SupportTable:
    """The table that ships with this version of the program."""
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    products = {
        product: {release: _life_cycle(*ends) for release, ends in releases.items()}
        for product, releases in data["products"].items()
    }
    return SupportTable(
        as_of=date.fromisoformat(data["as_of"]),
        source=data["source"],
        products=products,
        rolling=frozenset(data["rolling"]),
    )


def _life_cycle(standard: str, extended: str | None) -> LifeCycle:
    return LifeCycle(
        standard_end=date.fromisoformat(standard),
        extended_end=None if extended is None else date.fromisoformat(extended),
    )
