"""Files that cron leaves out: by name, by rights, and where nothing starts the scripts of a folder."""

from __future__ import annotations

import os
import subprocess
from importlib import resources
from pathlib import Path

import pytest

from scanner.facts.base import FileText
from scanner.facts.linux.backups import cron
from scanner.facts.linux.backups.probes import CRON
from scanner.facts.linux.backups.taken import Taken, read_taken
from scanner.facts.linux.patching.sections import Sections
from scanner.model import Absent, Maybe, Unknown

HELPERS = resources.files("scanner.collect").joinpath("helpers.sh").read_text(encoding="utf-8")


def sections(**texts: str) -> Sections:
    """Sections by name; a crontab's comes with its path, every other one with its exit status."""
    found = {
        name: FileText(path=name, text=text if name.startswith("/") else text + "@exit 0")
        for name, text in texts.items()
    }
    return Sections("backup_cron", found)


TABLE = "25 6 * * *\troot\tcd / && run-parts --report /etc/cron.daily ;\n#lines\t1"
DEBIAN = "#kind\tdebian\t/usr/sbin/cron -f\n"
CRONIE = "#kind\tcronie\t/usr/sbin/crond -n\n"
BUSYBOX = "#kind\tbusybox\tcrond -c /etc/crontabs\n"


def taken(daemon: str = DEBIAN, told: str = "", tables: dict[str, str] | None = None, timer: str = "") -> Taken:
    texts = {"/etc/crontab": TABLE, **(tables or {}), "daemon": daemon, "taken": told + "read\n"}
    return read_taken(sections(**texts), frozenset({timer}), is_complete=True)


def said(reason: Maybe[str]) -> str:
    """`takes`, `leaves` or `unknown`."""
    return "takes" if isinstance(reason, Absent) else "unknown" if isinstance(reason, Unknown) else "leaves"


@pytest.mark.parametrize(
    ("name", "debian", "lsb", "cronie", "other"),
    [
        ("backup", "takes", "takes", "takes", "takes"),
        ("Backup_1-x", "takes", "takes", "takes", "takes"),
        ("backup.cron", "leaves", "leaves", "takes", "unknown"),
        ("acme.example-backup", "leaves", "takes", "takes", "unknown"),
        ("backup~", "leaves", "leaves", "leaves", "unknown"),
        ("backup.rpmsave", "leaves", "leaves", "leaves", "unknown"),
        ("#backup", "leaves", "leaves", "leaves", "unknown"),
    ],
)
def test_names_in_the_folder_of_crontabs(name: str, debian: str, lsb: str, cronie: str, other: str) -> None:
    kinds = (DEBIAN, DEBIAN.replace("-f", "-f -l"), CRONIE, "#kind\tother\tcrond\n")
    answers = [said(taken(kind).table(f"/etc/cron.d/{name}")) for kind in kinds]
    assert answers == [debian, lsb, cronie, other]


@pytest.mark.parametrize(
    ("mode", "debian", "cronie"),
    [
        ("-rw-r--r-- 0", "takes", "takes"),
        ("-rw-rw-r-- 0", "leaves", "leaves"),
        ("-rw-r--rw- 0", "leaves", "leaves"),
        ("-rw-r--r-- 1000", "leaves", "leaves"),
        ("-rwxr-xr-x 0", "takes", "leaves"),
    ],
)
def test_rights_of_a_crontab(mode: str, debian: str, cronie: str) -> None:
    told = f"mode {mode} /etc/cron.d/x\n"
    assert [said(taken(kind, told).table("/etc/cron.d/x")) for kind in (DEBIAN, CRONIE)] == [debian, cronie]


def test_a_last_line_without_an_end() -> None:
    told = "open /etc/cron.d/x\n"
    assert [said(taken(kind, told).table("/etc/cron.d/x")) for kind in (DEBIAN, CRONIE)] == ["leaves", "unknown"]


def test_the_crond_of_busybox_reads_its_own_folder_alone() -> None:
    found = taken(BUSYBOX)
    assert [said(found.table(path)) for path in ("/etc/crontab", "/etc/cron.d/x")] == ["leaves", "leaves"]
    assert said(found.table("/etc/crontabs/root")) == "takes"
    assert said(found.table("/var/spool/cron/crontabs/root")) == "leaves"


@pytest.mark.parametrize(("path", "answer"), [("root", "takes"), ("root.bak", "unknown"), ("root~", "unknown")])
def test_a_crontab_of_nobody_is_not_started(path: str, answer: str) -> None:
    told = "stranger /var/spool/cron/crontabs/root.bak\n"
    assert said(taken(told=told).table(f"/var/spool/cron/crontabs/{path}")) == answer


