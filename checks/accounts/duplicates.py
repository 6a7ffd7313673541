"""Names and numbers of accounts and groups are unique, and none is imported by a `+` line.

Why: two names with one number are one account in every log; a `+` line lets another system add accounts.
Source: CIS Debian Linux 12 Benchmark 7.2.5 to 7.2.8; passwd(5); nsswitch.conf(5), compat.
"""

from scanner.api import Accounts, Outcome, Severity, check, failed, passed


@check(
    title="Account and group names and numbers are unique",
    severity=Severity.HIGH,
    remediation="Linux: give each account and group its own name and number (usermod -u, groupmod -g); remove + lines. "
    "Windows: nothing to do, the account database keeps them unique.",
)
def duplicates(accounts: Accounts) -> Outcome:
    """Pass when nothing occurs twice and no line imports accounts."""
    imported = [f"the line '{line}' imports accounts from elsewhere" for line in accounts.foreign_entries]
    faults = [*accounts.duplicates, *imported]
    if faults:
        return failed(
            expected="unique names and numbers, no imported accounts", actual=f"{len(faults)} found", items=faults
        )
    groups = f" and {len(accounts.groups)} groups" if accounts.groups else ""
    return passed(actual=f"{len(accounts.accounts)} accounts{groups}, all unique")
