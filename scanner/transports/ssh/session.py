"""A login and the commands that run in it: channels that drain both output streams and never wait without a limit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import paramiko
from paramiko.common import cMSG_CHANNEL_REQUEST

from scanner.errors import TimeLimit, Unreachable
from scanner.model import Reason
from scanner.transports.base import ChannelClosed, Chunk, SessionInfo
from scanner.transports.ssh.wire import Wire, close_in_turn, plain
from scanner.transports.tcp import STOPPED, Dialling, left

WINDOW_BYTES = 2 * 1024 * 1024
"""How much the far side may send before we have read it, both streams together."""

SEND_BYTES = 32 * 1024
CLOSE_GRACE_S = 2.0
"""How long the exit status may follow the end of both streams."""


class Doorbell:
    """Rings when either stream has bytes or ends; paramiko's pipes may not silence it, each knows only itself."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        self._event.set()

    def clear(self) -> None:
        """Called by a pipe that was read empty; the other may still be full."""

    def rearm(self) -> None:
        self._event.clear()

    def wait(self, timeout_s: float) -> bool:
        return self._event.wait(timeout_s)


class SshChannel:
    """One running command. `receive` takes from both streams as they come, errors first, without polling."""

    def __init__(self, wire: Wire, channel: paramiko.Channel, where: str) -> None:
        self._wire = wire
        self._turns = wire.turns(channel)
        self._channel = channel
        self._where = where
        self._bell = Doorbell()
        self._ended_at: float | None = None
        for pipe in (channel.in_buffer, channel.in_stderr_buffer):
            pipe.set_event(self._bell)  # type: ignore[arg-type]  # needs only set and clear

    def send(self, data: bytes, timeout_s: float) -> None:
        until = time.monotonic() + timeout_s
        view = memoryview(data)
        while view:
            view = view[self._send_some(bytes(view[:SEND_BYTES]), until) :]

    def _send_some(self, data: bytes, until: float) -> int:
        self._channel.settimeout(max(0.001, left(until)))
        try:
            with self._turns.sending():
                sent = self._channel.send(data)
        except TimeoutError as error:
            raise TimeLimit(Reason.TIMEOUT, f"{self._where} does not take the input of its command") from error
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise self._gone() from error
        if sent == 0:
            raise self._gone()
        return sent

    def close_input(self) -> None:
        try:
            with self._turns.sending():
                self._channel.shutdown_write()
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise self._gone() from error

    def receive(self, timeout_s: float) -> Chunk | None:
        """The next bytes of either stream; Unreachable when the connection broke before the command ended."""
        until = time.monotonic() + timeout_s
        while True:
            self._bell.rearm()
            if (chunk := self._take()) is not None:
                return chunk
            self._check_end()
            if not self._bell.wait(self._patience(until)) and left(until) == 0:
                return None

    def _patience(self, until: float) -> float:
        if self._ended_at is None:
            return left(until)
        return min(left(until), left(self._ended_at + CLOSE_GRACE_S) + 0.001)

    def _take(self) -> Chunk | None:
        channel = self._channel
        if len(channel.in_buffer) + len(channel.in_stderr_buffer) > 2 * WINDOW_BYTES:
            raise Unreachable(Reason.TRUNCATED, f"{self._where} sends more than it was allowed to (SSH flow control)")
        try:
            if channel.recv_stderr_ready():
                return Chunk(channel.recv_stderr(WINDOW_BYTES), is_error=True)
            if channel.recv_ready():
                return Chunk(channel.recv(WINDOW_BYTES))
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise self._gone() from error
        return None

    def _check_end(self) -> None:
        """Raise when both streams are empty for good; the exit status gets a moment to arrive after them."""
        channel = self._channel
        if channel.closed:
            if not self._buffered():
                raise self._gone() if self._was_cut() else ChannelClosed
        elif channel.eof_received and not self._buffered():
            if self._ended_at is None:
                self._ended_at = time.monotonic()
            elif left(self._ended_at + CLOSE_GRACE_S) == 0:
                raise ChannelClosed

    def _buffered(self) -> bool:
        return self._channel.recv_ready() or self._channel.recv_stderr_ready()

    def _was_cut(self) -> bool:
        """True when the connection ended without the peer having said that the command did."""
        said = self._channel.eof_received or self._channel.exit_status != -1
        return not said and not self._wire.is_active()

    def _gone(self) -> Unreachable:
        if self._wire.is_active():
            return Unreachable(Reason.UNREACHABLE, f"{self._where} ended the command before it took its input")
        why = f": {self._wire.farewell}" if self._wire.farewell else ""
        return Unreachable(Reason.UNREACHABLE, f"{self._where}: the connection was lost before the command ended{why}")

    def exit_status(self) -> int | None:
        status = self._channel.exit_status
        return None if status == -1 else status

    def close(self) -> None:
        pipe = self._wire.pipe
        before, pipe.give_up_at = pipe.give_up_at, min(pipe.give_up_at, time.monotonic() + 1.0)
        try:
            if self._wire.clear_to_send.is_set():
                close_in_turn(self._channel)
            else:  # in the middle of a re-keying that may never end
                self._channel._unlink()  # type: ignore[attr-defined]
        except Exception:  # noqa: S110 - closing has nobody left to tell
            pass
        finally:
            pipe.give_up_at = before


