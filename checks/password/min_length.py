"""New local passwords have a minimum length that is really enforced.

Why: length is what makes a password hard to guess; a number in a file that nothing reads protects nobody.
Source: CTPAT 4.8; CIS Debian 12 5.3.3.2.2 (14); NIST SP 800-63B-4 (15 where the password is the only factor).
"""

from scanner.api import (
    Accounts,
    NameService,
    Outcome,
    PasswordPolicy,
    Severity,
    Unknown,
    check,
    directory_only,
    failed,
    need,
    not_applicable,
    passed,
    warned,
)


@check(
    title="Local passwords have a minimum length",
    severity=Severity.HIGH,
    remediation="Linux: put pam_pwquality into the password stack and set minlen there or in pwquality.conf. "
    "Windows: set 'Minimum password length'.",
    tolerances={"tolerated": "required"},
)
def min_length(
    policy: PasswordPolicy,
    names: NameService | Unknown | None,
    accounts: Accounts | Unknown | None,
    *,
    required: int = 14,
    tolerated: int = 12,
) -> Outcome:
    """Pass from `required` characters on, warn from `tolerated` on; lengths count what the settings really demand."""
    if directory_only(names, accounts):
        return not_applicable("all accounts come from a directory; no local account has a password")
    length = need(policy.minimum_length)
    expected = f"at least {required} characters"
    if length is None:
        return failed(expected=expected, actual=f"no minimum length is enforced: {policy.minimum_length_source}")
    actual = f"at least {length} characters ({policy.minimum_length_source})"
    note = "; ".join(policy.notes)
    if length >= required:
        return passed(actual=actual, note=note)
    if length >= tolerated:
        return warned(expected=expected, actual=actual, note=note, tolerances=("tolerated",))
    return failed(expected=expected, actual=actual, note=note)
