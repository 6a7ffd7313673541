"""What tells of updates on Windows: component packages, the update client's events, its settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scanner.facts.base import Probe, RawFacts
from scanner.facts.windows.values import Values, entry, required, then, whole
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

UPDATES = Probe(
    name="updates",
    why="which updates were installed when, whether one failed, and when the host last looked for new ones",
    script=r"""
$packages = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\Packages'
$results = 'SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\Results'
$client = 'Microsoft-Windows-WindowsUpdateClient'
@{
    rollups = Read-Part {
        $names = (Read-RegistrySubkeys $packages).names
        , @(foreach ($name in $names) {
            if ($name -like 'Package_for_RollupFix~*') {
                $values = @('CurrentState', 'InstallTimeHigh', 'InstallTimeLow')
                @{ name = [string]$name; package = Read-Registry "$packages\$name" $values }
            }
        })
    }
    events = Read-Part {
        $wanted = @{ LogName = 'System'; ProviderName = $client; Id = 19, 20 }
        , @(foreach ($event in Get-WinEvent -FilterHashtable $wanted -MaxEvents 300) {
            @{
                id = [int]$event.Id
                time = Convert-Time $event.TimeCreated
                data = @(foreach ($item in $event.Properties) { [string]$item.Value })
            }
        })
    }
    searches = Read-Part {
        $wanted = @{ LogName = "$client/Operational"; Id = 26 }
        , @(foreach ($event in Get-WinEvent -FilterHashtable $wanted -MaxEvents 1) {
            @{ time = Convert-Time $event.TimeCreated }
        })
    }
    installs = Read-Part { Read-Registry "$results\Install" @('LastSuccessTime') }
    detects = Read-Part { Read-Registry "$results\Detect" @('LastSuccessTime') }
    hotfixes = Read-Part {
        $fixes = Get-CimInstance -ClassName 'Win32_QuickFixEngineering' -OperationTimeoutSec 20
        , @(foreach ($fix in $fixes) { @{ id = [string]$fix.HotFixID; installed = [string]$fix.InstalledOn } })
    }
}
""",
    timeout_s=20,
)

UPDATE_POLICY = Probe(
    name="update_policy",
    why="whether updates install themselves, are put off, or come from a server over an open connection",
    script=r"""
