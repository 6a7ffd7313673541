"""Backups lie on something else than the disk they are taken from.

Why: a dead disk, a thief or an extortion program takes the data and the copy beside it together.
Source: CTPAT MSC 4.12, guidance (backup media preferably off site, off the production network); the job's destination
compared with the mounted file systems and the disks beneath them.
"""

from collections.abc import Sequence

from scanner.api import (
    BackupJob,
    Backups,
    Collection,
    Destination,
    Outcome,
    Place,
    Reason,
    Severity,
    Unknown,
    check,
    failed,
    is_known,
    need,
    not_applicable,
    passed,
    review,
    unknown,
)

OWN = (Place.SAME_DISK, Place.SAME_HOST)


@check(
    title="Backups are kept off the host",
    severity=Severity.HIGH,
    remediation="Let the job write to another host, a network share or cloud storage, best one it cannot delete from.",
)
def offhost(backups: Backups, collection: Collection, *, exempt_tags: tuple[str, ...] = ("stateless",)) -> Outcome:
    """Pass when one job writes off the host; fail when every destination is the data's own disk or host."""
    if not set(exempt_tags).isdisjoint(collection.tags):
        return not_applicable("the site file says that this host keeps no data")
    if not backups.judged:
        need(backups.no_job)
    known, missing = _destinations([job for job in backups.judged if job.configured is True])
    away = [str(place) for place in known if isinstance(place.place, Place) and place.place.is_off_host]
    if away:
        return passed(actual=f"jobs write to {', '.join(away)}")
    if missing:
        need(missing[0])
    for job in backups.judged:
        need(job.configured)
    return _near(known)


def _destinations(jobs: Sequence[BackupJob]) -> tuple[list[Destination], list[Unknown]]:
    """The destinations of jobs that may hold a backup, and why some of them are not known."""
    known: list[Destination] = []
    missing: list[Unknown] = []
    for job in jobs:
        if _never_arrived(job):
            continue
        if isinstance(job.destinations, tuple):
            known += job.destinations
        elif isinstance(job.destinations, Unknown):
            missing.append(job.destinations)
    missing += [place.place for place in known if isinstance(place.place, Unknown)]
    return known, missing


def _never_arrived(job: BackupJob) -> bool:
    """A job that is known not to run has put nothing anywhere: its destination protects nobody."""
    return not is_known(job.last_success) and (job.unresolved is not None or is_known(job.blocked))


def _near(known: list[Destination]) -> Outcome:
    if not known:
        return unknown(Reason.NO_EVIDENCE, "no job that is known to run names a destination")
    texts = [str(place) for place in known]
    if all(place.place in OWN for place in known):
        return failed(expected="a destination off the host", actual=f"backups go to {', '.join(texts)}", items=texts)
    question = "Is the disk that holds the backups kept away from the host when no backup runs, and where?"
    return review(question=question, items=texts, actual=f"backups go to {', '.join(texts)}")
