"""Writes and reads runs.

Evidence is written before it is parsed, each step in a transaction of its own: a process that is killed leaves a
readable store with everything collected up to then. Finished runs of a site form a hash chain; `verify` walks it.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from scanner.document import digest, parse, plain
from scanner.errors import ConfigError, EvidenceError, Problem, ScannerError
from scanner.facts.base import RawFacts
from scanner.model import (
    Applicability,
    Assessment,
    Coverage,
    Finding,
    Privilege,
    ProfileRef,
    Reason,
    RunInfo,
    RunResult,
    Target,
    TargetResult,
    TargetState,
    Transcript,
)
from scanner.store import schema
from scanner.store import tables as t

_LEVEL = 3  # of compression: a tenth more bytes than 6 for less than half of its time

_HEAD_OF_RUN = ("company", "entities", "scanner", "profile", "anniversary", "applicability")
_HEAD_OF_TRANSCRIPT = (
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
    answered: int
    states: Mapping[str, int]
    digest: str | None


class Store:
    """An open store. Safe for several threads: writes are serialised here, between processes by the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()

    @classmethod
    def open(cls, where: str | Path, *, must_exist: bool = False) -> Store:
        """Open (and create, readable by its owner alone, or bring up to date) the store at a path or database URL."""
        engine = _engine(where, must_exist=must_exist)
        try:
            schema.upgrade(engine)
        except SQLAlchemyError as error:
            engine.dispose()
            raise _unusable(engine, error) from error
        return cls(engine)

    @property
    def place(self) -> str:
        """Where the store is, for people: the file, or the database URL without its password."""
        return _place(self._engine)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        try:
            with self._lock, self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                yield connection
        except IntegrityError:
            raise  # a row that is there already: the caller knows whether that is a fault
        except DBAPIError as error:
            raise ScannerError(f"the store {self.place} cannot be written: {error.orig}") from error

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise ScannerError(f"the store {self.place} cannot be read: {error.orig}") from error

    # --- Writing ---------------------------------------------------------------------------------------------

    def begin(self, info: RunInfo, planned: Sequence[Target]) -> RunWriter:
        """Write the run and its denominator; everything later hangs on it."""
        head = {key: plain(getattr(info, key)) for key in _HEAD_OF_RUN}
        rows = [{"run": info.id, "ordinal": i, "target": p.name, "row": _plan_row(p)} for i, p in enumerate(planned)]
        self._ensure_site(info.site)
        with self._write() as connection:
            connection.execute(insert(t.run).values(id=info.id, site=info.site, started=info.started, head=head))
            if rows:
                connection.execute(insert(t.planned), rows)
        return RunWriter(self, info)

    def _ensure_site(self, name: str) -> None:
        try:
            with self._write() as connection:
                if connection.scalar(select(t.site.c.name).where(t.site.c.name == name)) is None:
                    connection.execute(insert(t.site).values(name=name))
        except IntegrityError:
            return  # another process was faster

    # --- Reading ---------------------------------------------------------------------------------------------

    def runs(self, site: str | None = None) -> tuple[StoredRun, ...]:
        """The history, newest first."""
        query = select(t.run).order_by(t.run.c.started.desc(), t.run.c.id)
        if site is not None:
            query = query.where(t.run.c.site == site)
        with self._read() as connection:
            return tuple(_stored_run(connection, row) for row in connection.execute(query).mappings().all())

    def latest(self, site: str | None = None) -> str | None:
        """The id of the newest run, a killed one included."""
        return next((run.id for run in self.runs(site)), None)

    def resolve(self, prefix: str) -> str:
        """The id of the run whose id starts with `prefix`. Raises ConfigError for none or several."""
        with self._read() as connection:
            query = select(t.run.c.id).where(t.run.c.id.startswith(prefix, autoescape=True))
            found = connection.scalars(query).all()
        if len(found) != 1:
            raise ConfigError(f"{len(found)} runs start with '{prefix}'; `ctpat history` lists them")
        return str(found[0])

    def load(self, run_id: str) -> RunResult:
        """A stored run. Targets of a killed run that never answered are shown as cancelled."""
        with self._read() as connection:
            row = connection.execute(select(t.run).where(t.run.c.id == run_id)).mappings().first()
            if row is None:
                raise ConfigError(f"no run '{run_id}' in this store; `ctpat history` lists them")
            targets = _targets(connection, run_id)
            findings = tuple(
                parse(Finding, item)
                for item in connection.scalars(
                    select(t.finding.c.row)
                    .where(t.finding.c.run == run_id)
                    .order_by(t.finding.c.target, t.finding.c.check_id)
                )
            )
            assessments = tuple(
                parse(Assessment, item)
                for item in connection.scalars(
                    select(t.assessment.c.row).where(t.assessment.c.run == run_id).order_by(t.assessment.c.ordinal)
                )
            )
        coverage = coverage_of(targets)
        return RunResult(
            run=_run_info(row), coverage=coverage, targets=targets, findings=findings, assessments=assessments
        )

    def planned_targets(self, run_id: str) -> tuple[Target, ...]:
        """The targets of a run as they were planned: name, address, role, tags and parameters."""
        query = select(t.planned.c.row).where(t.planned.c.run == run_id).order_by(t.planned.c.ordinal)
        with self._read() as connection:
            return tuple(parse(Target, row) for row in connection.scalars(query))

    def transcripts(self, run_id: str) -> Iterator[Transcript]:
        """The raw bytes of a run, one target at a time. Raises EvidenceError when they no longer match."""
        query = select(t.transcript).where(t.transcript.c.run == run_id).order_by(t.transcript.c.target)
        with self._read() as connection:
            for row in connection.execute(query).mappings():
                head = parse(_TranscriptHead, row["head"])
                fields = {name: getattr(head, name) for name in _HEAD_OF_TRANSCRIPT}
                stdout = _bytes(connection, row["sha256"])
                yield Transcript(target=row["target"], stdout=stdout, script_sha256=row["script"], **fields)

    def bytes_of(self, sha256: str) -> bytes:
        """Stored bytes by their digest. Raises EvidenceError when they are missing or do not match."""
        with self._read() as connection:
            return _bytes(connection, sha256)

    def verify(self, site: str | None = None) -> tuple[str, ...]:
        """Walk the chains and recompute every digest; one sentence for each thing that does not hold."""
        from scanner.store.verify import problems

        with self._read() as connection:
            return tuple(problems(connection, site))


