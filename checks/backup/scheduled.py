"""Backups start by themselves, often enough.

Why: a backup that waits for somebody to remember it is missing exactly in the busy week.
Source: CTPAT MSC 4.12 (weekly, or as often as suits); systemd.timer(5), crontab(5), the vendors' agents.
"""

from scanner.api import (
    Absent,
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
    passed,
    unknown,
)


@check(
    title="Backups are scheduled",
    severity=Severity.MEDIUM,
    remediation="Start the job at least once a week, from a timer, a crontab or the backup program's own schedule, or "
    "let a backup server plan it.",
)
def scheduled(
    backups: Backups,
    collection: Collection,
    *,
    max_interval_days: int = 7,
    exempt_tags: tuple[str, ...] = ("stateless",),
) -> Outcome:
    """Pass when one enabled job starts at least every `max_interval_days` and nothing is known to stop it.

    A job that may have nothing to do passes nothing.
    """
    if not set(exempt_tags).isdisjoint(collection.tags):
        return not_applicable("the site file says that this host keeps no data")
    planned = [job for job in backups.configured if job.enabled is True]
    often = [job for job in planned if _is_often(job, max_interval_days)]
    sure = [job for job in often if job.configured is True]
    if sure:
        return passed(actual="; ".join(f"{job} starts at least every {_days(job)}" for job in sure))
    if often:
        need(often[0].configured)
    for job in backups.configured:
        need(job.enabled if isinstance(job.enabled, Unknown) else True)
    if backups.unread:
        need(backups.unread[0])
    if not backups.configured:
        need(backups.no_job)
    return _why_not(planned, backups, max_interval_days)


def _is_often(job: BackupJob, limit: int) -> bool:
    return is_known(job.interval_days) and job.interval_days <= limit and not is_known(job.blocked)


def _days(job: BackupJob) -> str:
    days = need(job.interval_days)
    return "day" if days <= 1 else f"{days:g} days"


def _why_not(planned: list[BackupJob], backups: Backups, limit: int) -> Outcome:
    """No job is often enough: fail, unless the plan of an enabled one is kept where nobody could look."""
    hidden = [job for job in planned if isinstance(job.interval_days, Unknown) and not is_known(job.blocked)]
    if hidden:
        names = ", ".join(str(job) for job in hidden)
        return unknown(Reason.NO_EVIDENCE, f"how often {names} runs is not on record at this host")
    faults = [_fault(job) for job in planned or backups.configured]
    return failed(expected=f"an enabled job at least every {limit} days", actual="; ".join(faults), items=faults)


def _fault(job: BackupJob) -> str:
    if job.enabled is not True:
        return f"{job} is started by hand only" if isinstance(job.enabled, Absent) else f"{job} is not enabled"
    if is_known(job.blocked):
        return f"{job} is enabled, but {job.blocked}"
    return f"{job} starts only every {_days(job)}" if is_known(job.interval_days) else f"{job} is not repeated"
