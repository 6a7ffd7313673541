"""A restore from the backups was tried, and worked.

Why: a backup counts when it has been read back; until then it is a hope.
Source: CTPAT MSC 4.12 and 4.2 (recovery); NIST SP 800-171 Rev. 2, 3.8.9. No scan can see a restore: a person states it.
"""

from scanner.api import Backups, Collection, Outcome, Severity, check, need, not_applicable, review


@check(
    title="A restore was tested",
    severity=Severity.MEDIUM,
    remediation="Restore a few files and one whole system to a spare machine, and keep a dated record of the result.",
)
def restore_test(
    backups: Backups,
    collection: Collection,
    *,
    max_age_days: int = 365,
    exempt_tags: tuple[str, ...] = ("stateless",),
) -> Outcome:
    """Always a question: which record of the last `max_age_days` shows a restore of these jobs?"""
    if not set(exempt_tags).isdisjoint(collection.tags):
        return not_applicable("the site file says that this host keeps no data")
    jobs = [str(job) for job in backups.configured]
    if not jobs:
        need(backups.no_job)
    question = f"When within the last {max_age_days} days was data restored from these backups, and with what result?"
    return review(question=question, items=jobs, actual=f"to be shown by a record: restore from {', '.join(jobs)}")