class RunWriter:
    """Appends to one run; each method is one transaction."""

    def __init__(self, store: Store, info: RunInfo) -> None:
        self._store = store
        self.info = info

    def transcript(self, transcript: Transcript, script: bytes) -> None:
        """Keep the raw bytes; called before anything looks at them."""
        head = {name: plain(getattr(transcript, name)) for name in _HEAD_OF_TRANSCRIPT}
        with self._store._write() as connection:
            values = {"sha256": _keep(connection, transcript.stdout), "script": _keep(connection, script)}
            connection.execute(
                insert(t.transcript).values(run=self.info.id, target=transcript.target, head=head, **values)
            )

    def result(self, result: TargetResult, findings: Sequence[Finding], raw: RawFacts | None = None) -> None:
        """Keep what was concluded from one target."""
        row = plain(result)
        rows = sorted((plain(finding) for finding in findings), key=lambda item: str(item["check"]))
        with self._store._write() as connection:
            key = {"run": self.info.id, "target": result.name}
            connection.execute(insert(t.result).values(**key, row=row, digest=digest([row, rows])))
            if rows:
                connection.execute(
                    insert(t.finding),
                    [{**key, "check_id": item["check"], "status": item["status"], "row": item} for item in rows],
                )
            if sections := [{**key, **_section(fact)} for fact in (raw.sections.values() if raw else ())]:
                connection.execute(insert(t.section), sections)

    def finish(self, assessments: Sequence[Assessment], finished: datetime, *, partial: bool) -> RunInfo:
        """Close the run and chain it to the site's last finished one."""
        rows = [plain(assessment) for assessment in assessments]
        with self._store._write() as connection:
            for ordinal, row in enumerate(rows):
                connection.execute(
                    insert(t.assessment).values(
                        run=self.info.id,
                        ordinal=ordinal,
                        requirement=row["requirement"],
                        state=row["state"],
                        row=row,
                    )
                )
            # Two scans of one site may end together: the site's row is the lock that orders them.
            connection.execute(select(t.site.c.name).where(t.site.c.name == self.info.site).with_for_update())
            previous = last_digest(connection, self.info.site)
            info = replace(self.info, finished=finished, partial=partial, previous=previous)
            info = replace(info, digest=run_digest(connection, info, rows))
            connection.execute(
                update(t.run)
                .where(t.run.c.id == info.id)
                .values(finished=finished, partial=partial, previous=previous, digest=info.digest)
            )
        return info


