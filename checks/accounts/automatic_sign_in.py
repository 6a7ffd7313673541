"""No session opens by itself when the host starts.

Why: whoever can switch the machine on works under somebody's name, and the password for it often lies on the disk.
Source: CIS Benchmarks for Windows, "MSS: (AutoAdminLogon)"; Microsoft, "Configure Windows to automate logon".
"""

from scanner.api import AutomaticSignIn, Outcome, Severity, check, failed, need, passed


@check(
    title="Nobody is signed in automatically",
    severity=Severity.HIGH,
    remediation="Windows: set AutoAdminLogon to 0 and delete DefaultPassword below Winlogon; change that password.",
)
def automatic_sign_in(sign_in: AutomaticSignIn) -> Outcome:
    """Fail when the host signs somebody in by itself, or keeps a readable password for it."""
    found = {
        "a session opens by itself when the host starts": sign_in.enabled,
        "a password for automatic sign-in is kept in readable form": sign_in.password_kept,
    }
    faults = [text for text, is_true in found.items() if is_true is True]
    if faults:
        return failed(expected="no automatic sign-in", actual="; ".join(faults), items=faults)
    for value in found.values():
        need(value)
    return passed(actual="nobody is signed in when the host starts, and no password is kept for it")
