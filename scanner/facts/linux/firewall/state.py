"""Everything the rules depend on, read once: the ruleset from all its sources, interfaces, sockets; and the questions.

Where a source could not be read, a refusal by the others still stands, since no table can undo the drop of another;
an acceptance does not, since an unread table may refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from itertools import permutations

from scanner.facts.base import RawFacts, lines_of
from scanner.facts.firewall import Action, DefaultRule, Forwarding, IpVersion
from scanner.facts.linux.firewall.alike import Kind, Kinds, Way
from scanner.facts.linux.firewall.nft import parse_nft
from scanner.facts.linux.firewall.packet import Packet, Ruleset, Table, ruleset
from scanner.facts.linux.firewall.probes import IPT, NFT
from scanner.facts.linux.firewall.save import incompatible, parse_save
from scanner.facts.linux.firewall.walk import FORWARD, INBOUND, End, Fate, walk
from scanner.facts.linux.network import (
    DISABLE_IPV6,
    IF_INET6,
    IP6_FORWARD,
    IP_FORWARD,
    Interfaces,
    Socket,
    interfaces,
    sockets,
)
from scanner.facts.network import NetworkInterface
from scanner.facts.stranger import ELSEWHERE, STRANGER
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

VERSIONS = {4: IpVersion.V4, 6: IpVersion.V6}

# Wider ranges open a firewall rather than name a service: a probed port may lie in them.
_NARROW = 5000
_PORTS = 65_536
_BANDS = (range(917, 0, -1), range(17_777, 1023, -1), range(50_123, 32_768, -1))


@dataclass(frozen=True, slots=True)
class State:
    """What the walk needs. `interfaces` and `sockets` are unknown when their probes were not read.

    `ways` are the ways in of each IP version, one of each kind that the rules tell apart; `answers` keeps what was
    found for sockets that are alike.
    """

    rules: Ruleset
    interfaces: Interfaces | Unknown
    sockets: tuple[Socket, ...] | Unknown
    kinds: Kinds
    ways: Mapping[int, tuple[Way, ...]]
    answers: dict[Kind, tuple[Maybe[bool], str]] = field(default_factory=dict, compare=False, repr=False)


def read_state(raw: RawFacts) -> State:
    """The parsed probes `nft`, `ipt`, `ifaces` and `listen`."""
    rules, known = read_rules(raw), interfaces(raw)
    kinds = Kinds(rules)
    listed = {version: () if isinstance(known, Unknown) else known.addressed(version) for version in VERSIONS}
    ways = {version: tuple(kinds.one_of_each(every)) for version, every in listed.items()}
    return State(rules, known, sockets(raw), kinds, ways)


# --- The ruleset -----------------------------------------------------------------------------------------


def read_rules(raw: RawFacts) -> Ruleset:
    """Native tables from nft; tables of iptables from its own save, because nft shows their matches as opaque."""
    native = _native(raw)
    saved, unread = _saved(raw)
    if isinstance(native, Unknown):
        return ruleset(saved, (native, *unread))
    replaced = {(table.family, table.name) for table in saved if table.system == IPTABLES}
    kept = tuple(table for table in native if (table.family, table.name) not in replaced)
    return ruleset((*kept, *saved), (gap for gap in unread if not _stands_in(gap)))


IPTABLES = "iptables"
LEGACY = "iptables-legacy"


def _stands_in(gap: Unknown) -> bool:
    """Whether the nft listing holds what a missing program would show: all but legacy tables.

    What it cannot express it marks as such, and the walk then answers that it cannot tell.
    """
    return gap.code is Reason.MISSING_TOOL and "legacy" not in gap.detail


def _native(raw: RawFacts) -> tuple[Table, ...] | Unknown:
    section = raw.read(NFT.name)
    if isinstance(section, Absent):
        return ()
    return section if isinstance(section, Unknown) else parse_nft(section.text)


_BEGIN = re.compile(r"^%% begin (.+)$")
_END = re.compile(r"^%% end (\d{1,3})$")
_CODES = {97: Reason.DENIED, 127: Reason.MISSING_TOOL}


def _saved(raw: RawFacts) -> tuple[tuple[Table, ...], tuple[Unknown, ...]]:
    section = raw.read(IPT.name)
    if isinstance(section, Absent | Unknown):
        return (), (Unknown(Reason.UNREADABLE, section.reason) if isinstance(section, Absent) else section,)
    tables: list[Table] = []
    unread: list[Unknown] = []
    sections = dict(_sections(section.text))
    for version in (4, 6):
        family = "ip" if version == 4 else "ip6"
        if f"save {family}" not in sections:
            unread.append(Unknown(Reason.UNREADABLE, f"ipt: the part '{family}tables-save' is missing"))
    for title, (status, text) in sections.items():
        found = _section(title, status, text, _written_by_nft(title, text, sections))
        if isinstance(found, Unknown):
            unread.append(found)
        else:
            tables += found
    return tuple(tables), tuple(unread)


def _sections(text: str) -> Iterator[tuple[str, tuple[int, str]]]:
    title, body = "", list[str]()
    for line in lines_of(text):
        if (begin := _BEGIN.match(line)) is not None:
            if title:
                yield title, (-1, "")
            title, body = begin[1], []
        elif (end := _END.match(line)) is not None and title:
            yield title, (int(end[1]), "\n".join(body))
            title = ""
        else:
            body.append(line)
    if title:
        yield title, (-1, "")


def _written_by_nft(title: str, text: str, titles: Iterable[str]) -> bool:
    """Whether a save shows rules that nf_tables holds. iptables 1.8.8 and later say so in their first lines; an older
    plain save shows nf_tables where the kernel lists no legacy table, and could otherwise show either.
    """
    if any(line.startswith("# Generated by") and "(nf_tables)" in line for line in lines_of(text)):
        return True
    kind, _, family = title.partition(" ")
    return kind == "save" and not any(other.startswith((f"legacy {family} ", f"names {family}")) for other in titles)


def _section(title: str, status: int, text: str, is_new: bool) -> tuple[Table, ...] | Unknown:
    kind, _, rest = title.partition(" ")
    family = rest.split(" ", maxsplit=1)[0]
    program = f"{family}tables-{'legacy-' if kind == 'legacy' else ''}save"
    if kind == "names":
        program = f"legacy tables: /proc/net/{family}_tables_names"
    if status:
        return Unknown(_CODES.get(status, Reason.UNREADABLE), f"ipt: {program} was not read (exit status {status})")
    version = 6 if family == "ip6" else 4
    if kind == "legacy" and is_new:
        return Unknown(Reason.MISSING_TOOL, f"ipt: {program} does not show the legacy tables")
    parsed = parse_save(text, version, IPTABLES if is_new else LEGACY)
    if isinstance(parsed, Unknown):
        return parsed
    return tuple(table for table in parsed if table.name not in incompatible(text))


# --- Questions -------------------------------------------------------------------------------------------


def unlisted_ports(state: State) -> tuple[int, ...]:
    """Three ports that no rule and no socket names: below 1024, in the middle, above 32768."""
    taken = bytearray(_PORTS)
    for low, high in {ends for table in state.rules.tables for ends in table.ports if ends[1] - ends[0] < _NARROW}:
        first, behind = max(low, 0), min(high + 1, _PORTS)
        taken[first:behind] = b"\1" * max(behind - first, 0)
    for socket in state.sockets if is_known(state.sockets) else ():
        taken[socket.port] = 1
    return tuple(next((port for port in band if not taken[port]), band[0]) for band in _BANDS)


def fate(
    state: State, version: int, interface: str, address: str | None, protocol: str, port: int, index: int | None = None
) -> End:
    """What a stranger's packet to an address of this host meets."""
    packet = Packet(
        version=version,
        interface=interface,
        index=index,
        source=STRANGER[version],
        destination=ip_address(address) if address is not None else None,
        protocol=protocol,
        port=port,
    )
    return walk(state.rules, packet, INBOUND)


