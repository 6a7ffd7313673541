"""The same revisions on SQLite and PostgreSQL, equal to the tables in code, with the same guards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from scanner.model import Finding, Privilege, ProfileRef, RunInfo, Status, Target, TargetResult, TargetState, Transcript
from scanner.store import Store, schema, tables

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_revisions_and_tables_are_one(url: str) -> None:
    Store.open(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        assert context.get_current_revision() == schema.HEAD
    engine.dispose()


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
