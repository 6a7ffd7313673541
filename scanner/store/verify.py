"""Recomputes every digest of the stored runs and walks the hash chain of each site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from scanner.document import digest
from scanner.errors import EvidenceError
from scanner.store import tables as t
from scanner.store.digests import bytes_of, record_digest, run_digest
from scanner.store.rows import record_of, run_info


def problems(connection: Connection, site: str | None) -> Iterator[str]:
    """One sentence for each thing that does not hold."""
    query = select(t.run).where(t.run.c.digest.is_not(None))
    if site is not None:
        query = query.where(t.run.c.site == site)
    rows = connection.execute(query).mappings().all()
    for row in rows:
        yield from _run(connection, row)
    for name in sorted({row["site"] for row in rows}):
        yield from _chain(name, {row["digest"]: row["previous"] for row in rows if row["site"] == name}, "runs")
    yield from _records(connection, site)


def _records(connection: Connection, site: str | None) -> Iterator[str]:
    query = select(t.record) if site is None else select(t.record).where(t.record.c.site == site)
    records = [record_of(row) for row in connection.execute(query).mappings()]
    for record in records:
        if record_digest(record) != record.digest:
            yield f"record {record.id}: it was changed"
        yield from _bytes(connection, f"record {record.id}", record.document)
    for name in sorted({record.site for record in records}):
        links = {str(record.digest): record.previous for record in records if record.site == name}
        yield from _chain(name, links, "records")


def _run(connection: Connection, row: Any) -> Iterator[str]:
    run_id = row["id"]
    assessments = select(t.assessment.c.row).where(t.assessment.c.run == run_id).order_by(t.assessment.c.ordinal)
    info = run_info(row)
    if run_digest(connection, info, list(connection.scalars(assessments))) != row["digest"]:
        yield f"run {run_id}: its head, plan, transcripts, results or assessments were changed"
    for used in info.records:
        yield from _bytes(connection, f"run {run_id}, {used.kind}", used.sha256)
    yield from _results(connection, run_id)
    yield from _transcripts(connection, run_id)


def _results(connection: Connection, run_id: str) -> Iterator[str]:
    for row in connection.execute(select(t.result).where(t.result.c.run == run_id)).mappings():
        findings = connection.scalars(
            select(t.finding.c.row).where(t.finding.c.run == run_id, t.finding.c.target == row["target"])
        )
        rows = sorted(findings, key=lambda item: str(item["check"]))
        if digest([row["row"], rows]) != row["digest"]:
            yield f"run {run_id}, target {row['target']}: its result or its findings were changed"


def _transcripts(connection: Connection, run_id: str) -> Iterator[str]:
    query = select(t.transcript.c.target, t.transcript.c.sha256, t.transcript.c.script)
    for target, *digests in connection.execute(query.where(t.transcript.c.run == run_id)):
        for sha256 in digests:
            yield from _bytes(connection, f"run {run_id}, target {target}", sha256)


def _bytes(connection: Connection, whose: str, sha256: str) -> Iterator[str]:
    try:
        bytes_of(connection, sha256)
    except EvidenceError as error:
        yield f"{whose}: {error}"


def _chain(site: str, links: dict[str, str | None], what: str) -> Iterator[str]:
    """Every finished run, and every record, but the first names the one before it, and no two name the same."""
    starts = [link for link, previous in links.items() if previous is None]
    if len(starts) != 1:
        yield f"site {site}: its chain of {what} has {len(starts)} beginnings; expected one"
    named = [previous for previous in links.values() if previous is not None]
    if missing := [previous for previous in named if previous not in links]:
        yield f"site {site}: {len(missing)} {what} that others were chained to are gone"
    if len(set(named)) != len(named):
        yield f"site {site}: two {what} are chained to the same one"
