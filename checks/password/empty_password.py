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
    Unknown,
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
    remediation="Set a password, or close the account. Linux: `passwd --lock ACCOUNT`. Windows: disable it, and clear "
    "'password not required'.",
)
def empty_password(accounts: Accounts, collection: Collection) -> Outcome:
    """Pass when no open account has an empty password, and of each it is known; closed accounts do not count."""
    empty = [one for one in accounts.accounts if is_known(one.password) and one.password is PasswordState.EMPTY]
    today = collection.collected_at.date()
    usable = [one.name for one in empty if one.closed(today) is not True]
    if usable:
        actual = f"{plural(len(usable), 'account')} with an empty password: {', '.join(usable)}"
        return failed(expected="no account with an empty password", actual=actual, items=usable)
    unread = [one for one in accounts.accounts if isinstance(one.password, Unknown)]
    for one in unread:
        if one.closed(today) is not True:
            need(one.password)
    closed = [one.name for one in (*empty, *unread)]
    note = f"switched off or expired, so not usable: {', '.join(closed)}" if closed else ""
    count = len(accounts.accounts) - len(unread)
    return passed(actual=f"none of {count} accounts has an empty password", note=note)
