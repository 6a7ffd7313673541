"""Windows' own firewall where an answer turns: profiles, defaults, and what a rule lets through."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.facts import Action, Firewall, Listeners
from scanner.facts.base import RawFacts
from scanner.facts.windows.firewall.profiles import firewall, profiles
from scanner.facts.windows.firewall.rules import Rule, passing
from scanner.facts.windows.services import services
from scanner.model import Maybe, Reason, Unknown, is_known
from tests.facts.windows.readers import changed, number, read
from tests.windows.hosts import raw_facts_of


def actions(raw: RawFacts) -> set[object]:
    defaults = read(Firewall, raw).defaults
    assert is_known(defaults)
    return {rule.action for rule in defaults}


def test_profiles_are_worth_nothing_while_a_service_of_the_firewall_stands_still() -> None:
    raw = raw_facts_of("server-2022-hardened")
    rows = json.loads(raw.sections["services"].stdout)["services"]
    stopped = [{**row, "state": "Stopped"} if row["name"] == "MpsSvc" else row for row in rows]
    raw = changed("server-2022-hardened", "services", "services", value=stopped)
    assert actions(raw) == {Action.ALLOW}
    assert all(socket.is_loopback or socket.reachable_v4 is not False for socket in read(Listeners, raw).sockets)


def test_where_another_firewall_is_on_nobody_knows_what_a_closed_eye_lets_through() -> None:
    other = [{"name": "ESET Firewall", "state": 266240}]
    raw = changed("windows-10-german", "firewall", "others", value=other)
    assert any(isinstance(action, Unknown) for action in actions(raw))
    assert Action.ALLOW not in actions(raw)


def test_where_another_firewall_is_on_windows_own_may_be_out_of_office() -> None:
    assert Action.DENY in actions(raw_facts_of("windows-11-24h2"))
    raw = changed("windows-11-24h2", "firewall", "others", value=[{"name": "Norton", "state": 266240}])
    assert all(isinstance(action, Unknown) and "Norton" in action.detail for action in actions(raw))
    snoozed = changed("windows-11-24h2", "firewall", "others", value=[{"name": "Norton", "state": 270336}])
    assert Action.DENY in actions(snoozed)


def test_an_action_that_is_not_configured_is_not_taken_for_a_refusal() -> None:
    raw = changed("server-2022-hardened", "firewall", "profiles", 0, "inbound", value=0)
    assert any(isinstance(action, Unknown) for action in actions(raw))


def test_the_com_object_speaks_where_the_cmdlet_is_missing_with_its_own_numbers() -> None:
    raw = raw_facts_of("server-2012-r2")
    found = firewall(raw)
    assert not isinstance(found, Unknown)
    known = profiles(found, services(raw))
    assert not isinstance(known, Unknown)
    assert {profile.action for profile in known.values()} == {Action.DENY, Action.ALLOW}


def test_a_profile_whose_rules_nobody_read_is_not_said_to_refuse() -> None:
    found = actions(raw_facts_of("server-2012-r2"))
    assert Action.ALLOW in found and Action.DENY not in found


ALLOW_ALL = {
    "id": "anything",
    "action": 2,
    "profiles": 0,
    "protocol": "Any",
    "ports": ["Any"],
    "addresses": ["Any"],
    "program": "Any",
    "package": "",
}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {Action.ALLOW}),
        ({"addresses": ["0.0.0.0-223.255.255.255", "2000::/3"]}, {Action.ALLOW}),
        ({"addresses": ["1.0.0.0-191.255.255.255"]}, {Action.ALLOW, Action.DENY}),
        ({"protocol": "TCP", "ports": ["1-65535"]}, {Action.ALLOW}),
        ({"protocol": "TCP", "ports": ["1024-65535"]}, {Action.ALLOW}),
        ({"profiles": 1}, {Action.ALLOW, Action.DENY}),
        ({"addresses": ["a word of tomorrow"]}, None),
        ({"protocol": "TCP", "ports": ["443", "8080-8090"]}, {Action.DENY}),
        ({"addresses": ["10.0.0.0/8", "LocalSubnet", "203.0.113.0/24"]}, {Action.DENY}),
        ({"program": "C:\\a.exe"}, {Action.DENY}),
        ({"package": "S-1-15-2-1"}, {Action.DENY}),
        ({"action": 4}, {Action.DENY}),
    ],
)
def test_a_rule_for_every_port_undoes_the_default(fields: dict[str, Any], expected: set[Action] | None) -> None:
    rows = json.loads(raw_facts_of("server-2022-hardened").sections["firewall_rules"].stdout)["rules"]
    raw = changed("server-2022-hardened", "firewall_rules", "rules", value=[*rows, {**ALLOW_ALL, **fields}])
    found = actions(raw)
    assert found == expected if expected else all(isinstance(action, Unknown) for action in found)
    loaders = read(Firewall, raw).loaders
    assert is_known(loaders)
    assert (loaders[0].closes_v4 is True) is (Action.ALLOW not in found and expected is not None)


def test_saved_profiles_that_are_off_do_not_survive_a_restart() -> None:
    key = {"exists": True, "values": {"EnableFirewall": number(0)}}
    raw = changed("server-2022-hardened", "firewall", "saved", 2, "policy", value=key)
    loaders = read(Firewall, raw).loaders
    assert is_known(loaders) and [loader.closes_v4 for loader in loaders] == [False]


def rule(**fields: Any) -> Rule:
    given = {
        "name": "r",
        "blocks": False,
        "profiles": 0,
        "protocol": "TCP",
        "ports": ("3389",),
        "addresses": ("Any",),
        "program": "Any",
        "package": "",
    }
    return Rule(**{**given, **fields})


@pytest.mark.parametrize(
    ("fields", "program", "expected"),
    [
        ({}, "svchost.exe", True),
        ({"ports": ("3000-4000",)}, "svchost.exe", True),
        ({"ports": ("3390",)}, "svchost.exe", False),
        ({"ports": ("RPC",)}, "svchost.exe", False),
        ({"ports": ("IPHTTPSIn",)}, "svchost.exe", False),
        ({"ports": ("a word of tomorrow",)}, "svchost.exe", True),
        ({"ports": ("Any",), "program": "C:\\Windows\\system32\\SVCHOST.exe"}, "svchost.exe", True),
        ({"ports": ("Any",), "program": "C:\\x\\AnyDesk.exe"}, "svchost.exe", False),
        ({"ports": ("Any",), "package": "S-1-15-2-1"}, "svchost.exe", False),
        ({"addresses": ("LocalSubnet",)}, "svchost.exe", False),
        ({"addresses": ("10.0.0.0/8", "Internet")}, "svchost.exe", True),
        ({"addresses": ("10.0.0.0/8", "203.0.113.7", "DNS")}, "svchost.exe", False),
        ({"addresses": ("0.0.0.0-223.255.255.255",)}, "svchost.exe", True),
        ({"addresses": ("0.0.0.0/128.0.0.0", "128.0.0.0/1")}, "svchost.exe", True),
        ({"addresses": ("2000::/3",)}, "svchost.exe", False),
        ({"profiles": 2}, "svchost.exe", False),
        ({"profiles": 6}, "svchost.exe", True),
        ({"protocol": "UDP"}, "svchost.exe", False),
    ],
)
def test_a_rule_lets_a_stranger_through_to_what_it_names(fields: dict[str, Any], program: str, expected: bool) -> None:
    answer, _ = passing([rule(**fields)], "Public", ("tcp", 3389), program, version=4, open_by_default=False)
    assert answer is expected


def test_a_block_rule_is_no_proof_and_a_nameless_process_leaves_a_programs_rule_open() -> None:
    allowed, blocked = rule(), rule(name="b", blocks=True)
    assert rdp([allowed], "svchost.exe")[0] is True
    against = rdp([allowed, blocked], "svchost.exe")[0]
    assert isinstance(against, Unknown) and "b holds for all is not read" in against.detail
    assert rdp([blocked], "svchost.exe") == (False, "Public profile: no rule admits it")
    nameless = Unknown(Reason.NO_EVIDENCE, "process 7 has ended")
    assert rdp([rule(program="C:\\a.exe")], nameless) == (nameless, "")


@pytest.mark.parametrize(
    ("blocked", "program", "expected"),
    [
        ("C:\\old\\bin\\java.exe", "java.exe", None),
        ("%SystemRoot%\\system32\\svchost.exe", "svchost.exe", None),
        ("C:\\old\\bin\\java.exe", "C:\\tomcat\\bin\\java.exe", None),
        ("C:\\old\\bin\\java.exe", "c:/old/bin/Java.exe", None),
        ("System", "System", None),
        ("C:\\old\\bin\\java.exe", "svchost.exe", True),
    ],
)
def test_a_block_for_a_program_of_the_same_name_is_no_wall(blocked: str, program: str, expected: bool | None) -> None:
    against = rule(name="b", blocks=True, program=blocked)
    answer = rdp([rule(), against], program)[0]
    assert answer is expected if expected is not None else isinstance(answer, Unknown)
    assert expected is not None or "b holds for all is not read" in getattr(answer, "detail", "")
    assert rdp([against], program) == (False, "Public profile: no rule admits it")


def test_a_block_rule_for_some_strangers_is_no_wall() -> None:
    some = rule(name="b", blocks=True, addresses=("192.0.0.0/8", "a word of tomorrow"))
    assert isinstance(rdp([rule(), some], "svchost.exe")[0], Unknown)
    known = rule(name="b", blocks=True, addresses=("192.0.0.0/8",))
    assert rdp([rule(), known], "svchost.exe")[0] is True
    halves = rule(name="b", blocks=True, addresses=("0.0.0.0-127.255.255.255", "128.0.0.0/1"))
    assert isinstance(rdp([rule(), halves], "svchost.exe")[0], Unknown)
    assert rdp([rule(), halves], "svchost.exe", version=6)[0] is True


def test_a_rule_for_every_port_and_one_against_it_leave_the_default_open_to_doubt() -> None:
    rows = json.loads(raw_facts_of("server-2022-hardened").sections["firewall_rules"].stdout)["rules"]
    both = [*rows, ALLOW_ALL, {**ALLOW_ALL, "id": "against", "action": 4}]
    found = actions(changed("server-2022-hardened", "firewall_rules", "rules", value=both))
    assert all(isinstance(action, Unknown) and "against" in action.detail for action in found)


def rdp(known: list[Rule], program: Maybe[str], version: int = 4) -> tuple[Maybe[bool], str]:
    return passing(known, "Public", ("tcp", 3389), program, version=version, open_by_default=False)
