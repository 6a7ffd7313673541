"""Backup products by their Windows services and events, as a dated table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("backup_products.json")
_FAILED, _WARNED = 2, 3  # levels of Windows events: 1 critical, 2 error, 3 warning


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultEvents:
    """The numbers of the events that end a product's runs; those in `by_level` tell the result by their level."""

    product: str
    ok: frozenset[int]
    failed: frozenset[int]
    warned: frozenset[int]
    by_level: frozenset[int]

    def result(self, number: int, level: int) -> str | None:
        """`ok`, `warned` or `failed`; None for an event that ends no run."""
        if number in self.by_level:
            return "failed" if 0 < level <= _FAILED else "warned" if level == _WARNED else "ok"
        sorted_out = {"ok": self.ok, "failed": self.failed, "warned": self.warned}
        return next((result for result, numbers in sorted_out.items() if number in numbers), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupProducts:
    """Products by the beginning of a service's name, and their events by a word of the provider's."""

    as_of: date
    services: Mapping[str, str]
    results: Mapping[str, ResultEvents]

    def by_service(self, name: str) -> str | None:
        """The product behind a service, its name in any case."""
        return next(
            (product for start, product in self.services.items() if name.lower().startswith(start.lower())), None
        )

    def by_provider(self, provider: str) -> ResultEvents | None:
        return next((events for word, events in self.results.items() if word in provider.lower()), None)


@cache
def backup_products() -> BackupProducts:
    """The table that ships with this version of the program."""
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    return BackupProducts(
        as_of=date.fromisoformat(data["as_of"]),
        services=data["services"],
        results={word: _events(item) for word, item in data["results"].items()},
    )


def _events(item: Mapping[str, object]) -> ResultEvents:
    def numbers(key: str) -> frozenset[int]:
        found = item.get(key, [])
        return frozenset(found) if isinstance(found, list) else frozenset()

    return ResultEvents(
        product=str(item["product"]),
        ok=numbers("ok"),
        failed=numbers("failed"),
        warned=numbers("warned"),
        by_level=numbers("by_level"),
    )
