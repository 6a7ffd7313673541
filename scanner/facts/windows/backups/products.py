"""Backup products by their services, and by the events with which they end their runs.

Events stay in the log when a product is removed: they count while a service of the product is installed. A run that
ended with warnings left something out, so that it makes no failure good.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from scanner.facts.backups import BackupFailure, BackupJob, BackupSuccess, Proof
from scanner.facts.data.backup_products import ResultEvents, backup_products
from scanner.facts.windows.backups.probe import NOT_THERE
from scanner.facts.windows.backups.runs import last_failure
from scanner.facts.windows.services import Service, Services
from scanner.facts.windows.values import Values, required
from scanner.model import Absent, Maybe, Reason, Unknown, is_known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One finished run on record."""

    product: str
    when: datetime
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unread:
    """An event that may end a run, and could not be read; of any product where it does not say of which."""

    product: str | None
    why: Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class _Records:
    """What the logs hold; `gap` is why all of a log is missing."""

    runs: Sequence[_Run]
    unread: Sequence[_Unread]
    gap: Unknown | None

    def of(self, product: str) -> list[_Run]:
        return [run for run in self.runs if run.product == product]

    def missing(self, product: str) -> Unknown | None:
        """Why runs of a product may be missing."""
        own = (one.why for one in self.unread if one.product in (None, product))
        return next(own, self.gap)

    @property
    def named(self) -> Iterator[str]:
        yield from (run.product for run in self.runs)
        yield from (one.product for one in self.unread if one.product is not None)


def products(found: Values, known: Services | Unknown) -> tuple[tuple[BackupJob, ...], Unknown | None]:
    """The products that are installed or ended a run on record, and why some may be missing."""
    records, installed = _records(found), _installed(known)
    names = dict.fromkeys([*installed, *records.named])
    jobs = tuple(_product(name, installed.get(name), _presence(name, installed, known), records) for name in names)
    unnamed = next((one.why for one in records.unread if one.product is None), None)
    return jobs, records.gap or unnamed


# --- Events ----------------------------------------------------------------------------------------------


def _records(found: Values) -> _Records:
    read: list[_Run | _Unread] = []
    gap: Unknown | None = None
    for part in ("results", "agent"):
        problem = found.failure(part)
        if problem is not None and problem.fqid.startswith(NOT_THERE):
            continue
        rows = required(found.rows(part))
        if isinstance(rows, Unknown):
            gap = gap or rows
            continue
        read += _ends(rows)
    return _Records(
        runs=[one for one in read if isinstance(one, _Run)],
        unread=[one for one in read if isinstance(one, _Unread)],
        gap=gap,
    )


def _ends(rows: Iterable[Values]) -> Iterator[_Run | _Unread]:
    """The events that end a run of a known product; others share their numbers and are left out."""
    table = backup_products()
    for row in rows:
        provider = required(row.text("provider"))
        if isinstance(provider, Unknown):
            yield _Unread(product=None, why=provider)
        elif (events := table.by_provider(provider)) is not None and (end := _end(row, events)) is not None:
            yield end


def _end(row: Values, events: ResultEvents) -> _Run | _Unread | None:
    number, level, when = required(row.number("id")), required(row.number("level")), required(row.moment("time"))
    if is_known(number) and number not in events.numbers:
        return None
    for value in (number, level, when):
        if isinstance(value, Unknown):
            return _Unread(product=events.product, why=value)
    assert is_known(number) and is_known(level) and is_known(when)
    result = events.result(number, level)
    if result is None:
        why = Unknown(Reason.UNREADABLE, f"{row.where}: nobody knows what level {level} of event {number} stands for")
        return _Unread(product=events.product, why=why)
    return _Run(product=events.product, when=when, result=result)


# --- Products --------------------------------------------------------------------------------------------


def _installed(known: Services | Unknown) -> dict[str, Service]:
    """Each product whose service is installed, with the service: one that runs goes before one that does not."""
    table, found = backup_products(), dict[str, Service]()
    for service in () if isinstance(known, Unknown) else known.values():
        product = table.by_service(service.name)
        if product is not None and (product not in found or service.runs):
            found[product] = service
    return found


def _presence(product: str, installed: dict[str, Service], known: Services | Unknown) -> Maybe[bool]:
    """Whether a product is installed, as far as services tell it."""
    if product in installed:
        return True
    if product not in backup_products().services.values():
        detail = f"{product}: runs are on record, and no service is known that shows whether it is still installed"
        return Unknown(Reason.NO_EVIDENCE, detail)
    gone = Absent("runs are on record, and its service is not installed")
    return known if isinstance(known, Unknown) else gone


def _product(product: str, service: Service | None, present: Maybe[bool], records: _Records) -> BackupJob:
    own, gap = records.of(product), records.missing(product)
    unsaid = gap or Unknown(Reason.NO_EVIDENCE, f"{product}: present, last result unknown")
    has_runs = present if own else unsaid
    success = _success(own, gap or unsaid, gap)
    return BackupJob(
        product=product,
        name=product,
        configured=present if isinstance(present, Absent) else has_runs,
        enabled=unsaid if service and not service.runs else has_runs,
        interval_days=unsaid,
        blocked=_stopped(service) if service and not service.runs else Absent("nothing is known to stop it"),
        last_attempt=max((run.when for run in own), default=unsaid),
        last_success=success,
        last_failure=_failure(own, success, gap) if own else unsaid,
        destinations=unsaid,
        encrypted=unsaid,
        central=True,
        by_table=True,
    )


def _stopped(service: Service) -> str:
    return f"the service {service.name} does not run"


def _success(runs: Sequence[_Run], unsaid: Unknown, gap: Unknown | None) -> Maybe[BackupSuccess]:
    """The newest run that wrote a backup; an event that could not be read may tell of a failure after it."""
    good = [run for run in runs if run.result != "failed"]
    if not good or gap is not None:
        return gap or unsaid
    newest = max(good, key=lambda run: run.when)
    is_whole = newest.result == "ok"
    return BackupSuccess(
        when=newest.when,
        proof=Proof.PROVED,
        how="an event of its own tells of it",
        warnings="" if is_whole else "ended with warnings",
        complete=is_whole,
    )


def _failure(runs: Sequence[_Run], success: Maybe[BackupSuccess], gap: Unknown | None) -> Maybe[BackupFailure]:
    why = "an event of its own tells of a failure"
    failures = [BackupFailure(when=run.when, why=why) for run in runs if run.result == "failed"]
    return last_failure(failures, [run.when for run in runs if run.result == "ok"], success, gap)
