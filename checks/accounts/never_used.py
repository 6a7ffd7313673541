"""Accounts that were made and never used are closed.

Why: an account that nobody ever needed still has a first password that somebody may know.
Source: CIS Controls v8 5.3; CTPAT 4.7 (access follows the job).
"""

from datetime import date, datetime

from scanner.api import (
    Absent,
    Account,
    Accounts,
    AuthorizedKeys,
    Collection,
    Maybe,
    Outcome,
    Reason,
    Severity,
    Unknown,
    can_log_in,
    check,
    exempted,
    failed,
    need,
    passed,
    review,
    unknown,
)


@check(
    title="Accounts that were never used are closed",
    severity=Severity.MEDIUM,
    remediation="Expire, disable or delete the account unless its owner can say what it is for.",
)
def never_used(
    accounts: Accounts,
    keys: AuthorizedKeys | Unknown | None,
    collection: Collection,
    *,
    max_age_days: int = 30,
    verdict: str = "review",
    exempt: tuple[str, ...] = (),
) -> Outcome:
    """List open accounts older than `max_age_days` without any login on record; `verdict` is `review` or `fail`."""
    now = collection.collected_at
    found: list[str] = []
    unsure: list[Maybe[bool]] = []
    for account in accounts.accounts:
        is_open = can_log_in(account, keys, now.date())
        left_out = account.name in (accounts.scan_account, *exempt)
        if is_open is False or left_out or isinstance(account.last_login, datetime):
            continue
        if _is_young(account, now, max_age_days):
            continue
        changed = account.password_changed
        if is_open is True and account.last_login is None:
            found.append(f"{account.name}: password set {changed}" if isinstance(changed, date) else account.name)
        else:
            unsure.append(account.last_login if isinstance(account.last_login, Absent | Unknown) else is_open)
    kept = exempted(account.name for account in accounts.accounts if account.name in exempt)
    return _outcome(accounts, found, unsure, (max_age_days, verdict), collection, kept)


def _outcome(
    accounts: Accounts,
    found: list[str],
    unsure: list[Maybe[bool]],
    limits: tuple[int, str],
    collection: Collection,
    kept: str,
) -> Outcome:
    max_age_days, verdict = limits
    records = f"{accounts.records()} Left out: the scan account {accounts.scan_account}."
    note = " ".join(part for part in (records, kept, accounts.not_listed()) if part)
    if found:
        since = accounts.logins_since
        if isinstance(since, Absent | Unknown) or (collection.collected_at - since).days < max_age_days:
            return unknown(
                Reason.STALE, f"{', '.join(found)}: no login on record, but the records are younger than that"
            )
        if verdict == "fail":
            return failed(
                expected="no open account without a login",
                actual=f"{len(found)} were never used",
                items=found,
                note=note,
            )
        return review(question="Are these accounts, never used so far, still needed?", items=found, note=note)
    for value in unsure:
        need(value)
    return passed(actual=f"no open account older than {max_age_days} days is unused", note=note)


def _is_young(account: Account, now: datetime, max_age_days: int) -> bool:
    """By the day on which it was made; where none is kept, by that of its password, the least that it can be.

    A day of the future, more than one for the time zone, makes nothing young.
    """
    made = account.password_changed if isinstance(account.created, Absent) else account.created
    made = made.date() if isinstance(made, datetime) else made
    return isinstance(made, date) and -1 <= (now.date() - made).days <= max_age_days
