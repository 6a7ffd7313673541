"""YAML checks: what they decide, and everything that would let one match by accident."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanner.catalogue import load_checks
from scanner.check import Check
from scanner.errors import ConfigError, FactAbsent, FactUnavailable
from scanner.facts import Host
from scanner.model import Absent, Reason, Severity, Status, Unknown
from scanner.rule import load_rule, run_cases

RULE = """\
title: The host is no container
severity: low
why: a container shares its kernel
source: our own rule
remediation: Use a virtual machine.
that: {fact: host, field: container, equals: false}
cases: {pass: [{container: false}], fail: [{container: true, hostname: box}]}
"""
PLAIN = "that: {fact: host, field: container, equals: false}"
CASES = "cases: {pass: [{container: false}], fail: [{container: true, hostname: box}]}"
UNREAD = Unknown(Reason.NO_EVIDENCE, "not read")
Load = Callable[..., Check]


def host(**values: Any) -> Host:
    names = ["hostname", "os_id", "os_version", "os_name", "os_family", "kernel", "architecture", "init"]
    names += ["virtualization", "container", "chassis", "clock"]
    return Host(**(dict.fromkeys(names, UNREAD) | values))


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads the rule with pieces of its text replaced."""

    def write(*changes: tuple[str, str]) -> Check:
        text = RULE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "rule.yaml"
        path.write_text(text)
        return load_rule(path, "x/rule")

    return write


def test_a_rule_is_a_check_like_any_other(load: Load) -> None:
    check = load((PLAIN, f"{PLAIN}\nversion: 2\naliases: [x/old]\nreferences: [https://example.org]"))
    assert (check.id, check.severity, check.version, check.aliases) == ("x/rule", Severity.LOW, 2, ("x/old",))
    assert (check.why, check.reference) == ("a container shares its kernel", "our own rule")
    assert check.facts[0].fact is Host
    assert check.parameters == {"value": False}


def test_a_rule_passes_and_fails_in_plain_words(load: Load) -> None:
    check = load()
    assert check.run(host(container=False)).status is Status.PASS
    fail = check.run(**{check.facts[0].name: host(container=True)})
    assert (fail.status, fail.expected, fail.actual) == (Status.FAIL, "container is no", "container is yes")


def test_a_field_without_a_value_decides_nothing(load: Load) -> None:
    with pytest.raises(FactUnavailable):
        load().run(host(container=UNREAD))
    with pytest.raises(FactAbsent):
        load().run(host(container=Absent("no containers on this platform")))


def test_a_profile_may_tune_the_value_under_its_name(load: Load) -> None:
    check = load((PLAIN, "that: {fact: host, field: container, equals: false, parameter: wanted}"))
    assert check.parameters == {"wanted": False}
    assert check.run(host(container=True), wanted=True).status is Status.PASS
    with pytest.raises(TypeError, match="one parameter"):
        check.run(host(container=True), value=True)


@pytest.mark.parametrize(
    ("that", "cases"),
    [
        ("field: os_id, not_equals: arch", "pass: [{os_id: debian}], fail: [{os_id: arch}]"),
        ("field: os_id, one_of: [debian, rhel]", "pass: [{os_id: rhel}], fail: [{os_id: arch}]"),
        ("field: os_id, none_of: [arch]", "pass: [{os_id: rhel}], fail: [{os_id: arch}]"),
        (
            "field: clock, at_least: '2026-01-01T00:00:00Z'",
            "pass: [{clock: '2026-01-02T00:00:00Z'}, {clock: '2026-01-01T00:00:00Z'}], "
            "fail: [{clock: '2025-01-02T00:00:00Z'}]",
        ),
        (
            "field: clock, at_most: '2026-01-01T00:00:00Z'",
            "pass: [{clock: '2025-01-02T00:00:00Z'}], fail: [{clock: '2026-01-02T00:00:00Z'}]",
        ),
    ],
)
def test_every_comparison(load: Load, that: str, cases: str) -> None:
    check = load((PLAIN, f"that: {{fact: host, {that}}}"), (CASES, f"cases: {{{cases}}}"))
    assert run_cases(check) == ()


def test_a_list_may_have_to_contain_something(load: Load) -> None:
    check = load(
        (PLAIN, "that: {fact: ssh_server, field: ports, contains: 22}"),
        (CASES, "cases: {pass: [{ports: [22, 2222]}], fail: [{ports: [2222]}]}"),
    )
    assert run_cases(check) == ()


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("fact: host", "fact: hots", "6:14", "did you mean 'host'"),
        ("field: container", "field: contaner", "6:27", "did you mean 'container'"),
        ("equals: false", "equals: 'no'", "6:46", "can never hold this value"),
        ("equals: false", "equals: 0", "6:46", "can never hold this value"),
        ("equals: false", "at_least: 1", "6:48", "has no order"),
        ("equals: false", "contains: 1", "6:48", "contains nothing"),
        ("equals: false", "one_of: []", "6:46", "can never hold this value"),
        ("equals: false", "equals: false, not_equals: true", "6:7", "2 comparisons"),
        (", equals: false", "", "6:7", "0 comparisons"),
        ("equals: false", "equals: false, parameter: subject", "6:64", "name of the fact"),
        ("severity: low", "severity: lo", "2:11", "did you mean 'low'"),
        ("why: a", "wyh: a", "3:1", "did you mean 'why'"),
        ("title: The host is no container\n", "", "1:1", "'title' is missing"),
        ("fail: [{container: true, hostname: box}]", "fail: []", "7:43", "at least 1 items"),
        ("{container: true, hostname: box}", "{hostname: box}", "7:44", "does not say 'container'"),
        ("hostname: box", "hostnam: box", "7:62", "did you mean 'hostname'"),
        ("hostname: box", "hostname: 1", "7:72", "can never hold this value"),
    ],
)
def test_a_mistake_is_an_error_with_its_place(load: Load, old: str, new: str, place: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load((old, new))
    assert f"rule.yaml:{place}: " in str(caught.value)
    assert words in str(caught.value)


def test_an_order_is_refused_where_the_value_may_be_none() -> None:
    from datetime import date

    from scanner.rule import _is_ordered, value_type

    assert value_type(int | Absent | Unknown) is int
    assert not _is_ordered(value_type(date | None | Unknown))
    assert not _is_ordered(bool)


def test_a_case_that_contradicts_its_rule_is_told(load: Load) -> None:
    check = load(("pass: [{container: false}]", "pass: [{container: true}]"))
    assert run_cases(check) == ("x/rule: case 1 under 'pass' gives fail: container is yes",)


def test_a_check_without_cases_is_told(load: Load) -> None:
    assert len(run_cases(replace(load(), cases={}))) == 2


def test_the_cases_of_every_shipped_rule_hold() -> None:
    rules = [check for check in load_checks().values() if check.cases]
    assert [line for check in rules for line in run_cases(check)] == []
