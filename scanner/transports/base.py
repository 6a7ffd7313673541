"""The contract between a transport and the collection: one session per target, byte channels inside it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from scanner.model import Reason
from scanner.secret import Secret


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes as they came from one of the two output streams."""

    data: bytes
    is_error: bool = False


class ChannelClosed(Exception):
    """The far side has closed both output streams; nothing more will come."""


class Channel(Protocol):
    """One running command on the far side. Not thread-safe; used by one thread from start to end."""

    def send(self, data: bytes, timeout_s: float) -> None:
        """Write to standard input. Raises TimeLimit when the peer does not take it, Unreachable when it is gone."""

    def close_input(self) -> None:
        """Half-close: the far side sees the end of its standard input."""

    def receive(self, timeout_s: float) -> Chunk | None:
        """The next bytes of either stream; None when none came in time. Raises ChannelClosed at the end."""

    def exit_status(self) -> int | None:
        """The command's exit status once the channel is closed; None when the peer never said."""

    def close(self) -> None:
        """End the channel, whatever its state; never raises and never blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptOutput:
    """What one script said.

    `error` says why it ended early; what came until then is kept. `status` is None where the peer never told it.
    `called` names the endpoint's own command that was called instead, where no script was run.
    """

    stdout: bytes
    stderr: bytes = b""
    status: int | None = None
    error: tuple[Reason, str] | None = None
    called: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptLimits:
    """Bounds on one script: seconds in all, bytes of both streams together, and the event that ends it."""

    total_s: float
    output_bytes: int
    cancelled: threading.Event


@dataclass(slots=True)
class SessionInfo:
    """What a login taught us: who we are there, how sure we are of the peer, what it cost.

    `server` is what an SSH server calls itself. `told` are the secrets that the peer may have heard from us: should it
    say them back, they are cut out. `handshakes` is what the port answered to handshakes of other versions of TLS
    (`handshakes.py`); None where they were not tried.
    """

    account: str = ""
    host_key: str = ""
    server: str = ""
    round_trips: int = 0
    notes: list[str] = field(default_factory=list)
    told: tuple[Secret, ...] = ()
    handshakes: Mapping[str, Any] | None = None


class Session(Protocol):
    """One login. Opening a channel costs no new login."""

    info: SessionInfo

    def open(self, command: str, timeout_s: float) -> Channel:
        """Start `command` on the far side, without a terminal."""

    def close(self) -> None:
        """End the session; never raises."""


class ScriptSession(Protocol):
    """One login on a Windows host that runs one whole script, whatever carries it: WinRM, PSRP, SSH."""

    info: SessionInfo

    def run(self, script: bytes, nonce: str, limits: ScriptLimits) -> ScriptOutput:
        """Run the collector once. `script` is complete, `nonce` (32 hex digits) stands in its last line.

        An endpoint that refuses scripts and offers the collector as its one command is called by that name with the
        nonce. Raises TargetError only where nothing was started; afterwards the error is part of the output.
        """

    def close(self) -> None:
        """End the session; never raises."""
