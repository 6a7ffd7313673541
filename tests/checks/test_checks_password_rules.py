"""Password rules and stored passwords: each check where it passes, where it fails, and where nobody can tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scanner.errors import FactUnavailable
from scanner.facts import AccountKind, DirectoryKind, PasswordProof, PasswordState
from scanner.model import Absent, Reason, Status
from tests.checks.outcomes import status as outcome_status
from tests.checks.passwords import ALICE, DENIED, NAMES, NOW, POLICY, accounts, changed, run
from tests.checks.planned import values_on

# --- min_length -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "status"),
    [
        (14, Status.PASS),
        (20, Status.PASS),
        (13, Status.WARN),
        (12, Status.WARN),
        (11, Status.FAIL),
        (0, Status.FAIL),
        (None, Status.FAIL),
    ],
)
def test_min_length(length: int | None, status: Status) -> None:
    assert run("min_length", replace(POLICY, minimum_length=length), NAMES, accounts()).status is status


@pytest.mark.parametrize("platform", ["linux", "windows", "directory"])
@pytest.mark.parametrize(
    ("site", "length", "status"),
    [
        ({}, 12, Status.WARN),
        ({"required": 16}, 16, Status.PASS),
        ({"required": 16}, 15, Status.FAIL),
        ({"required": 16}, 12, Status.FAIL),
        ({"required": 13}, 12, Status.WARN),  # looser: the pack's tolerance stands
        ({"required": 16, "tolerated": 15}, 15, Status.WARN),  # the site's own
        ({"required": 16, "tolerated": 15}, 14, Status.FAIL),
    ],
)
def test_a_site_that_asks_for_a_longer_minimum_tolerates_no_shorter_one(
    platform: str, site: dict[str, int], length: int, status: Status
) -> None:
    own = {f"password__min_length__{key}": value for key, value in site.items()}
    values = values_on(platform, "password/min_length", **own)
    assert run("min_length", replace(POLICY, minimum_length=length), NAMES, accounts(), **values).status is status


def test_a_stricter_minimum_for_one_platform_leaves_the_tolerance_of_the_others() -> None:
    own = {"password__min_length__required__windows": 16}
    found = {name: values_on(name, "password/min_length", **own)["tolerated"] for name in ("linux", "windows")}
    assert found == {"linux": 12, "windows": 16}


def test_a_warning_about_a_short_length_says_that_it_rests_on_a_tolerance() -> None:
    assert run("min_length", replace(POLICY, minimum_length=12), NAMES, accounts()).tolerances == ("tolerated",)


def test_min_length_parameters_and_unknown() -> None:
    assert run("min_length", POLICY, DENIED, DENIED, required=15, tolerated=15).status is Status.FAIL
    with pytest.raises(FactUnavailable):
        run("min_length", replace(POLICY, minimum_length=DENIED), NAMES, accounts())


def test_min_length_needs_an_object() -> None:
    joined = replace(NAMES, directory=DirectoryKind.ACTIVE_DIRECTORY)
    locked = replace(ALICE, password=PasswordState.LOCKED)
    short = replace(POLICY, minimum_length=None)
    assert run("min_length", short, joined, accounts(locked)).status is Status.NOT_APPLICABLE
    assert run("min_length", short, joined, accounts(locked, ALICE)).status is Status.FAIL
    assert run("min_length", short, joined, accounts(replace(ALICE, password=DENIED))).status is Status.FAIL
    assert run("min_length", short, NAMES, accounts(locked)).status is Status.FAIL


# --- quality, history -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, Status.PASS),
        ({"quality_enforced": False}, Status.FAIL),
        ({"dictionary_check": False}, Status.FAIL),
        ({"user_name_check": False}, Status.FAIL),
        ({"dictionary_check": False, "user_name_check": DENIED}, Status.FAIL),
        ({"dictionary_check": Absent("Windows has none")}, Status.PASS),
    ],
)
def test_quality(changes: dict[str, Any], status: Status) -> None:
    assert run("quality", replace(POLICY, **changes)).status is status


@pytest.mark.parametrize("field", ["quality_enforced", "dictionary_check", "user_name_check"])
def test_quality_never_passes_on_what_was_not_read(field: str) -> None:
    with pytest.raises(FactUnavailable):
        run("quality", changed(POLICY, {field: DENIED}))


def test_quality_demands_character_classes_only_when_asked() -> None:
    assert run("quality", POLICY, composition=True).status is Status.FAIL
    assert run("quality", replace(POLICY, required_classes=3), composition=True).status is Status.PASS
    with pytest.raises(FactUnavailable):
        run("quality", replace(POLICY, required_classes=DENIED), composition=True)


@pytest.mark.parametrize(("history", "status"), [(5, Status.PASS), (4, Status.FAIL), (None, Status.FAIL)])
def test_history(history: int | None, status: Status) -> None:
    assert run("history", replace(POLICY, history=history)).status is status


def test_reversible_storage_fails_the_hash() -> None:
    assert run("hash", replace(POLICY, reversible_storage=True), accounts(), NOW).status is Status.FAIL
    with pytest.raises(FactUnavailable):
        run("hash", replace(POLICY, reversible_storage=DENIED), accounts(), NOW)


def test_history_limit_and_unknown() -> None:
    assert run("history", POLICY, required=24).status is Status.FAIL
    with pytest.raises(FactUnavailable):
        run("history", replace(POLICY, history=DENIED))


@pytest.mark.parametrize(
    ("age", "demanded", "status"),
    [
        (None, None, Status.PASS),
        (DENIED, None, Status.PASS),
        (None, 1, Status.WARN),
        (1, 1, Status.PASS),
        (1, 2, Status.WARN),
        (2, 2, Status.PASS),
    ],
)
def test_history_is_worth_little_without_a_minimum_age(age: Any, demanded: int | None, status: Status) -> None:
    policy = replace(POLICY, new_min_age_days=age)
    assert run("history", policy, min_age_days=demanded).status is status
    assert run("history", replace(policy, history=4), min_age_days=demanded).status is Status.FAIL


def test_history_shows_both_ages_and_passes_on_no_minimum_age_that_is_not_known() -> None:
    assert run("history", POLICY).actual.endswith("; no minimum age, no maximum age")
    kept = replace(POLICY, new_min_age_days=1, new_max_age_days=42)
    assert run("history", kept).actual.endswith("; minimum age 1 day, maximum age 42 days")
    assert run("history", replace(kept, history=None)).actual.endswith("; minimum age 1 day, maximum age 42 days")
    assert "maximum age not known" in run("history", replace(kept, new_max_age_days=DENIED)).actual
    with pytest.raises(FactUnavailable):
        run("history", replace(kept, new_min_age_days=DENIED), min_age_days=1)


# --- hash, aging, empty, shadowed -------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["md5", "des", "bsdi", "nt", "something-new"])
def test_weak_hashes_fail(scheme: str) -> None:
    found = run("hash", POLICY, accounts(ALICE, replace(ALICE, name="bob", hash_scheme=scheme)), NOW)
    assert (found.status, found.items) == (Status.FAIL, (f"bob: {scheme}",))


def test_hash() -> None:
    locked = replace(ALICE, name="old", password=PasswordState.LOCKED, hash_scheme="md5")
    ended = replace(ALICE, name="gone", hash_scheme="md5", expires=date(2020, 1, 1))
    assert run("hash", POLICY, accounts(ALICE, locked, ended), NOW).status is Status.PASS
    assert run("hash", replace(POLICY, new_hash_scheme="md5"), DENIED, NOW).status is Status.FAIL
    weak = accounts(replace(ALICE, hash_scheme="des"))
    assert run("hash", replace(POLICY, new_hash_scheme=DENIED), weak, NOW).status is Status.FAIL
    for policy, known in (
        (replace(POLICY, new_hash_scheme=DENIED), accounts()),
        (POLICY, DENIED),
        (POLICY, accounts(replace(ALICE, password=DENIED))),
        (POLICY, accounts(replace(ALICE, hash_scheme=DENIED))),
    ):
        with pytest.raises(FactUnavailable):
            run("hash", policy, known, NOW)


@pytest.mark.parametrize(
    ("max_age", "limit", "status"),
    [
        (None, None, Status.PASS),
        (90, 90, Status.PASS),
        (91, 90, Status.FAIL),
        (None, 90, Status.FAIL),
    ],
)
def test_aging(max_age: int | None, limit: int | None, status: Status) -> None:
    people = accounts(replace(ALICE, password_max_age_days=max_age))
    assert run("aging", people, NOW, POLICY, max_age_days=limit).status is status


def test_aging_by_account() -> None:
    system = replace(ALICE, name="daemon", kind=AccountKind.SYSTEM, password_max_age_days=None)
    locked = replace(ALICE, name="old", password=PasswordState.LOCKED, password_max_age_days=None)
    free = replace(ALICE, name="bob", password_max_age_days=None)
    assert run("aging", accounts(ALICE, system, locked), NOW, POLICY, max_age_days=90).status is Status.PASS
    assert run("aging", accounts(ALICE, free), NOW, POLICY, max_age_days=90).items == ("bob: no maximum age",)
    future = accounts(replace(ALICE, password_changed=date(2027, 1, 1)))
    assert run("aging", future, NOW, POLICY).status is Status.FAIL
    for field in ("password", "password_changed", "password_max_age_days"):
        with pytest.raises(FactUnavailable):
            run("aging", accounts(changed(ALICE, {field: DENIED})), NOW, POLICY)


FOREVER = replace(ALICE, name="backup", password_max_age_days=None, password_never_expires=True)


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        (replace(POLICY, new_max_age_days=42), Status.REVIEW),
        (POLICY, Status.PASS),  # the rules let every password live
        (None, Status.PASS),
        (DENIED, Reason.DENIED),
        (replace(POLICY, new_max_age_days=DENIED), Reason.DENIED),
    ],
)
def test_a_password_that_never_expires_is_a_question_where_all_others_do(policy: Any, status: Status | Reason) -> None:
    assert outcome_status("password/aging", accounts(ALICE, FOREVER), NOW, policy) is status
    ordinary = accounts(ALICE, replace(FOREVER, password_never_expires=False))
    assert run("aging", ordinary, NOW, policy).status is Status.PASS  # nobody is exempt, so nothing is asked


def test_accounts_whose_password_never_expires_are_named_in_every_case() -> None:
    people = accounts(ALICE, FOREVER, replace(FOREVER, name="gone", disabled=True))
    expiring = replace(POLICY, new_max_age_days=42)
    asked = run("aging", people, NOW, expiring)
    assert (asked.items, "backup" in asked.actual, "42 days" in asked.question) == (("backup",), True, True)
    assert "of 1 the password never expires: backup" in run("aging", people, NOW, POLICY).actual
    assert run("aging", people, NOW, expiring, max_age_days=90).items == ("backup: no maximum age",)
    excused = run("aging", people, NOW, expiring, exempt=("backup",))
    assert (excused.status, "backup" in excused.note) == (Status.PASS, True)
    with pytest.raises(FactUnavailable):
        run("aging", accounts(replace(FOREVER, password_never_expires=DENIED)), NOW, expiring)


def test_what_is_not_known_of_other_accounts_is_part_of_the_question() -> None:
    unread = [replace(ALICE, name=name, password=DENIED) for name in ("amy", "bob")]
    found = run("aging", accounts(*unread, FOREVER), NOW, replace(POLICY, new_max_age_days=42))
    assert (found.status, found.items) == (Status.REVIEW, ("backup", f"not known: {DENIED.detail}"))
    with pytest.raises(FactUnavailable):
        run("aging", accounts(*unread, FOREVER), NOW, POLICY)


def test_empty_password() -> None:
    empty = replace(ALICE, name="bob", password=PasswordState.EMPTY)
    ended = replace(empty, expires=date(2020, 1, 1))
    unread = replace(ALICE, password=DENIED)
    assert run("empty_password", accounts(), NOW).status is Status.PASS
    assert run("empty_password", accounts(unread, empty), NOW).items == ("bob",)
    assert run("empty_password", accounts(replace(empty, expires=DENIED)), NOW).status is Status.FAIL
    passed = run("empty_password", accounts(ALICE, ended), NOW)
    assert (passed.status, "bob" in passed.note) == (Status.PASS, True)
    with pytest.raises(FactUnavailable):
        run("empty_password", accounts(ALICE, unread), NOW)


def test_what_rules_demand_is_not_called_seen() -> None:
    ruled = replace(ALICE, password_proof=PasswordProof.RULE)
    found = run("empty_password", accounts(ruled, replace(ruled, disabled=True)), NOW)
    assert found.status is Status.PASS
    assert found.actual == "each of 1 open account must have a password by today's rules"
    assert "whether an older one is empty cannot be read" in found.note
    lax = replace(ALICE, password_proof=DENIED)
    with pytest.raises(FactUnavailable):
        run("empty_password", accounts(ruled, lax), NOW)
    assert run("empty_password", accounts(ruled, replace(lax, disabled=True)), NOW).status is Status.PASS


def test_shadowed() -> None:
    assert run("shadowed", accounts()).status is Status.PASS
    assert run("shadowed", accounts(hashes_in_plain_view=("bob",))).status is Status.FAIL
    with pytest.raises(FactUnavailable):
        run("shadowed", accounts(hashes_in_plain_view=DENIED))
