"""No Match block of the SSH server loosens what the rest of its configuration forbids.

Why: the first page of sshd_config looks strict, and a block at its end opens the door for one user or address.
Source: sshd_config(5), Match; sshd(8), -T with -C.
"""

from scanner.api import Outcome, Severity, SshServer, SshSettings, check, failed, need, not_applicable, passed

# Keyword -> its values from strict to loose; a value that is not listed counts as the loosest.
ORDER = {
    "permitrootlogin": ("no", "forced-commands-only", "prohibit-password", "without-password", "yes"),
    "passwordauthentication": ("no", "yes"),
    "kbdinteractiveauthentication": ("no", "yes"),
    "permitemptypasswords": ("no", "yes"),
    "allowtcpforwarding": ("no", "remote", "local", "yes"),
    "allowagentforwarding": ("no", "yes"),
    "x11forwarding": ("no", "yes"),
    "gatewayports": ("no", "clientspecified", "yes"),
    "permittunnel": ("no", "ethernet", "point-to-point", "yes"),
    "disableforwarding": ("yes", "no"),
}
SAME = {"without-password": "prohibit-password"}


@check(
    title="No Match block loosens the SSH server",
    severity=Severity.HIGH,
    remediation="Remove the loosening lines from the Match block; open single accounts by key instead.",
)
def match_overrides(ssh: SshServer, *, keywords: tuple[str, ...] = tuple(ORDER)) -> Outcome:
    """Fail when a user or address meets a looser value than the global one."""
    settings = ssh.settings if isinstance(ssh.settings, tuple) else ()
    looser = [
        f"{item}: {keyword} {item.first(keyword)} (otherwise {settings[0].first(keyword)})"
        for item in settings[1:]
        for keyword in keywords
        if _rank(item, keyword) > _rank(settings[0], keyword)
    ]
    if looser:
        return failed(expected="Match blocks only tighten", actual=f"{len(looser)} loosened", items=looser)
    if need(ssh.match_blocks) == 0:
        return not_applicable("the SSH server's configuration has no Match blocks")
    need(ssh.settings)
    need(ssh.matches_evaluated)
    users = ", ".join(dict.fromkeys(item.user for item in settings[1:]))
    return passed(actual=f"{ssh.match_blocks} Match blocks, none loosens", note=f"Asked for: {users}." if users else "")


def _rank(item: SshSettings, keyword: str) -> int:
    value = item.first(keyword)
    if value is None:
        return -1
    order = [SAME.get(name, name) for name in ORDER.get(keyword, ("no", "yes"))]
    name = SAME.get(value.lower(), value.lower())
    return order.index(name) if name in order else len(order)
