"""The workflows: well formed, their PowerShell free of errors, and the comparison of the Windows job tried on a host
written by hand. They run on a service's own machines; nothing here says that they have."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanner.transports.replay import write_recording
from tests.windows.hosts import transcript_of
from tests.windows.syntax import parsed

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = ROOT / ".github" / "workflows"


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.yml")), ids=lambda path: path.name)
def test_a_workflow_follows_the_schema(path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", sorted(WORKFLOWS.rglob("*.ps1")), ids=lambda path: path.name)
def test_a_step_in_powershell_parses(path: Path) -> None:
    assert parsed(path.read_text()).type == "program"


def own(**changes: Any) -> dict[str, Any]:
    """What Windows would say of the host `windows-11-24h2`."""
    machine = "S-1-5-21-2127521184-1604012920-1887927527-"
    said = {
        "hostname": "desktop-7q3k2lm",
        "build": "26100",
        "revision": 9550,
        "is_server": False,
        "minimum_length": 0,
        "history": "None",
        "lockout_threshold": "10",
        "firewall_on": 3,
        "local_users": [machine + number for number in ("500", "501", "503", "504", "1001", "1003")],
        "administrators": [machine + number for number in ("500", "1001", "1003")],
        "built_in": "Administrator",
        "real_time": True,
        "dropped_logged": 0,
        "log_sizes": [4096, 4096, 4096],
        "smb1_client": False,
        "tpm": True,
        "secure_boot": True,
        "manufacturer": "Dell Inc.",
        "model": "OptiPlex 7090",
        "memory": 16899997696,
        "disks": {"C:": 548682072064},
        "logons": "Success and Failure",
        "security_log": 20971520,
        "remote_desktop": False,
        "listens_on_5986": False,
    }
    return said | changes


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({}, 0, "24 of 24 facts agree"),
        ({"minimum_length": 7, "built_in": "root"}, 1, "22 of 24 facts agree"),
        (
            {"dropped_logged": 3, "log_sizes": [4096, 4096], "smb1_client": True, "tpm": False, "secure_boot": False}
            | {"manufacturer": "HP", "model": "", "memory": 0, "disks": {}, "logons": "No Auditing"}
            | {"security_log": 1048576, "remote_desktop": True},
            1,
            "12 of 24 facts agree",
        ),
    ],
)
def test_the_comparison_finds_what_differs(tmp_path: Path, changes: dict[str, Any], status: int, told: str) -> None:
    transcript = replace(transcript_of("windows-11-24h2"), script_sha256=hashlib.sha256(b"").hexdigest())
    write_recording(tmp_path / "recording", "localhost", transcript, b"")
    (tmp_path / "own.json").write_text(json.dumps(own(**changes)), encoding="utf-8-sig")
    command = [sys.executable, str(WORKFLOWS / "windows" / "compare.py"), "recording", "own.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)})
    assert (done.returncode, told in done.stdout) == (status, True), done.stdout + done.stderr