def action(state: State, end: End) -> Maybe[Action]:
    """The answer a fact may give; an acceptance needs every source of rules."""
    if end.fate is Fate.DENY:
        return Action.DENY
    if state.rules.unread:
        return state.rules.unread[0]
    if end.fate is Fate.UNKNOWN:
        return Unknown(Reason.UNSUPPORTED, f"firewall: {end.because}")
    return Action.ALLOW


def _bypassed(state: State) -> Unknown | None:
    known = state.interfaces if is_known(state.interfaces) else None
    if known is None or not known.bypass:
        return None
    return Unknown(Reason.UNSUPPORTED, f"firewall: {'; '.join(known.bypass)}")


def defaults(state: State) -> Maybe[tuple[DefaultRule, ...]]:
    """The default of each non-loopback interface and address, for both IP versions."""
    if isinstance(state.interfaces, Unknown):
        return state.interfaces
    ports = unlisted_ports(state)
    return tuple(
        rule
        for version in VERSIONS
        for rule in _defaults_of(state, version, _entrances(state.interfaces, version), ports)
    )


def _defaults_of(state: State, version: int, entrances: Iterable[Way], ports: Iterable[int]) -> Iterator[DefaultRule]:
    """The default of each entrance; those that are alike share one walk."""
    walked: dict[Kind, DefaultRule] = {}
    for way in entrances:
        kind = state.kinds.way(way)
        if kind not in walked:
            walked[kind] = _default(state, version, way, ports)
        yield replace(walked[kind], entrance=_entrance(way))


def _entrance(way: Way) -> str:
    interface, address = way
    return f"{interface.name} {address}" if address else f"{interface.name} (address not known)"


def _entrances(known: Interfaces, version: int) -> tuple[tuple[NetworkInterface, str | None], ...]:
    """The ways in. IPv6 that is merely unused counts: the next router announcement makes every interface one."""
    ways = known.addressed(version)
    if ways or version == 4 or not is_known(ipv6(known)):
        return ways
    return tuple((way, None) for way in known.found if not way.is_loopback and way.addresses)


