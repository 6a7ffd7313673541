"""A target as one source named it, before the site file's defaults and OpenSSH's settings are applied."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.errors import Problem
from scanner.model import Target


@dataclass(frozen=True, slots=True)
class Candidate:
    """`target.transport` is empty where the credential decides; the place is where a person would look."""

    target: Target
    path: str
    line: int | None = None
    column: int | None = None

    @property
    def place(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line) if part is not None)

    def problem(
        self, message: str, *, found: str | None = None, expected: str | None = None, hint: str | None = None
    ) -> Problem:
        """A problem at this target."""
        return Problem(self.path, message, self.line, self.column, found, expected, hint)
