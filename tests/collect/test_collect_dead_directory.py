"""A host whose accounts come from an LDAP server that accepts connections and never answers.

The real script runs in namespaces of its own, whose nsswitch.conf names `ldap`, with a real nslcd that asks a listener
on their loopback. A second host is the same but for that one word: every difference is the directory's doing.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.assess.findings import FactSet, PlannedCheck, judge, probes_for
from scanner.catalogue import load_checks
from scanner.collect import build, collect, raw_facts
from scanner.facts.base import RawFacts, RawState
from scanner.model import Finding, Reason, Status, Target, Transcript
from scanner.profile.parameters import EffectiveParameters
from scanner.transports.local import LocalSession

MODULE = Path("/usr/lib").glob("*/libnss_ldap.so.2")
MISSING = [name for name in ("unshare", "nsenter", "nslcd", "ip", "getent", "timeout") if shutil.which(name) is None]
pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="namespaces need root"),
    pytest.mark.skipif(
        bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (Debian: nslcd, util-linux, iproute2)"
    ),
    pytest.mark.skipif(not any(MODULE), reason="the module libnss_ldap is not installed (Debian: libnss-ldapd)"),
]

# Accepts every connection and says nothing.
BLACKHOLE = """
import socket
server, kept = socket.create_server(("127.0.0.1", 389)), []
print("ready", flush=True)
while True:
    kept.append(server.accept())
"""
# The account is in a group of the directory, as that of a real login is.
MEMBER = "import os, sys; os.setgroups([0, 54321]); os.execvp(sys.argv[1], sys.argv[1:])"
# One record of wtmp, see utmp(5): somebody whom no file names is logged in.
LOGGED_IN = struct.pack("=h2xi32s4s32s256s2h3i4i20x", 7, 4_000_000, b"pts/9", b"9", b"ghost", b"", 0, 0, 0, 1, *[0] * 5)
# Nobody but the directory could know the owner of a home folder; lastlog asks for all accounts.
SETUP = """
ip link set lo up && mount -t tmpfs run /run &&
mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf && mount --bind "$1/nslcd.conf" /etc/nslcd.conf &&
{ [ ! -e /var/log/lastlog ] || mount --bind "$1/lastlog" /var/log/lastlog; } &&
{ [ ! -e /var/log/wtmp ] || mount --bind "$1/wtmp" /var/log/wtmp; } &&
mkdir /run/sshd /run/nslcd && chown nslcd: /run/nslcd && mount -t tmpfs home /home &&
mkdir /home/someone && chown 54321:54321 /home/someone || exit 1
"$2" -c "$3" | { read -r ready && exec nslcd --nofork; }
"""
# What no file can tell, and nothing else.
NEEDS_THE_DIRECTORY = {"homes"}
CHECKS = load_checks()


@dataclass(frozen=True)
class Seen:
    """What one collection brought back."""

    transcript: Transcript
    raw: RawFacts
    findings: dict[str, Finding]


@contextmanager
def host(folder: Path, sources: str) -> Iterator[tuple[str, ...]]:
    """A host whose accounts come from `sources`; the words that run a command on it."""
    folder.mkdir()
    lines = [f"{database}: {sources}\n" for database in ("passwd", "group", "shadow", "netgroup")]
    (folder / "nsswitch.conf").write_text("".join((*lines, "hosts: files\n")))
    (folder / "nslcd.conf").write_text("uid nslcd\ngid nslcd\nuri ldap://127.0.0.1/\nbase dc=lab,dc=invalid\n")
    (folder / "lastlog").touch()
    (folder / "wtmp").write_bytes(LOGGED_IN)
    alone = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    command = [*alone, "sh", "-c", SETUP, "sh", str(folder), sys.executable, BLACKHOLE]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        yield _entrance(process)
    finally:
        process.kill()
        process.wait(10)


def _entrance(process: subprocess.Popen[bytes]) -> tuple[str, ...]:
    """How to enter the namespaces, once the directory's daemon listens in them."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    until = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < until:
        if first := children.read_text().split():
            enter = ("nsenter", "-t", first[0], "-m", "-n", "-p")
            if not subprocess.run([*enter, "test", "-S", "/run/nslcd/socket"], stderr=subprocess.DEVNULL).returncode:
                return enter
        time.sleep(0.05)
    pytest.skip("nslcd does not start in namespaces of its own here")


