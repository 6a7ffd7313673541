"""`ctpat scan`: from arguments to the exit status, with real targets, stores and reports."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.check import BUILT_IN
from scanner.cli.scan import status, worst_status
from scanner.model import Assessment, Coverage, Level, State
from tests.cli.conftest import ENVIRONMENT, Call, process, write_site

GOOD_CHECK = '''"""A title.

Why: reasons.
Source: a manual.
"""

from scanner.api import Host, Outcome, Severity, check, passed


@check(title="Own", severity=Severity.LOW, remediation="R")
def judge(host: Host) -> Outcome:
    return passed(actual="fine")
'''


def document(path: Path) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(path.read_text())
    return found


# --- The main road -----------------------------------------------------------------------------------------------


def test_a_scan_of_this_machine_in_one_command(recorded: Path) -> None:
    run = document(recorded / "run.json")
    assert [target["name"] for target in run["targets"]] == ["local"]
    assert len(run["findings"]) > 50
    assert (recorded / "ctpat.db").is_file()
    for private in ("ctpat.db", "run.json", "rec"):
        assert stat.S_IMODE((recorded / private).stat().st_mode) & 0o077 == 0


def test_a_site_gives_table_store_and_reports(ctpat: Call, site: Path, home: Path) -> None:
    ended = ctpat("scan", site, "-o", "json=run.json", "-o", "csv=run.csv", "-o", "html=run.html")
    assert ended.status in (1, 3)
    assert "Acme Imports, Inc.: evidence for" in ended.out
    assert "Targets: 3 planned, 2 reached" in ended.out
    assert "4.5a" in ended.out
    assert "\x1b" not in ended.out
    assert "[3/3]" in ended.err
    assert "gone: " in ended.err
    run = document(home / "run.json")
    assert {target["name"]: target["state"] for target in run["targets"]}["gone"] in ("unreachable", "login failed")
    per_target = {name: sum(f["target"] == name for f in run["findings"]) for name in ("web01", "web02", "gone")}
    assert len(set(per_target.values())) == 1, "every target has the same number of findings"
    assert {f["status"] for f in run["findings"] if f["target"] == "gone"} == {"unknown"}
    assert (home / "run.html").read_bytes().lower().startswith(b"<!doctype html>")
    assert not list(home.glob(".*partial"))


def test_several_sites_have_each_their_store_and_report(ctpat: Call, home: Path, recorded: Path) -> None:
    files = []
    for name in ("houston", "laredo"):
        (home / name).mkdir()
        files.append(write_site(home / name / "site.yaml", recorded, name))
    ended = ctpat("scan", *files, "-o", "json=out-{site}.json", "--only", "password")
    assert ended.status in (1, 3)
    for name in ("houston", "laredo"):
        assert (home / name / "ctpat.db").is_file()
        assert document(home / f"out-{name}.json")["run"]["site"] == name  # type: ignore[call-overload]


def test_a_report_on_standard_output_is_alone_there(ctpat: Call, site: Path) -> None:
    ended = ctpat("scan", site, "-o", "json=-", "--only", "password")
    assert json.loads(ended.out)["run"]["site"] == "acme"
    assert "Targets: 3 planned" in ended.err


def test_dry_run_connects_to_nothing_and_writes_nothing(ctpat: Call, site: Path, home: Path) -> None:
    ended = ctpat("scan", site, "--dry-run", "--only", "password/hash")
    assert ended.status == 0
    assert "gone: ssh 127.0.0.1:1 as scan, credential key" in ended.out
    assert "password/hash" in ended.out
    assert sorted(path.name for path in home.iterdir()) == ["site.yaml"]


def test_only_judges_what_it_names_and_the_rest_is_not_green(ctpat: Call, site: Path, home: Path) -> None:
    ctpat("scan", site, "--only", "password", "-o", "json=run.json")
    run = document(home / "run.json")
    assert {str(f["check"]).split("/")[0] for f in run["findings"]} == {"password"}
    firewall = [a for a in run["assessments"] if a["requirement"] in ("4.2c", "4.3b")]
    assert firewall
    assert all(a["state"] != "evidenced" for a in firewall)


# --- What the same bytes say again -------------------------------------------------------------------------------


def test_recorded_bytes_give_the_findings_of_the_live_scan(ctpat: Call, recorded: Path, home: Path) -> None:
    ctpat("assess", recorded / "rec", "-o", "json=again.json")
    assert document(home / "again.json")["findings"] == document(recorded / "run.json")["findings"]


def test_a_stored_run_gives_its_own_findings_with_the_sites_parameters(ctpat: Call, home: Path, recorded: Path) -> None:
    answers = "applicability: {personal_devices: {applies: no, reason: banned}}\n"
    parameters = "parameters: {password.min_length.required: 63}\n"
    site = write_site(home / "site.yaml", recorded, extra=parameters + answers)
    ctpat("scan", site, "-o", "json=run.json")
    (run,) = sqlite3.connect("ctpat.db").execute("SELECT id FROM run").fetchone()
    ended = ctpat("assess", run[:8], "-o", "json=again.json")
    assert ended.status in (1, 3)
    by_name = [sorted(document(home / f)["findings"], key=str) for f in ("run.json", "again.json")]
    assert by_name[0] == by_name[1]
    states = [document(home / f)["assessments"] for f in ("run.json", "again.json")]
    assert states[0] == states[1]
    assert "not applicable" in [a["state"] for a in states[1] if a["requirement"] == "4.10"]
    assert 63 in [f["parameters"].get("required") for f in by_name[1] if f["check"] == "password/min_length"]  # type: ignore[attr-defined]


def test_a_status_file_is_read_where_the_site_names_it_and_judged_again_without_the_site(
    ctpat: Call, home: Path
) -> None:
    (home / "status").write_text("status=failed password=hunter2\n")
    target = f"{{uri: 'local:', name: here, backup_status: {home}/status}}"
    (home / "site.yaml").write_text(f"site: acme\nentities: [importer]\ntargets: [{target}]\n")
    assert f"status file {home}/status" in ctpat("scan", "site.yaml", "--dry-run").out
    only = ("--only", "backup/last_success", "--only", "backup/failures")
    ctpat("scan", "site.yaml", *only, "-o", "json=run.json", "--record", "rec")
    found = document(home / "run.json")["findings"]
    assert {f["status"] for f in found} == {"fail"}
    assert all(f"{home}/status says 'failed'" in str(f["actual"]) for f in found)
    ctpat("assess", "rec", *only, "-o", "json=again.json")
    assert document(home / "again.json")["findings"] == found
    assert "hunter2" not in "".join(path.read_text() for path in (home / "rec").rglob("transcript.txt"))


def test_assess_answers_what_other_parameters_would_have_said(ctpat: Call, recorded: Path, home: Path) -> None:
    path = home / "strict.yaml"
    path.write_text("site: strict\nentities: [importer]\nparameters: {password.min_length.required: 63}\n")
    ctpat("assess", recorded / "rec", "--site", path, "-o", "json=again.json")
    (length,) = [f for f in document(home / "again.json")["findings"] if f["check"] == "password/min_length"]
    assert length["status"] != "pass"
    assert not (home / "ctpat.db").exists()


# --- Exit status -------------------------------------------------------------------------------------------------


def assessment(level: Level, state: State) -> Assessment:
    return Assessment(requirement="1", criterion="1", level=level, state=state, reason="", technical=None, people=None)


MUST, SHOULD = Level.MUST, Level.SHOULD
ALL, SOME = Coverage(planned=2, reached=2, readable=2), Coverage(planned=2, reached=1, readable=1)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("level", Level)
def test_the_exit_status_of_each_state(level: Level, state: State) -> None:
    found = status([assessment(level, state), assessment(MUST, State.EVIDENCED)], ALL, ())
    met = {State.EVIDENCED, State.DOCUMENT_ON_FILE, State.NOT_APPLICABLE}
    broken = {State.GAP, State.ATTESTATION_EXPIRED}
    expected = 0 if level is SHOULD or state in met else 1 if state in broken else 3
    assert found == expected


@pytest.mark.parametrize(
    ("fail_on", "states", "coverage", "expected"),
    [
        (("never",), [(MUST, State.GAP)], SOME, 0),
        (("gap",), [(MUST, State.NOT_ASSESSED)], ALL, 0),
        (("gap",), [(MUST, State.ATTESTATION_EXPIRED)], ALL, 1),
        (("gap",), [(SHOULD, State.GAP)], ALL, 0),
        (("partial",), [(MUST, State.PARTLY_EVIDENCED)], ALL, 1),
        (("partial",), [(MUST, State.EVIDENCED)], ALL, 0),
        (("should",), [(SHOULD, State.GAP)], ALL, 1),
        (("should",), [(SHOULD, State.NOT_ASSESSED)], ALL, 0),
        (("unreached",), [(MUST, State.EVIDENCED)], SOME, 1),
        (("unreached",), [(MUST, State.GAP)], ALL, 0),
        (("gap", "unreached"), [(MUST, State.GAP)], ALL, 1),
    ],
)
def test_fail_on_selects_conditions(
    fail_on: tuple[str, ...], states: list[tuple[Level, State]], coverage: Coverage, expected: int
) -> None:
    assert status([assessment(*pair) for pair in states], coverage, fail_on) == expected


@pytest.mark.parametrize(("statuses", "expected"), [([0, 0], 0), ([0, 3], 3), ([3, 1, 0], 1), ([1, 130], 130), ([], 0)])
def test_the_worst_site_decides(statuses: list[int], expected: int) -> None:
    assert worst_status(statuses) == expected


# --- What is wrong is known before the first connection ----------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "nothing to scan"),
        (("absent.yaml",), "absent.yaml"),
        (("{site}", "-o", "html=no/such/folder/r.html"), "there is no folder no/such/folder"),
        (("{site}", "-o", "html=."), "this is a folder"),
        (("{site}", "-o", "html=r", "-o", "json=r"), "an earlier -o writes there"),
        (("{site}", "-o", "pdf=r.pdf"), "is no output"),
        (("{site}", "-o", "html"), "is no output"),
        (("{site}", "--only", "pasword"), "password"),
        (("{site}", "--checks", "nowhere"), "no such folder"),
        (("{site}", "--profile", "ctpta"), "did you mean 'ctpat'"),
        (("{site}", "--store", "no/such/folder/s.db"), "cannot be created"),
        (("{site}", "--store", "{site}"), "no usable store"),
        (("{site}", "--record", "{site}"), "recordings cannot be written"),
        (("{site}", "{site}"), "is also in"),
        (("{site}", "--concurrency", "0"), "0"),
        (("--target", "telnet://h"), "no target URI"),
        (("--target", "ssh://h", "--password", "hunter2-literal"), "--password"),
        (("--target", "ssh://h", "--password", "env:NOT_SET_ANYWHERE"), "NOT_SET_ANYWHERE"),
        (("--target", "ssh://h", "--password", "prompt"), "no terminal"),
    ],
)
def test_a_usage_error_is_one_clear_line_and_status_2(
    ctpat: Call, site: Path, home: Path, arguments: tuple[str, ...], says: str
) -> None:
    ended = ctpat("scan", *(argument.replace("{site}", str(site)) for argument in arguments))
    assert ended.status == 2
    assert says in ended.err
    assert "Traceback" not in ended.err
    assert "[1/" not in ended.err, "nothing was scanned"


def test_a_literal_password_is_refused_without_repeating_it(ctpat: Call, home: Path) -> None:
    ended = ctpat("scan", "--target", "ssh://h", "--password", "hunter2-literal")
    assert ended.status == 2
    assert "hunter2" not in ended.out + ended.err


def test_two_sites_need_two_reports(ctpat: Call, home: Path, recorded: Path) -> None:
    files = [write_site(home / f"{name}.yaml", recorded, name) for name in ("one", "two")]
    ended = ctpat("scan", *files, "-o", "html=r.html")
    assert ended.status == 2
    assert "{site}" in ended.err


def test_the_second_sites_fault_is_known_before_the_first_is_scanned(ctpat: Call, home: Path, recorded: Path) -> None:
    first = write_site(home / "one.yaml", recorded, "one")
    second = home / "two.yaml"
    second.write_text(
        "site: two\nentities: [importer]\n"
        "credentials: {c: {ssh: {user: scan, password: 'env:NOT_SET_ANYWHERE'}}}\n"
        "targets: [{host: 127.0.0.1, port: 1, credential: c}]\n"
    )
    ended = ctpat("scan", first, second)
    assert ended.status == 2
    assert "NOT_SET_ANYWHERE" in ended.err
    assert "[1/" not in ended.err


def test_a_bad_site_file_shows_every_error_with_its_place(ctpat: Call, home: Path) -> None:
    (home / "bad.yaml").write_text("site: Bad Name\nentities: [importr]\ntargts: []\nanniversary: '13-99'\n")
    ended = ctpat("scan", "bad.yaml")
    assert ended.status == 2
    for place in ("bad.yaml:1:", "bad.yaml:2:", "bad.yaml:3:", "bad.yaml:4:"):
        assert place in ended.err
    assert "did you mean 'targets'" in ended.err


def test_errors_are_shown_without_the_control_characters_of_a_file(ctpat: Call, home: Path) -> None:
    (home / "bad.yaml").write_text('site: "a\\e]0;owned\\a"\nentities: [importer]\n')
    assert "\x1b" not in ctpat("scan", "bad.yaml").err


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk_is_an_error_in_words(home: Path, recorded: Path) -> None:
    small = home / "small"
    small.mkdir()
    command = ["unshare", "--mount", "sh", "-c"]
    script = (
        f"mount -t tmpfs -o size=192k none {small} && exec {sys.executable} -m scanner scan {{}} --store {small}/s.db"
    )
    site = write_site(home / "site.yaml", recorded)
    ended = subprocess.run(
        [*command, script.format(site)], cwd=home, env=ENVIRONMENT, capture_output=True, text=True, timeout=90
    )
    if "mount" in ended.stderr and "permission" in ended.stderr:
        pytest.skip("mounting is not allowed here")
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "store" in ended.stderr
    assert "full" in ended.stderr or "disk" in ended.stderr


def test_a_store_of_another_program_is_refused(ctpat: Call, site: Path, home: Path) -> None:
    (home / "other.db").write_bytes(os.urandom(20_000))
    ended = ctpat("scan", site, "--store", "other.db")
    assert ended.status == 2
    assert "no usable store" in ended.err


def test_the_password_of_a_database_is_never_shown(ctpat: Call, site: Path) -> None:
    url = "postgresql+psycopg://me:t0psecret@127.0.0.1:1/ctpat"
    ended = ctpat("scan", site, "--store", url)
    assert ended.status == 2
    assert "t0psecret" not in ended.out + ended.err


# --- Checks that people bring ------------------------------------------------------------------------------------


def test_a_brought_check_runs_though_no_requirement_names_it(ctpat: Call, site: Path, home: Path) -> None:
    (home / "mine/own").mkdir(parents=True)
    (home / "mine/own/first.py").write_text(GOOD_CHECK)
    ctpat("scan", site, "--checks", "mine", "-o", "json=run.json")
    found = [f for f in document(home / "run.json")["findings"] if f["check"] == "own/first"]
    assert [(f["status"], f["source"], f["requirements"]) for f in found if f["target"] == "web01"] == [
        ("pass", "mine", [])
    ]
    assert len(found) == 3


def test_folders_of_our_names_where_the_user_stands_are_not_loaded(home: Path) -> None:
    for name in ("checks/own", "profiles/ctpat", "reports"):
        (home / name).mkdir(parents=True)
    (home / "checks/own/first.py").write_text("raise RuntimeError('the wrong folder')")
    (home / "checks/__init__.py").write_text("raise RuntimeError('the wrong folder')")
    (home / "profiles/ctpat/2020-03.yaml").write_text("name: the wrong folder\n")
    ended = process(["checks", "list"], home)
    assert ended.status == 0, ended.err
    assert "own/first" not in ended.out
    assert process(["profiles", "show"], home).status == 0


def test_a_broken_plug_in_stops_the_scan(home: Path, site: Path) -> None:
    info = home / "lib/acme_checks-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-checks\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[ctpat.checks]\nacme = acme_checks\n")
    package = home / "lib/acme_checks/own"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "first.py").write_text("import nothing_of_that_name")
    ended = process(["scan", site], home, PYTHONPATH=str(home / "lib"))
    assert ended.status == 2
    assert "acme-checks" in ended.err
    (package / "first.py").write_text(GOOD_CHECK)
    listed = process(["checks", "list"], home, PYTHONPATH=str(home / "lib"))
    assert "acme/own/first" in listed.out


# --- Hostile neighbours ------------------------------------------------------------------------------------------


def test_a_broken_recording_is_that_targets_fault_alone(ctpat: Call, home: Path, recorded: Path) -> None:
    shutil.copytree(recorded / "rec/local", home / "broken")
    (home / "broken/meta.json").write_text("{")
    shutil.copytree(recorded / "rec/local", home / "garbage")
    (home / "garbage/transcript.txt").write_bytes(os.urandom(100_000))
    arguments = [f"--target=replay:{folder}" for folder in (recorded / "rec/local", "broken", "garbage")]
    ended = ctpat("scan", *arguments, "-o", "json=run.json")
    assert ended.status in (1, 3)
    run = document(home / "run.json")
    states = sorted(str(target["state"]) for target in run["targets"])
    assert len(states) == 3
    live = {f["check"]: f["status"] for f in document(recorded / "run.json")["findings"]}
    good = next(str(t["name"]) for t in run["targets"] if t["reason"] is None)
    assert {f["check"]: f["status"] for f in run["findings"] if f["target"] == good} == live
    others = {f["status"] for f in run["findings"] if f["target"] != good}
    assert not others & {"pass", "warn"}


def test_built_in_is_the_word_for_our_own_checks(recorded: Path) -> None:
    assert {f["source"] for f in document(recorded / "run.json")["findings"]} == {BUILT_IN}
