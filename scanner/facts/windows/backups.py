"""Backups of a Windows host: Windows Server Backup by its summary and log, other products by services and events.

Shadow copies lie on the disk of the data and are snapshots. Images that the hypervisor takes are invisible inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from scanner.facts.backups import (
    BackupFailure,
    BackupJob,
    Backups,
    BackupSuccess,
    Destination,
    Place,
    Proof,
    SnapshotMechanism,
)
from scanner.facts.base import Access, Probe, RawFacts, RawState, Reader
from scanner.facts.data.backup_products import ResultEvents, backup_products
from scanner.facts.windows.services import SERVICES, Service, Services, services
from scanner.facts.windows.values import Values, entry, required, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

BACKUPS = Probe(
    name="backups",
    why="which backups ran, when the last one ended well, and where it was written to",
    script=r"""
$ids = @(190, 102, 105, 108, 4098, 4103, 5633, 5634, 5635)
@{
    summary = Read-Part {
        $summary = Get-WBSummary
        @{
            last_success = Convert-Time $summary.LastSuccessfulBackupTime
            last_attempt = Convert-Time $summary.LastBackupTime
            result = [long]$summary.LastBackupResultHR
            detail = [long]$summary.LastBackupResultDetailedHR
            versions = [long]$summary.NumberOfVersions
            next = Convert-Time $summary.NextBackupTime
            target = [string]$summary.LastSuccessfulBackupTargetPath
        }
    }
    log = Read-Part {
        , @(foreach ($event in Get-WinEvent -FilterHashtable @{ LogName = 'Microsoft-Windows-Backup' } -MaxEvents 200) {
            @{ id = [int]$event.Id; level = [int]$event.Level; time = Convert-Time $event.TimeCreated }
        })
    }
    results = Read-Part {
        $wanted = @{ LogName = 'Application'; Id = $ids }
        , @(foreach ($event in Get-WinEvent -FilterHashtable $wanted -MaxEvents 500) {
            @{
                provider = [string]$event.ProviderName
                id = [int]$event.Id
                level = [int]$event.Level
                time = Convert-Time $event.TimeCreated
            }
        })
    }
    agent = Read-Part {
        $wanted = @{ LogName = 'Veeam Agent'; Id = 190 }
        , @(foreach ($event in Get-WinEvent -FilterHashtable $wanted -MaxEvents 50) {
            @{
                provider = 'Veeam Agent'
                id = [int]$event.Id
                level = [int]$event.Level
                time = Convert-Time $event.TimeCreated
            }
        })
    }
    shadows = Read-Part {
        $query = 'SELECT ID FROM Win32_ShadowCopy'
        @{ count = [int]@(Get-CimInstance -Query $query -OperationTimeoutSec 20).Count }
    }
}
""",
    access=Access.ROOT,
    timeout_s=20,
)

_WINDOWS_BACKUP = "Windows Server Backup"
_NOT_THERE = ("NoMatchingEventsFound", "NoMatchingLogsFound")
_ENDED_WELL = 4  # event of Microsoft-Windows-Backup
_FAILING_LEVELS = (1, 2)
_EARLIEST = 2000  # a date that was never set is one of the year 1 or 1601
_NO_RESULT = "present, last result unknown"
_LOOKED_FOR = (
    "Windows Server Backup",
    "the services of known backup products",
    "the events with which known products end their runs",
)
_HIDDEN = (
    "images that the hypervisor, the storage or the cloud takes of the whole machine",
    "File History and copies to cloud drives that people set up for themselves",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One finished run on record."""

    product: str
    when: datetime
    result: str


def read_backups(raw: RawFacts) -> Backups | Absent | Unknown:
    """`Backups`: what is installed and what it recorded."""
    found, known = required(entry(raw, BACKUPS.name)), services(raw)
    if isinstance(found, Unknown):
        return found
    own, gap = _windows_backup(found)
    runs, missing = _runs(found)
    products = _products(runs, missing, known)
    unread = [value for value in (gap, missing, known) if isinstance(value, Unknown)]
    return Backups(
        jobs=(*own, *products),
        snapshots=_snapshots(found),
        looked_for=_LOOKED_FOR,
        unread=tuple(unread),
        hidden=_HIDDEN,
        table_date=backup_products().as_of,
    )


