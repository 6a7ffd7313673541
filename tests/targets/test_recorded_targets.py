"""The whole way from recorded bytes to states, against what was once looked at and found right."""

from __future__ import annotations

import yaml

from tests.targets.replayed import EXPECTED, replayed


def test_recorded_machines_are_judged_as_before() -> None:
    assert replayed() == yaml.safe_load(EXPECTED.read_text(encoding="utf-8"))


def test_the_same_bytes_give_the_same_answer() -> None:
    assert replayed() == replayed()
