"""Every error a user can meet, by the place it is raised and the one place it is caught.

`ConfigError` and `PluginError` end the run with status 2 before any connection. `TargetError` becomes the
findings of one target. `FactError` becomes the findings of the checks that needed the fact. `EvidenceError`
means stored bytes no longer match their digest.

A message says what happened, where, and what to do next; it never carries a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from scanner.model import Absent, Reason, Unknown

T = TypeVar("T")


class ScannerError(Exception):
    """The root of all errors that this program raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file that a person wrote: where, what was found, what was expected."""

    path: str
    message: str
    line: int | None = None
    column: int | None = None
    found: str | None = None
    expected: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)
        text = f"{place}: {self.message}"
        if self.found is not None:
            text += f"; found {self.found}"
        if self.expected is not None:
            text += f"; expected {self.expected}"
        if self.hint is not None:
            text += f" ({self.hint})"
        return text


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person wrote something: in a file, or as an option of the command line. Counts from 1."""

    path: str
    line: int | None = None
    column: int | None = None

    def problem(self, message: str, *, expected: str | None = None, hint: str | None = None) -> Problem:
        """A problem there."""
        return Problem(self.path, message, self.line, self.column, expected=expected, hint=hint)


@dataclass(frozen=True, slots=True)
class Written:
    """A name as a person wrote it, and where."""

    text: str
    place: Place


class ConfigError(ScannerError):
    """The user's files or options are wrong: every problem at once, exit status 2."""

    def __init__(self, problems: Iterable[Problem] | Problem | str) -> None:
        if isinstance(problems, str):
            problems = [Problem(path="ctpat", message=problems)]
        elif isinstance(problems, Problem):
            problems = [problems]
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Each problem once, file by file as they come, each file from top to bottom."""
    unique = list(dict.fromkeys(problems))
    files = {path: rank for rank, path in enumerate(dict.fromkeys(problem.path for problem in unique))}
    return sorted(unique, key=lambda one: (files[one.path], one.line or 0, one.column or 0))


class Gathered:
    """The problems of steps that do not need each other, so that all are told at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def of(self, step: Callable[[], T]) -> T | None:
        """What the step returns; None where it raised ConfigError, whose problems are kept."""
        try:
            return step()
        except ConfigError as error:
            self.problems += error.problems
            return None

    def check(self) -> None:
        """Raises ConfigError with what was gathered, in the order of the steps; what two of them found is told once."""
        if self.problems:
            raise ConfigError(dict.fromkeys(self.problems))


class PluginError(ScannerError):
    """A check package could not be loaded; a missing check must not look like a clean target."""


class SecretError(ConfigError):
    """A credential reference could not be resolved; the message names the reference, never a value."""


class TargetError(ScannerError):
    """One target could not be collected; `reason` is the code its findings carry."""

    def __init__(self, reason: Reason, detail: str, *, evidence: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        # What the peer said of itself before it failed (its algorithm lists, say): shown, never parsed.
        self.evidence: dict[str, str] = evidence or {}
        # How long the attempt took, for the line of the target; the collector knows.
        self.spent_s = 0.0


class Unreachable(TargetError):
    """No usable connection: name, route, port, or a peer that speaks no common algorithm."""


class AuthenticationFailed(TargetError):
    """The peer answered and refused the login."""


class HostKeyUnknown(TargetError):
    """The host key is not yet trusted; the detail ends with the command that trusts it."""


class HostKeyMismatch(TargetError):
    """The host key is not the one that was trusted: a rebuilt host, or an attack."""


class TimeLimit(TargetError):
    """A deadline passed before the collection ended."""


class FactError(ScannerError):
    """A fact that a check asked for is not there."""


class FactUnavailable(FactError):
    """The fact is unknown; the finding carries its reason code."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.detail)
        self.unknown = unknown


class FactAbsent(FactError):
    """The fact is proved not to exist on the target; the finding is not applicable."""

    def __init__(self, absent: Absent) -> None:
        super().__init__(absent.reason)
        self.absent = absent


class EvidenceError(ScannerError):
    """Stored bytes are missing or do not match their digest."""
