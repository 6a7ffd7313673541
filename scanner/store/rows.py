"""Between the rows of the tables and the words of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from scanner.attest.record import Record
from scanner.document import parse, plain
from scanner.facts.base import RawFact
from scanner.model import (
    Applicability,
    Coverage,
    Finding,
    Privilege,
    ProfileRef,
    Reason,
    RecordUsed,
    RunInfo,
    Target,
    TargetResult,
    TargetState,
)
from scanner.store import tables as t

HEAD_OF_RUN = ("company", "entities", "scanner", "profile", "anniversary", "applicability", "records")
HEAD_OF_TRANSCRIPT = (
    "platform",
    "nonce",
    "collected_at",
    "account",
    "privilege",
    "error",
    "host_key",
    "duration_s",
    "round_trips",
    "notes",
)


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One line of the history. `finished` is None for a run that was killed."""

    id: str
    site: str
    started: datetime
    finished: datetime | None
    partial: bool
    planned: int
    reached: int
    states: Mapping[str, int]
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptHead:
    """The part of a Transcript that is no bytes."""

    platform: str
    nonce: str
    collected_at: datetime
    account: str
    privilege: Privilege
    error: tuple[Reason, str] | None
    host_key: str
    duration_s: float
    round_trips: int
    notes: tuple[str, ...]


def plan_row(target: Target) -> dict[str, Any]:
    """What the store keeps of a plan: never where keys or passwords are."""
    keys = ("name", "transport", "address", "port", "user", "role", "tags", "parameters", "origin")
    return {key: plain(getattr(target, key)) for key in keys}


def finding_row(finding: Finding) -> dict[str, Any]:
    """Whose its parameters are came later than the first stores, and is left out where nothing is told, as then."""
    row: dict[str, Any] = plain(finding)
    return row if finding.parameter_sources else {k: value for k, value in row.items() if k != "parameter_sources"}


def section_row(fact: RawFact) -> dict[str, Any]:
    return {
        "probe": fact.probe,
        "state": fact.state.value,
        "status": fact.status,
        "duration_ms": fact.duration_ms,
        "size": len(fact.stdout),
        "sha256": fact.sha256,
    }


def run_info(row: Mapping[Any, Any]) -> RunInfo:
    head = row["head"]
    return RunInfo(
        id=row["id"],
        site=row["site"],
        company=head["company"],
        entities=tuple(head["entities"]),
        started=utc(row["started"]),
        finished=utc(row["finished"]) if row["finished"] else None,
        scanner=head["scanner"],
        profile=parse(ProfileRef, head["profile"]),
        partial=row["partial"] is not False,  # a run that never ended is partial too
        previous=row["previous"],
        digest=row["digest"],
        anniversary=head["anniversary"],
        applicability={key: parse(Applicability, answer) for key, answer in head["applicability"].items()},
        records=tuple(parse(RecordUsed, used) for used in head.get("records", ())),  # stores before 0002 have none
    )


def record_row(record: Record) -> dict[str, Any]:
    """A record as its table has it."""
    row = {key: plain(getattr(record, key)) for key in ("by", "until", "entries")}
    keys = ("id", "site", "at", "document", "previous", "digest")
    return {**{key: getattr(record, key) for key in keys}, "kind": str(record.kind), "row": row}


def record_of(row: Mapping[Any, Any]) -> Record:
    said = row["row"]
    return Record(
        id=row["id"],
        site=row["site"],
        kind=row["kind"],
        by=said["by"],
        at=utc(row["at"]),
        until=date.fromisoformat(said["until"]) if said["until"] else None,
        document=row["document"],
        entries=said["entries"],
        previous=row["previous"],
        digest=row["digest"],
    )


def newest_first(records: Sequence[Record]) -> tuple[Record, ...]:
    """The records of a site in the order in which they came, which no clock can turn around; the last one first.

    Where the chain does not hold (`verify` tells), their times have to do.
    """
    following = {record.previous: record for record in records}
    found: list[Record] = []
    link: str | None = None
    while (record := following.pop(link, None)) is not None:
        found.append(record)
        link = record.digest
    whole = len(found) == len(records)
    return tuple(reversed(found if whole else sorted(records, key=lambda one: (one.at, one.id))))


def utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def target_lines(connection: Connection, run_id: str) -> tuple[TargetResult, ...]:
    plan = select(t.planned.c.row).where(t.planned.c.run == run_id).order_by(t.planned.c.ordinal)
    query = select(t.result.c.target, t.result.c.row).where(t.result.c.run == run_id)
    results = {row.target: row.row for row in connection.execute(query)}
    rows = connection.scalars(plan).all()
    return tuple(
        parse(TargetResult, results[row["name"]]) if row["name"] in results else _never_answered(row) for row in rows
    )


def _never_answered(row: Mapping[str, Any]) -> TargetResult:
    return TargetResult(
        name=row["name"],
        address=row["address"],
        transport=row["transport"],
        platform="",
        os="",
        state=TargetState.CANCELLED,
        reason=Reason.CANCELLED,
        detail="the run ended before this target was collected",
        role=row["role"],
        tags=tuple(row["tags"]),
    )


def coverage_of(targets: Sequence[TargetResult]) -> Coverage:
    """Planned, reached, and read without a gap."""
    return Coverage(
        planned=len(targets),
        reached=sum(target.reached for target in targets),
        readable=sum(target.state is TargetState.READ for target in targets),
    )


_REACHED = t.result.c.row["state"].as_string().in_([TargetState.READ.value, TargetState.PARTLY_READ.value])


def stored_run(connection: Connection, row: Mapping[Any, Any]) -> StoredRun:
    run_id = row["id"]
    count = func.count()
    states = select(t.assessment.c.state, count).where(t.assessment.c.run == run_id).group_by(t.assessment.c.state)
    return StoredRun(
        id=run_id,
        site=row["site"],
        started=utc(row["started"]),
        finished=utc(row["finished"]) if row["finished"] else None,
        partial=row["partial"] is not False,
        planned=connection.scalar(select(count).select_from(t.planned).where(t.planned.c.run == run_id)) or 0,
        reached=connection.scalar(select(count).select_from(t.result).where(t.result.c.run == run_id, _REACHED)) or 0,
        states={state: number for state, number in connection.execute(states)},  # noqa: C416 - a Row is no pair to mypy
        digest=row["digest"],
    )
