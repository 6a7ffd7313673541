"""Backups on Linux: recorded hosts in, jobs and their proofs out."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.facts.backups import BackupFailure, BackupJob, Backups, BackupSuccess, Place, Proof
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.linux.backups import READERS, journal, schedule, units
from scanner.facts.linux.backups.hosts import OwnNames
from scanner.facts.linux.backups.places import Disk, Mount, Places, parse_mounts
from scanner.facts.linux.backups.probes import _WORDS, CRON, STATE
from scanner.facts.linux.backups.programs import Call, call_of
from scanner.facts.linux.backups.reader import read_backups
from scanner.facts.linux.backups.state import State
from scanner.facts.linux.backups.targets import targets
from scanner.model import Absent, Maybe, Privilege, Reason, Unknown, is_known

GOLDEN = Path(__file__).parent / "golden" / "backups"
NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
# The status file that a site may name has tests of its own.
PROBES = tuple(probe.name for probe in READERS[0].probes if probe.name.startswith("backup_") and not probe.named)
SECRETS = (b"s3cr3tw0rd", b"hunter2", b"topsecret", b"othersecret", b"agent")


def raw(sections: dict[str, bytes]) -> RawFacts:
    made = {name: RawFact(probe=name, state=RawState.OK, stdout=text, status=0) for name, text in sections.items()}
    return RawFacts(platform="linux", collected_at=NOW, privilege=Privilege.USER, sections=made)


def recorded(name: str) -> dict[str, bytes]:
    return {probe: (GOLDEN / f"debian-12-{name}.{probe}").read_bytes() for probe in PROBES}


def host(name: str, **changes: bytes) -> Backups:
    fact = read_backups(raw({**recorded(name), **changes}))
    assert isinstance(fact, Backups)
    return fact


def job(name: str, start: str, **changes: bytes) -> BackupJob:
    (found,) = [job for job in host(name, **changes).jobs if job.name.startswith(start)]
    return found


def proof(value: Maybe[BackupSuccess]) -> BackupSuccess:
    assert isinstance(value, BackupSuccess)
    return value


def places_of(found: BackupJob) -> list[Maybe[Place]]:
    assert isinstance(found.destinations, tuple)
    return [destination.place for destination in found.destinations]


# --- A host with every kind of job -----------------------------------------------------------------------


def test_a_job_that_works_is_proved_by_process_1() -> None:
    found = job("jobs", "files-backup")
    assert (found.product, found.enabled, found.interval_days) == ("restic", True, 1.0)
    assert proof(found.last_success).proof is Proof.PROVED
    assert "process 1" in proof(found.last_success).how
    assert isinstance(found.last_failure, Absent)
    assert found.encrypted is True


def test_the_disk_of_the_data_is_recognised() -> None:
    assert places_of(job("jobs", "files-backup")) == [Place.SAME_DISK]


def test_a_job_that_fails_has_no_success() -> None:
    found = job("jobs", "offsite")
    assert isinstance(found.last_success, Unknown)
    assert found.unresolved is not None
    assert places_of(found) == [Place.REMOTE]


def test_a_skipped_start_is_no_success() -> None:
    """Process 1 writes the message of a finished job with JOB_RESULT=done for it."""
    assert b"was skipped because" in recorded("jobs")["backup_journal"]
    found = job("jobs", "cond-backup")
    assert isinstance(found.last_success, Unknown)
    assert is_known(found.blocked)


def test_result_success_with_empty_timestamps_is_no_success() -> None:
    found = job("jobs", "never-backup")
    assert found.enabled is True
    assert isinstance(found.last_success, Unknown)
    assert isinstance(found.last_failure, Unknown)


def test_the_start_of_a_service_that_goes_on_is_no_success() -> None:
    assert b"Started simple-backup.service" in recorded("jobs")["backup_journal"]
    found = job("jobs", "simple-backup")
    assert isinstance(found.last_success, Unknown)
    assert isinstance(found.last_failure, BackupFailure)


def test_a_failure_after_a_success_stays_open() -> None:
    found = job("jobs", "late-backup")
    assert proof(found.last_success).proof is Proof.PROVED
    assert found.unresolved is not None


def test_borg_ending_with_1_has_written_a_backup() -> None:
    found = job("jobs", "borg-nightly")
    assert "status 1" in proof(found.last_success).warnings
    assert found.unresolved is None
    assert found.encrypted is True


@pytest.mark.parametrize("repository", ["/usb/borg::{now}", "-r /usb/borg ::{now}"])
def test_borg_does_not_read_the_repository_it_writes(repository: str) -> None:
    """Its destination is not among its sources: it would always lie on their disk."""
    call = call_of(("borg", "create", *repository.split(), "/home"))
    assert call is not None
    none = State((), {}, (), 0, "", (None, None), False)
    assert targets(call, none) == (("/usb/borg",), ("/home",))


def test_a_timer_of_a_package_that_nobody_set_up_is_no_job() -> None:
    assert job("jobs", "borgmatic").configured is False


def test_a_crontab_is_a_plan_and_no_proof() -> None:
    found = job("jobs", "/etc/cron.d/nas")
    assert (found.enabled, found.interval_days, places_of(found)) == (True, 1.0, [Place.REMOTE])
    assert isinstance(found.last_success, Unknown)
    assert job("jobs", "/var/spool/cron").interval_days == 7.0


def test_files_of_the_package_manager_are_no_backup() -> None:
    names = [job.name for job in host("jobs").jobs]
    assert not [name for name in names if "dpkg" in name or "rsync.service" in name]


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.backup_*")), ids=lambda path: path.name)
def test_no_password_left_the_target(path: Path) -> None:
    assert not [secret for secret in SECRETS if secret in path.read_bytes()]


# --- The same host with less ------------------------------------------------------------------------------


def test_without_rights_the_last_run_still_counts_and_the_rest_is_denied() -> None:
    assert proof(job("user", "files-backup").last_success).how == "its service ended with success"
    never = job("user", "never-backup").last_success
    assert isinstance(never, Unknown)
    assert never.code is Reason.DENIED
    assert {why.code for why in host("user").unread} == {Reason.DENIED}


def test_what_the_programs_keep_and_nobody_could_read_is_not_called_examined() -> None:
    """A repository that root fills by hand shows there alone."""
    kept = recorded("user")[STATE.name]
    fact = host("nothing", **{STATE.name: kept})
    assert fact.judged == ()
    assert [why.detail.partition(":")[0] for why in fact.unread] == [
        "/root/.config/borg/security",
        "/root/.cache/restic",
        "/root/.cache/duplicity",
    ]


def test_after_a_restart_only_the_journal_remembers() -> None:
    found = job("rebooted", "files-backup")
    assert "process 1" in proof(found.last_success).how
    assert is_known(job("rebooted", "cond-backup").blocked)


def test_after_a_restart_a_start_time_of_the_timer_proves_nothing() -> None:
    assert b"LastTriggerUSec=Sun" in recorded("rebooted-user")["backup_units"]
    for found in host("rebooted-user").jobs:
        assert not is_known(found.last_success), found.name


def test_a_host_without_jobs_says_what_was_examined() -> None:
    fact = host("nothing")
    assert [found.configured for found in fact.jobs] == [False]
    assert (fact.judged, fact.snapshots, fact.unread) == ((), (), ())
    assert fact.looked_for


def test_snapshots_are_kept_apart() -> None:
    fact = host("snapshots")
    assert fact.judged == ()
    assert is_known(fact.snapshots)
    assert [(each.product, each.enabled) for each in fact.snapshots] == [("snapper", True)]


def test_grants_open_what_the_programs_keep() -> None:
    found = job("grants", "root-crontab")
    assert (found.product, found.encrypted, places_of(found)) == ("duplicity", False, [Place.SAME_DISK])
    assert "manifest" in proof(found.last_success).how
    assert host("grants").unread == ()


def test_a_cache_is_a_weak_sign_of_a_job_nobody_plans() -> None:
    found = job("grants", "restic repository")
    assert proof(found.last_success).proof is Proof.WEAK
    assert isinstance(found.enabled, Absent)


def test_the_log_of_rsnapshot_is_a_proof() -> None:
    found = job("grants", "rsnapshot repository")
    assert proof(found.last_success).proof is Proof.PROVED
    assert places_of(found) == [Place.SAME_DISK]


# --- Losing what a list rests on --------------------------------------------------------------------------


@pytest.mark.parametrize("probe", ["backup_units", "backup_cron"])
@pytest.mark.parametrize("state", [RawState.DENIED, RawState.TIMEOUT, RawState.TRUNCATED, RawState.FAILED])
def test_a_lost_list_is_never_an_empty_one(probe: str, state: RawState) -> None:
    facts = raw(recorded("nothing"))
    lost = RawFact(probe=probe, state=state, stdout=b"", status=1)
    fact = read_backups(replace(facts, sections={**facts.sections, probe: lost}))
    assert isinstance(fact, Unknown) or fact.unread  # type: ignore[union-attr]


@pytest.mark.parametrize("probe", ["backup_units", "backup_cron", "backup_places"])
def test_a_list_that_was_cut_is_never_an_empty_one(probe: str) -> None:
    fact = host("nothing", **{probe: b""})
    assert fact.unread or isinstance(fact.snapshots, Unknown)


def test_an_empty_journal_is_denied_and_not_empty() -> None:
    lines = b"=oldest\n @exit 0\n=never-backup.service\n @exit 0\n"
    found = job("jobs", "never-backup", backup_journal=lines).last_success
    assert isinstance(found, Unknown)
    assert found.code is Reason.DENIED


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(PROBES), st.binary(max_size=400)))
def test_no_bytes_break_the_reader(sections: dict[str, bytes]) -> None:
    read_backups(raw(sections))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_to_real_bytes_breaks_the_reader(data: st.DataObject) -> None:
    sections = recorded("jobs")
    probe = data.draw(st.sampled_from(PROBES))
    at = data.draw(st.integers(0, len(sections[probe])))
    sections[probe] = sections[probe][:at] + data.draw(st.binary(max_size=20)) + sections[probe][at + 5 :]
    read_backups(raw(sections))


# --- systemd's own memory ---------------------------------------------------------------------------------


def service(**changes: str) -> units.Service:
    values = {
        "LoadState": "loaded",
        "Type": "oneshot",
        "Result": "success",
        "ConditionResult": "yes",
        "ExecMainCode": "1",
        "ExecMainStatus": "0",
        "ExecMainStartTimestamp": "Sun 2026-11-22 03:00:00 UTC",
        "ExecMainExitTimestamp": "Sun 2026-11-22 03:10:00 UTC",
        "FragmentPath": "/etc/systemd/system/x.service",
    } | changes
    call = call_of(("/usr/bin/restic", "backup", "/data"))
    assert call is not None
    return units.Service("x.service", {key: (value,) for key, value in values.items()}, call, direct=True)


def test_a_whole_record_of_a_run_is_a_proof() -> None:
    assert isinstance(service().last_run(), BackupSuccess)


@pytest.mark.parametrize(
    "changes",
    [
        {"ExecMainExitTimestamp": ""},
        {"ConditionResult": "no"},
        {"ExecMainCode": "2"},
        {"LoadState": "not-found"},
        {"ActiveState": "activating"},
    ],
)
def test_half_a_record_proves_nothing(changes: dict[str, str]) -> None:
    assert service(**changes).last_run() is None


@pytest.mark.parametrize(("status", "kind"), [("3", BackupSuccess), ("1", BackupFailure), ("11", BackupFailure)])
def test_restic_ending_with_3_has_written_a_backup(status: str, kind: type) -> None:
    assert isinstance(service(Result="exit-code", ExecMainStatus=status).last_run(), kind)


def test_the_status_of_a_shell_is_not_that_of_its_program() -> None:
    wrapped = replace(service(Result="exit-code", ExecMainStatus="3"), direct=False)
    assert isinstance(wrapped.last_run(), BackupFailure)


def test_a_command_whose_failure_is_ignored_proves_nothing() -> None:
    ignored = replace(service(), call=replace(service().call, ignores_errors=True))
    assert ignored.last_run() is None
    entry = {
        "UNIT": "x.service",
        "MESSAGE_ID": journal.FINISHED,
        "MESSAGE": "Finished x.service.",
        "JOB_RESULT": "done",
        "INVOCATION_ID": "a",
        "__REALTIME_TIMESTAMP": "1795319788037666",
    }
    found = journal.events([json.dumps(entry)], "x.service")
    assert journal.runs(found, ignored) == (None, None)
    assert journal.runs(found, service())[0] is not None


def test_a_skip_after_a_success_is_no_second_success() -> None:
    """After an earlier run the invocation of a skipped start is not empty everywhere: its text decides."""
    entry = {
        "UNIT": "x.service",
        "MESSAGE_ID": journal.FINISHED,
        "MESSAGE": "x.service was skipped because of an unmet condition check (ConditionACPower=true).",
        "JOB_RESULT": "done",
        "INVOCATION_ID": "a",
        "__REALTIME_TIMESTAMP": "1795319788037666",
    }
    found = journal.events([json.dumps(entry)], "x.service")
    assert journal.runs(found, service()) == (None, None)
    assert journal.skipped(found) is not None


# --- Command lines ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "product"),
    [
        ("/usr/bin/restic -r /srv backup /data", "restic"),
        ("/usr/bin/restic forget --prune", None),
        ("/usr/bin/borg prune /srv", None),
        ("systemd-inhibit /usr/bin/borgmatic --verbosity", "borgmatic"),
        ("/usr/bin/borgmatic check", None),
        ("duplicity /data file:///srv", "duplicity"),
        ("duplicity remove-older-than", None),
        ("rclone mount nas:x /mnt", None),
        ("rsync --daemon", None),
        ("/usr/local/sbin/backup-db.sh", "script"),
        ("/usr/local/sbin/check-backup.sh", None),
        ("cd /var/backups && ls", None),
        ("/usr/libexec/dpkg/dpkg-db-backup", None),
        ("tar -c /data", None),
    ],
)
def test_what_is_a_backup(line: str, product: str | None) -> None:
    call = call_of(tuple(line.split(" ")))
    assert (call.product if call else None) == product


@pytest.mark.parametrize(
    ("line", "ignores"),
    [
        ("restic backup /data", False),
        ("restic backup /data && restic forget", False),
        ("sleep ; restic backup /data", False),
        ("restic backup /data ; restic forget", True),
        ("restic backup /data ;", True),
    ],
)
def test_whose_status_a_line_ends_with(line: str, ignores: bool) -> None:
    call = call_of(tuple(line.split(" ")))
    assert call is not None
    assert call.ignores_errors is ignores


def cleaned(line: str) -> str:
    """What leaves the target of a command line, by the target's own program."""
    script = _WORDS + 'printf "%s\\n" "$LINE" | awk "$words"\'{ print clean($0) }\''
    answer = subprocess.run(["/bin/sh", "-c", script], env={"LINE": line, "PATH": "/usr/bin:/bin"}, capture_output=True)
    assert answer.returncode == 0
    return answer.stdout.decode().strip()


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("restic -r rest:https://me:pw/x@h:8000/r backup /d", "restic -r rest:https://h:8000/r backup /d"),
        ("restic --password-command 'cat /k' -p SECRET backup", "restic --password -p backup"),
        ("RESTIC_PASSWORD=SECRET restic backup", "restic backup"),
        ("mysqldump -pSECRET db >/srv/x", "mysqldump -p"),
        ("mysqldump --password=SECRET db", "mysqldump --password"),
        ("curl -u me:SECRET ftp://me:SECRET@h/x", "-u ftp://h/x"),
        ("rclone sync /d s3:KEY:SECRET@b/x", "rclone sync /d ?:"),
        ("rsync -a /d me:SECRET@h:/x", "rsync -a /d h:/x"),
        ("borg create ssh://me@h/./r::{now} /d", "borg create ssh://h/./r::{now} /d"),
        ("duplicity --encrypt-key SECRET /d file:///srv/x >/dev/null 2>&1", "duplicity --encrypt-key /d file:///srv/x"),
        ("restic backup /d || true", "restic backup /d ;"),
        ("restic backup 'https://h/x?token=SECRET'", "restic backup https://h/x"),
    ],
)
def test_what_leaves_the_target(line: str, left: str) -> None:
    assert cleaned(line) == left


