"""The leavers list that a run is given: what people are told of it, and another one for a single assessment."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.attest.leavers import read_people
from scanner.attest.record import Record, RecordKind
from scanner.cli.scan import utc_now
from scanner.engine.given import Given, of_record, tried
from scanner.errors import ConfigError, Problem
from scanner.store import Store
from scanner.text import plural

_NONE = "leavers list: none; accounts/leavers is not checked before `ctpat leavers import` (see its --help)"


def leavers_line(place: str, site: str) -> str:
    """Which list a scan of the site would judge with, in one line; the store is only looked at."""
    if "://" in place:
        return "leavers list: the newest that the store holds by then"
    store = Store.as_it_is(place)
    if store is None:
        return _NONE
    try:
        record = store.newest_record(site, RecordKind.LEAVERS)
    finally:
        store.close()
    return _NONE if record is None else f"leavers list: {told(record)}"


def told(record: Record) -> str:
    """A record in words, without what it lists."""
    people = plural(record.entries, "person", "people")
    until = "" if record.until is None else f", valid until {record.until}"
    expired = "" if record.used().holds_on(utc_now().date()) else " (expired)"
    return f"{people}, imported {record.at:%Y-%m-%d} by {record.by}{until}{expired}"


def given_by(name: str, store: Store | None, site: str) -> Given:
    """The list of a file, or the record of the store whose id starts so. Raises ConfigError."""
    if Path(name).is_file():
        return tried(read_people(Path(name), utc_now().date()))
    if store is None:
        raise click.UsageError(f"--leavers: there is no file '{name}', and recordings have no store with records")
    return of_record(store, record_of(store, site, name))


def record_of(store: Store, site: str, start: str) -> Record:
    """The record of a site by the start of its id. Raises ConfigError for none or several."""
    found = [record for record in store.records(site, RecordKind.LEAVERS) if record.id.startswith(start)]
    if len(found) != 1 or not start:
        message = f"{len(found)} leavers lists of '{site}' start with '{start}'"
        raise ConfigError(Problem(path=store.place, message=message, hint="`ctpat leavers list` shows them"))
    return found[0]
