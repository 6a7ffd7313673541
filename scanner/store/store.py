"""Writes and reads runs.

Evidence is written before it is parsed, each step in a transaction of its own: a process that is killed leaves a
readable store with everything collected up to then. Finished runs of a site form a hash chain; `verify` walks it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from scanner.attest.record import Record, RecordKind
from scanner.document import parse, plain
from scanner.errors import ConfigError, EvidenceError, ScannerError
from scanner.facts.base import RawFacts
from scanner.model import (
    Assessment,
    Finding,
    RunInfo,
    RunResult,
    Target,
    TargetResult,
    Transcript,
)
from scanner.store import schema
from scanner.store import tables as t
from scanner.store.digests import bytes_of, keep, last_digest, record_digest, result_digest, run_digest
from scanner.store.opening import engine_of, place_of, unusable
from scanner.store.rows import (
    HEAD_OF_RUN,
    HEAD_OF_TRANSCRIPT,
    StoredRun,
    TranscriptHead,
    coverage_of,
    finding_row,
    newest_first,
    plan_row,
    record_of,
    record_row,
    run_info,
    section_row,
    stored_run,
    target_lines,
)

# What decoding a row raises that this program did not write.
_DAMAGE = (AttributeError, LookupError, TypeError, ValueError)


class Store:
    """An open store. Safe for several threads: writes are serialised here, between processes by the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()

    @classmethod
    def open(cls, where: str | Path, *, must_exist: bool = False) -> Store:
        """Open (and create, readable by its owner alone, or bring up to date) the store at a path or database URL."""
        engine = engine_of(where, must_exist=must_exist)
        try:
            schema.upgrade(engine)
        except (SQLAlchemyError, AssertionError, UnicodeDecodeError) as error:  # the latter two of a damaged schema
            engine.dispose()
            raise unusable(engine, error) from error
        return cls(engine)

    @classmethod
    def as_it_is(cls, where: str | Path) -> Store | None:
        """The store in a file, without bringing it up to date; None where there is none that this version can read."""
        if "://" in str(where) or not Path(where).expanduser().is_file():
            return None
        engine = engine_of(where, must_exist=True)
        try:
            if schema.is_newest(engine):
                return cls(engine)
        except (SQLAlchemyError, AssertionError, UnicodeDecodeError) as error:
            engine.dispose()
            raise unusable(engine, error) from error
        engine.dispose()
        return None

    @property
    def place(self) -> str:
        """Where the store is, for people: the file, or the database URL without its password."""
        return place_of(self._engine)

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
        except _DAMAGE as error:
            raise EvidenceError(
                f"the store {self.place} is damaged: a row cannot be understood ({type(error).__name__})"
            ) from error

    # --- Writing ---------------------------------------------------------------------------------------------

    def begin(self, info: RunInfo, planned: Sequence[Target]) -> RunWriter:
        """Write the run and its denominator; everything later hangs on it."""
        head = {key: plain(getattr(info, key)) for key in HEAD_OF_RUN}
        rows = [{"run": info.id, "ordinal": i, "target": p.name, "row": plan_row(p)} for i, p in enumerate(planned)]
        self._ensure_site(info.site)
        with self._write() as connection:
            connection.execute(insert(t.run).values(id=info.id, site=info.site, started=info.started, head=head))
            if rows:
                connection.execute(insert(t.planned), rows)
        return RunWriter(self, info)

    def add_record(self, record: Record, document: bytes) -> Record:
        """Keep what somebody handed in, chained to the site's last record; the one before it stays.

        Raises EvidenceError for a document that is not the record's.
        """
        if hashlib.sha256(document).hexdigest() != record.document:
            raise EvidenceError(f"the document is not the one that record {record.id} names")
        self._ensure_site(record.site)
        with self._write() as connection:
            keep(connection, document)
            # Two people may hand something in together: the site's row is the lock that orders them.
            connection.execute(select(t.site.c.name).where(t.site.c.name == record.site).with_for_update())
            record = replace(record, previous=last_digest(connection, t.record, record.site))
            record = replace(record, digest=record_digest(record))
            connection.execute(insert(t.record).values(**record_row(record)))
        return record

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
            return tuple(stored_run(connection, row) for row in connection.execute(query).mappings().all())

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
            targets = target_lines(connection, run_id)
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
            return RunResult(
                run=run_info(row),
                coverage=coverage_of(targets),
                targets=targets,
                findings=findings,
                assessments=assessments,
            )

    def sites(self) -> tuple[str, ...]:
        """The names of the sites in this store."""
        with self._read() as connection:
            return tuple(connection.scalars(select(t.site.c.name).order_by(t.site.c.name)))

    def records(self, site: str, kind: RecordKind) -> tuple[Record, ...]:
        """The records of one kind, the newest first: the first one counts."""
        query = select(t.record).where(t.record.c.site == site)
        with self._read() as connection:
            found = newest_first([record_of(row) for row in connection.execute(query).mappings()])
        return tuple(record for record in found if record.kind == kind)

    def newest_record(self, site: str, kind: RecordKind) -> Record | None:
        """The record of a kind that counts for a site."""
        return next(iter(self.records(site, kind)), None)

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
                head = parse(TranscriptHead, row["head"])
                fields = {name: getattr(head, name) for name in HEAD_OF_TRANSCRIPT}
                stdout = bytes_of(connection, row["sha256"])
                yield Transcript(target=row["target"], stdout=stdout, script_sha256=row["script"], **fields)

    def bytes_of(self, sha256: str) -> bytes:
        """Stored bytes by their digest. Raises EvidenceError when they are missing or do not match."""
        with self._read() as connection:
            return bytes_of(connection, sha256)

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
        head = {name: plain(getattr(transcript, name)) for name in HEAD_OF_TRANSCRIPT}
        with self._store._write() as connection:
            values = {"sha256": keep(connection, transcript.stdout), "script": keep(connection, script)}
            connection.execute(
                insert(t.transcript).values(run=self.info.id, target=transcript.target, head=head, **values)
            )

    def result(self, result: TargetResult, findings: Sequence[Finding], raw: RawFacts | None = None) -> None:
        """Keep what was concluded from one target."""
        row = plain(result)
        rows = [finding_row(finding) for finding in findings]
        sections = [section_row(fact) for fact in (raw.sections.values() if raw else ())]
        covered = result_digest(row, rows, sections)
        with self._store._write() as connection:
            key = {"run": self.info.id, "target": result.name}
            connection.execute(insert(t.result).values(**key, row=row, digest=covered))
            if rows:
                connection.execute(
                    insert(t.finding),
                    [{**key, "check_id": item["check"], "status": item["status"], "row": item} for item in rows],
                )
            if sections:
                connection.execute(insert(t.section), [{**key, **section} for section in sections])

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
            previous = last_digest(connection, t.run, self.info.site)
            info = replace(self.info, finished=finished, partial=partial, previous=previous)
            info = replace(info, digest=run_digest(connection, info, rows))
            connection.execute(
                update(t.run)
                .where(t.run.c.id == info.id)
                .values(finished=finished, partial=partial, previous=previous, digest=info.digest)
            )
        return info
