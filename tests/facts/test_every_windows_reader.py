"""What holds for every Windows reader at once: no JSON breaks one, and silence is never a pass.

The side of the Linux readers is in `test_every_reader.py`; here raw facts are JSON, in which a part may have failed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.assess.findings import FactSet, PlannedCheck, judge
from scanner.facts.base import RawFact, RawFacts, RawState, Reader, probes_of
from scanner.facts.windows import READERS
from scanner.facts.windows.host import HOST
from scanner.model import Absent, Finding, Privilege, Reason, Status, Target, Unknown
from tests.checks.planned import plan_on
from tests.facts.leavers import list_of
from tests.windows.hosts import DENIED, HOSTS, raw_facts_of

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
TARGET = Target(name="host", transport="winrms")
PROBES = tuple(probes_of(READERS))
PLAN = tuple(
    planned
    for planned in plan_on("windows")
    if planned.check.family
    != "directory"  # a domain is a target of its own: not applicable here, whatever the host says
)
LEFT = list_of({"account": "praktikant"}, {"account": "maria"}, {"account": "backup"})
UNREAD = (
    RawState.DENIED,
    RawState.FAILED,
    RawState.MISSING_TOOL,
    RawState.TIMEOUT,
    RawState.TRUNCATED,
    RawState.NOT_RUN,
)
NAMES = tuple(
    dict.fromkeys(name for probe in PROBES for name in re.findall(r"^\s*(\w+) = ", probe.script, re.MULTILINE))
)
VALUES = tuple(
    dict.fromkeys(name for probe in PROBES for name in re.findall(r"'([A-Za-z]\w+)'", probe.script) if len(name) > 2)
)


def raw_facts(sections: dict[str, RawFact], error: tuple[Reason, str] | None = None) -> RawFacts:
    return RawFacts(
        platform="windows",
        collected_at=NOW,
        privilege=Privilege.USER,
        account="HOST\\scan",
        sections=sections,
        error=error,
    )


def section(name: str, state: RawState, body: Any = None) -> RawFact:
    stdout = body if isinstance(body, bytes) else json.dumps(body).encode()
    return RawFact(probe=name, state=state, stdout=stdout)


def everywhere(state: RawState, body: Any = None) -> RawFacts:
    return raw_facts({probe.name: section(probe.name, state, body) for probe in PROBES})


def findings(raw: RawFacts, plan: Sequence[PlannedCheck] = PLAN) -> tuple[Finding, ...]:
    return judge(plan, FactSet(raw, TARGET, LEFT), TARGET)


def resting_on(probe: str) -> tuple[PlannedCheck, ...]:
    """The checks with a fact that is read from the probe; no other one can answer differently without it."""
    facts = {reader.fact for reader in READERS if probe in {one.name for one in reader.probes}}
    return tuple(item for item in PLAN if facts & {parameter.fact for parameter in item.check.facts})


def good(raw: RawFacts) -> dict[str, str]:
    """The checks that leave a requirement green, or that excuse the target from it, with what they say."""
    return {
        item.check: f"{item.status}: {item.actual}"
        for item in findings(raw)
        if item.status in (Status.PASS, Status.WARN, Status.NOT_APPLICABLE)
    }


# --- No bytes and no JSON break a reader -----------------------------------------------------------------


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.fact.__name__)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_bytes_in_any_state_break_a_reader(reader: Reader, data: st.DataObject) -> None:
    drawn = {
        probe.name: section(probe.name, data.draw(st.sampled_from(RawState)), data.draw(st.binary(max_size=200)))
        for probe in reader.probes
    }
    assert isinstance(reader.read(raw_facts(drawn)), (reader.fact, Absent, Unknown))


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 70), 1 << 70),
    st.floats(allow_nan=True),
    st.text(max_size=12),
    st.sampled_from(
        ("2026-11-20T10:00:00.0000000Z", "0001-01-01T00:00:00Z", "99999-01-01", "S-1-5-32-544", "S-1-5-21-1-2-3-500")
    ),
    st.sampled_from(("S-1-12-1-1-2-3-4", "::", "0.0.0.0", "TCP", "Any", "1-99999999999", "Running", "Auto", "20348")),
    st.just(DENIED),
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from((*NAMES, *VALUES, "exists", "values", "value", "err")), inner, max_size=8),
    ),
    max_leaves=30,
)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.fact.__name__)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_json_breaks_a_reader(reader: Reader, data: st.DataObject) -> None:
    drawn = {probe.name: section(probe.name, RawState.OK, data.draw(JSON)) for probe in reader.probes}
    assert isinstance(reader.read(raw_facts(drawn)), (reader.fact, Absent, Unknown))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(host=st.sampled_from(HOSTS), data=st.data())
def test_no_value_in_a_written_host_breaks_a_reader(host: str, data: st.DataObject) -> None:
    """The right shape with one foreign value in it, anywhere."""
    raw = raw_facts_of(host)
    probe = data.draw(st.sampled_from([name for name, raw_fact in raw.sections.items() if raw_fact.stdout]))
    body = json.loads(raw.sections[probe].stdout)
    places = list(paths(body))
    replaced = with_value(body, data.draw(st.sampled_from(places)), data.draw(JSON))
    changed = raw_facts({**raw.sections, probe: section(probe, RawState.OK, replaced)})
    for reader in READERS:
        assert isinstance(reader.read(changed), (reader.fact, Absent, Unknown))


def paths(value: Any, so_far: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value below its top."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*so_far, key)
        yield from paths(child, (*so_far, key))


def with_value(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    copy = dict(body) if isinstance(body, dict) else list(body)
    copy[place[0]] = with_value(copy[place[0]], place[1:], value)
    return copy


def without(body: Any, place: tuple[Any, ...]) -> Any:
    copy = dict(body) if isinstance(body, dict) else list(body)
    if len(place) == 1:
        del copy[place[0]]
    else:
        copy[place[0]] = without(copy[place[0]], place[1:])
    return copy


# --- Silence is never a pass -----------------------------------------------------------------------------


@pytest.mark.parametrize("state", UNREAD, ids=str)
def test_nothing_passes_when_nothing_was_read(state: RawState) -> None:
    assert good(everywhere(state, DENIED)) == {}


def test_nothing_passes_when_the_target_sent_no_section_at_all() -> None:
    assert good(raw_facts({})) == {}
    assert good(raw_facts({}, error=(Reason.UNREACHABLE, "no route"))) == {}


# That Windows has no mask, no su and one kernel needs no more than the word of a host that it is Windows.
PROVED_BY_ANY_ANSWER = {"password/umask", "password/su_restricted", "patching/kernel_current"}
SILENT_BODIES: tuple[Any, ...] = (b"", b"{", b"\xff\xfe", None, [], "", 0, True, {}, DENIED, {"exists": True})


@pytest.mark.parametrize("body", SILENT_BODIES, ids=repr)
def test_nothing_passes_when_every_probe_ended_well_and_said_nothing(body: Any) -> None:
    assert set(good(everywhere(RawState.OK, body))) <= PROVED_BY_ANY_ANSWER


EMPTY_PARTS: tuple[Any, ...] = (None, [], {}, "", DENIED, {"exists": False}, {"exists": True, "values": {}})


@pytest.mark.parametrize("part", EMPTY_PARTS, ids=repr)
@pytest.mark.parametrize("host", HOSTS)
def test_nothing_passes_on_a_known_host_whose_parts_are_all_empty(host: str, part: Any) -> None:
    """Every name is there, and behind each is nothing."""
    known = raw_facts_of(host).sections[HOST.name]
    empty = dict.fromkeys(NAMES, part)
    raw = raw_facts({**everywhere(RawState.OK, empty).sections, HOST.name: known})
    proved = PROVED_EMPTY.get(repr(part), set())
    by_build = {"remote_access/smb_signing"} if proved and host in SMB_SIGNING_BY_DEFAULT else set()
    assert set(good(raw)) <= PROVED_BY_ANY_ANSWER | KNOWN_BY_HOST | proved | by_build


# The host's own section says how old the release is, that a controller has no accounts, and that no domain is there.
KNOWN_BY_HOST = {
    "patching/os_supported",
    "accounts/sudo_broad",
    "accounts/sudo_nopasswd",
    "accounts/root_equivalent",
    "accounts/admins",
    "password/directory",
    "accounts/local_admin_passwords",  # a controller has no such account, a host alone no directory to keep it in
}
SMB_SIGNING_BY_DEFAULT = {"windows-11-24h2", "windows-11-entra"}
# Where nothing is set, the documented default of the build rules; both of these give no better than a warning.
BY_DEFAULT = {"accounts/privilege_prompts", "remote_access/management_encrypted"}
# What an empty answer proves by being empty: no value that switches it on, no key that is the mark.
PROVED_EMPTY: dict[str, set[str]] = {
    repr({"exists": False}): {"patching/reboot_pending", "patching/held", *BY_DEFAULT},
    repr({"exists": True, "values": {}}): {"patching/held", *BY_DEFAULT},
}


# --- Less evidence is never a better answer --------------------------------------------------------------

FULL = ("server-2022-hardened", "server-2012-r2", "domain-controller", "windows-11-entra", "windows-10-german")
ANSWERS = {host: {item.check: item.status for item in findings(raw_facts_of(host))} for host in FULL}


def less(body: Any) -> Iterator[Any]:
    """The answer with each of its places denied, and with each name left out.

    A registry value that is left out is one that the host does not have: another answer, not a lesser one.
    """
    for place in paths(body):
        yield with_value(body, place, DENIED)
        if isinstance(place[-1], str) and place[-2:-1] != ("values",):
            yield without(body, place)


def better(host: str, probe: str, raw: RawFacts, changed: RawFact) -> set[tuple[str, str]]:
    answers = findings(raw_facts({**raw.sections, probe: changed}), resting_on(probe))
    green = (Status.PASS, Status.NOT_APPLICABLE, Status.WARN)
    return {
        (probe, item.check)
        for item in answers
        if item.status in green and item.status is not ANSWERS[host][item.check] and not was_green(host, item)
    }


def was_green(host: str, item: Finding) -> bool:
    """A pass that becomes a warning is a lesser answer."""
    return ANSWERS[host][item.check] is Status.PASS and item.status is Status.WARN


@pytest.mark.parametrize("host", FULL)
@pytest.mark.parametrize("probe", [probe.name for probe in PROBES])
def test_less_evidence_never_gives_a_better_answer(host: str, probe: str) -> None:
    raw = raw_facts_of(host)
    whole = raw.sections[probe]
    found = {pair for state in UNREAD for pair in better(host, probe, raw, section(probe, state, DENIED))}
    if whole.state is RawState.OK:
        for body in less(json.loads(whole.stdout)):
            found |= better(host, probe, raw, section(probe, RawState.OK, body))
    assert found == set()


def test_the_written_hosts_are_worth_the_comparison() -> None:
    for status, wanted in ((Status.PASS, 100), (Status.FAIL, 30)):
        assert sum(answer is status for answers in ANSWERS.values() for answer in answers.values()) > wanted
