"""A recorded machine whose backup job is exchanged for something that looks like one: never a pass."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scanner.catalogue import load_checks
from scanner.engine.reassess import from_recordings, reassess
from scanner.engine.selection import select
from scanner.inventory.loader import load_site
from scanner.profile import load_profile
from tests.targets.replayed import HERE

CALL = "/usr/bin/restic -r sftp:backup@vault.lab:/srv/vault -o -p backup --quiet /etc /home"
UNIT = f"Exec=counted {CALL}"
NO_UNIT = {
    UNIT: "Exec=counted /usr/bin/true",
    "| repository 2d79383d87aeda706382802c96070108e1a9eabd6f6d41e7b3d395cba2247501 1795324073\n": "",
}
COPY = "| rsync -a /home root@vault.lab:/x\n"
SITE = """site: recorded-lab
entities: [importer]
targets:
  - {uri: "replay:bookworm-good", name: host, role: server}
"""


def findings(folder: Path, changes: dict[str, str]) -> dict[str, str]:
    """Status of every backup check on the machine with its transcript changed; every change has to find its place."""
    shutil.copytree(HERE / "bookworm-good", folder / "bookworm-good")
    transcript = folder / "bookworm-good" / "transcript.txt"
    text = transcript.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    transcript.write_text(text, encoding="utf-8")
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    checks = load_checks()
    site = load_site(folder / "site.yaml", checks=checks)
    result = reassess(from_recordings(folder, site), site, select(load_profile("ctpat", checks=checks), checks))
    found = {f.check.removeprefix("backup/"): f.status.value for f in result.findings if f.check.startswith("backup/")}
    assert len(found) == 8
    return found


def cron(name: str, *lines: str, taken: str | None = None) -> dict[str, str]:
    """A file of cron's and no other job; `taken` is what newer recordings tell of names and rights."""
    body = "".join(f"| {line}\n" for line in lines)
    told = f"|=taken\n{taken}| read\n| @exit 0\n" if taken is not None else ""
    return NO_UNIT | {"|=daemon\n": f"|={name}\n{body}| #lines\t{len(lines)}\n| @exit 0\n{told}|=daemon\n"}


def test_the_machine_as_it_is_passes(tmp_path: Path) -> None:
    found = findings(tmp_path, {})
    assert [found[name] for name in ("job", "scheduled", "offhost", "last_success")] == ["pass"] * 4


@pytest.mark.parametrize(
    "call",
    [
        CALL + " --dry-run",
        CALL.replace(" backup ", " backup -n "),
        "/usr/bin/borg create --dry-run ssh://vault.lab/./r::{now} /home",
        "/usr/bin/rsync -a --dry-run /home backup@vault.lab:/srv",
        "/usr/bin/rsync -an /home backup@vault.lab:/srv",
        "/usr/bin/rsync -a rsync://mirror.debian.org/debian /srv/mirror",
    ],
)
def test_a_trial_and_a_copy_of_others_are_no_backup(tmp_path: Path, call: str) -> None:
    found = findings(tmp_path, NO_UNIT | {UNIT: f"Exec=counted {call}"})
    assert found["job"] == "fail"
    assert "pass" not in found.values()


@pytest.mark.parametrize("host", ["vm.acme.example", "vm", "VM", "localhost", "[::1]", "10.83.1.2"])
def test_this_host_under_another_name_is_no_other_host(tmp_path: Path, host: str) -> None:
    found = findings(tmp_path, {"backup@vault.lab:": f"backup@{host}:"})
    assert found["offhost"] in ("fail", "unknown")


UNIT_OF_CRON = "Id=cron.service\n| LoadState=loaded\n| ActiveState="
# What a recording from before the question allows.
EARLIER = ("unknown", "unknown", "unknown")


@pytest.mark.parametrize(
    ("name", "line", "taken"),
    [
        ("/etc/cron.daily/backup.sh", "rsync -a /home root@vault.lab:/x", "| asked /etc/cron.daily\n"),
        ("/etc/cron.d/backup.cron", "0 3 * * *\troot\trsync -a /home root@vault.lab:/x", ""),
    ],
)
def test_a_file_that_cron_leaves_out_is_no_job(tmp_path: Path, name: str, line: str, taken: str) -> None:
    earlier = findings(tmp_path / "earlier", cron(name, line))
    assert (earlier["job"], earlier["scheduled"], earlier["offhost"]) == EARLIER
    told = cron(name, line, taken=taken) | {"| cron\n| #processes": "| cron\n| #kind\tdebian\tcron -f\n| #processes"}
    told |= {"&& --report /etc": "&& run-parts --report /etc"}
    found = findings(tmp_path / "now", told)
    assert (found["job"], found["scheduled"], found["offhost"]) == ("fail", "notapplicable", "notapplicable")


def test_a_cron_of_a_container_starts_nothing_here(tmp_path: Path) -> None:
    table = cron("/etc/cron.d/backup", "0 3 * * *\troot\trsync -a /home root@vault.lab:/x")
    stopped = {f"{UNIT_OF_CRON}active": f"{UNIT_OF_CRON}inactive"}
    assert findings(tmp_path / "runs", table)["scheduled"] == "pass"
    assert findings(tmp_path / "earlier", table | stopped)["scheduled"] == "unknown"
    told = cron("/etc/cron.d/backup", "0 3 * * *\troot\trsync -a /home root@vault.lab:/x", taken="")
    told |= {"| cron\n| #processes": "| #processes"}
    assert findings(tmp_path / "now", told | stopped)["scheduled"] == "fail"


def test_an_agent_that_runs_need_not_have_a_job(tmp_path: Path) -> None:
    agent = "| Id=bacula-fd.service\n| LoadState=loaded\n| ActiveState=active\n| UnitFileState=enabled\n| \n| Type="
    found = findings(tmp_path, NO_UNIT | {"|=services\n| Type=": f"|=services\n{agent}"})
    assert (found["job"], found["scheduled"], found["offhost"]) == EARLIER


def test_days_of_month_and_week_together_are_rarer(tmp_path: Path) -> None:
    rare = cron("/etc/cron.d/backup", "0 2 */2 * 0\troot\trsync -a /home root@vault.lab:/x")
    assert findings(tmp_path, rare)["scheduled"] == "fail"