# --- Digests -------------------------------------------------------------------------------------------------


def run_digest(connection: Connection, info: RunInfo, assessments: Sequence[Mapping[str, Any]]) -> str:
    """What a run's link in the chain covers: its head, its plan, every byte collected, every conclusion."""
    run = info.id
    plan = select(t.planned.c.row).where(t.planned.c.run == run).order_by(t.planned.c.ordinal)
    scripts = select(t.transcript.c.target, t.transcript.c.sha256, t.transcript.c.script, t.transcript.c.head)
    results = select(t.result.c.target, t.result.c.digest).where(t.result.c.run == run).order_by(t.result.c.target)
    return digest(
        {
            "run": plain(replace(info, digest=None)),
            "planned": list(connection.scalars(plan)),
            "transcripts": [
                list(row)
                for row in connection.execute(scripts.where(t.transcript.c.run == run).order_by(t.transcript.c.target))
            ],
            "results": [list(row) for row in connection.execute(results)],
            "assessments": list(assessments),
        }
    )


def last_digest(connection: Connection, site: str) -> str | None:
    """The digest at the end of a site's chain."""
    query = select(t.run.c.digest, t.run.c.previous).where(t.run.c.site == site, t.run.c.digest.is_not(None))
    links = {row.digest: row.previous for row in connection.execute(query)}
    ends = set(links) - set(links.values())
    return min(ends) if ends else None


