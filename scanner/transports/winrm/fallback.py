"""Facts of a host that runs no script for us: what WMI and the registry answer, and nothing that they do not.

Two kinds of hosts refuse: those whose policy allows no remote shell, and those that keep PowerShell in a restricted
language. Both may still answer WMI over the same connection. What comes back has the blocks of the collector without
its last entry, `complete`: so everything that was not read is unknown, for the reason that the output's error names.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scanner.errors import TargetError
from scanner.model import Reason
from scanner.transports.winrm.dialect import Answers
from scanner.transports.winrm.protocol import Wsman
from scanner.transports.winrm.tokens import NeedsScript
from scanner.transports.winrm.wmi import Refused, Wmi


@dataclass(frozen=True, slots=True)
class Restriction:
    """Why no script ran, and what is known of the PowerShell that refused it."""

    why: str
    mode: str = ""
    version: str = ""


def restriction(stdout: bytes, nonce: str) -> Restriction | None:
    """The collector's own word that it may not run; None where it ran."""
    found = re.search(rb"ctpat:" + nonce.encode() + rb":0:mode:([A-Za-z0-9]{1,40}):([0-9.]{1,40})", stdout)
    if found is None:
        return None
    mode = found[1].decode()
    return Restriction(f"PowerShell runs in {mode} mode here (WDAC or AppLocker)", mode, found[2].decode())


def read(wsman: Wsman, script: bytes, nonce: str, because: Restriction) -> tuple[bytes, tuple[Reason, str]]:
    """A block of entries, and why the collection is not whole. Never raises."""
    answers = Answers(Wmi(wsman), because.why)
    entries: list[dict[str, Any]] = []
    try:
        entries += _entries(answers, script.decode("ascii", "replace"), because)
    except TargetError as error:
        return _block(entries, nonce), (error.reason, f"{because.why}; reading over WMI instead ended: {error.detail}")
    read_some = f"{len(entries) - 1} facts were read over WMI instead" if len(entries) > 1 else "WMI answered nothing"
    return _block(entries, nonce), (Reason.UNSUPPORTED, f"{because.why}; {read_some}, and this is none of them")


def _entries(answers: Answers, script: str, because: Restriction) -> Iterator[dict[str, Any]]:
    began = time.monotonic()
    yield _entry("session", _session(answers, because), began)
    began = time.monotonic()
    for name, value in answers.facts(script):
        yield _entry(name, value, began)
        began = time.monotonic()


def _entry(name: str, value: Any, began: float) -> dict[str, Any]:
    return {"name": name, "ok": True, "v": value, "ms": round((time.monotonic() - began) * 1000)}


def _session(answers: Answers, because: Restriction) -> dict[str, Any]:
    """As the collector describes it; what a script alone can see is null."""
    known = {"powershell": because.version or None, "language_mode": because.mode or None, "clock": _clock(answers)}
    return known | dict.fromkeys(("process_64", "administrator", "account", "sid", "version"))


def _clock(answers: Answers) -> str | None:
    try:
        return answers.clock()
    except (NeedsScript, Refused):
        return None


def _block(entries: list[dict[str, Any]], nonce: str) -> bytes:
    if not entries:
        return b""
    packed = base64.b64encode(gzip.compress(json.dumps(entries).encode()))
    lines = [packed[i : i + 76] for i in range(0, len(packed), 76)]
    return b"\n".join([f"ctpat:{nonce}:1:begin".encode(), *lines, f"ctpat:{nonce}:1:end".encode(), b""])
