"""The host refuses IPv6 connections to ports that nobody opened on purpose.

Why: a host that is closed over IPv4 alone is open to everybody who has its IPv6 address, which it often has unasked.
Source: NIST SP 800-171 r2, 3.13.6; CIS Debian 12 v1.1.0, 4.3.8 and 4.4.3.1 (the IPv6 half of default deny).
"""

from scanner.api import Firewall, Host, IpVersion, Outcome, Severity, Unknown, check, refused_by_default


@check(
    title="IPv6: connections to unnamed ports are refused",
    severity=Severity.HIGH,
    remediation="Set the firewall's default for incoming connections to deny on every interface, then open what is "
    "needed. Linux: `ufw default deny incoming` with IPV6=yes, a firewalld zone other than trusted, or an input chain "
    "with policy drop in an inet table. Windows: all three profiles on, inbound connections blocked.",
    references=("https://csrc.nist.gov/pubs/sp/800/171/r2/upd1/final",),
)
def default_deny_v6(firewall: Firewall, host: Host | Unknown | None) -> Outcome:
    """Fail when one IPv6 entrance lets an unnamed port through, pass when all refuse; both need proof."""
    return refused_by_default(firewall, host, IpVersion.V6)
