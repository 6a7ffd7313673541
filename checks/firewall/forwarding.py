"""A host that is no router passes no packets between networks.

Why: a forwarding host is a way around every firewall between the two networks it is connected to.
Source: CIS Debian 12 v1.1.0, 3.3.1 (forwarding is off) and 4.3.8 (the forward chain refuses by default).
"""

from scanner.api import (
    Action,
    Collection,
    Firewall,
    Outcome,
    Reason,
    Severity,
    check,
    failed,
    is_known,
    need,
    need_or,
    passed,
    unknown,
)


@check(
    title="The host does not route between networks",
    severity=Severity.MEDIUM,
    remediation="Linux: set net.ipv4.ip_forward and net.ipv6.conf.all.forwarding to 0, or refuse by default in the "
    "forward chain. Windows: `Set-NetIPInterface -Forwarding Disabled`. Give a target that is a router the tag "
    "`router` in the site file.",
)
def forwarding(
    firewall: Firewall, collection: Collection, *, router_roles: tuple[str, ...] = ("router", "firewall", "gateway")
) -> Outcome:
    """Fail where forwarding is on and unnamed traffic passes, unless the target has one of `router_roles`."""
    declared = {collection.role, *collection.tags} & set(router_roles)
    if declared:
        return passed(actual=f"declared as {', '.join(sorted(filter(None, declared)))} in the site file")
    on = [way for way in firewall.forwarding if is_known(way.enabled) and way.enabled]
    loose = [way for way in on if way.action is Action.ALLOW]
    if loose:
        items = [f"{way.version}: {way.because}" for way in loose]
        actual = f"forwarding is on and not refused by default over {', '.join(way.version for way in loose)}"
        return failed(expected="forwarding off, or refused by default", actual=actual, items=items)
    if not firewall.forwarding:
        return unknown(Reason.NO_EVIDENCE, "whether packets are passed on between networks was not read")
    for way in firewall.forwarding:
        if need(way.enabled):
            need_or(way.action, Action.DENY)
    if on:
        return passed(actual=f"forwarding is on over {', '.join(way.version for way in on)}, refused by default")
    return passed(actual="forwarding is off for " + " and ".join(way.version for way in firewall.forwarding))