def ipv6(known: Interfaces | Unknown) -> Maybe[bool]:
    """Whether IPv6 is in use; absent where it is switched off."""
    if isinstance(known, Unknown):
        return known
    if isinstance(known.switches[IF_INET6], Absent):
        return Absent("the kernel runs without IPv6")
    if known.addressed(6):
        return True
    switch = known.switches[DISABLE_IPV6]
    if switch == "1":
        return Absent("IPv6 is disabled, only loopback has an address")
    return switch if isinstance(switch, Unknown) else False


def _default(state: State, version: int, way: Way, ports: Iterable[int]) -> DefaultRule:
    interface, address = way
    ends = [(port, fate(state, version, interface.name, address, "tcp", port, interface.index)) for port in ports]
    answers = [(port, end, action(state, end)) for port, end in ends]
    port, end, answer = min(answers, key=lambda item: _open_first(item[2]))
    return DefaultRule(
        version=VERSIONS[version],
        entrance=_entrance(way),
        action=_bypassed(state) or answer,
        because=f"port {port}: {end.because}",
    )


def _open_first(answer: Maybe[Action]) -> int:
    return 0 if answer is Action.ALLOW else 2 if answer is Action.DENY else 1


def _most_open(state: State, ends: Iterable[End]) -> tuple[End, Maybe[Action]]:
    """The first end that is open, else one nobody can tell, else the first; no walk is made that changes nothing."""
    answers: list[tuple[End, Maybe[Action]]] = []
    for end in ends:
        answers.append((end, action(state, end)))
        if answers[-1][1] is Action.ALLOW or state.rules.budget.is_spent:
            break
    return min(answers, key=lambda item: _open_first(item[1]))


def reachable(state: State, socket: Socket, version: int) -> tuple[Maybe[bool], str]:
    """Whether a stranger's packet gets to the socket over one IP version, and what decided."""
    if version not in socket.versions:
        return Absent(f"the socket does not serve {VERSIONS[version]}"), ""
    if socket.is_loopback:
        return False, "bound to loopback"
    if isinstance(state.interfaces, Unknown):
        return state.interfaces, ""
    if not state.ways[version]:
        return Absent(f"no interface but loopback has an {VERSIONS[version]} address"), ""
    own = None if socket.is_wildcard else socket.address
    kind = (version, socket.protocol, socket.port, state.kinds.address(own))
    if kind not in state.answers:
        state.answers[kind] = _reachable(state, socket, version, own)
    return state.answers[kind]


def _reachable(state: State, socket: Socket, version: int, own: str | None) -> tuple[Maybe[bool], str]:
    """The same for a socket that others than this host can send to; `own` is its address unless it has every one."""
    ends = (
        fate(state, version, way.name, own or address, socket.protocol, socket.port, way.index)
        for way, address in state.ways[version]
    )
    end, answer = _most_open(state, ends)
    told: Maybe[bool] = answer if isinstance(answer, Absent | Unknown) else answer is Action.ALLOW
    return (told if told is True else _bypassed(state) or told), end.because


def forwarding(state: State) -> tuple[Forwarding, ...]:
    """Whether the host routes, and what its forward rules do with a packet that no rule names."""
    return tuple(_forwarding(state, version) for version in VERSIONS)


def _forwarding(state: State, version: int) -> Forwarding:
    if isinstance(state.interfaces, Unknown):
        return Forwarding(version=VERSIONS[version], enabled=state.interfaces, action=state.interfaces)
    switch = state.interfaces.switches[IP_FORWARD if version == 4 else IP6_FORWARD]
    enabled: Maybe[bool] = switch if isinstance(switch, Absent | Unknown) else _switch(switch)
    if isinstance(enabled, Absent):
        enabled = False
    names = [way.name for way, _ in state.interfaces.addressed(version)]
    if not names:
        return Forwarding(version=VERSIONS[version], enabled=enabled, action=Absent("nothing to forward between"))
    port = unlisted_ports(state)[1]
    packets = (_passing(version, one, other, port) for one, other in _pairs(state.kinds, names))
    end, answer = _most_open(state, (walk(state.rules, packet, FORWARD) for packet in packets))
    return Forwarding(
        version=VERSIONS[version], enabled=enabled, action=_bypassed(state) or answer, because=end.because
    )


def _pairs(kinds: Kinds, names: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Where a packet may come in and go out; two interfaces of each kind stand for all of it."""
    alike: dict[Kind, list[str]] = {}
    for name in dict.fromkeys(names):
        alike.setdefault(kinds.interface(name), []).append(name)
    some = [name for own in alike.values() for name in own[:2]]
    return permutations(some, 2) if len(some) > 1 else zip(some, some, strict=True)


def _switch(text: str) -> Maybe[bool]:
    if text in ("0", "1", "2"):
        return text != "0"
    return Unknown(Reason.UNREADABLE, f"ifaces: a forwarding switch reads {text[:40]!r}")


def _passing(version: int, one: str, other: str, port: int) -> Packet:
    return Packet(
        version=version,
        interface=one,
        source=STRANGER[version],
        destination=ELSEWHERE[version],
        protocol="tcp",
        port=port,
        out=other,
    )
