"""No backup failed lately without a success after it.

Why: the first failed night is a warning; the fortnight after it, unnoticed, is a loss.
Source: results of the job's runs in the system's log and in its last state; the programs' own logs.
"""

from datetime import timedelta

from scanner.api import (
    BackupFailure,
    BackupJob,
    Backups,
    Collection,
    Outcome,
    Reason,
    Severity,
    Unknown,
    check,
    failed,
    is_known,
    need,
    not_applicable,
    outdated,
    passed,
    unknown,
)


@check(
    title="Failed backups are made good",
    severity=Severity.HIGH,
    remediation="Read why the job failed, mend it, run it again, and let somebody be told of the next failure.",
)
def failures(
    backups: Backups,
    collection: Collection,
    *,
    window_days: int = 7,
    exempt_tags: tuple[str, ...] = ("stateless",),
    max_table_age_days: int = 365,
) -> Outcome:
    """Fail on a failure within `window_days` that no success followed."""
    if not set(exempt_tags).isdisjoint(collection.tags):
        return not_applicable("the site file says that this host keeps no data")
    if not backups.judged:
        need(backups.no_job)
    open_ = [(job, failure) for job in backups.judged if (failure := job.unresolved) is not None]
    since = collection.collected_at - timedelta(days=window_days)
    recent = [_text(job, failure) for job, failure in open_ if failure.when >= since]
    if recent:
        expected = f"no failure in {window_days} days without a success after it"
        return failed(expected=expected, actual="; ".join(recent), items=recent)
    if open_:
        since_then = "its status file says nothing newer" if open_[0][1].stands else "nothing shows a run since then"
        detail = f"{_text(*open_[0])}, and {since_then}"
        return unknown(Reason.NO_EVIDENCE, detail)
    stale = outdated("the list of backup products", backups.table_date, collection.collected_at, max_table_age_days)
    return _none(backups.judged, stale)


def _none(jobs: tuple[BackupJob, ...], stale: str) -> Outcome:
    """Failures that could not be read are not the same as none."""
    for job in jobs:
        if isinstance(job.last_failure, Unknown):
            need(job.last_failure)
    if stale and (listed := [str(job) for job in jobs if job.by_table]):
        return unknown(Reason.STALE, f"no failure of {', '.join(listed)} is known, but {stale}")
    healed = [str(job) for job in jobs if is_known(job.last_failure)]
    note = f"a failure of {', '.join(healed)} was followed by a success" if healed else ""
    return passed(actual=f"no open failure of {', '.join(str(job) for job in jobs)}", note=note)


def _text(job: BackupJob, failure: BackupFailure) -> str:
    return f"{job} failed on {failure.when:%Y-%m-%d}: {failure.why}"
