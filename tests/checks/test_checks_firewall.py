"""Firewall checks: what passes, what fails, and what nobody can tell."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.catalogue import load_checks
from scanner.errors import FactAbsent, FactUnavailable
from scanner.facts import (
    Action,
    Collection,
    DefaultRule,
    EntranceLog,
    Firewall,
    FirewallLoader,
    FirewallLog,
    Forwarding,
    Host,
    IpVersion,
    Listener,
    Listeners,
    PublishedPort,
    PublishedPorts,
)
from scanner.model import Absent, Maybe, Privilege, Reason, Status, Unknown
from scanner.profile.load import load_profile
from scanner.profile.model import Direction

CHECKS = load_checks()
DENIED = Unknown(Reason.DENIED, "nft: this account may not read it")
V4, V6 = IpVersion.V4, IpVersion.V6


def rule(version: IpVersion, action: Maybe[Action], entrance: str = "eth0 10.0.0.5") -> DefaultRule:
    return DefaultRule(version=version, entrance=entrance, action=action, because="port 917: policy drop")


CLOSED = Firewall(
    defaults=(rule(V4, Action.DENY), rule(V6, Action.DENY)),
    ipv6=True,
    managers=("nftables",),
    rule_systems=("nftables",),
    loaders=(FirewallLoader(name="nftables", closes_v4=True, closes_v6=True),),
    forwarding=tuple(Forwarding(version=version, enabled=False, action=Action.ALLOW) for version in IpVersion),
)
UNKNOWN = Unknown(Reason.UNREADABLE, "not read")
HOST = Host(**({field.name: UNKNOWN for field in fields(Host)} | {"container": False}))  # type: ignore[arg-type]
COLLECTION = Collection(
    collected_at=datetime(2026, 1, 1, tzinfo=UTC), privilege=Privilege.ROOT, account="root", platform="linux"
)


def judge(name: str, *facts: Any, **parameters: Any) -> Any:
    return CHECKS[f"firewall/{name}"].run(*facts, **parameters)


def status(name: str, *facts: Any, **parameters: Any) -> Status | Reason:
    """The status as the engine would set it, or the reason of an unknown."""
    try:
        outcome = judge(name, *facts, **parameters)
    except FactUnavailable as error:
        return error.unknown.code
    except FactAbsent:
        return Status.NOT_APPLICABLE
    return outcome.status  # type: ignore[no-any-return]


@pytest.mark.parametrize(("name", "version"), [("default_deny_v4", V4), ("default_deny_v6", V6)])
class TestDefaultDeny:
    def test_every_entrance_refuses(self, name: str, version: IpVersion) -> None:
        assert status(name, CLOSED, HOST) is Status.PASS

    def test_one_open_entrance_fails_whatever_else_is_unknown(self, name: str, version: IpVersion) -> None:
        rules = (rule(version, DENIED), rule(version, Action.ALLOW, "eth1 192.0.2.1"))
        outcome = judge(name, replace(CLOSED, defaults=rules), HOST)
        assert outcome.status is Status.FAIL
        assert outcome.items == ("eth1 192.0.2.1: port 917: policy drop",)

    def test_an_unknown_entrance_is_no_pass(self, name: str, version: IpVersion) -> None:
        rules = (rule(version, Action.DENY), rule(version, DENIED))
        assert status(name, replace(CLOSED, defaults=rules), HOST) is Reason.DENIED
        assert status(name, replace(CLOSED, defaults=DENIED), HOST) is Reason.DENIED

    def test_a_container_is_the_outer_hosts_business(self, name: str, version: IpVersion) -> None:
        opened = replace(CLOSED, defaults=(rule(version, Action.ALLOW),))
        assert status(name, opened, replace(HOST, container=True)) is Status.NOT_APPLICABLE
        assert status(name, opened, None) is Status.FAIL
        assert status(name, opened, UNKNOWN) is Status.FAIL

    def test_without_entrances_there_is_nothing_to_judge(self, name: str, version: IpVersion) -> None:
        assert status(name, replace(CLOSED, defaults=()), HOST) is Status.NOT_APPLICABLE


def test_ipv6_that_is_off_is_not_applicable() -> None:
    assert status("default_deny_v6", replace(CLOSED, ipv6=Absent("disabled")), HOST) is Status.NOT_APPLICABLE
    assert status("default_deny_v6", replace(CLOSED, ipv6=DENIED), HOST) is Reason.DENIED


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ((("Domain profile", True), ("Public profile", False)), "count beside a policy's on Domain profile."),
        ((("Public profile", False),), "do not count on any entrance."),
        (DENIED, ""),
        (Absent("no policy"), ""),
    ],
)
def test_rules_of_the_host_itself_are_shown_and_judged_by_nothing(rules: Any, told: str) -> None:
    outcome = CHECKS["firewall/default_deny_v4"].run(replace(CLOSED, local_rules=rules), HOST)
    assert outcome.status is Status.PASS and outcome.note.endswith(told) and bool(outcome.note) is bool(told)


def loader(four: Maybe[bool], six: Maybe[bool], name: str = "nftables") -> FirewallLoader:
    return FirewallLoader(name=name, closes_v4=four, closes_v6=six)


@pytest.mark.parametrize(
    ("loaders", "expected"),
    [
        ((loader(True, True),), Status.PASS),
        ((), Status.FAIL),
        ((loader(True, False),), Status.FAIL),
        ((loader(True, Absent("IPv4 only")),), Status.FAIL),
        ((loader(True, Absent("IPv4 only"), "iptables"), loader(Absent("IPv6 only"), True, "ip6tables")), Status.PASS),
        ((loader(True, DENIED),), Reason.DENIED),
        (DENIED, Reason.DENIED),
    ],
)
def test_persistent(loaders: Any, expected: Status | Reason) -> None:
    assert status("persistent", replace(CLOSED, loaders=loaders), HOST) is expected


def test_persistent_asks_only_for_what_is_closed_now() -> None:
    opened = replace(CLOSED, defaults=(rule(V4, Action.ALLOW), rule(V6, Action.ALLOW)), loaders=())
    assert status("persistent", opened, HOST) is Status.NOT_APPLICABLE
    half = replace(CLOSED, defaults=(rule(V4, Action.DENY), rule(V6, Action.ALLOW)), loaders=(loader(True, False),))
    assert status("persistent", half, None) is Status.PASS
    assert status("persistent", replace(CLOSED, defaults=(rule(V4, DENIED),)), UNKNOWN) is Reason.DENIED


def socket(port: int, four: Maybe[bool] = True, six: Maybe[bool] = False, **fields: Any) -> Listener:
    values: dict[str, Any] = {"address": "0.0.0.0", "is_loopback": False, "process": "server"} | fields
    return Listener(protocol="tcp", port=port, reachable_v4=four, reachable_v6=six, **values)


@pytest.mark.parametrize(
    ("sockets", "parameters", "expected"),
    [
        ((socket(3306),), {}, Status.FAIL),
        ((socket(3306, False, True),), {}, Status.FAIL),
        ((socket(3306, False, False),), {}, Status.PASS),
        ((socket(3306, Absent("IPv6 only"), False),), {}, Status.PASS),
        ((socket(3306, is_loopback=True, address="127.0.0.1"),), {}, Status.PASS),
        ((socket(22),), {}, Status.REVIEW),
        ((socket(22),), {"approved": (22,)}, Status.PASS),
        ((socket(3306),), {"approved": (3306,)}, Status.PASS),
        ((socket(8443),), {"denied": (8443,)}, Status.FAIL),
        ((socket(22, DENIED),), {}, Reason.DENIED),
        ((socket(22), socket(80, DENIED)), {}, Reason.DENIED),
        ((socket(3306), socket(80, DENIED)), {}, Status.FAIL),
        ((), {}, Status.PASS),
    ],
)
def test_exposed(sockets: Any, parameters: dict[str, Any], expected: Status | Reason) -> None:
    assert status("exposed", Listeners(sockets=sockets), HOST, **parameters) is expected


WINDOWS = replace(HOST, os_family="windows")


@pytest.mark.parametrize(
    ("port", "host", "expected"),
    [
        (22, WINDOWS, Status.FAIL),
        (22, replace(HOST, os_family="debian"), Status.REVIEW),
        (22, UNKNOWN, Status.REVIEW),
        (22, None, Status.REVIEW),
        *((port, host, Status.FAIL) for port in (445, 3389, 5985, 5986) for host in (WINDOWS, HOST, UNKNOWN, None)),
        (443, WINDOWS, Status.REVIEW),
    ],
)
def test_ways_in_for_administrators(port: int, host: Any, expected: Status) -> None:
    """Open to any address; a rule that admits single addresses makes a port reachable for nobody else."""
    assert status("exposed", Listeners(sockets=(socket(port),)), host) is expected
    assert status("exposed", Listeners(sockets=(socket(port, False),)), host) is Status.PASS
    assert status("exposed", Listeners(sockets=(socket(port),)), host, approved=(port,)) is Status.PASS


def test_the_pack_names_the_ports_and_a_site_that_leaves_one_out_is_not_green() -> None:
    known = load_profile("ctpat", checks=CHECKS).uses["firewall/exposed"].parameters
    for name in ("denied", "administration"):
        parameter = known[name]
        assert set(parameter.value) == set(CHECKS["firewall/exposed"].parameters[name]) and parameter.source == "cpg"
        assert parameter.guardrail is not None and parameter.guardrail.direction is Direction.SUPERSET
        assert set(parameter.guardrail.loosest) == set(parameter.value)


def published(address: str, first: int, last: int | None = None) -> PublishedPorts:
    port = PublishedPort(
        container="web",
        address=address,
        first=first,
        last=last or first,
        protocol="tcp",
        is_loopback=address == "127.0.0.1",
    )
    return PublishedPorts(engines=("docker",), ports=(port,))


@pytest.mark.parametrize(
    ("ports", "approved", "expected"),
    [
        (published("0.0.0.0", 8080), (), Status.FAIL),
        (published("::", 8080), (), Status.FAIL),
        (published("127.0.0.1", 8080), (), Status.PASS),
        (published("0.0.0.0", 8080), (8080,), Status.PASS),
        (published("0.0.0.0", 8080, 8081), (8080,), Status.FAIL),
        (PublishedPorts(engines=("docker",), ports=()), (), Status.PASS),
    ],
)
def test_container_bypass(ports: PublishedPorts, approved: tuple[int, ...], expected: Status) -> None:
    assert status("container_bypass", ports, approved=approved) is expected


def test_ports_that_may_not_be_all_prove_a_fault_and_no_pass() -> None:
    unread = Unknown(Reason.UNSUPPORTED, "other networks are not read")
    seen = replace(published("0.0.0.0", 8080), complete=unread)
    assert status("container_bypass", seen) is Status.FAIL
    assert status("container_bypass", seen, approved=(8080,)) is Reason.UNSUPPORTED
    assert status("container_bypass", replace(seen, ports=())) is Reason.UNSUPPORTED


@pytest.mark.parametrize(
    ("managers", "systems", "expected"),
    [
        (("ufw",), ("iptables",), Status.PASS),
        ((), (), Status.PASS),
        (("firewalld", "ufw"), ("iptables",), Status.FAIL),
        (("nftables",), ("iptables-legacy", "nftables"), Status.FAIL),
        (("ufw",), ("iptables", "nftables"), Status.PASS),
        (("ufw",), DENIED, Reason.DENIED),
        (DENIED, (), Reason.DENIED),
        (("firewalld", "ufw"), DENIED, Status.FAIL),
    ],
)
def test_single_manager(managers: Any, systems: Any, expected: Status | Reason) -> None:
    assert status("single_manager", replace(CLOSED, managers=managers, rule_systems=systems)) is expected


def way(enabled: Maybe[bool], action: Maybe[Action], version: IpVersion = V4) -> Firewall:
    return replace(CLOSED, forwarding=(Forwarding(version=version, enabled=enabled, action=action),))


@pytest.mark.parametrize(
    ("firewall", "role", "expected"),
    [
        (way(False, Action.ALLOW), None, Status.PASS),
        (way(True, Action.DENY), None, Status.PASS),
        (way(True, Action.ALLOW), None, Status.FAIL),
        (way(True, Action.ALLOW, V6), "server", Status.FAIL),
        (way(True, Action.ALLOW), "router", Status.PASS),
        (way(True, DENIED), None, Reason.DENIED),
        (way(DENIED, Action.ALLOW), None, Reason.DENIED),
        (way(False, DENIED), None, Status.PASS),
    ],
)
def test_forwarding(firewall: Firewall, role: str | None, expected: Status | Reason) -> None:
    assert status("forwarding", firewall, replace(COLLECTION, role=role)) is expected


def test_approved_ports_are_named_in_the_note() -> None:
    found = judge("exposed", Listeners(sockets=(socket(5432),)), HOST, approved=(5432,))
    assert found.status is Status.PASS and "Exempted by the site: 1 (tcp/5432 on" in found.note
    found = judge("container_bypass", published("0.0.0.0", 8080), approved=(8080,))
    assert found.status is Status.PASS and "Exempted by the site: 1 (tcp/8080 on 0.0.0.0" in found.note


def test_what_loads_the_rules_of_a_container_is_the_outer_hosts_business() -> None:
    denied = replace(CLOSED, defaults=DENIED)
    assert status("persistent", denied, replace(HOST, container=True)) is Status.NOT_APPLICABLE
    assert status("persistent", denied, HOST) is Reason.DENIED


def written(
    refused: Any = True, kib: Any = 16384, accepted: Any = False, entrance: str = "Domain profile"
) -> EntranceLog:
    return EntranceLog(entrance=entrance, refused=refused, accepted=accepted, max_size_kib=kib, place="fw.log")


OFF = Absent("the profile is off")


@pytest.mark.parametrize(
    ("entrances", "parameters", "expected"),
    [
        ((written(),), {}, Status.PASS),
        ((written(kib=16383),), {}, Status.FAIL),
        ((written(kib=16383),), {"min_size_kib": 16383}, Status.PASS),
        ((written(refused=False),), {}, Status.FAIL),
        ((written(), written(refused=False)), {}, Status.FAIL),
        ((written(DENIED), written(refused=False)), {}, Status.FAIL),
        ((written(), written(DENIED)), {}, Reason.DENIED),
        ((written(), written(kib=DENIED)), {}, Reason.DENIED),
        ((written(), written(OFF, OFF, OFF)), {}, Status.PASS),
        ((written(OFF, OFF, OFF),), {}, Status.NOT_APPLICABLE),
        ((), {}, Status.NOT_APPLICABLE),
        (DENIED, {}, Reason.DENIED),
        ((written(accepted=True),), {"accepted": True}, Status.PASS),
        ((written(),), {"accepted": True}, Status.FAIL),
        ((written(accepted=DENIED),), {"accepted": True}, Reason.DENIED),
        ((written(accepted=DENIED),), {}, Status.PASS),
    ],
)
def test_logging(entrances: Any, parameters: dict[str, Any], expected: Status | Reason) -> None:
    assert status("logging", FirewallLog(entrances=entrances), HOST, **parameters) is expected


def test_logging_names_each_fault_and_each_place() -> None:
    faulty = FirewallLog(entrances=(written(refused=False, kib=4096), written(entrance="Public profile")))
    outcome = judge("logging", faulty, None)
    assert outcome.items == (
        "Domain profile: refused packets are not logged",
        "Domain profile: the log may grow to 4096 KiB",
    )
    assert "Domain profile (16384 KiB, fw.log)" in judge("logging", FirewallLog(entrances=(written(),)), UNKNOWN).actual
    assert status("logging", faulty, replace(HOST, container=True)) is Status.NOT_APPLICABLE
