"""The operating system is activated.

Why: a copy without a valid licence may be no original, and its maker owes nobody an update for it.
Source: CTPAT MSC 4.11. Activation is a sign; entitlement is in the contract.
"""

from scanner.api import (
    Licence,
    LicenceState,
    Licensing,
    Outcome,
    Severity,
    check,
    failed,
    is_known,
    passed,
    plural,
    warned,
)


@check(
    title="The operating system is activated",
    severity=Severity.MEDIUM,
    remediation="Enter a valid key, or restore the connection to the activation service. Windows: slmgr /dli says "
    "which one. A copy for evaluation is for trials alone: convert it with a key of the product.",
)
def licensed(licensing: Licensing) -> Outcome:
    """Fail on a product that is not activated, warn in a grace period and on a copy for evaluation."""
    missing = [str(each) for each in licensing.licences if each.state is LicenceState.MISSING]
    if missing:
        return failed(expected="activated", actual=f"{len(missing)} not activated", items=missing)
    grace = [each for each in licensing.licences if each.state is LicenceState.GRACE]
    if grace:
        return warned(expected="activated", actual="; ".join(f"{each}, {_left(each)}" for each in grace))
    return passed(actual="; ".join(str(each) for each in licensing.licences), note="This proves no entitlement.")


def _left(licence: Licence) -> str:
    days = licence.grace_days
    return f"{plural(days, 'day')} left" if is_known(days) else "how long is not known"
