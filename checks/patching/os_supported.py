"""The operating system still gets security updates from its vendor.

Why: a release past its end of support collects known holes that nobody closes any more.
Source: the vendors' life cycles as a dated table in the scanner; CISA CPG 1.E. Debian LTS is proved by a valid
security source of that release, Ubuntu ESM and the paid extensions of others by their own repositories, Windows ESU by
an update that came out after the end.
"""

from datetime import date

from scanner.api import (
    Collection,
    Outcome,
    Reason,
    Severity,
    Support,
    check,
    failed,
    need,
    need_or,
    outdated,
    passed,
    unknown,
    warned,
)


@check(
    title="The operating system is supported by its vendor",
    severity=Severity.CRITICAL,
    remediation="Upgrade to a supported release, or subscribe to the vendor's extended support and enable its source.",
    references=("https://endoflife.date/",),
)
def os_supported(
    support: Support, collection: Collection, *, warning_days: int = 180, max_table_age_days: int = 365
) -> Outcome:
    """Pass until the standard end, or the extended end where extended support is proved to arrive."""
    today = collection.collected_at.date()
    if support.rolling:
        return passed(actual=f"{support.release} is a rolling release", note="judged by its pending updates instead")
    table = "the scanner's life-cycle table"
    if stale := outdated(table, support.table_date, collection.collected_at, max_table_age_days):
        return unknown(Reason.STALE, stale)
    standard = need(support.standard_end)
    if today <= standard:
        return _within(support, standard, today, warning_days, "standard support")
    return _extended(support, standard, today, warning_days)


def _within(support: Support, end: date, today: date, warning_days: int, kind: str) -> Outcome:
    actual = f"{support.release}: {kind} until {end}"
    note = f"life-cycle table of {support.table_date}"
    if (end - today).days < warning_days:
        return warned(expected=f"more than {warning_days} days of support left", actual=actual, note=note)
    return passed(actual=actual, note=note)


def _extended(support: Support, standard: date, today: date, warning_days: int) -> Outcome:
    expected = f"a release that its vendor supports on {today}"
    end = need_or(support.extended_end, standard)
    if today > end:
        return failed(expected=expected, actual=f"{support.release}: support ended on {max(standard, end)}")
    if support.extended_active is False:
        actual = f"{support.release}: standard support ended on {standard}, and extended support is not in use"
        return failed(expected=expected, actual=actual)
    need(support.extended_active)
    return _within(
        support, end, today, warning_days, f"standard support ended on {standard}; extended support, in use,"
    )