def scan(enter: tuple[str, ...]) -> Seen:
    script = build(probes_for("linux", CHECKS.values()))
    session = LocalSession(wrapper=(*enter, sys.executable, "-c", MEMBER))
    try:
        transcript = collect(session, "t", script, now=lambda: datetime.now(UTC))
    finally:
        session.close()
    raw, target = raw_facts(transcript), Target(name="t", transport="local")
    plan = [
        PlannedCheck(check=check, requirements=(), parameters=EffectiveParameters(values={}))
        for check in CHECKS.values()
    ]
    return Seen(transcript, raw, {finding.check: finding for finding in judge(plan, FactSet(raw, target), target)})


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    folder = tmp_path_factory.mktemp("directory")
    folder.chmod(0o755)
    found = {}
    for name, sources in (("dead", "files ldap"), ("none", "files")):
        with host(folder / name, sources) as enter:
            asked = subprocess.run([*enter, "timeout", "2", "getent", "passwd", "54321"])
            assert (asked.returncode == 124) is (name == "dead"), "the directory has to hang, and only there"
            found[name] = scan(enter)
    return found


def test_the_collection_ends_within_its_bounds(seen: dict[str, Seen]) -> None:
    dead, none = seen["dead"].transcript, seen["none"].transcript
    assert dead.error is None
    assert dead.notes == none.notes
    # Each probe that hangs costs its own limit, and lastlog its own two seconds.
    assert dead.duration_s < 2 * none.duration_s + 5 * len(NEEDS_THE_DIRECTORY) + 10


def test_only_what_needs_the_directory_is_unread(seen: dict[str, Seen]) -> None:
    dead, none = seen["dead"].raw.sections, seen["none"].raw.sections
    assert {name for name in none if dead[name].state is not none[name].state} == NEEDS_THE_DIRECTORY
    assert all(dead[name].state is RawState.TIMEOUT for name in NEEDS_THE_DIRECTORY)


def test_no_other_probe_waits_for_the_directory(seen: dict[str, Seen]) -> None:
    """One question that hangs takes ten seconds; a busy machine takes a few more for all of apt's."""
    dead, none = seen["dead"].raw.sections, seen["none"].raw.sections
    late = {name: (dead[name].duration_ms or 0) - (none[name].duration_ms or 0) for name in none}
    assert {name for name, more_ms in late.items() if more_ms > 9000} <= NEEDS_THE_DIRECTORY


@pytest.mark.parametrize(("name", "program"), [("lastlog", "lastlog"), ("wtmp", "last")])
def test_login_records_that_hang_do_not_take_the_rest_with_them(seen: dict[str, Seen], name: str, program: str) -> None:
    if shutil.which(program) is None or not Path(f"/var/log/{name}").exists():
        pytest.skip(f"this system keeps no {name}")
    dead, none = (seen[key].raw.sections["logins"].text for key in ("dead", "none"))
    assert f"={name}\n" in none
    # nslcd gives up at once for some seconds after a server failed it; else the program hangs until it is ended.
    assert f"!{name}\n" in dead or f"={name}\n" in dead
    assert dead.endswith("=end\n")


def test_no_check_is_greener_for_it(seen: dict[str, Seen]) -> None:
    dead, none = seen["dead"].findings, seen["none"].findings
    assert {name for name in dead if dead[name].status is Status.PASS} <= {
        name for name in none if none[name].status is Status.PASS
    }
    assert dead["accounts/orphans"].status is Status.UNKNOWN
    assert dead["accounts/orphans"].reason is Reason.TIMEOUT
    assert none["accounts/orphans"].status is Status.FAIL
