"""The collector over SSH: a real OpenSSH server that calls itself Windows', and a stand-in for PowerShell behind it."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scanner.collect.windows import build
from scanner.collect.windows.conversation import collect_windows
from scanner.facts.base import Probe
from scanner.model import Reason, Target
from scanner.transports.base import ScriptLimits, ScriptOutput
from scanner.transports.ssh import KnownHosts, SshLogin, SshScriptSession, SshSession, SshTransport, is_windows
from tests.transports.sshd import SSHD, Server, keygen, running_as_root

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(not running_as_root(), reason="sshd with its own user switch needs root"),
]

RECORDED = Path(__file__).parents[1] / "collect" / "windows" / "golden"
NONCE = "0123456789abcdef0123456789abcdef"
SCRIPT = b"& {\nparam($Nonce)\n} '" + NONCE.encode() + b"'\n\n"
NAME = b"OpenSSH_for_Windows_9.5"

# Answers with recorded bytes, as PowerShell does: once the line with the nonce and an empty one have come.
STANDIN = """#!{python}
import pathlib, re, sys, time
here = pathlib.Path({here!r})
(here / "arguments").write_text(repr(sys.argv[1:]))
script = sys.stdin.buffer.read()
(here / "script").write_bytes(script)
nonce = re.search(rb"\\}} '([0-9a-f]+)'\\n\\n$", script)
said = (here / "stdout").read_bytes()
sys.stdout.buffer.write(said.replace(b"7f3a", nonce[1]) if nonce else b"")
sys.stdout.flush()
sys.stderr.buffer.write((here / "stderr").read_bytes())
{then}
"""


def windows_sshd(folder: Path) -> Path:
    """This machine's sshd, with the name that it shows overwritten in a copy: what follows is real."""
    data = SSHD.read_bytes()
    names = [name for name in re.findall(rb"OpenSSH_\d+\.\d+p\d[^\0\n]{0,40}\0", data) if len(name) > len(NAME)]
    if not names:
        pytest.skip("the name of this sshd is too short to be overwritten")
    path = folder / "sshd"
    path.write_bytes(data.replace(names[0], NAME.ljust(len(names[0]), b"\0")))
    path.chmod(0o755)
    return path


@dataclass
class Host:
    """A server, and the folder in which its PowerShell finds what to say."""

    server: Server
    key: Path
    folder: Path

    def powershell(self, stdout: bytes, stderr: bytes = b"", then: str = "") -> None:
        (self.folder / "stdout").write_bytes(stdout)
        (self.folder / "stderr").write_bytes(stderr)
        program = self.folder / "powershell.exe"
        program.write_text(STANDIN.format(python=sys.executable, here=str(self.folder), then=then))
        program.chmod(0o755)

    def target(self, platform: str | None = None) -> Target:
        server = self.server
        return Target(
            name="t",
            transport="ssh",
            address=server.host,
            port=server.port,
            user="root",
            host_key=server.fingerprint(),
            platform=platform,
        )

    @contextmanager
    def session(self) -> Iterator[SshSession]:
        login = SshLogin(keys=(self.key,))
        with (
            SshTransport(login_for=lambda _: login, known_hosts=KnownHosts(user=(), system=())) as transport,
            closing(transport.connect(self.target(), deadline=time.monotonic() + 30)) as session,
        ):
            yield session

    def run(self, script: bytes = SCRIPT, **changes: Any) -> ScriptOutput:
        with self.session() as session:
            return SshScriptSession(session).run(script, NONCE, limits(**changes))


def limits(total_s: float = 20, output_bytes: int = 1 << 20, cancelled: threading.Event | None = None) -> ScriptLimits:
    return ScriptLimits(total_s=total_s, output_bytes=output_bytes, cancelled=cancelled or threading.Event())


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("windows")
    key = keygen(folder / "key")
    binary = windows_sshd(folder)
    options = {"SetEnv": f"HOME={folder} PATH={folder}:/usr/bin:/bin"}
    with Server(folder / "server", options, authorized=(key,), binary=binary) as server:
        yield Host(server, key, folder)


def test_the_server_says_that_it_is_windows(host: Host) -> None:
    with host.session() as session:
        assert session.info.server == f"SSH-2.0-{NAME.decode()}"
        assert is_windows(session, host.target())


