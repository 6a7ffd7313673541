"""Repeated wrong passwords lock the account for a while.

Why: without a limit, guessing goes on until it succeeds. A service that bans guessing addresses slows an attacker from
one address and does not stop one with many, so it is accepted with a note, and not where `address_ban_suffices` is off.
The time in which failures add up counts as well: one that is too short lets guessing go on for ever, slowly.
Source: CTPAT 4.8, 4.5; CIS Debian 12 5.3.3.1.1 (5 attempts) and 5.3.3.1.2 (900 s); CIS Windows benchmarks 1.2 (1 to 5
attempts, 15 minutes for duration and window, administrators too); Microsoft security baselines (1 to 10 attempts, 10
minutes on clients and 15 on servers, administrators on clients); NIST SP 800-171 r2 3.1.8.
"""

from scanner.api import (
    Absent,
    Accounts,
    AddressBan,
    Host,
    Lockout,
    LockoutRules,
    Locks,
    NameService,
    Outcome,
    Severity,
    SshServer,
    Unknown,
    check,
    directory_only,
    failed,
    is_known,
    is_workstation,
    need,
    need_or,
    not_applicable,
    passed,
    warned,
)


@check(
    title="Accounts lock after failed logins",
    severity=Severity.MEDIUM,
    remediation="Linux: add the preauth, authfail and account lines of pam_faillock to the login services, with "
    "deny=5 and unlock_time=900, and keep `UsePAM yes` in sshd_config. Windows: set the account lockout policy: "
    "threshold, duration, reset of the counter, and 'Allow Administrator account lockout'.",
    tolerances={
        "tolerated_attempts": "max_attempts",
        "workstation_tolerated_duration_s": "min_duration_s",
        "workstation_tolerated_window_s": "min_window_s",
    },
)
def lockout(
    lockout: Lockout,
    ssh: SshServer | Unknown | None,
    names: NameService | Unknown | None,
    accounts: Accounts | Unknown | None,
    host: Host | Unknown | None,
    *,
    max_attempts: int = 5,
    tolerated_attempts: int | None = None,
    min_duration_s: int = 900,
    min_window_s: int | None = None,
    workstation_tolerated_duration_s: int | None = None,
    workstation_tolerated_window_s: int | None = None,
    lock_administrators: bool = False,
    address_ban_suffices: bool = True,
    max_ban_failures: int = 5,
    min_ban_s: int = 600,
) -> Outcome:
    """Pass when at most `max_attempts` failures lock for long enough; warn for what the pack tolerates.

    Failures have to add up over `min_window_s`, where it is set. With `lock_administrators`, an exempt built-in
    administrator fails a workstation and is a warning elsewhere.
    """
    rules = LockoutRules(
        max_attempts=max_attempts,
        tolerated_attempts=tolerated_attempts,
        min_duration_s=min_duration_s,
        min_window_s=min_window_s,
        workstation_tolerated_duration_s=workstation_tolerated_duration_s,
        workstation_tolerated_window_s=workstation_tolerated_window_s,
    )
    if directory_only(names, accounts):
        return not_applicable("all accounts come from a directory, whose lockout policy is not read here")
    if lockout.gaps:
        return failed(expected=str(rules), actual="; ".join(lockout.gaps), items=lockout.gaps)
    if lockout.threshold is None:
        limits = (max_ban_failures, min_ban_s) if address_ban_suffices else None
        return _without(lockout, str(rules), limits)
    return _judged(lockout, ssh, host, rules, lock_administrators)


def _judged(
    lockout: Lockout,
    ssh: SshServer | Unknown | None,
    host: Host | Unknown | None,
    rules: LockoutRules,
    lock_administrators: bool,
) -> Outcome:
    locks, workstation = Locks(**{name: getattr(lockout, name) for name in _VALUES}), is_workstation(host)
    expected = f"{rules}{', administrators included' if lock_administrators else ''}"
    faults = locks.faults(rules, workstation)
    if lock_administrators and lockout.exempts_administrators is True and workstation is True:
        faults.append(_EXEMPT)
    if isinstance(ssh, SshServer) and _bypasses(ssh):
        faults.append("the SSH server does not use PAM, so its failed logins are not counted")
    if faults:
        return failed(expected=expected, actual=f"{'; '.join(faults)} ({lockout.how})")
    tolerated = locks.tolerated(rules, workstation)
    if ssh is not None and "usepam" not in need(ssh).ignored:
        need(need(ssh).settings)
    exempt = _exempt(lockout, host) if lock_administrators else ""
    actual = f"{locks} ({lockout.how})"
    if texts := [*(text for _, text in tolerated), *([exempt] if exempt else [])]:
        names = dict.fromkeys(name for name, _ in tolerated)
        return warned(expected=expected, actual=f"{'; '.join(texts)}; {actual}", tolerances=tuple(names))
    return passed(actual=actual, note=_note(lockout))


_VALUES = ("threshold", "duration_s", "window_s")
_EXEMPT = "the built-in administrator is never locked"


def _exempt(lockout: Lockout, host: Host | Unknown | None) -> str:
    """What is to be said where the built-in administrator is exempt and no fault was found in that; else empty."""
    exempts = lockout.exempts_administrators
    if isinstance(exempts, Absent):
        return f"{_EXEMPT}: {exempts.reason}"
    if not need(exempts):
        return ""
    need_or(is_workstation(host), False)
    return _EXEMPT


def _without(lockout: Lockout, expected: str, limits: tuple[int, int] | None) -> Outcome:
    """No account is ever locked: a ban of addresses may do, within its own limits of failures and seconds."""
    text = lockout.how
    if limits is None:
        return failed(expected=expected, actual=f"no account is ever locked: {text}")
    ban = need(lockout.address_ban)
    if ban is None:
        return failed(expected=expected, actual=f"no account is ever locked and no address is banned: {text}")
    max_failures, min_ban_s = limits
    told = f"addresses that guess are banned by {ban.service}{_shown(ban)}"
    many = is_known(ban.max_failures) and ban.max_failures > max_failures
    short = is_known(ban.duration_s) and ban.duration_s is not None and ban.duration_s < min_ban_s
    if many or short:
        wanted = f"{expected}; or a ban after at most {max_failures} failures for at least {min_ban_s} s"
        return failed(expected=wanted, actual=f"no account is ever locked; {told}")
    need(ban.max_failures)
    need(ban.duration_s)
    note = "guessing from many addresses, or at the console, is not limited"
    return passed(actual=f"no account is ever locked; {told}", note=note)


def _shown(ban: AddressBan) -> str:
    if not is_known(ban.max_failures):
        return ""
    within = f" within {ban.window_s} s" if is_known(ban.window_s) else ""
    length = "" if not is_known(ban.duration_s) else f", for {ban.duration_s} s" if ban.duration_s else ", for good"
    return f" after {ban.max_failures} failures{within}{length}"


def _bypasses(ssh: SshServer) -> bool:
    """Whether passwords over SSH go past PAM: by UsePAM no, or by a server that was built without it.

    Where the platform has no PAM, the system itself counts them.
    """
    if "usepam" in ssh.ignored:
        return False
    settings = ssh.settings if is_known(ssh.settings) else ()
    return any(one.first("usepam") != "yes" and one.first("passwordauthentication") != "no" for one in settings)


def _note(lockout: Lockout) -> str:
    return "the superuser is never locked" if lockout.exempts_administrators is True else ""
