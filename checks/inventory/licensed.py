"""The operating system is activated.

Why: a copy without a valid licence may be no original, and its maker owes nobody an update for it.
Source: CTPAT MSC 4.11. Activation is a sign; entitlement is in the contract.
"""

from scanner.api import LicenceState, Licensing, Outcome, Severity, check, failed, need_or, passed, warned


@check(
    title="The operating system is activated",
    severity=Severity.MEDIUM,
    remediation="Enter a valid key, or restore the connection to the activation service. Windows: slmgr /dli says "
    "which one.",
)
def licensed(licensing: Licensing) -> Outcome:
    """Fail on a product that is not activated, warn in a grace period."""
    missing = [str(each) for each in licensing.licences if each.state is LicenceState.MISSING]
    if missing:
        return failed(expected="activated", actual=f"{len(missing)} not activated", items=missing)
    grace = [each for each in licensing.licences if each.state is LicenceState.GRACE]
    if grace:
        shown = "; ".join(f"{each}, {need_or(each.grace_days, 0)} days left" for each in grace)
        return warned(expected="activated", actual=shown)
    return passed(actual="; ".join(str(each) for each in licensing.licences), note="This proves no entitlement.")
