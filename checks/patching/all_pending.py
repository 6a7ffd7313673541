"""Updates of every kind do not pile up.

Why: fixes that are not labelled as security close holes too, and a long backlog makes the urgent one risky.
Source: NIST SP 800-171 r2 3.14.1; the provider's own lists on the target, which have to be fresh to show nothing.
"""

from scanner.api import (
    Collection,
    Outcome,
    PatchLevel,
    Reason,
    Severity,
    check,
    failed,
    need,
    passed,
    plural,
    unknown,
    warned,
)


@check(
    title="Pending updates of every kind are few and recent",
    severity=Severity.MEDIUM,
    remediation="Install the pending updates in a regular maintenance window.",
)
def all_pending(
    level: PatchLevel,
    collection: Collection,
    *,
    max_age_days: int = 30,
    max_count: int = 50,
    max_metadata_age_days: int = 7,
    max_source_age_days: int = 30,
) -> Outcome:
    """Fail on more than `max_count` pending or one out for more than `max_age_days`; none needs fresh lists."""
    now = collection.collected_at
    pending = need(level.pending)
    ages = [age for update in pending if (age := update.age_days(now)) is not None]
    actual = f"{plural(len(pending), 'update')} pending" + (
        f", the oldest out for at least {max(ages)} days" if ages else ""
    )
    expected = f"at most {max_count} pending, none out for more than {max_age_days} days"
    if len(pending) > max_count or max(ages, default=0) > max_age_days:
        return failed(expected=expected, actual=actual, items=[update.name for update in pending])
    faults = level.metadata_faults(now, max_age_days=max_metadata_age_days, max_source_age_days=max_source_age_days)
    if reasons := need(faults):
        return unknown(Reason.STALE, f"{actual}, but {'; '.join(reasons)}")
    return warned(expected="nothing pending", actual=actual) if pending else passed(actual=actual)
