"""Recorded firewalls in, verdicts out; and the walk's rules one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.facts import Action, Firewall, IpVersion, Listeners, PublishedPorts
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.linux.firewall import READERS, read_firewall, read_listeners
from scanner.facts.linux.firewall.containers import read_published
from scanner.facts.linux.firewall.nft import parse_nft
from scanner.facts.linux.firewall.packet import Packet, Table, ruleset
from scanner.facts.linux.firewall.persistence import front_ends
from scanner.facts.linux.firewall.save import incompatible, parse_save
from scanner.facts.linux.firewall.script import script_closes
from scanner.facts.linux.firewall.walk import FORWARD, End, Fate, walk
from scanner.model import Absent, Privilege, Reason, Unknown, is_known

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


@pytest.mark.parametrize(
    ("case", "four", "six"),
    [
        ("empty", A, A),
        ("f2b_only", A, A),
        ("ipt_v4only", D, A),
        ("ipt_v4v6", D, D),
        ("ufw_deny", D, D),
        ("ufw_allow", A, A),
        ("fwd_public", D, D),
        ("fwd_trusted", A, A),
        ("nft_set_vmap", D, D),
        ("nft_v4only", D, A),
    ],
)
def test_recorded_hosts_have_the_default_that_was_observed(case: str, four: Fate, six: Fate) -> None:
    rules = ruleset(tables(case))
    for port in (917, 17777, 50123):
        assert walk(rules, packet(port)).fate is four
        assert walk(rules, packet(port, 6)).fate is six


def test_nft_alone_cannot_tell_what_ufw_does() -> None:
    native = parse_nft((GOLDEN / "rulesets" / "ufw_deny.json").read_text())
    assert is_known(native)
    end = walk(ruleset(native), packet(917))
    assert end.fate is U
    assert "xt" in end.because


ALLOW, DENY = Action.ALLOW, Action.DENY


@pytest.mark.parametrize(
    ("case", "four", "six"),
    [
        ("open", ALLOW, ALLOW),
        ("v4_closed_v6_open", DENY, ALLOW),
        ("accept_policy_last_drop", DENY, DENY),
        ("accept_all_on_eth0", ALLOW, ALLOW),
        ("interval_set", ALLOW, ALLOW),
        ("verdict_map", DENY, DENY),
        ("jump_goto_return", DENY, DENY),
        ("ct_state_new", DENY, DENY),
        ("redirect", DENY, DENY),
        ("dnat", DENY, DENY),
        ("prerouting_drop", DENY, DENY),
        ("two_tables", DENY, DENY),
        ("concatenation", DENY, ALLOW),
        ("limit_accept", DENY, DENY),
        ("iptables_closed", DENY, ALLOW),
        ("iptables_hashlimit", DENY, ALLOW),
        ("iptables_v6_closed", ALLOW, DENY),
        ("legacy_closed", DENY, ALLOW),
    ],
)
def test_recorded_namespaces_give_their_default(case: str, four: Action, six: Action) -> None:
    rules = firewall(recorded(case)).defaults
    assert is_known(rules)
    assert [(rule.version, rule.entrance, rule.action) for rule in rules] == [
        (IpVersion.V4, "eth0 198.51.100.1", four),
        (IpVersion.V6, "eth0 2001:db8::1", six),
    ]


BOGUS = {4: ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "10.0.0.0/8"], 6: ["2001:db8::/32", "fc00::/7"]}


def test_a_host_that_drops_bogus_sources_alone_is_open() -> None:
    rules = []
    for version, family in ((4, "ip"), (6, "ip6")):
        prefixes = [{"prefix": {"addr": a, "len": int(n)}} for a, _, n in (t.partition("/") for t in BOGUS[version])]
        left = {"payload": {"protocol": family, "field": "saddr"}}
        rules.append([equal(left, {"set": prefixes}), NO])
    found = firewall(recorded("open", nft=listing(rules, "accept"))).defaults
    assert is_known(found)
    assert [rule.action for rule in found] == [ALLOW, ALLOW]


@pytest.mark.parametrize(
    ("case", "four", "six"),
    [
        ("verdict_map", {22, 80}, {22}),
        ("interval_set", {8080, 17777, 50123}, {8080, 17777, 50123}),
        ("iptables_closed", {22, 80, 8080}, {22, 80, 917, 8080, 17777, 50123}),
        ("legacy_closed", {22, 80, 8080}, {22, 80, 917, 8080, 17777, 50123}),
        ("redirect", {80, 8080}, {80, 8080}),
        ("two_tables", {22}, {22}),
    ],
)
def test_recorded_namespaces_give_their_reachable_ports(case: str, four: set[int], six: set[int]) -> None:
    sockets = listeners(recorded(case)).sockets
    assert {socket.port for socket in sockets if socket.reachable_v4 is True} == four
    assert {socket.port for socket in sockets if socket.reachable_v6 is True} == six
    assert all(socket.process == "python" for socket in sockets)


def test_a_save_of_before_1_8_8_is_told_from_legacy_by_what_the_kernel_lists() -> None:
    raw = recorded("iptables_nft_1_8_7")
    fact = firewall(raw)
    assert is_known(fact.defaults) and {rule.action for rule in fact.defaults} == {DENY}
    assert fact.rule_systems == ("iptables",)
    assert [(socket.reachable_v4, socket.reachable_v6) for socket in listeners(raw).sockets] == [
        (True, Absent("the socket does not serve IPv6")),
        (Absent("the socket does not serve IPv4"), True),
    ]


def test_a_table_that_iptables_shows_in_part_is_taken_from_nft() -> None:
    raw = recorded("incompatible_base_chains")
    defaults = firewall(raw).defaults
    assert is_known(defaults)
    assert [(rule.version, rule.action) for rule in defaults] == [(IpVersion.V4, DENY), (IpVersion.V6, ALLOW)]
    assert "INPUT" not in listeners(raw).sockets[0].because


def test_what_the_walk_cannot_follow_is_unknown_with_the_rule() -> None:
    dnat = next(socket for socket in listeners(recorded("dnat")).sockets if socket.port == 8080)
    assert isinstance(dnat.reachable_v4, Unknown)
    assert "192.0.2.9" in dnat.reachable_v4.detail
    rules = firewall(recorded("ingress_drop")).defaults
    assert is_known(rules)
    assert all(isinstance(rule.action, Unknown) and "ingress" in rule.action.detail for rule in rules)


def test_without_root_nothing_is_claimed() -> None:
    fact = firewall(recorded("unprivileged"))
    assert is_known(fact.defaults)
    assert all(isinstance(rule.action, Unknown) and rule.action.code is Reason.DENIED for rule in fact.defaults)
    assert isinstance(fact.rule_systems, Unknown)
    assert isinstance(fact.managers, Unknown)
    assert all(isinstance(socket.reachable_v4, Unknown) for socket in listeners(recorded("unprivileged")).sockets)


def test_a_refusal_stands_when_another_source_was_not_read_and_an_acceptance_does_not() -> None:
    closed = firewall(recorded("iptables_closed", nft=(97, b""))).defaults
    assert is_known(closed)
    assert closed[0].action is DENY
    assert isinstance(closed[1].action, Unknown)


def test_a_cut_save_is_not_an_empty_one() -> None:
    text = (GOLDEN / "iptables_closed" / "ipt.0").read_text()
    cut = firewall(recorded("iptables_closed", ipt=text[: text.index("-A INPUT")])).defaults
    assert is_known(cut)
    assert all(isinstance(rule.action, Unknown) for rule in cut)


def test_unprobed_interfaces_are_unknown() -> None:
    fact = firewall(raw_facts())
    assert isinstance(fact.defaults, Unknown)
    assert isinstance(fact.ipv6, Unknown)


def test_ipv6_that_is_off_has_no_entrance_and_unused_ipv6_has() -> None:
    ifaces = (GOLDEN / "open" / "ifaces.0").read_text()
    lines = [line for line in ifaces.splitlines() if " inet6 " not in line or ": lo " in line]
    unused = "\n".join(lines)
    off = unused.replace("disable_ipv6\n 0", "disable_ipv6\n 1")
    assert isinstance(firewall(recorded("open", ifaces=off)).ipv6, Absent)
    fact = firewall(recorded("open", ifaces=unused))
    assert fact.ipv6 is False
    assert is_known(fact.defaults)
    assert [rule.action for rule in fact.defaults] == [ALLOW, ALLOW]


def test_programs_outside_the_rules_make_the_default_unknown() -> None:
    ifaces = (GOLDEN / "open" / "ifaces.0").read_text()
    with_xdp = ifaces.replace("mtu 1500 qdisc", "mtu 1500 xdp qdisc")
    assert with_xdp != ifaces
    rules = firewall(recorded("verdict_map", ifaces=with_xdp)).defaults
    assert is_known(rules)
    assert all(isinstance(rule.action, Unknown) and "XDP" in rule.action.detail for rule in rules)


def test_forwarding_walks_the_forward_hook() -> None:
    ifaces = (GOLDEN / "open" / "ifaces.0").read_text().replace("ip_forward\n 0", "ip_forward\n 1")
    four, six = firewall(recorded("open", ifaces=ifaces)).forwarding
    assert (four.enabled, four.action, six.enabled) == (True, ALLOW, False)
    four, _ = firewall(recorded("iptables_closed", ifaces=ifaces)).forwarding
    assert (four.enabled, four.action) == (True, DENY)


# --- The walk, rule by rule ------------------------------------------------------------------------------


def saved(*rules: str, policy: str = "DROP") -> End:
    body = "\n".join(["*filter", f":INPUT {policy} [0:0]", ":FORWARD ACCEPT [0:0]", ":sub - [0:0]", *rules, "COMMIT"])
    parsed = parse_save(body, 4, "iptables")
    assert is_known(parsed), parsed
    return walk(ruleset(parsed), packet(917))


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


DPORT = {"payload": {"protocol": "tcp", "field": "dport"}}
STATE = {"ct": {"key": "state"}}
YES: Any = {"accept": None}
NO: Any = {"drop": None}


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


# --- Front ends and containers ---------------------------------------------------------------------------

UFW_CONF = "=/etc/ufw/ufw.conf\n ENABLED={}\n"
UFW_DEFAULT = '=/etc/default/ufw\n IPV6={}\n DEFAULT_INPUT_POLICY="{}"\n'


def units(*enabled: str) -> str:
    blocks = (f"Id={name}.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n" for name in enabled)
    return "% systemd\n" + "\n".join(blocks)


def loads(services: str, saved_files: str) -> list[tuple[Any, Any]]:
    found = front_ends(raw_facts(fwui=f"{services}\n% saved\n{saved_files}\n% end\n")).loaders
    assert is_known(found)
    return [(loader.closes_v4, loader.closes_v6) for loader in found]


def test_ufw_loads_when_its_own_switch_is_on() -> None:
    on = UFW_CONF.format("yes")
    assert loads(units("ufw"), on + UFW_DEFAULT.format("yes", "DROP")) == [(True, True)]
    assert loads(units("ufw"), on + UFW_DEFAULT.format("yes", "ACCEPT")) == [(False, False)]
    assert loads(units("ufw"), UFW_CONF.format("no") + UFW_DEFAULT.format("yes", "DROP")) == []
    [(four, six)] = loads(units("ufw"), on + UFW_DEFAULT.format("no", "DROP"))
    assert four is True
    assert isinstance(six, Absent)


def test_saved_rule_files_are_walked() -> None:
    closed = (GOLDEN / "loads" / "iptables_closed.rules4").read_text()
    shown = "=/etc/iptables/rules.v4\n" + "".join(f" {line}\n" for line in closed.splitlines())
    assert loads(units("netfilter-persistent"), shown + "-/etc/iptables/rules.v6\n") == [(True, False)]
    [(four, _)] = loads(units("netfilter-persistent"), "!/etc/iptables/rules.v4\n")
    assert isinstance(four, Unknown)


def test_firewalld_is_open_in_the_trusted_zone_or_an_accepting_one() -> None:
    for zone, own, expected in (
        ("public", "", True),
        ("trusted", "", False),
        ("work", '=/etc/firewalld/zones/work.xml\n <zone target="ACCEPT"/>\n', False),
    ):
        text = f"=/etc/firewalld/firewalld.conf\n DefaultZone={zone}\n{own}"
        assert loads(units("firewalld"), text) == [(expected, expected)]
    [(four, _)] = loads(
        units("firewalld"), "=/etc/firewalld/firewalld.conf\n DefaultZone=x\n!/etc/firewalld/zones/*.xml\n"
    )
    assert isinstance(four, Unknown)


def firewalld(path: str, inside: str, default: str = "public") -> tuple[Any, Any]:
    """What a host with one file of its administrator's closes, over IPv4 and IPv6."""
    shown = f"=/etc/firewalld/firewalld.conf\n DefaultZone={default}\n=/etc/firewalld/{path}\n {inside}\n"
    [found] = loads(units("firewalld"), shown)
    return found


