"""One refused logon disables its credential for the rest of the run: each refusal counts towards a lockout.

A domain account opens many targets. Without this, a scan with a mistyped password locks the account out, and with it
whatever else runs under it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from scanner.errors import AuthenticationFailed, TimeLimit
from scanner.model import Reason


@dataclass(slots=True)
class _State:
    """What is known of one credential; `turn` is held by the one logon that tries it first."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    is_proved: bool = False
    refused_at: str | None = None


class Breaker:
    """All logons of one run, by the name of their credential. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._states: dict[str, _State] = {}

    @contextmanager
    def logon(self, credential: str, where: str, until: float) -> Iterator[None]:
        """Around one logon at `where`, which says AuthenticationFailed where the peer refused it.

        Until a credential was accepted once, its logons go one at a time, so that a wrong password is refused once
        and not by every target at the same moment. Raises AuthenticationFailed without any logon once it was refused,
        TimeLimit where the turn does not come before `until` (monotonic).
        """
        with self._lock:
            state = self._states.setdefault(credential, _State())
        if state.is_proved:
            yield from self._attempt(state, credential, where)
            return
        if not state.turn.acquire(timeout=max(0.0, until - time.monotonic())):
            detail = f"no time left: another target was still trying the credential '{credential}' for the first time"
            raise TimeLimit(Reason.TIMEOUT, detail)
        try:
            yield from self._attempt(state, credential, where)
        finally:
            state.turn.release()

    def _attempt(self, state: _State, credential: str, where: str) -> Iterator[None]:
        if state.refused_at is not None:
            detail = (
                f"the credential '{credential}' was refused at {state.refused_at} and is not tried again in this run, "
                "so that the account is not locked out; correct it and scan again"
            )
            raise AuthenticationFailed(Reason.LOGIN, detail)
        try:
            yield
        except AuthenticationFailed:
            state.refused_at = where
            raise
        state.is_proved = True
