"""The walk through a firewall's rules, one by one, and any bytes in their place."""

from __future__ import annotations

import json
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.facts.linux.firewall import READERS
from scanner.facts.linux.firewall.nft import parse_nft
from scanner.facts.linux.firewall.packet import ruleset
from scanner.facts.linux.firewall.save import incompatible, parse_save
from scanner.facts.linux.firewall.walk import FORWARD, Fate, walk
from scanner.model import is_known
from tests.facts.linux.packets import GOLDEN, NO, A, D, U, equal, native, packet, raw_facts, saved


@pytest.mark.parametrize(
    ("rules", "policy", "expected"),
    [
        (["-A INPUT -m geoip --source-country US -j ACCEPT"], "DROP", U),
        (["-A INPUT -m geoip --source-country US -j DROP"], "ACCEPT", A),
        (["-A INPUT -m geoip --source-country US -j ACCEPT"], "ACCEPT", A),
        (["-A INPUT -m set --match-set bad src -j sub", "-A sub -j DROP"], "ACCEPT", A),
        (["-A INPUT -m set --match-set good src -j sub", "-A sub -j ACCEPT"], "DROP", U),
        (["-A INPUT -j sub", "-A sub -m string --string x -j RETURN", "-A sub -j ACCEPT"], "DROP", U),
        (["-A INPUT -j sub", "-A sub -m string --string x -j RETURN", "-A sub -j DROP"], "ACCEPT", U),
        (["-A INPUT -m socket -j DROP"], "ACCEPT", A),
        (["-A INPUT -m socket -j ACCEPT"], "DROP", U),
        (["-A INPUT -m rt --rt-type 0 -j ACCEPT"], "DROP", D),
        (["-A INPUT -m limit --limit 1/min -j ACCEPT"], "DROP", A),
        (["-A INPUT -m limit --limit 1/min -j DROP"], "ACCEPT", A),
        (["-A INPUT -g sub", "-A INPUT -j ACCEPT", "-A sub -p udp -j ACCEPT"], "DROP", D),
        (["-A INPUT -j sub", "-A INPUT -j ACCEPT", "-A sub -p udp -j ACCEPT"], "DROP", A),
        (["-A INPUT -j NFQUEUE --queue-num 0"], "DROP", U),
        (["-A INPUT -j SOMETHING_NEW"], "DROP", U),
        (["-A INPUT -m physdev ! --physdev-in eth9 -j ACCEPT"], "DROP", U),
        (["-A INPUT ! -s 198.51.100.0/24 -j ACCEPT"], "DROP", D),
        (["-A INPUT -j MARK --set-xmark 0x1/0x1", "-A INPUT -m mark --mark 0x1/0x1 -j ACCEPT"], "DROP", U),
        (["-A INPUT -m mark --mark 0x1/0x1 -j ACCEPT"], "DROP", D),
        (["-A INPUT -j sub", "-A sub -j sub"], "DROP", U),
    ],
)
def test_iptables_rules(rules: list[str], policy: str, expected: Fate) -> None:
    end = saved(*rules, policy=policy)
    assert end.fate is expected, end.because


DPORT = {"payload": {"protocol": "tcp", "field": "dport"}}
STATE = {"ct": {"key": "state"}}
YES: Any = {"accept": None}


@pytest.mark.parametrize(
    ("rules", "policy", "expected"),
    [
        ([[{"xt": {"type": "match", "name": "conntrack"}}, YES]], "drop", U),
        ([[{"xt": None}, YES]], "drop", U),
        ([[{"something new": {}}, YES]], "drop", U),
        ([[{"something new": {}}, NO]], "accept", A),
        ([[{"queue": {"num": 1}}]], "drop", U),
        ([[equal(DPORT, "@missing"), YES]], "drop", U),
        ([[equal(DPORT, {"set": [{"elem": {"val": {"range": [900, 920]}, "timeout": 5}}]}), YES]], "drop", A),
        ([[equal(DPORT, {"range": [900, 920]}, "!="), YES]], "drop", D),
        ([[equal(DPORT, 917, "<="), YES]], "drop", A),
        ([[equal(DPORT, "ssh"), YES]], "drop", U),
        ([[equal(STATE, ["new", "untracked"], "in"), YES]], "drop", A),
        ([[equal(STATE, "new", "!"), YES]], "drop", D),
        ([[{"notrack": None}], [equal(STATE, "new"), YES]], "drop", U),
        ([[equal({"meta": {"key": "mark"}}, 1), YES]], "drop", D),
        ([[{"limit": {"rate": 1, "per": "minute"}}, NO]], "accept", A),
        ([[{"set": {"op": "add", "elem": DPORT, "set": "@s", "stmt": [{"limit": {"rate": 1}}]}}, NO]], "accept", A),
        ([[{"set": {"op": "add", "elem": DPORT, "set": "@s"}}, NO]], "accept", D),
        ([[equal({"payload": {"protocol": "udp", "field": "dport"}}, 53, "!="), YES]], "drop", D),
        ([[equal({"payload": {"base": "th", "offset": 16, "len": 16}}, 917), YES]], "drop", U),
        ([[equal({"meta": {"key": "day"}}, "Monday"), YES]], "drop", U),
        ([[equal({"fib": {"result": "oif", "flags": ["saddr", "iif"]}}, False), NO]], "accept", A),
        ([[equal({"meta": {"key": "iif"}}, 7), YES]], "drop", U),
        ([[{"vmap": {"key": DPORT, "data": {"set": [["*", YES], [917, NO]]}}}]], "accept", D),
        ([[{"vmap": {"key": DPORT, "data": {"set": [["*", YES], [22, NO]]}}}]], "drop", A),
        ([[{"jump": {"target": "nowhere"}}]], "drop", U),
    ],
)
def test_nft_rules(rules: list[Any], policy: str, expected: Fate) -> None:
    end = native(*rules, policy=policy)
    assert end.fate is expected, end.because


