"""The newest installed kernel is the one that runs.

Why: a kernel update protects nobody before the restart.
Source: installed kernel images and their packages against uname -r and -v. A loaded live patch covers holes one by
one, and nothing on the host proves that it covers all of them: it counts as tolerated, not as clean.
"""

from scanner.api import Collection, Kernel, Outcome, Severity, check, failed, is_known, need, passed, plural, warned


@check(
    title="The newest installed kernel is running",
    severity=Severity.MEDIUM,
    remediation="Restart the host into the newest kernel.",
)
def kernel_current(kernel: Kernel, collection: Collection, *, max_age_days: int = 14) -> Outcome:
    """Fail when a newer kernel of the same flavour has been installed for more than `max_age_days`."""
    if need(kernel.current):
        return passed(actual=f"running {kernel.running}, the newest installed")
    actual = f"running {kernel.running}, installed {need(kernel.newest)}"
    expected = f"the newest installed kernel running within {max_age_days} days"
    if is_known(kernel.livepatch):
        return warned(expected=expected, actual=actual, note=f"live patch loaded: {kernel.livepatch}")
    age = (collection.collected_at - need(kernel.installed)).days
    actual += f" for {plural(age, 'day')}"
    return failed(expected=expected, actual=actual) if age > max_age_days else warned(expected=expected, actual=actual)
