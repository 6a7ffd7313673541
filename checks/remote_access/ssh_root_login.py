"""SSH refuses a direct login as root, at least with a password.

Why: a shared root login leaves no record of which administrator acted, and root is the first name that is tried.
Source: sshd_config(5), PermitRootLogin; CIS Debian Linux 12 Benchmark 5.1.20 (accepts only `no`).
"""

from scanner.api import (
    AccountKind,
    Accounts,
    Outcome,
    Severity,
    SshServer,
    SshSettings,
    Unknown,
    check,
    failed,
    need,
    not_applicable,
    passed,
)

KEYS_ONLY = ("no", "prohibit-password", "without-password", "forced-commands-only")


@check(
    title="SSH refuses direct root login",
    severity=Severity.HIGH,
    remediation="Set `PermitRootLogin no` in sshd_config and in every Match block, then reload sshd.",
    references=("https://man.openbsd.org/sshd_config#PermitRootLogin",),
)
def root_login(ssh: SshServer, accounts: Accounts | Unknown, *, accepted: tuple[str, ...] = KEYS_ONLY) -> Outcome:
    """Pass when PermitRootLogin is one of `accepted` for every superuser from every address; the worst one counts."""
    if "permitrootlogin" in ssh.ignored:
        return not_applicable("this SSH server knows no superuser of its own; its administrators are named accounts")
    expected = f"PermitRootLogin {' or '.join(accepted)}"
    written = (ssh.configured("permitrootlogin") or "").lower()
    if not isinstance(ssh.settings, tuple) and written and written not in accepted:
        return failed(expected=expected, actual=f"PermitRootLogin {written} in the configuration file")
    settings = [item for item in need(ssh.settings) if item.user in ("", *_superusers(accounts))]
    bad = [item for item in settings if (item.first("permitrootlogin") or accepted[0]).lower() not in accepted]
    if bad:
        shown = [f"{item}: PermitRootLogin {item.first('permitrootlogin')}" for item in bad]
        return failed(expected=expected, actual=shown[0], items=shown)
    values = {need(item.told("permitrootlogin")) for item in settings}
    need(ssh.matches_evaluated)
    return passed(actual=f"PermitRootLogin {', '.join(sorted(values))}", note=_note(settings))


def _superusers(accounts: Accounts | Unknown) -> tuple[str, ...]:
    if not isinstance(accounts, Accounts):
        return ("root",)
    return tuple(item.name for item in accounts.accounts if item.kind is AccountKind.SUPERUSER)


def _note(settings: list[SshSettings]) -> str:
    direct = any(item.first("permitrootlogin") != "no" for item in settings)
    return (
        "Root can still log in directly with a key; a named account with sudo leaves a better record." if direct else ""
    )