class SshSession:
    """One login; thread-safe for `open`, each channel for one thread."""

    def __init__(
        self, wire: Wire, info: SessionInfo, where: str, leave: Callable[[], None], dialling: Dialling
    ) -> None:
        self.info = info
        self._leave = leave
        self._dialling = dialling
        self._wire = wire
        self.where = where

    def open(self, command: str, timeout_s: float) -> SshChannel:
        """Start `command`. Unreachable when the server refuses it, TimeLimit when it does not answer."""
        until = time.monotonic() + timeout_s
        channel = self._channel(until)
        try:
            opened = SshChannel(self._wire, channel, self.where)
            self._execute(channel, command, until)
        except BaseException:
            close_in_turn(channel)
            raise
        self.info.round_trips += 2
        return opened

    def _channel(self, until: float) -> paramiko.Channel:
        # The server runs its session modules between the login and the first session: an interrupted scan does not
        # wait for these either.
        self._dialling.add(self._wire.pipe, STOPPED)
        try:
            return self._wire.open_channel("session", window_size=WINDOW_BYTES, timeout=left(until))
        except paramiko.ChannelException as error:
            text = plain(str(error.text)) or f"code {error.code}"
            raise Unreachable(
                Reason.DENIED, f"{self.where} lets {self.info.account} open no session: {text}"
            ) from error
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise self._no_answer("open a session", until) from error
        finally:
            self._dialling.settle(self._wire.pipe)

    def _execute(self, channel: paramiko.Channel, command: str, until: float) -> None:
        """Channel.exec_command with a limit: paramiko waits for the answer for ever (paramiko#1815 is its sibling)."""
        message = paramiko.Message()
        message.add_byte(cMSG_CHANNEL_REQUEST)
        message.add_int(channel.remote_chanid)
        message.add_string("exec")
        message.add_boolean(True)
        message.add_string(command)
        channel._event_pending()  # type: ignore[attr-defined]
        try:
            self._wire._send_user_message(message)  # type: ignore[attr-defined]
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise self._no_answer("start a command", until) from error
        # Cut into slices only because a connection that died just before leaves nobody to ring.
        while not channel.event.wait(min(1.0, left(until))):
            if left(until) == 0 or not self._wire.is_active():
                raise self._no_answer("start a command", until)
        if not channel.event_ready:
            if not self._wire.is_active():
                raise self._no_answer("start a command", until)
            raise Unreachable(Reason.DENIED, f"{self.where} refuses to run a command for {self.info.account}")

    def _no_answer(self, what: str, until: float) -> Unreachable | TimeLimit:
        if self._dialling.aborted:
            return Unreachable(Reason.CANCELLED, STOPPED)
        if self._wire.is_active() and left(until) == 0:
            return TimeLimit(Reason.TIMEOUT, f"{self.where} did not {what} in time")
        why = f": {self._wire.farewell}" if self._wire.farewell else ""
        return Unreachable(Reason.UNREACHABLE, f"{self.where}: the connection was lost, it did not {what}{why}")

    def close(self) -> None:
        """End the login and give back its place on a jump host; never raises."""
        self._wire.end()
        self._leave()
