"""A backup job is configured on the host.

Why: what is not copied elsewhere is gone after a disk failure, a fire or an extortion attack.
Source: CTPAT MSC 4.12; systemd units and timers, crontabs, the configuration of backup programs, vendors' agents;
Windows Server Backup.
"""

from scanner.api import (
    Absent,
    Backups,
    Collection,
    Outcome,
    Reason,
    Severity,
    check,
    failed,
    need,
    not_applicable,
    outdated,
    passed,
    unknown,
)

NOTE = (
    "Backups taken outside the host (images by the hypervisor, storage, cloud) cannot be seen from inside it: "
    "ask who runs the machine, and record the answer."
)


@check(
    title="A backup job is configured",
    severity=Severity.HIGH,
    remediation="Set up a backup job that writes to another host, or record which central backup covers this host.",
)
def job(
    backups: Backups,
    collection: Collection,
    *,
    exempt_tags: tuple[str, ...] = ("stateless",),
    max_table_age_days: int = 365,
) -> Outcome:
    """Pass on any configured job; fail on snapshots alone or nothing, once everything could be read."""
    if not set(exempt_tags).isdisjoint(collection.tags):
        return not_applicable("the site file says that this host keeps no data")
    stale = outdated("the list of backup products", backups.table_date, collection.collected_at, max_table_age_days)
    if backups.configured:
        sure = [job for job in backups.configured if job.configured is True]
        if not sure:
            need(backups.configured[0].configured)
        actual = f"configured: {', '.join(str(job) for job in sure)}"
        rests_on_list = stale and all(job.by_table for job in sure)
        return unknown(Reason.STALE, f"{actual}, but {stale}") if rests_on_list else passed(actual=actual)
    if backups.unread:
        need(backups.unread[0])
    return failed(expected="a configured backup job", actual=_nothing(backups), note=f"{NOTE} {stale}".strip())


def _nothing(backups: Backups) -> str:
    idle = [job.product for job in backups.jobs if not isinstance(job.configured, Absent)]
    never = [f"{job}: {job.configured.reason}" for job in backups.jobs if isinstance(job.configured, Absent)]
    names = [mechanism.product for mechanism in need(backups.snapshots)]
    parts = [f"{', '.join(idle)} is installed and not configured"] if idle else []
    parts = [*never, *parts]
    parts += [f"only snapshots on the same disk: {', '.join(names)}"] if names else []
    return "; ".join(parts) or f"no backup job was found; examined: {', '.join(backups.looked_for)}"