ANY_PORT = '<port port="1-65535" protocol="tcp"/>'


@pytest.mark.parametrize(
    ("path", "inside", "four", "six"),
    [
        ("zones/public.xml", '<zone><port port="8080" protocol="tcp"/><service name="ssh"/></zone>', True, True),
        ("zones/public.xml", f"<zone>{ANY_PORT}</zone>", False, False),
        ("zones/public.xml", '<zone><protocol value="tcp"/></zone>', False, False),
        ("zones/work.xml", f"<zone>{ANY_PORT}</zone>", True, True),
        ("zones/work.xml", f'<zone><interface name="eth1"/>{ANY_PORT}</zone>', False, False),
        ("zones/trusted.xml", '<zone target="ACCEPT"><interface name="eth1"/></zone>', False, False),
        ("zones/trusted.xml", '<zone target="ACCEPT"><source address="10.0.0.0/8"/></zone>', True, True),
        ("zones/trusted.xml", '<zone target="ACCEPT"><source address="0.0.0.0/0"/></zone>', False, True),
        ("zones/public.xml", '<zone><rule family="ipv6"><accept/></rule></zone>', True, False),
        ("zones/public.xml", '<zone><rule><service name="ssh"/><accept/></rule></zone>', True, True),
        ("zones/public.xml", f"<zone><rule>{ANY_PORT}<accept/></rule></zone>", False, False),
        ("zones/public.xml", f"<zone><rule>{ANY_PORT}<reject/></rule></zone>", True, True),
        ("zones/public.xml", '<zone><rule><source address="10.1.0.0/16"/><accept/></rule></zone>', True, True),
        (
            "zones/public.xml",
            '<zone><rule><source invert="True" address="10.1.0.0/16"/><accept/></rule></zone>',
            False,
            False,
        ),
        (
            "policies/in.xml",
            '<policy target="ACCEPT"><ingress-zone name="ANY"/><egress-zone name="HOST"/></policy>',
            False,
            False,
        ),
        (
            "policies/in.xml",
            '<policy target="ACCEPT"><ingress-zone name="work"/><egress-zone name="HOST"/></policy>',
            True,
            True,
        ),
        (
            "policies/in.xml",
            '<policy target="ACCEPT"><ingress-zone name="work"/><ingress-zone name="public"/>'
            '<egress-zone name="HOST"/></policy>',
            False,
            False,
        ),
        ("policies/in.xml", '<policy target="ACCEPT"><egress-zone name="HOST"/></policy>', True, True),
        ("zones/public.xml", '<zone><source-port port="53" protocol="udp"/></zone>', False, False),
        ("zones/public.xml", '<zone><source-port port="53" protocol="sctp"/></zone>', True, True),
        (
            "zones/public.xml",
            '<zone><rule><source-port port="53" protocol="tcp"/><accept/></rule></zone>',
            False,
            False,
        ),
        ("policies/out.xml", '<policy target="ACCEPT"><egress-zone name="ANY"/></policy>', True, True),
        ("direct.xml", "<direct/>", True, True),
        ("direct.xml", '<direct><rule table="filter" chain="INPUT">-j ACCEPT</rule></direct>', None, None),
        ("zones/public.xml", "<zone>", None, None),
        ("zones/public.xml", '<!DOCTYPE zone [<!ENTITY a "b">]><zone/>', None, None),
    ],
)
def test_what_an_administrator_saved_for_firewalld(path: str, inside: str, four: bool | None, six: bool | None) -> None:
    found = firewalld(path, inside)
    assert tuple(None if isinstance(one, Unknown) else one for one in found) == (four, six)


