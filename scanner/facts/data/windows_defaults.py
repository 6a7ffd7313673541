"""What Windows does where nothing is set, by build: a dated table from the vendor's own pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("windows_defaults.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsDefaults:
    """Defaults by ranges of builds; None is the answer for a build or a question that the table does not know."""

    as_of: date
    _protocols: tuple[Mapping[str, Any], ...]
    _signing: tuple[Mapping[str, Any], ...]
    _home_editions: frozenset[str]

    def protocol(self, build: int, protocol: str) -> bool | None:
        """Whether a build speaks a version of SSL or TLS, as server and as client."""
        known = _range(self._protocols, build)
        return True if protocol in known.get("on", ()) else False if protocol in known.get("off", ()) else None

    def signing(self, build: int, *, is_client: bool, edition: str, side: str) -> bool | None:
        """Whether SMB signing is required on one side (`server`, `client`) of the connection."""
        known = _range(self._signing, build)
        kind = "home" if edition in self._home_editions and "home" in known else "client" if is_client else "server"
        answer = known.get(kind, {}).get(side)
        return answer if isinstance(answer, bool) else None


def _range(rows: tuple[Mapping[str, Any], ...], build: int) -> Mapping[str, Any]:
    return next((row for row in rows if row["builds"][0] <= build <= row["builds"][1]), {})


@cache
def windows_defaults() -> WindowsDefaults:
    """The table that ships with this version of the program."""
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    return WindowsDefaults(
        as_of=date.fromisoformat(data["as_of"]),
        _protocols=tuple(data["protocols"]),
        _signing=tuple(data["signing"]),
        _home_editions=frozenset(data["home_editions"]),
    )
