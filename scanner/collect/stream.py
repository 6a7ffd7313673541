"""Reading a channel: both streams drained together, under a deadline, a byte cap and a cancel switch."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

from scanner.errors import TargetError, TimeLimit
from scanner.model import Reason
from scanner.transports.base import Channel, ChannelClosed

_POLL_S = 0.5
_PIECE = 16 * 1024
_KEPT_ERRORS = 64 * 1024
_LONGEST_ANSWER = 256


class Flood(TargetError):
    """The target sent more than the limit; what came until then is kept."""


class Budget:
    """What one target may cost altogether, over all its channels."""

    def __init__(self, total_s: float, output_bytes: int, cancelled: threading.Event) -> None:
        self._deadline = time.monotonic() + total_s
        self._total_s = total_s
        self._limit = output_bytes
        self._left = output_bytes
        self._cancelled = cancelled

    def spend(self, count: int) -> None:
        """Count received bytes. Raises Flood above the limit."""
        self._left -= count
        if self._left < 0:
            raise Flood(Reason.TRUNCATED, f"the target sent more than {self._limit} bytes")

    def left_s(self, want_s: float) -> float:
        """At most `want_s`, less near the end. Raises TimeLimit after the deadline, TargetError when cancelled."""
        if self._cancelled.is_set():
            raise TargetError(Reason.CANCELLED, "the scan was interrupted")
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeLimit(Reason.TIMEOUT, f"the target took longer than {self._total_s:g} s")
        return min(want_s, left)


class Stream:
    """One channel and everything it has said so far."""

    def __init__(self, channel: Channel, budget: Budget) -> None:
        self._channel = channel
        self._budget = budget
        self.out = bytearray()
        self.err = bytearray()
        self.closed = False
        self.heard_at = time.monotonic()

    def pump(self, wait_s: float) -> bool:
        """Take the next bytes of either stream; False when none came within `wait_s` or the far side has ended."""
        wait_s = self._budget.left_s(min(wait_s, _POLL_S))
        try:
            chunk = self._channel.receive(wait_s)
        except ChannelClosed:
            self.closed = True
            return False
        if chunk is None:
            return False
        self.heard_at = time.monotonic()
        kept = self.err if chunk.is_error else self.out
        if not chunk.is_error or len(self.err) < _KEPT_ERRORS:
            kept += chunk.data
        self._budget.spend(len(chunk.data))
        return True

    def send(self, data: bytes) -> None:
        """Write in pieces, taking what comes meanwhile: a far side that writes while we write must not block us."""
        for start in range(0, len(data), _PIECE):
            self._channel.send(data[start : start + _PIECE], self._budget.left_s(30.0))
            while not self.closed and self.pump(0):
                pass

    def await_match(
        self, pattern: re.Pattern[bytes], wait_s: float, *, on_wait: Callable[[], bool] | None = None
    ) -> re.Match[bytes] | None:
        """The first match in standard output; None when it did not come in time or the far side ended.

        `on_wait` is called after each arrival; when it returns True the wait is over.
        """
        until, searched = time.monotonic() + wait_s, 0
        while True:
            if found := pattern.search(self.out, max(0, searched - _LONGEST_ANSWER)):
                return found
            searched = len(self.out)
            if on_wait is not None and on_wait():
                return None
            left = until - time.monotonic()
            if self.closed or left <= 0:
                return None
            self.pump(left)

    def close_input(self) -> None:
        self._channel.close_input()

    def close(self) -> None:
        self._channel.close()
