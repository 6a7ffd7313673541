"""The key that every ticket of the domain rests on is changed from time to time.

Why: whoever once copied it can make tickets for any account, administrators included, until it was changed twice.
Source: Microsoft Learn, "AD Forest Recovery - Resetting the krbtgt password"; Microsoft Defender for Identity, "Change
password for krbtgt account" (180 days).
"""

from datetime import datetime, timedelta

from scanner.api import (
    Collection,
    DomainRules,
    Outcome,
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
    title="The domain's ticket key is changed from time to time",
    severity=Severity.MEDIUM,
    remediation="Reset the password of krbtgt, wait until every controller has it and all tickets have ended (at least "
    "10 hours), and reset it once more.",
    references=("https://learn.microsoft.com/en-us/defender-for-identity/change-password-krbtgt-account",),
)
def krbtgt_age(
    domain: DomainRules, collection: Collection, *, max_age_days: int = 180, overdue_age_days: int | None = None
) -> Outcome:
    """Warn when the key is older than `max_age_days`; fail beyond `overdue_age_days` where a site sets it.

    Clocks may differ by a day; a time later than that says nothing.
    """
    changed = need(domain.ticket_key_changed)
    expected = f"krbtgt's password changed within {max_age_days} days"
    if not isinstance(changed, datetime):
        return failed(expected=expected, actual="krbtgt's password was never changed")
    days = (collection.collected_at - changed).days
    actual = f"changed on {changed:%Y-%m-%d}, {plural(days, 'day')} ago"
    if collection.collected_at - changed < -timedelta(days=1):
        return unknown(Reason.NO_EVIDENCE, f"changed on {changed:%Y-%m-%d}, which lies in the future")
    if overdue_age_days is not None and days > overdue_age_days:
        return failed(expected=expected, actual=actual)
    return passed(actual=actual) if days <= max_age_days else warned(expected=expected, actual=actual)
