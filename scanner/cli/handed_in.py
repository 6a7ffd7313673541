"""Handing in a leavers list, and looking at those that were handed in."""

from __future__ import annotations

import getpass
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from scanner.attest.leavers import FIELDS, Person, as_csv, as_yaml, document_of, people_in, read_people
from scanner.attest.record import Record, RecordKind
from scanner.catalogue import load_checks
from scanner.cli.given import record_of, told
from scanner.cli.options import load_content, site_path, store_beside
from scanner.cli.scan import utc_now
from scanner.cli.sites import AD_HOC, LOCAL_NAME, read_job
from scanner.document import plain
from scanner.errors import ConfigError, Gathered, Problem
from scanner.inventory.loader import load_site
from scanner.inventory.site import Site
from scanner.profile.model import Profile
from scanner.store import Store
from scanner.suggest import hint
from scanner.suggest import listed as listed_words
from scanner.text import clean, plural

LEAVERS = RecordKind.LEAVERS


@dataclass(frozen=True, slots=True)
class Named:
    """The criteria pack, overlays and folders of checks that the command line names."""

    profile: str | None
    overlays: tuple[str, ...]
    checks_dirs: tuple[Path, ...]

    def with_site(self, file: Path | None) -> tuple[Site, Profile]:
        """The site of a file and the pack in force; without one, a site without a name. Raises ConfigError."""
        if file is None:
            return Site(name=""), load_content(self.profile, self.overlays, self.checks_dirs).profile
        checks = load_checks(self.checks_dirs)
        job = read_job(file, self.profile, self.overlays, checks, needs_targets=False)
        return job.site, job.content.profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The options of one import."""

    site: str | None
    store: str | None
    by: str | None
    until: date | None
    nobody_left: bool


def hand_in(file: Path, wanted: Wanted, named: Named) -> Iterator[str]:
    """Keep a list, and say what was kept. Raises ConfigError before anything is stored."""
    now = utc_now()
    own = site_path(wanted.site)
    gathered = Gathered()
    people = gathered.of(lambda: _people(file, now.date(), nobody_left=wanted.nobody_left))
    found = gathered.of(lambda: named.with_site(own))
    gathered.check()
    assert people is not None and found is not None  # else there was something to raise
    site, profile = found
    until = _until(profile, now.date(), wanted.until)
    by = wanted.by or _whoever_runs_this()
    known_beforehand = own is not None or wanted.site in (LOCAL_NAME, AD_HOC)
    where = store_beside(wanted.store, own)
    if not known_beforehand and "://" not in where and not Path(where).expanduser().is_file():
        expected = f"a site file, {LOCAL_NAME} or {AD_HOC}"
        raise ConfigError(Problem("--site", f"there is no store {where} to look the site up in", expected=expected))
    store = Store.open(where)
    try:
        name = site.name or (str(wanted.site) if known_beforehand else the_site(store, wanted.site))
        before = store.newest_record(name, LEAVERS)
        document = document_of(people)
        record = store.add_record(_record(document, len(people), name, by, now, until), document)
        place = store.place
    finally:
        store.close()
    yield f"{name}: {told(record)}. Kept in {place} as record {record.id[:8]}."
    if before is not None:
        yield f"It takes the place of record {before.id[:8]}: {told(before)}."


def _people(file: Path, today: date, *, nobody_left: bool) -> tuple[Person, ...]:
    """The people of a file; an empty list has to be meant."""
    people = read_people(file, today)
    if bool(people) is nobody_left:
        message = "the list names people, and --nobody-left says it names nobody" if people else "the list names nobody"
        tip = None if people else "an export may have failed; where it is right, say --nobody-left"
        raise ConfigError(Problem(str(file), message, hint=tip))
    return people


def _until(profile: Profile, today: date, wanted: date | None) -> date:
    """The last day of validity: what the pack's slot says, or sooner."""
    slots = [slot for requirement in profile.requirements.values() for slot in requirement.attestations]
    days = [slot.refresh_days for slot in slots if slot.slot == LEAVERS.value]
    if not days:
        message = f"the pack '{profile.ref.name}' asks for no leavers list: it has no slot '{LEAVERS.value}'"
        raise ConfigError(Problem("--profile", message))
    latest = today + timedelta(days=min(days))
    if wanted is not None and not today <= wanted <= latest:
        raise ConfigError(
            Problem(
                "--until", "not a day on which the list may end", found=str(wanted), expected=f"{today} to {latest}"
            )
        )
    return wanted or latest


def _whoever_runs_this() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise ConfigError(Problem("--by", "the account that runs this has no name", hint="say --by NAME")) from error


def _record(document: bytes, entries: int, site: str, by: str, now: datetime, until: date) -> Record:
    return Record(
        id=str(uuid.uuid4()),
        site=site,
        kind=LEAVERS,
        by=clean(by, 200),
        at=now,
        until=until,
        document=hashlib.sha256(document).hexdigest(),
        entries=entries,
    )


def the_site(store: Store, site: str | None) -> str:
    """The site that is meant, among those of the store; the only one where none is named. Raises ConfigError."""
    own = site_path(site)
    if own is not None:
        return load_site(own).name
    names = store.sites()
    if site is None and len(names) == 1:
        return names[0]
    if site is None:
        message = f"the store holds {plural(len(names), 'site')}"
        raise ConfigError(Problem("--site", message, expected=listed_words(names) or "a site file"))
    if site not in names:
        known = listed_words(names) or None
        raise ConfigError(
            Problem("--site", f"no file and no site of the store is '{site}'", expected=known, hint=hint(site, names))
        )
    return site


# --- Looking ---------------------------------------------------------------------------------------------


def listed(store: Store, site: str | None) -> Iterator[str]:
    """One line a record, the newest of each site first."""
    for name in (the_site(store, site),) if site else store.sites():
        for number, record in enumerate(store.records(name, LEAVERS)):
            counts = "counts" if number == 0 else "superseded"
            yield f"{record.id[:8]}  {record.at:%Y-%m-%d %H:%M} UTC  {record.site:24} {counts:11} {told(record)}"


def rows_of(store: Store, site: str | None) -> Iterator[str]:
    """The people of the list that counts, with the numbers under which findings name them."""
    record = _chosen(store, the_site(store, site), None)
    yield f"{record.site}: {told(record)}"
    for row, person in enumerate(people_in(store.bytes_of(record.document)), 1):
        values = plain(person)
        yield f"row {row}: " + ", ".join(f"{name} {values[name]}" for name in FIELDS if values[name])


def written(store: Store, site: str | None, start: str | None, kind: str) -> bytes:
    """A list as a file of a kind, `csv` or `yaml`. Raises ConfigError where there is none."""
    record = _chosen(store, the_site(store, site), start)
    people = people_in(store.bytes_of(record.document))
    return as_csv(people) if kind == "csv" else as_yaml(people, [f"{record.site}: {told(record)}"])


def _chosen(store: Store, site: str, start: str | None) -> Record:
    if start is not None:
        return record_of(store, site, start)
    record = store.newest_record(site, LEAVERS)
    if record is None:
        raise ConfigError(
            Problem(store.place, f"no leavers list of '{site}' was imported", hint="`ctpat leavers import`")
        )
    return record
