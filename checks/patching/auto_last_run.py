"""Automatic updating ran lately, and ended well.

Why: a switch that is on says nothing about a job that fails every night.
Source: the log of unattended-upgrades (group adm), else the end and result of the mechanism's service. Start times of
timers and stamp files are no proof of a finished run. Windows: the events of the update client.
"""

from scanner.api import (
    Absent,
    AutoUpdates,
    Collection,
    Outcome,
    Reason,
    Severity,
    Unknown,
    Updater,
    check,
    failed,
    is_known,
    need,
    not_applicable,
    passed,
    plural,
    unknown,
)


@check(
    title="Automatic updating ran lately without error",
    severity=Severity.MEDIUM,
    remediation="Read the log of the update mechanism, mend what it complains of, and run it once by hand.",
)
def auto_last_run(auto: AutoUpdates, collection: Collection, *, max_age_days: int = 7) -> Outcome:
    """Pass on a run that ended well within `max_age_days` with no error after it."""
    if not auto.updaters:
        if is_known(auto.unread):
            return unknown(Reason.NO_EVIDENCE, f"automatic updates: not everything could be read: {auto.unread}")
        return not_applicable("no mechanism of automatic updating is installed")
    ordered = sorted(auto.updaters, key=lambda updater: (updater.active is not True, updater.central))
    return _judge(ordered[0], collection, max_age_days)


def _judge(updater: Updater, collection: Collection, max_age_days: int) -> Outcome:
    expected = f"a run that ended well within {max_age_days} days"
    if is_known(updater.last_error):
        return failed(expected=expected, actual=f"{updater.name}: {updater.last_error}")
    ended = updater.last_completed
    if isinstance(ended, Absent):
        return failed(expected=expected, actual=f"{updater.name}: {ended.reason}")
    age = (collection.collected_at - need(ended)).days
    actual = f"{updater.name}: the last run ended {plural(age, 'day')} ago"
    if age > max_age_days:
        return failed(expected=expected, actual=actual)
    if isinstance(updater.last_error, Unknown):
        need(updater.last_error)
    return passed(actual=actual)
