"""What a connection to a directory may still cost: a deadline over everything, an interruption, a count of bytes.

The library's own connection knows a time limit per read only, so that a server which sends a byte now and then, or
entries without end, would hold it for ever.
"""

from __future__ import annotations

import threading
import time

from scanner.errors import TargetError, TimeLimit
from scanner.model import Reason

_POLL_S = 0.25


class Allowance:
    """What a connection may still cost: time until `until` (monotonic), and bytes to read."""

    def __init__(self, until: float, stop: threading.Event, where: str) -> None:
        self.until = until
        self.stops = [stop]
        self.bytes_left: int | None = None
        self.what = "answer"
        self._where = where

    def spend(self, count: int) -> None:
        """Count bytes that were read. Raises TargetError above the limit."""
        if self.bytes_left is not None:
            self.bytes_left -= count
            if self.bytes_left < 0:
                raise TargetError(Reason.TRUNCATED, f"{self._where} sent more than the limit of one target")

    def turn_s(self) -> float:
        """How long to wait next. Raises TimeLimit after the deadline, TargetError once the scan was interrupted."""
        if any(stop.is_set() for stop in self.stops):
            raise TargetError(Reason.CANCELLED, "the scan was interrupted")
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeLimit(Reason.TIMEOUT, f"{self._where} did not {self.what} in time")
        return min(left, _POLL_S)
