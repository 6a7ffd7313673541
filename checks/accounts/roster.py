"""Every open account belongs to someone on the company's list.

Why: an account of a person who left, or who was never there, is found only against a list of those who are.
Source: CTPAT 4.7 (access ends when the person leaves), against the list that the company keeps.
"""

from scanner.api import (
    Account,
    AccountKind,
    Accounts,
    Collection,
    Maybe,
    Outcome,
    Severity,
    check,
    exempted,
    failed,
    need,
    passed,
    plural,
    review,
)


@check(
    title="Every open account is on the company's list",
    severity=Severity.HIGH,
    remediation="Close accounts of people who left (Linux: `usermod -e 1 USER`; Windows: disable them); add those that "
    "are right to the list.",
)
def roster(
    accounts: Accounts, collection: Collection, *, roster: tuple[str, ...] | None = None, exempt: tuple[str, ...] = ()
) -> Outcome:
    """Fail on people's open accounts that `roster` does not name, whatever their case; without a list, ask.

    An account counts as open unless it has expired: a locked password leaves keys working.
    """
    today = collection.collected_at.date()
    known = {name.lower() for name in (*(roster or ()), *exempt, accounts.scan_account)}
    people = [account for account in accounts.accounts if _is_person(account)]
    current = [account for account in people if account.closed(today) is not True]
    kept = exempted(account.name for account in current if account.name in exempt)
    note = " ".join(part for part in (kept, accounts.not_listed()) if part)
    if roster is None:
        items = [account.name for account in current if account.name != accounts.scan_account]
        if not items:
            return passed(
                actual=f"no open account of a person but that of the scan ({accounts.scan_account})", note=note
            )
        return review(
            question="Does each of these accounts belong to someone who still works here?", items=items, note=note
        )
    others = [account for account in current if account.name.lower() not in known]
    off_list = [account.name for account in others if account.closed(today) is False]
    if off_list:
        expected = "only accounts of people on the list"
        return failed(expected=expected, actual=plural(len(off_list), "other"), items=off_list, note=note)
    unsure: list[Maybe[bool]] = [account.closed(today) for account in others]
    for value in unsure:
        need(value)
    return passed(actual=f"{plural(len(current), 'open account')}, all on the list", note=note)


def _is_person(account: Account) -> bool:
    return account.kind is AccountKind.HUMAN and account.interactive
