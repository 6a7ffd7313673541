"""The frame around each probe's output, read back: total, whatever the bytes are.

Lines of the frame start with `@NONCE`; a line of a probe's standard output with `|`, of its standard error with
`!`. The nonce has 128 random bits and no probe ever sees it, so no output can open, close or end a section.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from scanner.facts.base import EXIT_ABSENT, EXIT_DENIED, EXIT_MISSING_TOOL, RawFact, RawFacts, RawState
from scanner.model import Reason, Transcript

_KILLED = 9
_TERMINATED = 15
# A death by signal n is 128+n, in ksh93 256+n, in yash 384+n; 124 and 125 are what the timeouts of GNU and uutils say.
_OUT_OF_TIME = frozenset({124, 125} | {base + n for base in (128, 256, 384) for n in (_KILLED, _TERMINATED)})
_STATES: Mapping[int, RawState] = {
    0: RawState.OK,
    EXIT_ABSENT: RawState.ABSENT,
    EXIT_DENIED: RawState.DENIED,
    EXIT_MISSING_TOOL: RawState.MISSING_TOOL,
}
_MAX_STDERR = 4096
# Limits of our own, above anything an honest script sends: the caps in the markers are the target's word.
MAX_BODY = 8 * 1024 * 1024
_MAX_TEXT = 2 * MAX_BODY + 64 * 1024  # a body of empty lines doubles
_MAX_MARKER = 16 * 1024
_MAX_SECTIONS = 1000
_BODY_END = re.compile(rb"\n(?!\|)")


@dataclass(frozen=True, slots=True)
class Frame:
    """What a transcript holds: `header` from the last START, `plan` the probes it was to run, `done` at its end.

    `cut` is the probe that was open when the bytes ended.
    """

    started: bool = False
    done: bool = False
    header: Mapping[str, str] = field(default_factory=dict)
    plan: tuple[str, ...] = ()
    sections: Mapping[str, RawFact] = field(default_factory=dict)
    cut: str | None = None


@dataclass(slots=True)
class _Open:
    """A section whose end has not been seen yet."""

    probe: str
    limit_s: int | None
    cap: int | None
    body: bytearray = field(default_factory=bytearray)
    errors: list[bytes] = field(default_factory=list)
    has_body: bool = False
    ended_line: bool = False
    is_oversized: bool = False

    def take(self, data: bytes, start: int, end: int) -> None:
        """The text between two markers: whole lines, `data[start:end]`."""
        if end - start > _MAX_TEXT:
            self.is_oversized = True
            return
        stop = start
        if data.startswith(b"|", start):
            # All body lines in one go: a section may have hundreds of thousands.
            found = _BODY_END.search(data, start, end)
            stop = found.start() if found else end
            self._add(data[start + 1 : stop].replace(b"\n|", b"\n"))
            stop += 1
        for line in _lines(data, stop, end):
            self._take_line(line)

    def _take_line(self, line: bytes) -> None:
        mark = line[:1]
        if mark == b"|" and not self.ended_line and not self.errors:
            self._add(line[1:])
        elif mark == b"!":
            self.errors.append(line[1:])
        elif not line and not self.errors:
            self.ended_line = True  # the newline before a marker found the line already ended

    def _add(self, text: bytes) -> None:
        if self.has_body:
            self.body += b"\n"
        self.body += text
        self.has_body = True

    @property
    def stdout(self) -> bytes:
        return bytes(self.body) + (b"\n" if self.ended_line and self.has_body else b"")

    @property
    def stderr(self) -> bytes:
        return b"\n".join(self.errors)[:_MAX_STDERR]

    def raw(self, state: RawState, status: int | None = None, duration_ms: int | None = None) -> RawFact:
        return RawFact(
            probe=self.probe,
            state=state,
            stdout=self.stdout,
            stderr=self.stderr,
            status=status,
            duration_ms=duration_ms,
        )

    def close(self, words: Sequence[str]) -> RawFact:
        status, reader, duration = (_number(word) for word in (*words, "", "", "")[:3])
        return self.raw(self._state(status, reader, duration), status, duration)

    def _state(self, status: int | None, reader: int | None, duration_ms: int | None) -> RawState:
        if self.is_oversized or self.cap is None or self.limit_s is None:
            return RawState.TRUNCATED
        if len(self.body) + self.ended_line >= min(self.cap, MAX_BODY):
            return RawState.TRUNCATED
        if status is None or reader != 0 or status in _OUT_OF_TIME:
            return RawState.TIMEOUT
        if duration_ms is not None and duration_ms >= self.limit_s * 1000:
            return RawState.TIMEOUT
        return _STATES.get(status, RawState.FAILED)


def parse(data: bytes, nonce: str) -> Frame:
    """The sections in `data` whose markers carry `nonce`; never raises.

    What comes before START is ignored. A section that never ended is a time-out, a probe of the plan that never
    began is not run. A probe that was seen twice counts as what ended first.
    """
    reader, start = _Reader(), 0
    for place, words, after in _markers(data, nonce):
        reader.text(data, start, place)
        reader.marker(words)
        start = after
    reader.text(data, start, len(data))
    return reader.finish()


def _markers(data: bytes, nonce: str) -> Iterator[tuple[int, list[str], int]]:
    """Each line of the frame: where it starts, its words, where the next line starts."""
    mark = f"@{nonce} ".encode()
    place = 0 if data.startswith(mark) else _next_line(data, mark, 0)
    while nonce and place >= 0:
        end = data.find(b"\n", place)
        end = len(data) if end < 0 else end
        if end - place <= _MAX_MARKER:
            yield place, data[place + len(mark) : end].decode("utf-8", "replace").split(" "), end + 1
        place = _next_line(data, mark, end)


def _next_line(data: bytes, mark: bytes, start: int) -> int:
    """Where the next line that begins with `mark` starts, behind a line break at or after `start`; -1 for none."""
    found = data.find(b"\n" + mark, start)
    return found + 1 if found >= 0 else -1


def _lines(data: bytes, start: int, end: int) -> Iterator[bytes]:
    """The lines of `data[start:end]`, one at a time: a list of millions would cost more memory than the text."""
    while start < end:
        stop = data.find(b"\n", start, end)
        stop = end if stop < 0 else stop
        yield data[start:stop]
        start = stop + 1


class _Reader:
    """Collects sections marker by marker."""

    def __init__(self) -> None:
        self.frame = Frame()
        self.sections: dict[str, RawFact] = {}
        self.open: _Open | None = None

    def text(self, data: bytes, start: int, end: int) -> None:
        if self.open is not None:
            self.open.take(data, start, end)

    def marker(self, words: list[str]) -> None:
        kind, rest = words[0], words[1:]
        if kind == "START":
            self._leave()
            pairs = (word.partition("=") for word in rest)
            self.frame = replace(self.frame, started=True, header={key: value for key, _, value in pairs})
        elif not self.frame.started:
            return
        elif kind == "PLAN":
            self.frame = replace(self.frame, plan=tuple(filter(None, rest)))
        elif kind == "B" and rest:
            self._leave()
            limit_s, cap = (_number(word) for word in (*rest[1:], "", "")[:2])
            self.open = _Open(rest[0], limit_s, cap)
        elif kind == "E" and self.open is not None and rest and rest[0] == self.open.probe:
            self._keep(self.open.close(rest[1:]))
            self.open = None
        elif kind == "DONE":
            self._leave()
            self.frame = replace(self.frame, done=True)

    def _keep(self, raw: RawFact) -> None:
        before = self.sections.get(raw.probe)
        if before is None and len(self.sections) >= _MAX_SECTIONS:
            return
        if before is None or before.status is None:
            self.sections[raw.probe] = raw

    def _leave(self) -> None:
        if self.open is not None:
            self._keep(self.open.raw(RawState.TIMEOUT))
            self.open = None

    def finish(self) -> Frame:
        cut = self.open.probe if self.open is not None else None
        self._leave()
        return replace(self.frame, sections=self.sections, cut=cut)


def _number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) <= 15 else None


def raw_facts(transcript: Transcript, planned: Iterable[str] = ()) -> RawFacts:
    """The raw facts of a transcript, one for every probe that was planned.

    `planned` adds probe names to those that the transcript itself says were to run. A probe that did not run
    carries the reason why the collection ended early.
    """
    frame = parse(transcript.stdout, transcript.nonce)
    sections = dict(frame.sections)
    for name in (*frame.plan, *planned):
        sections.setdefault(name, RawFact(probe=name, state=RawState.NOT_RUN))
    error = transcript.error or _silent_end(frame)
    if frame.cut is not None and error is not None and error[0] is not Reason.TIMEOUT:
        # Not the probe's fault: the reason is that of the collection.
        sections[frame.cut] = replace(sections[frame.cut], state=RawState.NOT_RUN)
    return RawFacts(
        platform=transcript.platform,
        collected_at=transcript.collected_at,
        privilege=transcript.privilege,
        account=transcript.account,
        remote=bool(transcript.host_key),
        sections=sections,
        error=error,
    )


def _silent_end(frame: Frame) -> tuple[Reason, str] | None:
    return None if frame.done else (Reason.TIMEOUT, "the script did not reach its end")
