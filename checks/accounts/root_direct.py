"""Nobody signs in as the superuser directly.

Why: a direct sign-in as root leaves no record of which person acted.
Source: CTPAT 4.8 (each person has an own account); NIST SP 800-171 r2 3.3.2.
"""

from datetime import datetime

from scanner.api import (
    Absent,
    Account,
    AccountKind,
    Accounts,
    Collection,
    Outcome,
    Reason,
    Severity,
    SshServer,
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
    remediation="Sign in with a personal account. Linux: use sudo, set PermitRootLogin no. Windows: disable the "
    "built-in administrator, and let named accounts administer.",
    version=2,
)
def root_direct(
    accounts: Accounts, ssh: SshServer | Unknown | None, collection: Collection, *, window_days: int = 30
) -> Outcome:
    """Ask about direct sign-ins as superuser within `window_days`.

    To pass, the records must reach back that far and hold every kind of sign-in, or the SSH server must refuse root.
    """
    recent = _recent(accounts, collection, window_days)
    if recent:
        return review(question="Who signed in as superuser, and why not with an own account?", items=recent)
    for account in _supers(accounts):
        need(account.last_login)
    since = accounts.logins_since
    if isinstance(since, Absent | Unknown):
        need(since)
    elif (collection.collected_at - since).days < window_days:
        return unknown(Reason.STALE, f"login records ({accounts.logins_source}) begin only {since:%Y-%m-%d}")
    if not accounts.logins_complete and not _refuses_root(ssh):
        detail = f"the records ({accounts.logins_source}) leave out sign-ins without a terminal, and root may sign in"
        return unknown(Reason.NO_EVIDENCE, detail)
    return passed(actual=f"no direct sign-in in {window_days} days", note=accounts.records())


def _supers(accounts: Accounts) -> list[Account]:
    return [account for account in accounts.accounts if account.kind is AccountKind.SUPERUSER]


def _recent(accounts: Accounts, collection: Collection, window_days: int) -> list[str]:
    """The sign-ins on record, and the one that everybody can see: that of this very scan."""
    found = []
    for account in _supers(accounts):
        is_scan = account.name == accounts.scan_account
        seen = account.last_login
        if isinstance(seen, datetime) and (collection.collected_at - seen).days < window_days:
            told = " (the scan itself signs in as this account)" if is_scan else ""
            found.append(f"{account.name}: last direct sign-in {seen:%Y-%m-%d %H:%M} UTC{told}")
        elif is_scan and collection.remote:
            found.append(f"{account.name}: the scan itself signed in as this account over the network")
    return found


def _refuses_root(ssh: SshServer | Unknown | None) -> bool:
    """Whether root is refused for every user and address that was asked; without a server there is no way in."""
    if ssh is None:
        return True
    if isinstance(ssh, Unknown) or not isinstance(ssh.settings, tuple) or not ssh.settings:
        return False
    evaluated = not isinstance(ssh.matches_evaluated, Unknown)
    return evaluated and all(item.first("permitrootlogin") == "no" for item in ssh.settings)
