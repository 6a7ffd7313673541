"""A remote desktop session that nobody uses ends.

Why: a forgotten session stays open for whoever comes to the keyboard at the other end.
Source: CIS Windows benchmarks 18.10.57.3.10.1 (15 minutes); NIST SP 800-171 r2 3.1.11.
"""

from scanner.api import Outcome, RemoteDesktop, Severity, check, failed, need, passed


@check(
    title="Idle remote desktop sessions end",
    severity=Severity.LOW,
    remediation='Windows: policy "Set time limit for active but idle Remote Desktop Services sessions", 15 minutes.',
)
def rdp_idle_limit(desktop: RemoteDesktop, *, max_idle_s: int = 900) -> Outcome:
    """Pass on a limit within `max_idle_s`."""
    limit = need(desktop.idle_limit_s)
    expected = f"ended after {max_idle_s} seconds at most"
    if limit is None:
        return failed(expected=expected, actual="no limit")
    if limit > max_idle_s:
        return failed(expected=expected, actual=f"ended after {limit} seconds")
    return passed(actual=f"ended after {limit} seconds")
