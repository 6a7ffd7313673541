"""Records: added, never changed, chained per site; a store of the first revision takes them as well."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.exc import DBAPIError

from scanner.attest.record import Record, RecordKind
from scanner.errors import EvidenceError
from scanner.model import RecordUsed
from scanner.store import Store, tables
from tests.store.test_store import NOW, TARGETS, complete, info, tamper

DOCUMENT = b'{"people":[],"schema":"leavers-1"}'
LEAVERS = RecordKind.LEAVERS


def record(name: str, document: bytes = DOCUMENT, **changes: object) -> Record:
    made = Record(
        id=name,
        site="acme",
        kind=LEAVERS,
        by="hr",
        at=NOW,
        until=date(2027, 2, 20),
        document=hashlib.sha256(document).hexdigest(),
        entries=0,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_record_comes_back_and_the_newest_stands_first(url: str) -> None:
    store = Store.open(url)
    first = store.add_record(record("r-1"), DOCUMENT)
    second = store.add_record(record("r-2", b"more", until=None, at=NOW - timedelta(days=2)), b"more")
    assert store.records("acme", LEAVERS) == (second, first)  # in the order in which they came, whatever the clocks say
    assert second.previous == first.digest and first.previous is None
    assert store.bytes_of(first.document) == DOCUMENT
    assert store.records("bolt", LEAVERS) == ()
    assert store.sites() == ("acme",)
    assert store.verify() == ()
    store.close()


def test_the_same_list_handed_in_again_is_a_record_of_its_own(url: str) -> None:
    store = Store.open(url)
    for name in ("r-1", "r-2"):
        store.add_record(record(name), DOCUMENT)
    store.add_record(record("r-3", site="bolt"), DOCUMENT)
    assert [one.id for one in store.records("acme", LEAVERS)] == ["r-2", "r-1"]
    assert [one.previous for one in store.records("bolt", LEAVERS)] == [None]
    assert store.verify() == ()
    store.close()


def test_a_kind_that_a_later_version_knows_is_chained_and_verified_and_left_alone(url: str) -> None:
    store = Store.open(url)
    store.add_record(record("r-1"), DOCUMENT)
    later = store.add_record(record("r-2", b"signed", kind="access-review"), b"signed")
    after = store.add_record(record("r-3"), DOCUMENT)
    assert after.previous == later.digest
    assert [one.id for one in store.records("acme", LEAVERS)] == ["r-3", "r-1"]
    assert store.newest_record("acme", LEAVERS) == after
    assert store.verify() == ()
    store.close()


def test_records_refuse_to_change(url: str) -> None:
    store = Store.open(url)
    store.add_record(record("r-1"), DOCUMENT)
    store.close()
    engine = create_engine(url)
    for statement in ("UPDATE record SET kind = 'x'", "DELETE FROM record"):
        with engine.connect() as connection, pytest.raises(DBAPIError, match="written once"):
            connection.execute(text(statement))
    engine.dispose()


def test_a_document_that_is_not_the_records_is_refused(url: str) -> None:
    store = Store.open(url)
    with pytest.raises(EvidenceError, match="r-1"):
        store.add_record(record("r-1"), b"other bytes")
    assert store.records("acme", LEAVERS) == () and store.sites() == ()
    store.close()


def test_records_handed_in_together_are_chained_one_after_the_other(url: str) -> None:
    stores = [Store.open(url) for _ in range(4)]
    threads = [
        threading.Thread(target=lambda s=store, n=n: s.add_record(record(f"r-{n}"), DOCUMENT))
        for n, store in enumerate(stores)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.previous for one in stores[0].records("acme", LEAVERS)}) == 4
    assert stores[0].verify() == ()
    for store in stores:
        store.close()


def test_a_run_says_which_records_it_was_judged_with(url: str) -> None:
    store = Store.open(url)
    used = store.add_record(record("r-1"), DOCUMENT).used()
    assert used == RecordUsed(
        kind="leavers",
        id="r-1",
        sha256=hashlib.sha256(DOCUMENT).hexdigest(),
        by="hr",
        recorded=NOW,
        valid_until=date(2027, 2, 20),
        entries=0,
    )
    writer = store.begin(replace(info("run-1"), records=(used,)), TARGETS)
    finished = writer.finish([], NOW, partial=False)
    assert store.load("run-1").run == finished and finished.records == (used,)
    assert store.verify() == ()
    store.close()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE record SET row = replace(row, 'hr', 'it')", "record r-1: it was changed"),
        ("UPDATE record SET kind = 'leavers', at = '2020-01-01 00:00:00'", "record r-1: it was changed"),
        ("DELETE FROM record WHERE id = 'r-1'", "1 records that others were chained to are gone"),
        ("UPDATE blob SET deflated = x'789c030000000001' WHERE size = 34", "record r-1: evidence"),
        ('UPDATE run SET head = replace(head, \'"by": "hr"\', \'"by": "it"\')', "run run-1: its head"),
        ("DELETE FROM blob WHERE size = 34", "run run-1, leavers: evidence"),
    ],
)
def test_verify_sees_a_change_of_a_record(tmp_path: Path, change: str, told: str) -> None:
    path = tmp_path / "ctpat.db"
    store = Store.open(path)
    used = store.add_record(record("r-1"), DOCUMENT).used()
    store.add_record(record("r-2", b"more"), b"more")
    store.begin(replace(info("run-1"), records=(used,)), TARGETS).finish([], NOW, partial=False)
    assert store.verify() == ()
    tamper(path, "PRAGMA foreign_keys = OFF", change)
    assert any(problem.startswith((told, f"site acme: {told}")) for problem in store.verify())


def test_the_records_of_a_broken_chain_are_still_told(tmp_path: Path) -> None:
    path = tmp_path / "ctpat.db"
    store = Store.open(path)
    for name, hours in (("r-1", 0), ("r-2", 1), ("r-3", 2)):
        store.add_record(record(name, at=NOW + timedelta(hours=hours)), DOCUMENT)
    tamper(path, "DELETE FROM record WHERE id = 'r-2'")
    assert [one.id for one in store.records("acme", LEAVERS)] == ["r-3", "r-1"]
    assert store.verify() != ()


def test_a_store_of_the_first_revision_is_brought_up_to_date(url: str) -> None:
    _made_by_the_first_revision(url)
    store = Store.open(url)
    assert store.verify() == ()
    assert store.load("old").run.records == ()
    store.add_record(record("r-1"), DOCUMENT)
    assert complete(store, "new").previous == store.load("old").run.digest
    assert store.verify() == ()
    store.close()


# Taken from the program as it was before there were records, for the run that `complete` makes.
_FIRST_DIGEST = "fc943ea9623e24e073bdf0d43cfeb686e240fe114ff58d35e154b8098ca1cbe3"


def test_a_run_without_records_has_the_digest_that_it_always_had(tmp_path: Path) -> None:
    assert complete(Store.open(tmp_path / "ctpat.db"), "run-1").digest == _FIRST_DIGEST


def _made_by_the_first_revision(url: str) -> None:
    """One run of a head as the first revision wrote it, which says nothing of records."""
    engine = create_engine(url)
    with engine.connect() as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", "scanner.store:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    made = Store(engine)
    writer = made.begin(info("old"), TARGETS)
    with engine.connect() as connection, connection.begin():
        head = dict(connection.scalars(select(tables.run.c.head)).one())
        assert head.pop("records") == []
        connection.execute(update(tables.run).values(head=head))
    writer.finish([], datetime(2026, 11, 22, 13, tzinfo=UTC), partial=False)
    made.close()
