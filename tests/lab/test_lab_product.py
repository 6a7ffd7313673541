"""The product as a whole against real hosts: offline again, hostile accounts, broken targets, interruptions."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.lab.conftest import Lab
from tests.lab.logins import Login
from tests.lab.product import Entry, Run, Workplace, entry

# Differ from one judging to the next by nature: they are not about the target.
_MOMENT = ("evidence",)


def _judged(run: Run) -> list[Mapping[str, Any]]:
    """All findings, in one order, without what only this run has."""
    plain = [{key: value for key, value in one.items() if key not in _MOMENT} for one in run.document["findings"]]
    return sorted(plain, key=lambda one: (one["target"], one["check"]))


# --- Offline ---------------------------------------------------------------------------------------------------------


def test_stored_bytes_give_the_same_findings(everything: Run, workplace: Workplace) -> None:
    document = workplace.folder / "again.json"
    run_id = everything.document["run"]["id"]
    done = workplace.ctpat("assess", run_id, "--site", "everything.yaml", "-o", f"json={document}")
    assert done.returncode == everything.status, done.stderr
    again = Run(json.loads(document.read_text()))
    assert _judged(again) == _judged(everything)
    assert again.document["assessments"] == everything.document["assessments"]


def test_recorded_bytes_give_the_same_findings(everything: Run, workplace: Workplace) -> None:
    document = workplace.folder / "recorded.json"
    done = workplace.ctpat("assess", "recorded", "--site", "everything.yaml", "-o", f"json={document}")
    assert done.returncode == everything.status, done.stderr
    assert _judged(Run(json.loads(document.read_text()))) == _judged(everything)


def test_a_replayed_recording_gives_the_same_findings(everything: Run, workplace: Workplace) -> None:
    document, folder = workplace.folder / "replayed.json", workplace.folder / "recorded/bookworm-bad"
    done = workplace.ctpat("scan", "--target", f"replay:{folder}", "-o", f"json={document}", "--store", "replayed.db")
    assert done.returncode == 1, done.stderr
    replayed = Run(json.loads(document.read_text()))
    name = replayed.document["targets"][0]["name"]
    assert replayed.statuses(name) == everything.statuses("bookworm-bad")


def test_the_run_is_in_the_history_and_whole(everything: Run, workplace: Workplace) -> None:
    assert everything.document["run"]["id"][:8] in workplace.ctpat("history", "--store", "ctpat.db").stdout
    assert not everything.document["run"]["partial"]


# --- Ways in ---------------------------------------------------------------------------------------------------------


def test_a_machine_is_read_over_ipv6(lab: Lab, workplace: Workplace, everything: Run) -> None:
    machine, logins = lab.fresh("bookworm-bad")
    run = workplace.scan("six", [Entry("six", machine.address6, logins["root"])])
    assert run.target("six")["state"] == "read"
    assert run.statuses("six") == everything.statuses("bookworm-bad")


_NOISE = """
echo "noise of $0"
echo @NOISE >&2
PATH=/tmp/evil:$PATH ENV=/tmp/evil/env
export PATH ENV
alias sh=false printf=false
"""
_TRAPS = r"""
mkdir -p /tmp/evil
for tool in sh sed awk id date sudo timeout systemctl cat; do
  printf '#!/bin/sh\ntouch /tmp/evil/was-run\nexit 0\n' >/tmp/evil/$tool
  chmod 755 /tmp/evil/$tool
