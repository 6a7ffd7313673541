"""One `match` of nft, evaluated for a packet.

The left side becomes the packet's value of that field; `_MISSING` where the packet has no such field (the kernel
then leaves the rule, whatever the operator), `_UNREAD` where nobody can tell. The right side is a value, a prefix,
a range, a set, or a concatenation of these.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from scanner.facts.linux.firewall.packet import Packet, Test, Truth, all_of, any_of, holds, negated


class Sets(dict[str, Sequence[Any]]):
    """The sets of a table by name, and what was found when a value was looked up in a long one."""

    def __init__(self, named: Mapping[str, Sequence[Any]]) -> None:
        super().__init__(named)
        self.answers: dict[tuple[object, ...], Truth] = {}


_SHORT = 8  # entries that are compared faster than an answer is kept
_ENTRY = 4  # what an entry costs: an address is read from its text
_MISSING = object()
_UNREAD = object()

_PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp", "icmpv6": "ipv6-icmp"}
_FLAGS_OF_SYN = frozenset({"syn"})
_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_NEGATIVE = {"!=", "!"}


def _family(packet: Packet, four: Any, six: Any) -> Any:
    return four if packet.version == 4 else six


def _out(packet: Packet) -> Any:
    return packet.out if packet.out is not None and packet.hook == "forward" else _MISSING


_META: Mapping[str, Callable[[Packet], Any]] = {
    "iif": lambda packet: packet.interface,
    "iifname": lambda packet: packet.interface,
    "oif": _out,
    "oifname": _out,
    "l4proto": lambda packet: packet.protocol,
    "nfproto": lambda packet: _family(packet, "ipv4", "ipv6"),
    "protocol": lambda packet: _family(packet, "ip", "ip6"),
    "pkttype": lambda packet: "host",
    "mark": lambda packet: _UNREAD if packet.mark is None else packet.mark,
}
_CT: Mapping[str, Callable[[Packet], Any]] = {
    "state": lambda packet: frozenset({"new"}) if packet.tracked else _UNREAD,
    "status": lambda packet: frozenset() if packet.tracked else _UNREAD,
    "direction": lambda packet: "original" if packet.tracked else _UNREAD,
    "mark": lambda packet: packet.mark if packet.tracked and packet.mark is not None else _UNREAD,
}
_TRANSPORT: Mapping[str, Callable[[Packet], Any]] = {
    "dport": lambda packet: packet.port,
    "sport": lambda packet: packet.source_port,
}
_NETWORK: Mapping[str, Callable[[Packet], Any]] = {
    "saddr": lambda packet: packet.source,
    "daddr": lambda packet: _UNREAD if packet.destination is None else packet.destination,
    "protocol": lambda packet: packet.protocol,
    "nexthdr": lambda packet: packet.protocol,
    "version": lambda packet: packet.version,
}
_OTHER_TRANSPORTS = {"icmp", "icmpv6", "igmp", "sctp", "dccp", "udplite", "ah", "esp", "comp", "gre"}


def _payload(body: Mapping[str, Any], packet: Packet) -> Any:
    protocol, name = body.get("protocol"), body.get("field", "")
    if protocol in ("ip", "ip6"):
        mine = (protocol == "ip") == (packet.version == 4)
        return _NETWORK.get(name, _unread)(packet) if mine else _MISSING
    if protocol in ("tcp", "udp", "th"):
        if protocol not in ("th", packet.protocol):
            return _MISSING
        if (protocol, name) == ("tcp", "flags"):
            return _FLAGS_OF_SYN
        return _TRANSPORT.get(name, _unread)(packet)
    return _MISSING if protocol in _OTHER_TRANSPORTS else _UNREAD


def _unread(_packet: Packet) -> Any:
    return _UNREAD


def _fib(body: Mapping[str, Any], packet: Packet) -> Any:
    flags = body.get("flags", [])
    flags = [flags] if isinstance(flags, str) else flags
    if body.get("result") == "type":
        if "daddr" in flags:
            return "local" if packet.is_local else "unicast"
        return "unicast"
    return True if "saddr" in flags else _UNREAD  # there is a way back to the sender


def _masked(body: Sequence[Any], packet: Packet, sets: Sets) -> Any:
    value = _value(body[0], packet, sets)
    if isinstance(value, frozenset):
        flags = _flags(body[1], packet)
        return _UNREAD if flags is None else value & flags
    return value & body[1] if isinstance(value, int) and isinstance(body[1], int) else _UNREAD


def _value(left: Any, packet: Packet, sets: Sets) -> Any:
    """What the packet has where the left side of a match looks."""
    kind, body = next(iter(left.items()))
    if kind == "meta":
        return _META.get(body["key"], _unread)(packet)
    if kind == "ct":
        return _CT.get(body["key"], _unread)(packet)
    if kind == "payload":
        return _payload(body, packet)
    if kind == "fib":
        return _fib(body, packet)
    if kind == "&":
        return _masked(body, packet, sets)
    return _MISSING if kind == "exthdr" else _UNREAD


def match(body: Mapping[str, Any], sets: Sets) -> Test:
    """The test of one `match` statement; `SENDER` where chance decides."""
    op, left, right = body.get("op", "=="), body["left"], body["right"]
    if isinstance(left, Mapping) and next(iter(left), "") in ("numgen", "jhash", "symhash"):
        return lambda packet: Truth.SENDER
    return lambda packet: _compare(op, left, right, packet, sets)


def _compare(op: str, left: Any, right: Any, packet: Packet, sets: Sets) -> Truth:
    parts = left.get("concat")
    packet.budget.spend(len(parts) if parts else 1)
    value = tuple(_value(part, packet, sets) for part in parts) if parts else _value(left, packet, sets)
    if value is _MISSING or (isinstance(value, tuple) and _MISSING in value):
        return Truth.NO
    if op in _ORDERED:
        return holds(_ORDERED[op](value, right)) if isinstance(value, int) and isinstance(right, int) else Truth.MAYBE
    if isinstance(value, frozenset) and op in ("in", "!"):
        flags = _flags(right, packet)
        if flags is None:
            return Truth.MAYBE
        return holds(bool(value & flags)) if op == "in" else holds(not value & flags)
    found = _equals(value, right, packet, sets)
    return negated(found) if op in _NEGATIVE else found


def _equals(value: Any, right: Any, packet: Packet, sets: Sets) -> Truth:
    if isinstance(right, str) and right.startswith("@"):
        members = sets.get(right[1:])
        return Truth.MAYBE if members is None else _member(value, members, packet, sets)
    if isinstance(right, Mapping):
        if "set" in right:
            members = right["set"]
            return _member(value, members if isinstance(members, list) else [members], packet, sets)
        if "elem" in right:
            return _equals(value, right["elem"]["val"], packet, sets)
        if "concat" in right:
            pairs = zip(value, right["concat"], strict=True)
            return all_of(_equals(one, other, packet, sets) for one, other in pairs)
    if value is _UNREAD:
        return Truth.MAYBE
    return _scalar(value, right, packet)


def _member(value: Any, members: Sequence[Any], packet: Packet, sets: Sets) -> Truth:
    if len(members) <= _SHORT:
        return _among(value, members, packet, sets)
    # The listing keeps its parts for as long as its sets, so an identity stands for the same entries.
    question = (id(members), value, packet.version, packet.interface, packet.index)
    if question not in sets.answers:
        sets.answers[question] = _among(value, members, packet, sets)
    return sets.answers[question]


def _among(value: Any, members: Sequence[Any], packet: Packet, sets: Sets) -> Truth:
    packet.budget.spend(_ENTRY * len(members))
    # An entry of a map is listed as [key, data]; only its key is compared.
    keys = (entry[0] if isinstance(entry, list) and len(entry) == 2 else entry for entry in members)
    return any_of(_equals(value, key, packet, sets) for key in keys)


def _scalar(value: Any, right: Any, packet: Packet) -> Truth:
    if right == "*":
        return Truth.YES
    if isinstance(value, frozenset):
        flags = _flags(right, packet)
        return Truth.MAYBE if flags is None else holds(value == flags)
    if isinstance(value, IPv4Address | IPv6Address):
        return _address(value, right)
    if isinstance(value, bool):
        return holds(value == bool(right)) if isinstance(right, bool | int) else Truth.MAYBE
    if isinstance(value, int):
        return _number(value, right)
    return _word(value, right, packet)


def _address(value: IPv4Address | IPv6Address, right: Any) -> Truth:
    if isinstance(right, Mapping) and "prefix" in right:
        prefix = right["prefix"]
        return holds(value in ip_network(f"{prefix['addr']}/{prefix['len']}", strict=False))
    if isinstance(right, Mapping) and "range" in right:
        low, high = (ip_address(end) for end in right["range"])
        return holds(int(low) <= int(value) <= int(high)) if low.version == value.version else Truth.NO
    return holds(value == ip_address(right)) if isinstance(right, str) else Truth.MAYBE


def _number(value: int, right: Any) -> Truth:
    if isinstance(right, Mapping) and "range" in right:
        low, high = right["range"]
        return holds(low <= value <= high)
    return holds(value == right) if isinstance(right, int) else Truth.MAYBE


def _word(value: str, right: Any, packet: Packet) -> Truth:
    if isinstance(right, int) and value == packet.interface:
        return Truth.MAYBE if packet.index is None else holds(packet.index == right)
    if isinstance(right, int | str):
        named = _PROTOCOLS.get(right, right)
        if isinstance(named, int):
            return Truth.MAYBE if value not in _PROTOCOLS.values() else Truth.NO
        return holds(value.startswith(named[:-1]) if named.endswith("*") else value == named)
    return Truth.MAYBE


def _flags(right: Any, packet: Packet) -> frozenset[str] | None:
    """A set of flag names; None for numbers, whose meaning depends on the field."""
    if isinstance(right, str):
        return frozenset({right})
    if isinstance(right, Mapping) and "|" in right:
        right = right["|"]
    if not isinstance(right, list):
        return frozenset() if right == 0 and not isinstance(right, bool) else None
    packet.budget.spend(len(right))
    parts = [_flags(part, packet) for part in right]
    return None if None in parts else frozenset().union(*(part for part in parts if part))
