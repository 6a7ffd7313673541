"""Outdated proofs of a password are neither sent nor taken.

Why: what LM and NTLM version 1 send over the network gives the password away within hours.
Source: CIS Windows benchmarks 2.3.11.7 and Microsoft security baselines: "Send NTLMv2 response only. Refuse LM & NTLM".
"""

from scanner.api import NetworkLogon, Outcome, Severity, check, failed, need, passed


@check(
    title="Only current proofs of passwords are used",
    severity=Severity.HIGH,
    remediation='Windows: security option "Network security: LAN Manager authentication level", "Send NTLMv2 response '
    'only. Refuse LM & NTLM". Linux: `ntlm auth = ntlmv2-only` in smb.conf.',
)
def legacy_logon(logon: NetworkLogon) -> Outcome:
    """Fail when outdated proofs are sent to others, or let anybody in."""
    ways = {"sent to others": logon.sends_outdated, "not refused": logon.accepts_outdated}
    faults = [f"LM or NTLM version 1 is {way}" for way, value in ways.items() if value is True]
    if faults:
        actual = f"{'; '.join(faults)} ({logon.setting})"
        return failed(expected="NTLM version 2 or Kerberos alone", actual=actual, items=faults)
    for value in ways.values():
        need(value)
    return passed(actual=f"LM and NTLM version 1 are neither sent nor taken ({logon.setting})")
