"""What process 1 wrote into the journal of the ends of a service.

`39f5…` with `JOB_RESULT=done` is written for three things: a service that ran once has finished, a service that goes
on has started, and a start that was skipped because a condition was not met. Only the first proves a run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from scanner.facts.backups import BackupFailure, BackupSuccess, Proof
from scanner.facts.linux.backups.units import Service

FINISHED = "39f53479d3a045ac8e11786248231fbf"
JOB_FAILED = "be02cf6855d2428ba40df7e9d022f03d"
EXITED = "98e322203f7a4ed290d09fe03c09fe15"
UNIT_FAILED = "d9b373ed55a64feb8242e02dbe79a49c"


@dataclass(frozen=True, slots=True)
class Event:
    """One message of process 1."""

    when: datetime
    kind: str
    message: str
    result: str
    status: str
    run: str


def events(lines: Iterable[str], unit: str) -> tuple[Event, ...]:
    """The lines of `journalctl -o json` of one unit; what is no such line is left out."""
    found = [event for line in lines if (event := _event(line, unit)) is not None]
    return tuple(sorted(found, key=lambda event: event.when))


def _event(line: str, unit: str) -> Event | None:
    try:
        entry: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict) or entry.get("UNIT") != unit:
        return None
    when = stamp(entry.get("__REALTIME_TIMESTAMP"))
    keys = ("MESSAGE_ID", "MESSAGE", "JOB_RESULT", "EXIT_STATUS", "INVOCATION_ID")
    texts = [value if isinstance(value := entry.get(key), str) else "" for key in keys]
    texts[2] = texts[2] or str(entry.get("UNIT_RESULT") or "")
    return Event(when, *texts) if when is not None else None


def stamp(value: object) -> datetime | None:
    """Microseconds since 1970 as the journal prints them."""
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 17:
        return None
    return datetime.fromtimestamp(int(value) // 1_000_000, UTC) + timedelta(microseconds=int(value) % 1_000_000)


def oldest(lines: Iterable[str]) -> datetime | None:
    """When the journal begins; None when this account sees nothing of process 1."""
    for line in lines:
        try:
            entry: Any = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict) and (when := stamp(entry.get("__REALTIME_TIMESTAMP"))) is not None:
            return when
    return None


def runs(found: Sequence[Event], service: Service) -> tuple[BackupSuccess | None, BackupFailure | None]:
    """The newest run that ended well, and the newest that failed."""
    statuses = {event.run: event.status for event in found if event.kind == EXITED and event.run}
    success: BackupSuccess | None = None
    failure: BackupFailure | None = None
    for event in found:
        ended = _verdict(event, statuses.get(event.run, "") if event.run else "", service)
        if isinstance(ended, BackupSuccess):
            success = ended
        elif isinstance(ended, BackupFailure):
            failure = ended
    return success, failure


def skipped(found: Sequence[Event]) -> str | None:
    """Why the newest start on record did nothing, None when it did something."""
    last = found[-1] if found else None
    if last is None or last.kind != FINISHED or "skipped" not in last.message:
        return None
    return f"its condition was not met at its last start ({last.when:%Y-%m-%d})"


def _verdict(event: Event, status: str, service: Service) -> BackupSuccess | BackupFailure | None:
    if event.kind == FINISHED:
        done = event.result == "done" and event.run and event.message.startswith(("Finished ", "Started "))
        if not done or not service.runs_once or service.call.ignores_errors:
            return None
        how = "process 1 recorded that it finished"
        return BackupSuccess(when=event.when, proof=Proof.PROVED, how=how)
    if event.kind not in (JOB_FAILED, UNIT_FAILED):
        return None
    if status.isdigit() and len(status) < 4 and int(status) in service.warnings:
        why = f"{service.call.product} ended with warnings, status {status}"
        how, whole = "process 1 recorded its end", service.is_whole(int(status))
        return BackupSuccess(when=event.when, proof=Proof.PROVED, how=how, warnings=why, complete=whole)
    said = f", status {status}" if status else ""
    return BackupFailure(when=event.when, why=f"process 1 recorded {event.result or 'a failure'}{said}")
