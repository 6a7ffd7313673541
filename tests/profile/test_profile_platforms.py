"""What a check that only one platform can answer does to the others (docs/decisions/0010)."""

from __future__ import annotations

import re

import pytest

from scanner.assess.findings import READERS
from scanner.catalogue import load_checks
from scanner.facts import FACTS, Collection, GivenFact
from scanner.profile import Profile, load_profile
from scanner.profile.model import Automation

CHECKS = load_checks()
GIVEN = tuple(fact for fact in FACTS if issubclass(fact, GivenFact))  # the same on every platform
ON_LINUX = {Collection, *GIVEN, *(reader.fact for reader in READERS["linux"])}
PACK: Profile = load_profile("ctpat", checks=CHECKS)
# Requirements whose every part Linux hosts can answer; such a list only grows.
WHOLE_ON_LINUX = ("4.2d", "4.3b", "4.7a", "4.7b", "4.7c", "4.8a", "4.8b", "4.12a")


def unanswered(key: str) -> list[str]:
    """The checks of a requirement that no Linux reader can feed."""
    used = (CHECKS[check] for check in PACK.requirements[key].check_ids)
    return [check.id for check in used if any(parameter.fact not in ON_LINUX for parameter in check.facts)]


@pytest.mark.parametrize("key", WHOLE_ON_LINUX)
def test_what_linux_hosts_could_answer_they_still_can(key: str) -> None:
    assert not PACK.requirements[key].not_covered
    assert unanswered(key) == []


def test_whatever_linux_hosts_cannot_answer_is_said() -> None:
    """A requirement with such a check names what is missing on Linux, so that no report calls it covered."""
    for key, requirement in PACK.requirements.items():
        if requirement.automation is not Automation.PAPER and unanswered(key):
            assert requirement.not_covered_on({"linux": 1}), key


def test_what_is_missing_names_its_platform_and_not_in_its_text() -> None:
    """Otherwise a site without such hosts would read of them."""
    for requirement in PACK.requirements.values():
        for part in requirement.not_covered:
            assert not re.search("linux|windows hosts|director", part.what, re.IGNORECASE), part
