"""Events are sent to another host.

Why: who has taken over a host can empty its logs, and not those of another.
Source: CTPAT MSC 4.5; CIS Controls v8 8.9; CISA CPG 2.T, 2.U. What arrives at the other end is not seen from here.
Agents are known by the names of their services, from a dated list.
"""

from scanner.api import AuditLog, Collection, Outcome, Reason, Severity, check, failed, need, outdated, passed, unknown


@check(
    title="Events are sent to another host",
    severity=Severity.MEDIUM,
    remediation='Windows: event forwarding (policy "Configure target Subscription Manager"), or an agent of the log '
    "server. Linux: rsyslog with an omfwd or omrelp action, or systemd-journal-upload.",
)
def forwarding(log: AuditLog, collection: Collection, *, max_table_age_days: int = 365) -> Outcome:
    """Pass when something that forwards is set up and running; a name on an old list proves nothing."""
    expected = "a running forwarder"
    forwarders = need(log.forwarders)
    stale = outdated("the list of forwarding agents", log.table_date, collection.collected_at, max_table_age_days)
    if not forwarders:
        return failed(expected=expected, actual="nothing forwards events", note=stale)
    running = [each.name for each in forwarders if each.running is True]
    proved = [each.name for each in forwarders if each.running is True and not (stale and each.by_table)]
    if proved:
        return passed(actual=f"running: {', '.join(proved)}", note="Whether events arrive is not seen from here.")
    if running:
        return unknown(Reason.STALE, f"running: {', '.join(running)}, but {stale}")
    for each in forwarders:
        need(each.running)
    return failed(expected=expected, actual=f"not running: {', '.join(each.name for each in forwarders)}", note=stale)
