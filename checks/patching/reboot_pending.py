"""Installed updates do not wait long for a restart.

Why: until the restart the old code with its holes keeps running, while every list says the update is installed.
Source: /run/reboot-required where a hook writes it, needs-restarting(1), zypper's mark, needrestart(1); the marks of
Windows' component store and update client. Without any of them nobody can tell, and the answer is unknown.
"""

from scanner.api import Collection, Outcome, Restart, Severity, check, failed, need, passed, plural, warned


@check(
    title="No restart is overdue",
    severity=Severity.MEDIUM,
    remediation="Restart the host. Linux: install needrestart or the hook that marks a pending restart where nothing "
    "tells.",
)
def reboot_pending(restart: Restart, collection: Collection, *, max_age_days: int = 7) -> Outcome:
    """Fail when a restart has been waited for longer than `max_age_days`."""
    if not need(restart.pending):
        note = f"not by updates: {', '.join(restart.reasons)}" if restart.reasons else ""
        return passed(actual=f"no restart is waited for, says {', '.join(restart.asked)}", note=note)
    age = (collection.collected_at - need(restart.since)).days
    actual = f"a restart has been waited for since {plural(age, 'day')}"
    expected = f"a restart within {max_age_days} days"
    if age > max_age_days:
        return failed(expected=expected, actual=actual, items=restart.reasons)
    return warned(expected=expected, actual=actual, note=", ".join(restart.reasons))