# --- Schedules --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "days"),
    [
        ("0 3 * * *", 1.0),
        ("@weekly", 7.0),
        ("@reboot", None),
        ("0 3 * * 0", 7.0),
        ("0 3 * * 7", 7.0),
        ("0 3 * * mon,thu", 4.0),
        ("0 3 * * 1-5", 3.0),
        ("0 3 1 * *", 31.0),
        ("0 3 1,15 * *", 17.0),
        ("0 3 */2 * *", 2.0),
        ("0 3 1 1 *", 366.0),
        ("0 3 * * x", None),
    ],
)
def test_crontab_intervals(when: str, days: float | None) -> None:
    assert schedule.of_cron(when) == days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("*-*-* 00:00:00", 1.0),
        ("*-*-* *:00:00", 1.0),
        ("Mon *-*-* 00:00:00", 7.0),
        ("Mon..Fri *-*-* 02:30:00", 3.0),
        ("Mon,Thu *-*-* 02:30:00", 4.0),
        ("*-*-01 00:00:00", 31.0),
        ("*-01,07-01 00:00:00", 366.0),
        ("2026-01-01 00:00:00", None),
        ("nonsense", None),
    ],
)
def test_timer_intervals(text: str, days: float | None) -> None:
    assert schedule.of_calendar(text) == days


