"""Software outside the system's own updates is kept current by somebody.

Why: what the package manager does not know, it does not update either.
Source: snap list and snap refresh --time, flatpak list, folders in /opt.
"""

from scanner.api import (
    Collection,
    Outcome,
    Reason,
    Severity,
    SideSoftware,
    check,
    failed,
    is_known,
    need_or,
    passed,
    review,
    unknown,
)

QUESTION = "Who keeps each of these current, and how?"


@check(
    title="Software from outside the system's updates is kept current",
    severity=Severity.MEDIUM,
    remediation="Name for each product who updates it, or remove it. Linux: end the hold of snap's refreshes.",
)
def thirdparty(software: SideSoftware, collection: Collection, *, max_hold_days: int = 30) -> Outcome:
    """Fail when a store's own updating is held for more than `max_hold_days`; a list is for a person to judge."""
    until = software.held_until
    if is_known(until) and (until - collection.collected_at).days > max_hold_days:
        actual = (
            "snap's refreshes are held without end"
            if until.year > 9000
            else f"snap's refreshes are held to {until:%Y-%m-%d}"
        )
        return failed(expected=f"refreshes held for at most {max_hold_days} days", actual=actual)
    if is_known(software.unread):
        return unknown(Reason.NO_EVIDENCE, f"software outside the system's updates: {software.unread}")
    need_or(until, collection.collected_at)
    if software.items:
        return review(question=QUESTION, items=software.items)
    return passed(actual="no software from snap, flatpak or /opt")
