"""The firewall comes back with the same default after a restart.

Why: rules typed in by hand are gone after the next power failure or kernel update, and nobody notices.
Source: CIS Debian 12 v1.1.0, 4.3.9 and 4.3.10 (rules are permanent, the service that loads them is enabled).
"""

from collections.abc import Sequence

from scanner.api import (
    Absent,
    Action,
    Firewall,
    FirewallLoader,
    Host,
    IpVersion,
    Maybe,
    Outcome,
    Severity,
    Unknown,
    check,
    failed,
    is_known,
    need,
    not_applicable,
    outer_hosts_firewall,
    passed,
)


@check(
    title="Firewall rules survive a restart",
    severity=Severity.HIGH,
    remediation="Save the rules and enable what loads them. Linux: `systemctl enable nftables`, `ufw enable`, "
    "`systemctl enable --now firewalld`, or netfilter-persistent after `netfilter-persistent save`. Windows: the "
    "services MpsSvc and BFE start automatically.",
)
def persistent(firewall: Firewall, host: Host | Unknown | None) -> Outcome:
    """Judge the saved rules of every IP version whose live rules refuse by default."""
    if (excuse := outer_hosts_firewall(host)) is not None:
        return excuse
    closed = _closed(firewall)
    if not closed:
        return not_applicable("incoming connections are not refused by default, so there is nothing to keep")
    loaders = need(firewall.loaders)
    if not loaders:
        return failed(
            expected="an enabled service that loads the rules at start",
            actual="the rules are in force now, and nothing loads them at start",
        )
    names = ", ".join(loader.name for loader in loaders)
    for version in closed:
        saved = [_saved(loader, version) for loader in loaders]
        if True not in saved:
            lost = [answer for answer in saved if not is_known(answer) and not isinstance(answer, Absent)]
            if lost:
                need(lost[0])
            return failed(
                expected=f"saved rules that refuse unnamed {version} ports",
                actual=f"{names} starts with the host, and its saved rules leave {version} open",
            )
    return passed(actual=f"{names} starts with the host and refuses unnamed ports over {' and '.join(closed)}")


def _closed(firewall: Firewall) -> Sequence[IpVersion]:
    """The IP versions that are closed now; a default nobody knows ends the check as unknown."""
    rules = need(firewall.defaults)
    found = []
    for version in IpVersion:
        own = [rule.action for rule in rules if rule.version is version]
        if own and Action.ALLOW not in own:
            found.append(version)
            for action in own:
                need(action)
    return found


def _saved(loader: FirewallLoader, version: IpVersion) -> Maybe[bool]:
    return loader.closes_v4 if version is IpVersion.V4 else loader.closes_v6
