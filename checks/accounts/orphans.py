"""Every home folder belongs to an account that exists.

Why: the next account that gets the old number inherits the files; and a folder left behind shows an unfinished exit.
Source: CTPAT 4.7 (access ends when the person leaves); userdel(8), --remove.
"""

from scanner.api import Accounts, Outcome, Severity, check, exempted, failed, need, passed, plural, review


@check(
    title="Home folders belong to existing accounts",
    severity=Severity.LOW,
    remediation="Archive what is needed, then remove the folder or give it to its new owner.",
)
def orphans(accounts: Accounts, *, exempt: tuple[str, ...] = ()) -> Outcome:
    """Fail on home folders whose owner's number has no account; with a directory beside, a person looks."""
    homes = need(accounts.homes)
    left = [
        f"{home.path} (number {home.owner_identifier})"
        for home in homes
        if home.owner is None and home.path not in exempt
    ]
    note = exempted(home.path for home in homes if home.path in exempt)
    if not left:
        return passed(actual=f"{plural(len(homes), 'home folder')}, each with an owner", note=note)
    if need(accounts.directories):
        sources = ", ".join(need(accounts.directories))
        return review(question=f"Do these folders belong to accounts from {sources}?", items=left, note=note)
    return failed(
        expected="an owner for each home folder", actual=f"{len(left)} without an account", items=left, note=note
    )
