"""The services of a Windows host by their names, which no display language changes. Source: Win32_Service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.facts.base import Probe, RawFacts
from scanner.facts.windows.values import Values, entry, required, then, whole
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

SERVICES = Probe(
    name="services",
    why="which services are installed, run and start with the host: firewall, updates, SSH, backup products",
    script=r"""
$query = 'SELECT Name, State, StartMode, ProcessId FROM Win32_Service'
@{
    services = @(foreach ($service in Get-CimInstance -Query $query -OperationTimeoutSec 20) {
        @{
            name = [string]$service.Name
            state = [string]$service.State
            start = [string]$service.StartMode
            process = [long]$service.ProcessId
        }
    })
}
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service; `starts` tells that it starts with the host, `disabled` that nothing can start it."""

    name: str
    runs: bool
    starts: bool
    disabled: bool
    process: int


Services = Mapping[str, Service]


def services(raw: RawFacts) -> Services | Unknown:
    """Every installed service by its name in lower case; Windows has hundreds, so that none at all is no answer."""
    rows = required(then(required(entry(raw, SERVICES.name)), lambda found: found.rows("services")))
    if isinstance(rows, Unknown):
        return rows
    if not rows:
        return Unknown(Reason.UNREADABLE, "services: the list is empty")
    read = whole(_service(row) for row in rows)
    return read if isinstance(read, Unknown) else {one.name.lower(): one for one in read}


def _service(row: Values) -> Service | Unknown:
    name, state, start, process = row.text("name"), row.text("state"), row.text("start"), row.number("process")
    for value in (name, state, start, process):
        if isinstance(value, Absent | Unknown):
            return Unknown(Reason.UNREADABLE, f"{row.where}: a service is not fully described")
    assert is_known(name) and is_known(process)
    is_disabled = start == "Disabled"
    return Service(name=name, runs=state == "Running", starts=start == "Auto", disabled=is_disabled, process=process)


def runs(known: Services | Unknown, name: str) -> Maybe[bool]:
    """Whether a service runs; absent where it is not installed."""
    if isinstance(known, Unknown):
        return known
    service = known.get(name.lower())
    return service.runs if service else Absent(f"there is no service {name}")
