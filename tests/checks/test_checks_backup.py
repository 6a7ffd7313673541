"""The backup checks: passing, failing, and what must never look green."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from scanner.api import (
    Absent,
    BackupFailure,
    BackupJob,
    Backups,
    BackupSuccess,
    Collection,
    Destination,
    Maybe,
    Outcome,
    Place,
    Privilege,
    Proof,
    Reason,
    SnapshotMechanism,
    Status,
    Unknown,
)
from scanner.catalogue import load_checks
from scanner.check import Check
from scanner.errors import FactAbsent, FactUnavailable
from tests.checks.planned import values_on

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
COLLECTION = Collection(collected_at=NOW, privilege=Privilege.ROOT, account="scan", platform="linux")
CHECKS: dict[str, Check] = {name: item for name, item in load_checks().items() if name.startswith("backup/")}
NAMES = {name.removeprefix("backup/") for name in CHECKS}
DENIED = Unknown(Reason.DENIED, "the crontab of root: this account may not read it")
NO_RECORD = Unknown(Reason.NO_EVIDENCE, "no run that ended is on record")
NOTHING = Absent("nothing")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def success(days: float, proof: Proof = Proof.PROVED) -> BackupSuccess:
    return BackupSuccess(when=ago(days), proof=proof, how="its service ended with success")


def failure(days: float) -> BackupFailure:
    return BackupFailure(when=ago(days), why="status 1")


def target(place: Maybe[Place], encrypted: Maybe[bool] = False) -> Destination:
    return Destination(text="/mnt/backup", place=place, volume_encrypted=encrypted)


JOB = BackupJob(
    product="restic",
    name="files.service",
    configured=True,
    enabled=True,
    interval_days=1.0,
    blocked=NOTHING,
    last_attempt=ago(1),
    last_success=success(1),
    last_failure=NOTHING,
    destinations=(target(Place.REMOTE, NO_RECORD),),
    encrypted=True,
)
BACKUPS = Backups(jobs=(JOB,), snapshots=(), looked_for=("systemd units and timers",), unread=(), hidden=())
EMPTY = replace(BACKUPS, jobs=())
SNAPPER = SnapshotMechanism(product="snapper", enabled=True)


def with_job(**changes: Any) -> Backups:
    return replace(BACKUPS, jobs=(replace(JOB, **changes),))


def run(name: str, backups: Backups = BACKUPS, role: str | None = None, **options: Any) -> Outcome:
    tags = options.pop("tags", ())
    try:
        result = CHECKS[f"backup/{name}"].run(backups, replace(COLLECTION, role=role, tags=tags), **options)
    except FactUnavailable as stopped:
        return Outcome(status=Status.UNKNOWN, reason=stopped.unknown.code, actual=stopped.unknown.detail)
    except FactAbsent as stopped:
        return Outcome(status=Status.NOT_APPLICABLE, actual=stopped.absent.reason)
    assert isinstance(result, Outcome)
    return result


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_host_without_data_needs_no_backup(name: str) -> None:
    assert run(name, EMPTY, tags=("stateless",)).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("name", sorted(NAMES))
def test_nothing_found_with_something_unread_is_never_more_than_unknown(name: str) -> None:
    outcome = run(name, replace(EMPTY, unread=(DENIED,), snapshots=(SNAPPER,)))
    assert (outcome.status, outcome.reason) == (Status.UNKNOWN, Reason.DENIED)


# --- the list of products ---------------------------------------------------------------------------------

LISTED = replace(JOB, product="Veeam Agent", name="Veeam Agent", by_table=True)
RESTS_ON_THE_LIST = ("job", "last_success", "failures", "snapshot_only")


def listed(day: date, *others: BackupJob) -> Backups:
    return replace(BACKUPS, jobs=(LISTED, *others), snapshots=(SNAPPER,), table_date=day)


@pytest.mark.parametrize("name", RESTS_ON_THE_LIST)
def test_a_pass_rests_on_no_old_list_of_products(name: str) -> None:
    old = NOW.date() - timedelta(days=366)
    assert run(name, listed(old + timedelta(days=1))).status is Status.PASS
    outcome = run(name, listed(old))
    assert (outcome.status, outcome.reason) == (Status.UNKNOWN, Reason.STALE)
    assert f"the list of backup products is of {old}; update the scanner" in outcome.actual


@pytest.mark.parametrize(("name", "status"), [("job", Status.PASS), ("last_success", Status.UNKNOWN)])
def test_a_job_that_the_system_itself_tells_of_needs_no_list(name: str, status: Status) -> None:
    old = date(2020, 1, 1)
    assert run(name, replace(listed(old, JOB), jobs=(JOB,))).status is Status.PASS
    assert run(name, listed(old, JOB)).status is status


def test_an_old_list_hides_no_failure() -> None:
    failing = replace(LISTED, last_failure=failure(1), last_success=success(3))
    old = replace(BACKUPS, jobs=(failing,), table_date=date(2020, 1, 1))
    assert run("last_success", old).status is Status.FAIL
    assert run("failures", old).status is Status.FAIL
    nothing = run("job", replace(EMPTY, table_date=date(2020, 1, 1)))
    assert nothing.status is Status.FAIL and "2020-01-01; update the scanner" in nothing.note


# --- job, snapshot_only ----------------------------------------------------------------------------------


def test_a_configured_job_passes() -> None:
    assert run("job").status is Status.PASS


def test_nothing_at_all_fails_and_names_what_cannot_be_seen() -> None:
    outcome = run("job", EMPTY)
    assert outcome.status is Status.FAIL
    assert "hypervisor" in outcome.note


def test_snapshots_alone_fail_both_checks() -> None:
    only = replace(EMPTY, snapshots=(SNAPPER,))
    assert run("job", only).status is Status.FAIL
    assert run("snapshot_only", only).status is Status.FAIL


def test_a_package_that_nobody_set_up_is_no_job() -> None:
    outcome = run("job", with_job(configured=False))
    assert outcome.status is Status.FAIL
    assert "not configured" in outcome.actual


def test_a_job_that_may_be_set_up_is_unknown() -> None:
    assert run("job", with_job(configured=NO_RECORD)).status is Status.UNKNOWN


@pytest.mark.parametrize("name", ["scheduled", "offhost", "encrypted"])
def test_a_job_that_may_have_nothing_to_do_passes_nothing(name: str) -> None:
    assert run(name).status is Status.PASS
    assert run(name, with_job(configured=NO_RECORD)).status is Status.UNKNOWN
    both = replace(BACKUPS, jobs=(JOB, replace(JOB, configured=NO_RECORD)))
    assert run(name, both).status is (Status.UNKNOWN if name == "encrypted" else Status.PASS)


def test_what_is_set_up_and_never_started_is_no_job_and_is_named() -> None:
    outcome = run("job", with_job(configured=Absent("run-parts leaves it out")))
    assert (outcome.status, outcome.actual) == (Status.FAIL, "files.service (restic): run-parts leaves it out")


def test_snapshots_beside_a_job_pass_and_none_do_not_apply() -> None:
    assert run("snapshot_only", replace(BACKUPS, snapshots=(SNAPPER,))).status is Status.PASS
    assert run("snapshot_only").status is Status.NOT_APPLICABLE
    assert run("snapshot_only", replace(EMPTY, snapshots=DENIED)).status is Status.UNKNOWN


# --- last_success ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "days", "status"),
    [
        (None, 6.9, Status.PASS),
        (None, 7.1, Status.FAIL),
        ("server", 1.9, Status.PASS),
        ("server", 2.1, Status.WARN),
        ("server", 7.1, Status.FAIL),
        ("workstation", 6.9, Status.PASS),
        ("laptop", 7.1, Status.WARN),
        ("workstation", 14.1, Status.FAIL),
    ],
)
def test_the_age_counts_by_role(role: str | None, days: float, status: Status) -> None:
    assert run("last_success", with_job(last_success=success(days)), role).status is status


@pytest.mark.parametrize(
    ("site", "days", "status"),
    [
        ({}, 7.1, Status.WARN),
        ({"max_age_days": 3}, 2.9, Status.PASS),
        ({"max_age_days": 3}, 3.1, Status.FAIL),
        ({"max_age_days": 3, "workstation_max_age_days": 5}, 4.9, Status.WARN),
        ({"max_age_days": 3, "workstation_max_age_days": 5}, 5.1, Status.FAIL),
    ],
)
def test_a_site_that_asks_for_younger_backups_tolerates_no_older_one_of_a_workstation(
    site: dict[str, int], days: float, status: Status
) -> None:
    own = {f"backup__last_success__{key}": value for key, value in site.items()}
    values = values_on("linux", "backup/last_success", **own)
    assert run("last_success", with_job(last_success=success(days)), "workstation", **values).status is status


def test_a_weak_sign_is_no_proof_and_an_old_one_a_failure() -> None:
    young = run("last_success", with_job(last_success=success(1, Proof.WEAK)))
    assert (young.status, young.reason) == (Status.UNKNOWN, Reason.NO_EVIDENCE)
    assert run("last_success", with_job(last_success=success(8, Proof.WEAK))).status is Status.FAIL


def test_a_failure_after_the_success_fails() -> None:
    outcome = run("last_success", with_job(last_success=success(2), last_failure=failure(1)))
    assert outcome.status is Status.FAIL


def test_a_success_after_the_failure_passes() -> None:
    assert run("last_success", with_job(last_success=success(1), last_failure=failure(2))).status is Status.PASS


def test_a_weak_sign_heals_no_failure() -> None:
    job = with_job(last_success=success(1, Proof.WEAK), last_failure=failure(2))
    assert run("last_success", job).status is Status.FAIL
    assert run("failures", job).status is Status.FAIL


def test_a_job_that_never_succeeded_is_not_green() -> None:
    assert run("last_success", with_job(last_success=NO_RECORD)).status is Status.UNKNOWN
    assert run("last_success", with_job(last_success=NO_RECORD, last_failure=failure(1))).status is Status.FAIL


def test_an_unmet_condition_without_any_success_fails() -> None:
    job = with_job(last_success=NO_RECORD, blocked="its condition was not met")
    assert run("last_success", job).status is Status.FAIL
    assert run("scheduled", job).status is Status.FAIL


def test_one_bad_job_is_not_hidden_by_a_good_one() -> None:
    stale = replace(JOB, name="other.service", last_success=success(30))
    silent = replace(JOB, name="silent.service", last_success=NO_RECORD)
    assert run("last_success", replace(BACKUPS, jobs=(JOB, stale))).status is Status.FAIL
    assert run("last_success", replace(BACKUPS, jobs=(JOB, silent))).status is Status.UNKNOWN


def test_what_nobody_starts_any_more_does_not_count_beside_a_running_job() -> None:
    old = replace(JOB, name="restic repository", enabled=NOTHING, last_success=success(400, Proof.WEAK))
    assert run("last_success", replace(BACKUPS, jobs=(JOB, old))).status is Status.PASS


def test_a_success_in_the_future_is_unknown() -> None:
    assert run("last_success", with_job(last_success=success(-3))).status is Status.UNKNOWN


def test_no_job_is_unknown_because_others_may_back_the_host_up() -> None:
    assert run("last_success", EMPTY).status is Status.UNKNOWN


# --- scheduled, failures ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"interval_days": 7.0}, Status.PASS),
        ({"interval_days": 31.0}, Status.FAIL),
        ({"enabled": False}, Status.FAIL),
        ({"enabled": NOTHING, "interval_days": NOTHING}, Status.FAIL),
        ({"interval_days": NOTHING}, Status.FAIL),
        ({"enabled": NO_RECORD}, Status.UNKNOWN),
        ({"interval_days": NO_RECORD, "central": True}, Status.UNKNOWN),
    ],
)
def test_the_schedule(changes: dict[str, Any], status: Status) -> None:
    assert run("scheduled", with_job(**changes)).status is status


def test_a_manual_job_with_the_crontab_of_root_unread_is_unknown() -> None:
    manual = replace(with_job(enabled=NOTHING, interval_days=NOTHING), unread=(DENIED,))
    assert run("scheduled", manual).reason is Reason.DENIED


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, Status.PASS),
        ({"last_failure": failure(3), "last_success": success(2)}, Status.PASS),
        ({"last_failure": failure(3), "last_success": success(4)}, Status.FAIL),
        ({"last_failure": failure(9), "last_success": success(10)}, Status.UNKNOWN),
        ({"last_failure": NO_RECORD}, Status.UNKNOWN),
    ],
)
def test_failures(changes: dict[str, Any], status: Status) -> None:
    assert run("failures", with_job(**changes)).status is status


# --- offhost, encrypted, restore_test --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("places", "status"),
    [
        ((Place.REMOTE,), Status.PASS),
        ((Place.CLOUD,), Status.PASS),
        ((Place.NETWORK_MOUNT,), Status.PASS),
        ((Place.SAME_DISK, Place.REMOTE), Status.PASS),
        ((Place.SAME_DISK,), Status.FAIL),
        ((Place.SAME_HOST,), Status.FAIL),
        ((Place.OTHER_DISK,), Status.REVIEW),
        ((Place.OTHER_DISK, Place.SAME_DISK), Status.REVIEW),
        ((Place.SAME_DISK, NO_RECORD), Status.UNKNOWN),
        ((NO_RECORD,), Status.UNKNOWN),
    ],
)
def test_the_place(places: tuple[Maybe[Place], ...], status: Status) -> None:
    assert run("offhost", with_job(destinations=tuple(target(place) for place in places))).status is status


def test_a_destination_that_is_not_known_is_unknown() -> None:
    assert run("offhost", with_job(destinations=NO_RECORD)).status is Status.UNKNOWN


def test_the_destination_of_a_job_that_never_worked_protects_nobody() -> None:
    """A remote target counts only as long as its job is not known to fail."""
    broken = with_job(last_success=NO_RECORD, last_failure=failure(1))
    blocked = with_job(last_success=NO_RECORD, blocked="its condition was not met")
    assert run("offhost", broken).status is Status.UNKNOWN
    assert run("offhost", blocked).status is Status.UNKNOWN
    near = replace(JOB, name="near.service", destinations=(target(Place.SAME_DISK),))
    assert run("offhost", replace(broken, jobs=(*broken.jobs, near))).status is Status.FAIL


@pytest.mark.parametrize(
    ("program", "volume", "status"),
    [
        (True, NO_RECORD, Status.PASS),
        (False, True, Status.PASS),
        (False, False, Status.FAIL),
        (False, NO_RECORD, Status.UNKNOWN),
        (NO_RECORD, False, Status.UNKNOWN),
        (NO_RECORD, True, Status.PASS),
    ],
)
def test_encryption(program: Maybe[bool], volume: Maybe[bool], status: Status) -> None:
    job = with_job(encrypted=program, destinations=(target(Place.REMOTE, volume),))
    assert run("encrypted", job).status is status


def test_one_plain_copy_is_not_hidden_by_an_encrypted_one() -> None:
    plain = replace(JOB, name="plain.service", encrypted=False, destinations=(target(Place.SAME_DISK),))
    outcome = run("encrypted", replace(BACKUPS, jobs=(JOB, plain)))
    assert outcome.items == ("plain.service (restic)",)


def test_a_restore_is_asked_of_a_person() -> None:
    outcome = run("restore_test")
    assert (outcome.status, outcome.items) == (Status.REVIEW, ("files.service (restic)",))


@pytest.mark.parametrize("name", ["offhost", "encrypted", "failures", "scheduled", "restore_test"])
def test_without_a_job_only_one_check_fails(name: str) -> None:
    assert run(name, EMPTY).status is Status.NOT_APPLICABLE


# --- What a status file of the site's says ----------------------------------------------------------------------------


def test_a_stated_success_counts_until_it_is_old() -> None:
    none = Absent("its status file says that the last run ended well")
    fresh, old = (with_job(last_success=success(days, Proof.STATED), last_failure=none) for days in (1, 8))
    assert (run("last_success", fresh).status, run("failures", fresh).status) == (Status.PASS, Status.PASS)
    assert run("last_success", old).status is Status.FAIL


def test_a_stated_failure_is_not_healed_by_a_service_that_ended_well() -> None:
    def said(days: float) -> Backups:
        return with_job(last_failure=BackupFailure(when=ago(days), why="it says 'failed'", stands=True))

    assert {run(name, said(2)).status for name in ("last_success", "failures")} == {Status.FAIL}
    assert run("last_success", said(30)).status is Status.FAIL
    outcome = run("failures", said(30))
    assert outcome.status is Status.UNKNOWN and "its status file says nothing newer" in outcome.actual + str(outcome)
    assert run("failures", with_job(last_failure=failure(2))).status is Status.PASS


def test_a_status_file_is_judged_beside_the_jobs_that_start_by_themselves() -> None:
    other = replace(JOB, name="/srv/status", product="status file", enabled=NO_RECORD, named=True)
    both = replace(BACKUPS, jobs=(JOB, replace(other, last_success=success(30, Proof.STATED))))
    assert run("last_success", both).status is Status.FAIL
    assert run("last_success", replace(both, jobs=both.jobs[:1])).status is Status.PASS


# --- Runs that left something out, products that are gone ---


@pytest.mark.parametrize(
    ("age", "failed", "status", "open_"),
    [
        (1, None, Status.WARN, Status.PASS),
        (1, 2, Status.WARN, Status.FAIL),
        (2, 1, Status.FAIL, Status.FAIL),
        (30, None, Status.FAIL, Status.PASS),
    ],
)
def test_a_run_that_left_something_out_is_a_warning_and_heals_nothing(
    age: int, failed: int | None, status: Status, open_: Status
) -> None:
    partial = replace(success(age), complete=False, warnings="ended with warnings")
    job = with_job(last_success=partial, last_failure=failure(failed) if failed else NOTHING)
    assert (run("last_success", job).status, run("failures", job).status) == (status, open_)
    if status is Status.WARN:
        assert "leaves nothing out" in run("last_success", job).expected


def test_a_product_that_left_its_records_alone_is_no_job() -> None:
    gone = with_job(configured=Absent("its service is not installed"))
    outcome = run("job", gone)
    assert outcome.status is Status.FAIL and f"{JOB}: its service is not installed" in outcome.actual
    assert "installed and not configured" not in outcome.actual
