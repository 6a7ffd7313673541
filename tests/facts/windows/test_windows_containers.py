"""Ports that containers publish on Windows: a mapping proves one, and none proves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.facts import PublishedPorts
from scanner.facts.base import RawFacts
from scanner.facts.windows.firewall.network import read_published
from scanner.model import Absent, Reason, Unknown
from tests.windows.hosts import DENIED, answering, raw_facts_of

HOST = "windows-11-entra"  # Docker Desktop is installed there
MISSING = {"err": {"type": "System.Management.Automation.CommandNotFoundException", "fqid": "CommandNotFoundException"}}


def answered(**parts: Any) -> RawFacts:
    return answering(HOST, "nat_mappings", parts)


def read(raw: RawFacts) -> PublishedPorts:
    found = read_published(raw)
    assert isinstance(found, PublishedPorts), found
    return found


def mapping(**changes: Any) -> dict[str, Any]:
    return {"protocol": "TCP", "address": "0.0.0.0/0", "port": 443, "inside": "172.20.0.2:8443", **changes}


def test_a_mapping_is_a_port_that_is_published_and_there_may_be_more() -> None:
    found = read(raw_facts_of(HOST))
    assert [str(port) for port in found.ports] == ["tcp/8080 on 0.0.0.0 into 172.20.16.5:80"]
    assert isinstance(found.complete, Unknown) and "Docker Desktop" in found.complete.detail


def test_no_mapping_and_no_service_that_makes_them_prove_nothing() -> None:
    for parts in ({"service": True, "mappings": []}, {"service": False, "mappings": None}):
        found = read(answered(**parts))
        assert found.ports == () and isinstance(found.complete, Unknown)


def test_addresses_and_protocols_in_other_forms() -> None:
    rows = [mapping(), mapping(address="127.0.0.1", protocol="17"), mapping(address="any")]
    first, second, third = read(answered(service=True, mappings=rows)).ports
    assert (first.address, first.is_loopback) == ("0.0.0.0", False)
    assert (second.protocol, second.is_loopback) == ("protocol 17", True)
    assert third.is_loopback is False


@pytest.mark.parametrize("mappings", [DENIED, MISSING, None, "?", [mapping(port=0)], [mapping(port=70000)], [{}]])
def test_mappings_that_could_not_be_read_are_unknown(mappings: Any) -> None:
    assert isinstance(read_published(answered(service=True, mappings=mappings)), Unknown)


def test_without_an_engine_nothing_is_published_and_without_services_nobody_knows() -> None:
    assert isinstance(read_published(raw_facts_of("server-2022-hardened")), Absent)
    denied = read_published(raw_facts_of("server-2019-denied"))
    assert isinstance(denied, Unknown) and denied.code is Reason.DENIED
