"""Audit policy, event logs, forwarding and records of commands of Windows.

Sources: the file of `auditpol /backup`: the column of GUIDs is the fourth, the numeric setting the last (0 none,
1 success, 2 failure, 3 both), whatever the display language; rows of single users name a SID as their target. MS-GPAC
2.2.1.2 names the GUIDs. Get-WinEvent -ListLog; policy values of event forwarding and of PowerShell's logging.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from scanner.facts.audit import Audited, AuditedEvent, AuditLog, CommandLogging, EventLog, LogForwarder
from scanner.facts.base import Access, Probe, RawFacts, Reader, lines_of
from scanner.facts.data.products import product_table
from scanner.facts.windows.host import HOST, own_names
from scanner.facts.windows.services import SERVICES, Services, runs, services
from scanner.facts.windows.settings import setting, strongest, switch
from scanner.facts.windows.values import Values, entry, required, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

AUDIT_POLICY = Probe(
    name="audit_policy",
    why="which security events are written down",
    script=r"""
@{ csv = [string](Read-AuditBackup) }
""",
    access=Access.ROOT,
)
EVENT_LOGS = Probe(
    name="event_logs",
    why="whether the event logs are on, how large they may grow, and what happens when they are full",
    script=r"""
$logs = @{ }
foreach ($name in @('Security', 'System', 'Application')) {
    $logs[$name] = Read-Part {
        $log = Get-WinEvent -ListLog $name
        @{
            enabled = $log.IsEnabled
            mode = [string]$log.LogMode
            max_size_bytes = [long]$log.MaximumSizeInBytes
            oldest_record = $log.OldestRecordNumber
        }
    }
}
@{ logs = $logs }
""",
    access=Access.PARTIAL,
)
LOG_SETTINGS = Probe(
    name="log_settings",
    why="whether events are forwarded, and whether the commands of shells are written down",
    script=r"""
