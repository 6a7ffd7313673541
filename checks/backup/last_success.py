"""The last backup that is proved to have ended well is recent.

Why: a job that fails every night looks like a backup until the day it is needed.
Source: CTPAT MSC 4.12 (weekly, or as often as suits) and its guidance (daily for servers). Proof is, best first: the
job's own result in the system's log; the result and end time of its last run; the program's own record; a log line that
only success writes; the status file that the site names. An enabled timer, a start time, a stamp file, a cache and a
snapshot prove nothing.
"""

from collections.abc import Sequence
from datetime import timedelta

from scanner.api import (
    Absent,
    BackupFailure,
    BackupJob,
    Backups,
    BackupSuccess,
    Collection,
    Outcome,
    Proof,
    Reason,
    Severity,
    Status,
    Unknown,
    check,
    failed,
    is_known,
    need,
    not_applicable,
    outdated,
    passed,
    unknown,
    warned,
)

WORKSTATIONS = ("workstation", "laptop", "desktop")
SERVERS = ("server", "domain_controller")


@check(
    title="Backups succeed regularly",
    severity=Severity.HIGH,
    remediation="Read the records of the job, mend what stopped it, run it once, and have failures reported.",
    tolerances={"workstation_max_age_days": "max_age_days"},
)
def last_success(
    backups: Backups,
    collection: Collection,
    *,
    max_age_days: int = 7,
    server_age_days: int = 2,
    workstation_max_age_days: int = 14,
    exempt_tags: tuple[str, ...] = ("stateless",),
    max_table_age_days: int = 365,
) -> Outcome:
    """Judge every job that starts by itself (without such, every job) by its newest proof.

    Servers: pass within `server_age_days`, warn within `max_age_days`. Workstations: pass within `max_age_days`, warn
    within `workstation_max_age_days`. Where the site file names no role: pass within `max_age_days`, else fail.
    """
    if not set(exempt_tags).isdisjoint(collection.tags):
        return not_applicable("the site file says that this host keeps no data")
    jobs = backups.judged
    if not jobs:
        if backups.unread:
            need(backups.unread[0])
        return unknown(Reason.NO_EVIDENCE, "no backup job on this host; backups taken outside of it are invisible here")
    good, limit = max_age_days, max_age_days
    if collection.role in SERVERS:
        good = min(server_age_days, max_age_days)
    elif collection.role in WORKSTATIONS:
        limit = max(workstation_max_age_days, max_age_days)
    stale = outdated("the list of backup products", backups.table_date, collection.collected_at, max_table_age_days)
    judged = [_trusted(_judge(job, collection, good, limit), stale if job.by_table else "") for job in jobs]
    return _worst(judged, good, limit)


def _trusted(outcome: Outcome, stale: str) -> Outcome:
    """A success that only an old list calls one proves nothing; a failure stands."""
    if not stale or outcome.status not in (Status.PASS, Status.WARN):
        return outcome
    return unknown(Reason.STALE, f"{outcome.actual}; {stale}")


def _worst(outcomes: Sequence[Outcome], good: int, limit: int) -> Outcome:
    """One failure decides, then one job that nobody can tell of, then the tolerance."""
    for status in (Status.FAIL, Status.UNKNOWN, Status.WARN):
        chosen = [outcome for outcome in outcomes if outcome.status is status]
        if chosen:
            return _named(status, chosen, [o for o in outcomes if o not in chosen], good, limit)
    return passed(actual="; ".join(outcome.actual for outcome in outcomes))


def _named(status: Status, chosen: Sequence[Outcome], others: Sequence[Outcome], good: int, limit: int) -> Outcome:
    texts = [outcome.actual for outcome in chosen]
    note = f"other jobs: {'; '.join(outcome.actual for outcome in others)}" if others else ""
    if status is Status.FAIL:
        expected = f"a backup proved to have ended well within {limit} days"
        return failed(expected=expected, actual="; ".join(texts), items=texts, note=note)
    if status is Status.UNKNOWN:
        need(Unknown(chosen[0].reason or Reason.NO_EVIDENCE, "; ".join([*texts, *([note] if note else [])])))
    expected = "; ".join(dict.fromkeys(outcome.expected for outcome in chosen))
    return warned(expected=expected, actual="; ".join(texts), note=note)


def _judge(job: BackupJob, collection: Collection, good: int, limit: int) -> Outcome:
    expected = f"a success within {limit} days"
    if (failure := job.unresolved) is not None and not _went_on(job, failure):
        since = f"{failure.when:%Y-%m-%d}: {failure.why}"
        return failed(expected=expected, actual=f"{job}: the last recorded run failed on {since}")
    success = job.last_success
    if isinstance(success, BackupSuccess):
        return _age(job, success, collection, good, limit)
    if is_known(job.blocked):
        return failed(expected=expected, actual=f"{job}: no success is recorded, and {job.blocked}")
    if isinstance(success, Absent):
        return failed(expected=expected, actual=f"{job}: {success.reason}")
    return Outcome(status=Status.UNKNOWN, reason=success.code, actual=f"{job}: {success.detail}")


def _went_on(job: BackupJob, failure: BackupFailure) -> bool:
    """A run after the failure wrote a backup that is not complete: it is one, and backup/failures keeps the failure."""
    success = job.last_success
    is_partial = is_known(success) and not success.complete and success.when >= failure.when
    return is_partial and not failure.stands


def _age(job: BackupJob, success: BackupSuccess, collection: Collection, good: int, limit: int) -> Outcome:
    age = collection.collected_at - success.when
    actual = f"{job}: {success.how}, {success.when:%Y-%m-%d %H:%M} UTC, {max(age.days, 0)} days ago"
    actual += f" ({success.warnings})" if success.warnings else ""
    if age < -timedelta(days=1):
        return unknown(Reason.NO_EVIDENCE, f"{job}: the date of the last success lies in the future")
    if age > timedelta(days=limit):
        return failed(expected=f"a success within {limit} days", actual=actual)
    if success.proof is Proof.WEAK:
        return unknown(Reason.NO_EVIDENCE, f"{actual}; that does not prove a run that ended well")
    if age > timedelta(days=good):
        return warned(expected=f"a backup within {good} days", actual=actual)
    if not success.complete:
        return warned(expected=f"a backup within {good} days that leaves nothing out", actual=actual)
    return passed(actual=actual)