def test_ten_thousand_rules_take_no_recursion() -> None:
    rules = [f"-A INPUT -s 203.0.{i // 250}.{i % 250}/32 -m set --match-set s src -j ACCEPT" for i in range(10_000)]
    assert saved(*rules).fate is D
    assert saved(*(["-A INPUT -m set --match-set s src -j sub"] * 400), "-A sub -p tcp -j ACCEPT").fate is U


def test_a_dormant_table_does_nothing() -> None:
    listing = json.loads((GOLDEN / "rulesets" / "nft_v4only.json").read_text())
    listing["nftables"][1]["table"]["flags"] = ["dormant"]
    parsed = parse_nft(json.dumps(listing))
    assert is_known(parsed)
    assert walk(ruleset(parsed), packet(917)).fate is A


def test_an_ingress_chain_counts_on_its_own_device() -> None:
    chain = {"family": "netdev", "table": "n", "name": "c", "type": "filter", "hook": "ingress", "prio": 0}
    for device, expected in (("eth0", D), ("eth1", A)):
        items = [
            {"metainfo": {}},
            {"table": {"family": "netdev", "name": "n"}},
            {"chain": {**chain, "dev": device, "policy": "drop"}},
        ]
        parsed = parse_nft(json.dumps({"nftables": items}))
        assert is_known(parsed)
        assert walk(ruleset(parsed), packet(917)).fate is expected


def test_forward_rules_see_the_leaving_interface() -> None:
    parsed = parse_save("*filter\n:FORWARD DROP [0:0]\n-A FORWARD -i eth0 -o eth1 -j ACCEPT\nCOMMIT\n", 4, "iptables")
    assert is_known(parsed)
    assert walk(ruleset(parsed), packet(917, out="eth1"), FORWARD).fate is A
    assert walk(ruleset(parsed), packet(917, out="eth2"), FORWARD).fate is D


def test_a_table_that_iptables_cannot_show_is_named() -> None:
    assert incompatible("# Table `filter' is incompatible, use 'nft' tool.\n") == {"filter"}


# --- Any bytes -------------------------------------------------------------------------------------------

words = st.sampled_from(
    ["nftables", "table", "chain", "rule", "expr", "match", "left", "right", "op", "payload", "-A", "INPUT", "-p", "!"]
)
nodes = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), nodes, st.lists(words, max_size=30))
def test_readers_are_total(data: bytes, node: Any, tokens: list[str]) -> None:
    listing = json.dumps({"nftables": [{"metainfo": {}}, node]}).encode()
    saves = f"%% begin save ip\n*filter\n:INPUT DROP\n-A INPUT {' '.join(tokens)}\nCOMMIT\n%% end 0\n".encode()
    ifaces, listen = ((GOLDEN / "open" / f"{name}.0").read_bytes() for name in ("ifaces", "listen"))
    for nft, ipt, ports, ctr in ((data, data, data, data), (listing, saves, listen, b"% end\n" + data)):
        raw = raw_facts(
            nft=(0, nft),
            ipt=(0, ipt),
            ifaces=(0, ifaces if ipt is saves else data),
            listen=(0, ports),
            fwui=(0, b"% systemd\n" + data + b"\n% saved\n" + data + b"\n% end\n"),
            ctr=(0, ctr),
        )
        for reader in READERS:
            assert reader.read(raw) is not None


@settings(max_examples=60, deadline=None)
@given(nodes, nodes)
def test_any_match_has_a_truth(left: Any, right: Any) -> None:
    try:
        end = native([equal(left, right), YES])
    except AssertionError:
        return  # a listing that is refused as a whole
    assert end.fate in (A, D, U)


def test_a_listing_of_many_tables_is_read_once_not_once_a_table() -> None:
    tables = [{"table": {"family": "inet", "name": f"t{number}"}} for number in range(20_000)]
    began = process_time()
    found = parse_nft(json.dumps({"nftables": [{"metainfo": {}}, *tables, *tables]}))
    assert isinstance(found, tuple) and len(found) == 20_000
    assert process_time() - began < 5