@{
    subscriptions = Read-Part {
        Read-Registry 'SOFTWARE\Policies\Microsoft\Windows\EventLog\EventForwarding\SubscriptionManager' @(
            '1', '2', '3', '4'
        )
    }
    lsa = Read-Part { Read-Registry 'SYSTEM\CurrentControlSet\Control\Lsa' @('SCENoApplyLegacyAuditPolicy') }
    scripts = Read-Part {
        Read-Registry 'SOFTWARE\Policies\Microsoft\Windows\PowerShell\ScriptBlockLogging' @('EnableScriptBlockLogging')
    }
    transcripts = Read-Part {
        Read-Registry 'SOFTWARE\Policies\Microsoft\Windows\PowerShell\Transcription' @('EnableTranscripting')
    }
    processes = Read-Part {
        Read-Registry 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Audit' @(
            'ProcessCreationIncludeCmdLine_Enabled'
        )
    }
}
""",
)

_SUFFIX = "-69AE-11D9-BED3-505054503030"
_EVENTS: Mapping[AuditedEvent, str] = {
    AuditedEvent.LOGON: "0CCE9215",
    AuditedEvent.LOCKOUT: "0CCE9217",
    AuditedEvent.CREDENTIALS: "0CCE923F",
    AuditedEvent.ACCOUNTS: "0CCE9235",
    AuditedEvent.POLICY: "0CCE922F",
    AuditedEvent.PROCESSES: "0CCE922B",
    AuditedEvent.REMOVABLE_MEDIA: "0CCE9245",
}
_SETTINGS = {
    "0": Audited(success=False, failure=False),
    "1": Audited(success=True, failure=False),
    "2": Audited(success=False, failure=True),
    "3": Audited(success=True, failure=True),
}
_MODES = {"circular": False, "autobackup": True, "retain": True}
_LOGS = {"security": "Security", "system": "System", "application": "Application"}
_MAX_ROWS = 2000
_EXCLUDED = 0x2 | 0x8  # PER_USER_AUDIT_SUCCESS_EXCLUDE, PER_USER_AUDIT_FAILURE_EXCLUDE


def read_log(raw: RawFacts) -> AuditLog | Absent | Unknown:
    """All of it; each part that could not be read is unknown on its own."""
    settings = required(entry(raw, LOG_SETTINGS.name))
    kept = then(required(entry(raw, EVENT_LOGS.name)), lambda found: found.inside("logs"))
    policy = _policy(raw)
    return AuditLog(
        events=_events(policy),
        exceptions=tuple(dict.fromkeys(_left_out(policy))) if is_known(policy) else (),
        overruled=then(settings, _overruled),
        logs={name: _log(name, required(kept), own) for name, own in _LOGS.items()},
        forwarders=_forwarders(settings, services(raw), then(required(entry(raw, HOST.name)), own_names)),
        table_date=product_table().as_of,
    )


# --- Audit policy ----------------------------------------------------------------------------------------


def _policy(raw: RawFacts) -> Maybe[str]:
    return then(required(entry(raw, AUDIT_POLICY.name)), lambda found: found.text("csv"))


def _events(text: Maybe[str]) -> Mapping[AuditedEvent, Maybe[Audited]]:
    known = required(text)
    if isinstance(known, Unknown):
        return dict.fromkeys(_EVENTS, known)
    rows = dict[str, str | None]()
    for guid, value in _rows(known):
        rows[guid] = value if rows.get(guid, value) == value else None  # told twice, and not alike
    return {event: _audited(rows.get(f"{{{guid}{_SUFFIX}}}"), event) for event, guid in _EVENTS.items()}


def _rows(text: str) -> Iterator[tuple[str, str]]:
    """GUID and number of each row that speaks of everybody."""
    return ((row[3].strip().upper(), row[-1].strip()) for row in _cells(text) if not _is_of_one(row))


def _left_out(text: str) -> Iterator[str]:
    """Accounts of which events that count here are not recorded, whatever holds for everybody. Source: ntsecapi.h."""
    wanted = {f"{{{guid}{_SUFFIX}}}" for guid in _EVENTS.values()}
    for row in _cells(text):
        value = row[-1].strip()
        if _is_of_one(row) and row[3].strip().upper() in wanted and value.isdecimal() and int(value[:4]) & _EXCLUDED:
            yield row[1].strip()


def _is_of_one(row: list[str]) -> bool:
    return row[1].strip().upper().startswith("S-1-")


def _cells(text: str) -> Iterator[list[str]]:
    try:
        for index, row in enumerate(csv.reader(lines_of(text.lstrip("\ufeff")))):
            if index > _MAX_ROWS:
                return
            if len(row) >= 5:
                yield row
    except csv.Error:
        return


def _audited(value: str | None, event: AuditedEvent) -> Audited | Unknown:
    unread = Unknown(Reason.UNREADABLE, f"audit policy: the backup tells nothing of {event}")
    return _SETTINGS.get(value, unread) if value is not None else unread


def _overruled(settings: Values) -> Maybe[bool]:
    """An older, coarser policy counts only where a setting says so."""
    keeps = switch(setting(settings, "lsa", "SCENoApplyLegacyAuditPolicy"), default=True)
    return then(keeps, lambda value: not value)


# --- Logs ------------------------------------------------------------------------------------------------


def _log(name: str, kept: Values | Unknown, own: str) -> EventLog:
    found = kept if isinstance(kept, Unknown) else required(kept.inside(own))
    if isinstance(found, Unknown):
        return EventLog(name=name, enabled=found, max_size_kib=found, keeps_old=found, oldest_record=found)
    mode = required(found.text("mode"))
    return EventLog(
        name=name,
        enabled=required(found.flag("enabled")),
        max_size_kib=then(required(found.number("max_size_bytes")), lambda size: size // 1024),
        keeps_old=then(
            mode, lambda word: _MODES.get(word.lower(), Unknown(Reason.UNREADABLE, f"no such mode: {word}"))
        ),
        oldest_record=_oldest(found),
    )


def _oldest(found: Values) -> Maybe[int]:
    number = found.number("oldest_record")
    return Absent("the log is empty") if number == 0 else required(number)


# --- Forwarding ------------------------------------------------------------------------------------------


def _forwarders(
    settings: Values | Unknown, installed: Services | Unknown, here: Maybe[frozenset[str]]
) -> Maybe[tuple[LogForwarder, ...]]:
    """Windows' own subscriptions, which travel over WinRM, and the agents of the table that are installed."""
    if isinstance(installed, Unknown):
        return installed
    if isinstance(settings, Unknown):
        return settings
    subscribed = _subscribed(settings, here)
    if isinstance(subscribed, Unknown):
        return subscribed
    own = [LogForwarder(name="Windows Event Forwarding", running=_runs(installed, "winrm"))] if subscribed else []
    agents = product_table().forwarders
    found = ((agents[name], service) for name, service in installed.items() if name in agents)
    return (*own, *(LogForwarder(name=agent, running=service.runs, by_table=True) for agent, service in found))


