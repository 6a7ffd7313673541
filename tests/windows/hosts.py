"""Windows hosts written by hand: what each probe's entry is on them, brought to raw facts.

`hosts/HOST/PROBE.json` is one entry, `{name, ok, v, ms}` or another of the collector's shapes, with two keys more:
`_source`, the public source of the shape and the values, and `_origin`. No Windows host was involved.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.windows.failure import failure
from scanner.model import Privilege

HOSTS_DIR = Path(__file__).parent / "hosts"
HOSTS = (
    "server-2022-hardened",
    "windows-11-24h2",
    "server-2012-r2",
    "domain-controller",
    "windows-10-german",
    "server-2019-denied",
    "windows-11-entra",
)
CLOCK = datetime(2026, 11, 20, 10, tzinfo=UTC)


def raw_facts_of(host: str, planned: Iterable[str] = ()) -> RawFacts:
    """The raw facts of one of `HOSTS`."""
    files = sorted((HOSTS_DIR / host).glob("*.json"))
    entries = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}
    session = entries["session"]["v"]
    return RawFacts(
        platform="windows",
        collected_at=CLOCK,
        privilege=Privilege.ROOT if session["administrator"] else Privilege.USER,
        account=session["account"],
        sections={name: _raw_fact(entry) for name, entry in entries.items()},
    )


def _raw_fact(entry: dict[str, Any]) -> RawFact:
    if entry.get("ok"):
        return RawFact(probe=entry["name"], state=RawState.OK, stdout=_compact(entry["v"]), status=0)
    if "err" in entry:
        state, told = failure(entry["err"]).state, {"err": entry["err"]}
        return RawFact(probe=entry["name"], state=state, stdout=_compact(told), stderr=entry["err"]["text"].encode())
    return RawFact(probe=entry["name"], state=RawState.NOT_RUN)


def _compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
