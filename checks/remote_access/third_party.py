"""Remote-control software and tunnels are known and wanted.

Why: whoever holds the account of a remote-control service sits at the machine, past firewall and VPN.
Source: CTPAT MSC 4.9; NIST SP 800-171 r2 3.1.12, 3.1.14. Products are known by the names of their services; one that a
user starts without installing it is not seen.
"""

from scanner.api import (
    Collection,
    Outcome,
    Reason,
    RemoteToolKind,
    RemoteTools,
    Severity,
    check,
    exempted,
    outdated,
    passed,
    review,
    unknown,
)


@check(
    title="Remote-control software is approved",
    severity=Severity.MEDIUM,
    remediation="Remove what nobody needs; protect the rest with named accounts and a second factor, and put it on "
    "the list `approved`.",
)
def third_party(
    tools: RemoteTools,
    collection: Collection,
    *,
    approved: tuple[str, ...] = (),
    max_table_age_days: int = 365,
) -> Outcome:
    """List every remote control and tunnel that is not `approved`; VPN software is named beside it."""
    ways = [tool for tool in tools.tools if tool.kind is not RemoteToolKind.VPN]
    known = {name.lower() for name in approved}
    open_ways = [str(tool) for tool in ways if tool.name.lower() not in known]
    vpn = [str(tool) for tool in tools.tools if tool.kind is RemoteToolKind.VPN]
    left_out = exempted(tool.name for tool in ways if tool.name.lower() in known)
    note = " ".join(part for part in (left_out, f"VPN software: {', '.join(vpn)}." if vpn else "") if part)
    if open_ways:
        question = "Is each of these wanted, and who may use it?"
        return review(question=question, items=open_ways, note=note)
    stale = outdated("the list of products", tools.table_date, collection.collected_at, max_table_age_days)
    if stale:
        return unknown(Reason.STALE, stale)
    return passed(actual=f"none of {len(tools.looked_for)} known products is installed without approval", note=note)
