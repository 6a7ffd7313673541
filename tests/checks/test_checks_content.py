"""The shipped checks as a whole: their IDs are promises, each is tested, named in the pack, and explained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanner.catalogue import load_checks
from scanner.check import BUILT_IN, Check
from scanner.profile import load_profile

HERE = Path(__file__).resolve().parent
CHECKS = {id_: check for id_, check in load_checks().items() if check.source == BUILT_IN}
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_checks_*.py") if path != Path(__file__))


def test_ids_are_promises() -> None:
    """A missing ID was renamed without an alias or removed; a new one is added to ids.txt with its check."""
    promised = (HERE / "ids.txt").read_text(encoding="utf-8").split()
    assert list(CHECKS) == promised


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_each_check_is_tested(check: Check) -> None:
    name = check.id.rsplit("/", 1)[1].removeprefix("ssh_")
    assert check.cases or re.search(rf"\b(ssh_)?{name}\b", TESTS), f"no test in tests/checks names {name}"


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_each_check_serves_a_requirement(check: Check) -> None:
    assert load_profile("ctpat", checks=CHECKS).requirements_of(check.id)


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_each_check_explains_itself(check: Check) -> None:
    for text in (check.title, check.why, check.reference, check.remediation):
        assert len(text) > 10
    words = f"{check.title} {check.why} {check.remediation}".lower()
    assert not re.search(r"\bcompliant\b|\bcertif(y|ied)\b|\bcbp\b", words)
