"""Command lines that look like a backup and write none of this host: trials, and copies of other hosts."""

from __future__ import annotations

import pytest

from scanner.facts.base import FileText
from scanner.facts.linux.backups.programs import call_of
from scanner.facts.linux.backups.state import read_state
from scanner.facts.linux.backups.targets import targets
from scanner.facts.linux.patching.sections import Sections
from tests.facts.linux.test_linux_backups import cleaned


@pytest.mark.parametrize(
    "line",
    [
        "restic -r /srv backup --dry-run /data",
        "restic -r /srv backup -vn /data",
        "restic backup --help",
        "rustic backup -n /data",
        "borg create --dry-run /srv::{now} /data",
        "borg create -snv /srv::{now} /data",
        "borgmatic -n",
        "borgmatic --dry-run --verbosity 1",
        "rsync -an /data nas:/x",
        "rsync -avzn --delete /data nas:/x",
        "rsync -a --dry-run /data nas:/x",
        "rsync --list-only nas:/x",
        "rsync --only-write-batch=/b -a /data nas:/x",
        "rclone sync --dry-run /data nas:/x",
        "rclone -vn copy /data nas:/x",
        "duplicity --dry-run /data s3://h/b",
        "duplicity s3://h/b /data",
        "duplicity file:///srv/x /data",
        "rdiff-backup --compare /data /srv",
        "rdiff-backup list increments /srv",
        "rsnapshot -t daily",
        "tarsnap -tvf x",
        "tarsnap -vtf x",
        "tarsnap -c -f x --dry-run /data",
        "duplicacy backup -dry-run",
        "proxmox-backup-client backup root.pxar:/ --dry-run",
        "btrbk -n run",
        "dsmc preview backup /data",
        "kopia snapshot estimate /data",
        "mysqldump --no-data db",
        "pg_dumpall --globals-only",
        "[ -x /usr/bin/rsync ] || exit 0",
        "command -v borgmatic",
    ],
)
def test_a_run_that_writes_nothing_is_no_backup(line: str) -> None:
    assert call_of(tuple(cleaned(line).split(" "))) is None


@pytest.mark.parametrize(
    ("line", "product"),
    [
        ("restic -r /srv backup -v /data", "restic"),
        ("restic -p /etc/n backup --dry-run=false /data", "restic"),
        ("resticprofile -n nightly backup", "restic"),
        ("rsync -avz /data nas:/x", "rsync"),
        ("rsync -aen /data nas:/x", "rsync"),
        ("rsync -e 'ssh -n' -a /data nas:/x", "rsync"),
        ('rsync -a "$SRC" nas:/x', "rsync"),
        ("rsync -a /data nas:/x --log-file /var/log/x", "rsync"),
        ("rsync -a /data nas:/x # to the nas", "rsync"),
        ("rsync -a localhost:/data /srv/x", "rsync"),
        ("rsync -a /data nas:/x --exclude='*.tmp'", "rsync"),
        ("rsync -a /data nas:/x $MORE", "rsync"),
        ("duplicity --exclude /proc / s3://h/b", "duplicity"),
        ("bup save -n name /data", "bup"),
        ("tarsnap -c -f x-$(date) /data", "Tarsnap"),
        ("mysqldump -h db -r /srv/x db", "database dump"),
    ],
)
def test_a_run_that_writes_is_a_backup(line: str, product: str) -> None:
    call = call_of(tuple(cleaned(line).split(" ")))
    assert call is not None and call.product == product


@pytest.mark.parametrize(
    "line",
    [
        "rsync -a rsync://mirror.debian.org/debian /srv/mirror",
        "rsync -a mirror::debian /srv/mirror",
        "rsync -a --delete me@web:/var/www /srv/copies",
        'rsync -a nas:/x "$DEST"',
        "rsync -a root@[2001:db8::1]:/x /srv",
        "rclone sync nas:x /srv/x",
        "rdiff-backup web::/data /srv/x",
    ],
)
def test_a_copy_of_another_host_is_no_backup_of_this_one(line: str) -> None:
    assert call_of(tuple(cleaned(line).split(" "))) is None


@pytest.mark.parametrize("line", ['rsync -a /data "$DEST"', "rclone sync /data nas:x", 'rsync -a "$S" "$D"'])
def test_a_destination_that_did_not_leave_the_target_is_not_known(line: str) -> None:
    call = call_of(tuple(cleaned(line).split(" ")))
    assert call is not None
    assert targets(call, read_state(Sections("backup_state", {})))[0] == ()


@pytest.mark.parametrize("line", ["restic -pSECRET -n backup", "rsync -eSECRET /d h:/x", "borgmatic -cSECRET -v1"])
def test_letters_of_options_take_no_value_along(line: str) -> None:
    assert "SECRET" not in cleaned(line)


@pytest.mark.parametrize(
    ("lines", "pulls"),
    [
        ("snapshot_root /srv\nbackup remote\nread\n", True),
        ("backup remote\nbackup local\nread\n", False),
        ("backup\nread\n", False),
        ("gone\n", False),
    ],
)
def test_rsnapshot_may_copy_other_hosts_alone(lines: str, pulls: bool) -> None:
    assert (
        read_state(
            Sections("backup_state", {"rsnapshot": FileText(path="rsnapshot", text=lines + "@exit 0")})
        ).rsnapshot_pulls
        is pulls
    )
