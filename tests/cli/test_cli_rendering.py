"""Where a report goes: files, links, devices, pipes, and a standard output that is not there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.conftest import ENVIRONMENT, Call

RECORDED = Path("tests/targets/bookworm-good").resolve()
ASSESS = [sys.executable, "-m", "scanner", "assess", str(RECORDED)]


def test_a_link_stays_and_its_file_is_replaced(ctpat: Call, home: Path) -> None:
    (home / "old.json").write_text("old")
    (home / "latest.json").symlink_to("old.json")
    assert ctpat("assess", RECORDED, "-o", "json=latest.json").status in (1, 3)
    assert (home / "latest.json").is_symlink()
    assert json.loads((home / "old.json").read_text())["schema"]
    assert (home / "old.json").stat().st_mode & 0o077 == 0
    assert sorted(one.name for one in home.glob("*.json")) == ["latest.json", "old.json"]


def test_a_device_stays_a_device(ctpat: Call, home: Path) -> None:
    (home / "nowhere").symlink_to("/dev/null")
    assert ctpat("assess", RECORDED, "-o", "json=nowhere").status in (1, 3)
    assert Path("/dev/null").is_char_device()
    assert (home / "nowhere").is_symlink()


def test_a_pipe_is_written_to(ctpat: Call, home: Path) -> None:
    os.mkfifo(home / "pipe")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append((home / "pipe").read_text()), daemon=True)
    reader.start()
    assert ctpat("assess", RECORDED, "-o", "json=pipe").status in (1, 3)
    reader.join(timeout=30)
    assert json.loads(read[0])["schema"]
    assert (home / "pipe").is_fifo()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can lay a file of somebody else's")
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_what_somebody_else_laid_there_is_refused(ctpat: Call, home: Path, kind: str) -> None:
    victim = home / "victim"
    victim.write_text("kept")
    shared = home / "shared"
    shared.mkdir(mode=0o1777)
    place = shared / "run.json"
    place.symlink_to(victim) if kind == "link" else os.mkfifo(place)
    os.chown(place, 65534, 65534, follow_symlinks=False)
    ended = ctpat("assess", RECORDED, "-o", f"json={place}")
    assert ended.status == 2 and f"this is a {kind} of somebody else's" in ended.err
    assert victim.read_text() == "kept" and not list(shared.glob(".*.partial"))


def test_links_in_a_circle_are_told(ctpat: Call, home: Path) -> None:
    (home / "a").symlink_to("b")
    (home / "b").symlink_to("a")
    ended = ctpat("assess", RECORDED, "-o", "json=a")
    assert ended.status == 2 and "too many links" in ended.err


def test_a_folder_is_no_place_for_a_report(ctpat: Call, home: Path) -> None:
    (home / "run.json").mkdir()
    ended = ctpat("assess", RECORDED, "-o", "json=run.json")
    assert ended.status == 2
    assert "-o json=run.json: this is a folder" in ended.err


def closed(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    """The program, started by a shell with standard input and output closed."""
    return subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" <&- >&-', "sh", *arguments],
        cwd=folder,
        env={**ENVIRONMENT},
        stderr=subprocess.PIPE,
        timeout=90,
        check=False,
    )


def test_a_closed_standard_output_is_said_where_it_was_asked_for(home: Path) -> None:
    ended = closed([*ASSESS, "-o", "json=-"], home)
    assert ended.returncode == 2, ended.stderr
    assert b"error: the report cannot be written: standard output is closed" in ended.stderr


def test_a_closed_standard_output_costs_the_table_alone(home: Path) -> None:
    ended = closed([*ASSESS, "-o", "json=run.json"], home)
    assert ended.returncode in (1, 3), ended.stderr
    assert json.loads((home / "run.json").read_text())["schema"]
