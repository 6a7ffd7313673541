"""The patching checks: passing, failing, and what must never look green."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from scanner.api import (
    Absent,
    AutoUpdates,
    Collection,
    Firmware,
    Hold,
    Kernel,
    Outcome,
    PatchLevel,
    Privilege,
    Reason,
    Restart,
    SideSoftware,
    Status,
    Support,
    Unknown,
    Update,
    Updater,
    UpdateSource,
)
from scanner.catalogue import load_checks
from scanner.check import Check
from scanner.errors import FactUnavailable
from tests.checks.planned import values_on

NOW = datetime(2026, 11, 22, tzinfo=UTC)
NOT_READ = Unknown(Reason.DENIED, "not read")
UNDATED = Unknown(Reason.NO_EVIDENCE, "no date")
COLLECTION = Collection(collected_at=NOW, privilege=Privilege.ROOT, account="scan", platform="linux")
CHECKS: dict[str, Check] = {name: item for name, item in load_checks().items() if name.startswith("patching/")}


def days(count: int) -> datetime:
    return NOW - timedelta(days=count)


SECURITY = UpdateSource(
    name="deb.example bookworm-security", security=True, published=days(1), valid_until=NOW + timedelta(days=5)
)
UPDATE = Update(
    name="libssl3",
    installed="1",
    available="2",
    security=True,
    source="Debian-Security",
    published=UNDATED,
    published_by=UNDATED,
)
LEVEL = PatchLevel(
    manager="apt",
    classified=True,
    pending=(),
    holds=(),
    phased=(),
    sources=(SECURITY,),
    security_source=True,
    refreshed=days(1),
    last_run=days(2),
    installed_level=Absent("one by one"),
)
SUPPORT = Support(
    release="debian 12",
    rolling=False,
    standard_end=date(2026, 7, 11),
    extended_end=date(2028, 6, 30),
    extended_active=True,
    table_date=date(2026, 8, 22),
    table_source="test",
)
RESTART = Restart(pending=False, since=UNDATED, reasons=(), asked=("needrestart",))
KERNEL = Kernel(running="6.1.0-28", newest="6.1.0-30", current=False, installed=days(3), livepatch=Absent("none"))
UPDATER = Updater(
    name="unattended-upgrades",
    active=True,
    installs=True,
    broken=(),
    last_completed=days(1),
    last_error=Absent("none"),
)
AUTO = AutoUpdates(updaters=(UPDATER,), unread=Absent("all read"))


def run(name: str, *facts: Any, **values: Any) -> Outcome:
    """The outcome as the engine sees it: a needed unknown ends the check as unknown."""
    function: Callable[..., Outcome] = CHECKS[f"patching/{name}"].run
    try:
        return function(*facts, **values)
    except FactUnavailable as error:
        return Outcome(status=Status.UNKNOWN, reason=error.unknown.code, actual=error.unknown.detail)


def pending(**values: Any) -> PatchLevel:
    return replace(LEVEL, pending=(replace(UPDATE, **values),))


def test_all_eleven_are_there() -> None:
    assert len(CHECKS) == 11


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, Status.PASS),
        ({"extended_active": False}, Status.FAIL),
        ({"extended_active": NOT_READ}, Status.UNKNOWN),
        ({"standard_end": date(2028, 1, 1), "extended_active": NOT_READ}, Status.PASS),
        ({"standard_end": date(2026, 12, 24)}, Status.WARN),
        ({"extended_end": date(2026, 8, 31)}, Status.FAIL),
        ({"extended_end": Absent("none")}, Status.FAIL),
        ({"standard_end": NOT_READ}, Status.UNKNOWN),
        ({"table_date": date(2025, 10, 1)}, Status.UNKNOWN),
        ({"rolling": True, "standard_end": NOT_READ}, Status.PASS),
    ],
)
def test_os_supported(change: dict[str, Any], status: Status) -> None:
    assert run("os_supported", replace(SUPPORT, **change), COLLECTION).status is status


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, Status.WARN),
        ({"published": days(20)}, Status.FAIL),
        ({"published": days(3)}, Status.WARN),
        ({"published_by": days(15)}, Status.FAIL),
        ({"published_by": days(2)}, Status.WARN),
        ({"security": False}, Status.PASS),
        ({"security": NOT_READ}, Status.UNKNOWN),
    ],
)
def test_security_pending_by_update(change: dict[str, Any], status: Status) -> None:
    assert run("security_pending", pending(**change), COLLECTION).status is status


@pytest.mark.parametrize(
    ("level", "status", "reason"),
    [
        (LEVEL, Status.PASS, None),
        (replace(LEVEL, refreshed=days(8)), Status.UNKNOWN, Reason.STALE),
        (replace(LEVEL, sources=(replace(SECURITY, valid_until=days(1)),)), Status.UNKNOWN, Reason.STALE),
        (
            replace(LEVEL, sources=(replace(SECURITY, valid_until=Absent("none"), published=days(40)),)),
            Status.UNKNOWN,
            Reason.STALE,
        ),
        (replace(LEVEL, sources=(), security_source=UNDATED), Status.UNKNOWN, Reason.STALE),
        (replace(LEVEL, security_source=False), Status.FAIL, None),
        (replace(LEVEL, security_source=NOT_READ), Status.UNKNOWN, Reason.DENIED),
        (replace(LEVEL, pending=NOT_READ), Status.UNKNOWN, Reason.DENIED),
        (replace(LEVEL, holds=(Hold(name="openssl", by="hold", security=True),)), Status.FAIL, None),
        (replace(pending(), last_run=days(20)), Status.FAIL, None),
        (replace(pending(), last_run=UNDATED), Status.UNKNOWN, Reason.NO_EVIDENCE),
        (replace(pending(), refreshed=days(9)), Status.UNKNOWN, Reason.STALE),
        (replace(pending(published=days(20)), refreshed=NOT_READ), Status.FAIL, None),
    ],
)
def test_security_pending(level: PatchLevel, status: Status, reason: Reason | None) -> None:
    outcome = run("security_pending", level, COLLECTION)
    assert (outcome.status, outcome.reason) == (status, reason)


@pytest.mark.parametrize(("age", "status"), [(35, Status.PASS), (36, Status.WARN), (61, Status.FAIL)])
def test_systems_updated_as_a_whole_are_judged_by_what_is_installed(age: int, status: Status) -> None:
    level = replace(LEVEL, pending=NOT_READ, sources=NOT_READ, installed_level=days(age))
    assert run("security_pending", level, COLLECTION).status is status


@pytest.mark.parametrize(
    ("level", "status"),
    [
        (LEVEL, Status.PASS),
        (pending(), Status.WARN),
        (pending(published_by=days(31)), Status.FAIL),
        (replace(LEVEL, pending=(UPDATE,) * 51), Status.FAIL),
        (replace(LEVEL, refreshed=days(30)), Status.UNKNOWN),
        (replace(LEVEL, pending=NOT_READ), Status.UNKNOWN),
    ],
)
def test_all_pending(level: PatchLevel, status: Status) -> None:
    assert run("all_pending", level, COLLECTION).status is status


@pytest.mark.parametrize(
    ("level", "status"),
    [
        (LEVEL, Status.PASS),
        (replace(LEVEL, sources=()), Status.FAIL),
        (replace(LEVEL, refreshed=days(8)), Status.FAIL),
        (replace(LEVEL, refreshed=NOT_READ), Status.UNKNOWN),
        (replace(LEVEL, sources=NOT_READ), Status.UNKNOWN),
        (replace(LEVEL, sources=(replace(SECURITY, valid_until=days(1)),)), Status.FAIL),
    ],
)
def test_metadata_fresh(level: PatchLevel, status: Status) -> None:
    assert run("metadata_fresh", level, COLLECTION).status is status


@pytest.mark.parametrize(
    ("holds", "status"),
    [
        ((), Status.PASS),
        ((Hold(name="a", by="hold", security=False),), Status.REVIEW),
        ((Hold(name="a", by="pin", security=NOT_READ),), Status.REVIEW),
        ((Hold(name="a", by="hold", security=True),), Status.FAIL),
        (NOT_READ, Status.UNKNOWN),
    ],
)
def test_held(holds: Any, status: Status) -> None:
    assert run("held", replace(LEVEL, holds=holds)).status is status


def test_a_server_that_approves_updates_is_asked_about_as_what_it_is() -> None:
    hold = Hold(name="monthly updates", by="put off by policy for 7 days", security=NOT_READ)
    server = replace(hold, by="offered as http://wsus approves them, which is not read", by_approval=True)
    asked = {holds: run("held", replace(LEVEL, holds=holds)).question for holds in ((hold,), (server,), (hold, server))}
    assert "server" not in asked[(hold,)] and "still needed" in asked[(hold,)]
    assert "server of updates approve" in asked[(server,)] and "still needed" not in asked[(server,)]
    assert asked[(hold, server)] == f"{asked[(hold,)]} {asked[(server,)]}"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, Status.PASS),
        ({"pending": NOT_READ}, Status.UNKNOWN),
        ({"pending": True, "since": days(7)}, Status.WARN),
        ({"pending": True, "since": days(8)}, Status.FAIL),
        ({"pending": True}, Status.UNKNOWN),
    ],
)
def test_reboot_pending(change: dict[str, Any], status: Status) -> None:
    assert run("reboot_pending", replace(RESTART, **change), COLLECTION).status is status


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"current": True}, Status.PASS),
        ({}, Status.WARN),
        ({"installed": days(15)}, Status.FAIL),
        ({"installed": days(15), "livepatch": "kpatch_1"}, Status.WARN),
        ({"installed": NOT_READ}, Status.UNKNOWN),
        ({"current": NOT_READ}, Status.UNKNOWN),
    ],
)
def test_kernel_current(change: dict[str, Any], status: Status) -> None:
    assert run("kernel_current", replace(KERNEL, **change), COLLECTION).status is status


def auto(**change: Any) -> AutoUpdates:
    return replace(AUTO, updaters=(replace(UPDATER, **change),))


NONE = replace(AUTO, updaters=())


@pytest.mark.parametrize(
    ("facts", "level", "status"),
    [
        (AUTO, None, Status.PASS),
        (auto(active=False, broken=("apt-daily-upgrade.timer is masked",)), LEVEL, Status.FAIL),
        (auto(installs=False), LEVEL, Status.FAIL),
        (auto(active=NOT_READ), LEVEL, Status.UNKNOWN),
        (auto(central=True, installs=NOT_READ), LEVEL, Status.PASS),
        (NONE, LEVEL, Status.REVIEW),
        (NONE, NOT_READ, Status.REVIEW),
        (NONE, pending(published=days(20)), Status.FAIL),
        (replace(NONE, unread="timers"), LEVEL, Status.UNKNOWN),
    ],
)
def test_auto_updates(facts: AutoUpdates, level: Any, status: Status) -> None:
    assert run("auto_updates", facts, COLLECTION, level).status is status


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        (AUTO, Status.PASS),
        (auto(last_completed=days(8)), Status.FAIL),
        (auto(last_error="Installing the upgrades failed!"), Status.FAIL),
        (auto(last_completed=Absent("never")), Status.FAIL),
        (auto(last_completed=NOT_READ, last_error=NOT_READ), Status.UNKNOWN),
        (NONE, Status.NOT_APPLICABLE),
        (replace(NONE, unread="timers"), Status.UNKNOWN),
    ],
)
def test_auto_last_run(facts: AutoUpdates, status: Status) -> None:
    assert run("auto_last_run", facts, COLLECTION).status is status


SIDE = SideSoftware(items=(), held_until=Absent("no snap"), held_since=UNDATED, unread=Absent("all read"))


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, Status.PASS),
        ({"items": ("snap: core22 1",)}, Status.REVIEW),
        ({"held_until": NOW + timedelta(days=31)}, Status.FAIL),
        ({"held_until": datetime.max.replace(tzinfo=UTC)}, Status.FAIL),
        ({"held_until": NOW + timedelta(days=30)}, Status.PASS),
        ({"held_until": NOT_READ}, Status.UNKNOWN),
        ({"unread": "snap did not answer"}, Status.UNKNOWN),
    ],
)
def test_thirdparty(change: dict[str, Any], status: Status) -> None:
    assert run("thirdparty", replace(SIDE, **change), COLLECTION).status is status


@pytest.mark.parametrize(
    ("firmware", "status"),
    [
        (Firmware(pending=(), refreshed=days(3)), Status.PASS),
        (Firmware(pending=(), refreshed=days(31)), Status.UNKNOWN),
        (Firmware(pending=(), refreshed=NOT_READ), Status.UNKNOWN),
        (Firmware(pending=("TPM: 1 -> 2",), refreshed=NOT_READ), Status.FAIL),
        (Firmware(pending=NOT_READ, refreshed=days(3)), Status.UNKNOWN),
    ],
)
def test_firmware(firmware: Firmware, status: Status) -> None:
    assert run("firmware", firmware, COLLECTION).status is status


def judged(name: str, *facts: object) -> Status | Reason:
    try:
        return CHECKS[f"patching/{name}"].run(*facts, COLLECTION).status
    except FactUnavailable as error:
        return error.unknown.code


def test_a_source_without_a_date_that_could_be_read_is_not_fresh() -> None:
    undated = replace(SECURITY, published=NOT_READ, valid_until=NOT_READ)
    for name in ("metadata_fresh", "security_pending", "all_pending"):
        assert judged(name, replace(LEVEL, sources=(undated,))) is Reason.DENIED
        assert judged(name, replace(LEVEL, sources=(replace(undated, published=days(1)),))) is Status.PASS


def test_update_data_that_have_no_sources_are_judged_by_when_they_were_fetched() -> None:
    central = replace(LEVEL, sources=Absent("a central place hands out updates"))
    assert judged("metadata_fresh", central) is Status.PASS
    assert judged("metadata_fresh", replace(central, refreshed=days(30))) is Status.FAIL
    assert judged("metadata_fresh", replace(central, refreshed=Absent("never"))) is Reason.NO_EVIDENCE


@pytest.mark.parametrize(
    "holds", [NOT_READ, (Hold(name="docker-ce", by="pin", security=NOT_READ),)], ids=["unread", "a pin"]
)
def test_what_a_hold_may_hide_is_no_pass(holds: Any) -> None:
    assert judged("security_pending", replace(LEVEL, holds=holds)) is Reason.DENIED
    harmless = (Hold(name="vim", by="apt-mark hold", security=False),)
    assert judged("security_pending", replace(LEVEL, holds=harmless)) is Status.PASS


def test_a_fresh_level_does_not_hide_a_pending_security_update() -> None:
    level = replace(LEVEL, installed_level=days(3), pending=(replace(UPDATE, published=days(2)),))
    assert judged("security_pending", level) is Status.WARN
    assert judged("security_pending", replace(level, pending=NOT_READ)) is Status.PASS  # cumulative: the level decides


@pytest.mark.parametrize(("age_days", "told"), [(90, False), (91, True)])
def test_an_old_table_of_updates_is_named_where_it_lacks_the_installed_one(age_days: int, told: bool) -> None:
    day = (NOW - timedelta(days=age_days)).date()
    level = replace(LEVEL, installed_level=days(3), pending=NOT_READ, table_date=day)
    undated = run("security_pending", replace(level, level_undated="not in the table"), COLLECTION)
    assert undated.status is Status.WARN
    assert (f"the table of cumulative updates is of {day}; update the scanner" in undated.note) is told
    assert "update the scanner" not in run("security_pending", level, COLLECTION).note


@pytest.mark.parametrize(("age", "undated"), [(40, ""), (61, ""), (3, "only the day of its installation is known")])
def test_a_young_offer_makes_no_old_level_better(age: int, undated: str) -> None:
    alone = replace(LEVEL, installed_level=days(age), level_undated=undated, pending=NOT_READ)
    offered = replace(alone, pending=(replace(UPDATE, published=days(2)),))
    assert judged("security_pending", offered) is judged("security_pending", alone) is not Status.PASS


@pytest.mark.parametrize(
    ("site", "age", "status"),
    [
        ({}, 36, Status.WARN),
        ({"max_level_age_days": 20}, 20, Status.PASS),
        ({"max_level_age_days": 20}, 21, Status.FAIL),
        ({"max_level_age_days": 20, "overdue_level_age_days": 30}, 30, Status.WARN),
        ({"max_level_age_days": 20, "overdue_level_age_days": 30}, 31, Status.FAIL),
    ],
)
def test_a_site_that_asks_for_a_younger_level_tolerates_no_older_one(
    site: dict[str, int], age: int, status: Status
) -> None:
    own = {f"patching__security_pending__{key}": value for key, value in site.items()}
    values = values_on("windows", "patching/security_pending", **own)
    level = replace(LEVEL, installed_level=days(age), pending=NOT_READ)
    assert run("security_pending", level, COLLECTION, **values).status is status


def test_a_young_offer_proves_nothing_of_a_level_that_is_not_known() -> None:
    """A cumulative update replaces all before it: what is offered is as young on a host that has missed many."""
    level = replace(LEVEL, installed_level=NOT_READ, pending=(replace(UPDATE, published=days(2)),))
    assert judged("security_pending", level) is NOT_READ.code
    overdue = replace(level, pending=(replace(UPDATE, published=days(15)),))
    assert judged("security_pending", overdue) is Status.FAIL


def test_an_offer_that_is_overdue_fails_whatever_the_level() -> None:
    level = replace(LEVEL, installed_level=days(3), pending=(replace(UPDATE, published=days(15)),))
    assert judged("security_pending", level) is Status.FAIL


def test_a_pass_by_level_says_that_offers_were_not_seen() -> None:
    level = replace(LEVEL, installed_level=days(3), pending=NOT_READ)
    assert run("security_pending", level, COLLECTION).note == NOT_READ.detail
    assert run("security_pending", replace(level, pending=()), COLLECTION).note == ""


@pytest.mark.parametrize(("age", "status"), [(3, Status.UNKNOWN), (40, Status.WARN), (61, Status.FAIL)])
def test_an_offer_of_unknown_class_may_be_a_security_update(age: int, status: object) -> None:
    unclear = replace(UPDATE, security=Unknown(Reason.NO_EVIDENCE, "without any class"), published=days(100))
    assert judged("security_pending", replace(LEVEL, installed_level=days(age), pending=(unclear,))) is status


def test_an_offer_without_versions_is_shown_by_its_name() -> None:
    offer = replace(UPDATE, name="2026-11 Security Update", installed="", available="", published=days(15))
    assert run("security_pending", replace(LEVEL, pending=(offer,)), COLLECTION).items == ("2026-11 Security Update",)


def test_an_updater_of_which_half_is_known_is_neither_good_nor_bad() -> None:
    updater = Updater(
        name="timer",
        active=True,
        installs=NOT_READ,
        broken=(),
        last_completed=days(1),
        last_error=Absent("none"),
    )
    auto = AutoUpdates(updaters=(updater,), unread=Absent("all read"))
    with pytest.raises(FactUnavailable):
        CHECKS["patching/auto_updates"].run(auto, COLLECTION, LEVEL)


def test_an_updater_that_leaves_packages_out_is_no_clean_pass() -> None:
    auto = replace(AUTO, updaters=(replace(UPDATER, left_out=("mysql-server",)),))
    outcome = run("auto_updates", auto, COLLECTION, LEVEL)
    assert outcome.status is Status.WARN and "mysql-server" in outcome.actual


def test_an_end_of_extended_support_that_is_not_known_is_no_end() -> None:
    with pytest.raises(FactUnavailable):
        CHECKS["patching/os_supported"].run(replace(SUPPORT, extended_end=NOT_READ), COLLECTION)
