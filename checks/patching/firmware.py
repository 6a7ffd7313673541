"""Firmware updates are installed.

Why: firmware runs below every protection of the operating system.
Source: fwupdmgr(1) get-updates, asked without a refresh; the age of its metadata decides whether nothing is an answer.
"""

from scanner.api import (
    Collection,
    Firmware,
    Outcome,
    Reason,
    Severity,
    check,
    failed,
    is_known,
    need,
    passed,
    plural,
    unknown,
)


@check(
    title="No firmware update is pending",
    severity=Severity.MEDIUM,
    remediation="Linux: run `fwupdmgr update` in a maintenance window. Elsewhere use the maker's own tool.",
)
def firmware(firmware: Firmware, collection: Collection, *, max_metadata_age_days: int = 30) -> Outcome:
    """Fail on any pending update; none counts only with metadata not older than `max_metadata_age_days`."""
    pending = need(firmware.pending)
    if pending:
        return failed(expected="no pending firmware update", actual=f"{len(pending)} pending", items=pending)
    if not is_known(firmware.refreshed):
        return unknown(Reason.STALE, "no firmware metadata lie on this host, so nothing pending means nothing")
    age = (collection.collected_at - firmware.refreshed).days
    if age > max_metadata_age_days:
        return unknown(Reason.STALE, f"firmware metadata are {plural(age, 'day')} old")
    return passed(actual="no firmware update pending")
