"""No way in admits an empty password.

Why: one account whose password is cleared by mistake is open to everybody as long as the login programs admit it.
Source: CTPAT 4.8; CIS Debian 12 5.3.3.4.1 and 5.1.19; pam_unix(8) nullok; sshd_config(5) PermitEmptyPasswords.
"""

from scanner.api import (
    Accounts,
    Outcome,
    PasswordState,
    Severity,
    SignIn,
    SshServer,
    Unknown,
    check,
    failed,
    is_known,
    need,
    need_or,
    passed,
)


@check(
    title="Empty passwords are not admitted",
    severity=Severity.MEDIUM,
    remediation="Linux: remove nullok from pam_unix in the auth stacks and set `PermitEmptyPasswords no`. "
    "Windows: turn 'Limit local account use of blank passwords to console logon only' on.",
)
def nullok(
    sign_in: SignIn | Unknown,
    accounts: Accounts | Unknown | None,
    ssh: SshServer | Unknown | None,
    *,
    tolerated: bool = True,
) -> Outcome:
    """Fail where an empty password gets somebody in; `tolerated` accepts the mere setting while no account is empty."""
    expected = "no service admits an empty password"
    if _ssh_admits(ssh):
        return failed(expected=expected, actual="the SSH server has PermitEmptyPasswords yes")
    services = sign_in.empty_password_admitted if isinstance(sign_in, SignIn) else sign_in
    if is_known(services) and _ssh_refuses(ssh):
        services = tuple(name for name in services if name != "sshd")
    empty = _empty_accounts(accounts)
    if is_known(services) and services and (empty or not tolerated):
        present = f"; accounts with an empty password: {', '.join(empty)}" if empty else ""
        return failed(expected=expected, actual=f"admitted by {', '.join(services)}{present}", items=services)
    admitted = need(services)
    if ssh is not None:
        need(need(ssh).settings)
        need_or(need(ssh).matches_evaluated, True)
    if not admitted:
        note = sign_in.empty_password_note if isinstance(sign_in, SignIn) else ""
        return passed(actual="no service admits an empty password", note=note)
    for one in need(accounts).accounts if accounts is not None else ():
        need(one.password)
    return passed(
        actual=f"admitted by {', '.join(admitted)}, and no account has an empty password",
        note="many systems ship it like this; it turns into an open door with the first cleared password",
    )


def _ssh_admits(ssh: SshServer | Unknown | None) -> bool:
    if not isinstance(ssh, SshServer):
        return False
    settings = ssh.settings if is_known(ssh.settings) else ()
    if not settings and ssh.configured("permitemptypasswords") == "yes":
        return True
    return any((one.first("permitemptypasswords") or "").lower() == "yes" for one in settings)


def _ssh_refuses(ssh: SshServer | Unknown | None) -> bool:
    """Proved for everybody: sshd then tells PAM to admit no empty password, whatever the stack says."""
    if not isinstance(ssh, SshServer) or not is_known(ssh.settings) or not ssh.settings:
        return False
    if isinstance(ssh.matches_evaluated, Unknown):
        return False
    return all((one.first("permitemptypasswords") or "").lower() == "no" for one in ssh.settings)


def _empty_accounts(accounts: Accounts | Unknown | None) -> list[str]:
    if not isinstance(accounts, Accounts):
        return []
    return [one.name for one in accounts.accounts if is_known(one.password) and one.password is PasswordState.EMPTY]
