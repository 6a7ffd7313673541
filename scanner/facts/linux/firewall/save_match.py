"""The matches of one iptables rule, evaluated for a packet: a table of options, each with its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from itertools import pairwise

from scanner.facts.linux.firewall.packet import Packet, Test, Truth, any_of, holds, negated

_PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "ipv6-icmp", "icmpv6": "ipv6-icmp", "icmp6": "ipv6-icmp"}
_SYN = frozenset({"SYN"})
_ALL_FLAGS = frozenset({"SYN", "ACK", "FIN", "RST", "URG", "PSH"})
_LOCAL_TYPES = {"LOCAL", "UNICAST"}


def UNDECIDED(_packet: Packet) -> Truth:  # noqa: N802 - a constant that happens to be a function
    return Truth.MAYBE


def _sender(_packet: Packet) -> Truth:
    return Truth.SENDER


def _never(_packet: Packet) -> Truth:
    return Truth.NO


def _always(_packet: Packet) -> Truth:
    return Truth.YES


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """What one rule asks, and where it goes."""

    tests: tuple[Test, ...]
    target: str
    is_goto: bool
    port: int | None


Build = Callable[[Sequence[str]], Test]


def _protocol(args: Sequence[str]) -> Test:
    wanted = _PROTOCOLS.get(args[0].lower(), args[0].lower())
    return lambda packet: holds(wanted in ("all", "0", packet.protocol))


def _network(pick: Callable[[Packet], object]) -> Build:
    def build(args: Sequence[str]) -> Test:
        networks = [ip_network(part, strict=False) for part in args[0].split(",")]

        def test(packet: Packet) -> Truth:
            value = pick(packet)
            packet.budget.spend(len(networks) // 4)
            return Truth.MAYBE if value is None else holds(any(value in network for network in networks))

        return test

    return build


def _range(pick: Callable[[Packet], object]) -> Build:
    def build(args: Sequence[str]) -> Test:
        low, _, high = args[0].partition("-")
        ends = int(ip_address(low)), int(ip_address(high or low))

        def test(packet: Packet) -> Truth:
            value = pick(packet)
            return Truth.MAYBE if value is None else holds(ends[0] <= int(value) <= ends[1])  # type: ignore[call-overload]

        return test

    return build


def _interface(args: Sequence[str]) -> Test:
    name = args[0]
    if name.endswith("+"):
        return lambda packet: holds(packet.interface.startswith(name[:-1]))
    return lambda packet: holds(packet.interface == name)


def _out_interface(args: Sequence[str]) -> Test:
    name = args[0]

    def test(packet: Packet) -> Truth:
        if packet.out is None or packet.hook != "forward":
            return Truth.NO
        return holds(packet.out.startswith(name[:-1]) if name.endswith("+") else packet.out == name)

    return test


def _ports(pick: Callable[[Packet], Sequence[int]]) -> Build:
    def build(args: Sequence[str]) -> Test:
        ranges = [_port_range(part) for part in args[0].split(",")]

        def test(packet: Packet) -> Truth:
            packet.budget.spend(len(ranges) // 4)
            return any_of(holds(low <= port <= high) for port in pick(packet) for low, high in ranges)

        return test

    return build


def _port_range(text: str) -> tuple[int, int]:
    low, colon, high = text.partition(":")
    return (int(low or 0), int(high or 65535)) if colon else (int(low), int(low))


def _flags(args: Sequence[str]) -> Test:
    mask, wanted = (_flag_names(text) for text in args)
    return lambda packet: holds(packet.protocol == "tcp" and _SYN & mask == wanted)


def _flag_names(text: str) -> frozenset[str]:
    return {"ALL": _ALL_FLAGS, "NONE": frozenset[str]()}.get(text, frozenset(text.split(",")))


def _state(args: Sequence[str]) -> Test:
    wanted = set(args[0].upper().split(","))

    def test(packet: Packet) -> Truth:
        # SNAT and DNAT are states of connections that were rewritten; those end the walk before.
        return holds("NEW" in wanted) if packet.tracked else Truth.MAYBE

    return test


def _status(args: Sequence[str]) -> Test:
    wanted = args[0].upper()
    return lambda packet: holds(wanted == "NONE") if packet.tracked else Truth.MAYBE


def _direction(args: Sequence[str]) -> Test:
    return lambda packet: holds(args[0].upper() == "ORIGINAL") if packet.tracked else Truth.MAYBE


def _destination_type(args: Sequence[str]) -> Test:
    wanted = set(args[0].upper().split(","))
    return lambda packet: holds(("LOCAL" if packet.is_local else "UNICAST") in wanted)


def _source_type(args: Sequence[str]) -> Test:
    return lambda packet: holds("UNICAST" in args[0].upper().split(","))


def _packet_type(args: Sequence[str]) -> Test:
    return lambda packet: holds(args[0].lower() in ("host", "unicast"))


def _mark(args: Sequence[str]) -> Test:
    value, _, mask = args[0].partition("/")
    number, bits = int(value, 0), int(mask or "0xffffffff", 0)
    return lambda packet: Truth.MAYBE if packet.mark is None else holds(packet.mark & bits == number)


def _icmp(_args: Sequence[str]) -> Test:
    return _never


def _constant(test: Test) -> Build:
    return lambda _args: test


def _each(names: str, arguments: int, build: Build) -> dict[str, tuple[int, Build]]:
    return dict.fromkeys(names.split(), (arguments, build))


_OPTIONS: Mapping[str, tuple[int, Build]] = {
    **_each("-p --protocol", 1, _protocol),
    **_each("-s --source", 1, _network(lambda packet: packet.source)),
    **_each("-d --destination", 1, _network(lambda packet: packet.destination)),
    **_each("-i --in-interface", 1, _interface),
    **_each("-o --out-interface", 1, _out_interface),
    **_each("-f --fragment", 0, _constant(_never)),
    **_each("--dport --dports --destination-port --destination-ports", 1, _ports(lambda packet: (packet.port,))),
    **_each("--sport --sports --source-port --source-ports", 1, _ports(lambda packet: (packet.source_port,))),
    **_each("--ports", 1, _ports(lambda packet: (packet.port, packet.source_port))),
    **_each("--tcp-flags", 2, _flags),
    **_each("--syn", 0, lambda _args: _flags(("SYN,RST,ACK,FIN", "SYN"))),
    **_each("--ctstate --state", 1, _state),
    **_each("--ctstatus", 1, _status),
    **_each("--ctdir", 1, _direction),
    **_each("--ctproto", 1, _protocol),
    **_each("--dst-type", 1, _destination_type),
    **_each("--src-type", 1, _source_type),
    **_each("--src-range", 1, _range(lambda packet: packet.source)),
    **_each("--dst-range", 1, _range(lambda packet: packet.destination)),
    **_each("--pkt-type", 1, _packet_type),
    **_each("--mark", 1, _mark),
    **_each("--icmp-type --icmpv6-type", 1, _icmp),
    **_each("--rt-type", 1, _icmp),
    **_each("--comment --limit-burst --probability --every --packet --connlimit-mask", 1, _constant(_always)),
    **_each("--connlimit-saddr --connlimit-daddr --limit-iface-in --rsource --rdest", 0, _constant(_always)),
    **_each("--limit --hashlimit --hashlimit-upto --hashlimit-above --mode", 1, _constant(_sender)),
    **_each("--connlimit-upto --connlimit-above", 1, _constant(_sender)),
    **_each("--hashlimit-burst --hashlimit-mode --hashlimit-name --hashlimit-htable-expire", 1, _constant(_always)),
    **_each("--hashlimit-htable-size --hashlimit-htable-max --hashlimit-htable-gcinterval", 1, _constant(_always)),
    **_each("--hashlimit-srcmask --hashlimit-dstmask", 1, _constant(_always)),
    **_each("--set", 0, _constant(_always)),
    **_each("--name --mask", 1, _constant(_always)),
}


# Extensions that ask nothing by themselves; any other one, such as `-m socket`, is a condition of its own.
_ASK_ONLY_BY_OPTION = frozenset(
    (
        *("tcp", "udp", "icmp", "icmp6", "multiport", "iprange", "addrtype", "pkttype", "set", "comment"),
        *("conntrack", "state", "mark", "connmark", "recent", "limit", "hashlimit", "connlimit", "statistic"),
    )
)


def read_matches(words: Sequence[str]) -> Matches:
    """The tests of a rule and its target; an option that is not in the table is a test nobody can decide."""
    tests: list[Test] = []
    target, is_goto, port, index = "", False, None, 0
    is_negated = False
    while index < len(words):
        word = words[index]
        index += 1
        if word == "!":
            is_negated = True
            continue
        if word in ("-j", "-g", "--jump", "--goto"):
            target, is_goto = (words[index] if index < len(words) else ""), word in ("-g", "--goto")
            port = _new_port(words[index + 1 :])
            break
        if word in ("-m", "--match"):
            if index >= len(words) or words[index] not in _ASK_ONLY_BY_OPTION:
                tests.append(UNDECIDED)
            index += 1
            continue
        test, taken = _option(word, words[index:])
        tests.append(_not(test) if is_negated else test)
        index, is_negated = index + taken, False
    return Matches(tests=tuple(tests), target=target, is_goto=is_goto, port=port)


def _option(word: str, following: Sequence[str]) -> tuple[Test, int]:
    if word in _OPTIONS:
        count, build = _OPTIONS[word]
        try:
            return build(following[:count]), count
        except (ValueError, TypeError, IndexError):
            return UNDECIDED, count
    taken = 0
    while taken < len(following) and following[taken] != "!" and not following[taken].startswith("-"):
        taken += 1
    return UNDECIDED, taken


def _not(test: Test) -> Test:
    return lambda packet: negated(test(packet))


def _new_port(options: Sequence[str]) -> int | None:
    """The port of `REDIRECT --to-ports N`; a range or a list of ports is none."""
    for name, value in pairwise(options):
        if name == "--to-ports" and value.isascii() and value.isdigit():
            return int(value)
    return None
