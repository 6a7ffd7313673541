"""The rules of firewall checks: one reading of the facts, whichever check asks."""

from __future__ import annotations

from scanner.check import failed, not_applicable, passed
from scanner.facts import Action, Firewall, Host, IpVersion
from scanner.model import Outcome, Unknown, is_known, need
from scanner.text import plural


def outer_hosts_firewall(host: Host | Unknown | None) -> Outcome | None:
    """Not applicable in a container, whose firewall is that of the host it runs on; None elsewhere, or not known."""
    if isinstance(host, Host) and host.container is True:
        return not_applicable("a container: its firewall belongs to the host it runs on")
    return None


def refused_by_default(firewall: Firewall, host: Host | Unknown | None, version: IpVersion) -> Outcome:
    """Fail when one entrance lets an unnamed port through, pass when all refuse; both need proof."""
    if (excuse := outer_hosts_firewall(host)) is not None:
        return excuse
    if version is IpVersion.V6:
        need(firewall.ipv6)
    rules = [rule for rule in need(firewall.defaults) if rule.version is version]
    if not rules:
        return not_applicable(f"no interface but loopback has an {version} address")
    open_ones = [str(rule) for rule in rules if rule.action is Action.ALLOW]
    if open_ones:
        actual = f"a connection to an unnamed port passes on {len(open_ones)} of {plural(len(rules), 'entrance')}"
        return failed(expected="refused on every entrance", actual=actual, items=open_ones)
    for rule in rules:
        need(rule.action)
    actual = "unnamed ports are refused on " + ", ".join(rule.entrance for rule in rules)
    return passed(actual=actual, note=_local_rules(firewall))


def _local_rules(firewall: Firewall) -> str:
    """Who can open a port beside the policy, as evidence: what is open is judged by itself."""
    if not is_known(firewall.local_rules):
        return ""
    counting = [entrance for entrance, counts in firewall.local_rules if counts]
    if not counting:
        return "Rules made on the host itself do not count on any entrance."
    return f"Rules made on the host itself count beside a policy's on {', '.join(counting)}."
