"""What a Windows host says when a part of the collection failed, sorted by code and never by its localised text.

Sources: winerror.h (E_ACCESSDENIED, RPC_S_SERVER_UNAVAILABLE), WMI Error Constants (WBEM_E_*), as reported by
PowerShell: the HResult of a CimException is always 0x80131500, its WMI code stands in MessageId and in front of the
fully qualified error id (`HRESULT 0x80041003`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scanner.facts.base import RawState
from scanner.model import Reason, Unknown

_CODE = re.compile(r"HRESULT (0x[0-9a-fA-F]{8})")
_DENIED = frozenset({0x80070005, 0x80041003, 0x80041062, 0x8007052E, 0x80070522})
_TIMED_OUT = frozenset({0x80041069, 0x800705B4, 0x80131505})
NO_NAMESPACE = 0x8004100E
NO_CLASS = 0x80041010
_DENIED_TYPES = ("UnauthorizedAccessException", "SecurityException")
_MISSING = ("CommandNotFoundException", "CouldNotAutoLoadModule", "CmdletizationQuery_NotFound")
_REASONS = {
    RawState.DENIED: Reason.DENIED,
    RawState.TIMEOUT: Reason.TIMEOUT,
    RawState.MISSING_TOOL: Reason.MISSING_TOOL,
}
_CLAUSES = {
    RawState.DENIED: "access was denied to this account",
    RawState.TIMEOUT: "it did not answer within its time limit",
    RawState.MISSING_TOOL: "this Windows has no such command or class",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One error record: `code` is its most telling number (0 to 2^32-1), None where it has none."""

    type: str
    code: int | None
    fqid: str
    category: str
    text: str

    @property
    def state(self) -> RawState:
        """What it means for the one who asked."""
        if self.code in _DENIED or self.category == "PermissionDenied" or self.type.endswith(_DENIED_TYPES):
            return RawState.DENIED
        if self.code in _TIMED_OUT or self.category == "OperationTimeout" or self.type.endswith("TimeoutException"):
            return RawState.TIMEOUT
        if self.is_missing_subject or any(word in self.fqid or word in self.type for word in _MISSING):
            return RawState.MISSING_TOOL
        return RawState.FAILED

    @property
    def is_missing_subject(self) -> bool:
        """The WMI namespace or class does not exist on this host: what it describes is not installed."""
        return self.code in (NO_NAMESPACE, NO_CLASS)

    def unknown(self, what: str) -> Unknown:
        """Why `what` could not be read, in words for a report; the host's own words follow, as it said them."""
        clause = _CLAUSES.get(self.state, "the host reports an error")
        number = "" if self.code is None else f" (0x{self.code:08X})"
        said = f": {self.text}" if self.text else ""
        return Unknown(_REASONS.get(self.state, Reason.UNREADABLE), f"{what}: {clause}{number}{said}"[:400])


def failure(record: Any) -> Failure:
    """The error record of an entry or of a part of it; total, whatever the host sent."""
    known: Mapping[str, Any] = record if isinstance(record, Mapping) else {}
    fqid = _text(known, "fqid")
    return Failure(
        type=_text(known, "type"),
        code=_wmi_code(_text(known, "code"), fqid) or _unsigned(known.get("hresult")),
        fqid=fqid,
        category=_text(known, "category"),
        text=" ".join(_text(known, "text").split())[:200],
    )


def _text(known: Mapping[str, Any], key: str) -> str:
    value = known.get(key)
    return value if isinstance(value, str) else ""


def _wmi_code(code: str, fqid: str) -> int | None:
    found = _CODE.search(code) or _CODE.search(fqid)
    return int(found[1], 16) if found else None


def _unsigned(number: Any) -> int | None:
    is_number = isinstance(number, int) and not isinstance(number, bool) and abs(number) < 1 << 32
    return number & 0xFFFFFFFF if is_number else None
