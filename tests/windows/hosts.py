"""Windows hosts written by hand: what each probe's entry is on them, brought to raw facts by the product's own code.

`hosts/HOST/PROBE.json` is one entry, `{name, ok, v, ms}` or another of the collector's shapes, with two keys more:
`_source`, the public source of the shape and the values, and `_origin`. No Windows host was involved.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.collect import raw_facts
from scanner.collect.blocks import stored
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.model import Privilege, Transcript

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
DENIED = {"err": {"type": "System.UnauthorizedAccessException", "hresult": -2147024891, "text": "Access is denied."}}
"""A part that the account may not read, as `Read-Part` writes it (E_ACCESSDENIED)."""

_NONCE = "7f3a" * 8
_MARKS = ("_source", "_origin")


def entry_of(path: Path) -> dict[str, Any]:
    """The entry in one file, without the marks of its origin, which have to be there."""
    entry = json.loads(path.read_text(encoding="utf-8"))
    assert entry.get("_source"), f"{path}: names no public source"
    assert entry.get("_origin") == "written by hand", f"{path}: says not where it comes from"
    assert entry["name"] == path.stem, f"{path}: holds the entry {entry['name']!r}"
    return {key: value for key, value in entry.items() if key not in _MARKS}


def entries_of(host: str) -> dict[str, dict[str, Any]]:
    """All entries of a host by name, `session` first, `complete` last."""
    files = sorted((HOSTS_DIR / host).glob("*.json"), key=lambda path: (path.stem != "session", path.stem))
    assert files and files[0].stem == "session", f"{host}: no session.json"
    entries = {path.stem: entry_of(path) for path in files}
    return {**entries, "complete": {"name": "complete", "ok": True, "v": {"ms": 2100}}}


def transcript_of(host: str) -> Transcript:
    """What a collection of the host brings back."""
    entries = entries_of(host)
    session = entries["session"]["v"]
    return Transcript(
        target=host,
        platform="windows",
        nonce=_NONCE,
        stdout=stored(list(entries.values()), _NONCE),
        collected_at=CLOCK,
        account=session["account"],
        privilege=Privilege.ROOT if session["administrator"] else Privilege.USER,
        script_sha256="",
        host_key="certificate SHA256:" + "0" * 64,
    )


def raw_facts_of(host: str, planned: Iterable[str] = ()) -> RawFacts:
    """The raw facts of one of `HOSTS`."""
    return raw_facts(transcript_of(host), planned)


def answering(host: str, probe: str, body: Any) -> RawFacts:
    """The raw facts of a host that answers one probe with `body` instead."""
    raw = raw_facts_of(host)
    section = RawFact(probe=probe, state=RawState.OK, stdout=json.dumps(body).encode(), status=0)
    return replace(raw, sections={**raw.sections, probe: section})


def changed(host: str, probe: str, **parts: Any) -> RawFacts:
    """The raw facts of a host whose answer to one probe has other parts."""
    return answering(host, probe, {**json.loads(raw_facts_of(host).get(probe).stdout), **parts})


def wire(host: str, nonce: str = "7f3a") -> bytes:
    """The host's answer as the collector prints it, with the nonce that `tests.wsman` replaces."""
    packed = base64.b64encode(gzip.compress(json.dumps(list(entries_of(host).values())).encode(), mtime=0))
    lines = [packed[at : at + 76] for at in range(0, len(packed), 76)]
    mark = f"ctpat:{nonce}:1".encode()
    return b"\r\n".join([mark + b":begin", *lines, mark + b":end", b""])
