"""Exactly one finding per planned check, whatever readers, checks and targets do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.assess import findings as room
from scanner.assess.findings import FactSet, PlannedCheck, judge, not_judged, probes_for, readers_for
from scanner.check import Check, FactParameter, failed, passed, review, unknown
from scanner.facts import Collection, Hardware, Host
from scanner.facts.base import Fact, GivenFact, Probe, RawFact, RawFacts, RawState, Reader
from scanner.model import (
    Absent,
    Finding,
    Outcome,
    Privilege,
    Reason,
    Severity,
    Status,
    Target,
    Unknown,
    need,
)
from scanner.profile.parameters import EffectiveParameters

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TARGET = Target(name="web01", transport="ssh", role="server", tags=("trade-data",))
PROBE = Probe(name="p", why="w", script="echo ok")
RAW = RawFacts(
    platform="linux",
    collected_at=NOW,
    privilege=Privilege.USER,
    sections={"p": RawFact(probe="p", state=RawState.OK, stdout=b"ok\n")},
)


class Thing(Fact):
    name = "thing"
    title = "the thing"


class Other(Fact):
    name = "other"
    title = "the other thing"


Answer = Callable[[RawFacts], Any]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FactSet]:
    """A set of facts whose readers answer as told."""

    def build(thing: Answer, other: Answer | None = None) -> FactSet:
        readers = [Reader(fact=Thing, probes=(PROBE,), read=thing)]
        readers += [Reader(fact=Other, probes=(PROBE,), read=other)] if other else []
        monkeypatch.setattr(room, "READERS", {"linux": tuple(readers)})
        return FactSet(RAW, TARGET)

    return build


def planned(run: Callable[..., Any], *, takes_absent: bool = False, takes_unknown: bool = False, **kept: Any) -> Any:
    facts = (FactParameter("thing", Thing, takes_absent, takes_unknown), *kept.pop("facts", ()))
    check = Check(
        id="own/check",
        title="T",
        severity=Severity.LOW,
        why="w",
        reference="r",
        remediation="m",
        references=(),
        facts=facts,
        parameters={},
        run=run,
        version=3,
        source="acme-checks",
    )
    looser = kept.pop("looser", ())
    return PlannedCheck(check=check, requirements=("4.5a",), parameters=EffectiveParameters(values=kept, looser=looser))


def one(plan: PlannedCheck, facts: FactSet) -> Finding:
    (finding,) = judge([plan], facts, TARGET)
    return finding


def fine(thing: Any, **_: Any) -> Outcome:
    return passed(actual="fine")


def test_a_finding_carries_its_check_its_evidence_and_its_parameters(reads: Callable[..., FactSet]) -> None:
    finding = one(planned(fine, limit=3), reads(lambda raw: Thing()))
    assert finding == Finding(
        check="own/check",
        version=3,
        target="web01",
        status=Status.PASS,
        actual="fine",
        evidence=(RAW.sections["p"].sha256,),
        requirements=("4.5a",),
        parameters={"limit": 3},
        source="acme-checks",
    )


def test_a_threshold_that_is_too_loose_is_no_pass(reads: Callable[..., FactSet]) -> None:
    finding = one(planned(fine, looser=("own.check.limit is too loose",)), reads(lambda raw: Thing()))
    assert finding.status is Status.WARN
    assert "too loose" in finding.note


def crash(raw: RawFacts) -> Fact:
    raise RecursionError("deep")


@pytest.mark.parametrize("answer", [crash, lambda raw: None, lambda raw: True, lambda raw: Other()])
def test_a_faulty_reader_is_unknown_and_never_absent(reads: Callable[..., FactSet], answer: Answer) -> None:
    for takes_absent in (False, True):
        finding = one(planned(fine, takes_absent=takes_absent), reads(answer))
        assert (finding.status, finding.reason) == (Status.UNKNOWN, Reason.FAULT)
        assert finding.detail.startswith("the thing: the reader failed")


def test_a_faulty_reader_leaves_other_facts_alone(reads: Callable[..., FactSet]) -> None:
    facts = reads(crash, lambda raw: Other())
    assert facts.get(Other) == Other()


def raises(error: BaseException) -> Callable[..., Outcome]:
    def run(thing: Any) -> Outcome:
        raise error

    return run


FAULTY: tuple[Callable[..., Any], ...] = (
    raises(ZeroDivisionError("x")),
    raises(SystemExit(0)),
    lambda thing: None,
    lambda thing: True,
    lambda thing: Status.PASS,
    lambda thing: Outcome(status="pass", actual="a"),  # type: ignore[arg-type]
    lambda thing: Outcome(status=Status.PASS, actual=7),  # type: ignore[arg-type]
    lambda thing: failed(expected="e", actual="a", items=[1, 2]),  # type: ignore[list-item]
    lambda thing: Outcome(status=Status.FAIL, items="root"),  # type: ignore[arg-type]
    lambda thing: Outcome(status=Status.UNKNOWN),
    lambda: passed(actual="takes no fact"),
)


@pytest.mark.parametrize("run", FAULTY)
def test_a_faulty_check_is_unknown_and_others_are_intact(reads: Callable[..., FactSet], run: Any) -> None:
    plan = [planned(fine), planned(run), planned(fine)]
    before, faulty, after = judge(plan, reads(lambda raw: Thing()), TARGET)
    assert before.status is after.status is Status.PASS
    assert (faulty.status, faulty.reason) == (Status.UNKNOWN, Reason.FAULT)
    assert faulty.detail.startswith("the check failed")
    assert faulty.actual == ""


ABSENT = Absent("no such thing here")
UNKNOWN = Unknown(Reason.DENIED, "p: may not be read")


def seen(thing: Any, other: Any = None) -> Outcome:
    return failed(expected="e", actual=f"{type(thing).__name__}")


@pytest.mark.parametrize(
    ("value", "takes_absent", "takes_unknown", "status", "words"),
    [
        (ABSENT, False, False, Status.NOT_APPLICABLE, "no such thing here"),
        (ABSENT, True, False, Status.FAIL, "NoneType"),
        (UNKNOWN, False, False, Status.UNKNOWN, "p: may not be read"),
        (UNKNOWN, True, False, Status.UNKNOWN, "p: may not be read"),
        (UNKNOWN, False, True, Status.FAIL, "Unknown"),
    ],
)
def test_what_a_check_does_not_take_decides_before_it_runs(
    reads: Callable[..., FactSet],
    value: Absent | Unknown,
    takes_absent: bool,
    takes_unknown: bool,
    status: Status,
    words: str,
) -> None:
    plan = planned(seen, takes_absent=takes_absent, takes_unknown=takes_unknown)
    finding = one(plan, reads(lambda raw: value))
    assert finding.status is status
    assert words in (finding.actual, finding.detail)


def test_proved_absence_goes_before_ignorance(reads: Callable[..., FactSet]) -> None:
    plan = planned(seen, facts=(FactParameter("other", Other, False, False),))
    assert one(plan, reads(lambda raw: UNKNOWN, lambda raw: ABSENT)).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("value", "status"), [(ABSENT, Status.NOT_APPLICABLE), (UNKNOWN, Status.UNKNOWN), ("x", Status.PASS)]
)
def test_need_ends_a_check_where_a_field_is_missing(reads: Callable[..., FactSet], value: Any, status: Status) -> None:
    finding = one(planned(lambda thing: passed(actual=need(value))), reads(lambda raw: Thing()))
    assert finding.status is status


def test_a_fact_that_no_reader_fills_here_is_not_checked(reads: Callable[..., FactSet]) -> None:
    finding = one(planned(seen, facts=(FactParameter("other", Other, True, True),)), reads(lambda raw: Thing()))
    assert finding.status is Status.NOT_CHECKED
    assert "the other thing" in finding.actual


def test_a_target_that_was_not_collected_has_every_finding_unknown() -> None:
    found = not_judged([planned(fine), planned(seen)], TARGET, Reason.LOGIN, "refused\x1b[31m")
    assert [(f.status, f.reason, f.detail) for f in found] == [(Status.UNKNOWN, Reason.LOGIN, "refused\\x1b[31m")] * 2


def test_words_of_a_target_are_made_harmless(reads: Callable[..., FactSet]) -> None:
    def run(thing: Any) -> Outcome:
        return review(question="who\x07?", items=["a\u202eb", "c\nd"], actual="\x1b[2J", note="\0")

    finding = one(planned(run), reads(lambda raw: Thing()))
    assert (finding.question, finding.items, finding.actual, finding.note) == (
        "who\\x07?",
        ("a\\u202eb", "c d"),
        "\\x1b[2J",
        "\\x00",
    )


def test_a_check_may_say_that_what_it_read_is_stale(reads: Callable[..., FactSet]) -> None:
    finding = one(planned(lambda thing: unknown(Reason.STALE, "old")), reads(lambda raw: Thing()))
    assert (finding.status, finding.reason, finding.detail) == (Status.UNKNOWN, Reason.STALE, "old")


def test_a_fact_is_read_once(reads: Callable[..., FactSet]) -> None:
    calls: list[int] = []

    def thing(raw: RawFacts) -> Thing:
        calls.append(1)
        return Thing()

    judge([planned(fine), planned(fine)], reads(thing), TARGET)
    assert calls == [1]


def test_every_target_knows_how_it_was_collected() -> None:
    collection = FactSet(RAW, TARGET).get(Collection)
    assert isinstance(collection, Collection)
    assert (collection.collected_at, collection.target, collection.role, collection.tags) == (
        NOW,
        "web01",
        "server",
        ("trade-data",),
    )


def test_a_platform_without_readers_gives_unknown_facts_and_unchecked_findings() -> None:
    facts = FactSet(replace(RAW, platform="plan9"), TARGET)
    assert isinstance(facts.get(Host), Unknown)
    assert one(planned(fine), facts).status is Status.NOT_CHECKED


def test_what_the_target_is_is_always_read() -> None:
    for platform in ("linux", "windows"):
        assert [reader.fact for reader in readers_for(platform, [])] == [Host, Hardware]
    assert probes_for("linux", [])
    assert probes_for("plan9", []) == ()


# --- What a run is given --------------------------------------------------------------------------------------


class Given(GivenFact):
    name = "given"
    title = "something given"
    missing = "nothing was given: `do this`"


def of_given(**kept: Any) -> PlannedCheck:
    facts = (FactParameter("given", Given, takes_absent=True, takes_unknown=True),)
    return planned(lambda thing, given: passed(actual=given.sha256), facts=facts, **kept)  # type: ignore[no-any-return]


def test_a_check_sees_what_the_run_was_given_and_rests_on_it(reads: Callable[..., FactSet]) -> None:
    reads(lambda raw: Thing())
    (found,) = judge([of_given()], FactSet(RAW, TARGET, [Given(sha256="a" * 64)]), TARGET)
    assert (found.status, found.actual) == (Status.PASS, "a" * 64)
    assert found.evidence == (RAW.sections["p"].sha256, "a" * 64)


def test_a_check_that_was_not_given_what_it_takes_is_not_made(reads: Callable[..., FactSet]) -> None:
    """Not even where it would judge absence or ignorance itself: that a run was given nothing is neither."""
    (found,) = judge([of_given()], reads(lambda raw: Thing()), TARGET)
    assert (found.status, found.actual, found.evidence) == (
        Status.NOT_CHECKED,
        "nothing was given: `do this`",
        (RAW.sections["p"].sha256,),
    )
    facts = FactSet(replace(RAW, platform="plan9"), TARGET)
    (elsewhere,) = judge([of_given()], facts, TARGET)
    assert elsewhere.actual == "no check for plan9 exists yet: the thing"
