"""The same revisions on SQLite and PostgreSQL, equal to the tables in code, with the same guards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, select, text, update
from sqlalchemy.exc import DBAPIError

from scanner.model import Finding, Privilege, ProfileRef, RunInfo, Status, Target, TargetResult, TargetState, Transcript
from scanner.store import Store, schema, tables
from scanner.store.verify import problems
from tests.store.test_store import complete
from tests.store.test_store_records import DOCUMENT, record

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_revisions_and_tables_are_one(url: str) -> None:
    Store.open(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        assert context.get_current_revision() == schema.HEAD
    engine.dispose()


def other(value: Any) -> Any:
    """A value of the same type and length that says something else."""
    match value:
        case bool():
            return not value
        case int():
            return value + 100
        case str():
            return ("y" if value[0] == "x" else "x") + value[1:]
        case bytes():
            return value[:-1]
        case datetime():
            return value + timedelta(days=1)
        case list():
            return [*value, "x"]
        case dict():
            key = next(key for key, part in value.items() if isinstance(part, str) and part)
            return value | {key: other(value[key])}
    raise AssertionError(f"no other value than {value!r}")


@contextmanager
def as_intruder(url: str) -> Iterator[Connection]:
    """A connection that no trigger and no foreign key holds back; what it did is undone at the end."""
    engine = create_engine(url)
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        else:
            connection.execute(text("PRAGMA foreign_keys = OFF"))
            for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        yield connection
        connection.rollback()
    engine.dispose()


def test_verify_sees_every_value_that_is_changed(url: str) -> None:
    """One after the other, each value of the last run of a site, in each column of each table."""
    store = Store.open(url)
    for run in ("changed-1", "changed-2"):
        complete(store, run, site="changed")
    for name in ("record-1", "record-2"):
        store.add_record(record(name, site="changed"), DOCUMENT)
    store.close()
    missed, tried = [], 0
    with as_intruder(url) as connection:
        assert list(problems(connection, None)) == []
        for table in tables.metadata.sorted_tables:
            mine = {"run": table.c.run == "changed-2"} if "run" in table.c else {}
            mine |= {"run": table.c.id == "changed-2"} if table is tables.run else {}
            mine |= {"run": table.c.name == "changed"} if table is tables.site else {}
            mine |= {"run": table.c.id == "record-2"} if table is tables.record else {}
            row = connection.execute(select(table).where(*mine.values())).mappings().first()
            assert row is not None, table
            here = [column == row[column] for column in table.primary_key.columns]
            for column in table.columns:
                with connection.begin_nested() as attempt:
                    changed = update(table).where(*here).values({column: other(row[column])})
                    assert connection.execute(changed).rowcount == 1
                    with suppress(LookupError, TypeError, ValueError):  # the store calls such a row damaged
                        if not list(problems(connection, None)):
                            missed.append(str(column))
                    tried += 1
                    attempt.rollback()
        assert list(problems(connection, None)) == []
    assert (missed, tried) == ([], sum(len(table.columns) for table in tables.metadata.sorted_tables))


def test_a_run_goes_in_once_and_stays(url: str) -> None:
    store = Store.open(url)
    info = RunInfo(
        id="run-1",
        site="acme",
        company="",
        entities=(),
        started=NOW,
        finished=None,
        scanner="x",
        profile=ProfileRef(name="ctpat", edition="e", digest="d"),
    )
    writer = store.begin(info, [Target(name="web01", transport="ssh")])
    writer.transcript(
        Transcript(
            target="web01",
            platform="linux",
            nonce="n",
            stdout=b"\x00\xff",
            collected_at=NOW,
            account="scan",
            privilege=Privilege.USER,
            script_sha256="",
        ),
        b"script",
    )
    result = TargetResult(
        name="web01", address="", transport="ssh", platform="linux", os="", state=TargetState.READ, collected_at=NOW
    )
    writer.result(result, [Finding(check="a/b", version=1, target="web01", status=Status.PASS)])
    finished = writer.finish([], NOW, partial=False)
    assert store.load("run-1").run == finished
    assert store.load("run-1").targets == (result,)
    assert [t.stdout for t in store.transcripts("run-1")] == [b"\x00\xff"]
    assert store.verify() == ()
    store.close()
    engine = create_engine(url)
    for statement in ("UPDATE finding SET status = 'fail'", "DELETE FROM blob", "UPDATE run SET partial = true"):
        with engine.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(text(statement))
    engine.dispose()