def _subscribed(settings: Values, own: Maybe[frozenset[str]]) -> bool | Unknown:
    """Whether events go to a collector that is another host."""
    if isinstance(settings.inside("subscriptions"), Absent):
        return Unknown(Reason.UNREADABLE, "log settings: the subscriptions were not read")
    servers = [settings.registry_text("subscriptions", name) for name in ("1", "2", "3", "4")]
    hosts = {host for server in servers if is_known(server) for host in _collectors(server)}
    if hosts and not is_known(own):
        return Unknown(Reason.NO_EVIDENCE, "log settings: whether the collector is another host is not known")
    if is_known(own) and hosts - own:
        return True
    return next((server for server in servers if isinstance(server, Unknown)), False)


def _collectors(text: str) -> Iterator[str]:
    """`Server=http://collector.example:5985/wsman/SubscriptionManager/WEC,Refresh=60`: the host's name."""
    for part in text.split(","):
        key, equals, value = part.strip().partition("=")
        if equals and key.strip().lower() == "server":
            try:
                host = urlsplit(value.strip()).hostname
            except ValueError:
                continue
            if host:
                yield host


def _runs(installed: Services, name: str) -> bool:
    return strongest(runs(installed, name), False) is True


# --- Commands --------------------------------------------------------------------------------------------


def read_commands(raw: RawFacts) -> CommandLogging | Absent | Unknown:
    """Policies alone; without one, nothing is written down."""
    found = entry(raw, LOG_SETTINGS.name)
    if not isinstance(found, Values):
        return found
    return CommandLogging(
        scripts=switch(setting(found, "scripts", "EnableScriptBlockLogging"), default=False),
        transcripts=switch(setting(found, "transcripts", "EnableTranscripting"), default=False),
        command_lines=_command_lines(raw, found),
        recorders=_recorders(services(raw)),
    )


def _command_lines(raw: RawFacts, settings: Values) -> Maybe[bool]:
    """Arguments stand in the events of started programs, which the audit policy has to ask for."""
    included = switch(setting(settings, "processes", "ProcessCreationIncludeCmdLine_Enabled"), default=False)
    audited = _events(_policy(raw))[AuditedEvent.PROCESSES]
    if included is False or (is_known(audited) and not audited.success):
        return False
    return audited if isinstance(audited, Unknown) else included


def _recorders(installed: Services | Unknown) -> Maybe[tuple[str, ...]]:
    """Known by the names of services, of which one that does not run records nothing."""
    if isinstance(installed, Unknown):
        return installed
    known = product_table().recorders
    return tuple(dict.fromkeys(known[name] for name, found in installed.items() if name in known and found.runs))


READERS: tuple[Reader, ...] = (
    Reader(fact=AuditLog, probes=(HOST, AUDIT_POLICY, EVENT_LOGS, LOG_SETTINGS, SERVICES), read=read_log),
    Reader(fact=CommandLogging, probes=(AUDIT_POLICY, LOG_SETTINGS, SERVICES), read=read_commands),
)
