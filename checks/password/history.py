"""A changed password may not be one of the last ones.

Why: without a memory, a forced change after a compromise ends with the old password.
Source: CTPAT 4.8; CIS Debian 12 5.3.3.3.1 (24); NIST SP 800-171 r2 3.5.8.
"""

from scanner.api import Outcome, PasswordPolicy, Severity, check, failed, need, passed


@check(
    title="Old passwords are not accepted again",
    severity=Severity.MEDIUM,
    remediation="Linux: put `pam_pwhistory.so remember=24 use_authtok` before pam_unix in the password stack, and "
    "use_authtok on pam_unix. Windows: set 'Enforce password history'.",
)
def history(policy: PasswordPolicy, *, required: int = 5) -> Outcome:
    """Pass when at least `required` old passwords are remembered and refused."""
    remembered = need(policy.history)
    expected = f"the last {required} passwords are refused"
    if remembered is None:
        return failed(expected=expected, actual=f"old passwords are accepted: {policy.history_source}")
    actual = f"the last {remembered} passwords are refused ({policy.history_source})"
    return passed(actual=actual) if remembered >= required else failed(expected=expected, actual=actual)
