"""The firewall of a Linux host, judged by walking its real rules with a packet.

`probes` ask, `nft` and `save` parse the two rule languages into `packet`'s types, `walk` follows them, `state` puts
the questions, `persistence` looks at what is loaded at start, `containers` at what engines publish.
"""

from __future__ import annotations

from scanner.facts.base import RawFacts, Reader
from scanner.facts.firewall import Firewall
from scanner.facts.linux.firewall import containers
from scanner.facts.linux.firewall.persistence import front_ends
from scanner.facts.linux.firewall.probes import FWUI, IPT, NFT
from scanner.facts.linux.firewall.state import State, defaults, forwarding, ipv6, reachable, read_state
from scanner.facts.linux.network import IFACES, LISTEN, Socket
from scanner.facts.network import Listener, Listeners
from scanner.model import Maybe, Unknown


def read_firewall(raw: RawFacts) -> Firewall | Unknown:
    """The firewall in force; each part is unknown on its own where its probes were not read."""
    state = read_state(raw)
    ends = front_ends(raw)
    return Firewall(
        defaults=defaults(state),
        ipv6=ipv6(state.interfaces),
        managers=ends.managers,
        rule_systems=_rule_systems(state),
        loaders=ends.loaders,
        forwarding=forwarding(state),
    )


def _rule_systems(state: State) -> Maybe[tuple[str, ...]]:
    found = {table.system for table in state.rules.tables if table.has_rules}
    if state.rules.unread:
        return state.rules.unread[0]
    return tuple(sorted(found))


def read_listeners(raw: RawFacts) -> Listeners | Unknown:
    """Every waiting socket, with the walk's answer for it."""
    state = read_state(raw)
    if isinstance(state.sockets, Unknown):
        return state.sockets
    return Listeners(sockets=tuple(_listener(state, socket) for socket in state.sockets))


def _listener(state: State, socket: Socket) -> Listener:
    four, why_four = reachable(state, socket, 4)
    six, why_six = reachable(state, socket, 6)
    return Listener(
        protocol=socket.protocol,
        address=socket.address,
        port=socket.port,
        process=socket.process,
        is_loopback=socket.is_loopback,
        reachable_v4=four,
        reachable_v6=six,
        because=why_four if four is True or not why_six else why_six,
    )


_RULES = (NFT, IPT, IFACES, LISTEN)

READERS: tuple[Reader, ...] = (
    Reader(fact=Firewall, probes=(*_RULES, FWUI), read=read_firewall),
    Reader(fact=Listeners, probes=_RULES, read=read_listeners),
    *containers.READERS,
)
