"""Snapshots are not the only protection.

Why: a snapshot lies on the disk of the data; it goes with the disk, and with whoever can delete it.
Source: snapper(8), timeshift(1), zfs-snapshot(8), btrfs-subvolume(8), lvcreate(8); shadow copies on the same disk
alike.
"""

from scanner.api import Backups, Collection, Outcome, Severity, check, failed, need, not_applicable, passed


@check(
    title="Snapshots are not the only backup",
    severity=Severity.MEDIUM,
    remediation="Keep the snapshots, and add a backup job that writes to another host.",
)
def snapshot_only(
    backups: Backups, collection: Collection, *, exempt_tags: tuple[str, ...] = ("stateless",)
) -> Outcome:
    """Fail when snapshots exist and no backup job does; not applicable without snapshots."""
    if not set(exempt_tags).isdisjoint(collection.tags):
        return not_applicable("the site file says that this host keeps no data")
    names = ", ".join(mechanism.product for mechanism in need(backups.snapshots))
    if not names:
        return not_applicable("no snapshots are taken on this host")
    sure = [str(job) for job in backups.configured if job.configured is True]
    if sure:
        return passed(actual=f"beside snapshots ({names}) there is {', '.join(sure)}")
    for job in backups.configured:
        need(job.configured)
    if backups.unread:
        need(backups.unread[0])
    return failed(
        expected="a backup job beside the snapshots",
        actual=f"snapshots on the same disk are the only protection: {names}",
        note="Backups taken outside the host cannot be seen from inside it: ask who runs the machine.",
    )
