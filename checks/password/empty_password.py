"""No account has an empty password.

Why: an account without a password belongs to everybody who reaches a login prompt.
Source: CTPAT 4.8; CIS Debian 12 7.2.2; shadow(5).
"""

from scanner.api import (
    Accounts,
    Collection,
    Outcome,
    PasswordProof,
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

BY_RULE = "The rules hold whenever a password is set; whether an older one is empty cannot be read."


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
    may_be_open = [one for one in accounts.accounts if one.closed(today) is not True]
    for one in may_be_open:
        need(one.password)
        if one.password is PasswordState.USABLE:
            need(one.password_proof)
    closed = [one.name for one in (*empty, *unread)]
    note = f"switched off or expired, so not usable: {', '.join(closed)}" if closed else ""
    if any(one.password_proof is PasswordProof.RULE for one in may_be_open):
        actual = f"each of {plural(len(may_be_open), 'open account')} must have a password by today's rules"
        return passed(actual=actual, note=f"{BY_RULE} {note}".strip())
    count = len(accounts.accounts) - len(unread)
    return passed(actual=f"none of {count} accounts has an empty password", note=note)
