"""Accounts that nobody uses any more are closed.

Why: a forgotten account is an open door that nobody watches.
Source: NIST SP 800-171 r2 3.5.6 (disable after a defined time); CIS Controls v8 5.3 (45 days, here the warning).
"""

from datetime import date, datetime, timedelta

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
    plural,
    unknown,
    warned,
)


@check(
    title="Unused accounts are closed",
    severity=Severity.MEDIUM,
    remediation="Ask its owner, then close the account. Linux: `usermod -e 1 USER`; a locked password alone leaves "
    "keys open. Windows: disable it.",
)
def inactive(
    accounts: Accounts,
    keys: AuthorizedKeys | Unknown | None,
    collection: Collection,
    *,
    max_idle_days: int = 90,
    warn_idle_days: int = 45,
    exempt: tuple[str, ...] = (),
) -> Outcome:
    """Fail on an open account whose last login is more than `max_idle_days` ago, warn from `warn_idle_days`, if fewer.

    Where records lag behind, an account counts as idle only for as long as it certainly was. Without a login on record
    the account's own age counts where it is kept; otherwise the record itself must reach back beyond the limit, and a
    password set since then shows that the account is younger.
    """
    now = collection.collected_at
    idle: list[tuple[int, str]] = []
    warn_idle_days = min(warn_idle_days, max_idle_days)  # a site may set a limit below the pack's warning
    unsure: list[Maybe[bool]] = []
    for account in accounts.accounts:
        is_open = can_log_in(account, keys, now.date())
        if is_open is False or account.name in (accounts.scan_account, *exempt):
            continue
        days = _idle_days(account, accounts, now, max_idle_days)
        if isinstance(days, Absent | Unknown):
            unsure.append(days)
        elif days > warn_idle_days and is_open is True:
            idle.append((days, f"{account.name}: {_how(account, accounts)}, {plural(days, 'day')}"))
        elif days > warn_idle_days:
            unsure.append(is_open)
    parts = (
        f"{accounts.records()} Left out: the scan account {accounts.scan_account}.",
        exempted(account.name for account in accounts.accounts if account.name in exempt),
        accounts.not_listed(),
    )
    note = " ".join(part for part in parts if part)
    return _outcome(idle, unsure, max_idle_days, warn_idle_days, note)


def _idle_days(account: Account, accounts: Accounts, now: datetime, max_idle_days: int) -> Maybe[int]:
    """Days without a login, at least; unknown where the records are too young to say."""
    last = account.last_login
    if isinstance(last, Absent | Unknown):
        return last
    if last is not None and last - now > timedelta(days=1):
        return Unknown(Reason.NO_EVIDENCE, f"{account.name}: last login {last:%Y-%m-%d}, which lies in the future")
    if last is not None:
        return max(0, (now - last).days - accounts.login_lag_days)
    if isinstance(account.created, datetime):
        return max(0, (now - account.created).days)
    since, changed = accounts.logins_since, account.password_changed
    if isinstance(since, Absent | Unknown):
        return since
    set_days = (now.date() - changed).days if isinstance(changed, date) else None
    record_days = (now - since).days
    if set_days is not None and set_days <= record_days:
        return max(0, set_days)
    if record_days > max_idle_days:
        return record_days
    return Unknown(
        Reason.STALE,
        f"{account.name}: no login on record, but the records ({accounts.logins_source}) begin only {since:%Y-%m-%d}",
    )


def _how(account: Account, accounts: Accounts) -> str:
    since = accounts.logins_since
    if isinstance(account.last_login, datetime):
        lag = f" or up to {accounts.login_lag_days} days later" if accounts.login_lag_days else ""
        return f"last login {account.last_login:%Y-%m-%d}{lag}"
    if isinstance(account.created, datetime):
        return f"no login since it was made on {account.created:%Y-%m-%d}"
    return f"no login since records began {since:%Y-%m-%d}" if isinstance(since, datetime) else "no login on record"


def _outcome(
    idle: list[tuple[int, str]], unsure: list[Maybe[bool]], max_days: int, warn_days: int, note: str
) -> Outcome:
    old = [text for days, text in idle if days > max_days]
    if old:
        return failed(
            expected=f"no open account unused for more than {max_days} days",
            actual=f"open and unused: {plural(len(old), 'account')}",
            items=old,
            note=note,
        )
    for value in unsure:
        if isinstance(value, Unknown) and value.code is Reason.STALE:
            return unknown(Reason.STALE, value.detail)
        need(value)
    if idle:
        shown = "; ".join(text for _, text in idle)
        return warned(expected=f"every open account used within {warn_days} days", actual=shown, note=note)
    return passed(actual=f"no open account is unused for more than {warn_days} days", note=note)
