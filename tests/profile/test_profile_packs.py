"""The packs that ship: complete, honest about what they do not cover, and true to the checks that exist."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

import scanner
from scanner.catalogue import load_checks
from scanner.content import content_dir
from scanner.inventory.models import Entity
from scanner.model import Level
from scanner.profile import Automation, Profile, load_profile, shipped
from scanner.profile.files import profile_schema
from scanner.yaml_source import load_yaml

KEYS = [
    "4.1",
    "4.2a",
    "4.2b",
    "4.2c",
    "4.2d",
    "4.3a",
    "4.3b",
    "4.4",
    "4.5a",
    "4.5b",
    "4.6a",
    "4.6b",
    "4.7a",
    "4.7b",
    "4.7c",
    "4.8a",
    "4.8b",
    "4.8c",
    "4.9a",
    "4.9b",
    "4.10",
    "4.11",
    "4.12a",
    "4.12b",
    "4.13a",
    "4.13b",
]
SHOULD = {"4.4", "4.11", "4.12a", "4.12b"}


@pytest.fixture(scope="module")
def ctpat() -> Profile:
    return load_profile("ctpat", checks=load_checks())


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_file_loads(name: str) -> None:
    assert load_profile(name, checks=load_checks()).ref.name == "ctpat"


def test_the_pack_holds_all_sub_keys_of_category_4(ctpat: Profile) -> None:
    assert list(ctpat.requirements) == KEYS
    assert {requirement.criterion for requirement in ctpat.requirements.values()} == {f"4.{n}" for n in range(1, 14)}


def test_the_levels_are_those_of_the_criteria(ctpat: Profile) -> None:
    found = {key for key, each in ctpat.requirements.items() if each.level_on(date(2026, 1, 1)) is Level.SHOULD}
    assert found == SHOULD


def test_site_files_and_the_pack_know_the_same_entity_types(ctpat: Profile) -> None:
    assert set(ctpat.entity_types) == set(get_args(Entity))


def test_conditional_requirements_ask(ctpat: Profile) -> None:
    asking = {key: each.condition.key for key, each in ctpat.requirements.items() if each.condition}
    assert asking == {"4.9a": "remote_access", "4.9b": "remote_access", "4.10": "personal_devices"}
    assert set(ctpat.conditions) == {"remote_access", "personal_devices"}


@pytest.mark.parametrize("key", ["4.2a", "4.2b", "4.3a", "4.5a", "4.9a", "4.10", "4.11", "4.12b", "4.13a"])
def test_what_no_check_reads_is_said(ctpat: Profile, key: str) -> None:
    assert ctpat.requirements[key].not_covered


def test_paper_needs_people(ctpat: Profile) -> None:
    paper = {key for key, each in ctpat.requirements.items() if each.automation is Automation.PAPER}
    assert paper == {"4.1", "4.2c", "4.4", "4.5b", "4.6a", "4.6b", "4.8c", "4.13b"}
    assert all(each.attestations for each in ctpat.requirements.values())


def test_every_threshold_is_sourced_and_limited(ctpat: Profile) -> None:
    for use in ctpat.uses.values():
        for parameter in use.parameters.values():
            if parameter.source:
                assert parameter.guardrail or parameter.free, (use.check, parameter.name)


def test_the_only_figures_of_the_criteria_are_weekly_and_yearly(ctpat: Profile) -> None:
    figures = {
        (use.check, parameter.value)
        for use in ctpat.uses.values()
        for parameter in use.parameters.values()
        if parameter.source == "msc"
    }
    assert figures <= {("backup/last_success", 7), ("backup/scheduled", 7)}
    review = ctpat.requirements["4.6a"].attestations[0]
    assert (review.refresh_days, review.source) == (365, "msc")


def test_the_older_audit_lists_only_tighten(ctpat: Profile) -> None:
    strict = load_profile("legacy-supplier-audit", checks=load_checks())
    assert strict.ref.overlays == ("legacy-supplier-audit",)
    assert strict.ref.digest != ctpat.ref.digest
    aging = strict.uses["password/aging"].parameters["max_age_days"]
    assert (aging.value, aging.source) == (90, "factory-lists")


def test_the_shipped_schema_is_the_one_in_force() -> None:
    path = Path(scanner.__file__).parent / "schemas" / "profile.schema.json"
    assert json.loads(path.read_text()) == profile_schema()


def test_editors_accept_what_ships() -> None:
    for path in content_dir("profiles").rglob("*.yaml"):
        jsonschema.validate(load_yaml(path).data, profile_schema())
