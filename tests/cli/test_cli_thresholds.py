"""Why that number: one site of Linux, Windows and a domain, where each is judged by what holds for its platform."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanner.transports.replay import write_recording
from tests.cli.conftest import Call
from tests.facts.directory.golden import recorded as recorded_domain
from tests.windows.hosts import transcript_of

Findings = dict[tuple[str, str], Any]
NAMES = {"web01": "linux", "fs01": "windows", "pc07": "windows", "acme": "directory"}


@pytest.fixture
def site(home: Path, recorded: Path) -> Path:
    """A Linux host, a Windows server, a Windows workstation and a domain, all of them recorded."""
    hosts = {"fs01": "server-2022-hardened", "pc07": "windows-11-24h2"}
    transcripts = {name: replace(transcript_of(host), target=name) for name, host in hosts.items()}
    transcripts["acme"] = recorded_domain("samba-4.17.administrator")
    for name, transcript in transcripts.items():
        whole = replace(transcript, script_sha256=hashlib.sha256(b"").hexdigest())
        write_recording(home / "rec", name, whole, b"")
    return write(home, recorded)


def write(home: Path, recorded: Path, extra: str = "", of_server: str = "") -> Path:
    uris = {"web01": f"{recorded}/rec/local", **{name: f"{home}/rec/{name}" for name in ("fs01", "pc07", "acme")}}
    own = {"fs01": of_server}
    targets = [f'  - {{uri: "replay:{uri}", name: {name}{own.get(name, "")}}}\n' for name, uri in uris.items()]
    path = home / "site.yaml"
    path.write_text(f"site: mixed\nentities: [importer]\n{extra}targets:\n{''.join(targets)}")
    return path


def findings(path: Path) -> Findings:
    return {(f["target"], f["check"]): f for f in json.loads(path.read_text())["findings"]}


def numbers(found: Findings, check: str, name: str) -> dict[str, tuple[Any, str]]:
    of = {target: found[target, check] for target in NAMES}
    return {target: (one["parameters"][name], one["parameter_sources"][name]) for target, one in of.items()}


def test_each_target_is_judged_by_the_numbers_of_its_platform_and_the_run_says_whose(ctpat: Call, site: Path) -> None:
    assert ctpat("scan", site, "-o", "json=run.json").status in (1, 3)
    found = findings(site.parent / "run.json")
    windows, linux = (24, "cis-windows"), (5, "scanner")
    assert numbers(found, "password/history", "required") == {
        "web01": linux, "fs01": windows, "pc07": windows, "acme": windows,
    }  # fmt: skip
    limits = {target: value for target, (value, _) in numbers(found, "password/lockout", "min_window_s").items()}
    assert limits == {"web01": None, "fs01": 900, "pc07": 900, "acme": 900}
    statuses = {target: found[target, "password/lockout"]["status"] for target in ("fs01", "pc07", "acme")}
    assert statuses == {"fs01": "pass", "pc07": "warn", "acme": "pass"}
    assert "tolerated by Microsoft security baselines" in found["pc07", "password/lockout"]["note"]


def test_the_stored_run_and_the_recordings_give_the_same_findings(ctpat: Call, site: Path, recorded: Path) -> None:
    """Where the target says something of all platforms, it goes before what the site says of one."""
    history = "password.history.required"
    parameters = f"parameters: {{{history}: 4, {history}.windows: 12, password.lockout.max_attempts.windows: 10}}\n"
    path = write(site.parent, recorded, parameters, f", parameters: {{{history}: 30}}")
    ctpat("scan", path, "-o", "json=run.json")
    (run,) = sqlite3.connect("ctpat.db").execute("SELECT id FROM run").fetchone()
    live = findings(site.parent / "run.json")
    values = numbers(live, "password/history", "required")
    assert {target: value for target, (value, _) in values.items()} == {"web01": 4, "fs01": 30, "pc07": 12, "acme": 12}
    assert {source for _, source in values.values()} == {"site file"}
    ctpat("assess", run[:8], "-o", "json=again.json")
    assert findings(site.parent / "again.json") == live
    ctpat("assess", run[:8], "--site", path, "-o", "json=with-site.json")
    assert findings(site.parent / "with-site.json") == live
    note = live["acme", "password/history"]["note"]
    assert "set to 12; the loosest value that may be green on Windows hosts is 24" in note
    assert live["acme", "password/history"]["status"] == "warn"


def test_the_report_says_which_number_held_where(ctpat: Call, site: Path) -> None:
    ctpat("scan", site, "-o", "html=run.html")
    text = re.sub(r"<[^>]+>|\s+", " ", (site.parent / "run.html").read_text())
    text = re.sub(r" +", " ", text)
    assert "required: 24 (on acme, fs01, pc07) CIS CIS Benchmarks Windows Server 2022 v3.0" in text
    assert "required: 5 (on web01) Scanner default" in text
    assert "required: 14 (on web01) CIS CIS Debian Linux 12" in text
    assert "required: 14 (on acme, fs01, pc07) CIS CIS Benchmarks Windows" in text
    assert "history: 24 CIS" in text  # of fine-grained policies, which only the domain has


def test_the_report_of_linux_hosts_alone_has_no_numbers_of_domains(ctpat: Call, home: Path, recorded: Path) -> None:
    """Nor has what the site set for a check that is made on none of them."""
    path = home / "site.yaml"
    head = "site: linux\nentities: [importer]\nparameters: {password.history.required: 4}\n"
    path.write_text(f'{head}targets:\n  - {{uri: "replay:{recorded}/rec/local", name: web01}}\n')
    ctpat("scan", path, "-o", "html=run.html")
    text = re.sub(r" +", " ", re.sub(r"<[^>]+>|\s+", " ", (home / "run.html").read_text()))
    assert "required: 4 Company policy set in the site file; the criteria pack says 5" in text
    assert "history: " not in text


def test_a_wrong_platform_in_the_site_file_is_an_error_with_the_nearest_name(ctpat: Call, site: Path) -> None:
    site.write_text(site.read_text() + "parameters: {password.history.required.widows: 12}\n")
    ended = ctpat("scan", site)
    assert (ended.status, "did you mean 'password.history.required.windows'?" in ended.err) == (2, True)
    assert "site.yaml:8:" in ended.err


def test_a_value_of_the_wrong_type_for_another_platform_than_the_first_targets_stops_the_run(
    ctpat: Call, site: Path
) -> None:
    site.write_text(site.read_text() + "parameters: {password.aging.max_age_days.directory: soon}\n")
    ended = ctpat("scan", site)
    assert (ended.status, "password.aging.max_age_days.directory" in ended.err) == (2, True)
    assert not (site.parent / "run.json").exists()


def test_the_pack_is_shown_with_the_numbers_of_each_platform(ctpat: Call) -> None:
    shown = ctpat("checks", "show", "password/lockout").out
    assert "password.lockout.max_attempts = 5: CIS Debian Linux 12 Benchmark v1.1.0; limit 10" in shown
    assert "password.lockout.tolerated_attempts.windows = 10: Microsoft security baselines, Windows" in shown
    assert "password.lockout.min_window_s.directory = 900: CIS Benchmarks Windows Server 2022 v3.0" in shown
    pack = ctpat("profiles", "show").out
    assert "        password.history.required.windows = 24: CIS Benchmarks Windows Server 2022" in pack
    assert "directory.fine_grained_policies.history: always that of password.history.required" in pack
    strict = ctpat("profiles", "show", "legacy-supplier-audit").out
    assert "password.history.required = 5: Factory" in strict and "password.history.required.windows = 24" in strict


@pytest.mark.parametrize(
    ("platform", "line"),
    [
        ("linux", "password.history.required = 5: Default of this program"),
        ("windows", "password.history.required = 24: CIS Benchmarks Windows"),
        ("directory", "password.lockout.min_duration_s = 900: CIS Benchmarks Windows"),
    ],
)
def test_explain_shows_what_is_compared_with_on_a_platform(ctpat: Call, platform: str, line: str) -> None:
    explained = ctpat("explain", "--why", "--platform", platform).out
    assert f"#     {line}" in explained
    assert all(each.startswith("#") or platform == "directory" for each in explained.splitlines())
