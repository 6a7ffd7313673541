"""Recordings of Windows hosts and directories: read back the same, and fit to be handed on."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.collect import raw_facts
from scanner.collect.blocks import stored
from scanner.collect.windows.script import build
from scanner.errors import ConfigError
from scanner.facts.base import Probe
from scanner.model import Privilege, Transcript
from scanner.transports.replay import read_recording, write_recording

SCRIPT = build([Probe(name="host", why="a test", script="@{ a = 1 }")])
NONCE = "7f3a" * 8
# What a host may say where nobody asked for a secret.
TOLD = {
    "winlogon": {
        "exists": True,
        "values": {
            "DefaultUserName": {"kind": "String", "value": "kiosk"},
            "DefaultPassword": {"kind": "String", "value": "hunter2"},
        },
    },
    "service": "agent.exe --token hunter2",
    "connection": "Server=db;User Id=sa;Password=hunter2;Encrypt=true",
    "connection_2": "Uid=sa;Pwd=hunter2;",
    "task": 'schtasks /create /ru scan /rp "hunter2"',
    "share": "net use x: /password:hunter2",
    "proxy": "http://scan:hunter2@proxy:3128",
    "template": "[System Access]\r\nClearTextPassword = 0\r\nPasswordComplexity = 1\r\n",
}


def transcript(platform: str = "windows") -> Transcript:
    entries = [
        {"name": "host", "ok": True, "v": TOLD, "ms": 1},
        {"name": "complete", "ok": True, "v": {"ms": 1}},
    ]
    return Transcript(
        target="srv",
        platform=platform,
        nonce=NONCE,
        stdout=stored(entries, NONCE),
        stderr=b"PASSWORD=hunter2\n",
        collected_at=datetime(2026, 11, 20, tzinfo=UTC),
        account="CONTOSO\\scan",
        privilege=Privilege.ROOT,
        script_sha256=SCRIPT.sha256,
        host_key="certificate SHA256:ab",
        round_trips=8,
    )


@pytest.mark.parametrize(("platform", "name"), [("windows", "script.ps1"), ("directory", "queries.txt")])
def test_the_script_is_named_for_its_platform_and_comes_back(tmp_path: Path, platform: str, name: str) -> None:
    folder = write_recording(tmp_path, "srv", transcript(platform), SCRIPT.text)
    assert {path.name for path in folder.iterdir()} == {"meta.json", "transcript.txt", "stderr.txt", name}
    read = read_recording(folder)
    assert read.script == SCRIPT.text
    scrubbed = replace(transcript(platform), stdout=read.transcript.stdout, stderr=read.transcript.stderr)
    assert read.transcript == scrubbed
    assert read_recording(write_recording(tmp_path, "srv", read.transcript, read.script)) == read
    (folder / name).write_bytes(b"another")
    with pytest.raises(ConfigError, match="not the script that was run"):
        read_recording(folder)


def test_a_recording_may_be_handed_on(tmp_path: Path) -> None:
    """What no pattern could have cut in time is cut here: no file holds the secret, and the facts stay readable."""
    folder = write_recording(tmp_path, "srv", transcript(), SCRIPT.text)
    assert not [path for path in folder.iterdir() if b"hunter2" in path.read_bytes()]
    raw = raw_facts(read_recording(folder).transcript)
    read = json.loads(raw.get("host").stdout)
    assert raw.error is None and list(read) == list(TOLD)
    assert read["winlogon"]["values"] == {
        "DefaultUserName": {"kind": "String", "value": "kiosk"},
        "DefaultPassword": {"kind": "String", "value": "*" * 16},
    }
    assert read["template"] == TOLD["template"]
    assert json.loads((folder / "meta.json").read_text())["redacted"] is True


def test_an_old_recording_has_no_other_name(tmp_path: Path) -> None:
    folder = write_recording(tmp_path, "srv", transcript("linux"), SCRIPT.text)
    assert (folder / "script.sh").read_bytes() == read_recording(folder).script
