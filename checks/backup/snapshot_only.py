"""Snapshots are not the only protection.

Why: a snapshot lies on the disk of the data; it goes with the disk, and with whoever can delete it.
Source: snapper(8), timeshift(1), zfs-snapshot(8), btrfs-subvolume(8), lvcreate(8); shadow copies on the same disk
alike.
"""

from scanner.api import (
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


@check(
    title="Snapshots are not the only backup",
    severity=Severity.MEDIUM,
    remediation="Keep the snapshots, and add a backup job that writes to another host.",
)
def snapshot_only(
    backups: Backups,
    collection: Collection,
    *,
    exempt_tags: tuple[str, ...] = ("stateless",),
    max_table_age_days: int = 365,
) -> Outcome:
    """Fail when snapshots exist and no backup job does; not applicable without snapshots."""
    if not set(exempt_tags).isdisjoint(collection.tags):
        return not_applicable("the site file says that this host keeps no data")
    names = ", ".join(mechanism.product for mechanism in need(backups.snapshots))
    if not names:
        return not_applicable("no snapshots are taken on this host")
    stale = outdated("the list of backup products", backups.table_date, collection.collected_at, max_table_age_days)
    sure = [job for job in backups.configured if job.configured is True]
    if sure:
        actual = f"beside snapshots ({names}) there is {', '.join(str(job) for job in sure)}"
        rests_on_list = stale and all(job.by_table for job in sure)
        return unknown(Reason.STALE, f"{actual}, but {stale}") if rests_on_list else passed(actual=actual)
    for job in backups.configured:
        need(job.configured)
    if backups.unread:
        need(backups.unread[0])
    return failed(
        expected="a backup job beside the snapshots",
        actual=f"snapshots on the same disk are the only protection: {names}",
        note="Backups taken outside the host cannot be seen from inside it: ask who runs the machine.",
    )
