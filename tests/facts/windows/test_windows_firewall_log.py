"""What the profiles of Windows Firewall write down: defaults where nothing is set, unknown where nothing is said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.facts import EntranceLog, FirewallLog
from scanner.facts.base import RawFacts
from scanner.model import Absent, Reason, Unknown, is_known
from tests.facts.windows.readers import BY_FACT, changed, number, read
from tests.windows.hosts import DENIED, raw_facts_of


def logs(raw: RawFacts) -> dict[str, EntranceLog]:
    entrances = read(FirewallLog, raw).entrances
    assert is_known(entrances)
    return {entrance.entrance: entrance for entrance in entrances}


def test_each_profile_has_a_log_of_its_own() -> None:
    hardened = logs(raw_facts_of("server-2022-hardened"))
    assert [(log.refused, log.accepted, log.max_size_kib) for log in hardened.values()] == [(True, True, 16384)] * 3
    assert hardened["Public profile"].place == "%SystemRoot%\\System32\\logfiles\\firewall\\publicfw.log"


@pytest.mark.parametrize(("said", "on"), [(0, False), (1, True), (2, False)])
def test_a_switch_that_is_not_configured_is_off_as_it_is_by_default(said: int, on: bool) -> None:
    for name, field in (("log_refused", "refused"), ("log_accepted", "accepted")):
        raw = changed("server-2022-hardened", "firewall", "profiles", 1, name, value=said)
        assert getattr(logs(raw)["Private profile"], field) is on


@pytest.mark.parametrize(
    ("said", "kib"),
    [("18446744073709551615", 4096), ("NotConfigured", 4096), ("16384", 16384), ("0", 0), ("4294967295", 4294967295)],
)
def test_a_size_that_is_not_configured_is_the_default_and_not_the_largest_number(said: str, kib: int) -> None:
    raw = changed("server-2022-hardened", "firewall", "profiles", 0, "log_kib", value=said)
    assert logs(raw)["Domain profile"].max_size_kib == kib


@pytest.mark.parametrize("said", ["18446744073709551614", "-1", "1.8E+19", "\u0663", "", "large", 16384, None, DENIED])
def test_a_size_that_nobody_can_read_is_unknown(said: object) -> None:
    raw = changed("server-2022-hardened", "firewall", "profiles", 0, "log_kib", value=said)
    assert isinstance(logs(raw)["Domain profile"].max_size_kib, Unknown)


@pytest.mark.parametrize("said", ["", "NotConfigured", None])
def test_a_place_that_is_not_configured_is_none(said: object) -> None:
    raw = changed("server-2022-hardened", "firewall", "profiles", 0, "log_file", value=said)
    assert isinstance(logs(raw)["Domain profile"].place, Absent)


def test_a_switch_that_nobody_can_read_is_unknown() -> None:
    for said in (3, None, True, DENIED):
        raw = changed("server-2022-hardened", "firewall", "profiles", 0, "log_refused", value=said)
        assert isinstance(logs(raw)["Domain profile"].refused, Unknown)


def test_a_profile_that_is_off_has_no_log() -> None:
    found = logs(raw_facts_of("windows-10-german"))
    assert found["Private profile"].refused is True
    assert isinstance(found["Public profile"].refused, Absent)
    assert isinstance(found["Public profile"].max_size_kib, Absent)


@pytest.mark.parametrize("said", [2, None, DENIED])
def test_nobody_knows_what_a_profile_logs_that_may_be_off(said: object) -> None:
    raw = changed("server-2022-hardened", "firewall", "profiles", 2, "enabled", value=said)
    assert isinstance(logs(raw)["Public profile"].refused, Unknown)


def test_what_another_firewall_logs_is_not_read() -> None:
    other = [{"name": "ESET Firewall", "state": 266240}]
    found = logs(changed("windows-10-german", "firewall", "others", value=other))
    assert isinstance(found["Public profile"].refused, Unknown)
    assert isinstance(found["Private profile"].refused, Unknown), "it may have taken over"
    found = logs(changed("windows-10-german", "firewall", "others", value=DENIED))
    assert isinstance(found["Public profile"].refused, Unknown)


def test_a_firewall_whose_service_stands_still_logs_nothing_and_is_no_matter_of_its_log() -> None:
    rows = json.loads(raw_facts_of("server-2022-hardened").sections["services"].stdout)["services"]
    stopped = [{**row, "state": "Stopped"} if row["name"] == "MpsSvc" else row for row in rows]
    raw = changed("server-2022-hardened", "services", "services", value=stopped)
    assert all(isinstance(log.refused, Absent) for log in logs(raw).values())
    fact = BY_FACT[FirewallLog].read(changed("server-2022-hardened", "services", "services", value=DENIED))
    assert isinstance(fact, Unknown) and fact.code is Reason.DENIED


def registry(**values: int) -> dict[str, Any]:
    return {"exists": True, "values": {name: number(value) for name, value in values.items()}}


def saved_log(policy: Any, local: Any) -> EntranceLog:
    raw = changed("server-2012-r2", "firewall", "logs", 0, value={"name": "Domain", "policy": policy, "local": local})
    return logs(raw)["Domain profile"]


ON, OFF, NO_KEY = registry(LogDroppedPackets=1), registry(LogDroppedPackets=0), {"exists": False}


@pytest.mark.parametrize(
    ("policy", "local", "refused"),
    [
        (ON, OFF, True),
        (OFF, ON, True),
        (OFF, OFF, False),
        (NO_KEY, ON, True),
        (NO_KEY, NO_KEY, False),
        (registry(), registry(), False),
    ],
)
def test_older_hosts_log_what_policy_or_host_switch_on(policy: Any, local: Any, refused: bool) -> None:
    assert saved_log(policy, local).refused is refused


def test_older_hosts_take_the_size_of_the_policy_then_their_own_then_the_default() -> None:
    large, small = registry(LogFileSize=16384), registry(LogFileSize=1024)
    assert saved_log(large, small).max_size_kib == 16384
    assert saved_log(small, large).max_size_kib == 1024
    assert saved_log(NO_KEY, large).max_size_kib == 16384
    assert saved_log(NO_KEY, NO_KEY).max_size_kib == 4096


def test_older_hosts_whose_keys_are_denied_have_an_unknown_log() -> None:
    assert isinstance(saved_log(DENIED, OFF).refused, Unknown) and isinstance(saved_log(OFF, DENIED).refused, Unknown)
    assert isinstance(saved_log(DENIED, NO_KEY).max_size_kib, Unknown)
    assert saved_log(DENIED, ON).refused is True
    raw = changed("server-2012-r2", "firewall", "logs", value=DENIED)
    entrances = read(FirewallLog, raw).entrances
    assert isinstance(entrances, Unknown) and entrances.code is Reason.DENIED


def test_a_log_without_all_three_profiles_is_unknown() -> None:
    rows = json.loads(raw_facts_of("server-2012-r2").sections["firewall"].stdout)["logs"]
    raw = changed("server-2012-r2", "firewall", "logs", value=rows[:2])
    assert isinstance(read(FirewallLog, raw).entrances, Unknown)
