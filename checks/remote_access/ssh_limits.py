"""SSH limits guessing, ends dead sessions and forwards no displays.

Why: each of these limits takes time or reach from an attacker who already has one foot in the door.
Source: CIS Debian Linux 12 Benchmark 5.1.7, 5.1.8, 5.1.13, 5.1.16, 5.1.21; sshd_config(5).
"""

from collections.abc import Callable

from scanner.api import Maybe, Outcome, Reason, Severity, SshServer, Unknown, check, failed, need, passed

NO = ("no",)


@check(
    title="SSH limits attempts, idle sessions and forwarding",
    severity=Severity.LOW,
    remediation="Set MaxAuthTries 4, LoginGraceTime 60, ClientAliveInterval 300, X11Forwarding no, "
    "PermitUserEnvironment no in sshd_config, then reload sshd.",
)
def limits(
    ssh: SshServer,
    *,
    max_auth_tries: int = 4,
    max_grace_s: int = 60,
    keep_alive: bool = True,
    x11: tuple[str, ...] = NO,
) -> Outcome:
    """Fail on each limit that is missing or too generous; `x11` lists the accepted values of X11Forwarding."""
    rules: list[tuple[str, str, Callable[[str], bool]]] = [
        ("maxauthtries", f"at most {max_auth_tries}", lambda value: 0 < _number(value) <= max_auth_tries),
        ("logingracetime", f"1 to {max_grace_s} s", lambda value: 0 < _number(value) <= max_grace_s),
        ("x11forwarding", " or ".join(x11), lambda value: value in x11),
        ("permituserenvironment", "no", lambda value: value == "no"),
    ]
    if keep_alive:
        rules.append(("clientaliveinterval", "more than 0 s", lambda value: _number(value) > 0))
    rules = [rule for rule in rules if rule[0] not in ssh.ignored]
    told = {keyword: _told(ssh, keyword) for keyword, _, _ in rules}
    faults = dict.fromkeys(
        f"{keyword} {value}, expected {wanted}"
        for keyword, wanted, holds in rules
        for value in told[keyword]
        if isinstance(value, str) and not holds(value)
    )
    if faults:
        return failed(expected="all limits set", actual="; ".join(faults), items=tuple(faults))
    need(ssh.settings)
    for values in told.values():
        for value in values:
            need(value)
    return passed(actual=", ".join(f"{keyword} {values[0]}" for keyword, values in told.items()))


def _told(ssh: SshServer, keyword: str) -> list[Maybe[str]]:
    """The global value, then that of each connection which Match blocks may change; from the configuration text where
    the server could not be asked."""
    if isinstance(ssh.settings, tuple):
        return [settings.told(keyword) for settings in ssh.settings]
    written = ssh.configured(keyword)
    return [written.lower() if written else Unknown(Reason.NO_EVIDENCE, f"{keyword} is not known")]


UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def _number(value: str) -> int:
    """A count, or a time of sshd_config(5) with one unit; -1 for what is neither, which passes nothing."""
    digits, unit = (value[:-1], UNITS[value[-1]]) if value[-1:] in UNITS else (value, 1)
    return int(digits) * unit if digits.isascii() and digits.isdigit() else -1
