"""The run document: what goes out comes back, and its canonical spelling is one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.document import SCHEMA, canonical, digest, parse, plain, run_document
from scanner.model import (
    Assessment,
    Coverage,
    Finding,
    Level,
    Privilege,
    ProfileRef,
    Reason,
    RunInfo,
    RunResult,
    State,
    Status,
    Target,
    TargetResult,
    TargetState,
    Verdict,
)

TEXT = st.text(max_size=20)
NAMES = st.text(min_size=1, max_size=10)
TIMES = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | TEXT, lambda inner: st.lists(inner, max_size=3), max_leaves=4
)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
COUNTS = st.integers(0, 1000)

PROFILES = st.builds(ProfileRef, name=TEXT, edition=TEXT, digest=TEXT, effective_from=TEXT, overlays=TEXTS)
RUNS = st.builds(
    RunInfo,
    id=NAMES,
    site=TEXT,
    company=TEXT,
    entities=TEXTS,
    started=TIMES,
    finished=st.none() | TIMES,
    scanner=TEXT,
    profile=PROFILES,
    partial=st.booleans(),
    previous=st.none() | TEXT,
    digest=st.none() | TEXT,
)
TARGETS = st.builds(
    TargetResult,
    name=NAMES,
    address=TEXT,
    transport=TEXT,
    platform=TEXT,
    os=TEXT,
    state=st.sampled_from(TargetState),
    reason=st.none() | st.sampled_from(Reason),
    detail=TEXT,
    role=st.none() | TEXT,
    tags=TEXTS,
    privilege=st.none() | st.sampled_from(Privilege),
    collected_at=st.none() | TIMES,
    duration_s=st.floats(0, 1e6),
    unread=TEXTS,
)
FINDINGS = st.builds(
    Finding,
    check=NAMES,
    version=COUNTS,
    target=NAMES,
    status=st.sampled_from(Status),
    actual=TEXT,
    reason=st.none() | st.sampled_from(Reason),
    items=TEXTS,
    evidence=TEXTS,
    requirements=TEXTS,
    parameters=st.dictionaries(NAMES, VALUES, max_size=3),
)
ASSESSMENTS = st.builds(
    Assessment,
    requirement=NAMES,
    criterion=TEXT,
    level=st.sampled_from(Level),
    state=st.sampled_from(State),
    reason=TEXT,
    technical=st.none() | st.sampled_from(State),
    people=st.none() | st.sampled_from(State),
    targets=st.dictionaries(st.sampled_from(Verdict), COUNTS),
    findings=st.dictionaries(st.sampled_from(Status), COUNTS),
    reasons=st.lists(st.tuples(TEXT, COUNTS), max_size=3).map(tuple),
)
RESULTS = st.builds(
    RunResult,
    run=RUNS,
    coverage=st.builds(Coverage, planned=COUNTS, reached=COUNTS, readable=COUNTS),
    targets=st.lists(TARGETS, max_size=2).map(tuple),
    findings=st.lists(FINDINGS, max_size=2).map(tuple),
    assessments=st.lists(ASSESSMENTS, max_size=2).map(tuple),
)


@given(RESULTS)
def test_a_run_comes_back_from_its_json_as_it_was(result: RunResult) -> None:
    text = json.dumps(run_document(result))
    assert parse(RunResult, json.loads(text)) == result


@given(RESULTS)
def test_the_digest_is_of_the_content_alone(result: RunResult) -> None:
    document = json.loads(json.dumps(run_document(result)))
    backwards = dict(reversed(document.items()))
    assert canonical(document) == canonical(backwards)
    assert digest(result) == digest(parse(RunResult, document))


def test_the_document_names_its_schema_and_times_are_utc() -> None:
    east = datetime(2026, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    assert plain(east) == "2026-03-01T10:00:00Z"
    assert SCHEMA.endswith("run-1.json")


def test_a_lone_surrogate_has_a_digest() -> None:
    assert digest({"a": "\ud800"}) != digest({"a": ""})


def test_unknown_keys_are_left_out_and_missing_ones_are_an_error() -> None:
    row: dict[str, Any] = plain(Target(name="a", transport="ssh", jump=(Target(name="j", transport="ssh"),)))
    assert parse(Target, {**row, "from the future": 1}) == Target(
        name="a", transport="ssh", jump=(Target(name="j", transport="ssh"),)
    )
    with pytest.raises(TypeError):
        parse(Target, {"name": "a"})


def test_one_changed_character_changes_the_digest() -> None:
    finding = Finding(check="a/b", version=1, target="t", status=Status.PASS)
    assert digest(finding) != digest(replace(finding, status=Status.FAIL))
