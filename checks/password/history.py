"""A changed password may not be one of the last ones.

Why: without a memory, a forced change after a compromise ends with the old password; without a minimum age, its user
runs through the list in a minute and is back at the old one.
Source: CTPAT 4.8; CIS Debian 12 5.3.3.3.1 (24); CIS Windows benchmarks 1.1.1 (24) and 1.1.3 (at least 1 day); Microsoft
security baselines (24, no minimum age); NIST SP 800-171 r2 3.5.8.
"""

from scanner.api import Outcome, PasswordPolicy, Severity, check, failed, need, passed, password_ages, plural, warned


@check(
    title="Old passwords are not accepted again",
    severity=Severity.MEDIUM,
    remediation="Linux: put `pam_pwhistory.so remember=24 use_authtok` before pam_unix in the password stack, and "
    "use_authtok on pam_unix. Windows: set 'Enforce password history' and 'Minimum password age'.",
)
def history(policy: PasswordPolicy, *, required: int = 5, min_age_days: int | None = None) -> Outcome:
    """Pass when at least `required` old passwords are refused; warn when a new one may change before `min_age_days`."""
    remembered = need(policy.history)
    expected = f"the last {required} passwords are refused"
    ages = password_ages(policy.new_min_age_days, policy.new_max_age_days)
    if remembered is None:
        return failed(expected=expected, actual=f"old passwords are accepted: {policy.history_source}; {ages}")
    actual = f"the last {remembered} passwords are refused ({policy.history_source}); {ages}"
    if remembered < required:
        return failed(expected=expected, actual=actual)
    if min_age_days is not None and (need(policy.new_min_age_days) or 0) < min_age_days:
        return warned(
            expected=f"{expected}, and a new one is kept for at least {plural(min_age_days, 'day')}",
            actual=actual,
            note="who may change a password again at once can return to the old one; Microsoft's baselines set no age",
        )
    return passed(actual=actual)
