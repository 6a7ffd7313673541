"""Hundreds of SSH targets on one machine: one sshd, every loopback address a target of its own.

A target is *real* (a shell that runs the script here) or *recorded*: it answers any script with the bytes that the
real one gave once, at once or (*paced*) after as many seconds as that took of processor time. Recorded targets do not
use up the processor that the client is measured on, as separate machines would not.
"""

from __future__ import annotations

import json
import os
import resource
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from benchmarks import namespace
from scanner.assess.findings import probes_for
from scanner.catalogue import load_checks
from scanner.collect.elevation import SYSTEM_PATH
from scanner.collect.script import Script, build

ACCOUNT, UID = "ctpat-bench", 64_999
PORT = 2222
SLOWEST_START_S = 10.0

# Loopback networks, one for each kind of target.
REAL, RECORDED, PACED = "127.1", "127.2", "127.3"
MUTE_SHELL, STUCK, FLOOD = "127.4", "127.5", "127.6"

_HEAD = """\
#!/bin/sh
IFS= read -r line
case $line in "printf "*HELLO*) eval "$line" ;; esac
nonce=$(tail -n 1 | cut -d' ' -f3)
"""
_START = r"""printf '\n@%s START version=1 timeout=gnu euid=0\n\n@%s PLAN passwd\n\n@%s B passwd 10 1000000\n' \
  "$nonce" "$nonce" "$nonce"
"""


def script(only: Sequence[str] = ()) -> Script:
    """The script of a scan with every check, or with these alone."""
    checks = load_checks()
    return build(probes_for("linux", [checks[one] for one in only] or checks.values()))


def addresses(network: str, count: int) -> list[str]:
    """`count` addresses of a network given by its first two numbers."""
    return [f"{network}.{1 + number // 250}.{1 + number % 250}" for number in range(count)]


@dataclass(frozen=True, slots=True)
class Lab:
    """A running server, and what a client needs to log in to it."""

    folder: Path
    script: Script
    key: Path
    host_key: str
    answer_bytes: int
    answer_s: float

    @property
    def helpers(self) -> str:
        """The shell functions that a snippet may call, for a shell that gets one snippet alone."""
        text = resources.files("scanner.collect").joinpath("helpers.sh").read_text(encoding="utf-8")
        return f"CTPAT_RIGHTS=user; PATH={SYSTEM_PATH}; LC_ALL=C; export CTPAT_RIGHTS PATH LC_ALL\n{text}"

    def environment(self) -> dict[str, str]:
        """For a client process: a home of its own, without settings of whoever runs the benchmark."""
        home = self.folder / "client"
        home.mkdir(exist_ok=True)
        return {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PYTHONPATH": str(Path.cwd())}

    def trust(self, hosts: Sequence[str]) -> None:
        """Write the client's known_hosts file."""
        folder = Path(self.environment()["HOME"]) / ".ssh"
        folder.mkdir(mode=0o700, exist_ok=True)
        lines = (f"[{host}]:{PORT} {self.host_key}\n" for host in hosts)
        (folder / "known_hosts").write_text("".join(lines))

    def site(self, name: str, hosts: Sequence[str], **limits: float) -> Path:
        """Write a site file with these targets; limits as in the file."""
        ends = [host.rpartition(":")[::2] if ":" in host else (host, str(PORT)) for host in hosts]
        document = {
            "site": name,
            "entities": ["importer"],
            "credentials": {"linux": {"ssh": {"user": ACCOUNT, "key": str(self.key)}}},
            "limits": limits,
            "targets": [
                {"name": f"t{number:04}", "host": host, "port": int(port), "credential": "linux"}
                for number, (host, port) in enumerate(ends)
            ],
        }
        path = self.folder / f"{name}.yaml"
        path.write_text(json.dumps(document))  # JSON is YAML
        return path

    def script_file(self) -> Path:
        """The script with its last line, as a client without our framing sends it."""
        path = self.folder / "script.sh"
        path.write_bytes(self.script.text + self.script.call(secrets.token_hex(16)))
        return path


@contextmanager
def running(only: Sequence[str] = ()) -> Iterator[Lab]:
    """A lab inside this process's namespaces, for every check or for these; call `namespace.enter` first."""
    folder = Path(tempfile.mkdtemp(prefix="ctpat-bench-"))
    try:
        folder.chmod(0o755)
        namespace.prepare(folder, ACCOUNT, UID)
        key = _keygen(folder / "client_key")
        (folder / "client_key.pub").chmod(0o644)
        chosen = script(only)
        answer, answer_s = _record(chosen)
        _write_targets(folder, answer, answer_s)
        server = _serve(folder)
        try:
            yield Lab(folder, chosen, key, _public(folder / "host_key"), len(answer), answer_s)
        finally:
            server.terminate()
            server.wait(10)
    finally:
        namespace.leave(folder)
        shutil.rmtree(folder)


def _record(chosen: Script) -> tuple[bytes, float]:
    """What the real script says here, run by the account, its nonce replaced by a placeholder; and its CPU seconds.

    CPU, because wall time would be that of a machine as busy as this one.
    """
    nonce = secrets.token_hex(16)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        ["/bin/sh", "-s"], input=chosen.text + chosen.call(nonce), capture_output=True, user=UID, group=UID, cwd="/"
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if not done.stdout.endswith(f"@{nonce} DONE\n".encode()):
        raise SystemExit("the script did not reach its end on this machine")
    spent_s = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return done.stdout.replace(nonce.encode(), b"NONCE"), spent_s


def _write_targets(folder: Path, answer: bytes, answer_s: float) -> None:
    (folder / "answer").write_bytes(answer)
    replay = f'exec sed "s/^@NONCE /@$nonce /" {folder}/answer\n'
    scripts = {
        "recorded": _HEAD + replay,
        "paced": _HEAD + f"sleep {answer_s:.3f}\n" + replay,
        "stuck": _HEAD + _START + "exec sleep 3600\n",
        "flood": _HEAD + _START + "exec yes '|a line that never ends'\n",
    }
    for name, text in scripts.items():
        path = folder / name
        path.write_text(text)
        path.chmod(0o755)


def _serve(folder: Path) -> subprocess.Popen[bytes]:
    _keygen(folder / "host_key")
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    forced = {
        RECORDED: f"{folder}/recorded",
        PACED: f"{folder}/paced",
        MUTE_SHELL: "sleep 3600",
        STUCK: f"{folder}/stuck",
        FLOOD: f"{folder}/flood",
    }
    config = f"""\
ListenAddress 0.0.0.0:{PORT}
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/client_key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 2000
LogLevel ERROR
UseDNS no
PrintMotd no
"""
    config += "".join(f"Match LocalAddress {net}.0.0/16\n  ForceCommand {run}\n" for net, run in forced.items())
    (folder / "sshd_config").write_text(config)
    command = ["/usr/sbin/sshd", "-D", "-E", str(folder / "sshd.log"), "-f", str(folder / "sshd_config")]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    _wait_for_server(server)
    return server


def _wait_for_server(server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + SLOWEST_START_S
    while time.monotonic() < until and server.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", PORT), 1) as probe:
                if probe.recv(4) == b"SSH-":
                    return
        except OSError:
            time.sleep(0.02)
    raise SystemExit("the SSH server of the benchmark did not start")


def _keygen(path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(path)], check=True)
    return path


def _public(path: Path) -> str:
    return " ".join(Path(f"{path}.pub").read_text().split()[:2])
