"""Windows Server Backup, by its summary and its log.

Source: Get-WBSummary (WBSummary: LastBackupResultDetailedHR is other than 0 where a run left something out,
NumberOfVersions counts the versions that are left); log Microsoft-Windows-Backup, event 4: a run ended well.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from scanner.facts.backups import BackupFailure, BackupJob, BackupSuccess, Destination, Proof
from scanner.facts.base import RawFacts, RawState
from scanner.facts.windows.backups.probe import NOT_THERE
from scanner.facts.windows.backups.runs import last_failure
from scanner.facts.windows.backups.shares import destination
from scanner.facts.windows.values import Values, required, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

_NAME = "Windows Server Backup"
_ENDED_WELL = 4
_FAILING_LEVELS = (1, 2)
_EARLIEST = 1900  # a date that was never set is one of the year 1 or 1601
_DAY = timedelta(days=1)
_SLACK = timedelta(hours=2)  # the change of the clock, and clocks that differ


def windows_backup(found: Values, raw: RawFacts) -> tuple[tuple[BackupJob, ...], Unknown | None]:
    """Its job, and why it could not be read; no job where the feature is not installed."""
    problem = found.failure("summary")
    if problem is not None and problem.state is RawState.MISSING_TOOL:
        return (), None
    summary = required(found.inside("summary"))
    if isinstance(summary, Unknown):
        return (), summary
    return (_job(summary, found, raw),), None


def _job(summary: Values, found: Values, raw: RawFacts) -> BackupJob:
    planned = _date(summary, "next")
    success = _success(summary)
    used = then(planned, lambda when: True if when else then(_versions(summary), lambda count: count > 0))
    return BackupJob(
        product=_NAME,
        name=_NAME,
        configured=True if is_known(success) else used,
        enabled=then(planned, lambda when: True if when else Absent("no next backup is planned")),
        interval_days=then(planned, lambda when: _interval(when, raw.collected_at)),
        blocked=then(planned, lambda when: _missed(when, raw.collected_at)),
        last_attempt=then(_date(summary, "last_attempt"), lambda when: when or Absent("no backup is on record")),
        last_success=success,
        last_failure=_failure(summary, found, success),
        destinations=_destinations(summary, raw),
        encrypted=False,
    )


# --- The plan --------------------------------------------------------------------------------------------


def _interval(planned: datetime | None, now: datetime) -> Maybe[float]:
    """It plans by times of the day: what is planned for the next day is planned daily."""
    if planned is None:
        return Absent("no next backup is planned")
    if planned - now > _DAY + _SLACK:
        return Unknown(
            Reason.NO_EVIDENCE, f"{_NAME}: the next run is planned for {planned:%Y-%m-%d}, which is not daily"
        )
    return 1.0


def _missed(planned: datetime | None, now: datetime) -> str | Absent:
    """A next run that should have been days ago: nothing starts it."""
    if planned is None or now - planned <= _DAY:
        return Absent("nothing is known to stop it")
    return f"its next run was planned for {planned:%Y-%m-%d}, which has passed"


def _date(summary: Values, name: str) -> datetime | Unknown | None:
    """None for a date that was never set."""
    when = summary.moment(name)
    if isinstance(when, Unknown):
        return when
    return None if isinstance(when, Absent) or when.year < _EARLIEST else when


# --- The runs --------------------------------------------------------------------------------------------


def _versions(summary: Values) -> int | Unknown:
    return required(summary.number("versions"))


def _success(summary: Values) -> Maybe[BackupSuccess]:
    """The run that the summary names, while a version is left of any."""
    when, versions, left_out = _date(summary, "last_success"), _versions(summary), _left_out(summary)
    if when is None:
        return Absent("its summary names no successful backup")
    for value in (when, versions, left_out):
        if isinstance(value, Unknown):
            return value
    assert is_known(when) and is_known(left_out)
    if versions == 0:
        return Absent(f"its summary names a backup of {when:%Y-%m-%d}, and no version is left of any")
    how = "its summary names the last successful backup"
    return BackupSuccess(when=when, proof=Proof.PROVED, how=how, warnings=left_out, complete=not left_out)


def _left_out(summary: Values) -> str | Unknown:
    """That the last run left something out, although it wrote a backup; empty where it did not."""
    result = required(summary.number("result"))
    if result != 0:
        return result if isinstance(result, Unknown) else ""
    detail = required(summary.number("detail"))
    if isinstance(detail, Unknown):
        return detail
    return f"not everything was backed up: detailed result {_code(detail)}" if detail else ""


def _failure(summary: Values, found: Values, success: Maybe[BackupSuccess]) -> Maybe[BackupFailure]:
    """The last attempt that ended with an error, by the summary or by the log."""
    attempt, result = _date(summary, "last_attempt"), required(summary.number("result"))
    rows, gap = _log(found)
    failures = list(_logged(rows))
    if isinstance(attempt, datetime) and is_known(result) and result != 0:
        failures.append(BackupFailure(when=attempt, why=f"result {_code(result)}"))
    clean = [when for number, _, when in rows if number == _ENDED_WELL]
    clean += [success.when] if is_known(success) and success.complete else []
    unsure = next((value for value in (attempt, result) if isinstance(value, Unknown)), gap)
    return last_failure(failures, clean, success, unsure)


def _code(result: int) -> str:
    return f"0x{result & 0xFFFFFFFF:08X}"


_Row = tuple[int, int, datetime]


def _log(found: Values) -> tuple[list[_Row], Unknown | None]:
    """Number, level and time of each event in its log, and why some of them may be missing."""
    problem = found.failure("log")
    if problem is not None and problem.fqid.startswith(NOT_THERE):
        return [], None
    rows = required(found.rows("log"))
    if isinstance(rows, Unknown):
        return [], rows
    read = [_row(row) for row in rows]
    gap = next((one for one in read if isinstance(one, Unknown)), None)
    return [one for one in read if not isinstance(one, Unknown)], gap


def _row(row: Values) -> _Row | Unknown:
    number, level, when = required(row.number("id")), required(row.number("level")), required(row.moment("time"))
    for value in (number, level, when):
        if isinstance(value, Unknown):
            return value
    assert is_known(number) and is_known(level) and is_known(when)
    return number, level, when


def _logged(rows: list[_Row]) -> Iterator[BackupFailure]:
    for number, level, when in rows:
        if number != _ENDED_WELL and level in _FAILING_LEVELS:
            yield BackupFailure(when=when, why=f"event {number} in the log of {_NAME}")


# --- Where to --------------------------------------------------------------------------------------------


def _destinations(summary: Values, raw: RawFacts) -> Maybe[tuple[Destination, ...]]:
    target = summary.text("target")
    if not is_known(target) or not target:
        return target if isinstance(target, Unknown) else Unknown(Reason.NO_EVIDENCE, "its summary names no target")
    if _versions(summary) == 0:
        return Unknown(Reason.NO_EVIDENCE, f"{_NAME}: no version is left of what it wrote to {target}")
    return (destination(target, raw),)
