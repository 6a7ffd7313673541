"""The network seen from the host: interfaces, listening services, ports that containers publish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInterface:
    """One interface; `addresses` are literals without prefix length, empty where it has none."""

    name: str
    addresses: Maybe[tuple[str, ...]]
    is_loopback: bool
    index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInterfaces(Fact):
    """Every network interface of the host, with its addresses."""

    name: ClassVar[str] = "network_interfaces"
    title: ClassVar[str] = "network interfaces and addresses"

    interfaces: tuple[NetworkInterface, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One socket that waits for others.

    `address` is a literal, `0.0.0.0` or `::` for every address. `reachable_v4` and `reachable_v6` say whether a new
    packet from a foreign network gets through the host's own firewall to it; absent where the socket does not serve
    that address family, or the host has no such address outside loopback. `because` quotes what decided.
    """

    protocol: str
    address: str
    port: int
    process: Maybe[str]
    is_loopback: bool
    reachable_v4: Maybe[bool]
    reachable_v6: Maybe[bool]
    because: str = ""

    def __str__(self) -> str:
        who = f" ({self.process})" if isinstance(self.process, str) else ""
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.protocol}/{self.port} on {shown}{who}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners(Fact):
    """Every TCP socket in state listen and every unconnected UDP socket."""

    name: ClassVar[str] = "listeners"
    title: ClassVar[str] = "listening services and who can reach them"

    sockets: tuple[Listener, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPort:
    """Ports `first` to `last` of the host that a container engine forwards into a container."""

    container: str
    address: str
    first: int
    last: int
    protocol: str
    is_loopback: bool

    def __str__(self) -> str:
        ports = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.protocol}/{ports} on {shown} into {self.container}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPorts(Fact):
    """What container engines publish; their forwarding rules run ahead of most host firewalls.

    `ports` are those that were seen; `complete` is unknown where an engine may publish more.
    """

    name: ClassVar[str] = "published_ports"
    title: ClassVar[str] = "ports published by containers"

    engines: tuple[str, ...]
    ports: tuple[PublishedPort, ...]
    complete: Maybe[bool] = True
