"""No password hash can be read by ordinary users.

Why: a hash that everybody can read is guessed offline, without a lockout and without a trace.
Source: CTPAT 4.8; CIS Debian 12 7.2.1; shadow(5).
"""

from scanner.api import Accounts, Outcome, Severity, check, failed, need, passed


@check(
    title="Password hashes are readable by the system only",
    severity=Severity.HIGH,
    remediation="Linux: run pwconv, then `chmod 640` (or 600) the shadow files; change every password that was "
    "exposed.",
)
def shadowed(accounts: Accounts) -> Outcome:
    """Pass when no hash lies in a file that every user can read."""
    exposed = need(accounts.hashes_in_plain_view)
    if exposed:
        actual = f"readable by every user: the hashes of {', '.join(exposed)}"
        return failed(expected="no hash that an ordinary user can read", actual=actual, items=exposed)
    return passed(actual="no hash lies where ordinary users can read it")
