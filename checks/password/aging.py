"""Passwords of people are not older than the site's rules allow, account by account.

Why: the default asks for no periodic change, as current guidance does; where a customer's audit demands one, each
account is judged, because the limit in the system's defaults holds for new accounts only. A change date in the future
switches ageing off.
Source: CTPAT 4.8; NIST SP 800-63B-4 (no periodic change); CIS Debian 12 5.4.1.1 (365 days), 5.4.1.6; shadow(5).
"""

from scanner.api import (
    Account,
    AccountKind,
    Accounts,
    Collection,
    Outcome,
    PasswordState,
    Severity,
    check,
    failed,
    is_known,
    need,
    passed,
    plural,
)


@check(
    title="Passwords expire as the site's rules demand",
    severity=Severity.LOW,
    remediation="Linux: `chage --maxdays DAYS ACCOUNT` for each named account; correct the clock or the change date "
    "where it lies in the future. Windows: set 'Maximum password age' and clear 'Password never expires'.",
)
def aging(accounts: Accounts, collection: Collection, *, max_age_days: int | None = None) -> Outcome:
    """Pass when no limit is demanded, or every person's password has one of at most `max_age_days` and keeps it."""
    today = collection.collected_at.date()
    people = [one for one in accounts.accounts if one.kind is not AccountKind.SYSTEM and one.closed(today) is not True]
    faults = [text for one in people if _may_sign_in(one) for text in _faults(one, collection, max_age_days)]
    expected = f"every password changes within {max_age_days} days" if max_age_days is not None else "plausible dates"
    if faults:
        return failed(
            expected=expected, actual=f"{plural(len(faults), 'departure')}: {'; '.join(faults)}", items=faults
        )
    using = [one for one in people if need(one.password) is PasswordState.USABLE]
    for one in using:
        need(one.password_changed)
        need(one.password_max_age_days)
    if max_age_days is None:
        note = "no periodic change is demanded, as NIST SP 800-63B-4 advises; set max_age_days where an audit asks"
        return passed(actual=f"{len(using)} accounts with a password, no change date in the future", note=note)
    return passed(actual=f"{len(using)} accounts with a password, each to be changed within {max_age_days} days")


def _may_sign_in(one: Account) -> bool:
    return is_known(one.password) and one.password is PasswordState.USABLE


def _faults(one: Account, collection: Collection, limit: int | None) -> list[str]:
    changed, max_age = one.password_changed, one.password_max_age_days
    today = collection.collected_at.date()
    found = []
    if is_known(changed) and changed is not None and (changed - today).days > 1:  # a day for the time zone
        found.append(f"{one.name}: changed on {changed}, which is in the future")
    if limit is None or not is_known(max_age):
        return found
    if max_age is None:
        found.append(f"{one.name}: no maximum age")
    elif max_age > limit:
        found.append(f"{one.name}: maximum age {max_age} days")
    return found
