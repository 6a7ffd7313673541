"""Attribute values as JSON: what is text stays text, what is binary becomes the text that people know it by."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

_NUMBER = re.compile(rb"-?[0-9]{1,20}")


def cell(values: Sequence[bytes], kind: str) -> Any:
    """One attribute of one entry; None where the server sent none: it is not set, or not for this account to see."""
    if not values:
        return None
    convert = _KINDS[kind]
    if kind == "list" or len(values) > 1:
        return [convert(value) for value in values]
    return convert(values[0])


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _number(value: bytes) -> int | str:
    return int(value) if _NUMBER.fullmatch(value) else _text(value)


def sid(value: bytes) -> str:
    """`S-1-…` from the binary form (MS-DTYP 2.4.2.2); hexadecimal digits where it is none."""
    if len(value) < 8 or value[0] != 1 or len(value) != 8 + 4 * value[1]:
        return value.hex()
    authority = int.from_bytes(value[2:8], "big")
    parts = (int.from_bytes(value[at : at + 4], "little") for at in range(8, len(value), 4))
    return "-".join(["S-1", str(authority), *map(str, parts)])


def _guid(value: bytes) -> str:
    return str(uuid.UUID(bytes_le=value)) if len(value) == 16 else value.hex()


_KINDS: Mapping[str, Callable[[bytes], Any]] = {
    "text": _text,
    "list": _text,
    "number": _number,
    "sid": sid,
    "guid": _guid,
}


def clock(text: str) -> str | None:
    """Generalized time (`20261120100000.0Z`) as ISO 8601; None for anything else."""
    try:
        return (
            datetime.strptime(text[:14] + text[14:].lstrip(".0123456789"), "%Y%m%d%H%M%SZ")
            .replace(tzinfo=UTC)
            .isoformat()
        )
    except ValueError:
        return None
