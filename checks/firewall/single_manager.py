"""One program manages the firewall.

Why: two programs undo each other's rules, and what each of them shows is then not what is in force.
Source: CIS Debian 12 v1.1.0, 4.1.1 (a single firewall configuration utility is in use).
"""

from scanner.api import Firewall, Outcome, Severity, check, failed, need, passed

MIXED = {"iptables-legacy", "nftables"}, {"iptables-legacy", "iptables"}


@check(
    title="One program manages the firewall",
    severity=Severity.LOW,
    remediation="Linux: keep one of ufw, firewalld, nftables and iptables; disable and mask the others, and flush "
    "legacy rules. Windows: keep one firewall product.",
)
def single_manager(firewall: Firewall) -> Outcome:
    """Fail on two front ends, or on rules both in the old and the new rule store of the kernel."""
    managers = need(firewall.managers)
    if len(managers) > 1:
        actual = f"{len(managers)} front ends: {', '.join(managers)}"
        return failed(expected="one front end", actual=actual, items=managers)
    systems = need(firewall.rule_systems)
    if any(pair <= set(systems) for pair in MIXED):
        return failed(expected="rules in one rule store", actual=f"rules in {' and '.join(systems)}", items=systems)
    return passed(actual=f"managed by {managers[0]}" if managers else "no front end is in use")
