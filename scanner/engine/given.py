"""What a run is given beside the answers of its targets: the records of the site that count, as checks see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.attest.leavers import Person, document_of, leavers_of
from scanner.attest.record import Record, RecordKind
from scanner.facts.base import GivenFact
from scanner.model import RecordUsed, RunInfo
from scanner.store import Store


@dataclass(frozen=True, slots=True)
class Given:
    """Facts for the checks, and the records that they came from; both empty where the site has none."""

    facts: tuple[GivenFact, ...] = ()
    records: tuple[RecordUsed, ...] = ()


def newest(store: Store, site: str) -> Given:
    """The record of each kind that counts for a site now."""
    record = store.newest_record(site, RecordKind.LEAVERS)
    return of_record(store, record) if record else Given()


def of_record(store: Store, record: Record) -> Given:
    """One record by itself. Raises EvidenceError where its bytes are gone or changed."""
    return _of(store, (record.used(),))


def as_used(store: Store, run: RunInfo) -> Given:
    """What a stored run was given. Raises EvidenceError where the bytes are gone or changed."""
    return _of(store, run.records)


def tried(people: Sequence[Person]) -> Given:
    """A list of people for one assessment, which nobody handed in."""
    facts = leavers_of(document_of(people))
    used = RecordUsed(
        kind=RecordKind.LEAVERS.value,
        id="",
        sha256=facts.sha256,
        by="",
        recorded=None,
        valid_until=None,
        entries=len(people),
    )
    return Given((facts,), (used,))


def _of(store: Store, records: tuple[RecordUsed, ...]) -> Given:
    facts = tuple(
        leavers_of(
            store.bytes_of(used.sha256),
            recorded=used.recorded.date() if used.recorded else None,
            valid_until=used.valid_until,
        )
        for used in records
        if used.kind == RecordKind.LEAVERS.value
    )
    return Given(facts, records)
