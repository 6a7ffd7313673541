"""Security updates are installed soon after they come out.

Why: most intrusions use holes for which the update was already there.
Source: NIST SP 800-171 r2 3.14.1; the provider's own lists on the target. A release file that offers an update proves
that it was out by that file's date. Nothing pending counts only with fresh lists and a source of security updates.
Systems that are updated as a whole (cumulative updates, images) are judged by the date of what is installed.
"""

from datetime import datetime

from scanner.api import (
    Collection,
    Outcome,
    PatchLevel,
    Reason,
    Severity,
    Status,
    Unknown,
    Update,
    check,
    failed,
    is_known,
    need,
    outdated,
    passed,
    plural,
    unknown,
    warned,
)


@check(
    title="No security update is overdue",
    severity=Severity.HIGH,
    remediation="Install the pending security updates, and switch automatic security updates on.",
    tolerances={"overdue_level_age_days": "max_level_age_days"},
)
def security_pending(
    level: PatchLevel,
    collection: Collection,
    *,
    max_age_days: int = 14,
    max_metadata_age_days: int = 7,
    max_source_age_days: int = 30,
    max_level_age_days: int = 35,
    overdue_level_age_days: int = 60,
    max_table_age_days: int = 90,
) -> Outcome:
    """Fail on a security update out for more than `max_age_days`, or of unknown age with no update run since."""
    now = collection.collected_at
    if level.blocked:
        names = [f"{hold.name} ({hold.by})" for hold in level.blocked]
        return failed(expected="no security update kept back", actual=f"{len(names)} kept back by a hold", items=names)
    if level.security_updates and (outcome := _overdue(level, now, max_age_days)) is not None:
        return outcome
    if is_known(level.installed_level):
        limits = (max_level_age_days, overdue_level_age_days)
        stale = outdated("the table of cumulative updates", level.table_date, now, max_table_age_days)
        by_level = _by_level(level, level.installed_level, now, limits, stale)
        if by_level.status is not Status.PASS:
            return by_level
        if not level.security_updates:
            return _unclear(level) or by_level
    elif isinstance(level.installed_level, Unknown) and level.security_updates:
        need(level.installed_level)  # the newest cumulative update is young on the oldest host as well
    old_lists = _stale(level, now, max_metadata_age_days, max_source_age_days)
    return _young(level, now, max_age_days, old_lists) if level.security_updates else _none(level, old_lists)


def _stale(level: PatchLevel, now: datetime, max_age_days: int, max_source_age_days: int) -> Outcome | None:
    """The outcome when the lists are too old to rest anything on."""
    faults = need(level.metadata_faults(now, max_age_days=max_age_days, max_source_age_days=max_source_age_days))
    return unknown(Reason.STALE, f"{level.manager}: {'; '.join(faults)}") if faults else None


def _overdue(level: PatchLevel, now: datetime, max_age_days: int) -> Outcome | None:
    """The failure that is proved by a date, whatever else is unknown."""
    updates = level.security_updates
    ages = [age for update in updates if (age := update.age_days(now)) is not None]
    expected = f"security updates installed within {max_age_days} days"
    if ages and max(ages) > max_age_days:
        actual = f"{plural(len(updates), 'security update')} pending, the oldest out for at least {max(ages)} days"
        return failed(expected=expected, actual=actual, items=_names(updates))
    undated = any(isinstance(update.published, Unknown) for update in updates)
    if undated and is_known(level.last_run) and (since := (now - level.last_run).days) > max_age_days:
        actual = f"{plural(len(updates), 'security update')} pending, last update run {plural(since, 'day')} ago"
        return failed(expected=expected, actual=actual, items=_names(updates))
    return None


def _young(level: PatchLevel, now: datetime, max_age_days: int, stale: Outcome | None) -> Outcome:
    """Pending, and nothing proves it overdue: within tolerance only when something proves that."""
    if stale is not None:
        return stale
    updates = level.security_updates
    if not all(is_known(update.published) for update in updates):
        need(level.last_run)
    expected = f"no pending security update (up to {max_age_days} days are tolerated)"
    return warned(
        expected=expected, actual=f"{plural(len(updates), 'security update')} pending", note=", ".join(_names(updates))
    )


def _none(level: PatchLevel, stale: Outcome | None) -> Outcome:
    """No security update is listed: green only if the lists could have shown one."""
    need(level.pending)
    if level.security_source is False:
        actual = "no source of security updates for this release is in use"
        return failed(expected="a source of security updates", actual=actual)
    if stale is not None:
        return stale
    if (unclear := _unclear(level)) is not None:
        return unclear
    need(level.security_source)
    for hold in need(level.holds):
        need(hold.security)
    return passed(actual=f"{level.manager}: no security update pending")


def _unclear(level: PatchLevel) -> Outcome | None:
    """Updates that may be security updates; None where each says what it is, or where none could be listed."""
    pending = level.pending if is_known(level.pending) else ()
    names = [update.name for update in pending if not is_known(update.security)]
    told = f"{level.manager} does not say whether these are security updates: {', '.join(names)}"
    return unknown(Reason.NO_EVIDENCE, told) if names else None


def _by_level(level: PatchLevel, installed: datetime, now: datetime, limits: tuple[int, int], stale: str) -> Outcome:
    """A day of installation is later than that of release: it proves an update old, and never that it is new.

    A pending update can only add to what the level proves: it makes no old level younger. A day of release stays what
    it is however old its table; what an old table does not name is warned of, and `stale` says why.
    """
    max_days, overdue_days = limits
    age = (now - installed).days
    what = "was installed on" if level.level_undated else "is of"
    actual = f"the newest installed update {what} {installed:%Y-%m-%d}, {plural(age, 'day')} ago"
    expected = f"an update not older than {max_days} days"
    note = "; ".join(part for part in (level.level_undated, stale if level.level_undated else "") if part)
    if age > overdue_days:
        return failed(expected=expected, actual=actual, note=note)
    if age > max_days or level.level_undated:
        return warned(expected=expected, actual=actual, note=note)
    return passed(actual=actual, note=level.pending.detail if isinstance(level.pending, Unknown) else "")


def _names(updates: tuple[Update, ...]) -> list[str]:
    return [_named(update) for update in updates]


def _named(update: Update) -> str:
    if not update.available:
        return update.name
    return f"{update.name} {update.installed} -> {update.available}".replace("  ", " ")
