"""Passwords of people are not older than the site's rules allow, account by account.

Why: the default asks for no periodic change, as current guidance does; where a customer's audit demands one, each
account is judged, because the limit in the system's defaults holds for new accounts only. A change date in the future
switches ageing off. Where the rules do set a maximum age, an account that a switch exempts from it is for somebody to
explain: such passwords are often old, known to many, and those of services.
Source: CTPAT 4.8; NIST SP 800-63B-4 (no periodic change); CIS Debian 12 5.4.1.1 (365 days), 5.4.1.6; CIS Windows
benchmarks 1.1.2 (1 to 365 days); Microsoft security baselines (no maximum age); MS-ADTS 2.2.16; shadow(5).
"""

from scanner.api import (
    Account,
    AccountKind,
    Accounts,
    Collection,
    Outcome,
    PasswordPolicy,
    PasswordState,
    Severity,
    Unknown,
    check,
    exempted,
    failed,
    is_known,
    need,
    need_or,
    passed,
    plural,
    review,
)


@check(
    title="Passwords expire as the site's rules demand",
    severity=Severity.LOW,
    remediation="Linux: `chage --maxdays DAYS ACCOUNT` for each named account; correct the clock or the change date "
    "where it lies in the future. Windows and domains: set 'Maximum password age' and clear 'Password never expires'; "
    "give services managed accounts (gMSA), whose passwords change by themselves.",
)
def aging(
    accounts: Accounts,
    collection: Collection,
    policy: PasswordPolicy | Unknown | None,
    *,
    max_age_days: int | None = None,
    exempt: tuple[str, ...] = (),
) -> Outcome:
    """Pass when every person's password keeps to `max_age_days`; where that demands nothing, when no open account is
    exempt from the maximum age that the target's own rules set.

    Accounts whose password never expires are named; those on `exempt` are no departure.
    """
    today = collection.collected_at.date()
    people = [one for one in accounts.accounts if one.kind is not AccountKind.SYSTEM and one.closed(today) is not True]
    judged = [one for one in people if one.name not in exempt]
    faults = [text for one in judged if _may_sign_in(one) for text in _faults(one, collection, max_age_days)]
    expected = f"every password changes within {max_age_days} days" if max_age_days is not None else "plausible dates"
    note = exempted(one.name for one in people if one.name in exempt)
    if faults:
        actual = f"{plural(len(faults), 'departure')}: {'; '.join(faults)}"
        return failed(expected=expected, actual=actual, items=faults, note=note)
    if max_age_days is None and (asked := _asked(judged, policy, note)) is not None:
        return asked
    using = [one for one in judged if need(one.password) is PasswordState.USABLE]
    for one in using:
        need(one.password_changed)
        need(one.password_max_age_days)
    if max_age_days is not None:
        actual = f"{plural(len(using), 'account')} with a password, each to be changed within {max_age_days} days"
        return passed(actual=actual, note=note)
    advice = "no periodic change is demanded, as NIST SP 800-63B-4 advises; set max_age_days where an audit asks"
    actual = f"{plural(len(using), 'account')} with a password, no change date in the future"
    return passed(actual=actual + _named(judged), note=" ".join(part for part in (note, advice) if part))


def _never(judged: list[Account]) -> list[str]:
    return [one.name for one in judged if need_or(one.password_never_expires, False)]


def _named(judged: list[Account]) -> str:
    never = _never(judged)
    return f"; of {len(never)} the password never expires: {', '.join(never)}" if never else ""


def _asked(judged: list[Account], policy: PasswordPolicy | Unknown | None, note: str) -> Outcome | None:
    """What the rules of the target demand of all accounts but some is a question; so is then what is not known."""
    never = _never(judged)
    limit = need_or(need(policy).new_max_age_days, None) if never and policy is not None else None
    if limit is None:
        return None
    values = [value for one in judged for value in (one.password, one.password_changed, one.password_max_age_days)]
    unread = dict.fromkeys(f"not known: {value.detail}" for value in values if isinstance(value, Unknown))
    question = f"Why do these passwords never expire, where the rules have all others change within {limit} days?"
    actual = f"of {len(judged)} open accounts {len(never)} with a password that never expires: {', '.join(never)}"
    return review(question=question, items=[*never, *unread], actual=actual, note=note)


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
