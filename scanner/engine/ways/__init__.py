"""The ways to a target: each opens targets of its transports and brings back what one script said.

A way is made once a run, before the first connection: it resolves the secrets of the credentials that its targets
use, so that a missing one stops the run early. `collect` is called by many threads at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from scanner.check import Check
from scanner.inventory.site import Site
from scanner.model import Target, Transcript
from scanner.secret import Fits, Secret, SecretRef, Secrets
from scanner.transports.breaker import Breaker


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection brings back: the transcript, and the exact script that it answers."""

    transcript: Transcript
    script: bytes


class Way(Protocol):
    """Opens targets and brings their bytes back."""

    def collect(self, target: Target, deadline: float, cancelled: threading.Event) -> Collected:
        """One target, before `deadline` (monotonic clock). Raises TargetError when it cannot be collected."""

    def abort(self) -> None:
        """End the logins under way and let no new one begin; what is being read goes on. For any thread."""

    def close(self) -> None:
        """End what is shared between targets; never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What every way is made from."""

    site: Site
    checks: tuple[Check, ...]
    secrets: Secrets
    now: Callable[[], datetime]
    breaker: Breaker = field(default_factory=Breaker)  # a domain account opens hosts and the domain: one for all ways

    def targets(self, *transports: str) -> tuple[Target, ...]:
        """The site's targets that are reached by one of these transports."""
        return tuple(target for target in self.site.targets if target.transport in transports)

    def credentials(self, *transports: str) -> Iterator[str]:
        """The names of the credentials that those targets and their jump hosts use, in the order of the site file."""
        places: Iterable[Target] = (p for target in self.targets(*transports) for p in (target, *target.jump))
        named = {place.credential for place in places}
        yield from (name for name in self.site.credentials if name in named)

    def secret(self, ref: SecretRef | None, role: str, credential: str, fits: Fits | None = None) -> Secret | None:
        """Resolve a reference; a person is asked here, once, for a pass phrase until it fits. Raises SecretError."""
        return None if ref is None else self.secrets.resolve(ref, f"{role} of credential '{credential}'", fits)
