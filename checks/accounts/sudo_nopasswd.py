"""Becoming administrator asks a person for a password.

Why: without one, whoever gets hold of an open session or a key is administrator at once.
Source: sudoers(5), NOPASSWD and authenticate; CIS Debian Linux 12 Benchmark 5.2.4 to 5.2.6.
"""

from scanner.api import (
    AccountKind,
    Accounts,
    GrantScope,
    Outcome,
    PrivilegeGrant,
    Privileges,
    Reason,
    SecretAsked,
    Severity,
    Unknown,
    check,
    exempted,
    failed,
    need,
    passed,
    review,
)


@check(
    title="Administrator rights ask for a password",
    severity=Severity.HIGH,
    remediation="Remove NOPASSWD and !authenticate from the rules that people hold (visudo).",
)
def sudo_nopasswd(accounts: Accounts, privileges: Privileges, *, exempt: tuple[str, ...] = ()) -> Outcome:
    """Fail when a person gets any command without a password; fixed commands and service accounts are for review."""
    left_out = {*exempt, accounts.scan_account}
    free = [grant for grant in need(privileges.grants) if grant.asks_for is SecretAsked.NONE]
    shown = [grant for grant in free if not grant.accounts or set(grant.accounts) - left_out]
    wide = [grant for grant in shown if grant.scope is not GrantScope.COMMANDS]
    bad = [grant.text for grant in wide if _held_by_people(grant, accounts, left_out)]
    hidden = {name for grant in free if grant not in shown for name in grant.accounts}
    note = " ".join(part for part in (_note(accounts, hidden), exempted(hidden & set(exempt))) if part)
    if bad:
        return failed(
            expected="a password for every such right", actual="rights without a password", items=bad, note=note
        )
    for place in privileges.elsewhere:
        need(Unknown(Reason.UNSUPPORTED, f"{place} are not read"))
    if shown:
        items = [grant.text for grant in shown]
        return review(question="Are these rights without a password needed, and safe?", items=items, note=note)
    return passed(actual="no other right without a password" if hidden else "no right without a password", note=note)


def _held_by_people(grant: PrivilegeGrant, accounts: Accounts, left_out: set[str]) -> bool:
    holders = [accounts.named(name) for name in grant.accounts if name not in left_out]
    return any(holder is None or (holder.kind is AccountKind.HUMAN and holder.interactive) for holder in holders)


def _note(accounts: Accounts, hidden: set[str]) -> str:
    return f"Left out: rights of the scan account {accounts.scan_account}." if accounts.scan_account in hidden else ""
