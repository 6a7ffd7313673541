"""What counts as a record of events, arguments and single accounts, and as a collector that is another host."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.facts import AuditLog, CommandLogging
from scanner.facts.base import RawFacts
from scanner.model import Unknown
from tests.windows.hosts import changed, raw_facts_of
from tests.windows.test_protection_readers import HEAD, LOGON, key, read

HOST = "server-2022-hardened"
PROGRAMS = "{0cce922b-69ae-11d9-bed3-505054503030}"


def policy(*rows: str) -> RawFacts:
    return changed(HOST, "audit_policy", csv="\r\n".join((HEAD, *rows)) + "\r\n")


@pytest.mark.parametrize(("value", "recorded"), [(0, False), (1, True), (2, False), (3, True)])
def test_arguments_stand_in_events_that_have_to_be_asked_for(value: int, recorded: bool) -> None:
    raw = policy(f"HOST,System,Process Creation,{PROGRAMS},any words,,{value}")
    assert read(CommandLogging, raw).command_lines is recorded


def test_arguments_are_open_where_the_audit_policy_is() -> None:
    assert isinstance(read(CommandLogging, policy()).command_lines, Unknown)


@pytest.mark.parametrize(("value", "left_out"), [(1, False), (2, True), (4, False), (8, True), (10, True), (16, False)])
def test_an_account_whose_events_are_left_out_is_named(value: int, left_out: bool) -> None:
    own = f"HOST,S-1-5-21-1-2-3-1001,Logon,{LOGON},,any words,{value}"
    found = read(AuditLog, policy(f"HOST,System,Logon,{LOGON},any words,,3", own)).exceptions
    assert found == (("S-1-5-21-1-2-3-1001",) if left_out else ())
    elsewhere = "HOST,S-1-5-21-1-2-3-1001,File Share,{0CCE9224-69AE-11D9-BED3-505054503030},,any words,2"
    assert read(AuditLog, policy(elsewhere)).exceptions == ()


@pytest.mark.parametrize(
    ("server", "forwards"),
    [
        ("Server=http://collector.contoso.com:5985/wsman/SubscriptionManager/WEC,Refresh=60", True),
        ("Refresh=60, server=https://collector", True),
        ("Server=http://FS01.contoso.com:5985/wsman/SubscriptionManager/WEC", False),
        ("Server=http://fs01", False),
        ("Server=http://localhost:5985/", False),
        ("Server=,Refresh=60", False),
        ("Server=http://[bad", False),
    ],
)
def test_a_collector_is_another_host(server: str, forwards: bool) -> None:
    values: dict[str, Any] = {"1": server}
    found = read(AuditLog, changed(HOST, "log_settings", subscriptions=key(**values))).forwarders
    assert ("Windows Event Forwarding" in [each.name for each in found]) is forwards
    assert [each.name for each in read(AuditLog, raw_facts_of(HOST)).forwarders] == ["Wazuh agent"]
