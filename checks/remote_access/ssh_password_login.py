"""Nobody signs in over SSH with a password alone from the internet.

Why: passwords are guessed by machines day and night wherever a sign-in answers; a key cannot be guessed.
Source: CTPAT 4.9 (remote access is protected); sshd_config(5), PasswordAuthentication, KbdInteractiveAuthentication.
"""

from scanner.api import (
    Listeners,
    Outcome,
    Severity,
    SshServer,
    SshSettings,
    Unknown,
    check,
    failed,
    need,
    passed,
    review,
)


@check(
    title="SSH takes no passwords from foreign networks",
    severity=Severity.HIGH,
    remediation="Set `PasswordAuthentication no` and `KbdInteractiveAuthentication no`, then reload sshd; or let the "
    "firewall admit known networks only.",
    references=("https://man.openbsd.org/sshd_config#PasswordAuthentication",),
)
def password_login(
    ssh: SshServer, listeners: Listeners | Unknown | None, *, default_ports: tuple[int, ...] = (22,)
) -> Outcome:
    """Fail when a password alone is enough from a public address; ask when only private addresses may use one.

    A port that the host's firewall is known to close to foreign networks counts as private.
    """
    expected = "no password login from foreign networks"
    if not isinstance(ssh.settings, tuple) and (ssh.configured("passwordauthentication") or "").lower() == "yes":
        if _closed_to_strangers(ssh, listeners, default_ports):
            return review(question="Is a password login from inside enough?", items=["PasswordAuthentication yes"])
        return failed(expected=expected, actual="PasswordAuthentication yes in the configuration file")
    settings = need(ssh.settings)
    open_to = [item for item in settings if _password_enough(item) is True]
    exposed = [str(item) for item in open_to if item.address != "private"]
    if exposed and not _closed_to_strangers(ssh, listeners, default_ports):
        return failed(expected=expected, actual=f"a password is enough: {exposed[0]}", items=exposed)
    if open_to:
        items = [str(item) for item in open_to]
        return review(question="Is a password login from private networks needed?", items=items)
    for item in settings:
        need(_password_enough(item))
    need(ssh.matches_evaluated)
    return passed(actual="a password alone opens no SSH session")


def _password_enough(item: SshSettings) -> bool | Unknown:
    """Whether some way in asks for a password and nothing else; PAM asks for it by keyboard-interactive as well."""
    methods = item.first("authenticationmethods")
    if methods not in (None, "any"):
        ways = (methods or "").lower().split()
        if not any(_only_password(way) for way in ways):
            return False
    if item.user == "root" and item.first("permitrootlogin") not in (None, "yes"):
        return False
    if item.first("passwordauthentication") == "yes":
        return True
    interactive = item.first("kbdinteractiveauthentication") or item.first("challengeresponseauthentication")
    if interactive == "yes" and item.first("usepam") == "yes":
        return True
    told = item.told("passwordauthentication")
    return told if isinstance(told, Unknown) else False


def _only_password(way: str) -> bool:
    """One alternative of AuthenticationMethods: every step of it is a form of password."""
    return all(step.partition(":")[0] in ("password", "keyboard-interactive") for step in way.split(","))


def _closed_to_strangers(ssh: SshServer, listeners: Listeners | Unknown | None, default_ports: tuple[int, ...]) -> bool:
    """True only when the server's ports are seen listening, and each is known to be closed to foreign networks."""
    if not isinstance(listeners, Listeners):
        return False
    ports = ssh.ports if isinstance(ssh.ports, tuple) and ssh.ports else default_ports
    sockets = [item for item in listeners.sockets if item.port in ports and item.protocol == "tcp"]
    doors = [answer for item in sockets if not item.is_loopback for answer in (item.reachable_v4, item.reachable_v6)]
    return bool(sockets) and all(answer is not True and not isinstance(answer, Unknown) for answer in doors)
