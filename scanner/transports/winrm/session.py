"""One shell, one command, one script: delivered on standard input, answered in numbered blocks."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from scanner.errors import TargetError, TimeLimit, Unreachable
from scanner.model import Reason
from scanner.transports.base import ScriptLimits, ScriptOutput, SessionInfo
from scanner.transports.output import Collected
from scanner.transports.tcp import STOPPED, left
from scanner.transports.winrm import refusals
from scanner.transports.winrm.fallback import Restriction, read, restriction
from scanner.transports.winrm.protocol import WinRMOperationTimeoutError, Wsman
from scanner.transports.winrm.wire import Dropped

SEND_BYTES = 360_000
"""Script bytes of one Send: in base64 just below the 500 kB that Windows takes since Server 2012."""

SMALL_SEND_BYTES = 100_000
"""The same for the 150 kB of WinRM 2.0."""

IDLE = "PT180S"
"""A shell that nobody asks for any more ends by itself after this."""

EMPTY_MAX = 50
"""Answers in a row that say nothing, not even that the command is done; a host that has nothing to say waits."""

UTF8 = 65001
CLOSE_S = 5.0
COMMAND = "powershell"
ARGUMENTS = ("-NoProfile", "-NonInteractive", "-Command", "-")


@dataclass(slots=True)
class Opened:
    """A logon, and the shell that it opened; `no_shell` says why there is none although the logon stands."""

    wsman: Wsman
    shell: str | None = None
    no_shell: TargetError | None = None


def open_shell(wsman: Wsman) -> Opened:
    """Log on and open the one shell. Raises TargetError, except where shells alone are refused."""
    try:
        shell = wsman.ask(
            lambda: wsman.open_shell(codepage=UTF8, noprofile=True, idle_timeout=IDLE),
        )
    except WinRMOperationTimeoutError as error:
        raise refusals.fault(wsman.line.listener, wsman.login, refusals.OPERATION_TIMEOUT, "") from error
    except refusals.Fault as error:
        if error.code != refusals.SHELLS_NOT_ALLOWED:
            raise
        return Opened(wsman, no_shell=error)
    if not wsman.logon.is_done:
        raise refusals.not_asked(wsman.line.listener)
    if not shell:
        raise refusals.nonsense(wsman.line.listener)
    return Opened(wsman, shell)


class OneScript(ABC):
    """One logon on one target, and one script in what it opened: a shell, or a session of PowerShell remoting.

    Where the host runs none, what WMI answers of it.
    Used by one thread. `anew` begins another conversation, for a connection that was lost.
    """

    def __init__(self, opened: Opened, info: SessionInfo, anew: Callable[[float], Wsman], spent: int = 0) -> None:
        self.info = info
        self._opened = opened
        self._anew = anew
        self._spent = spent  # requests of connections that are gone
        self._is_lost = False
        self._count()

    def run(self, script: bytes, nonce: str, limits: ScriptLimits) -> ScriptOutput:
        """See ScriptSession. A connection lost before the script said a word costs one new start, no more."""
        until = time.monotonic() + limits.total_s
        line = self._opened.wsman.line
        line.until, line.cancelled = until, limits.cancelled
        try:
            output = self._said(script, nonce, limits, until)
            # Last of all: a peer that minds handshakes of old versions must not cost what was read.
            self.info.handshakes = self._opened.wsman.line.handshakes()
            return output
        finally:
            self._count()

    def _said(self, script: bytes, nonce: str, limits: ScriptLimits, until: float) -> ScriptOutput:
        if self._opened.no_shell is not None:
            return self._without_script(script, nonce, Restriction(self._opened.no_shell.detail))
        output = self._run(script, nonce, limits, until)
        if (found := restriction(output.stdout, nonce)) is not None and output.error is None:
            return self._without_script(script, nonce, found, output)
        return output

    def close(self) -> None:
        """Close the shell, or leave it to its idle time-out where that does not work at once; never raises."""
        with suppress(TargetError, WinRMOperationTimeoutError):
            if self._opened.shell is not None and not self._opened.wsman.line.is_cancelled:
                self._delete(self._opened.shell)
        self._opened.wsman.close()
        self._count()

    def _delete(self, shell: str) -> None:
        """Over a new connection where the old one is gone: a shell is one of the few that the account may have."""
        until = time.monotonic() + CLOSE_S
        wsman = self._replace(until) if self._is_lost else self._opened.wsman
        wsman.line.until = until
        self._end(wsman, shell)

    def _replace(self, until: float) -> Wsman:
        """Another conversation in place of the lost one; its first request logs on."""
        self._opened.wsman.close()
        self._spent += self._opened.wsman.line.requests
        self._opened = Opened(self._anew(until))
        return self._opened.wsman

    def _count(self) -> None:
        self.info.round_trips = self._spent + self._opened.wsman.line.requests

    def _without_script(
        self, script: bytes, nonce: str, because: Restriction, said: ScriptOutput | None = None
    ) -> ScriptOutput:
        """What WMI answers of it, behind what the script said of itself."""
        block, error = read(self._opened.wsman, script, nonce, because)
        before = said or ScriptOutput(stdout=b"")
        return replace(before, stdout=before.stdout + block, error=error)

    def _run(self, script: bytes, nonce: str, limits: ScriptLimits, until: float) -> ScriptOutput:
        collected = Collected(limits.output_bytes)
        try:
            return self._once(script, nonce, collected, until)
        except Dropped as error:
            if collected.size or limits.cancelled.is_set():
                self._is_lost = True
                return collected.output(error)
        return self._start_over(script, nonce, limits, until)

    def _start_over(self, script: bytes, nonce: str, limits: ScriptLimits, until: float) -> ScriptOutput:
        """A sealed conversation cannot be taken up again: a new logon, the old shell away, everything anew."""
        old = self._shell()
        wsman = self._replace(until)
        wsman.line.cancelled = limits.cancelled
        with suppress(TargetError, WinRMOperationTimeoutError):
            self._end(wsman, old)
        self._opened = self._open(wsman)
        wsman.line.is_settled = True
        self.info.notes.append("the connection was lost before the script said anything; it was started once more")
        collected = Collected(limits.output_bytes)
        try:
            return self._once(script, nonce, collected, until)
        except Dropped as error:
            self._is_lost = True
            if not collected.size:
                raise
            return collected.output(error)

    def _shell(self) -> str:
        assert self._opened.shell is not None, "without a shell nothing is run"
        return self._opened.shell

    @abstractmethod
    def _open(self, wsman: Wsman) -> Opened:
        """Log on and open the shell. Raises TargetError."""

    @abstractmethod
    def _end(self, wsman: Wsman, shell: str) -> None:
        """Delete a shell. Raises TargetError and WinRMOperationTimeoutError."""

    @abstractmethod
    def _once(self, script: bytes, nonce: str, collected: Collected, until: float) -> ScriptOutput:
        """Hand over the script, read to the end. Raises where nothing was started, and Dropped."""


class WinrmSession(OneScript):
    """The script on the standard input of one command."""

    def _open(self, wsman: Wsman) -> Opened:
        return open_shell(wsman)

    def _end(self, wsman: Wsman, shell: str) -> None:
        wsman.ask(lambda: wsman.close_shell(shell, close_session=False))

    def _once(self, script: bytes, nonce: str, collected: Collected, until: float) -> ScriptOutput:
        wsman, shell = self._opened.wsman, self._shell()
        command = wsman.ask(
            lambda: wsman.run_command(shell, COMMAND, ARGUMENTS, console_mode_stdin=False, skip_cmd_shell=True)
        )
        self._deliver(script, command)
        error: TargetError | None = None
        try:
            error = self._drain(command, collected, until)
        except Dropped:
            raise
        except TargetError as broken:
            error = broken
        self._end_command(command, until)
        return collected.output(error)

    def _deliver(self, script: bytes, command: str) -> None:
        """In as few messages as the host takes; one that is too large is refused as a whole, and sent in parts."""
        try:
            self._send(script, command, SEND_BYTES)
        except refusals.Fault:
            if len(script) <= SMALL_SEND_BYTES or len(script) > SEND_BYTES:
                raise
            self._send(script, command, SMALL_SEND_BYTES)

    def _send(self, script: bytes, command: str, size: int) -> None:
        wsman, shell = self._opened.wsman, self._shell()
        for start in range(0, len(script), size):
            part, is_last = script[start : start + size], start + size >= len(script)
            try:
                wsman.ask(partial(wsman.send_command_input, shell, command, part, is_last))
            except WinRMOperationTimeoutError as error:
                raise TimeLimit(
                    Reason.TIMEOUT, f"{wsman.line.listener.where} does not take the input of its command"
                ) from error

    def _drain(self, command: str, collected: Collected, until: float) -> TargetError | None:
        """Read until the command ends; why it did not, where it did not. Silence of 60 s is normal, and is asked on."""
        wsman, shell = self._opened.wsman, self._shell()
        where = wsman.line.listener.where
        empty = 0
        while left(until) > 1.0:
            if wsman.line.is_cancelled:
                return Unreachable(Reason.CANCELLED, STOPPED)
            try:
                stdout, stderr, status, is_done = wsman.ask(lambda: wsman.get_command_output_raw(shell, command))
            except WinRMOperationTimeoutError:
                continue
            if not collected.add(stdout, stderr):
                return Unreachable(
                    Reason.TRUNCATED, f"{where} sent more than {collected.limit} bytes; the rest was not read"
                )
            if is_done:
                collected.status = status
                return None
            empty = 0 if stdout or stderr else empty + 1
            if empty > EMPTY_MAX:
                return refusals.nonsense(wsman.line.listener)
        return TimeLimit(Reason.TIMEOUT, f"{where}: the script did not end in time")

    def _end_command(self, command: str, until: float) -> None:
        """Also ends what still runs. Its failure changes nothing that was read."""
        wsman, shell = self._opened.wsman, self._shell()
        if wsman.line.is_cancelled or wsman.line.over() is not None:
            self._is_lost = True
            return
        wsman.line.until = max(until, time.monotonic() + CLOSE_S)
        with suppress(TargetError, WinRMOperationTimeoutError):
            wsman.ask(lambda: wsman.cleanup_command(shell, command))
