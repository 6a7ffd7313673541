"""Repeated wrong passwords lock the account for a while.

Why: without a limit, guessing goes on until it succeeds. A service that bans guessing addresses slows an attacker from
one address and does not stop one with many, so it is accepted with a note, and not where `address_ban_suffices` is off.
Source: CTPAT 4.8, 4.5; CIS Debian 12 5.3.3.1.1 (5 attempts) and 5.3.3.1.2 (900 s); NIST SP 800-171 r2 3.1.8.
"""

from scanner.api import (
    Accounts,
    Lockout,
    NameService,
    Outcome,
    Severity,
    SshServer,
    Unknown,
    check,
    directory_only,
    failed,
    is_known,
    need,
    not_applicable,
    passed,
)


@check(
    title="Accounts lock after failed logins",
    severity=Severity.MEDIUM,
    remediation="Linux: add the preauth, authfail and account lines of pam_faillock to the login services, with "
    "deny=5 and unlock_time=900, and keep `UsePAM yes` in sshd_config. Windows: set the account lockout policy.",
)
def lockout(
    lockout: Lockout,
    ssh: SshServer | Unknown | None,
    names: NameService | Unknown | None,
    accounts: Accounts | Unknown | None,
    *,
    max_attempts: int = 5,
    min_duration_s: int = 900,
    address_ban_suffices: bool = True,
) -> Outcome:
    """Pass when at most `max_attempts` failures lock for `min_duration_s` or until an administrator unlocks."""
    expected = f"at most {max_attempts} failures lock an account for at least {min_duration_s} s"
    if directory_only(names, accounts):
        return not_applicable("all accounts come from a directory, whose lockout policy is not read here")
    if lockout.gaps:
        return failed(expected=expected, actual="; ".join(lockout.gaps), items=lockout.gaps)
    if lockout.threshold is None:
        return _without(lockout, expected, address_ban_suffices)
    if fault := _fault(lockout, max_attempts, min_duration_s):
        return failed(expected=expected, actual=f"{fault} ({lockout.how})")
    if isinstance(ssh, SshServer) and _bypasses(ssh):
        return failed(expected=expected, actual="the SSH server does not use PAM, so its failed logins are not counted")
    threshold, duration = need(lockout.threshold), need(lockout.duration_s)
    if ssh is not None and "usepam" not in need(ssh).ignored:
        need(need(ssh).settings)
    length = "until an administrator unlocks" if duration is None else f"for {duration} s"
    within = f" within {lockout.window_s} s" if isinstance(lockout.window_s, int) else ""
    return passed(actual=f"{threshold} failures{within} lock {length} ({lockout.how})", note=_note(lockout))


def _without(lockout: Lockout, expected: str, address_ban_suffices: bool) -> Outcome:
    text = lockout.how
    if not address_ban_suffices:
        return failed(expected=expected, actual=f"no account is ever locked: {text}")
    ban = need(lockout.address_ban)
    if ban is None:
        return failed(expected=expected, actual=f"no account is ever locked and no address is banned: {text}")
    note = "guessing from many addresses, or at the console, is not limited"
    return passed(actual=f"no account is ever locked; addresses that guess are banned by {ban}", note=note)


def _fault(lockout: Lockout, max_attempts: int, min_duration_s: int) -> str:
    if is_known(lockout.threshold) and lockout.threshold is not None and lockout.threshold > max_attempts:
        return f"an account locks only after {lockout.threshold} failures"
    if is_known(lockout.duration_s) and lockout.duration_s is not None and lockout.duration_s < min_duration_s:
        return f"a locked account opens again after {lockout.duration_s} s"
    return ""


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
