"""Security updates install themselves, or a central place installs them.

Why: updates that wait for a free afternoon wait for months.
Source: apt: APT::Periodic, unattended-upgrades' origins and both apt timers; dnf-automatic with apply_updates;
rpm-ostree, SUSE's timers; agents of central patch management; the policy of Windows Update. An enabled service alone
proves nothing, and a server of updates that is asked in the clear may be anybody's.
"""

from scanner.api import (
    AutoUpdates,
    Collection,
    Outcome,
    PatchLevel,
    Reason,
    Severity,
    Unknown,
    Updater,
    check,
    failed,
    is_known,
    need,
    need_or,
    passed,
    review,
    unknown,
    warned,
)

EXPECTED = "security updates that install themselves"


@check(
    title="Security updates are installed automatically",
    severity=Severity.MEDIUM,
    remediation="Linux: enable unattended-upgrades, dnf-automatic or the like with its timers. Windows: set 'Configure "
    "Automatic Updates' to 4, and ask the update server over https. Or manage updates centrally.",
)
def auto_updates(
    auto: AutoUpdates, collection: Collection, level: PatchLevel | Unknown | None, *, max_age_days: int = 14
) -> Outcome:
    """Pass when one mechanism's whole chain is on, warn where it leaves packages out; without any, fail when updates
    are overdue.
    """
    if loose := [f"{u.name} asks {u.unprotected}" for u in auto.updaters if is_known(u.unprotected)]:
        expected = "updates from a source over a protected connection"
        return failed(expected=expected, actual="; ".join(loose), items=loose)
    for updater in auto.updaters:
        need_or(updater.unprotected, "")
    working = [updater for updater in auto.updaters if updater.active is True]
    for updater in working:
        if updater.installs is True:
            return _installs(updater)
        if updater.central:
            return passed(actual=f"the agent of {updater.name} is active", note="what it installs is set centrally")
    for updater in auto.updaters:
        if need(updater.active):
            need(updater.installs)
    faults = [f"{u.name}: {', '.join(u.broken) or 'only fetches or announces updates'}" for u in auto.updaters]
    if faults:
        return failed(expected=EXPECTED, actual=faults[0], items=faults)
    return _nothing(auto, collection, level, max_age_days)


def _installs(updater: Updater) -> Outcome:
    actual = f"{updater.name} installs security updates"
    if not updater.left_out:
        return passed(actual=actual)
    return warned(expected=EXPECTED, actual=f"{actual}, but never those of: {', '.join(updater.left_out)}")


def _nothing(
    auto: AutoUpdates, collection: Collection, level: PatchLevel | Unknown | None, max_age_days: int
) -> Outcome:
    actual = "no mechanism of automatic updating is installed"
    if is_known(auto.unread):
        return unknown(Reason.NO_EVIDENCE, f"{actual}, but not everything could be read: {auto.unread}")
    updates = level.security_updates if isinstance(level, PatchLevel) else ()
    if any((update.age_days(collection.collected_at) or 0) > max_age_days for update in updates):
        return failed(expected=EXPECTED, actual=f"{actual}, and security updates are overdue")
    question = "Who installs security updates on this host, how often, and where is that written down?"
    return review(question=question, items=[actual], actual=actual)