LISTED = "runs /etc/cron.daily/backup\nasked /etc/cron.daily\n"


@pytest.mark.parametrize(
    ("script", "told", "crontab", "answer"),
    [
        ("backup", LISTED, TABLE, "takes"),
        ("backup.sh", LISTED, TABLE, "leaves"),
        ("other", LISTED, TABLE, "leaves"),  # jobs.deny of cronie's run-parts
        ("backup", "", TABLE, "takes"),
        ("backup.sh", "", TABLE, "unknown"),
        ("acme-backup.x-1", "", TABLE.replace("--report", "--lsbsysinit"), "takes"),
        ("backup.sh", "", TABLE.replace("--report", "--lsbsysinit"), "leaves"),
        ("backup", LISTED, TABLE.replace("--report", "--regex"), "unknown"),
        ("backup", LISTED, "#lines\t0", "leaves"),
        ("backup", LISTED, TABLE.replace("cd / && run-parts --report", "-d"), "leaves"),
        ("backup", "", "*/15 * * * *\troot\t-x ; /usr/lib/cron/run-crons\n#lines\t1", "takes"),
        ("backup.sh", "", "*/15 * * * *\troot\t-x ; /usr/lib/cron/run-crons\n#lines\t1", "unknown"),
    ],
)
def test_what_starts_the_scripts_of_a_folder(script: str, told: str, crontab: str, answer: str) -> None:
    found = taken(told=told, tables={"/etc/crontab": crontab})
    assert said(found.script(f"/etc/cron.daily/{script}")) == answer


def test_anacron_starts_a_folder_where_something_starts_anacron() -> None:
    tables = {"/etc/crontab": "#lines\t0", "/etc/anacrontab": "1\t-\trun-parts /etc/cron.daily\n#lines\t1"}
    hourly = {"/etc/cron.hourly/0anacron": "-x /usr/sbin/anacron ;\n/usr/sbin/anacron -s\n#lines\t9"}
    answers = [taken(tables=tables), taken(tables=tables | hourly), taken(tables=tables, timer="anacron.timer")]
    assert [said(found.script("/etc/cron.daily/backup")) for found in answers] == ["leaves", "takes", "takes"]
    assert [said(found.table("/etc/anacrontab")) for found in answers] == ["leaves", "takes", "takes"]


def test_what_is_not_known_of_a_crontab_is_not_known_of_its_folders() -> None:
    """fcron may start them by a table that is not read, and so may a crontab that may count or not."""
    found = [
        taken("#kind\tfcron\tfcron\n"),
        taken("#kind\tother\tcrond\n", tables={"/etc/crontab": "#lines\t0", "/etc/cron.d/x.y": TABLE}),
    ]
    assert [said(each.script("/etc/cron.daily/backup")) for each in found] == ["unknown", "unknown"]
    assert [said(found[0].table(path)) for path in ("/etc/crontab", "/var/spool/cron/root")] == ["unknown", "unknown"]


@pytest.mark.parametrize(("who", "answer"), [("root", "takes"), ("stranger?", "unknown")])
def test_a_line_for_nobody_is_not_started(who: str, answer: str) -> None:
    texts = {
        "/etc/cron.d/x": f"0 3 * * *\t{who}\trsync -a /home nas:/x\n#lines\t1",
        "daemon": DEBIAN,
        "taken": "read\n",
    }
    (entry,) = cron.entries(sections(**texts), read_taken(sections(**texts), frozenset(), is_complete=True))
    assert said(entry.stopped) == answer


def test_how_often_a_folder_is_started_is_what_the_crontab_says() -> None:
    script = {"/etc/cron.daily/backup": "rsync -a /home nas:/x\n#lines\t1"}
    texts = {"/etc/crontab": TABLE.replace("6 * * *", "6 1 * *"), **script, "daemon": DEBIAN, "taken": "read\n"}
    (entry,) = cron.entries(sections(**texts), read_taken(sections(**texts), frozenset(), is_complete=True))
    assert (entry.interval_days, entry.stopped) == (31.0, Absent("nothing is known to stop it"))


def test_an_earlier_recording_is_read_as_far_as_it_goes() -> None:
    texts = {"/etc/crontab": TABLE.replace("run-parts ", ""), "daemon": "cron\n"}
    found = read_taken(sections(**texts), frozenset(), is_complete=True)
    assert [said(found.script(f"/etc/cron.daily/{name}")) for name in ("backup", "backup.sh")] == ["takes", "unknown"]
    assert said(found.script("/etc/cron.weekly/backup")) == "unknown"
    assert said(found.table("/etc/cron.d/backup.cron")) == "unknown"


