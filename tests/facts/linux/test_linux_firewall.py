"""Recorded firewalls in, verdicts out."""

from __future__ import annotations

import pytest

from scanner.facts import Action, IpVersion
from scanner.facts.linux.firewall.nft import parse_nft
from scanner.facts.linux.firewall.packet import ruleset
from scanner.facts.linux.firewall.walk import Fate, walk
from scanner.model import Absent, Reason, Unknown, is_known
from tests.facts.linux.packets import (
    GOLDEN,
    NO,
    A,
    D,
    U,
    equal,
    firewall,
    listeners,
    listing,
    packet,
    raw_facts,
    recorded,
    tables,
)


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
