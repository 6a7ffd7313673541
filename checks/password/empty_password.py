"""No account has an empty password.

Why: an account without a password belongs to everybody who reaches a login prompt.
Source: CTPAT 4.8; CIS Debian 12 7.2.2; shadow(5).
"""

from scanner.api import (
    Accounts,
    Collection,
    Outcome,
    PasswordState,
    Severity,
    check,
    failed,
    is_known,
    need,
    passed,
    plural,
)


@check(
    title="No account has an empty password",
    severity=Severity.CRITICAL,
    remediation="Lock each named account (`passwd --lock ACCOUNT`), or set a password.",
)
def empty_password(accounts: Accounts, collection: Collection) -> Outcome:
    """Pass when the password field of every account could be read and none is empty; closed accounts do not count."""
    empty = [one for one in accounts.accounts if is_known(one.password) and one.password is PasswordState.EMPTY]
    usable = [one.name for one in empty if one.closed(collection.collected_at.date()) is not True]
    if usable:
        actual = f"{plural(len(usable), 'account')} with an empty password: {', '.join(usable)}"
        return failed(expected="no account with an empty password", actual=actual, items=usable)
    for one in accounts.accounts:
        need(one.password)
    note = "switched off or expired, so not usable: " + ", ".join(one.name for one in empty) if empty else ""
    return passed(actual=f"none of {len(accounts.accounts)} accounts has an empty password", note=note)
