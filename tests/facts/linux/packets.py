"""Recorded firewalls, listings made of a few rules, and packets to send through them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from scanner.facts import Firewall, Listeners
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.linux.firewall import read_firewall, read_listeners
from scanner.facts.linux.firewall.nft import parse_nft
from scanner.facts.linux.firewall.packet import Packet, Table, ruleset
from scanner.facts.linux.firewall.save import parse_save
from scanner.facts.linux.firewall.walk import End, Fate, walk
from scanner.model import Privilege, is_known

GOLDEN = Path(__file__).parent / "golden" / "firewall"
A, D, U = Fate.ALLOW, Fate.DENY, Fate.UNKNOWN
STATES = {0: RawState.OK, 96: RawState.ABSENT, 97: RawState.DENIED, 127: RawState.MISSING_TOOL}


def raw_facts(**outputs: str | tuple[int, bytes]) -> RawFacts:
    sections = {}
    for name, output in outputs.items():
        status, body = output if isinstance(output, tuple) else (0, output.encode())
        state = STATES.get(status, RawState.FAILED)
        sections[name] = RawFact(probe=name, state=state, stdout=body, status=status)
    return RawFacts(
        platform="linux",
        collected_at=datetime(2026, 1, 1, tzinfo=UTC),
        privilege=Privilege.ROOT,
        sections=sections,
    )


def recorded(case: str, **others: str | tuple[int, bytes]) -> RawFacts:
    files = {path.stem: (int(path.suffix[1:]), path.read_bytes()) for path in (GOLDEN / case).iterdir()}
    return raw_facts(**{**files, **others})


def firewall(raw: RawFacts) -> Firewall:
    fact = read_firewall(raw)
    assert isinstance(fact, Firewall)
    return fact


def listeners(raw: RawFacts) -> Listeners:
    fact = read_listeners(raw)
    assert isinstance(fact, Listeners)
    return fact


def packet(port: int, version: int = 4, **fields: Any) -> Packet:
    source, destination = ("198.51.100.77", "198.51.100.1") if version == 4 else ("2001:db8::77", "2001:db8::1")
    values = {"interface": "eth0", "protocol": "tcp", "destination": ip_address(destination)} | fields
    return Packet(version=version, source=ip_address(source), port=port, **values)


def tables(case: str) -> list[Table]:
    """The tables of one recorded host: nft's, with those that iptables-save shows in full put in their place."""
    folder = GOLDEN / "rulesets"
    native = parse_nft((folder / f"{case}.json").read_text())
    assert is_known(native)
    found = {(table.family, table.name): table for table in native}
    for version, suffix in ((4, "save4"), (6, "save6")):
        if (path := folder / f"{case}.{suffix}").exists():
            saved = parse_save(path.read_text(), version, "iptables")
            assert is_known(saved)
            found.update({(table.family, table.name): table for table in saved})
    return list(found.values())


# --- The walk, rule by rule ------------------------------------------------------------------------------


def saved(*rules: str, policy: str = "DROP") -> End:
    body = "\n".join(["*filter", f":INPUT {policy} [0:0]", ":FORWARD ACCEPT [0:0]", ":sub - [0:0]", *rules, "COMMIT"])
    parsed = parse_save(body, 4, "iptables")
    assert is_known(parsed), parsed
    return walk(ruleset(parsed), packet(917))


def listing(expressions: Iterable[Any], policy: str, extra: tuple[Any, ...] = ()) -> str:
    chain = {"family": "inet", "table": "t", "name": "c", "type": "filter", "hook": "input", "prio": 0}
    rules = [{"rule": {"family": "inet", "table": "t", "chain": "c", "expr": list(item)}} for item in expressions]
    items = [{"metainfo": {}}, {"table": {"family": "inet", "name": "t"}}, {"chain": {**chain, "policy": policy}}]
    return json.dumps({"nftables": [*items, *extra, *rules]})


def native(*expressions: Any, policy: str = "drop", extra: tuple[Any, ...] = ()) -> End:
    parsed = parse_nft(listing(expressions, policy, extra))
    assert is_known(parsed), parsed
    return walk(ruleset(parsed), packet(917))


def equal(left: Any, right: Any, op: str = "==") -> Any:
    return {"match": {"op": op, "left": left, "right": right}}


NO: Any = {"drop": None}
