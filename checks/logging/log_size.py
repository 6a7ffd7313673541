"""The event logs are on, large enough, and overwrite the oldest events only.

Why: a small log is written over in hours, by the intruder's own noise.
Source: CIS Windows benchmarks 18.10.26 and Microsoft security baselines (security log 196,608 KB, others 32,768 KB).
The number of the oldest event is shown beside it: no source says how many days a log has to hold.
"""

from scanner.api import AuditLog, EventLog, Outcome, Severity, check, failed, is_known, need, passed, plural, warned


@check(
    title="Event logs are large enough",
    severity=Severity.MEDIUM,
    remediation='Windows: policy "Specify the maximum log file size (KB)" of Security, System and Application. '
    "Linux: SystemMaxUse in journald.conf, max_log_file in auditd.conf.",
)
def log_size(log: AuditLog, *, security_min_kib: int = 196608, other_min_kib: int = 32768) -> Outcome:
    """Fail on a log that is off or too small; warn on one that stops when it is full, or is archived without end."""
    limits = {name: security_min_kib if name == "security" else other_min_kib for name in log.logs}
    faults = [text for name, each in log.logs.items() for text in _faults(each, limits[name])]
    expected = f"security {security_min_kib} KiB, others {other_min_kib} KiB"
    if faults:
        return failed(expected=expected, actual=plural(len(faults), "fault"), items=faults, note=_oldest(log))
    for each in log.logs.values():
        need(each.enabled)
        need(each.max_size_kib)
    keeping = [each.name for each in log.logs.values() if need(each.keeps_old)]
    actual = ", ".join(f"{each.name} {each.max_size_kib} KiB" for each in log.logs.values())
    if keeping:
        stays = "old events stay: the log ends when it is full, or fills the disk with archives"
        told = f"{actual}; {', '.join(keeping)}: {stays}"
        return warned(expected=expected, actual=told, note=_oldest(log))
    return passed(actual=actual, note=_oldest(log))


def _oldest(log: AuditLog) -> str:
    """Whether anything went already; when the oldest event was written is not read."""
    told = [f"{each.name} {each.oldest_record}" for each in log.logs.values() if is_known(each.oldest_record)]
    return f"Number of the oldest event, 1 where none is gone: {', '.join(told)}." if told else ""


def _faults(log: EventLog, minimum_kib: int) -> list[str]:
    if log.enabled is False:
        return [f"the log {log.name} is off"]
    small = is_known(log.max_size_kib) and log.max_size_kib < minimum_kib
    return [f"the log {log.name} may grow to {log.max_size_kib} KiB"] if small else []
