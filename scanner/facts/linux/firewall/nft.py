"""`nft -j list ruleset` into tables (libnftables-json(5))."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.facts.linux.firewall.nft_match import Sets, match
from scanner.facts.linux.firewall.packet import (
    Base,
    Budget,
    Effect,
    Packet,
    Rule,
    Table,
    Test,
    TooComplex,
    Truth,
    Word,
    any_of,
    negated,
)
from scanner.model import Reason, Unknown

SYSTEM = "nftables"
MAX_RULES = 50_000  # a listing of one MiB holds fewer, unless many rules name one large map
XT_SILENT = {"LOG", "NFLOG", "MARK", "CONNMARK", "CT", "TCPMSS", "CHECKSUM", "AUDIT", "SECMARK", "CONNSECMARK"}

# Statements that change nothing about the way of a packet that this walk follows.
_SILENT = {"counter", "log", "comment", "last", "flow", "dup", "secmark", "ct helper", "ct timeout", "ct expectation"}
_VERDICTS = {
    "accept": Effect.ACCEPT,
    "drop": Effect.DROP,
    "reject": Effect.DROP,
    "return": Effect.RETURN,
    "continue": Effect.NEXT,
    "jump": Effect.JUMP,
    "goto": Effect.GOTO,
    "redirect": Effect.REDIRECT,
    "dnat": Effect.DNAT,
    "snat": Effect.ACCEPT,
    "masquerade": Effect.ACCEPT,
    "queue": Effect.OPAQUE,
    "tproxy": Effect.OPAQUE,
    "synproxy": Effect.OPAQUE,
    "fwd": Effect.OPAQUE,
}


_IN_TABLES = {"chain", "rule", "set", "map", "meter"}


def _maybe(_packet: Packet) -> Truth:
    return Truth.MAYBE


def _sender(_packet: Packet) -> Truth:
    return Truth.SENDER


def parse_nft(text: str) -> tuple[Table, ...] | Unknown:
    """The tables of a ruleset; unknown for text that is no such listing."""
    try:
        items = json.loads(text)["nftables"]
        if not any("metainfo" in item for item in items):
            raise ValueError("no metainfo")
        return tuple(_tables(items))
    except TooComplex:
        return Unknown(Reason.UNSUPPORTED, f"nft: its verdict maps make more than {MAX_RULES} rules")
    except (ValueError, TypeError, LookupError, AttributeError, RuntimeError) as error:
        return Unknown(Reason.UNREADABLE, f"nft: its listing cannot be understood: {type(error).__name__}: {error}")


Index = Mapping[tuple[str, str, str], Sequence[Mapping[str, Any]]]
"""What a listing holds, by kind, family and table."""


def _tables(items: Sequence[Mapping[str, Any]]) -> Iterator[Table]:
    index: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    budget = Budget(MAX_RULES)
    for item in items:
        for kind in _IN_TABLES & item.keys():
            index.setdefault((kind, item[kind]["family"], item[kind]["table"]), []).append(item[kind])
    tables = {(item["table"]["family"], item["table"]["name"]): item["table"] for item in items if "table" in item}
    for (family, name), table in tables.items():
        if "dormant" not in _listed(table.get("flags")):
            yield _table(family, name, index, budget)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _table(family: str, name: str, index: Index, budget: Budget) -> Table:
    def own(kind: str) -> Sequence[Mapping[str, Any]]:
        return index.get((kind, family, name), ())

    sets = Sets({item["name"]: item.get("elem", []) for kind in ("set", "map", "meter") for item in own(kind)})
    chains: dict[str, list[Rule]] = {chain["name"]: [] for chain in own("chain")}
    for rule in own("rule"):
        for part in _rules(rule, sets):
            budget.spend(1)
            chains[rule["chain"]].append(part)
    mentioned = [item.get("expr") for item in own("rule")] + [*sets.values()]
    return Table(
        family=family,
        name=name,
        system=SYSTEM,
        chains={chain: tuple(rules) for chain, rules in chains.items()},
        bases=tuple(_base(chain) for chain in own("chain") if "hook" in chain),
        ports=frozenset(_ports(mentioned)),
        words=frozenset(_words([mentioned, [chain.get("dev") for chain in own("chain")]])),
    )


def _base(chain: Mapping[str, Any]) -> Base:
    ingress = chain["hook"] == "ingress"
    return Base(
        chain=chain["name"],
        hook=chain["hook"],
        priority=int(chain["prio"]),
        policy=Effect.DROP if chain.get("policy") == "drop" else Effect.ACCEPT,
        kind=chain.get("type", "filter"),
        # nft before 1.0.8 leaves the device of an ingress chain out of its JSON.
        devices=() if not ingress else tuple(_listed(chain.get("dev"))) or None,
    )


def _rules(rule: Mapping[str, Any], sets: Sets) -> Iterator[Rule]:
    """One rule as one or more: a verdict map becomes a rule for each of its entries."""
    text = f"chain {rule['chain']}: {_text(rule.get('expr', []))}"
    tests: list[Test] = []
    writes: set[str] = set()
    for statement in rule.get("expr", []):
        kind, body = next(iter(statement.items()))
        if kind == "vmap":
            yield from _verdict_map(text, tuple(tests), body, sets)
            return
        if kind in _VERDICTS:
            yield _verdict(text, tuple(tests), kind, body, frozenset(writes))
            return
        if kind == "xt" and isinstance(body, Mapping) and body.get("type") == "target":
            yield _xt_target(text, tuple(tests), body)
            return
        tests.extend(_tests(kind, body, sets))
        writes |= _writes(kind, body)
    yield Rule(text=text, tests=tuple(tests), effect=Effect.NEXT, writes=frozenset(writes))


def _tests(kind: str, body: Any, sets: Sets) -> Iterator[Test]:
    """The conditions that one statement adds to its rule."""
    if kind == "match":
        yield match(body, sets)
    elif kind in ("limit", "ct count"):
        yield _sender
    elif kind in ("set", "map", "meter"):
        # Adding an element always goes on; a rate nested in it may stop the rule.
        yield from (_sender for stmt in _listed(body.get("stmt")) if {"limit", "ct count", "quota"} & set(stmt))
    elif kind not in _SILENT and kind not in ("mangle", "notrack"):
        yield _maybe


def _writes(kind: str, body: Any) -> frozenset[str]:
    if kind == "notrack":
        return frozenset({"notrack"})
    if kind == "mangle":
        key = body.get("key", {})
        return frozenset({"mark"}) if "mark" in (key.get("meta") or key.get("ct") or {}).values() else frozenset()
    return frozenset()


def _verdict(text: str, tests: tuple[Test, ...], kind: str, body: Any, writes: frozenset[str] = frozenset()) -> Rule:
    fields = body if isinstance(body, Mapping) else {}
    effect = _VERDICTS[kind]
    port = fields.get("port")
    if effect is Effect.REDIRECT and not (port is None or isinstance(port, int)):
        effect = Effect.OPAQUE
    target = str(fields.get("target", ""))
    return Rule(text=text, tests=tests, effect=effect, target=target, port=_port(port), writes=writes)


def _port(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _xt_target(text: str, tests: tuple[Test, ...], body: Mapping[str, Any]) -> Rule:
    """An iptables target in a listing; its options are not shown there."""
    name = body.get("name")
    if name in XT_SILENT:
        writes = {"MARK": {"mark"}, "CONNMARK": {"mark"}, "CT": {"notrack"}}.get(str(name), set())
        return Rule(text=text, tests=tests, effect=Effect.NEXT, writes=frozenset(writes))
    return Rule(text=text, tests=tests, effect=Effect.DROP if name == "REJECT" else Effect.OPAQUE)


def _verdict_map(text: str, tests: tuple[Test, ...], body: Mapping[str, Any], sets: Sets) -> Iterator[Rule]:
    data = body["data"]
    named = isinstance(data, str)
    if named and data.lstrip("@") not in sets:
        yield Rule(text=text, tests=(*tests, _maybe), effect=Effect.OPAQUE)
        return
    entries = sets[data.lstrip("@")] if named else data["set"]
    others: list[Test] = []
    catch_all: Rule | None = None
    for key, verdict in entries:
        kind, target = next(iter(verdict.items()))
        plain = key["elem"]["val"] if isinstance(key, Mapping) and "elem" in key else key
        if plain == "*":
            catch_all = _verdict(text, tests, kind, target)
            continue
        test = match({"op": "==", "left": body["key"], "right": {"set": [key]}}, sets)
        others.append(test)
        yield _verdict(text, (*tests, test), kind, target)
    if catch_all is not None:
        yield Rule(
            text=text,
            tests=(*tests, lambda packet: negated(any_of(test(packet) for test in others))),
            effect=catch_all.effect,
            target=catch_all.target,
        )


def _text(expressions: Any) -> str:
    """A rule's JSON without its noise, short enough to quote."""
    shown = [item for item in expressions if "counter" not in item]
    return json.dumps(shown, separators=(",", ":"))[:300]


def _ports(node: Any) -> Iterator[tuple[int, int]]:
    """Every number a listing mentions that could be a port, as ranges."""
    if isinstance(node, bool):
        return
    if isinstance(node, int):
        yield node, node
    elif isinstance(node, Mapping):
        ends = node.get("range")
        if isinstance(ends, list) and len(ends) == 2 and all(isinstance(end, int) for end in ends):
            yield ends[0], ends[1]
            return
        for child in node.values():
            yield from _ports(child)
    elif isinstance(node, list):
        for child in node:
            yield from _ports(child)


def _words(node: Any) -> Iterator[Word]:
    """Every name and number a listing mentions."""
    if isinstance(node, str | int):
        yield node
    elif isinstance(node, Mapping | list):
        for child in node.values() if isinstance(node, Mapping) else node:
            yield from _words(child)
