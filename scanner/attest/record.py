"""A record: one statement that somebody handed in for a site. Records are added, never changed; the newest counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from scanner.model import RecordUsed


class RecordKind(StrEnum):
    """What a record states; also the name of the slot in a criteria pack that asks for it."""

    LEAVERS = "leavers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Who handed in what for which site, when, and until when it holds.

    `kind` is a `RecordKind`, or one that a later version knows: its records are chained and verified all the same.
    `document` is the SHA-256 of the bytes that were handed in, in the one spelling of their kind; `entries` is how many
    things they list. `until` is the last day on which the record may be relied on, None for no end. `at` is aware and
    in UTC. The store fills `previous`, the digest of the site's record before it, and `digest`.
    """

    id: str
    site: str
    kind: str
    by: str
    at: datetime
    until: date | None
    document: str
    entries: int
    previous: str | None = None
    digest: str | None = None

    def used(self) -> RecordUsed:
        """What a run says of it."""
        return RecordUsed(
            kind=str(self.kind),
            id=self.id,
            sha256=self.document,
            by=self.by,
            recorded=self.at,
            valid_until=self.until,
            entries=self.entries,
        )
