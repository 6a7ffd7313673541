"""A target whose disks are full is read like any other: the script writes nowhere."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime

import pytest

from scanner.collect import build, collect, raw_facts
from scanner.facts.base import Probe
from scanner.model import Transcript
from scanner.transports.local import LocalSession

# Every place a program might put a temporary file is a file system without a free byte.
_FULL = """for place in /tmp /var/tmp /run /dev/shm; do
  mount -t tmpfs -o size=4k full "$place" && ! head -c 99999 /dev/zero >"$place/full" 2>/dev/null || exit 1
done
exec "$@" """

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None, reason="full disks of its own need root and unshare"
)
PROBES = [
    Probe(name="pipe", why="a test", script="printf 'b\\na\\n' | sort | while read -r line; do echo $line; done"),
    Probe(name="many", why="a test", script="yes | head -c 60000", max_bytes=65536),
    Probe(name="files", why="a test", script="show /etc/passwd /etc/group /nonexistent"),
    Probe(name="slow", why="a test", script="sleep 20", timeout_s=1),
]


def said(session: LocalSession) -> Transcript:
    try:
        return collect(session, "t", build(PROBES), now=lambda: datetime(2026, 11, 22, tzinfo=UTC))
    finally:
        session.close()


def test_full_disks_change_nothing() -> None:
    full = said(LocalSession(wrapper=("unshare", "-m", "sh", "-c", _FULL, "sh")))
    usual = said(LocalSession())
    assert full.error is None
    found, expected = raw_facts(full).sections, raw_facts(usual).sections
    assert {n: (f.state, f.stdout) for n, f in found.items()} == {n: (f.state, f.stdout) for n, f in expected.items()}