def test_another_server_is_windows_only_where_the_site_says_so(tmp_path: Path) -> None:
    key = keygen(tmp_path / "key")
    with Server(tmp_path / "server", authorized=(key,)) as server:
        host = Host(server, key, tmp_path)
        with host.session() as session:
            assert session.info.server.startswith("SSH-2.0-OpenSSH_")
            assert not is_windows(session, host.target())
            assert is_windows(session, host.target(platform="windows"))


@pytest.mark.parametrize("path", sorted(RECORDED.glob("*.stdout")), ids=lambda path: path.stem)
def test_recorded_output_arrives_byte_for_byte(host: Host, path: Path) -> None:
    stderr = path.with_suffix(".stderr")
    host.powershell(path.read_bytes(), stderr.read_bytes() if stderr.exists() else b"")
    output = host.run()
    assert output.stdout == path.read_bytes().replace(b"7f3a", NONCE.encode())
    assert output.error is None and output.status == 0


def test_powershell_reads_the_script_from_its_input(host: Host) -> None:
    host.powershell(b"")
    big = SCRIPT.replace(b"param", b"#" * 300_000 + b"\nparam")
    host.run(big)
    assert (host.folder / "arguments").read_text() == "['-NoProfile', '-NonInteractive', '-Command', '-']"
    assert (host.folder / "script").read_bytes() == big


def test_a_collection_over_ssh_is_one_of_windows(host: Host) -> None:
    host.powershell((RECORDED / "outline-standin.stdout").read_bytes())
    probe = Probe(name="x", why="w", script="@{ a = 1 }")
    with host.session() as session:
        transcript = collect_windows(
            SshScriptSession(session), "t", build([probe]), now=lambda: datetime(2026, 1, 1, tzinfo=UTC)
        )
    assert transcript.platform == "windows" and b"ctpat:" in transcript.stdout
    assert transcript.host_key == host.server.fingerprint() and transcript.round_trips > 0


def test_a_host_without_powershell_says_so(host: Host) -> None:
    (host.folder / "powershell.exe").unlink(missing_ok=True)
    output = host.run()
    assert output.stdout == b"" and output.status == 127 and b"powershell.exe" in output.stderr
    assert output.error is None, "the status and the words tell more than a broken pipe"


def test_a_hang_costs_the_limit_and_keeps_what_came(host: Host) -> None:
    host.powershell(b"first\n7f3a\n", then="time.sleep(60)")
    began = time.monotonic()
    output = host.run(total_s=3)
    assert time.monotonic() - began < 8
    assert output.stdout.startswith(b"first\n") and output.status is None
    assert output.error is not None and output.error[0] is Reason.TIMEOUT


def test_input_that_nobody_reads_costs_the_limit(host: Host) -> None:
    host.powershell(b"")
    program = host.folder / "powershell.exe"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    began = time.monotonic()
    output = host.run(SCRIPT.replace(b"param", b"#" * 8_000_000 + b"\nparam"), total_s=3)
    assert time.monotonic() - began < 8
    assert output.error is not None and output.error[0] is Reason.TIMEOUT


def test_output_without_end_is_cut(host: Host) -> None:
    host.powershell(b"", then="while True: sys.stdout.buffer.write(b'A' * 65536)")
    output = host.run(output_bytes=100_000)
    assert len(output.stdout) == 100_000
    assert output.error is not None and output.error[0] is Reason.TRUNCATED


def test_a_cancelled_scan_waits_for_nobody(host: Host) -> None:
    host.powershell(b"first\n", then="time.sleep(60)")
    cancelled = threading.Event()
    threading.Timer(1.0, cancelled.set).start()
    began = time.monotonic()
    output = host.run(cancelled=cancelled)
    assert time.monotonic() - began < 8
    assert output.error is not None and output.error[0] is Reason.CANCELLED


def test_a_connection_cut_midway_keeps_what_came(host: Host) -> None:
    host.powershell(b"first\n", then="import os; time.sleep(1); os.kill(os.getppid(), 9)")
    output = host.run()
    assert output.stdout == b"first\n" and output.status is None
    assert output.error is not None and output.error[0] is Reason.UNREACHABLE
