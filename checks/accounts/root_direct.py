"""Nobody signs in as the superuser directly.

Why: a direct sign-in as root leaves no record of which person acted.
Source: CTPAT 4.8 (each person has an own account); NIST SP 800-171 r2 3.3.2.
"""

from datetime import datetime

from scanner.api import (
    Absent,
    AccountKind,
    Accounts,
    Collection,
    Outcome,
    Reason,
    Severity,
    Unknown,
    check,
    need,
    passed,
    review,
    unknown,
)


@check(
    title="Nobody signs in as the superuser directly",
    severity=Severity.MEDIUM,
    remediation="Sign in with a personal account and use sudo; set PermitRootLogin no.",
)
def root_direct(accounts: Accounts, collection: Collection, *, window_days: int = 30) -> Outcome:
    """Ask about direct sign-ins as superuser within `window_days`; the records must reach back that far to pass."""
    supers = [account for account in accounts.accounts if account.kind is AccountKind.SUPERUSER]
    recent = [
        f"{account.name}: last direct sign-in {account.last_login:%Y-%m-%d %H:%M} UTC{_scan(account.name, accounts)}"
        for account in supers
        if isinstance(account.last_login, datetime)
        and (collection.collected_at - account.last_login).days < window_days
    ]
    if recent:
        return review(question="Who signed in as superuser, and why not with an own account?", items=recent)
    for account in supers:
        need(account.last_login)
    since = accounts.logins_since
    if isinstance(since, Absent | Unknown):
        need(since)
    elif (collection.collected_at - since).days < window_days:
        return unknown(Reason.STALE, f"login records ({accounts.logins_source}) begin only {since:%Y-%m-%d}")
    return passed(actual=f"no direct sign-in in {window_days} days", note=f"Records: {accounts.logins_source}.")


def _scan(name: str, accounts: Accounts) -> str:
    return " (the scan itself signs in as this account)" if name == accounts.scan_account else ""
