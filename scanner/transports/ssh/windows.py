"""Windows behind an SSH server: known by its server's name, read by PowerShell whatever shell the account has.

The command holds nothing that cmd.exe, PowerShell and a POSIX shell would read differently, since `DefaultShell`
decides which of them starts it; the script travels on standard input, as over WinRM.
"""

from __future__ import annotations

import re
import time

from scanner.errors import TargetError, TimeLimit, Unreachable
from scanner.model import Reason, Target
from scanner.transports.base import ChannelClosed, ScriptLimits, ScriptOutput
from scanner.transports.output import Collected
from scanner.transports.ssh.session import SshChannel, SshSession
from scanner.transports.tcp import STOPPED, left

COMMAND = "powershell.exe -NoProfile -NonInteractive -Command -"

START_S = 30.0
"""Until the server has said that it starts a command; Windows is slow after a restart."""

TICK_S = 0.5
LAST_WORDS_S = 5.0
_WINDOWS = re.compile(r"SSH-[\d.]+-OpenSSH_for_Windows")


def is_windows(session: SshSession, target: Target) -> bool:
    """Whether PowerShell is to be spoken to: Microsoft's server says so, of others the site file does."""
    return target.platform == "windows" or _WINDOWS.match(session.info.server) is not None


class SshScriptSession:
    """A login on a Windows host that runs one whole script; see ScriptSession. Closing it closes the login."""

    def __init__(self, session: SshSession) -> None:
        self.info = session.info
        self._session = session

    def run(self, script: bytes, nonce: str, limits: ScriptLimits) -> ScriptOutput:
        until = time.monotonic() + limits.total_s
        channel = self._session.open(COMMAND, min(START_S, left(until)))
        collected = Collected(limits.output_bytes)
        try:
            error = self._deliver(channel, script, collected, limits, until)
            collected.status = channel.exit_status()
        finally:
            channel.close()
        return collected.output(error)

    def close(self) -> None:
        self._session.close()

    def _deliver(
        self, channel: SshChannel, script: bytes, collected: Collected, limits: ScriptLimits, until: float
    ) -> TargetError | None:
        """Hand over the script and read to the end; why it did not come, where it did not."""
        self.info.round_trips += 1
        try:
            channel.send(script, left(until))
            channel.close_input()
        except TimeLimit as error:
            return error
        except TargetError as error:
            # What it said explains more than that it hung up: no PowerShell, a shell that refuses commands.
            why = self._drain(channel, collected, limits, min(until, time.monotonic() + LAST_WORDS_S))
            return None if why is None else error
        return self._drain(channel, collected, limits, until)

    def _drain(
        self, channel: SshChannel, collected: Collected, limits: ScriptLimits, until: float
    ) -> TargetError | None:
        where = self._session.where
        while left(until) > 0:
            if limits.cancelled.is_set():
                return Unreachable(Reason.CANCELLED, STOPPED)
            try:
                chunk = channel.receive(min(TICK_S, left(until)))
            except ChannelClosed:
                return None
            except TargetError as error:
                return error
            if chunk is None:
                continue
            stdout, stderr = (b"", chunk.data) if chunk.is_error else (chunk.data, b"")
            if not collected.add(stdout, stderr):
                return Unreachable(
                    Reason.TRUNCATED, f"{where} sent more than {collected.limit} bytes; the rest was not read"
                )
        return TimeLimit(Reason.TIMEOUT, f"{where}: the script did not end in time")
