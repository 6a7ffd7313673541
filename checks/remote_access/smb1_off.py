"""File sharing does not speak version 1 of SMB.

Why: version 1 has no protection worth the name, and worms have spread through its faults.
Source: CIS Windows benchmarks 18.4 (SMB v1 client driver and server); NSA and CISA advice on EternalBlue.
"""

from scanner.api import FileSharing, Outcome, Severity, check, failed, need, passed


@check(
    title="SMB version 1 is off",
    severity=Severity.HIGH,
    remediation="Windows: Disable-WindowsOptionalFeature -Online -FeatureName SMB1Protocol, or "
    "Set-SmbServerConfiguration -EnableSMB1Protocol $false and the start of mrxsmb10 to 4. Linux: `server min protocol "
    "= SMB2` in smb.conf.",
)
def smb1_off(sharing: FileSharing) -> Outcome:
    """Fail when either side speaks it; pass when both are proved not to."""
    sides = {"server": sharing.legacy_server, "client": sharing.legacy_client}
    on = [f"SMB 1 is spoken as {side}" for side, value in sides.items() if value is True]
    if on:
        return failed(expected="SMB 2 or later alone", actual="; ".join(on), items=on)
    for value in sides.values():
        need(value)
    return passed(actual="SMB 1 is off as server and as client")
