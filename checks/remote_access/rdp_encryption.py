"""Remote desktop proves the server by TLS and encrypts strongly.

Why: without TLS somebody on the way can pose as the server and take the password.
Source: CIS Windows benchmarks 18.10.57.3.9 (security layer SSL, encryption level high); NIST SP 800-171 r2 3.1.13.
"""

from scanner.api import Outcome, RemoteDesktop, Severity, check, failed, need, passed


@check(
    title="Remote desktop is protected by TLS",
    severity=Severity.HIGH,
    remediation='Windows: policies "Require use of specific security layer" SSL, and "Set client connection encryption '
    'level" High.',
)
def rdp_encryption(desktop: RemoteDesktop) -> Outcome:
    """Fail on either weakness, whether or not the other could be read."""
    faults = [
        text
        for value, text in (
            (desktop.tls_required, "connections without TLS are possible"),
            (desktop.strong_encryption, "weak encryption is possible"),
        )
        if value is False
    ]
    if faults:
        return failed(expected="TLS and strong encryption required", actual="; ".join(faults), items=faults)
    need(desktop.tls_required)
    need(desktop.strong_encryption)
    return passed(actual="TLS and strong encryption are required")
