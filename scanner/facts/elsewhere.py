"""Facts that have no object on a platform, whatever a target says."""

from __future__ import annotations

from scanner.facts.base import Fact, Reader
from scanner.facts.domain import DomainRules, WeakenedAccounts
from scanner.model import Absent


def without_object(fact: type[Fact], reason: str) -> Reader:
    """A reader that asks nothing: the fact is absent, and `reason` says why in one clause."""
    return Reader(fact=fact, probes=(), read=lambda _: Absent(reason))


ON_HOSTS: tuple[Reader, ...] = tuple(
    without_object(fact, "a domain is a target of its own (ldaps://)") for fact in (DomainRules, WeakenedAccounts)
)
"""What no host has: these rule a domain, whichever machine keeps it."""
