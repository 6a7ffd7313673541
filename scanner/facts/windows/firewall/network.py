"""Interfaces and addresses of a Windows host, and what containers publish. Source: NetTCPIP, NetNat, the registry.

For the default NAT network the Host Network Service makes WinNAT mappings with rules of the firewall that let them
through; other networks, and engines that forward by themselves, leave none (learn.microsoft.com, "Windows container
networking"). So a mapping proves a port that is published, and none proves nothing.
"""

from __future__ import annotations

from ipaddress import ip_address

from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.network import NetworkInterface, NetworkInterfaces, PublishedPort, PublishedPorts
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

MAPPINGS = Probe(
    name="nat_mappings",
    why="which ports the host forwards into containers",
    script=r"""
$service = (Read-Registry 'SYSTEM\CurrentControlSet\Services\hns' @('Start')).exists
@{
    service = [bool]$service
    mappings = Read-Part {
        if ($service -eq $true) {
            , @(foreach ($mapping in Get-NetNatStaticMapping) {
                @{
                    protocol = [string]$mapping.Protocol
                    address = [string]$mapping.ExternalIPAddress
                    port = [long]$mapping.ExternalPort
                    inside = "$($mapping.InternalIPAddress):$($mapping.InternalPort)"
                }
            })
        }
        else { $null }
    }
}
""",
)

_ALL_OF_IPV6 = 0xFF
_PORTS = range(1, 1 << 16)
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
    """Nothing is published where nothing runs containers; of what an engine publishes, only NAT's mappings are seen."""
    known = services(raw)
    if isinstance(known, Unknown):
        return known
    engines = tuple(dict.fromkeys(name for service, name in _ENGINES.items() if service in known))
    if not engines:
        return Absent("no service of a container engine is installed")
    ports = _mappings(required(entry(raw, MAPPINGS.name)))
    if isinstance(ports, Unknown):
        return ports
    rest = f"what {', '.join(engines)} publishes beside the mappings of Windows' own NAT is not read on Windows"
    return PublishedPorts(engines=engines, ports=ports, complete=Unknown(Reason.UNSUPPORTED, rest))


def _mappings(found: Values | Unknown) -> tuple[PublishedPort, ...] | Unknown:
    """The mappings; none without the Host Network Service, which makes them."""
    if isinstance(found, Unknown):
        return found
    if found.flag("service") is False:
        return ()
    rows = required(found.rows("mappings"))
    return rows if isinstance(rows, Unknown) else whole(_mapping(row) for row in rows)


def _mapping(row: Values) -> PublishedPort | Unknown:
    protocol, address, port, inside = row.text("protocol"), row.text("address"), row.number("port"), row.text("inside")
    if not is_known(protocol) or not is_known(address) or not is_known(inside) or port not in _PORTS:
        return Unknown(Reason.UNREADABLE, f"{row.where}: a mapping is not fully described")
    assert is_known(port)
    outside = address.partition("/")[0]
    return PublishedPort(
        container=inside,
        address=outside,
        first=port,
        last=port,
        protocol=f"protocol {protocol}" if protocol.isdecimal() else protocol.lower(),
        is_loopback=_is_loopback(outside),
    )


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


OTHERS: tuple[Reader, ...] = (
    Reader(fact=NetworkInterfaces, probes=(NETWORK,), read=read_interfaces),
    Reader(fact=PublishedPorts, probes=(SERVICES, MAPPINGS), read=read_published),
)
