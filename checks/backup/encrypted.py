"""Backups are encrypted.

Why: a copy of the data is as sensitive as the data, and travels further.
Source: NIST SP 800-171 Rev. 2, 3.8.9 (confidentiality of backups); CTPAT MSC 4.12. The program's own encryption, or
an encrypted volume beneath the destination. Encryption on the way there is not encryption of the copy.
"""

from scanner.api import (
    BackupJob,
    Backups,
    Collection,
    Maybe,
    Outcome,
    Reason,
    Severity,
    Unknown,
    check,
    failed,
    need,
    not_applicable,
    passed,
)


@check(
    title="Backups are encrypted",
    severity=Severity.MEDIUM,
    remediation="Use the program's own encryption (restic, borg, duplicity with a key), or an encrypted volume (LUKS, "
    "BitLocker).",
)
def encrypted(backups: Backups, collection: Collection, *, exempt_tags: tuple[str, ...] = ("stateless",)) -> Outcome:
    """Pass when every job is encrypted by its program or its volume; fail on a copy proved to be plain."""
    if not set(exempt_tags).isdisjoint(collection.tags):
        return not_applicable("the site file says that this host keeps no data")
    if not backups.judged:
        need(backups.no_job)
    states = [(job, _state(job)) for job in backups.judged]
    plain = [str(job) for job, state in states if state is False]
    if plain:
        actual = f"not encrypted: {', '.join(plain)}"
        return failed(expected="an encrypted backup, or an encrypted volume beneath it", actual=actual, items=plain)
    for job, state in states:
        need(state)
        need(job.configured)
    return passed(actual=f"encrypted: {', '.join(str(job) for job, _ in states)}")


def _state(job: BackupJob) -> Maybe[bool]:
    """The program's own encryption; where it has none, that of the volumes it writes to."""
    if job.encrypted is True:
        return True
    places = job.destinations if isinstance(job.destinations, tuple) else ()
    if places and all(place.volume_encrypted is True for place in places):
        return True
    if job.encrypted is not False:
        return job.encrypted
    if any(place.volume_encrypted is False for place in places):
        return False
    return _elsewhere(job)


def _elsewhere(job: BackupJob) -> Maybe[bool]:
    """A plain copy on a volume that cannot be seen from here: the volume may still be encrypted."""
    detail = f"{job} does not encrypt, and whether the volume it writes to is encrypted is not known here"
    return Unknown(Reason.NO_EVIDENCE, detail)