def test_a_service_of_an_administrator_can_be_a_wide_one() -> None:
    shown = (
        '=/etc/firewalld/zones/public.xml\n <zone><service name="all"/></zone>\n'
        '=/etc/firewalld/services/all.xml\n <service><include service="most"/><include service="all"/></service>\n'
        f"=/etc/firewalld/services/most.xml\n <service>{ANY_PORT}</service>\n"
    )
    assert loads(units("firewalld"), shown) == [(False, False)]
    assert loads(units("firewalld"), shown.replace("1-65535", "443")) == [(True, True)]


@pytest.mark.parametrize(
    ("zone", "closed"),
    [
        ('<zone><source address="10.0.0.0/8"/></zone>', True),
        ('<zone><interface name="eth1"/></zone>', False),
    ],
)
def test_a_policy_of_firewalld_admits_whom_its_zone_admits(zone: str, closed: bool) -> None:
    policy = '<policy target="ACCEPT"><ingress-zone name="work"/><egress-zone name="HOST"/></policy>'
    shown = f"=/etc/firewalld/zones/work.xml\n {zone}\n=/etc/firewalld/policies/in.xml\n {policy}\n"
    assert loads(units("firewalld"), shown) == [(closed, closed)]


@pytest.mark.parametrize(
    ("rule", "four", "six"),
    [
        ("allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in", True, True),
        ("allow esp any 0.0.0.0/0 any 0.0.0.0/0 in", True, True),
        ("allow vrrp any 0.0.0.0/0 any 0.0.0.0/0 in", True, True),
        ("allow any any 224.0.0.1 any 0.0.0.0/0 in", True, True),
        ("allow any any 192.0.2.7 any 0.0.0.0/0 in", False, True),
        ("allow_log any any 0.0.0.0/0 any 0.0.0.0/0 in", False, True),
        ("limit_log-all udp any 0.0.0.0/0 any 0.0.0.0/0 in_eth0", False, True),
        ("allow any any 0.0.0.0/0 any 0.0.0.0/0", False, True),
        ("allow any any 0.0.0.0/0 any 0.0.0.0/0 in comment=6f7574", False, True),
        ("allow any any 0.0.0.0/0 any 0.0.0.0/0 out comment=696e", True, True),
        ("deny_log any any 0.0.0.0/0 any 0.0.0.0/0 in", True, True),
        ("allow tcp 1:65535 0.0.0.0/0 any 0.0.0.0/0 in", False, True),
        ("allow any any 0.0.0.0/0 any 0.0.0.0/0 in_eth0", False, True),
        ("allow any any 0.0.0.0/0 any 10.0.0.0/8 in", True, True),
        ("allow any any 0.0.0.0/0 any 0.0.0.0/0 out", True, True),
        ("deny any any 0.0.0.0/0 any 0.0.0.0/0 in", True, True),
        ("limit tcp 80,1024:65535 0.0.0.0/0 any 0.0.0.0/0 Wide - in", False, True),
    ],
)
def test_a_rule_of_ufw_for_every_port_is_saved_too(rule: str, four: bool, six: bool) -> None:
    shown = (
        UFW_CONF.format("yes") + UFW_DEFAULT.format("yes", "DROP") + f"=/etc/ufw/user.rules\n ### tuple ### {rule}\n"
    )
    assert loads(units("ufw"), shown) == [(four, six)]
    shown = shown.replace("user.rules", "user6.rules").replace("0.0.0.0/0", "::/0")
    assert loads(units("ufw"), shown) == [(True, four)]


