"""`local:`: this machine. The same conversation as over SSH, with a shell that is a child process.

The child leads its own session and process group; closing the channel kills that group, so that nothing that the
script started outlives it.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import selectors
import shlex
import signal
import subprocess
import time
from collections import deque
from collections.abc import Sequence

from scanner.errors import TargetError, TimeLimit, Unreachable
from scanner.model import Reason
from scanner.transports.base import Channel, ChannelClosed, Chunk, SessionInfo

_READ_SIZE = 64 * 1024
_PENDING = 4 * 1024 * 1024
_TURN_S = 0.01
# What a login would set; nothing else of our own environment reaches the script.
_KEPT = ("HOME", "LOGNAME", "USER", "SHELL", "PATH", "LANG")


class LocalSession:
    """A session on this machine, as the account that runs the scanner.

    `wrapper` is put before the words of every command, for example `("nsenter", "-t", "1", "-a")`.
    """

    def __init__(self, *, wrapper: Sequence[str] = ()) -> None:
        self._wrapper = tuple(wrapper)
        self._channels: list[LocalChannel] = []
        self.info = SessionInfo(account=_account())

    def open(self, command: str, timeout_s: float) -> Channel:
        """Start `command`, split into words without a shell."""
        self.info.round_trips += 1
        channel = LocalChannel(_start([*self._wrapper, *shlex.split(command)]))
        self._channels.append(channel)
        return channel

    def close(self) -> None:
        """End every channel that is still open."""
        for channel in self._channels:
            channel.close()


def _start(argv: list[str]) -> subprocess.Popen[bytes]:
    if os.name != "posix":
        raise TargetError(Reason.UNSUPPORTED, "local: reads this machine through /bin/sh, which Windows does not have")
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd="/",
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            start_new_session=True,
        )
    except OSError as error:
        raise Unreachable(Reason.UNREACHABLE, f"{argv[0]} could not be started: {error.strerror}") from error


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name: containers
        return str(os.geteuid())


class LocalChannel:
    """One child process; its two outputs are drained together."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise ValueError("a channel needs all three streams")
        self._process = process
        self._stdin = process.stdin
        self._outputs = selectors.DefaultSelector()
        self._closed = False
        self._pending: deque[Chunk] = deque()
        self._pending_size = 0
        for stream, is_error in ((process.stdout, False), (process.stderr, True)):
            os.set_blocking(stream.fileno(), False)
            self._outputs.register(stream, selectors.EVENT_READ, is_error)
        os.set_blocking(self._stdin.fileno(), False)

    def send(self, data: bytes, timeout_s: float) -> None:
        """Write all of `data`. Raises TimeLimit when it is not taken in time, Unreachable when the child is gone.

        What the child says meanwhile is kept for `receive`: a child that waits for us to read takes no input.
        """
        if self._stdin.closed:
            raise Unreachable(Reason.UNREACHABLE, "the channel takes no more input")
        until, left = time.monotonic() + timeout_s, memoryview(data)
        with selectors.DefaultSelector() as ready:
            ready.register(self._stdin, selectors.EVENT_WRITE)
            while left:
                if ready.select(0):
                    left = left[self._write(left) :]
                elif time.monotonic() > until:
                    raise TimeLimit(Reason.TIMEOUT, f"the shell took no input for {timeout_s:g} s")
                elif not (self._pending_size < _PENDING and self._hear(_TURN_S)):
                    ready.select(_TURN_S)

    def _hear(self, wait_s: float) -> bool:
        """Move what there is to read to the pending chunks; False when there was nothing."""
        chunk = self._read(wait_s) if self._outputs.get_map() else None
        if chunk is not None:
            self._pending.append(chunk)
            self._pending_size += len(chunk.data)
        return chunk is not None

    def _write(self, data: memoryview) -> int:
        try:
            return os.write(self._stdin.fileno(), data)
        except BlockingIOError:
            return 0
        except BrokenPipeError as error:
            raise Unreachable(Reason.UNREACHABLE, "the shell ended before it had read its input") from error

    def close_input(self) -> None:
        with contextlib.suppress(OSError):
            self._stdin.close()

    def receive(self, timeout_s: float) -> Chunk | None:
        """The next bytes of either stream; None when none came in time. Raises ChannelClosed at the end."""
        if self._pending:
            chunk = self._pending.popleft()
            self._pending_size -= len(chunk.data)
            return chunk
        if self._closed or not self._outputs.get_map():
            raise ChannelClosed
        return self._read(timeout_s)

    def _read(self, timeout_s: float) -> Chunk | None:
        for key, _ in self._outputs.select(max(0.0, timeout_s)):
            try:
                data = os.read(key.fd, _READ_SIZE)
            except BlockingIOError:
                continue
            if data:
                return Chunk(data, is_error=key.data)
            self._outputs.unregister(key.fileobj)
        return None

    def exit_status(self) -> int | None:
        """The child's exit status; 128+n for a death by signal n, as a shell counts."""
        status = self._process.poll()
        return status if status is None or status >= 0 else 128 - status

    def close(self) -> None:
        """Kill the child's process group and let go of everything."""
        if self._closed:
            return
        self._closed = True
        # The child has not been waited for yet, so its number still is ours and names its group.
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._outputs.close()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=2)
