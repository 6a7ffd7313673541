"""What a run's link in the chain covers, and bytes by their digest."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.exc import IntegrityError

from scanner.attest.record import Record
from scanner.document import digest, digest_of_plain, plain
from scanner.errors import EvidenceError
from scanner.model import RunInfo
from scanner.store import tables as t

_LEVEL = 3  # of compression: a tenth more bytes than 6 for less than half of its time


def run_digest(connection: Connection, info: RunInfo, assessments: Sequence[Mapping[str, Any]]) -> str:
    """What a run's link in the chain covers: its head, its plan, every byte collected, every conclusion."""
    run = info.id
    plan = select(t.planned.c.row).where(t.planned.c.run == run).order_by(t.planned.c.ordinal)
    scripts = select(t.transcript.c.target, t.transcript.c.sha256, t.transcript.c.script, t.transcript.c.head)
    results = select(t.result.c.target, t.result.c.digest).where(t.result.c.run == run).order_by(t.result.c.target)
    return digest(
        {
            "run": _head(info),
            "planned": list(connection.scalars(plan)),
            "transcripts": [
                list(row)
                for row in connection.execute(scripts.where(t.transcript.c.run == run).order_by(t.transcript.c.target))
            ],
            "results": [list(row) for row in connection.execute(results)],
            "assessments": list(assessments),
        }
    )


def _head(info: RunInfo) -> dict[str, Any]:
    """The head of a run; records came later than the first stores, and are left out where there are none, as then."""
    head: dict[str, Any] = plain(replace(info, digest=None))
    return head if info.records else {key: value for key, value in head.items() if key != "records"}


def record_digest(record: Record) -> str:
    """What a record's link in the chain covers: all of it but the digest itself, its document by that one's digest."""
    return digest(replace(record, digest=None))


def last_digest(connection: Connection, table: Table, site: str) -> str | None:
    """The digest at the end of a site's chain of runs, or of records."""
    query = select(table.c.digest, table.c.previous).where(table.c.site == site, table.c.digest.is_not(None))
    links = {row.digest: row.previous for row in connection.execute(query)}
    ends = set(links) - set(links.values())
    return min(ends) if ends else None


def result_digest(
    row: Mapping[str, Any], findings: Iterable[Mapping[str, Any]], sections: Iterable[Mapping[str, Any]] | None
) -> str:
    """What a target's line covers: itself, its findings, and where in the transcript their evidence lies.

    None for `sections` gives the first form, of stores that did not cover them. No digest has both forms, so that
    whoever reads may try both.
    """
    covered: list[Any] = [row, sorted(findings, key=lambda item: str(item["check"]))]
    if sections is not None:
        covered.append(sorted((dict(section) for section in sections), key=lambda item: str(item["probe"])))
    return digest_of_plain(covered)


def keep(connection: Connection, data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    if connection.scalar(select(t.blob.c.sha256).where(t.blob.c.sha256 == sha256)) is None:
        row = {"sha256": sha256, "size": len(data), "deflated": zlib.compress(data, _LEVEL)}
        try:
            with connection.begin_nested():
                connection.execute(insert(t.blob).values(**row))
        except IntegrityError:
            return sha256  # another process stored the same bytes first
    return sha256


def bytes_of(connection: Connection, sha256: str) -> bytes:
    row = connection.execute(select(t.blob.c.deflated, t.blob.c.size).where(t.blob.c.sha256 == sha256)).first()
    if row is None:
        raise EvidenceError(f"evidence {sha256} is not in the store")
    try:
        data = zlib.decompress(row.deflated)
    except zlib.error as error:
        raise EvidenceError(f"evidence {sha256} is damaged: {error}") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise EvidenceError(f"evidence {sha256} does not match its digest: it was changed after it was stored")
    if len(data) != row.size:
        raise EvidenceError(f"evidence {sha256} holds {len(data)} bytes and is listed with {row.size}")
    return data
