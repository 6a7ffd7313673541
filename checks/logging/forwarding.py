"""Events are sent to another host.

Why: who has taken over a host can empty its logs, and not those of another.
Source: CTPAT MSC 4.5; CIS Controls v8 8.9; CISA CPG 2.T, 2.U. What arrives at the other end is not seen from here.
"""

from scanner.api import AuditLog, Outcome, Severity, check, failed, need, passed


@check(
    title="Events are sent to another host",
    severity=Severity.MEDIUM,
    remediation='Windows: event forwarding (policy "Configure target Subscription Manager"), or an agent of the log '
    "server. Linux: rsyslog with an omfwd or omrelp action, or systemd-journal-upload.",
)
def forwarding(log: AuditLog) -> Outcome:
    """Pass when something that forwards is set up and running."""
    expected = "a running forwarder"
    forwarders = need(log.forwarders)
    if not forwarders:
        return failed(expected=expected, actual="nothing forwards events")
    running = [each.name for each in forwarders if each.running is True]
    if running:
        return passed(actual=f"running: {', '.join(running)}", note="Whether events arrive is not seen from here.")
    for each in forwarders:
        need(each.running)
    return failed(expected=expected, actual=f"not running: {', '.join(each.name for each in forwarders)}")