done
echo 'touch /tmp/evil/was-run' >/tmp/evil/env
chmod 777 /tmp/evil
"""


@pytest.mark.parametrize("shell", ["bash", "fish", "tcsh"])
def test_a_hostile_account_changes_no_finding(shell: str, lab: Lab, workplace: Workplace, everything: Run) -> None:
    machine, logins = lab.fresh("bookworm-unused")
    home = f"/home/{logins['sudo'].user}"
    machine.run(f"{_TRAPS}usermod --shell /bin/{shell} {logins['sudo'].user}\n{_HOSTILE[shell].replace('HOME', home)}")
    try:
        run = workplace.scan(f"hostile-{shell}", [entry("hostile", machine, logins["sudo"])])
        ran = machine.run("ls /tmp/evil/was-run 2>/dev/null || true")
    finally:
        machine.run(
            f"usermod --shell /bin/bash {logins['sudo'].user}; cd {home}; rm -rf /tmp/evil .bashrc .config .tcshrc"
        )
    assert run.target("hostile")["state"] == "read", machine.run("journalctl -n 60 --no-pager; ps axf")
    assert run.statuses("hostile") == everything.statuses("bookworm-unused")
    assert ran == ""


_HOSTILE = {
    "bash": f"cat >HOME/.bashrc <<'NOISE'\n{_NOISE}\nNOISE\ncp HOME/.bashrc HOME/.profile",
    "fish": "mkdir -p HOME/.config/fish; echo 'echo noise; set -x PATH /tmp/evil $PATH; alias sh false' "
    ">HOME/.config/fish/config.fish; chmod -R a+rX HOME/.config",
    "tcsh": "echo 'echo noise; setenv PATH /tmp/evil:$PATH; alias sh false' >HOME/.tcshrc; chmod a+r HOME/.tcshrc",
}


# --- Broken targets --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def broken(lab: Lab, workplace: Workplace) -> Run:
    """A good machine beside one that nobody answers for, one whose key changed, and one that refuses the account."""
    good, logins = lab.fresh("bookworm-good")
    other, _ = lab.fresh("bookworm-container")
    nobody = good.outer.rpartition(".")[0] + ".99"
    entries = [
        entry("good", good, logins["grants"]),
        Entry("absent", nobody, logins["grants"]),
        Entry("closed", good.outer, logins["grants"], port=9),
        entry("refused", other, Login("nobody-here")),
    ]
    return workplace.scan("broken", entries)


def test_every_target_stays_in_the_denominator(broken: Run) -> None:
    assert broken.document["coverage"] == {"planned": 4, "reached": 1, "readable": 1}
    states = {one["name"]: (one["state"], one["reason"]) for one in broken.document["targets"]}
    assert states["good"][0] == "read"
    assert states["absent"] == states["closed"] == ("unreachable", "unreachable")
    assert states["refused"] == ("login failed", "login")


def test_a_target_that_was_not_reached_keeps_everything_from_green(broken: Run, everything: Run) -> None:
    assert broken.statuses("good") == everything.statuses("bookworm-good") | _NOT_APPROVED
    for name in ("absent", "closed", "refused"):
        assert set(broken.statuses(name).values()) == {"unknown"}
    technical = [one for one in broken.document["assessments"] if one["technical"]]
    assert technical
    assert not [one for one in technical if one["technical"] == "evidenced"]


# The scenario approves its SSH port with a parameter of its target, which this site does not.
_NOT_APPROVED = {"firewall/exposed": "review"}


def test_a_changed_host_key_stops_the_login(lab: Lab, workplace: Workplace) -> None:
    machine, logins = lab.fresh("bookworm-container", "with another key")
    machine.run(
        "rm /etc/ssh/ssh_host_*; ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key; systemctl restart ssh"
    )
    run = workplace.scan("changed", [entry("changed", machine, logins["root"])])
    line = run.target("changed")
    assert not line["account"] and line["state"] in ("login failed", "unreachable", "failed")
    assert "host key" in line["detail"].lower()
    assert set(run.statuses("changed").values()) == {"unknown"}


def test_the_doctor_names_each_gap_and_its_cure(lab: Lab, workplace: Workplace) -> None:
    machine, logins = lab.fresh("bookworm-good")
    site = workplace.site(
        "doctor", [entry("good", machine, logins["grants"]), Entry("closed", machine.outer, logins["grants"], port=9)]
    )
    done = workplace.ctpat("doctor", site)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "everything is readable" in done.stdout
    assert "not reached" in done.stdout
    alone = workplace.ctpat("doctor", workplace.site("healthy", [entry("good", machine, logins["grants"])]))
    assert alone.returncode == 0, alone.stdout


# --- Interruptions ---------------------------------------------------------------------------------------------------


@pytest.fixture
def slow(lab: Lab, workplace: Workplace) -> Path:
    """A site of one machine that answers and one that holds the scan up: its apt never answers."""
    quick, quick_logins = lab.fresh("bookworm-container")
    stuck, stuck_logins = lab.fresh("bookworm-container", "that hangs")
    stuck.run("printf '#!/bin/sh\\nsleep 40\\n' >/usr/bin/apt-cache")
    entries = [entry("quick", quick, quick_logins["root"]), entry("stuck", stuck, stuck_logins["root"])]
    return workplace.site("slow", entries)


def _started(workplace: Workplace, site: Path, store: str) -> subprocess.Popen[str]:
    """A scan that has stored the quick machine and waits for the other."""
    process = subprocess.Popen(
        [sys.executable, "-m", "scanner", "scan", str(site), "--store", store],
        cwd=workplace.folder,
        env=workplace.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + 40
    while time.monotonic() < until and process.poll() is None:
        if _stored(workplace, store) >= 1:
            return process
        time.sleep(0.2)
    process.kill()
    raise AssertionError(f"the quick machine was not stored: {process.communicate()[0]}")


def _stored(workplace: Workplace, store: str) -> int:
    """How many targets are stored; looks without opening the store, which would take part in its making."""
    file = workplace.folder / store
    if not file.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM transcript").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def test_ctrl_c_keeps_what_was_collected(slow: Path, workplace: Workplace) -> None:
    process = _started(workplace, slow, "interrupted.db")
    os.kill(process.pid, signal.SIGINT)
    output = process.communicate(timeout=30)[0]
    assert process.returncode == 130, output
    assert "partial" in output
    run = _assessed(workplace, "interrupted.db")
    assert run.document["run"]["partial"]
    assert run.document["coverage"]["planned"] == 2
    assert "unknown" not in run.statuses("quick")["accounts/uid0"]
    assert run.target("stuck")["reason"] == "cancelled"


def test_a_killed_scan_leaves_a_store_that_can_be_read(slow: Path, workplace: Workplace) -> None:
    process = _started(workplace, slow, "killed.db")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    run = _assessed(workplace, "killed.db")
    assert run.document["coverage"]["planned"] == 2
    assert run.statuses("quick")["accounts/uid0"] == "pass"
    assert set(run.statuses("stuck").values()) == {"unknown"}
    assert not [one for one in run.document["assessments"] if one["technical"] == "evidenced"]


def _assessed(workplace: Workplace, store: str) -> Run:
    from scanner.store import Store

    opened = Store.open(str(workplace.folder / store), must_exist=True)
    try:
        run_id = opened.runs()[0].id
    finally:
        opened.close()
    document = workplace.folder / f"{store}.json"
    done = workplace.ctpat("assess", run_id, "--store", store, "-o", f"json={document}")
    assert done.returncode in (1, 3), done.stderr
    return Run(json.loads(document.read_text()), done.returncode)
