"""An idle session locks itself.

Why: a desk that somebody has left is open to whoever passes.
Source: CIS Windows benchmarks 2.3.7.3 and Microsoft security baselines (15 minutes); NIST SP 800-171 r2 3.1.10.
Settings of people who are not signed in cannot be seen, so they prove no pass.
"""

from scanner.api import Outcome, Reason, ScreenLock, Severity, UserLock, check, failed, need, passed, unknown


@check(
    title="Idle sessions lock themselves",
    severity=Severity.MEDIUM,
    remediation='Windows: security option "Interactive logon: Machine inactivity limit", 900 seconds or less. Linux: '
    "lock delay and idle delay of the desktop, set for all users and locked against change.",
)
def screen_lock(lock: ScreenLock, *, max_idle_s: int = 900) -> Outcome:
    """Pass on a limit for everybody; without one, fail unless everybody who could be seen has a lock of their own."""
    limit = need(lock.after_s)
    expected = f"locked after {max_idle_s} seconds at most, for everybody"
    if limit is not None and limit <= max_idle_s:
        return passed(actual=f"locked after {limit} seconds, for everybody")
    actual = "nothing locks every session" if limit is None else f"locked after {limit} seconds"
    users = lock.users if isinstance(lock.users, tuple) else ()
    late = [user.user for user in users if _is_late(user, max_idle_s)]
    if late or (not users and isinstance(lock.users, tuple)):
        note = "" if late else "Policies of single users are not seen while nobody is signed in."
        return failed(expected=expected, actual=actual, items=late, note=note)
    for user in need(lock.users):
        need(user.after_s)
    seen = f"{len(users)} signed-in users have a lock of their own, which says nothing of the others"
    return unknown(Reason.NO_EVIDENCE, f"{actual}; {seen}")


def _is_late(user: UserLock, max_idle_s: int) -> bool:
    return user.after_s is None or (isinstance(user.after_s, int) and user.after_s > max_idle_s)
