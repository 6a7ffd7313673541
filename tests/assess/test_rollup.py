"""The roll-up: what makes a requirement green, and everything that must not."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.assess.rollup import STRENGTH, People, Rollup, exit_status, weaker
from scanner.assess.verdicts import judge, verdict_on_target
from scanner.model import (
    Applicability,
    Assessment,
    Coverage,
    Finding,
    Level,
    ProfileRef,
    Reason,
    State,
    Status,
    TargetResult,
    TargetState,
    Verdict,
)
from scanner.profile import (
    AttestationSlot,
    Audience,
    Automation,
    CheckRef,
    CheckUse,
    Condition,
    Expression,
    Group,
    Kind,
    LevelFrom,
    Profile,
    Requirement,
    Uncovered,
)

PASS, WARN, FAIL, REVIEW = Status.PASS, Status.WARN, Status.FAIL, Status.REVIEW
NA, UNKNOWN, NOT_CHECKED = Status.NOT_APPLICABLE, Status.UNKNOWN, Status.NOT_CHECKED
A, B, C = CheckRef("x/a"), CheckRef("x/b"), CheckRef("x/c")
SLOT = AttestationSlot(slot="policy", ask="The policy", refresh_days=365, why="It is asked for", source="msc")
DAY = date(2026, 1, 1)


def all_of(*parts: Expression) -> Group:
    return Group(Kind.ALL, parts)


def any_of(*parts: Expression) -> Group:
    return Group(Kind.ANY, parts)


def requirement(**changes: Any) -> Requirement:
    values: dict[str, Any] = {
        "key": "4.8b",
        "criterion": "4.8",
        "title": "Sign-in",
        "text": "Signing in is strong.",
        "levels": (LevelFrom(level=Level.MUST, effective=date(2020, 3, 1)),),
        "audience": Audience.IT,
        "automation": Automation.TECHNICAL,
        "evidences": "Rules.",
        "beyond": "The rest.",
        "checks": all_of(A, B),
    }
    return Requirement(**(values | changes))


def profile(*requirements: Requirement) -> Profile:
    names = ("x/a", "x/b", "x/c")
    return Profile(
        ref=ProfileRef(name="p", edition="1", digest=""),
        title="",
        entity_types={},
        sources={},
        uses={name: CheckUse(check=name, title=f"Check {name[-1]}", sources=()) for name in names},
        requirements={each.key: each for each in requirements},
    )


def target(name: str = "t", state: TargetState = TargetState.READ, unread: tuple[str, ...] = ()) -> TargetResult:
    return TargetResult(name=name, address="", transport="ssh", platform="linux", os="", state=state, unread=unread)


def findings(**statuses: Status) -> list[Finding]:
    reason = {UNKNOWN: Reason.DENIED}
    return [
        Finding(check=f"x/{check}", version=1, target="t", status=status, reason=reason.get(status))
        for check, status in statuses.items()
    ]


def assess(each: Requirement, *targets: Mapping[str, Status], planned: int | None = None, **options: Any) -> Assessment:
    """One requirement over targets that were all read, each given by its findings."""
    rollup = Rollup(profile(each), on=DAY, planned=len(targets) if planned is None else planned, **options)
    for statuses in targets:
        rollup.add(target(), findings(**statuses))
    (assessment,) = rollup.assessments()
    return assessment


GOOD = {"a": PASS, "b": PASS}


# --- One target ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (PASS, PASS, Verdict.SATISFIED),
        (PASS, NA, Verdict.SATISFIED),
        (NA, NA, Verdict.NOT_APPLICABLE),
        (PASS, WARN, Verdict.SATISFIED_WITH_WARNINGS),
        (WARN, UNKNOWN, Verdict.UNDETERMINED),
        (PASS, REVIEW, Verdict.UNDETERMINED),
        (PASS, NOT_CHECKED, Verdict.UNDETERMINED),
        (NA, UNKNOWN, Verdict.UNDETERMINED),
        (FAIL, UNKNOWN, Verdict.NOT_SATISFIED),
        (FAIL, PASS, Verdict.NOT_SATISFIED),
    ],
)
def test_all_takes_the_worst_part(first: Status, second: Status, verdict: Verdict) -> None:
    for one, two in ((first, second), (second, first)):
        assert judge(all_of(A, B), {"x/a": one, "x/b": two}) is verdict


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (PASS, FAIL, Verdict.SATISFIED),
        (PASS, UNKNOWN, Verdict.SATISFIED),
        (WARN, FAIL, Verdict.SATISFIED_WITH_WARNINGS),
        (FAIL, UNKNOWN, Verdict.UNDETERMINED),
        (FAIL, NA, Verdict.NOT_SATISFIED),
        (NA, NA, Verdict.NOT_APPLICABLE),
        (NA, PASS, Verdict.SATISFIED),
    ],
)
def test_any_takes_the_best_part(first: Status, second: Status, verdict: Verdict) -> None:
    for one, two in ((first, second), (second, first)):
        assert judge(any_of(A, B), {"x/a": one, "x/b": two}) is verdict


def test_groups_nest() -> None:
    nested = all_of(A, any_of(B, C))
    assert judge(nested, {"x/a": PASS, "x/b": FAIL, "x/c": PASS}) is Verdict.SATISFIED
    assert judge(nested, {"x/a": PASS, "x/b": FAIL, "x/c": FAIL}) is Verdict.NOT_SATISFIED


def test_a_missing_finding_is_never_a_pass() -> None:
    assert judge(all_of(A, B), {"x/a": PASS}) is Verdict.UNDETERMINED
    assert judge(any_of(A, B), {}) is Verdict.UNDETERMINED


def test_a_requirement_without_checks_is_undetermined() -> None:
    assert verdict_on_target(requirement(checks=None, not_covered=(Uncovered("x"),)), {}) is Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("deciding", "supporting", "verdict"),
    [
        (PASS, PASS, Verdict.SATISFIED),
        (PASS, FAIL, Verdict.SATISFIED_WITH_WARNINGS),
        (PASS, UNKNOWN, Verdict.UNDETERMINED),
        (FAIL, PASS, Verdict.NOT_SATISFIED),
        (UNKNOWN, PASS, Verdict.UNDETERMINED),
        (NA, PASS, Verdict.NOT_APPLICABLE),
    ],
)
def test_a_supporting_check_weakens_and_never_satisfies(deciding: Status, supporting: Status, verdict: Verdict) -> None:
    each = requirement(checks=A, supports=("x/b",))
    assert verdict_on_target(each, {"x/a": deciding, "x/b": supporting}) is verdict


@pytest.mark.parametrize("status", Status)
def test_supporting_checks_alone_decide_nothing(status: Status) -> None:
    each = requirement(checks=None, supports=("x/a",), not_covered=(Uncovered("logging"),))
    assert verdict_on_target(each, {"x/a": status}) is Verdict.UNDETERMINED
    assert assess(each, {"a": status}).state is State.NOT_ASSESSED


@pytest.mark.parametrize(("deciding", "state"), [(REVIEW, State.PARTLY_EVIDENCED), (UNKNOWN, State.NOT_ASSESSED)])
def test_only_a_check_that_decides_can_have_shown_something(deciding: Status, state: State) -> None:
    each = requirement(checks=A, supports=("x/b",))
    assert assess(each, {"a": deciding, "b": PASS}).state is state


EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    st.sampled_from((A, B, C)),
    lambda parts: st.builds(Group, st.sampled_from(Kind), st.lists(parts, min_size=1, max_size=3).map(tuple)),
    max_leaves=6,
)
STATUSES = st.dictionaries(st.sampled_from(("x/a", "x/b", "x/c")), st.sampled_from(Status))


@given(EXPRESSIONS, STATUSES)
def test_nothing_is_green_without_a_pass(expression: Expression, statuses: dict[str, Status]) -> None:
    verdict = judge(expression, statuses)
    if verdict in (Verdict.SATISFIED, Verdict.SATISFIED_WITH_WARNINGS):
        assert {PASS, WARN} & set(statuses.values())


# --- One site --------------------------------------------------------------------------------------------


def test_evidenced_when_every_target_satisfies_or_has_no_object() -> None:
    found = assess(requirement(), GOOD, {"a": NA, "b": NA})
    assert (found.state, found.technical, found.people) == (State.EVIDENCED, State.EVIDENCED, None)
    assert found.targets == {Verdict.SATISFIED: 1, Verdict.NOT_APPLICABLE: 1}
    assert found.findings == {PASS: 2, NA: 2}
    assert found.reasons == ()


def test_one_target_that_fails_is_a_gap_whatever_the_others_say() -> None:
    found = assess(requirement(), GOOD, {"a": PASS, "b": UNKNOWN}, {"a": FAIL, "b": PASS})
    assert found.state is State.GAP
    assert found.reasons == (("Check a: not met", 1), ("Check b: unknown, the scan account may not read it", 1))
    assert found.reason == "of 3 targets, 1 not meeting it, 1 undetermined, 1 meeting it"


@pytest.mark.parametrize("spoiler", [WARN, REVIEW, UNKNOWN, NOT_CHECKED])
def test_anything_short_of_a_pass_on_one_target_is_partly_evidenced(spoiler: Status) -> None:
    assert assess(requirement(), GOOD, {"a": PASS, "b": spoiler}).state is State.PARTLY_EVIDENCED


@pytest.mark.parametrize("spoiler", [WARN, REVIEW, UNKNOWN])
def test_passed_but_could_not_look_is_partly_evidenced(spoiler: Status) -> None:
    assert assess(requirement(), {"a": PASS, "b": spoiler}).state is State.PARTLY_EVIDENCED


@pytest.mark.parametrize("nothing", [UNKNOWN, NOT_CHECKED])
def test_not_assessed_when_nothing_was_seen(nothing: Status) -> None:
    assert assess(requirement(), {"a": nothing, "b": nothing}, {"a": NA, "b": nothing}).state is State.NOT_ASSESSED


def test_not_applicable_when_no_target_has_an_object_for_it() -> None:
    assert assess(requirement(), {"a": NA, "b": NA}).state is State.NOT_APPLICABLE


def test_a_part_that_no_check_reads_keeps_it_from_green() -> None:
    each = requirement(not_covered=(Uncovered("malware protection"),))
    found = assess(each, GOOD)
    assert found.state is State.PARTLY_EVIDENCED
    assert ("no automated check yet: malware protection", 1) in found.reasons
    assert assess(each, {"a": NA, "b": NA}).state is State.NOT_ASSESSED


def test_without_any_check_it_is_not_assessed() -> None:
    found = assess(requirement(checks=None, not_covered=(Uncovered("logging"),)), GOOD)
    assert (found.state, found.targets) == (State.NOT_ASSESSED, {Verdict.UNDETERMINED: 1})


@pytest.mark.parametrize("state", [TargetState.UNREACHABLE, TargetState.LOGIN_FAILED, TargetState.CANCELLED])
def test_a_lost_target_keeps_every_requirement_from_green(state: TargetState) -> None:
    rollup = Rollup(profile(requirement()), on=DAY, planned=2)
    rollup.add(target("one"), findings(**GOOD))
    verdicts = rollup.add(target("two", state), findings(a=PASS, b=NA))  # even with findings that say otherwise
    (found,) = rollup.assessments()
    assert verdicts == {"4.8b": Verdict.UNDETERMINED}
    assert found.state is State.PARTLY_EVIDENCED
    assert len(found.reasons) == 1
    assert rollup.coverage() == Coverage(planned=2, reached=1, readable=1)


def test_a_lost_target_may_still_prove_a_gap() -> None:
    rollup = Rollup(profile(requirement()), on=DAY, planned=1)
    rollup.add(target(state=TargetState.FAILED), findings(a=FAIL, b=UNKNOWN))
    assert rollup.assessments()[0].state is State.GAP


def test_only_lost_targets_are_not_assessed() -> None:
    rollup = Rollup(profile(requirement()), on=DAY, planned=1)
    rollup.add(target(state=TargetState.UNREACHABLE), findings(a=UNKNOWN, b=UNKNOWN))
    (found,) = rollup.assessments()
    assert (found.state, found.reasons) == (State.NOT_ASSESSED, (("target could not be reached", 1),))


def test_a_target_that_was_planned_and_never_came_stays_in_the_denominator() -> None:
    found = assess(requirement(), GOOD, planned=3)
    assert found.state is State.PARTLY_EVIDENCED
    assert found.targets == {Verdict.UNDETERMINED: 2, Verdict.SATISFIED: 1}
    assert found.findings == {PASS: 2, NOT_CHECKED: 4}
    assert found.reasons == (("target was planned and not collected in this run", 2),)


def test_no_targets_at_all_is_not_assessed() -> None:
    assert assess(requirement()).state is State.NOT_ASSESSED


def test_more_targets_than_planned_are_a_mistake() -> None:
    rollup = Rollup(profile(requirement()), on=DAY, planned=0)
    with pytest.raises(ValueError, match="more targets"):
        rollup.add(target(), [])


def test_readable_means_without_a_gap() -> None:
    rollup = Rollup(profile(requirement()), on=DAY, planned=3)
    rollup.add(target(), [])
    rollup.add(target(state=TargetState.PARTLY_READ), [])
    rollup.add(target(unread=("pam",)), [])
    assert rollup.coverage() == Coverage(planned=3, reached=3, readable=1)


def test_a_closed_review_counts_as_a_pass_and_stays_counted_as_a_review() -> None:
    found = assess(requirement(), {"a": PASS, "b": REVIEW}, review_closed=lambda finding: finding.check == "x/b")
    assert found.state is State.EVIDENCED
    assert found.findings == {PASS: 1, REVIEW: 1}


def test_reasons_come_worst_first_then_most_frequent() -> None:
    found = assess(requirement(), *[{"a": WARN, "b": PASS}] * 3, {"a": UNKNOWN, "b": REVIEW}, {"a": PASS, "b": FAIL})
    assert [text for text, _ in found.reasons] == [
        "Check b: not met",
        "Check a: unknown, the scan account may not read it",
        "Check b: a person has to judge the list",
        "Check a: met only with a warning",
    ]
    assert found.reasons[-1][1] == 3


def test_what_somebody_can_act_on_comes_before_what_no_check_reads() -> None:
    each = requirement(checks=all_of(A, B, C), not_covered=(Uncovered("logging"),))
    found = assess(each, {"a": NOT_CHECKED, "b": WARN, "c": REVIEW})
    assert [text for text, _ in found.reasons] == [
        "Check c: a person has to judge the list",
        "Check b: met only with a warning",
        "no automated check yet: logging",
        "Check a: not checked on this kind of system",
    ]


def test_a_way_that_was_not_needed_is_no_reason() -> None:
    found = assess(requirement(checks=any_of(A, B)), {"a": PASS, "b": FAIL})
    assert (found.state, found.reasons) == (State.EVIDENCED, ())


# --- People, conditions, levels --------------------------------------------------------------------------


def test_the_people_half_is_missing_until_records_arrive() -> None:
    found = assess(requirement(automation=Automation.MIXED, attestations=(SLOT,)), GOOD)
    assert (found.technical, found.people, found.state) == (
        State.EVIDENCED,
        State.ATTESTATION_MISSING,
        State.ATTESTATION_MISSING,
    )


def test_a_document_on_file_completes_the_people_half() -> None:
    each = requirement(automation=Automation.MIXED, attestations=(SLOT,))
    people = {"4.8b": People(state=State.DOCUMENT_ON_FILE, records=({"who": "A. Person"},))}
    found = assess(each, GOOD, attestations=people)
    assert (found.state, found.attestations) == (State.EVIDENCED, ({"who": "A. Person"},))
    expired = assess(each, GOOD, attestations={"4.8b": People(state=State.ATTESTATION_EXPIRED)})
    assert expired.state is State.ATTESTATION_EXPIRED


def test_paper_has_no_technical_half() -> None:
    each = requirement(automation=Automation.PAPER, checks=None, attestations=(SLOT,))
    found = assess(each, GOOD)
    assert (found.technical, found.state, found.targets) == (None, State.ATTESTATION_MISSING, {})
    on_file = assess(each, attestations={"4.8b": People(state=State.DOCUMENT_ON_FILE)})
    assert on_file.state is State.DOCUMENT_ON_FILE


def test_every_state_has_a_strength_and_the_weaker_half_counts() -> None:
    assert set(STRENGTH) == set(State)
    for one, two in itertools.product(State, State):
        assert STRENGTH[weaker(one, two)] == min(STRENGTH[one], STRENGTH[two])
    assert weaker(None, None) is State.NOT_ASSESSED


REMOTE = Condition(key="remote_access", question="Is there remote access?")


def test_a_no_with_a_reason_takes_it_out() -> None:
    each = requirement(condition=REMOTE)
    found = assess(
        each, {"a": FAIL, "b": PASS}, applicability={"remote_access": Applicability(applies=False, reason="No VPN")}
    )
    assert (found.state, found.reason) == (State.NOT_APPLICABLE, "No VPN")


@pytest.mark.parametrize("answer", [None, Applicability(applies=True), Applicability(applies=False)])
def test_silence_or_a_bare_no_keeps_it_in(answer: Applicability | None) -> None:
    given_answers = {} if answer is None else {"remote_access": answer}
    found = assess(requirement(condition=REMOTE), {"a": FAIL, "b": PASS}, applicability=given_answers)
    assert found.state is State.GAP
    assert ("taken to apply" in found.reason) is (answer is None or not answer.applies)


def test_a_requirement_of_other_entity_types_does_not_apply() -> None:
    each = requirement(entities=("sea_carrier",))
    assert assess(each, GOOD, entities=("importer",)).state is State.NOT_APPLICABLE
    assert assess(each, GOOD, entities=("importer", "sea_carrier")).state is State.EVIDENCED


def test_a_should_that_is_not_met_is_a_recommendation() -> None:
    each = requirement(levels=(LevelFrom(level=Level.SHOULD, effective=date(2020, 3, 1)),))
    found = assess(each, {"a": FAIL, "b": PASS})
    assert found.state is State.GAP
    assert found.reason.startswith("Recommendation: ")
    assert exit_status([found]) == 3  # no Must at all: nothing was shown


# --- Exit status -----------------------------------------------------------------------------------------


def made(state: State, level: Level = Level.MUST) -> Assessment:
    return Assessment(
        requirement="4.1", criterion="4.1", level=level, state=state, reason="", technical=None, people=None
    )


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (State.EVIDENCED, 0),
        (State.DOCUMENT_ON_FILE, 0),
        (State.NOT_APPLICABLE, 0),
        (State.GAP, 1),
        (State.ATTESTATION_EXPIRED, 1),
        (State.NOT_ASSESSED, 3),
        (State.PARTLY_EVIDENCED, 3),
        (State.ATTESTATION_MISSING, 3),
    ],
)
def test_exit_status_of_a_must(state: State, status: int) -> None:
    assert exit_status([made(State.EVIDENCED), made(state)]) == status
    assert exit_status([made(State.EVIDENCED), made(state, Level.SHOULD)]) == 0


def test_a_gap_outranks_what_is_open_and_nothing_is_not_enough() -> None:
    assert exit_status([made(State.NOT_ASSESSED), made(State.GAP)]) == 1
    assert exit_status([]) == 3


# --- Size ------------------------------------------------------------------------------------------------


def test_memory_does_not_grow_with_targets() -> None:
    rollup = Rollup(profile(requirement()), on=DAY, planned=4_000)
    kinds = list(itertools.product(Status, Status))

    def add(count: int) -> None:
        for number in range(count):
            one, two = kinds[number % len(kinds)]
            rollup.add(target(f"host-{number}"), findings(a=one, b=two))

    add(500)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        add(3_000)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 20_000
