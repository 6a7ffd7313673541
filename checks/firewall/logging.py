"""The firewall writes down what it refuses, in a log that is large enough to look back.

Why: refused packets are the first trace of somebody who tries one port after another, or of a program that calls home.
Source: CIS Windows benchmarks 9.1 to 9.3 and Microsoft security baselines (log dropped packets, size limit 16,384 KB).
"""

from scanner.api import (
    Absent,
    EntranceLog,
    FirewallLog,
    Host,
    Outcome,
    Severity,
    Unknown,
    check,
    failed,
    is_known,
    need,
    not_applicable,
    outer_hosts_firewall,
    passed,
    plural,
)


@check(
    title="The firewall logs what it refuses",
    severity=Severity.MEDIUM,
    remediation="Windows: `Set-NetFirewallProfile -All -LogBlocked True -LogMaxSizeKilobytes 16384`, or the same in "
    "the policy of each profile. Linux: a log statement in front of what drops, and room for it in the journal.",
    references=("https://learn.microsoft.com/en-us/powershell/module/netsecurity/set-netfirewallprofile",),
)
def logging(
    log: FirewallLog, host: Host | Unknown | None, *, min_size_kib: int = 16384, accepted: bool = False
) -> Outcome:
    """Fail on an entrance that logs nothing it refuses, or too little; `accepted` asks for accepted packets as well."""
    if (excuse := outer_hosts_firewall(host)) is not None:
        return excuse
    entrances = [entrance for entrance in need(log.entrances) if not isinstance(entrance.refused, Absent)]
    if not entrances:
        return not_applicable("the firewall looks at no packet, so that there is nothing to log")
    faults = [fault for entrance in entrances for fault in _faults(entrance, min_size_kib, accepted)]
    if faults:
        kinds = "refused and accepted packets" if accepted else "refused packets"
        expected = f"{kinds} are logged, {min_size_kib} KiB or more"
        return failed(expected=expected, actual=plural(len(faults), "fault"), items=faults)
    for entrance in entrances:
        need(entrance.refused)
        need(entrance.max_size_kib)
        if accepted:
            need(entrance.accepted)
    return passed(actual="refused packets are logged: " + ", ".join(map(_shown, entrances)))


def _faults(entrance: EntranceLog, min_size_kib: int, accepted: bool) -> list[str]:
    found = []
    if entrance.refused is False:
        found.append(f"{entrance.entrance}: refused packets are not logged")
    if accepted and entrance.accepted is False:
        found.append(f"{entrance.entrance}: accepted packets are not logged")
    if is_known(entrance.max_size_kib) and entrance.max_size_kib < min_size_kib:
        found.append(f"{entrance.entrance}: the log may grow to {entrance.max_size_kib} KiB")
    return found


def _shown(entrance: EntranceLog) -> str:
    place = f", {entrance.place}" if is_known(entrance.place) else ""
    return f"{entrance.entrance} ({entrance.max_size_kib} KiB{place})"
