"""What holds for the readers of malware, encryption, remote access, logs, workstation, media and software on Windows.

No JSON breaks them, silence is never a pass, and less evidence is never a better answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.assess.findings import FactSet, judge
from scanner.facts.base import RawFact, RawFacts, RawState, Reader, probes_of
from scanner.facts.windows import (
    audit,
    encryption,
    file_sharing,
    local_admin_passwords,
    malware,
    privilege_prompts,
    remote_access,
    remote_tools,
    removable_media,
    screen_lock,
    software,
)
from scanner.facts.windows.host import HOST
from scanner.facts.windows.services import SERVICES
from scanner.model import Absent, Finding, Privilege, Reason, Status, Target, Unknown
from tests.windows.hosts import HOSTS, raw_facts_of
from tests.windows.test_protection_verdicts import PLAN

READERS: tuple[Reader, ...] = tuple(
    reader
    for module in (audit, encryption, file_sharing, local_admin_passwords, malware, privilege_prompts, remote_access)
    for reader in module.READERS
) + tuple(reader for module in (remote_tools, removable_media, screen_lock, software) for reader in module.READERS)
PROBES = tuple(probes_of(READERS))
OWN = tuple(probe for probe in PROBES if probe not in (HOST, SERVICES))
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
TARGET = Target(name="host", transport="winrms")
UNREAD = tuple(state for state in RawState if state not in (RawState.OK, RawState.ABSENT))
GOOD = (Status.PASS, Status.WARN, Status.NOT_APPLICABLE)
ERROR = {"err": {"type": "System.UnauthorizedAccessException", "hresult": -2147024891, "text": "denied"}}


def raw_facts(sections: dict[str, RawFact], error: tuple[Reason, str] | None = None) -> RawFacts:
    return RawFacts(platform="windows", collected_at=NOW, privilege=Privilege.USER, sections=sections, error=error)


def section(name: str, value: Any, state: RawState = RawState.OK) -> RawFact:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return RawFact(probe=name, state=state, stdout=body, status=0 if state is RawState.OK else None)


def everywhere(value: Any, state: RawState = RawState.OK) -> RawFacts:
    return raw_facts({probe.name: section(probe.name, value, state) for probe in PROBES})


def findings(raw: RawFacts, probe: str = "") -> tuple[Finding, ...]:
    """What every check says, or those alone whose facts rest on a probe."""
    resting = {reader.fact for reader in READERS if probe in ("", *(each.name for each in reader.probes))}
    plan = [item for item in PLAN if resting & {parameter.fact for parameter in item.check.facts}]
    return judge(plan, FactSet(raw, TARGET), TARGET)


def good(raw: RawFacts) -> dict[str, str]:
    return {item.check: f"{item.status}: {item.actual}" for item in findings(raw) if item.status in GOOD}


# --- No JSON breaks a reader -----------------------------------------------------------------------------

# Names and values that the readers look for, in any place.
WORDS = tuple(
    sorted(
        {
            name
            for host in HOSTS
            for raw in raw_facts_of(host).sections.values()
            for name in raw.text.replace('"', " ").replace(":", " ").split()
            if name.isidentifier()
        }
    )
)
VALUES = st.none() | st.booleans() | st.integers(-(1 << 33), 1 << 33) | st.floats() | st.sampled_from(WORDS) | st.text()
ANYTHING = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(), inner, max_size=8),
    max_leaves=20,
)


def shaken(value: Any, data: st.DataObject) -> Any:
    """The value with parts of it replaced by anything."""
    if data.draw(st.integers(0, 5)) == 0:
        return data.draw(ANYTHING)
    if isinstance(value, dict):
        return {name: shaken(part, data) for name, part in value.items()}
    return [shaken(part, data) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.fact.__name__)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_nothing_that_a_host_sends_breaks_a_reader(reader: Reader, data: st.DataObject) -> None:
    written = raw_facts_of(data.draw(st.sampled_from(HOSTS)))
    drawn = {}
    for probe in reader.probes:
        good_one = written.get(probe.name)
        value = shaken(json.loads(good_one.stdout or b"{}"), data) if data.draw(st.booleans()) else data.draw(ANYTHING)
        drawn[probe.name] = section(probe.name, value, data.draw(st.sampled_from(RawState)))
    assert isinstance(reader.read(raw_facts(drawn)), (reader.fact, Absent, Unknown))


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.fact.__name__)
@settings(max_examples=20, deadline=None)
@given(body=st.binary(max_size=200), state=st.sampled_from(RawState))
def test_no_bytes_break_a_reader(reader: Reader, body: bytes, state: RawState) -> None:
    drawn = {probe.name: section(probe.name, body, state) for probe in reader.probes}
    assert isinstance(reader.read(raw_facts(drawn)), (reader.fact, Absent, Unknown))


# --- Silence is never a pass -----------------------------------------------------------------------------


@pytest.mark.parametrize("state", UNREAD, ids=str)
def test_nothing_passes_when_nothing_was_read(state: RawState) -> None:
    assert good(everywhere(b"", state)) == {}
    assert good(everywhere(ERROR, state)) == {}


def test_nothing_passes_when_no_section_came() -> None:
    assert good(raw_facts({})) == {}
    assert good(raw_facts({}, error=(Reason.UNREACHABLE, "no route"))) == {}


SILENT: tuple[Any, ...] = (b"", b"{", b"\xff\xfe", {}, [], None, "", 0, True, [{}], {"err": {}}, ERROR)


@pytest.mark.parametrize("value", SILENT, ids=repr)
def test_nothing_passes_when_every_probe_ended_well_and_said_nothing(value: Any) -> None:
    assert good(everywhere(value)) == {}


@pytest.mark.parametrize("filler", [None, {}, [], "", [{}], {"exists": True}, {"exists": None}, ERROR], ids=repr)
def test_nothing_passes_when_every_name_is_there_and_says_nothing(filler: Any) -> None:
    """The names of the hardened host, each without a value; what the host is, is known."""
    sections = dict(raw_facts_of("server-2022-hardened").sections)
    for probe in (*OWN, SERVICES):
        names = json.loads(sections[probe.name].stdout)
        sections[probe.name] = section(probe.name, dict.fromkeys(names, filler))
    assert good(raw_facts(sections)) == {}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("state", UNREAD, ids=str)
def test_an_answer_in_a_state_that_is_none_is_never_believed(host: str, state: RawState) -> None:
    written = raw_facts_of(host).sections
    answers = {name: raw for name, raw in written.items() if raw.state is RawState.OK}
    sections = {name: replace(raw, state=state, status=None) for name, raw in answers.items()}
    assert good(raw_facts(sections)) == {}


# --- Less evidence is never a better answer --------------------------------------------------------------


def poorer(value: Any) -> Iterator[Any]:
    """The answer without each of its parts, and with each of them failed or of another type."""
    if not isinstance(value, dict):
        return
    for name, part in value.items():
        rest = {other: each for other, each in value.items() if other != name}
        yield rest
        yield {**rest, name: ERROR}
        yield {**rest, name: "???"}
        if name != "values":  # a registry value that is not there is an answer: it is not set
            yield from ({**rest, name: less} for less in poorer(part))
        else:
            yield from ({**rest, name: {**part, each: "???"}} for each in part)


# What stands in for an answer that was lost.
STANDS_IN: dict[tuple[str, str], str] = {}


@pytest.mark.parametrize("host", HOSTS)
def test_less_evidence_never_gives_a_better_answer(host: str) -> None:
    whole = raw_facts_of(host)
    answers = {item.check: item.status for item in findings(whole)}
    better = {}
    for probe in (*OWN, SERVICES):
        raw = whole.get(probe.name)
        worse = [replace(raw, state=state) for state in UNREAD] if raw.state is RawState.OK else []
        worse += [section(probe.name, less) for less in poorer(json.loads(raw.stdout or b"{}"))]
        for less in worse:
            for item in findings(replace(whole, sections={**whole.sections, probe.name: less}), probe.name):
                if item.status in GOOD and item.status is not answers[item.check]:
                    better[probe.name, item.check] = (answers[item.check], item.status, item.actual, less.stdout[:90])
    assert {key: value for key, value in better.items() if key not in STANDS_IN} == {}
