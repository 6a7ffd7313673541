"""What makes a function a check, and what it may answer."""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest

from scanner.check import ID, Check, check, failed, not_applicable, passed, review, unknown, warned
from scanner.facts import Host
from scanner.facts.base import Fact
from scanner.model import Outcome, Reason, Severity, Status, Unknown

DOC = """A title.

Why: nobody knows
otherwise.

Source: a manual,
its section 3.

Something else.
"""


def made(function: Any, doc: str | None = DOC, **more: Any) -> Check:
    """The check that the function is in a module with that docstring."""
    module = types.ModuleType("made_for_a_test", doc)
    function.__module__ = module.__name__
    sys.modules[module.__name__] = module
    try:
        return check(title="T", severity=Severity.LOW, remediation="R", **more)(function)
    finally:
        del sys.modules[module.__name__]


def test_why_and_source_come_from_the_docstring_as_whole_paragraphs() -> None:
    def judge(host: Host) -> Outcome:
        return passed(actual=str(host))

    found = made(judge)
    assert (found.why, found.reference) == ("nobody knows otherwise.", "a manual, its section 3.")


@pytest.mark.parametrize("doc", [None, "", "A title.\n\nWhy: x", "A title.\n\nSource: x", "Why: x\nSource: y"])
def test_why_and_source_are_owed(doc: str | None) -> None:
    def judge(host: Host) -> Outcome:
        return passed(actual=str(host))

    with pytest.raises(ValueError, match="Why"):
        made(judge, doc)


def test_facts_are_positional_and_parameters_keyword_only() -> None:
    def judge(host: Host, other: Host | None, third: Host | Unknown | None, *, days: int = 3) -> Outcome:
        return passed(actual=f"{host}{other}{third}{days}")

    found = made(judge)
    assert [(f.name, f.fact, f.takes_absent, f.takes_unknown) for f in found.facts] == [
        ("host", Host, False, False),
        ("other", Host, True, False),
        ("third", Host, True, True),
    ]
    assert found.parameters == {"days": 3}


def without_default(host: Host, *, days: int) -> Outcome:
    return passed(actual=f"{host}{days}")


def without_fact(*, days: int = 1) -> Outcome:
    return passed(actual=str(days))


def with_text(host: str) -> Outcome:
    return passed(actual=host)


def with_anything(host) -> Outcome:  # type: ignore[no-untyped-def]
    return passed(actual=str(host))


def with_two(host: Host | Fact) -> Outcome:
    return passed(actual=str(host))


@pytest.mark.parametrize("function", [without_default, without_fact, with_text, with_anything, with_two])
def test_a_signature_that_says_too_little_does_not_load(function: Any) -> None:
    with pytest.raises(ValueError, match=r"default|at least one fact|one fact type"):
        made(function)


def test_a_tolerance_is_of_a_parameter_that_there_is() -> None:
    def judge(host: Host, *, limit: int = 3) -> Outcome:
        return passed(actual=f"{host}{limit}")

    with pytest.raises(ValueError, match="'tolerated', which is no parameter"):
        made(judge, tolerances={"tolerated": "limit"})


def test_outcomes_say_what_they_are() -> None:
    assert passed(actual="a").status is Status.PASS
    assert warned(expected="e", actual="a").status is Status.WARN
    assert failed(expected="e", actual="a", items=["x"]).items == ("x",)
    assert review(question="q", items=["x", "y"]).actual == "2 to be judged by a person"
    assert not_applicable("why").status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("code", Reason)
def test_a_check_may_not_speak_for_readers_and_the_engine(code: Reason) -> None:
    if code in (Reason.STALE, Reason.NO_EVIDENCE):
        assert unknown(code, "d").reason is code
    else:
        with pytest.raises(ValueError, match=code.value):
            unknown(code, "d")


@pytest.mark.parametrize("name", ["password", "Password/x", "a/b-c", "a//b", "/a", "a/", "1/a", "a/../b"])
def test_an_id_is_a_family_and_a_name(name: str) -> None:
    assert ID.fullmatch("password/min_length")
    assert ID.fullmatch("acme/password/min_length")
    assert not ID.fullmatch(name)
