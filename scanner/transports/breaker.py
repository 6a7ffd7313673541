"""Keeps a wrong password from locking an account: one refused logon ends the use of its credential in this run.

Each refusal counts as a bad logon, often on a domain account that many targets share. So until a credential has been
accepted once, one target tries it and the others wait: thirty targets at once would be thirty bad logons. A host that
does not answer its trial is not waited for long, or it would cost all the others their time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from scanner.errors import AuthenticationFailed, TimeLimit, Unreachable
from scanner.model import Reason
from scanner.transports.tcp import INTERRUPTED, left

TRIAL_S = 5.0
"""How long a logon that proves a credential keeps the others waiting; then the next target tries as well."""


@dataclass(slots=True)
class _State:
    """What is known of one credential. `trial_until` is when the wait for a trial under way ends (monotonic)."""

    is_proven: bool = False
    trial_until: float = 0.0
    refused_by: str = ""

    @property
    def is_on_trial(self) -> bool:
        return not self.is_proven and not self.refused_by and left(self.trial_until) > 0


class Attempt:
    """One logon under way; a logon that ends without a word of the host proves nothing."""

    __slots__ = ("was_accepted",)

    def __init__(self) -> None:
        self.was_accepted: bool | None = None


class Breaker:
    """All credentials of one run, by name and user. Thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._states: dict[tuple[str, str], _State] = {}
        self._aborted = False

    @contextmanager
    def attempt(self, credential: str, user: str, where: str, until: float) -> Iterator[Attempt]:
        """Log on inside the block and set `was_accepted` to the host's answer.

        Raises AuthenticationFailed where the credential was refused before, TimeLimit when its trial elsewhere does
        not end in time.
        """
        state = self._enter(credential, user, where, until)
        attempt = Attempt()
        try:
            yield attempt
        finally:
            with self._changed:
                state.trial_until = 0.0
                state.is_proven = state.is_proven or attempt.was_accepted is True
                if attempt.was_accepted is False:
                    state.refused_by = state.refused_by or where
                self._changed.notify_all()

    def abort(self) -> None:
        """Let nobody wait any longer."""
        with self._changed:
            self._aborted = True
            self._changed.notify_all()

    def _enter(self, credential: str, user: str, where: str, until: float) -> _State:
        with self._changed:
            state = self._states.setdefault((credential, user.casefold()), _State())
            while state.is_on_trial and not self._aborted and left(until) > 0:
                self._changed.wait(min(left(until), left(state.trial_until)))
            if self._aborted:
                raise Unreachable(Reason.CANCELLED, INTERRUPTED)
            if state.refused_by:
                raise _refused_before(credential, user, where, state.refused_by)
            if state.is_on_trial:
                raise TimeLimit(
                    Reason.TIMEOUT,
                    f"{where}: no time left to log on: the first logon with credential '{credential}' has not ended",
                )
            state.trial_until = time.monotonic() + TRIAL_S
            return state


def _refused_before(credential: str, user: str, where: str, by: str) -> AuthenticationFailed:
    return AuthenticationFailed(
        Reason.LOGIN,
        f"no logon on {where}: {by} refused the credential '{credential}' ({user}), and each further refusal would "
        "bring the account closer to its lock-out. Correct the credential, or give that host one of its own",
    )
