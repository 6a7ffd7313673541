"""Only one account is the superuser.

Why: a second account with the superuser's number is root under another name, and hides who acted.
Source: CIS Debian Linux 12 Benchmark 5.4.2.1; passwd(5).
"""

from scanner.api import AccountKind, Accounts, Outcome, Severity, check, failed, passed


@check(
    title="Only one account is the superuser",
    severity=Severity.CRITICAL,
    remediation="Delete the extra account, or give it a number of its own (usermod -u) and a named sudo rule. Windows: "
    "nothing to do, its built-in administrator is one by its number.",
)
def uid0(accounts: Accounts, *, max_superusers: int = 1) -> Outcome:
    """Pass when no more than `max_superusers` accounts carry the superuser's number."""
    names = [account.name for account in accounts.accounts if account.kind is AccountKind.SUPERUSER]
    actual = f"superuser accounts: {', '.join(names) or 'none'}"
    if len(names) <= max_superusers:
        return passed(actual=actual)
    return failed(expected=f"at most {max_superusers} superuser account", actual=actual, items=names)