def test_monotonic_timers() -> None:
    assert schedule.of_timer((), ("{ OnUnitActiveUSec=1w ; next_elapse=0 }",)) == 7.0
    assert schedule.of_timer((), ("{ OnBootUSec=10min ; next_elapse=0 }",)) is None


# --- Places -----------------------------------------------------------------------------------------------


DISKS = {
    "8:0": Disk("sda", "-", over_network=False, below=()),
    "8:1": Disk("sda1", "-", over_network=False, below=("8:0",)),
    "8:2": Disk("sda2", "-", over_network=False, below=("8:0",)),
    "8:16": Disk("sdb", "-", over_network=False, below=()),
    "8:32": Disk("sdc", "-", over_network=True, below=()),
    "254:0": Disk("dm-0", "CRYPT-LUKS2-aa-x", over_network=False, below=("8:16",)),
}
PLACES = Places(
    mounts=(
        Mount("8:1", "/", "ext4", "/dev/sda1"),
        Mount("8:2", "/backup", "ext4", "/dev/sda2"),
        Mount("254:0", "/usb", "ext4", "/dev/mapper/x"),
        Mount("8:32", "/iscsi", "ext4", "/dev/sdc"),
        Mount("0:50", "/nas", "nfs4", "nas:/x"),
        Mount("0:51", "/s3", "fuse.rclone", "b:"),
        Mount("0:52", "/auto", "autofs", "systemd-1"),
        Mount("0:53", "/merged", "fuse.mergerfs", "a"),
    ),
    planned={"/offline": "cifs"},
    disks=DISKS,
    own=OwnNames(hostname="host1"),
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("/srv/x", Place.SAME_DISK),
        ("/backup/x", Place.SAME_DISK),  # another partition of the same disk
        ("/usb/x", Place.OTHER_DISK),
        ("/iscsi/x", Place.NETWORK_MOUNT),
        ("/nas/x", Place.NETWORK_MOUNT),
        ("/s3/x", Place.CLOUD),
        ("s3:s3.amazonaws.com/b", Place.CLOUD),
        ("s3:http://localhost:9000/b", Place.SAME_HOST),
        ("sftp:u@h:/x", Place.REMOTE),
        ("sftp:u@localhost:/x", Place.SAME_HOST),
        ("rest:http://127.0.0.1:8000/", Place.SAME_HOST),
        ("ssh://u@host1/x", Place.SAME_HOST),
        ("u@nas.example:/x", Place.REMOTE),
        ("nas::module", Place.REMOTE),
    ],
)
def test_where_a_destination_lies(text: str, place: Place) -> None:
    places = replace(PLACES, real={text: text})
    assert places.destination(text, ("/data",)).place is place


