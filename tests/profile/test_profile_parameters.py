"""Whose threshold counts, and which are too loose to be green."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scanner.check import failed, passed
from scanner.errors import ConfigError
from scanner.model import Status
from scanner.profile import (
    CheckUse,
    Direction,
    EffectiveParameters,
    Guardrail,
    Parameter,
    effective,
    hold_below_green,
)
from scanner.profile.parameters import is_looser

KEY = "password.min_length.required"
AT_LEAST_12 = Guardrail(direction=Direction.MIN, loosest=12)
USE = CheckUse(
    check="password/min_length",
    title="",
    sources=(),
    parameters={
        "required": Parameter(name="required", value=14, source="ours", guardrail=AT_LEAST_12, hint=int),
        "words": Parameter(name="words", value=("a",), hint=tuple[str, ...]),
        "composition": Parameter(name="composition", value=False, free="either is fine", hint=bool),
    },
)


@pytest.mark.parametrize(
    ("site", "target", "value"),
    [
        ({}, {}, 14),
        ({KEY: 15}, {}, 15),
        ({KEY: 15}, {KEY: 20}, 20),
        ({}, {KEY: 20}, 20),
        ({"other.x.required": 1}, {}, 14),
    ],
)
def test_the_nearest_layer_wins(site: dict[str, Any], target: dict[str, Any], value: int) -> None:
    found = effective(USE, site, target)
    assert found.values == {"required": value, "words": ("a",), "composition": False}
    assert found.looser == ()


def test_a_value_beyond_the_limit_names_both() -> None:
    (note,) = effective(USE, {KEY: 8}).looser
    assert note == "password.min_length.required is set to 8; the loosest value that may be green is 12"


def test_a_threshold_without_a_limit_may_not_be_moved() -> None:
    (note,) = effective(USE, {"password.min_length.words": ["a", "b"]}).looser
    assert "words is set to a, b" in note
    assert effective(USE, {"password.min_length.words": ["a"]}).looser == ()


def test_a_free_parameter_may_be_anything() -> None:
    assert effective(USE, {"password.min_length.composition": True}).looser == ()


def test_a_value_of_the_wrong_type_is_refused() -> None:
    with pytest.raises(ConfigError, match=KEY):
        effective(USE, {KEY: "15"})


@pytest.mark.parametrize(
    ("direction", "loosest", "fine", "loose"),
    [
        (Direction.MIN, 12, [12, 13], [11, None]),
        (Direction.MAX, 90, [90, 1], [91, None]),
        (Direction.MAX, None, [None, 1000], []),
        (Direction.SUBSET, ("no", "key"), [("no",), ()], [("yes",), ("no", "yes")]),
        (Direction.SUPERSET, (22,), [(22,), (22, 80)], [(), (80,)]),
        (Direction.EXACTLY, True, [True], [False]),
        (Direction.MIN, 12, [], ["twelve"]),
    ],
)
def test_guardrails(direction: Direction, loosest: Any, fine: list[Any], loose: list[Any]) -> None:
    limit = Guardrail(direction=direction, loosest=loosest)
    assert [value for value in fine if is_looser(value, limit)] == []
    assert [value for value in loose if not is_looser(value, limit)] == []


def test_a_pass_under_a_loose_threshold_is_a_warning() -> None:
    held = hold_below_green(passed(actual="8", note="seen"), EffectiveParameters(values={}, looser=("8 is loose",)))
    assert (held.status, held.note) == (Status.WARN, "seen; 8 is loose")


def test_a_fail_stays_a_fail_and_a_tight_pass_a_pass() -> None:
    fail, good = failed(expected="12", actual="8"), passed(actual="14")
    assert hold_below_green(fail, EffectiveParameters(values={}, looser=("x",))) is fail
    assert hold_below_green(good, EffectiveParameters(values={})) is good


def test_a_former_id_still_tunes_its_check() -> None:
    use = replace(USE, aliases=("password/length",))
    assert effective(use, {"password.length.required": 20}).values["required"] == 20
    assert effective(use, {"password.length.required": 20, KEY: 16}).values["required"] == 16