def _windows_backup(found: Values) -> tuple[tuple[BackupJob, ...], Unknown | None]:
    """The job of Windows Server Backup; none where the feature is not installed."""
    problem = found.failure("summary")
    if problem is not None and problem.state is RawState.MISSING_TOOL:
        return (), None
    summary = required(found.inside("summary"))
    if isinstance(summary, Unknown):
        return (), summary
    return (_job(summary, found),), None


def _job(summary: Values, found: Values) -> BackupJob:
    planned = _date(summary, "next")
    success = _success(summary)
    versions = required(summary.number("versions"))
    used = then(planned, lambda when: True if when else then(versions, lambda count: count > 0))
    return BackupJob(
        product=_WINDOWS_BACKUP,
        name=_WINDOWS_BACKUP,
        configured=True if is_known(success) else used,
        enabled=then(planned, lambda when: True if when else Absent("no next backup is planned")),
        interval_days=then(planned, _interval),
        blocked=Absent("nothing is known to stop it"),
        last_attempt=then(_date(summary, "last_attempt"), lambda when: when or Absent("no backup is on record")),
        last_success=success,
        last_failure=_failure(summary, found),
        destinations=_destinations(summary),
        encrypted=False,
    )


def _interval(planned: datetime | None) -> Maybe[float]:
    """Windows Server Backup plans by times of the day: what is planned at all is planned daily."""
    return 1.0 if planned else Absent("no next backup is planned")


def _date(summary: Values, name: str) -> datetime | Unknown | None:
    """None for a date that was never set."""
    when = summary.moment(name)
    if isinstance(when, Unknown):
        return when
    return None if isinstance(when, Absent) or when.year < _EARLIEST else when


def _success(summary: Values) -> Maybe[BackupSuccess]:
    when = _date(summary, "last_success")
    if when is None:
        return Absent("its summary names no successful backup")
    if isinstance(when, Unknown):
        return when
    return BackupSuccess(when=when, proof=Proof.PROVED, how="its summary names the last successful backup")


def _failure(summary: Values, found: Values) -> Maybe[BackupFailure]:
    """The last attempt that ended with an error, by the summary or by the log."""
    attempt, result = _date(summary, "last_attempt"), required(summary.number("result"))
    failures = list(_logged(found))
    if isinstance(attempt, datetime) and is_known(result) and result != 0:
        failures.append(BackupFailure(when=attempt, why=f"result 0x{result & 0xFFFFFFFF:08X}"))
    if failures:
        return max(failures, key=lambda failure: failure.when)
    for value in (attempt, result):
        if isinstance(value, Unknown):
            return value
    return Absent("the last backup on record did not fail")


def _logged(found: Values) -> Iterator[BackupFailure]:
    rows = found.rows("log")
    for row in rows if is_known(rows) else ():
        number, level, when = row.number("id"), row.number("level"), row.moment("time")
        if number != _ENDED_WELL and level in _FAILING_LEVELS and is_known(when):
            yield BackupFailure(when=when, why=f"event {number} in the log of Windows Server Backup")


def _destinations(summary: Values) -> Maybe[tuple[Destination, ...]]:
    target = summary.text("target")
    if not is_known(target) or not target:
        return target if isinstance(target, Unknown) else Unknown(Reason.NO_EVIDENCE, "its summary names no target")
    if target.startswith("\\\\") and not target.startswith(("\\\\?\\", "\\\\.\\")):
        away = Absent("the share belongs to another host")
        return (Destination(text=target, place=Place.NETWORK_MOUNT, volume_encrypted=away),)
    place = Unknown(Reason.NO_EVIDENCE, f"on which disk {target} lies is not read")
    encrypted = Unknown(Reason.NO_EVIDENCE, f"whether {target} is encrypted is not read here")
    return (Destination(text=target, place=place, volume_encrypted=encrypted),)


