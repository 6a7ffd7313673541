"""Each machine's local administrator has a password of its own, set and kept by the directory.

Why: one password on all machines opens all of them to whoever reads it on one.
Source: CIS Windows benchmarks 18.9.25 (LAPS: 15 characters, 30 days) and Microsoft security baselines; NIST SP 800-171
r2 3.5.7. A policy is a wish: only a stored password proves that it works.
"""

from datetime import timedelta

from scanner.api import (
    Absent,
    Collection,
    LocalAdminPasswords,
    Outcome,
    Reason,
    Severity,
    check,
    exempted,
    failed,
    need,
    passed,
    plural,
    unknown,
)


@check(
    title="Local administrators have managed passwords",
    severity=Severity.MEDIUM,
    remediation="Windows: Windows LAPS, backup to the directory that the host is joined to, 15 characters or more, 30 "
    "days or less. It is for one account: close the other local administrators.",
)
def local_admin_passwords(
    passwords: LocalAdminPasswords,
    collection: Collection,
    *,
    min_length: int = 15,
    max_age_days: int = 30,
    grace_days: int = 7,
    exempt: tuple[str, ...] = (),
) -> Outcome:
    """Pass on a policy within the limits whose last stored password is no older than it should be.

    The policy is for one account: each other open local administrator that the site does not exempt fails.
    """
    expected = f"{min_length} characters, {max_age_days} days, kept in the directory"
    if not need(passwords.managed):
        return failed(expected=expected, actual="nothing manages the local administrator's password")
    length, age_days, kept_in = need(passwords.length), need(passwords.max_age_days), need(passwords.kept_in)
    policy = f"{length} characters, {age_days} days, kept in {kept_in}"
    if length < min_length or age_days > max_age_days:
        return failed(expected=expected, actual=policy)
    if passwords.joined is False:
        return failed(expected=expected, actual=f"{policy}, which this host is not joined to")
    unmanaged = passwords.unmanaged
    others = [name for name in unmanaged if name not in exempt] if isinstance(unmanaged, tuple) else []
    if others:
        actual = f"{policy}; nothing manages {plural(len(others), 'further open local administrator')}"
        return failed(expected=f"{expected}, and no further local administrator", actual=actual, items=others)
    need(passwords.joined)
    stored = passwords.last_stored
    if isinstance(stored, Absent):
        return unknown(Reason.NO_EVIDENCE, f"{policy}; {stored.reason}")
    when = need(stored)
    age = collection.collected_at - when
    told = f"{policy}; last stored {when:%Y-%m-%d}"
    if age < -timedelta(days=1):
        return unknown(Reason.NO_EVIDENCE, f"{told}, which lies in the future")
    if age > timedelta(days=age_days + grace_days):
        return unknown(Reason.STALE, f"{told}, {age.days} days ago: no proof that the policy still works")
    return passed(actual=told, note=exempted(name for name in need(unmanaged) if name in exempt))
