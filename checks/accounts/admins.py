"""The list of everyone who can act as administrator, for a person to confirm.

Why: administrator rights that no longer fit a job are what an intruder looks for first.
Source: CTPAT 4.7 (least access, regular review); NIST SP 800-171 r2 3.1.5.
"""

from scanner.api import Accounts, Outcome, Privileges, Severity, check, failed, need_or, review


@check(
    title="Administrators are known and confirmed",
    severity=Severity.HIGH,
    remediation="Remove rights that a job does not need; confirm the rest. Linux: `gpasswd -d USER sudo`, sudoers. "
    "Windows: the local group Administrators.",
)
def admins(accounts: Accounts, privileges: Privileges, *, shared: tuple[str, ...] = ()) -> Outcome:
    """List each administrator with the way the right came; fail on names that were confirmed as `shared`.

    The scan account is on the list like any other.
    """
    ways = privileges.administrators()
    items = [f"{name} ({'; '.join(how)}){_remark(name, accounts)}" for name, how in sorted(ways.items())]
    note = "".join(f"Not in this list: {place}. " for place in privileges.elsewhere).strip()
    bad = [item for item, name in zip(items, sorted(ways), strict=True) if name in shared]
    if bad:
        return failed(expected="administrators are persons", actual="shared accounts are administrators", items=bad)
    others = [
        grant.text for grant in need_or(privileges.grants, ()) if not grant.accounts and grant.scope != "named commands"
    ]
    items += [f"{text} (no local account; a directory may hold its members)" for text in others]
    return review(question="Does each of these need to be an administrator?", items=items, note=note)


def _remark(name: str, accounts: Accounts) -> str:
    if name == accounts.scan_account:
        return " - the account of this scan"
    return "" if accounts.named(name) else " - no account kept here has this name"
