"""Entries of a collection as they are stored: numbered blocks, each a JSON list on one line between two markers.

    ctpat:NONCE:1:begin
    [{"name":"session","ok":true,"v":{…},"ms":3},…]
    ctpat:NONCE:1:end

Windows hosts send such blocks packed (`windows/frame.py`), a directory target's are written by the scanner. An entry is
`{name, ok: true, v, ms}`, `{name, ok: false, ms, err}` or `{name, skipped}`; the last one is `complete`. Reading is
total, whatever the bytes are: what is not there whole is not there at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.windows.failure import failure
from scanner.model import Reason, Transcript
from scanner.redact import compact

COMPLETE = "complete"
SESSION = "session"
HANDSHAKES = "tls_handshakes"  # written by the scanner, not by the host
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_NONCE = re.compile(r"[0-9a-f]{1,64}")
_MAX_ENTRIES = 1000
_MAX_BLOCK = 64 * 1024 * 1024  # a directory of many thousand accounts is one entry
_MAX_DEPTH = 40  # the collector cuts at 8

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """What a transcript holds: its entries by name, `done` when all blocks came and the last one said so.

    `refusal` is why the host would not run the collector, where it said that instead of any block.
    """

    entries: Mapping[str, Entry] = field(default_factory=dict)
    done: bool = False
    refusal: tuple[Reason, str] | None = None


def loads(text: bytes) -> Any:
    """JSON as a host may send it. Raises ValueError for what is none, for numbers JSON has no word for, for depth."""
    try:
        value = json.loads(text.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    _measure(value, _MAX_DEPTH)
    return value


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    return number if abs(number) < float("inf") else _refuse(text)


def _measure(value: Any, left: int) -> None:
    if not isinstance(value, dict | list):
        return
    if not left:
        raise ValueError("nested too deeply")
    for one in value.values() if isinstance(value, dict) else value:
        _measure(one, left - 1)


def entries_of(text: bytes) -> list[Entry]:
    """The entries of one block. Raises ValueError for anything but a list of dictionaries."""
    value = loads(text)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError("no list of entries")
    return value


def stored(entries: Sequence[Entry], nonce: str, number: int = 1) -> bytes:
    """One block. Raises ValueError where a value has no JSON form."""
    mark = f"ctpat:{nonce}:{number}"
    return b"".join([f"{mark}:begin\n".encode(), compact(list(entries)), f"\n{mark}:end\n".encode()])


def mode_line(nonce: str, mode: str, version: str) -> str:
    """What stands in the place of all blocks when PowerShell is too old or too restricted for the collector."""
    return f"ctpat:{nonce}:0:mode:{mode}:{version}"


def parse(data: bytes, nonce: str) -> Frame:
    """The entries in `data` whose markers carry `nonce`; never raises. The first entry of a name counts."""
    entries: dict[str, Entry] = {}
    if not _NONCE.fullmatch(nonce):
        return Frame()
    numbers = []
    for number, block in _blocks(data, nonce):
        numbers.append(number)
        for entry in block:
            name = entry.get("name")
            if isinstance(name, str) and _NAME.fullmatch(name) and len(entries) < _MAX_ENTRIES:
                entries.setdefault(name, entry)
    ended = entries.pop(COMPLETE, {}).get("ok") is True
    is_whole = numbers == list(range(1, len(numbers) + 1))
    return Frame(entries, ended and is_whole, None if numbers else _refusal(data, nonce))


def _blocks(data: bytes, nonce: str) -> Iterator[tuple[int, list[Entry]]]:
    """The readable blocks whose numbers rise."""
    mark = rb"ctpat:" + nonce.encode() + rb":"
    pattern = re.compile(rb"(?m)^" + mark + rb"(\d{1,6}):begin\n(\[[^\n]*\])\n" + mark + rb"\1:end$")
    last = 0
    for found in pattern.finditer(data):
        number = int(found[1])
        if number <= last or len(found[2]) > _MAX_BLOCK:
            continue
        try:
            block = entries_of(found[2])
        except ValueError:
            continue
        last = number
        yield number, block


def _refusal(data: bytes, nonce: str) -> tuple[Reason, str] | None:
    found = re.search(rb"(?m)^ctpat:" + nonce.encode() + rb":0:mode:([A-Za-z0-9]{1,40}):([0-9.]{1,40})$", data)
    return None if found is None else (Reason.UNSUPPORTED, refusal(found[1].decode(), found[2].decode()))


def refusal(mode: str, version: str) -> str:
    """In words: why this PowerShell does not run the collector."""
    if mode == "FullLanguage":
        return f"PowerShell {version} is too old; the collector needs 3.0 or newer"
    return f"PowerShell {version} runs in {mode} mode there, which refuses the collector"


def raw_facts(transcript: Transcript, planned: Iterable[str] = ()) -> RawFacts:
    """The raw facts of a transcript in this form, one for every probe that was planned."""
    frame = parse(transcript.stdout, transcript.nonce)
    sections = {name: _raw_fact(name, entry) for name, entry in frame.entries.items()}
    for name in planned:
        sections.setdefault(name, RawFact(probe=name, state=RawState.NOT_RUN))
    return RawFacts(
        platform=transcript.platform,
        collected_at=transcript.collected_at,
        privilege=transcript.privilege,
        account=transcript.account,
        remote=bool(transcript.host_key),
        sections=sections,
        error=transcript.error or frame.refusal or _silent_end(frame),
    )


def _silent_end(frame: Frame) -> tuple[Reason, str] | None:
    return None if frame.done else (Reason.TIMEOUT, "the collection did not reach its end")


def _raw_fact(name: str, entry: Entry) -> RawFact:
    ms = entry.get("ms")
    duration_ms = ms if isinstance(ms, int) and not isinstance(ms, bool) and 0 <= ms < 1 << 53 else None
    state, stdout, stderr = _content(entry)
    return RawFact(probe=name, state=state, stdout=stdout, stderr=stderr.encode(), duration_ms=duration_ms)


def _content(entry: Entry) -> tuple[RawState, bytes, str]:
    if "skipped" in entry:
        return RawState.NOT_RUN, b"", "the time for all probes was used up"
    if entry.get("ok") is True and "v" in entry:
        return RawState.OK, compact(entry["v"]), ""
    if entry.get("ok") is False and isinstance(entry.get("err"), dict):
        failed = failure(entry["err"])
        return failed.state, compact({"err": entry["err"]}), failed.text.encode("utf-8", "replace").decode()
    return RawState.FAILED, b"", "its entry is malformed"