def _keep(connection: Connection, data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    if connection.scalar(select(t.blob.c.sha256).where(t.blob.c.sha256 == sha256)) is None:
        row = {"sha256": sha256, "size": len(data), "deflated": zlib.compress(data, _LEVEL)}
        try:
            with connection.begin_nested():
                connection.execute(insert(t.blob).values(**row))
        except IntegrityError:
            return sha256  # another process stored the same bytes first
    return sha256


def _bytes(connection: Connection, sha256: str) -> bytes:
    deflated = connection.scalar(select(t.blob.c.deflated).where(t.blob.c.sha256 == sha256))
    if deflated is None:
        raise EvidenceError(f"evidence {sha256} is not in the store")
    try:
        data = zlib.decompress(deflated)
    except zlib.error as error:
        raise EvidenceError(f"evidence {sha256} is damaged: {error}") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise EvidenceError(f"evidence {sha256} does not match its digest: it was changed after it was stored")
    return data


# --- Rows ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _TranscriptHead:
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


def _plan_row(target: Target) -> dict[str, Any]:
    """What the store keeps of a plan: never where keys or passwords are."""
    keys = ("name", "transport", "address", "port", "user", "role", "tags", "parameters", "origin")
    return {key: plain(getattr(target, key)) for key in keys}


def _section(fact: Any) -> dict[str, Any]:
    return {
        "probe": fact.probe,
        "state": fact.state.value,
        "status": fact.status,
        "duration_ms": fact.duration_ms,
        "size": len(fact.stdout),
        "sha256": fact.sha256,
    }


def _run_info(row: Mapping[Any, Any]) -> RunInfo:
    head = row["head"]
    return RunInfo(
        id=row["id"],
        site=row["site"],
        company=head["company"],
        entities=tuple(head["entities"]),
        started=_utc(row["started"]),
        finished=_utc(row["finished"]) if row["finished"] else None,
        scanner=head["scanner"],
        profile=parse(ProfileRef, head["profile"]),
        partial=row["partial"] is not False,  # a run that never ended is partial too
        previous=row["previous"],
        digest=row["digest"],
        anniversary=head["anniversary"],
        applicability={key: parse(Applicability, answer) for key, answer in head["applicability"].items()},
    )


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _targets(connection: Connection, run_id: str) -> tuple[TargetResult, ...]:
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


def _stored_run(connection: Connection, row: Mapping[Any, Any]) -> StoredRun:
    run_id = row["id"]
    count = func.count()
    states = select(t.assessment.c.state, count).where(t.assessment.c.run == run_id).group_by(t.assessment.c.state)
    return StoredRun(
        id=run_id,
        site=row["site"],
        started=_utc(row["started"]),
        finished=_utc(row["finished"]) if row["finished"] else None,
        partial=row["partial"] is not False,
        planned=connection.scalar(select(count).select_from(t.planned).where(t.planned.c.run == run_id)) or 0,
        answered=connection.scalar(select(count).select_from(t.result).where(t.result.c.run == run_id)) or 0,
        states={state: number for state, number in connection.execute(states)},  # noqa: C416 - a Row is no pair to mypy
        digest=row["digest"],
    )


# --- Opening -------------------------------------------------------------------------------------------------


def _engine(where: str | Path, *, must_exist: bool) -> Engine:
    text = str(where)
    if "://" not in text:
        path = Path(text).expanduser()
        if must_exist and not path.is_file():
            raise ConfigError(
                Problem(path=str(path), message="no store here", expected="a file that `ctpat scan` made")
            )
        _create_privately(path)
        return _sqlite(f"sqlite:///{path}")
    try:
        url = make_url(text)
        return _sqlite(text) if url.get_backend_name() == "sqlite" else create_engine(url, pool_pre_ping=True)
    except (ArgumentError, ImportError) as error:
        hint = "for PostgreSQL, install ctpat-scanner[postgres] and write postgresql+psycopg://…"
        raise ConfigError(Problem(path="--store", message="this database URL cannot be used", hint=hint)) from error


def _create_privately(path: Path) -> None:
    """Evidence is for its owner: the file is made with mode 0600 before the database library opens it."""
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise ConfigError(Problem(path=str(path), message=f"the store cannot be created: {error.strerror}")) from error


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late to take the write lock first
        cursor = connection.cursor()
        for pragma in ("busy_timeout=30000", "foreign_keys=ON", "synchronous=NORMAL"):
            cursor.execute(f"PRAGMA {pragma}")
        _write_ahead(cursor)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes its lock at once: no upgrade in the middle, nothing to deadlock on.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Switch to write-ahead logging; SQLite does not wait by itself while another process makes the same switch."""
    until = time.monotonic() + 30
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _place(engine: Engine) -> str:
    is_file = engine.url.get_backend_name() == "sqlite" and engine.url.database
    return str(engine.url.database) if is_file else engine.url.render_as_string(hide_password=True)


def _unusable(engine: Engine, error: Exception) -> ConfigError:
    cause = (str(getattr(error, "orig", error)).splitlines() or [type(error).__name__])[0]
    return ConfigError(Problem(path=_place(engine), message=f"this is no usable store: {cause}"))
