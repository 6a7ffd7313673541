"""What listens on a Windows host, and whether strangers get through to it. Source: NetTCPIP, Win32_Process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.firewall import Action
from scanner.facts.network import Listener, Listeners
from scanner.facts.windows.firewall.network import NETWORK, addresses, network
from scanner.facts.windows.firewall.profiles import (
    FIREWALL_PROFILES,
    Profile,
    Profiles,
    active_profiles,
    firewall,
    profiles,
)
from scanner.facts.windows.firewall.rules import FIREWALL_RULES, Rule, passing, rules
from scanner.facts.windows.services import SERVICES, services
from scanner.facts.windows.values import Values, entry, required, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

SOCKETS = Probe(
    name="sockets",
    why="which ports the host listens on, and which program does",
    script=r"""
@{
    tcp = Read-Part {
        , @(foreach ($socket in Get-NetTCPConnection -State 'Listen') {
            @{
                address = [string]$socket.LocalAddress
                port = [int]$socket.LocalPort
                process = [long]$socket.OwningProcess
            }
        })
    }
    udp = Read-Part {
        , @(foreach ($socket in Get-NetUDPEndpoint) {
            @{
                address = [string]$socket.LocalAddress
                port = [int]$socket.LocalPort
                process = [long]$socket.OwningProcess
            }
        })
    }
    processes = Read-Part {
        $query = 'SELECT ProcessId, Name FROM Win32_Process'
        , @(foreach ($process in Get-CimInstance -Query $query -OperationTimeoutSec 20) {
            @{ id = [long]$process.ProcessId; name = [string]$process.Name }
        })
    }
}
""",
)

_PORTS = range(1, 65536)
_NOT_SERVED = {False: Absent("the socket does not serve IPv4"), True: Absent("the socket does not serve IPv6")}
_NO_ADDRESS = {
    False: Absent("no interface but loopback has an IPv4 address"),
    True: Absent("no interface but loopback has an IPv6 address"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walls:
    """What stands between a stranger and a socket: the profiles in use, their defaults, the rules."""

    active: Maybe[tuple[str, ...]]
    profiles: Profiles | Unknown
    rules: tuple[Rule, ...] | Unknown


def read_listeners(raw: RawFacts) -> Listeners | Absent | Unknown:
    """Every listening TCP socket and every UDP socket; unknown when one of the lists could not be read."""
    found = required(entry(raw, SOCKETS.name))
    if isinstance(found, Unknown):
        return found
    names = _processes(found)
    walls = _walls(raw)
    own = then(network(raw), addresses)
    sockets: list[Listener] = []
    for protocol in ("tcp", "udp"):
        rows = required(found.rows(protocol))
        if isinstance(rows, Unknown):
            return rows
        for row in rows:
            socket = _listener(protocol, row, names, walls, own)
            if isinstance(socket, Unknown):
                return socket
            sockets.append(socket)
    return Listeners(sockets=tuple(sockets)) if sockets else Unknown(Reason.UNREADABLE, "sockets: none is listed")


def _walls(raw: RawFacts) -> _Walls:
    found = firewall(raw)
    if isinstance(found, Unknown):
        return _Walls(active=found, profiles=found, rules=rules(raw))
    return _Walls(active=active_profiles(found), profiles=profiles(found, services(raw)), rules=rules(raw))


def _processes(found: Values) -> Mapping[int, str] | Unknown:
    rows = required(found.rows("processes"))
    if isinstance(rows, Unknown):
        return rows
    pairs = [(row.number("id"), row.text("name")) for row in rows]
    return {number: name for number, name in pairs if is_known(number) and is_known(name)}


def _listener(
    protocol: str,
    row: Values,
    names: Mapping[int, str] | Unknown,
    walls: _Walls,
    own: Maybe[tuple[str, ...]],
) -> Listener | Unknown:
    address, port, number = row.text("address"), row.number("port"), row.number("process")
    if not is_known(address) or not is_known(port) or port not in _PORTS:
        return Unknown(Reason.UNREADABLE, f"{row.where}: a socket without address or port")
    try:
        literal = ip_address(address.partition("%")[0])
    except ValueError:
        return Unknown(Reason.UNREADABLE, f"{row.where}: {address[:60]} is no address")
    process = _process(number, names)
    reachable, because = _reachable((protocol, port), literal.version, process, walls)
    if literal.is_loopback:
        reachable, because = False, "it listens on loopback only"
    six = literal.version == 6
    by_family = [
        _NOT_SERVED[family] if family is not six else _served(reachable, own, family) for family in (False, True)
    ]
    return Listener(
        protocol=protocol,
        address=str(literal),
        port=port,
        process=process,
        is_loopback=literal.is_loopback,
        reachable_v4=by_family[0],
        reachable_v6=by_family[1],
        because=because,
    )


def _process(number: Maybe[int], names: Mapping[int, str] | Unknown) -> Maybe[str]:
    if isinstance(names, Unknown) or not is_known(number):
        return names if isinstance(names, Unknown) else Unknown(Reason.UNREADABLE, "sockets: no process is named")
    return names.get(number, Unknown(Reason.NO_EVIDENCE, f"process {number} has ended"))


def _served(reachable: Maybe[bool], own: Maybe[tuple[str, ...]], six: bool) -> Maybe[bool]:
    """Nobody reaches a socket in a family of which the host has no address."""
    if is_known(own) and not any((":" in address) is six for address in own):
        return _NO_ADDRESS[six]
    return reachable


def _reachable(socket: tuple[str, int], version: int, process: Maybe[str], walls: _Walls) -> tuple[Maybe[bool], str]:
    """Whether a stranger gets through in any profile that is in use; one that lets through decides."""
    if isinstance(walls.profiles, Unknown):
        return walls.profiles, ""
    if isinstance(walls.active, Absent | Unknown):
        return walls.active, ""
    answers = [_through(walls.profiles[name], socket, version, process, walls.rules) for name in walls.active]
    passes = next((answer for answer in answers if answer[0] is True), None)
    return passes or next((answer for answer in answers if not is_known(answer[0])), answers[0])


def _through(
    profile: Profile, socket: tuple[str, int], version: int, process: Maybe[str], known: tuple[Rule, ...] | Unknown
) -> tuple[Maybe[bool], str]:
    if isinstance(profile.action, Absent | Unknown):
        return required(then(profile.action, lambda _: True)), ""
    if not profile.filters:
        return True, f"{profile.name} profile: {profile.because}"
    if isinstance(known, Unknown):
        return known, ""
    is_open = profile.action is Action.ALLOW
    return passing(known, profile.name, socket, process, version=version, open_by_default=is_open)


LISTENERS = Reader(
    fact=Listeners, probes=(SOCKETS, FIREWALL_PROFILES, FIREWALL_RULES, SERVICES, NETWORK), read=read_listeners
)
