"""What a Windows host printed, brought into the form in which it is stored: total, whatever the bytes are.

On the way each block's entries travel as base64 of gzip of JSON. Markers are found anywhere in a line, because a
console may print terminal sequences right in front of them; none without the nonce counts. A block that is not whole,
cannot be unpacked within its bounds, or comes a second time is left out and named: the gap in the numbers, or the
missing `complete`, then shows that the result is partial.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.collect.blocks import HANDSHAKES, Entry, entries_of, mode_line, stored

# Far above what any host has to say; an empty dictionary costs three bytes on the way and a hundred times that here.
_MAX_BLOCK = 8 * 1024 * 1024
_MAX_TOTAL = 16 * 1024 * 1024
_MAX_VALUES = 500_000
_MAX_NOTES = 5
_TERMINAL = re.compile(rb"\x1b(?:\[[0-9;?]{0,40}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,400}(?:\x07|\x1b\\)|[=>])")
_SPACE = re.compile(rb"\s+")
_TOO_OLD = re.compile(rb'(?m)^\{"ps":2\}\r?$')


@dataclass(frozen=True, slots=True)
class Output:
    """The readable blocks in order, the line that stood in their place, and what was left out, in words."""

    blocks: tuple[tuple[int, tuple[Entry, ...]], ...] = ()
    refusal: str = ""
    notes: tuple[str, ...] = ()

    @property
    def started(self) -> bool:
        """Whether the collector said anything at all."""
        return bool(self.blocks or self.refusal or self.notes)

    def stored(self, nonce: str, cut: Callable[[Any], Any], own: Sequence[Entry] = ()) -> bytes:
        """The form in which it is kept, each block's entries passed through `cut`; the first begins with `own`."""
        blocks = [
            stored(cut([*(own if at == 0 else ()), *_hosts(entries)]), nonce, number)
            for at, (number, entries) in enumerate(self.blocks)
        ]
        return b"".join(blocks) or (self.refusal.encode() + b"\n" if self.refusal else b"")


def _hosts(entries: tuple[Entry, ...]) -> list[Entry]:
    """What a host may speak of: not of what the scanner itself saw from outside."""
    return [entry for entry in entries if entry.get("name") != HANDSHAKES]


def unwrap(data: bytes, nonce: str) -> Output:
    """The blocks in `data` whose markers carry `nonce`; never raises."""
    blocks: dict[int, tuple[Entry, ...]] = {}
    notes: list[str] = []
    last, left, values_left = 0, _MAX_TOTAL, _MAX_VALUES
    for number, packed in _packed(data, nonce):
        if number <= last:
            notes.append(f"block {number} came out of turn and was left out")
            continue
        try:
            text = _unpacked(packed, min(left, _MAX_BLOCK))
            values_left -= _values(text)
            if values_left < 0:
                raise ValueError(f"there are more than {_MAX_VALUES} values")
            blocks[number] = tuple(_plain(entries_of(text)))
        except ValueError as error:
            notes.append(f"block {number} cannot be read: {error}")
            continue
        last, left = number, left - len(text)
    return Output(tuple(blocks.items()), "" if blocks else _refusal(data, nonce), tuple(notes[:_MAX_NOTES]))


def _packed(data: bytes, nonce: str) -> Iterator[tuple[int, bytes]]:
    """Each block with a beginning and an end of the same number."""
    opened: re.Match[bytes] | None = None
    for mark in re.finditer(rb"ctpat:" + re.escape(nonce.encode()) + rb":(\d{1,6}):(begin|end)", data):
        if mark[2] == b"begin":
            opened = mark
        elif opened is not None and opened[1] == mark[1]:
            yield int(mark[1]), data[opened.end() : mark.start()]
            opened = None


def _unpacked(packed: bytes, limit: int) -> bytes:
    """Base64 and gzip taken off. Raises ValueError for what is neither, or larger than `limit`."""
    try:
        zipped = base64.b64decode(_SPACE.sub(b"", _TERMINAL.sub(b"", packed)), validate=True)
        unzip = zlib.decompressobj(wbits=31)
        text = unzip.decompress(zipped, limit + 1)
    except (binascii.Error, zlib.error) as error:
        raise ValueError("its data is damaged") from error
    if len(text) > limit:
        raise ValueError(f"it is larger than {limit} bytes")
    if not unzip.eof or unzip.unused_data:
        raise ValueError("its data is cut")
    return text


def _values(text: bytes) -> int:
    """At least as many values as there are in a JSON text, without reading it."""
    return text.count(b",") + text.count(b"[") + text.count(b"{")


def _plain(value: Any) -> Any:
    """Lists that PowerShell 5.1 wrote as `{"value": […], "Count": N}`, as it does with some, as lists again."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    inside = value.get("value")
    if value.keys() == {"value", "Count"} and isinstance(inside, list) and value["Count"] == len(inside):
        return _plain(inside)
    return {key: _plain(one) for key, one in value.items()}


def _refusal(data: bytes, nonce: str) -> str:
    """The one line of a PowerShell that is too restricted, or too old, in the form in which it is stored."""
    pattern = rb"ctpat:" + re.escape(nonce.encode()) + rb":0:mode:([A-Za-z0-9]{1,40}):([0-9.]{1,40})"
    if found := re.search(pattern, data):
        return mode_line(nonce, found[1].decode(), found[2].decode())
    return mode_line(nonce, "FullLanguage", "2.0") if _TOO_OLD.search(data) else ""
