"""Recordings: what is written comes back the same, and what is malformed is named."""

from __future__ import annotations

import json
import os
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.collect import build, collect, raw_facts
from scanner.errors import ConfigError
from scanner.facts.base import Probe
from scanner.model import Privilege, Reason, Transcript
from scanner.transports.local import LocalSession
from scanner.transports.replay import FIELDS, folder_name, read_recording, read_recordings, write_recording

SCRIPT = build(
    [
        Probe(name="bytes", why="a test", script=r"printf 'a\000\377\r\n\nx'; echo no >&2; exit 3"),
        Probe(name="big", why="a test", script="yes", max_bytes=3000),
        Probe(name="secret", why="a test", script="echo 'scan:$6$abcdefgh$abcdefghijklmnop:1:'"),
    ]
)


@pytest.fixture(scope="module")
def transcript() -> Transcript:
    session = LocalSession()
    collected = collect(session, "web-01", SCRIPT, now=lambda: datetime(2026, 11, 22, 3, 4, 5, 678, tzinfo=UTC))
    session.close()
    return collected


@pytest.mark.parametrize("error", [None, (Reason.CANCELLED, "the scan was interrupted")])
def test_round_trip(tmp_path: Path, transcript: Transcript, error: tuple[Reason, str] | None) -> None:
    before = replace(transcript, error=error, notes=("one", "two"), stderr=b"\xff\r\n", host_key="SHA256:x")
    folder = write_recording(tmp_path, "web-01", before, SCRIPT.text)
    recording = read_recording(folder)
    assert recording.transcript == before and recording.script == SCRIPT.text
    assert raw_facts(recording.transcript) == raw_facts(before)
    assert b"abcdefghijklmnop" not in (folder / "transcript.txt").read_bytes()
    assert json.loads((folder / "meta.json").read_text())["redacted"] is True
    assert folder.stat().st_mode & 0o077 == 0


def test_every_field_of_a_transcript_is_kept() -> None:
    assert set(FIELDS) == {entry.name for entry in fields(Transcript)} - {"stdout", "stderr"}


def test_a_recording_is_redacted_even_when_the_transcript_was_not(tmp_path: Path, transcript: Transcript) -> None:
    folder = write_recording(tmp_path, "x", replace(transcript, stdout=b"A_PASSWORD=hunter2\n"), SCRIPT.text)
    assert b"hunter2" not in (folder / "transcript.txt").read_bytes()


def test_a_recording_is_its_owners_alone(tmp_path: Path, transcript: Transcript) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "web01").mkdir(mode=0o755)
    (tmp_path / "web01" / "transcript.txt").touch(mode=0o644)
    folder = write_recording(tmp_path, "web01", transcript, SCRIPT.text)
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}


def test_several_targets_and_one_again(tmp_path: Path, transcript: Transcript) -> None:
    for name in ("web-01", "WEB-01", "../../etc", "web 01", "", "fe80::1", "."):
        write_recording(tmp_path, name, replace(transcript, target=name), SCRIPT.text)
    write_recording(tmp_path, "web-01", replace(transcript, target="web-01", account="again"), SCRIPT.text)
    recordings = read_recordings(tmp_path)
    assert len(recordings) == 7 and all(entry.folder.parent == tmp_path for entry in recordings)
    assert {entry.transcript.target for entry in recordings} >= {"../../etc", "", "."}
    assert [entry.transcript.account for entry in recordings if entry.transcript.target == "web-01"] == ["again"]
    assert read_recordings(recordings[0].folder)[0].transcript == recordings[0].transcript


def test_a_folder_of_another_target_is_not_overwritten(tmp_path: Path, transcript: Transcript) -> None:
    folder = write_recording(tmp_path, "web", transcript, SCRIPT.text)
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps({**meta, "name": "other"}))
    with pytest.raises(ConfigError, match="another target"):
        write_recording(tmp_path, "web", transcript, SCRIPT.text)


@given(st.text(max_size=300))
def test_folder_names_are_safe(target: str) -> None:
    name = folder_name(target)
    assert name and name not in (".", "..") and not set(name) & set('/\\:*?"<>|\0\n') and len(name) < 100
    assert not name.startswith((".", "-"))


@given(st.lists(st.text(alphabet="aA.-/ é", max_size=6), unique=True, max_size=8))
def test_folder_names_differ_even_without_case(targets: list[str]) -> None:
    assert len({folder_name(target).lower() for target in targets}) == len(targets)


WRONG: list[tuple[str, Any, str]] = [
    ("format", 2, "expected 1"),
    ("nonce", "zz", "32 hex digits"),
    ("nonce", None, "a text"),
    ("collected_at", "2026-01-01T00:00:00", "zone"),
    ("collected_at", "yesterday", "collected_at"),
    ("privilege", "god", "privilege"),
    ("privilege", ["root"], "privilege"),
    ("script_sha256", "0" * 64, "not the script that was run"),
    ("script_sha256", "x", "64 hex digits"),
    ("error", ["nonsense", "x"], "error"),
    ("error", "timeout", "reason code"),
    ("duration_s", True, "seconds"),
    ("round_trips", -1, "count"),
    ("notes", "x", "list of texts"),
]


@pytest.mark.parametrize(("key", "value", "message"), WRONG)
def test_wrong_meta(tmp_path: Path, transcript: Transcript, key: str, value: Any, message: str) -> None:
    folder = write_recording(tmp_path, "web", transcript, SCRIPT.text)
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps({**meta, key: value}))
    with pytest.raises(ConfigError, match=message) as caught:
        read_recording(folder)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize("name", ["meta.json", "transcript.txt", "stderr.txt", "script.sh"])
def test_missing_file(tmp_path: Path, transcript: Transcript, name: str) -> None:
    folder = write_recording(tmp_path, "web", transcript, SCRIPT.text)
    (folder / name).unlink()
    with pytest.raises(ConfigError, match=name):
        read_recording(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000, "\xff", '{"format": 1}'])
def test_malformed_meta(tmp_path: Path, transcript: Transcript, text: str) -> None:
    folder = write_recording(tmp_path, "web", transcript, SCRIPT.text)
    (folder / "meta.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError, match=r"meta\.json"):
        read_recording(folder)


def test_nothing_recorded(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no recording here"):
        read_recordings(tmp_path)
    with pytest.raises(ConfigError, match="no recording here"):
        read_recordings(tmp_path / "none")


def test_privilege_survives(tmp_path: Path, transcript: Transcript) -> None:
    folder = write_recording(tmp_path, "web", replace(transcript, privilege=Privilege.GRANTS), SCRIPT.text)
    assert read_recording(folder).transcript.privilege is Privilege.GRANTS


def test_what_never_ends_is_no_recording(tmp_path: Path, transcript: Transcript) -> None:
    folder = write_recording(tmp_path, "web-01", transcript, SCRIPT.text)
    output = folder / "transcript.txt"
    output.unlink()
    os.mkfifo(output)
    with pytest.raises(ConfigError, match="no regular file"):
        read_recording(folder)
    output.unlink()
    output.symlink_to("/dev/zero")
    with pytest.raises(ConfigError, match="no regular file"):
        read_recording(folder)


@pytest.mark.parametrize("wrong", [-1, "x", None, []])
def test_a_wrong_word_is_answered_with_the_right_ones(tmp_path: Path, transcript: Transcript, wrong: Any) -> None:
    folder = write_recording(tmp_path, "web-01", transcript, SCRIPT.text)
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps({**meta, "privilege": wrong}))
    with pytest.raises(ConfigError, match="one of root"):
        read_recording(folder)