$policy = 'SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate'
$local = 'SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update'
$server = @('WUServer', 'DeferQualityUpdatesPeriodInDays')
@{
    policy = Read-Part { Read-Registry $policy $server }
    automatic = Read-Part { Read-Registry "$policy\AU" @('UseWUServer', 'NoAutoUpdate', 'AUOptions') }
    local = Read-Part { Read-Registry $local @('AUOptions') }
    pause = Read-Part { Read-Registry 'SOFTWARE\Microsoft\WindowsUpdate\UX\Settings' @('PauseQualityUpdatesEndTime') }
}
""",
)

_NO_EVENTS = "NoMatchingEventsFound"
_INSTALLED, _FAILED = 19, 20
# Definitions of Defender and the monthly removal tool come by the same way and say nothing of the system's patches.
_DEFINITIONS = ("KB2267602", "KB4052623", "KB890830")
_SYSTEM = re.compile(r"\bWindows (?:Server|\d)|server operating system", re.ASCII)
# Since the end of 2025 titles name the build: `2026-09 Preview Update (KB5124010) (26200.9550)`.
_BUILD = re.compile(r"\(\d{5}\.\d+\)", re.ASCII)
_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
_CREDENTIALS = re.compile(r"(?<=//)[^/@]*@")
_FILETIME_START = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateEvent:
    """One installation on record; `code` is empty for one that succeeded."""

    when: datetime
    title: str
    code: str

    @property
    def is_definition(self) -> bool:
        return any(word in self.title for word in _DEFINITIONS)

    @property
    def is_of_the_system(self) -> bool:
        """Whether it speaks of Windows itself; product names are the same in every language."""
        named = _SYSTEM.search(self.title) or _BUILD.search(self.title)
        return bool(named) and not any(word in self.title for word in (".NET", "Office"))


def updates(raw: RawFacts) -> Values | Unknown:
    return required(entry(raw, UPDATES.name))


def update_policy(raw: RawFacts) -> Values | Unknown:
    return required(entry(raw, UPDATE_POLICY.name))


def paused_until(policy: Values) -> Maybe[datetime]:
    """The end of a pause that somebody set, which may be over; absent where nobody did."""
    return then(policy.registry_text("pause", "PauseQualityUpdatesEndTime"), _end)


def _end(text: str) -> datetime | Unknown:
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        return Unknown(Reason.UNREADABLE, "update_policy: the end of the pause cannot be read")
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def update_server(policy: Values) -> Maybe[str]:
    """The address of the company's own server of updates, without a user's name; absent where none is in use."""
    in_use, server = policy.registry_number("automatic", "UseWUServer"), policy.registry_text("policy", "WUServer")
    for value in (in_use, server):
        if isinstance(value, Unknown):
            return value
    if in_use != 1 or not is_known(server):
        return Absent("updates come from Microsoft; no other server is in use")
    return _CREDENTIALS.sub("", server.strip())


def no_events(found: Values, part: str) -> bool:
    """Get-WinEvent calls it an error when a log holds no such event."""
    problem = found.failure(part)
    return problem is not None and problem.fqid.startswith(_NO_EVENTS)


def events(found: Values) -> tuple[UpdateEvent, ...] | Unknown:
    """The installations that the System log still holds, newest first."""
    if no_events(found, "events"):
        return ()
    rows = required(found.rows("events"))
    if isinstance(rows, Unknown):
        return rows
    known = whole(_event(row) for row in rows)
    if isinstance(known, Unknown):
        return known
    return tuple(sorted(known, key=lambda event: event.when, reverse=True))


def _event(row: Values) -> UpdateEvent | Unknown:
    number, when, data = row.number("id"), row.moment("time"), row.texts("data")
    if number not in (_INSTALLED, _FAILED) or not is_known(when) or not is_known(data):
        return Unknown(Reason.UNREADABLE, f"{row.where}: an event that cannot be read")
    title = next((text.strip() for text in data if _is_title(text.strip())), "")
    code = next((text for text in data if _is_code(text)), "an unknown error") if number == _FAILED else ""
    return UpdateEvent(when=when, title=title, code=_shown(code))


def _is_title(text: str) -> bool:
    """Beside the title stand an error code, the revision's number and identifiers; a Store app's title has no blank."""
    return bool(text) and not (_is_code(text) or text.isdecimal() or _GUID.fullmatch(text))


def _is_code(text: str) -> bool:
    return text.startswith("0x") or (text.removeprefix("-").isdecimal() and len(text) > 6)


def _shown(code: str) -> str:
    """Error numbers as everybody looks them up."""
    number = code.removeprefix("-")
    return f"0x{int(code) & 0xFFFFFFFF:08X}" if number.isdecimal() and len(number) <= 10 else code


def search_event(found: Values) -> datetime | None:
    """The newest search that the update client recorded, whoever asked for it; None where none is on record."""
    rows = found.rows("searches")
    newest = next((row.moment("time") for row in rows), None) if is_known(rows) else None
    return newest if newest is not None and is_known(newest) else None


def success_time(found: Values, part: str) -> Maybe[datetime]:
    """`2023-10-11 03:12:45` in UTC, as the update client of 2012 R2 and older writes it."""
    return then(found.registry_text(part, "LastSuccessTime"), _stamp)


def _stamp(text: str) -> datetime | Unknown:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return Unknown(Reason.UNREADABLE, "updates: the time of the last success cannot be read")


_INSTALLED_STATE = 112


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """One cumulative update among the components: its build and revision, and when it was installed."""

    build: int
    revision: int
    when: datetime


def rollups(found: Values) -> tuple[Rollup, ...] | Unknown:
    """The cumulative updates that are installed, in no order."""
    rows = required(found.rows("rollups"))
    return rows if isinstance(rows, Unknown) else tuple(_rollups(rows))


def _rollups(rows: tuple[Values, ...]) -> Iterator[Rollup]:
    """`Package_for_RollupFix~31bf3856ad364e35~amd64~~20348.5386.1.9`; what is not installed is left out."""
    for row in rows:
        name, state = row.text("name"), row.registry_number("package", "CurrentState")
        high, low = (row.registry_number("package", f"InstallTime{half}") for half in ("High", "Low"))
        if not is_known(name) or state != _INSTALLED_STATE or not is_known(high) or not is_known(low):
            continue
        parts = name.rpartition("~")[2].split(".")[:2]
        when = filetime((high & 0xFFFFFFFF) << 32 | low & 0xFFFFFFFF)
        if len(parts) == 2 and all(part.isascii() and part.isdecimal() and len(part) < 8 for part in parts) and when:
            yield Rollup(build=int(parts[0]), revision=int(parts[1]), when=when)


def filetime(ticks: int) -> datetime | None:
    """Units of 100 ns since 1601; None beyond what a date can hold."""
    try:
        return _FILETIME_START + timedelta(microseconds=ticks // 10) if ticks > 0 else None
    except OverflowError:
        return None
