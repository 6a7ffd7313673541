"""Files that people create are not readable by everybody.

Why: shipment data saved on a shared server should not be open to every account by default.
Source: CTPAT 4.7; CIS Debian 12 5.4.3.3 (027); pam_umask(8), login.defs(5).
"""

from scanner.api import Outcome, Severity, SignIn, check, failed, need, passed


@check(
    title="New files are closed to other users",
    severity=Severity.LOW,
    remediation="Linux: set UMASK 027 in login.defs with pam_umask in the session stack, and no looser umask in the "
    "shell's start files.",
)
def umask(sign_in: SignIn, *, required: str = "027") -> Outcome:
    """Pass when the session's mask takes away at least the rights that `required` (octal) takes away."""
    mask, wanted = need(sign_in.umask), int(required, 8)
    actual = f"umask {mask:03o} ({sign_in.umask_source})"
    if mask & wanted == wanted:
        return passed(actual=actual)
    return failed(expected=f"umask {required} or stricter", actual=actual)