def test_the_rarer_days_are_believed_unless_busybox_runs() -> None:
    assert [taken(kind).stars_join for kind in (DEBIAN, "", BUSYBOX)] == [True, True, False]


# --- The probe itself, with the programs of the machine the tests run on --------------------------------


def probed(root: Path, path: str = "/usr/sbin:/usr/bin:/sbin:/bin") -> dict[str, list[str]]:
    """The sections of the probe of crontabs on a tree of files instead of /etc."""
    script = HELPERS + CRON.script.replace("/etc/", f"{root}/etc/").replace("/var/spool/", f"{root}/spool/")
    environment = {"PATH": path, "CTPAT_RIGHTS": "root", "LC_ALL": "C"}
    answer = subprocess.run(["/bin/sh", "-c", script], env=environment, capture_output=True, check=True)
    found: dict[str, list[str]] = {}
    for line in answer.stdout.decode().replace(str(root), "").splitlines():
        if line.startswith("="):
            current = found.setdefault(line[1:], [])
        elif line.startswith(" "):
            current.append(line[1:])
    return found


def test_run_parts_is_asked_and_starts_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "etc" / "cron.daily"
    folder.mkdir(parents=True)
    (tmp_path / "etc" / "cron.d").mkdir()
    (tmp_path / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    for name in ("backup", "backup.sh"):
        (folder / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/started\nrsync -a /home nas:/x\n")
        (folder / name).chmod(0o755)
    (tmp_path / "etc" / "cron.d" / "open").write_text("0 3 * * * root rsync -a /home nas:/x")
    (tmp_path / "etc" / "cron.d" / "loose").write_text("0 3 * * * root rsync -a /home nas:/x\n")
    (tmp_path / "etc" / "cron.d" / "loose").chmod(0o666)
    (tmp_path / "etc" / "cron.d" / "orphan").write_text("0 3 * * * stranger rsync -a /home nas:/x\n")
    (tmp_path / "etc" / "anacrontab").write_text("SHELL=/bin/sh\n1\t5\tcron.daily\tnice run-parts /etc/cron.daily\n")
    lines = probed(tmp_path)
    assert "runs /etc/cron.daily/backup" in lines["taken"] and "asked /etc/cron.daily" in lines["taken"]
    assert "runs /etc/cron.daily/backup.sh" not in lines["taken"]
    assert not (tmp_path / "started").exists()
    assert "open /etc/cron.d/open" in lines["taken"] and "open /etc/cron.d/loose" not in lines["taken"]
    assert f"mode -rw-rw-rw- {os.getuid()} /etc/cron.d/loose" in lines["taken"]
    assert lines["/etc/cron.d/loose"][0].split("\t")[1] == "root"
    assert lines["/etc/cron.d/orphan"][0].split("\t")[1] == "stranger?"
    assert lines["/etc/anacrontab"][0] == "1\t-\trun-parts /etc/cron.daily"


def test_a_line_that_anacron_does_not_take_is_no_plan(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "anacrontab").write_text("* 5 job restic backup /a\n1,2 5 job restic backup /b\n")
    assert probed(tmp_path)["/etc/anacrontab"] == ["#lines\t2", "@exit 0"]


@pytest.mark.parametrize("end", ["kill -9 $$", "exit 2"])
def test_crontabs_behind_one_that_awk_fails_at_are_not_taken_for_none(end: str, tmp_path: Path) -> None:
    (tmp_path / "etc" / "cron.d").mkdir(parents=True)
    for name in ("a", "b"):
        (tmp_path / "etc" / "cron.d" / name).write_text(f"0 3 * * * root restic backup /{name}\n")
    assert probed(tmp_path)["root"] == ["read", "@exit 0"]
    awk = tmp_path / "bin" / "awk"
    awk.parent.mkdir()
    awk.write_text(f'#!/bin/sh\ncase $* in *cron.d/a*) echo =/etc/cron.d/a; {end} ;; esac\nexec /usr/bin/awk "$@"\n')
    awk.chmod(0o755)
    texts = probed(tmp_path, f"{awk.parent}:/usr/bin:/bin")
    assert "/etc/cron.d/b" not in texts
    found = sections(**{name: "\n".join(lines) for name, lines in texts.items() if name.startswith("/")})
    assert "the crontabs: the list is incomplete" in [lost.detail for lost in cron.unread(found)]
    assert "root" not in texts