@pytest.mark.parametrize(
    ("load", "four", "six"),
    [
        ("open", False, False),
        ("v4_closed_v6_open", True, None),
        ("accept_policy_last_drop", None, None),
        ("accept_all_on_eth0", None, None),
        ("interval_set", None, None),
    ],
)
def test_an_nft_script_is_judged_only_where_its_text_settles_it(load: str, four: bool | None, six: bool | None) -> None:
    text = (GOLDEN / "loads" / f"{load}.nft").read_text()
    assert (script_closes(text, 4), script_closes(text, 6)) == (four, six)


def test_a_closing_nft_script() -> None:
    lines = (
        "type filter hook input priority 0; policy drop;",
        'iif "lo" accept',
        "ct state { established, related } accept",
        "meta l4proto ipv6-icmp accept",
        "tcp dport { 22, 443 } accept # web",
    )
    text = "flush ruleset\ntable inet filter {\n chain input {\n" + "\n".join(lines) + "\n }\n}\n"
    assert script_closes(text, 4) is True
    assert script_closes(text, 6) is True
    assert script_closes(text.replace("{ 22, 443 }", "1024-65535"), 4) is None
    assert script_closes(text.replace("policy drop", "policy accept"), 4) is False
    assert script_closes('include "/etc/nftables.d/*.nft"\n' + text, 4) is None


