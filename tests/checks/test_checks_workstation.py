"""Screen lock, removable media, prompts, managed passwords, activation and the list of software."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from scanner.facts import (
    InstalledSoftware,
    Licence,
    LicenceState,
    Licensing,
    LocalAdminPasswords,
    PrivilegePrompts,
    Program,
    Prompt,
    RemovableMedia,
    ScreenLock,
    UserLock,
)
from scanner.model import Absent, Reason, Status, Unknown
from tests.checks.outcomes import CHECKS, NOW, collection, status

DENIED = Unknown(Reason.DENIED, "denied")


def lock(after_s: Any, *users: Any) -> ScreenLock:
    return ScreenLock(after_s=after_s, users=tuple(UserLock(user="S-1", after_s=each) for each in users))


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (lock(900), Status.PASS),
        (lock(1), Status.PASS),
        (lock(901), Status.FAIL),
        (lock(None), Status.FAIL),
        (lock(None, 600), Reason.NO_EVIDENCE),
        (lock(None, 600, None), Status.FAIL),
        (lock(None, 600, 1200), Status.FAIL),
        (lock(None, 600, DENIED), Reason.DENIED),
        (lock(900, None), Status.PASS),
        (lock(DENIED, 600), Reason.DENIED),
        (ScreenLock(after_s=None, users=DENIED), Reason.DENIED),
    ],
)
def test_screen_lock(fact: ScreenLock, expected: Status | Reason) -> None:
    assert status("workstation/screen_lock", fact) is expected


def media(**changes: Any) -> RemovableMedia:
    names = (
        "access_denied",
        "reading_denied",
        "driver_disabled",
        "writing_denied",
        "plain_writing_denied",
        "autorun_off",
    )
    return RemovableMedia(**{**dict.fromkeys(names, False), **changes})


@pytest.mark.parametrize(
    ("fact", "verdict", "expected"),
    [
        (media(), "review", Status.REVIEW),
        (media(), "fail", Status.FAIL),
        (media(access_denied=True), "fail", Status.PASS),
        (media(driver_disabled=True, access_denied=DENIED), "fail", Status.PASS),
        (media(writing_denied=True), "fail", Status.PASS),
        (media(plain_writing_denied=True), "fail", Status.PASS),
        (media(writing_denied=DENIED), "fail", Reason.DENIED),
        (media(reading_denied=True), "review", Status.REVIEW),
        (media(reading_denied=True), "fail", Status.FAIL),
    ],
)
def test_removable_blocked(fact: RemovableMedia, verdict: str, expected: Status | Reason) -> None:
    assert status("media/removable_blocked", fact, verdict=verdict) is expected


@pytest.mark.parametrize(
    ("reading", "words"),
    [(False, "read and written to"), (True, "written to, though not read"), (DENIED, "can be written to")],
)
def test_what_is_said_of_open_media_is_what_is_known(reading: Any, words: str) -> None:
    outcome = CHECKS["media/removable_blocked"].run(media(reading_denied=reading), verdict="review")
    assert outcome.actual.endswith(words)


def prompts(**changes: Any) -> PrivilegePrompts:
    values: dict[str, Any] = {
        "enabled": True,
        "administrators": Prompt.CONSENT,
        "users": Prompt.REFUSED,
        "isolated": True,
        "covers_built_in": True,
        **changes,
    }
    return PrivilegePrompts(**values)


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (prompts(), Status.PASS),
        (prompts(administrators=Prompt.CREDENTIALS), Status.PASS),
        (prompts(enabled=False), Status.FAIL),
        (prompts(administrators=Prompt.SILENT, enabled=DENIED), Status.FAIL),
        (prompts(isolated=False), Status.FAIL),
        (prompts(administrators=Prompt.CONSENT_OTHERS), Status.WARN),
        (prompts(users=Prompt.CREDENTIALS), Status.WARN),
        (prompts(covers_built_in=False), Status.WARN),
        (prompts(enabled=DENIED), Reason.DENIED),
        (prompts(isolated=DENIED, users=Prompt.CREDENTIALS), Reason.DENIED),
        (prompts(covers_built_in=DENIED, users=Prompt.CREDENTIALS), Reason.DENIED),
    ],
)
def test_privilege_prompts(fact: PrivilegePrompts, expected: Status | Reason) -> None:
    assert status("accounts/privilege_prompts", fact) is expected


def passwords(age_days: float | None = 10, **changes: Any) -> LocalAdminPasswords:
    stored = Absent("no record") if age_days is None else NOW - timedelta(days=age_days)
    values: dict[str, Any] = {
        "managed": True,
        "kept_in": "Active Directory",
        "length": 15,
        "max_age_days": 30,
        "joined": True,
        "last_stored": stored,
        "unmanaged": (),
        **changes,
    }
    return LocalAdminPasswords(**values)


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (passwords(), Status.PASS),
        (passwords(37), Status.PASS),
        (passwords(38), Reason.STALE),
        (passwords(-2), Reason.NO_EVIDENCE),
        (passwords(None), Reason.NO_EVIDENCE),
        (passwords(last_stored=DENIED), Reason.DENIED),
        (passwords(managed=False), Status.FAIL),
        (passwords(managed=DENIED), Reason.DENIED),
        (passwords(length=14), Status.FAIL),
        (passwords(max_age_days=31), Status.FAIL),
        (passwords(length=14, last_stored=DENIED), Status.FAIL),
        (passwords(joined=False), Status.FAIL),
        (passwords(joined=DENIED), Reason.DENIED),
        (passwords(unmanaged=("itadmin",)), Status.FAIL),
        (passwords(unmanaged=("itadmin",), joined=DENIED), Status.FAIL),
        (passwords(None, unmanaged=("itadmin",)), Status.FAIL),
        (passwords(unmanaged=DENIED), Reason.DENIED),
        (passwords(None, unmanaged=DENIED), Reason.NO_EVIDENCE),
    ],
)
def test_local_admin_passwords(fact: LocalAdminPasswords, expected: Status | Reason) -> None:
    assert status("accounts/local_admin_passwords", fact, collection()) is expected


def test_a_local_administrator_that_the_site_exempts_is_named() -> None:
    fact = passwords(unmanaged=("itadmin", "scan"))
    found = CHECKS["accounts/local_admin_passwords"].run(fact, collection(), exempt=("scan",))
    assert (found.status, found.items) == (Status.FAIL, ("itadmin",))
    both = CHECKS["accounts/local_admin_passwords"].run(fact, collection(), exempt=("scan", "itadmin"))
    assert both.status is Status.PASS and both.note == "Exempted by the site: 2 (itadmin, scan)."


def licences(*states: LicenceState) -> Licensing:
    return Licensing(
        licences=tuple(Licence(product="System", state=each, said=each.value, grace_days=20) for each in states)
    )


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((LicenceState.ACTIVE,), Status.PASS),
        ((LicenceState.GRACE, LicenceState.ACTIVE), Status.WARN),
        ((LicenceState.GRACE, LicenceState.MISSING), Status.FAIL),
    ],
)
def test_licensed(states: tuple[LicenceState, ...], expected: Status) -> None:
    assert status("inventory/licensed", licences(*states)) is expected


@pytest.mark.parametrize(("days", "words"), [(20, "20 days left"), (DENIED, "how long is not known")])
def test_a_grace_period_says_how_long_it_lasts(days: Any, words: str) -> None:
    licence = Licence(product="System", state=LicenceState.GRACE, said="copy for evaluation", grace_days=days)
    outcome = CHECKS["inventory/licensed"].run(Licensing(licences=(licence,)))
    assert outcome.actual == f"System: copy for evaluation, {words}"


def test_software() -> None:
    program = Program(name="A", version="1", publisher=DENIED, installed_on=DENIED)
    whole = InstalledSoftware(programs=(program,), incomplete=(), left_out=("apps of the store",))
    assert status("inventory/software", whole) is Status.PASS
    assert "apps of the store" in CHECKS["inventory/software"].run(whole).note
    broken = InstalledSoftware(programs=(program,), incomplete=("software[1]",), left_out=())
    assert status("inventory/software", broken) is Reason.NO_EVIDENCE
    assert (
        status("inventory/software", InstalledSoftware(programs=(), incomplete=(), left_out=())) is Reason.NO_EVIDENCE
    )


def test_programs_of_single_users_are_counted_with_their_users() -> None:
    program = Program(name="7-Zip", version="24.09", publisher=Absent("none"), installed_on=Absent("none"))
    own = replace(program, user="S-1-5-21-1-2-3-1001")
    fact = InstalledSoftware(programs=(program, own), incomplete=(), left_out=("others",), users=(own.user, "S-1-2"))
    outcome = CHECKS["inventory/software"].run(fact)
    assert outcome.actual == "2 programs are listed, 1 of them of 2 users who were signed in"
    assert CHECKS["inventory/software"].run(replace(fact, programs=(program,))).actual == "1 programs are listed"