@pytest.mark.parametrize("text", ["/offline/x", "/auto/x", "/merged/x"])
def test_a_share_that_is_not_mounted_is_no_share(text: str) -> None:
    assert isinstance(replace(PLACES, real={text: text}).destination(text, ()).place, Unknown)


def test_a_path_that_leads_elsewhere_is_followed() -> None:
    places = replace(PLACES, real={"/nas-link": "/srv/x", "/lost": ""})
    assert places.destination("/nas-link", ()).place is Place.SAME_DISK
    assert isinstance(places.destination("/lost", ()).place, Unknown)


def test_an_encrypted_volume_is_recognised() -> None:
    places = replace(PLACES, real={"/usb/x": "/usb/x", "/srv": "/srv", "/nas/x": "/nas/x"})
    assert places.destination("/usb/x", ()).volume_encrypted is True
    assert places.destination("/srv", ()).volume_encrypted is False
    assert isinstance(places.destination("/nas/x", ()).volume_encrypted, Unknown)


def test_blanks_in_mount_points() -> None:
    assert parse_mounts(["8:1 /mnt/a\\040b ext4 /dev/sda1"])[0].point == "/mnt/a b"


def test_every_grant_is_one_of_the_guide() -> None:
    commands = [grant.command for probe in (CRON, STATE) for grant in probe.grants]
    assert commands[0] == "/usr/bin/crontab -l -u root"
    assert all(command.startswith("/usr/bin/ls -lnR --time-style=+%s /root/.c") for command in commands[1:])


def test_a_call_without_a_program_is_a_script() -> None:
    assert Call("script", None, ()).ignores_errors is False
