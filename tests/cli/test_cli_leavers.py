"""`ctpat leavers`, and its lists in `scan`, `assess` and `doctor`: from a file of human resources to a verdict."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scanner.attest.record import RecordKind
from scanner.store import Store
from tests.cli.conftest import ENVIRONMENT, Call, process, write_site

TODAY = datetime.now(UTC).date()
GONE = "2026-09-30"  # before the recordings were made
HEADER = "account,email,name,last_day,note\n"
RECORDED = Path(__file__).parents[1] / "targets"


@pytest.fixture
def hr(home: Path) -> Path:
    path = home / "hr.csv"
    path.write_text(f"{HEADER}alice,alice@acme.example,Alice Ash,{GONE},HD-7\nnobody-here,,,{GONE},\n")
    return path


@pytest.fixture
def good(home: Path) -> Path:
    """A site of one recorded machine on which alice has an open account."""
    path = home / "site.yaml"
    path.write_text(
        f'site: acme\nentities: [importer]\ntargets:\n  - {{uri: "replay:{RECORDED}/bookworm-good", name: web01}}\n'
    )
    return path


def records(home: Path, site: str = "acme") -> int:
    store = Store.open(home / "ctpat.db")
    try:
        return len(store.records(site, RecordKind.LEAVERS))
    finally:
        store.close()


def judged(path: Path) -> list[dict[str, Any]]:
    return [one for one in json.loads(path.read_text())["findings"] if one["check"] == "accounts/leavers"]


# --- Import ----------------------------------------------------------------------------------------------


def test_a_list_is_kept_with_who_when_and_until(ctpat: Call, good: Path, hr: Path, home: Path) -> None:
    ended = ctpat("leavers", "import", hr, "--site", good, "--by", "J. Poe, HR")
    assert ended.status == 0, ended.err
    until = TODAY + timedelta(days=90)
    assert f"acme: 2 people, imported {TODAY} by J. Poe, HR, valid until {until}. Kept in " in ended.out
    assert "by \\x1b[2J" in ctpat("leavers", "import", hr, "--site", good, "--by", "\x1b[2J").out
    ctpat("leavers", "import", hr, "--site", good, "--by", "J. Poe, HR")
    again = ctpat("leavers", "import", hr, "--site", good)
    assert f"by J. Poe, HR, valid until {until}.\n" in again.out and "It takes the place of record " in again.out
    assert records(home) == 4
    assert stat.S_IMODE((home / "ctpat.db").stat().st_mode) & 0o077 == 0


def test_nothing_is_kept_of_a_list_with_problems(ctpat: Call, good: Path, home: Path) -> None:
    (home / "bad.csv").write_text(f"{HEADER}alice,,,30.10.2026,\n,,,{GONE},\nbob,,,{GONE},\nbob,,,{GONE},\n")
    ended = ctpat("leavers", "import", "bad.csv", "--site", good)
    assert ended.status == 2 and ended.out == ""
    told = [line.partition(": ")[2].partition(": ")[0] for line in ended.err.strip().split("\n")]
    assert told == ["bad.csv:2:9", "bad.csv:3:1", "bad.csv:5:1"]
    assert "the account is also in line 4; found text 'bob'" in ended.err
    assert not (home / "ctpat.db").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["missing.csv", "--site", "site.yaml"], "cannot read the file: No such file"),
        (["empty.csv", "--site", "site.yaml"], "the list names nobody (an export may have failed"),
        (["hr.csv", "--site", "site.yaml", "--nobody-left"], "the list names people, and --nobody-left says"),
        (["hr.csv"], "--site: there is no store ctpat.db to look the site up in; expected a site file, this-machine"),
        (["hr.csv", "--site", "acme"], "there is no store ctpat.db"),
        (["hr.csv", "--site", "site.yaml", "--until", "2020-01-01"], "--until: not a day on which the list may end"),
        (["hr.csv", "--site", "site.yaml", "--until", "2099-01-01"], "found 2099-01-01; expected"),
        (["hr.csv", "--site", "site.yaml", "--profile", "nothing"], "nothing"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_kept(
    ctpat: Call, good: Path, hr: Path, home: Path, arguments: list[str], told: str
) -> None:
    (home / "empty.csv").write_text(HEADER)
    ended = ctpat("leavers", "import", *arguments)
    assert ended.status == 2 and told in ended.err
    assert not (home / "ctpat.db").exists()


def test_that_nobody_left_has_to_be_said(ctpat: Call, good: Path, home: Path) -> None:
    (home / "empty.csv").write_text(HEADER)
    assert "acme: 0 people" in ctpat("leavers", "import", "empty.csv", "--site", good, "--nobody-left").out


def test_a_pack_without_the_slot_takes_no_list(ctpat: Call, good: Path, hr: Path, home: Path) -> None:
    text = (Path(__file__).parents[2] / "profiles/ctpat/2020-03.yaml").read_text()
    (home / "own.yaml").write_text(text.replace("      leavers:\n", "      staff:\n"))
    ended = ctpat("leavers", "import", hr, "--site", good, "--profile", "own.yaml")
    assert ended.status == 2 and "it has no slot 'leavers'" in ended.err


def test_an_earlier_end_is_kept(ctpat: Call, good: Path, hr: Path) -> None:
    assert f"valid until {TODAY}" in ctpat("leavers", "import", hr, "--site", good, "--until", TODAY.isoformat()).out


def test_the_only_site_of_a_store_needs_no_name(ctpat: Call, good: Path, hr: Path) -> None:
    ctpat("leavers", "import", hr, "--site", good)
    assert ctpat("leavers", "import", hr).status == 0
    wrong = ctpat("leavers", "import", hr, "--site", "acmee")
    assert wrong.status == 2 and "did you mean 'acme'?" in wrong.err
    ctpat("leavers", "import", hr, "--site", "this-machine")
    several = ctpat("leavers", "import", hr)
    assert several.status == 2 and "the store holds 2 sites; expected acme or this-machine" in several.err
    assert ctpat("leavers", "import", hr, "--site", "acme").status == 0


def test_one_clients_list_does_not_reach_another(ctpat: Call, good: Path, hr: Path, home: Path) -> None:
    ctpat("leavers", "import", hr, "--site", good)
    (home / "other.yaml").write_text(good.read_text().replace("site: acme", "site: bolt"))
    ctpat("scan", "other.yaml", "--only", "accounts/leavers", "-o", "json=run.json")
    assert [one["status"] for one in judged(home / "run.json")] == ["notchecked"]


# --- List and export -------------------------------------------------------------------------------------


def test_lists_are_listed_without_what_they_name(ctpat: Call, good: Path, hr: Path) -> None:
    ctpat("leavers", "import", hr, "--site", good, "--by", "first")
    ctpat("leavers", "import", hr, "--site", good, "--by", "second")
    for arguments in ((), ("--site", good), ("--site", "acme")):
        shown = ctpat("leavers", "list", *arguments).out
        first, second = shown.strip().split("\n")
        assert "counts" in first and "by second" in first and "superseded" in second
        assert "alice" not in shown.lower() and "HD-7" not in shown


def test_rows_are_shown_where_they_are_asked_for(ctpat: Call, good: Path, hr: Path) -> None:
    ctpat("leavers", "import", hr, "--site", good)
    shown = ctpat("leavers", "list", "--rows").out
    assert f"row 1: account alice, email alice@acme.example, name Alice Ash, last_day {GONE}, note HD-7\n" in shown
    assert f"row 2: account nobody-here, last_day {GONE}\n" in shown


@pytest.mark.parametrize("name", ["out.csv", "out.yaml", "out.yml"])
def test_what_is_exported_is_imported_again(ctpat: Call, good: Path, hr: Path, home: Path, name: str) -> None:
    ctpat("leavers", "import", hr, "--site", good)
    assert ctpat("leavers", "export", "-o", name).status == 0
    assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
    assert ctpat("leavers", "import", name).status == 0
    store = Store.open(home / "ctpat.db")
    assert len({one.document for one in store.records("acme", RecordKind.LEAVERS)}) == 1
    store.close()


def test_an_earlier_list_can_be_exported(ctpat: Call, good: Path, hr: Path) -> None:
    ctpat("leavers", "import", hr, "--site", good)
    first = ctpat("leavers", "list").out[:8]
    hr.write_text(f"{HEADER}zoe,,,{GONE},\n")
    ctpat("leavers", "import", hr, "--site", good)
    assert "zoe" in ctpat("leavers", "export", "-o", "-", "--format", "csv").out
    assert "alice" in ctpat("leavers", "export", "-o", "-", "--format", "yaml", "--record", first).out
    assert (
        "0 leavers lists of 'acme' start with 'zz'" in ctpat("leavers", "export", "-o", "a.csv", "--record", "zz").err
    )


def test_export_says_what_it_cannot_do(ctpat: Call, good: Path, hr: Path) -> None:
    assert "say which with --format" in ctpat("leavers", "export", "-o", "out.xlsx").err
    assert "there is no folder" in ctpat("leavers", "export", "-o", "none/out.csv").err
    assert "no store here" in ctpat("leavers", "export", "-o", "out.csv").err
    ctpat("scan", good, "--only", "accounts/leavers")
    assert "no leavers list of 'acme' was imported" in ctpat("leavers", "export", "-o", "out.csv").err
    assert ctpat("leavers", "list").out == ""


# --- Scan, assess, doctor --------------------------------------------------------------------------------


def test_a_scan_judges_with_the_list_and_names_account_and_row(ctpat: Call, good: Path, hr: Path, home: Path) -> None:
    ctpat("leavers", "import", hr, "--site", good)
    ended = ctpat("scan", good, "-o", "json=run.json", "-o", "html=run.html", "-o", "csv=run.csv")
    (found,) = judged(home / "run.json")
    run = json.loads((home / "run.json").read_text())
    (used,) = run["run"]["records"]
    assert used["kind"] == "leavers" and used["sha256"] in found["evidence"] and used["entries"] == 2
    (assessment,) = [one for one in run["assessments"] if one["requirement"] == "4.7c"]
    assert assessment["attestations"][0]["sha256"] == used["sha256"]
    for text in (ended.out, ended.err, *((home / f"run.{kind}").read_text() for kind in ("json", "html", "csv"))):
        assert "Alice Ash" not in text and "alice@acme.example" not in text and "HD-7" not in text
    assert "row 1 of the list by account name" in (home / "run.html").read_text()
    assert ctpat("history", "--verify").status == 0


def test_a_list_for_this_machine_is_what_a_local_scan_judges_with(home: Path) -> None:
    (home / "hr.csv").write_text(f"account,last_day\nroot,{GONE}\n")
    kept = process(["leavers", "import", "hr.csv", "--site", "this-machine"], home)
    assert kept.status == 0 and kept.out.startswith("this-machine: 1 person, imported "), kept.err
    process(["scan", "--local", "--only", "accounts/leavers", "-o", "json=run.json"], home)
    run = json.loads((home / "run.json").read_text())["run"]
    (used,) = run["records"]
    (found,) = judged(home / "run.json")
    assert run["site"] == "this-machine" and used["entries"] == 1 and used["sha256"] in found["evidence"]
    # What the verdict is depends on the machine that runs the tests: on its keys, and on the SSH servers it runs.
    assert found["status"] != "notchecked"
    assert process(["history", "--verify"], home).out == "1 run, 1 leavers list: every digest holds\n"


def test_a_stored_run_is_judged_again_with_its_own_list_or_another(
    ctpat: Call, good: Path, hr: Path, home: Path
) -> None:
    ctpat("scan", good, "-o", "json=without.json")
    run = ctpat("history").out[:8]
    assert [one["status"] for one in judged(home / "without.json")] == ["notchecked"]
    ctpat("leavers", "import", hr, "--site", good)
    record = ctpat("leavers", "list").out[:8]
    for name, arguments in (("own", ()), ("file", ("--leavers", hr)), ("record", ("--leavers", record))):
        assert ctpat("assess", run, "-o", f"json={name}.json", *arguments).status in (1, 3)
    before = json.loads((home / "without.json").read_text())
    assert json.loads((home / "own.json").read_text())["findings"] == before["findings"]
    assert judged(home / "file.json")[0]["status"] == judged(home / "record.json")[0]["status"] != "notchecked"
    assert json.loads((home / "file.json").read_text())["run"]["records"][0]["id"] == ""
    assert ctpat("assess", run, "--leavers", "zz").status == 2


def test_recordings_are_judged_with_a_list_of_a_file(ctpat: Call, hr: Path, home: Path) -> None:
    (home / "old.csv").write_text(f"{HEADER}alice,,,2026-09-01,\n")
    ctpat("assess", RECORDED / "bookworm-good", "--leavers", "old.csv", "-o", "json=run.json")
    assert [one["status"] for one in judged(home / "run.json")] == ["fail"]
    refused = ctpat("assess", RECORDED / "bookworm-good", "--leavers", "nothing")
    assert refused.status == 2 and "recordings have no store" in refused.err
    assert not (home / "ctpat.db").exists()


def test_dry_run_and_doctor_say_which_list_there_is(ctpat: Call, good: Path, hr: Path, home: Path) -> None:
    assert "leavers list: none; accounts/leavers is not checked before" in ctpat("scan", good, "--dry-run").out
    assert not (home / "ctpat.db").exists()
    ctpat("leavers", "import", hr, "--site", good)
    for arguments in (("scan", good, "--dry-run"), ("doctor", good)):
        assert f"leavers list: 2 people, imported {TODAY} by " in ctpat(*arguments).out
    asked = ctpat("scan", good, "--dry-run", "--store", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert asked.status == 0 and "leavers list: the newest that the store holds by then" in asked.out


def test_a_store_of_another_revision_is_only_looked_at(ctpat: Call, good: Path, hr: Path, home: Path) -> None:
    import sqlite3

    ctpat("leavers", "import", hr, "--site", good)
    with sqlite3.connect(home / "ctpat.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    assert "leavers list: none" in ctpat("scan", good, "--dry-run").out
    with sqlite3.connect(home / "ctpat.db") as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    connection.close()


def test_completion_knows_the_words(home: Path) -> None:
    """As the shell asks for them: the commands behind `ctpat leavers `, and the options of `import`."""
    for words, number, expected in (
        ("ctpat leavers ", "2", "import"),
        ("ctpat leavers import --", "3", "--nobody-left"),
    ):
        asked = {"_CTPAT_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": number}
        code = "from scanner.cli import program; program(prog_name='ctpat')"
        said = subprocess.run(
            [sys.executable, "-c", code], env={**ENVIRONMENT, **asked}, cwd=home, capture_output=True, text=True
        )
        assert expected in said.stdout, said.stderr


def test_a_target_that_is_gone_is_unknown_and_the_others_take_the_list(
    ctpat: Call, recorded: Path, hr: Path, home: Path
) -> None:
    site = write_site(home / "site.yaml", recorded)
    ctpat("leavers", "import", hr, "--site", site)
    ctpat("scan", site, "--only", "accounts/leavers", "-o", "json=run.json")
    status = {one["target"]: one["status"] for one in judged(home / "run.json")}
    assert status["gone"] == "unknown" and "notchecked" not in status.values()
