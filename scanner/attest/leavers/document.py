"""The one spelling in which a leavers list is kept: its SHA-256 names the same people, whatever file they came in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from scanner.attest.leavers.people import FIELDS, Person
from scanner.document import canonical
from scanner.errors import EvidenceError
from scanner.facts import Leaver, Leavers

SCHEMA = "leavers-1"


def document_of(people: Sequence[Person]) -> bytes:
    """The bytes that are stored."""
    return canonical({"schema": SCHEMA, "people": list(people)})


def people_in(document: bytes) -> tuple[Person, ...]:
    """The people of stored bytes. Raises EvidenceError where they are no such list."""
    try:
        content = json.loads(document)
        if content["schema"] != SCHEMA:
            raise ValueError(content["schema"])
        return tuple(_person(row) for row in content["people"])
    except (ValueError, LookupError, TypeError) as error:
        raise EvidenceError(f"this is no leavers list of this version ({type(error).__name__})") from error


def _person(row: dict[str, Any]) -> Person:
    texts = {name: str(row[name]) for name in FIELDS if name != "last_day"}
    return Person(last_day=date.fromisoformat(row["last_day"]), **texts)


def leavers_of(document: bytes, *, recorded: date | None = None, valid_until: date | None = None) -> Leavers:
    """The list as checks see it. Raises EvidenceError."""
    people = (
        Leaver(row=row, last_day=one.last_day, account=one.account, mail=one.email, name=one.name)
        for row, one in enumerate(people_in(document), 1)
    )
    sha256 = hashlib.sha256(document).hexdigest()
    return Leavers(people=tuple(people), sha256=sha256, recorded=recorded, valid_until=valid_until)
