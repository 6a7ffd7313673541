"""The commands that explain, list, set up and look back."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from scanner.cli import COMMANDS
from scanner.cli.screen import table, target_line
from scanner.facts import FACTS
from scanner.model import Assessment, Coverage, Finding, Level, State, Status, TargetResult, TargetState, Verdict
from tests.cli.conftest import Call, process, write_site

RECORDED = Path(__file__).parents[1] / "targets"

CONTENT_COMMANDS = sorted(COMMANDS)


# --- Help and names ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CONTENT_COMMANDS)
def test_every_command_teaches_its_use(ctpat: Call, name: str) -> None:
    ended = ctpat(name, "--help")
    assert ended.status == 0
    assert f"Usage: ctpat {name}" in ended.out
    assert name in ctpat("--help").out


def test_a_mistyped_command_or_option_is_answered_with_the_right_one(ctpat: Call) -> None:
    assert "did you mean 'scan'?" in ctpat("scna").err
    assert ctpat("scna").status == 2
    assert "--concurrency" in ctpat("scan", "--concurency", "3").err
    assert ctpat("checks", "lst").status == 2


def test_no_command_shows_the_help(ctpat: Call) -> None:
    ended = ctpat()
    assert ended.status == 2
    assert "Start here:" in ended.out + ended.err


def test_the_module_is_the_same_program(home: Path) -> None:
    ended = process(["--version"], home)
    assert ended.status == 0
    assert ended.out.startswith("ctpat, version ")


# --- Content -----------------------------------------------------------------------------------------------------


def test_checks_are_listed_and_shown_with_their_reasons(ctpat: Call) -> None:
    assert "password/min_length" in ctpat("checks", "list").out
    shown = ctpat("checks", "show", "password/min_length").out
    for word in ("Why:", "Source:", "Remediation:", "password.min_length.required"):
        assert word in shown
    wrong = ctpat("checks", "show", "password/min_lenght")
    assert wrong.status == 2
    assert "did you mean 'password/min_length'" in wrong.err


def test_facts_are_listed_and_shown_with_their_probes(ctpat: Call) -> None:
    listed = ctpat("facts", "list").out
    assert all(fact.name in listed for fact in FACTS)
    for fact in FACTS:
        assert ctpat("facts", "show", fact.name).status == 0
    assert "did you mean" in ctpat("facts", "show", "hots").err


def test_profiles_are_listed_shown_and_validated(ctpat: Call, home: Path) -> None:
    assert "ctpat/2020-03" in ctpat("profiles", "list").out
    shown = ctpat("profiles", "show").out
    assert "4.5a" in shown and "check backup/offhost (supporting)" in shown
    for line in (
        "backup.last_success.max_age_days = 7: CTPAT Minimum Security Criteria, March 2020; limit 7",
        "firewall.exposed.approved = nothing: Default of this program; the criteria name no number; any value: the",
        "accounts.sudo_broad.superuser = root: the check's own default; any other value is a warning at best",
    ):
        assert f"        {line}" in shown
    assert "valid" in ctpat("profiles", "validate", "ctpat").out
    (home / "mine.yaml").write_text("name: mine\nedtion: x\n")
    wrong = ctpat("profiles", "validate", "mine.yaml")
    assert wrong.status == 2
    assert "mine.yaml:2" in wrong.err


# --- explain -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox"])
def test_the_script_is_posix_shell(ctpat: Call, home: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    command = [shell, "ash", "-n"] if shell == "busybox" else [shell, "-n"]
    for arguments in (("explain",), ("explain", "--script")):
        text = ctpat(*arguments).out
        ended = subprocess.run(command, input=text, capture_output=True, text=True, timeout=30)
        assert (ended.returncode, ended.stderr) == (0, "")


def test_the_script_that_is_printed_is_the_one_that_runs(ctpat: Call, recorded: Path) -> None:
    bare = ctpat("explain", "--script").out.encode()
    digest = hashlib.sha256(bare).hexdigest()
    stored = sqlite3.connect(recorded / "ctpat.db").execute("SELECT script FROM transcript").fetchone()
    assert stored == (digest,)
    assert (recorded / "rec/local/script.sh").read_bytes() == bare
    reasons = ctpat("explain", "--why").out
    assert f"SHA-256 {digest}" in reasons
    assert all(line.startswith("#") for line in reasons.splitlines())


def test_only_what_a_check_needs_is_explained(ctpat: Call) -> None:
    some, every = (ctpat("explain", "--why", *only).out for only in (("--only", "password/hash"), ()))
    assert 0 < len(some) < len(every)
    assert "backup_status: when the status file was written" in every and "only where the site names a file" in every


@pytest.mark.skipif(shutil.which("visudo") is None, reason="sudo is not installed")
def test_the_least_privilege_is_accepted_by_visudo(ctpat: Call, home: Path) -> None:
    (home / "sudoers").write_text(ctpat("explain", "--sudoers", "--user", "scanner").out)
    (home / "sudoers").chmod(0o440)
    ended = subprocess.run(["visudo", "-c", "-f", str(home / "sudoers")], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert "scanner ALL=(root) NOPASSWD:" in (home / "sudoers").read_text()


@pytest.mark.parametrize("user", ["root ALL=(ALL) ALL\n", "a,b", "", "%admin", "UP"])
def test_no_account_name_smuggles_a_rule(ctpat: Call, user: str) -> None:
    ended = ctpat("explain", "--sudoers", "--user", user)
    assert ended.status == 2
    assert ended.out == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_accepted_by_their_shell(ctpat: Call, shell: str) -> None:
    script = ctpat("completion", shell).out
    assert "_CTPAT_COMPLETE" in script
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    ended = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, timeout=30)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_completion_knows_commands_and_options(home: Path) -> None:
    words = {"_CTPAT_COMPLETE": "bash_complete", "COMP_CWORD": "1", "COMP_WORDS": "ctpat sc"}
    assert "scan" in process([], home, **words).out
    words = {"_CTPAT_COMPLETE": "bash_complete", "COMP_CWORD": "2", "COMP_WORDS": "ctpat scan --conc"}
    assert "--concurrency" in process([], home, **words).out


# --- init --------------------------------------------------------------------------------------------------------


def test_init_writes_a_site_file_that_loads(ctpat: Call, home: Path) -> None:
    ended = ctpat("init", "new", "--yes")
    assert ended.status == 0
    text = (home / "new/site.yaml").read_text()
    again = ctpat("init", "new", "--yes")
    assert again.status == 2
    assert "already there" in again.err
    assert (home / "new/site.yaml").read_text() == text
    planned = ctpat("scan", "new/site.yaml", "--dry-run")
    assert planned.status == 0 or "the site has no targets" in planned.err


def test_init_asks_what_only_a_person_knows(ctpat: Call, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    answers = "Bad Name\nacme\nAcme, Inc.\nimporter\n03-31\nscan\n~/.ssh/scan\nfs01 10.0.0.1\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(answers))
    assert ctpat("init").status == 0
    text = (home / "site.yaml").read_text()
    for word in ("acme", "Acme, Inc.", "03-31", "fs01", "10.0.0.1"):
        assert word in text
    planned = ctpat("scan", "site.yaml", "--dry-run")
    assert planned.status == 0, planned.err
    assert "2 targets" in planned.out


def test_init_without_anybody_to_ask_says_so(home: Path) -> None:
    ended = process(["init"], home)
    assert ended.status == 2
    assert "--yes" in ended.err


def test_init_in_a_place_that_cannot_be_written_says_so(ctpat: Call, home: Path) -> None:
    (home / "file").touch()
    ended = ctpat("init", "file/below", "--yes")
    assert ended.status == 2
    assert "cannot be written" in ended.err


# --- history, report, assess -------------------------------------------------------------------------------------


def unlock(connection: sqlite3.Connection) -> None:
    """Take away what keeps stored rows as they are, as somebody with the file in hand could."""
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")


def test_history_lists_runs_and_finds_what_was_changed(ctpat: Call, site: Path, home: Path) -> None:
    for _ in range(2):
        ctpat("scan", site, "--only", "password/hash")
    listed = ctpat("history", site)
    assert listed.status == 0
    assert listed.out.count("complete") == 2
    assert ctpat("history", "nobody").out == ""
    verified = ctpat("history", "--verify")
    assert (verified.status, verified.out.strip()) == (0, "2 runs: every digest holds")
    (home / "hr.csv").write_text("account,last_day\njdoe,2026-10-30\n")
    assert ctpat("leavers", "import", home / "hr.csv", "--site", site).status == 0
    assert ctpat("history", "--verify").out.strip() == "2 runs, 1 leavers list: every digest holds"
    nobody = ctpat("history", "--verify", "nobody")
    assert (nobody.status, nobody.out.strip()) == (1, "no finished run: nothing was verified")
    with sqlite3.connect(home / "ctpat.db") as connection:
        unlock(connection)
        connection.execute("UPDATE finding SET row = replace(row, 'unknown', 'pass') WHERE target = 'gone'")
    connection.close()
    tampered = ctpat("history", "--verify")
    assert tampered.status == 1
    assert "gone" in tampered.out


@pytest.mark.parametrize("command", ["history", "report"])
def test_a_store_that_is_not_there_is_not_made(ctpat: Call, home: Path, command: str) -> None:
    ended = ctpat(command, *(["--format", "json", "-o", "x"] if command == "report" else []))
    assert ended.status == 2
    assert "no store here" in ended.err
    assert not list(home.iterdir())


def test_a_report_of_a_stored_run_is_the_report_of_the_scan(ctpat: Call, site: Path, home: Path) -> None:
    ctpat("scan", site, "-o", "json=a.json", "-o", "csv=a.csv", "-o", "html=a.html")
    for form in ("json", "csv", "html"):
        assert ctpat("report", site, "--format", form, "-o", f"b.{form}").status == 0
        assert (home / f"a.{form}").read_bytes() == (home / f"b.{form}").read_bytes()
    assert "no run of 'nobody'" in ctpat("report", "nobody", "--format", "json", "-o", "x").err
    assert "0 runs start with 'zz'" in ctpat("report", "--run", "zz", "--format", "json", "-o", "x").err
    unwritable = ctpat("report", site, "--format", "json", "-o", "no/folder/x")
    assert unwritable.status == 2
    assert "no folder" in unwritable.err


def test_a_run_that_was_killed_has_a_report_that_is_not_green(ctpat: Call, site: Path, home: Path) -> None:
    ctpat("scan", site)
    with sqlite3.connect(home / "ctpat.db") as connection:  # as a kill leaves it: no end, one target unanswered
        unlock(connection)
        connection.execute("UPDATE run SET finished = NULL, partial = NULL, digest = NULL, previous = NULL")
        for name in ("assessment", "finding", "section", "result"):
            where = "" if name == "assessment" else " WHERE target = 'web02'"
            connection.execute(f"DELETE FROM {name}{where}")
    connection.close()
    assert "did not end" in ctpat("history").out
    for form in ("html", "csv", "json"):
        ended = ctpat("report", site, "--format", form, "-o", f"killed.{form}")
        assert ended.status == 0, ended.err
        assert "killed" in ended.err
    run = json.loads((home / "killed.json").read_text())
    assert run["run"]["partial"] is True
    assert len(run["assessments"]) > 20
    assert {t["name"]: t["state"] for t in run["targets"]}["web02"] == "cancelled"
    assert not any(a["technical"] == "evidenced" for a in run["assessments"])


# --- doctor ------------------------------------------------------------------------------------------------------


def test_doctor_names_what_it_could_not_reach(ctpat: Call, site: Path) -> None:
    ended = ctpat("doctor", site, "--only", "gone")
    assert ended.status == 1
    assert "not reached" in ended.out
    assert "web01" not in ended.out
    wrong = ctpat("doctor", site, "--only", "gnoe")
    assert wrong.status == 2
    assert "did you mean 'gone'" in wrong.err


def test_doctor_says_who_it_is_and_what_it_may(ctpat: Call, site: Path) -> None:
    ended = ctpat("doctor", site, "--only", "web01")
    assert "logged in as" in ended.out
    assert "rights:" in ended.out
    assert ("everything is readable" in ended.out) == (ended.status == 0)


def test_doctor_names_the_parts_that_a_scan_would_not_see(ctpat: Call, home: Path) -> None:
    folder = home / "recorded"
    shutil.copytree(RECORDED / "bookworm-good", folder)
    (home / "whole.yaml").write_text("site: x\nentities: [importer]\ntargets: [{uri: 'replay:recorded'}]\n")
    assert ctpat("doctor", "whole.yaml").status == 0
    output = folder / "transcript.txt"
    output.write_bytes(output.read_bytes().replace(b"|=T ", b"|=Z "))
    ended = ctpat("doctor", "whole.yaml")
    assert ended.status == 1
    assert "  in part: sshd -T: " in ended.out
    assert "  1 answer is not whole" in ended.out
    assert "everything is readable" not in ended.out


# --- The table ---------------------------------------------------------------------------------------------------


def assessments() -> tuple[Assessment, ...]:
    reasons = (("A long reason that has many words and goes on", 12), ("Another one: unknown, denied", 3), ("Third", 1))
    one = Assessment(
        requirement="4.5a",
        criterion="4.5",
        level=Level.MUST,
        state=State.GAP,
        reason="of 14 targets, 12 not meeting it",
        technical=State.GAP,
        people=State.ATTESTATION_MISSING,
        targets={Verdict.NOT_SATISFIED: 12, Verdict.UNDETERMINED: 2},
        reasons=reasons,
    )
    two = Assessment(
        requirement="4.12b",
        criterion="4.12",
        level=Level.SHOULD,
        state=State.ATTESTATION_MISSING,
        reason="2 of 2 statements or documents are missing",
        technical=None,
        people=State.ATTESTATION_MISSING,
    )
    return one, two


@pytest.mark.parametrize("width", [20, 80, 120, 150, 400])
def test_the_table_fits_its_width_and_says_the_worst_first(width: int) -> None:
    import click

    text = click.unstyle(table(assessments(), Coverage(planned=14, reached=13, readable=12), width))
    body = text.split("\n\n")[0].splitlines()
    assert max(map(len, body)) <= max(55, min(width, 150))
    words = " ".join(text.split())
    assert "4.5a Must gap 0 0 12 2" in words
    assert "A long reason that has many words and goes on (12 of 14)" in words
    assert "4.12b Should attestation missing · · · ·" in words
    assert "14 planned, 13 reached, 12 read without a gap" in text
    assert "owed for 2 of 2" in text


def test_two_sites_of_one_name_would_share_a_history(ctpat: Call, home: Path, recorded: Path) -> None:
    files = [write_site(home / name, recorded, "acme") for name in ("a.yaml", "b.yaml")]
    assert ctpat("scan", *files).status == 2


def test_the_line_of_a_target_counts_every_finding() -> None:
    target = TargetResult(
        name="web01", address="", transport="ssh", platform="linux", os="", state=TargetState.READ, duration_s=1.2
    )
    found = [Finding(check="x/a", version=1, target="web01", status=status) for status in Status]
    line = target_line(target, found)
    assert line.startswith("web01: read in 1.2 s: 1 pass, ")
    assert sum(int(count) for count in re.findall(r"(\d+) [a-z]", line.partition(" s: ")[2])) == len(Status)
