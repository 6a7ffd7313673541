"""Nobody becomes administrator by a side door: containers, raw disks, virtual machines.

Why: a member of such a group can read and write everything, and no administrator list shows it.
Source: docs.docker.com, "Docker daemon attack surface"; Debian wiki, SystemGroups (disk, kmem, shadow); Microsoft,
"Active Directory security groups" (Backup Operators, Server Operators, Hyper-V Administrators).
"""

from scanner.api import (
    AccountKind,
    Accounts,
    Outcome,
    Privileges,
    Severity,
    check,
    exempted,
    failed,
    need_or,
    passed,
    plural,
)


@check(
    title="Groups that amount to administrator hold administrators only",
    severity=Severity.LOW,
    remediation="Take the account out of the group, or make it a named administrator. Linux: `gpasswd -d USER GROUP`. "
    "Windows: Backup Operators, Hyper-V Administrators and the like.",
)
def root_equivalent(accounts: Accounts, privileges: Privileges, *, exempt: tuple[str, ...] = ()) -> Outcome:
    """Fail on people in such a group who are no administrators by name."""
    members = {
        name: group
        for group, names in privileges.equivalent_groups
        for name in names
        if name not in exempt and _is_person(name, accounts)
    }
    admins = privileges.administrators()
    found = [f"{name} (group {group})" for name, group in sorted(members.items()) if name not in admins]
    note = exempted(name for _, names in privileges.equivalent_groups for name in names if name in exempt)
    if not found:
        return passed(actual=f"groups that amount to administrator: {_shown(privileges)}", note=note)
    need_or(privileges.grants, ())
    expected = "only administrators in these groups"
    return failed(expected=expected, actual=plural(len(found), "other"), items=found, note=note)


def _is_person(name: str, accounts: Accounts) -> bool:
    account = accounts.named(name)
    return account is None or account.kind is AccountKind.HUMAN or account.interactive


def _shown(privileges: Privileges) -> str:
    return (
        ", ".join(f"{group}: {', '.join(names)}" for group, names in privileges.equivalent_groups if names) or "empty"
    )
