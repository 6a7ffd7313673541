"""Remote management takes and sends no password or content in clear.

Why: an administrator's password that travels readably belongs to everybody on the way.
Source: CIS Windows benchmarks 18.10.89 (WinRM: Basic and unencrypted traffic disallowed); NIST SP 800-171 r2 3.1.13.
"""

from scanner.api import Outcome, RemoteManagement, Severity, check, failed, need, passed, warned


@check(
    title="Remote management is encrypted",
    severity=Severity.HIGH,
    remediation="Windows: policies of Windows Remote Management, service and client: disallow Basic authentication and "
    "unencrypted traffic.",
)
def management_encrypted(management: RemoteManagement) -> Outcome:
    """Fail where clear content is possible or the service takes Basic; warn where only the client would send Basic."""
    ways = {
        "the service accepts Basic authentication": management.accepts_basic,
        "the service accepts unencrypted traffic": management.accepts_unencrypted,
        "the client sends unencrypted traffic": management.sends_unencrypted,
    }
    faults = [text for text, value in ways.items() if value is True]
    if faults:
        return failed(expected="no password or content in clear", actual="; ".join(faults), items=faults)
    for value in ways.values():
        need(value)
    if need(management.sends_basic):
        actual = "the client may send a password in Basic authentication, which only TLS protects"
        return warned(expected="no Basic authentication", actual=actual)
    return passed(actual="Basic authentication and unencrypted traffic are refused, as service and as client")