def test_published_ports() -> None:
    text = (
        "% engine docker\nweb 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 443/tcp\n"
        "db 127.0.0.1:5432->5432/tcp\nmany 0.0.0.0:9000-9010->9000-9010/udp\nidle \n% end\n"
    )
    fact = read_published(raw_facts(ctr=text))
    assert isinstance(fact, PublishedPorts)
    assert [(port.container, port.first, port.last, port.is_loopback) for port in fact.ports] == [
        ("web", 8080, 8080, False),
        ("web", 8080, 8080, False),
        ("db", 5432, 5432, True),
        ("many", 9000, 9010, False),
    ]
    assert isinstance(read_published(raw_facts(ctr="% engine docker\nweb ???\n% end\n")), Unknown)
    assert isinstance(read_published(raw_facts(ctr="% engine docker\n")), Unknown)
    assert isinstance(read_published(raw_facts(ctr=(96, b"no engine"))), Absent)


def test_ports_that_podman_holds_for_its_containers() -> None:
    text = (
        "% engine podman\n% bound tcp 0.0.0.0:8080 shop\n% bound tcp [::1]:8443 shop\n"
        "% bound udp 127.0.0.1%lo:53 names\n% bound tcp *:9000 podman\n% end\n"
    )
    fact = read_published(raw_facts(ctr=text))
    assert isinstance(fact, PublishedPorts)
    assert [(str(port), port.is_loopback) for port in fact.ports] == [
        ("tcp/8080 on 0.0.0.0 into shop", False),
        ("tcp/8443 on [::1] into shop", True),
        ("udp/53 on 127.0.0.1 into names", True),
        ("tcp/9000 on [::] into podman", False),
    ]
    for broken in ("% bound tcp", "% bound tcp 0.0.0.0 shop", "% bound tcp nowhere:80 shop"):
        assert isinstance(read_published(raw_facts(ctr=f"% engine podman\n{broken}\n% end\n")), Unknown), broken


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
