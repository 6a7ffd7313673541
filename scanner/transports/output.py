"""What a script says, piece by piece, within its limit; the same for whatever carries it."""

from __future__ import annotations

from dataclasses import dataclass, field

from scanner.errors import TargetError
from scanner.transports.base import ScriptOutput

STDERR_BYTES_MAX = 64 * 1024


@dataclass(slots=True)
class Collected:
    """What the script has said so far."""

    limit: int
    stdout: list[bytes] = field(default_factory=list)
    stderr: list[bytes] = field(default_factory=list)
    size: int = 0
    status: int | None = None

    def add(self, stdout: bytes, stderr: bytes) -> bool:
        """Keep what fits; False when the limit is reached."""
        for kept, data in ((self.stdout, stdout), (self.stderr, stderr)):
            part = data[: self.limit - self.size]
            kept.append(part)
            self.size += len(part)
            if len(part) < len(data):
                return False
        return True

    def output(self, error: TargetError | None = None) -> ScriptOutput:
        # stderr is a diagnostic at most: CLIXML, progress and warnings in the host's language.
        return ScriptOutput(
            stdout=b"".join(self.stdout),
            stderr=b"".join(self.stderr)[:STDERR_BYTES_MAX],
            status=self.status,
            error=None if error is None else (error.reason, error.detail),
        )