def _products(runs: Sequence[_Run], gap: Unknown | None, known: Services | Unknown) -> Iterator[BackupJob]:
    """Other products: those whose service is installed, and those that ended a run on record."""
    table = backup_products()
    installed: dict[str, Service] = {}
    for service in () if isinstance(known, Unknown) else known.values():
        if (product := table.by_service(service.name)) is not None:
            installed.setdefault(product, service)
    for product in dict.fromkeys([*installed, *(run.product for run in runs)]):
        own = [run for run in runs if run.product == product]
        yield _product(product, installed.get(product), own, gap)


def _runs(found: Values) -> tuple[Sequence[_Run], Unknown | None]:
    """The finished runs on record, and why some of them may be missing."""
    runs: list[_Run] = []
    gap: Unknown | None = None
    for part in ("results", "agent"):
        problem = found.failure(part)
        if problem is not None and problem.fqid.startswith(_NOT_THERE):
            continue
        rows = required(found.rows(part))
        if isinstance(rows, Unknown):
            gap = gap or rows
            continue
        runs += [run for row in rows if (run := _run(row)) is not None]
    return runs, gap


def _run(row: Values) -> _Run | None:
    provider, number, level, when = row.text("provider"), row.number("id"), row.number("level"), row.moment("time")
    if not is_known(provider) or not is_known(number) or not is_known(level) or not is_known(when):
        return None
    events: ResultEvents | None = backup_products().by_provider(provider)
    result = events.result(number, level) if events else None
    return _Run(product=events.product, when=when, result=result) if events and result else None


def _product(product: str, service: Service | None, runs: Sequence[_Run], gap: Unknown | None) -> BackupJob:
    unsaid = gap or Unknown(Reason.NO_EVIDENCE, f"{product}: {_NO_RESULT}")
    good = [run for run in runs if run.result in ("ok", "warned")]
    bad = [run.when for run in runs if run.result == "failed"]
    newest = max(good, key=lambda run: run.when, default=None)
    is_on = service is None or service.runs
    return BackupJob(
        product=product,
        name=product,
        configured=True if runs else unsaid,
        enabled=True if is_on and runs else unsaid,
        interval_days=unsaid,
        blocked=Absent("nothing is known to stop it") if is_on or service is None else _stopped(service),
        last_attempt=max((run.when for run in runs), default=unsaid),
        last_success=_ended_well(newest) if newest else unsaid,
        last_failure=BackupFailure(when=max(bad), why="an event of its own tells of a failure")
        if bad
        else _none(runs, unsaid),
        destinations=unsaid,
        encrypted=unsaid,
        central=True,
        by_table=True,
    )


def _stopped(service: Service) -> str:
    return f"the service {service.name} does not run"


def _ended_well(run: _Run) -> BackupSuccess:
    warnings = "ended with warnings" if run.result == "warned" else ""
    return BackupSuccess(when=run.when, proof=Proof.PROVED, how="an event of its own tells of it", warnings=warnings)


def _none(runs: Sequence[_Run], unsaid: Unknown) -> Absent | Unknown:
    return Absent("no failure is on record") if runs else unsaid


def _snapshots(found: Values) -> Maybe[tuple[SnapshotMechanism, ...]]:
    """Shadow copies; whether new ones are taken by themselves is a matter of the task scheduler."""
    shadows = required(found.inside("shadows"))
    count = required(then(shadows, lambda values: values.number("count")))
    unplanned = Unknown(Reason.NO_EVIDENCE, "whether shadow copies are taken by themselves is not read")
    return then(count, lambda some: (SnapshotMechanism(product="shadow copies", enabled=unplanned),) if some else ())


READERS: tuple[Reader, ...] = (Reader(fact=Backups, probes=(BACKUPS, SERVICES), read=read_backups),)
