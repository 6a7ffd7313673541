"""What a check says of facts made for a test: its status, or the reason why nobody can tell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from scanner.catalogue import load_checks
from scanner.errors import FactAbsent, FactUnavailable
from scanner.facts import Collection
from scanner.model import Privilege, Reason, Status

CHECKS = load_checks()
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def collection(role: str = "", *tags: str) -> Collection:
    """A collection of a Windows host at `NOW`."""
    return Collection(
        collected_at=NOW,
        privilege=Privilege.ROOT,
        account="scan",
        platform="windows",
        target="h",
        remote=True,
        role=role,
        tags=tags,
    )


def status(check: str, *facts: object, **parameters: Any) -> Status | Reason:
    """The status of an outcome, the reason where it is unknown, as the engine would find it."""
    try:
        outcome = CHECKS[check].run(*facts, **parameters)
    except FactUnavailable as error:
        return error.unknown.code
    except FactAbsent:
        return Status.NOT_APPLICABLE
    return outcome.reason or outcome.status
