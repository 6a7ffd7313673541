"""Recomputes every digest of the stored runs and walks the hash chain of each site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Table, select

from scanner.errors import EvidenceError
from scanner.store import tables as t
from scanner.store.digests import bytes_of, record_digest, result_digest, run_digest
from scanner.store.rows import record_of, run_info

_SECTION = [column for column in t.section.c if column.name not in ("run", "target")]
_PROJECTED: Mapping[Table, Mapping[str, str]] = {
    t.planned: {"target": "name"},
    t.finding: {"target": "target", "check_id": "check", "status": "status"},
    t.assessment: {"requirement": "requirement", "state": "state"},
}
"""Columns that repeat a key of their row, to be searched by: the digests cover the row."""


def problems(connection: Connection, site: str | None) -> Iterator[str]:
    """One sentence for each thing that does not hold."""
    query = select(t.run)
    if site is not None:
        query = query.where(t.run.c.site == site)
    rows = connection.execute(query).mappings().all()
    for row in rows:
        if row["digest"] is not None:
            yield from _run(connection, row)
        elif row["finished"] is not None:
            yield f"run {row['id']}: it ended and carries no digest"
    named = {row["site"] for row in rows}
    for name in sorted(named - set(connection.scalars(select(t.site.c.name)))):
        yield f"site {name}: it has runs and is not in the list of sites; its name was changed, there or in the runs"
    for name in sorted(named):
        chain = {row["digest"]: row["previous"] for row in rows if row["site"] == name and row["digest"] is not None}
        if chain:
            yield from _chain(name, chain, "runs")
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
    yield from _projections(connection, run_id)
    for used in info.records:
        yield from _bytes(connection, f"run {run_id}, {used.kind}", used.sha256)
    yield from _results(connection, run_id)
    yield from _transcripts(connection, run_id)


def _projections(connection: Connection, run_id: str) -> Iterator[str]:
    for table, columns in _PROJECTED.items():
        rows = connection.execute(select(table).where(table.c.run == run_id)).mappings().all()
        if "ordinal" in table.c and sorted(row["ordinal"] for row in rows) != list(range(len(rows))):
            yield f"run {run_id}: {table.name}: rows are missing, or were put in another order"
        for row in rows:
            if differing := [column for column, key in columns.items() if row[column] != row["row"][key]]:
                yield f"run {run_id}: {table.name}: {', '.join(differing)} and the row that it repeats differ"


def _results(connection: Connection, run_id: str) -> Iterator[str]:
    for row in connection.execute(select(t.result).where(t.result.c.run == run_id)).mappings():
        mine = {"run": run_id, "target": row["target"]}
        findings = connection.scalars(select(t.finding.c.row).filter_by(**mine)).all()
        sections = [dict(each) for each in connection.execute(select(*_SECTION).filter_by(**mine)).mappings()]
        if row["digest"] not in [result_digest(row["row"], findings, covered) for covered in (sections, None)]:
            yield f"run {run_id}, target {row['target']}: its result, its findings or its sections were changed"
        if row["target"] != row["row"]["name"]:
            yield f"run {run_id}, target {row['target']}: its result is that of {row['row']['name']}"


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
