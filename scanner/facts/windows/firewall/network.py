"""Interfaces and addresses of a Windows host, and what containers might publish. Source: NetTCPIP, the registry."""

from __future__ import annotations

from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.network import NetworkInterface, NetworkInterfaces, PublishedPorts
from scanner.facts.windows.services import SERVICES, services
from scanner.facts.windows.values import Values, entry, required, whole
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

NETWORK = Probe(
    name="network",
    why="which addresses the host has, whether IPv6 is on, and whether it passes packets on",
    script=r"""
@{
    interfaces = Read-Part {
        $class = 'Win32_NetworkAdapterConfiguration'
        $adapters = Get-CimInstance -ClassName $class -Filter 'IPEnabled=TRUE' -OperationTimeoutSec 20
        , @(foreach ($adapter in $adapters) {
            @{
                name = [string]$adapter.Description
                index = [int]$adapter.InterfaceIndex
                addresses = @(foreach ($address in $adapter.IPAddress) { [string]$address })
            }
        })
    }
    routing = Read-Part {
        , @(foreach ($interface in Get-NetIPInterface) {
            @{ family = [string]$interface.AddressFamily; forwarding = [string]$interface.Forwarding }
        })
    }
    ipv6 = Read-Part { Read-Registry 'SYSTEM\CurrentControlSet\Services\Tcpip6\Parameters' @('DisabledComponents') }
}
""",
)

_ALL_OF_IPV6 = 0xFF
_ENGINES = {
    "docker": "Docker Engine",
    "com.docker.service": "Docker Desktop",
    "containerd": "containerd",
    "wslservice": "Windows Subsystem for Linux",
    "lxssmanager": "Windows Subsystem for Linux",
}


def network(raw: RawFacts) -> Values | Unknown:
    return required(entry(raw, NETWORK.name))


def addresses(found: Values) -> tuple[str, ...] | Unknown:
    """Every address outside loopback; a host that was asked over the network has one."""
    rows = required(found.rows("interfaces"))
    if isinstance(rows, Unknown):
        return rows
    lists = whole(required(row.texts("addresses")) for row in rows)
    if isinstance(lists, Unknown):
        return lists
    listed = tuple(address for one in lists for address in one)
    return listed or Unknown(Reason.UNREADABLE, "network: no interface has an address")


def has_ipv6(found: Values) -> Maybe[bool]:
    """Absent where the registry switches all of IPv6 off; true when an interface has such an address."""
    switch = found.registry_number("ipv6", "DisabledComponents")
    if isinstance(switch, Unknown):
        return switch
    if is_known(switch) and switch & _ALL_OF_IPV6 == _ALL_OF_IPV6:
        return Absent("IPv6 is switched off (DisabledComponents)")
    listed = addresses(found)
    return listed if isinstance(listed, Unknown) else any(":" in address for address in listed)


def read_interfaces(raw: RawFacts) -> NetworkInterfaces | Absent | Unknown:
    """The interfaces that have an address; loopback is no interface on Windows."""
    found = network(raw)
    if isinstance(found, Unknown):
        return found
    rows = required(found.rows("interfaces"))
    if isinstance(rows, Unknown):
        return rows
    return NetworkInterfaces(interfaces=tuple(_interface(row, at) for at, row in enumerate(rows)))


def _interface(row: Values, position: int) -> NetworkInterface:
    name, index = row.text("name"), row.number("index")
    return NetworkInterface(
        name=name if is_known(name) else f"interface {position}",
        addresses=required(row.texts("addresses")),
        is_loopback=False,
        index=index if is_known(index) else None,
    )


def read_published(raw: RawFacts) -> PublishedPorts | Absent | Unknown:
    """Nothing is published where nothing runs containers; what an engine publishes is not read on Windows."""
    known = services(raw)
    if isinstance(known, Unknown):
        return known
    engines = tuple(dict.fromkeys(name for service, name in _ENGINES.items() if service in known))
    if engines:
        return Unknown(Reason.UNSUPPORTED, f"what {', '.join(engines)} publishes is not read on Windows")
    return Absent("no service of a container engine is installed")


OTHERS: tuple[Reader, ...] = (
    Reader(fact=NetworkInterfaces, probes=(NETWORK,), read=read_interfaces),
    Reader(fact=PublishedPorts, probes=(SERVICES,), read=read_published),
)
