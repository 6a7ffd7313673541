"""Service accounts cannot be signed in to.

Why: a service needs no sign-in; with one, a stolen password or key works without any person being noticed.
Source: CIS Debian Linux 12 Benchmark 5.4.2.7 and 5.4.2.8.
"""

from scanner.api import (
    AccountKind,
    Accounts,
    AuthorizedKeys,
    Collection,
    Maybe,
    Outcome,
    Severity,
    Unknown,
    can_log_in,
    check,
    exempted,
    failed,
    need,
    passed,
)


@check(
    title="Service accounts cannot be signed in to",
    severity=Severity.MEDIUM,
    remediation="Linux: set the shell to nologin (`usermod -s /usr/sbin/nologin USER`), lock the password, remove its "
    "keys. Windows: disable the guest account and the other built-in accounts.",
)
def service_shells(
    accounts: Accounts,
    keys: AuthorizedKeys | Unknown | None,
    collection: Collection,
    *,
    exempt: tuple[str, ...] = (),
) -> Outcome:
    """Fail on a system account with a login shell and a usable password or key; the scan account is left out."""
    found: list[str] = []
    unsure: list[Maybe[bool]] = []
    for account in accounts.accounts:
        if account.kind is not AccountKind.SYSTEM or account.name in (accounts.scan_account, *exempt):
            continue
        is_open = can_log_in(account, keys, collection.collected_at.date())
        if is_open is True:
            found.append(f"{account.name} ({account.shell})")
        elif is_open is not False:
            unsure.append(is_open)
    kept = exempted(account.name for account in accounts.accounts if account.name in exempt)
    note = f"Left out: {accounts.scan_account}. {kept}".strip()
    if found:
        expected = "no service account with a sign-in"
        return failed(expected=expected, actual=f"{len(found)} can be used", items=found, note=note)
    for value in unsure:
        need(value)
    return passed(actual="no service account can be signed in to", note=note)
