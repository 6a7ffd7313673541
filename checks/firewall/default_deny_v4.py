"""The host refuses IPv4 connections to ports that nobody opened on purpose.

Why: a service that is started by accident, or by an intruder, stays unreachable as long as unnamed ports are closed.
Source: NIST SP 800-171 r2, 3.13.6 (deny by default, permit by exception); CIS Debian 12 v1.1.0, 4.2.7, 4.3.8, 4.4.2.1.
"""

from scanner.api import Firewall, Host, IpVersion, Outcome, Severity, Unknown, check, refused_by_default


@check(
    title="IPv4: connections to unnamed ports are refused",
    severity=Severity.HIGH,
    remediation="Set the firewall's default for incoming connections to deny on every interface, then open what is "
    "needed. Linux: `ufw default deny incoming`, a firewalld zone other than trusted, or an input chain with policy "
    "drop. Windows: all three profiles of Windows Firewall on, inbound connections blocked.",
    references=("https://csrc.nist.gov/pubs/sp/800/171/r2/upd1/final",),
)
def default_deny_v4(firewall: Firewall, host: Host | Unknown | None) -> Outcome:
    """Fail when one IPv4 entrance lets an unnamed port through, pass when all refuse; both need proof."""
    return refused_by_default(firewall, host, IpVersion.V4)
