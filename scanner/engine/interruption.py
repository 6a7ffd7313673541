"""Ctrl-C and SIGTERM while targets are under way: the first asks for an orderly end, the second leaves at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_STOPPING = b"\nstopping: nothing new is started, what was collected is kept; once more to leave at once\n"


@contextmanager
def stop_on_signals(cancelled: threading.Event) -> Iterator[None]:
    """While the block runs, the first signal sets `cancelled`; any further one raises KeyboardInterrupt.

    Signals reach the main thread alone, so on any other thread this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        if cancelled.is_set():
            raise KeyboardInterrupt
        cancelled.set()
        _say()

    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say() -> None:
    try:
        os.write(2, _STOPPING)  # a handler may interrupt a half-written buffer; the descriptor has none
    except OSError:
        return
