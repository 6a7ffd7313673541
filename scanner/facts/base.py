"""What a fact is, how it is asked for, and what comes back before it is understood.

A *probe* is a named, read-only snippet for one platform. Its output is a *raw fact*: bytes, exit status,
standard error. A *reader* turns the raw facts of its probes into one frozen, platform-neutral *fact*.
Readers are pure: the same bytes give the same fact; the only time they know is `RawFacts.collected_at`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import wraps
from typing import Any, ClassVar, TypeVar

from scanner.model import Absent, Privilege, Reason, Unknown

# Exit statuses with which a probe's snippet speaks to its reader; no tool that we run uses them.
EXIT_ABSENT = 96  # the subject is proved not to exist
EXIT_DENIED = 97  # it exists, or may exist, and this account cannot read it
EXIT_MISSING_TOOL = 127  # the shell's own status for a program that is not there


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Base of every fact: frozen, platform-neutral, units in the field names.

    Fields that may be missing are `Maybe[…]`. `name` is the word used in YAML checks and on the command
    line, `title` one phrase for people.
    """

    name: ClassVar[str]
    title: ClassVar[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFact(Fact):
    """Base of what a run is given beside the answers of its targets; the same for all of them.

    `sha256` is the digest of the bytes it was read from. `missing` says, where a run was not given it, so, and how to.
    """

    missing: ClassVar[str]

    sha256: str


class Access(StrEnum):
    """Which right a probe needs on the target."""

    ANY = "any account"
    PARTIAL = "any account sees part, root sees all"
    ROOT = "root, or the grant"


@dataclass(frozen=True, slots=True)
class Grant:
    """One sudoers command, absolute and escaped for sudoers(5), that a probe runs through `R`.

    `executes` marks programs that start others, so that NOEXEC would break them. `shown_if` is the path of a
    product whose absence makes the grant pointless.
    """

    command: str
    executes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A named snippet for one platform, and why it is run. It writes nothing anywhere.

    On Linux it is POSIX sh and runs in its own `/bin/sh`, with no standard input, a time limit and a byte cap; the
    helpers it may call are described in `scanner/collect/script.py`. On Windows it is the body of one `Read-Fact` block
    of the collector (`scanner/collect/windows/`); `timeout_s` is then what its own calls are limited to.

    `programs`, Linux only: where none of these is installed the probe is absent, and nothing is started to find out.
    `named`, Linux only: the probe reads a file that the site names, `$CTPAT_BACKUP_STATUS`, and is absent without one.
    """

    name: str
    why: str
    script: str
    access: Access = Access.ANY
    grants: tuple[Grant, ...] = ()
    timeout_s: int = 5
    max_bytes: int = 64 * 1024
    programs: tuple[str, ...] = ()
    named: bool = False


class RawState(StrEnum):
    """What became of one probe."""

    OK = "ok"
    ABSENT = "absent"
    DENIED = "denied"
    FAILED = "failed"
    MISSING_TOOL = "missing_tool"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    NOT_RUN = "not_run"


def lines_of(text: str) -> list[str]:
    """The lines of a target's text as its own programs see them: a line feed ends one, nothing else does.

    `str.splitlines` also breaks at form feeds, separators and NEL, and would make a directive of a comment's rest.
    """
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFact:
    """One probe's output as it came: never interpreted here.

    `status` is the snippet's exit status, None when it never ended. `duration_ms` is the target's own count.
    """

    probe: str
    state: RawState
    stdout: bytes = b""
    stderr: bytes = b""
    status: int | None = None
    duration_ms: int | None = None

    @property
    def sha256(self) -> str:
        """Digest of the bytes that a finding rests on."""
        return hashlib.sha256(self.stdout).hexdigest()

    @property
    def text(self) -> str:
        """Standard output; bytes that are no UTF-8 become U+FFFD."""
        return self.stdout.decode("utf-8", "replace")

    @property
    def complaint(self) -> str:
        """The first line of standard error, short enough for a message."""
        line = next((text for text in lines_of(self.stderr.decode("utf-8", "replace")) if text.strip()), "")
        return line.strip()[:200]


_CODES: Mapping[RawState, Reason] = {
    RawState.DENIED: Reason.DENIED,
    RawState.FAILED: Reason.UNREADABLE,
    RawState.MISSING_TOOL: Reason.MISSING_TOOL,
    RawState.TIMEOUT: Reason.TIMEOUT,
    RawState.TRUNCATED: Reason.TRUNCATED,
    RawState.NOT_RUN: Reason.TIMEOUT,
}
_RIGHTS: Mapping[str, str] = {
    "linux": "; see `ctpat explain --sudoers`",
    "windows": "; it takes an administrator's token, see `ctpat explain --platform windows --jea`",
    "directory": "; it takes an account that the directory lets read it",
}
_CLAUSES: Mapping[RawState, str] = {
    RawState.DENIED: "this account may not read it",
    RawState.FAILED: "the command failed",
    RawState.MISSING_TOOL: "the program it needs is not installed",
    RawState.TIMEOUT: "it did not answer within its time limit",
    RawState.TRUNCATED: "its output was larger than the limit",
    RawState.NOT_RUN: "the collection ended before it ran",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFacts:
    """Everything one target said in one collection.

    `remote` tells that the collection logged in over the network. `error` says why it ended early; it is the reason
    for every probe that did not run.
    """

    platform: str
    collected_at: datetime
    privilege: Privilege
    account: str = ""
    remote: bool = False
    sections: Mapping[str, RawFact] = field(default_factory=dict)
    error: tuple[Reason, str] | None = None
    # What `shared` readers found. Not an argument, so that a changed copy starts without it.
    found: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def get(self, probe: str) -> RawFact:
        """The raw fact of a probe; one that is missing altogether counts as not run."""
        return self.sections.get(probe) or RawFact(probe=probe, state=RawState.NOT_RUN)

    def read(self, probe: str, *, accept: Sequence[int] = ()) -> RawFact | Absent | Unknown:
        """The raw fact when its snippet ended well: status 0, or one of `accept`.

        Absent when the snippet proved absence; otherwise unknown, in words a reader of the report understands.
        """
        raw = self.get(probe)
        if raw.state is RawState.OK or (raw.state is RawState.FAILED and raw.status in accept):
            return raw
        if raw.state is RawState.ABSENT:
            return Absent(raw.text.strip() or f"{probe} is not on this system")
        return self.why_not(probe)

    def why_not(self, probe: str) -> Unknown:
        """Why a probe's output cannot be used."""
        raw = self.get(probe)
        if raw.state is RawState.NOT_RUN and self.error is not None:
            return Unknown(self.error[0], f"{probe}: the collection ended first: {self.error[1]}")
        detail = f"{probe}: {_CLAUSES.get(raw.state, 'its output cannot be used')}"
        if raw.state is RawState.DENIED:
            detail += _RIGHTS.get(self.platform, "")
        if raw.state is RawState.FAILED and raw.status is not None:
            detail += f" (exit status {raw.status})"
        if raw.complaint:
            detail += f": {raw.complaint}"
        return Unknown(_CODES.get(raw.state, Reason.UNREADABLE), detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileText:
    """One file as the shell helper `show` printed it."""

    path: str
    text: str

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(lines_of(self.text))


def files(raw: RawFact) -> Mapping[str, FileText | Absent | Unknown]:
    """The files in the output of the shell helper `show`, in order, by path.

    Lines: `=PATH` opens a file, ` TEXT` is one of its lines, `-PATH` is proved absent, `!PATH` exists or may
    exist and cannot be read. A file's own text can forge none of them: each of its lines starts with a space.
    """
    texts: dict[str, list[str]] = {}
    found: dict[str, FileText | Absent | Unknown] = {}
    current: list[str] | None = None
    for line in raw.text.split("\n"):
        mark, rest = line[:1], line[1:]
        if mark == " ":
            if current is not None:
                current.append(rest)
        elif mark == "=":
            current = texts.setdefault(rest, [])
        elif mark == "-":
            found[rest] = Absent(f"{rest} does not exist")
        elif mark == "!":
            found[rest] = Unknown(Reason.DENIED, f"{rest}: this account may not read it")
    found.update({path: FileText(path=path, text="\n".join(lines)) for path, lines in texts.items()})
    return found


T = TypeVar("T")


def shared(read: Callable[[RawFacts], T]) -> Callable[[RawFacts], T]:
    """What several readers start from is read once for each target: the same bytes give the same value.

    Only for values that no reader changes: a budget that one spent would change what the next one finds.
    """

    @wraps(read)
    def once(raw: RawFacts) -> T:
        if read not in raw.found:
            raw.found[read] = read(raw)
        value: T = raw.found[read]
        return value

    return once


Read = Callable[[RawFacts], Fact | Absent | Unknown]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Fills one fact type on one platform from the raw facts of its probes.

    `read` is total: whatever the bytes are, it returns a fact, `Absent` or `Unknown`, and never raises. `given` names
    raw facts that come from the transport instead of a probe.
    """

    fact: type[Fact]
    probes: tuple[Probe, ...]
    read: Read
    given: tuple[str, ...] = ()


def probes_of(readers: Sequence[Reader]) -> Iterator[Probe]:
    """The union of the readers' probes, each once, in the order of first mention."""
    seen: dict[str, Probe] = {}
    for reader in readers:
        for probe in reader.probes:
            if seen.setdefault(probe.name, probe) is not probe:
                raise ValueError(f"two probes are named {probe.name!r}")
    yield from seen.values()
