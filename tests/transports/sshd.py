"""Real SSH servers on loopback for the tests: OpenSSH and dropbear, each with its own keys and configuration."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

SSHD = Path("/usr/sbin/sshd")
DROPBEAR = Path("/usr/sbin/dropbear")
PRIVILEGE_FOLDER = Path("/run/sshd")


def free_port(family: socket.AddressFamily = socket.AF_INET) -> int:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        return int(probe.getsockname()[1])


def keygen(path: Path, kind: str = "ed25519", passphrase: str = "", *options: str) -> Path:
    """A new key pair made by ssh-keygen."""
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", path.name, "-f", str(path), *options]
    subprocess.run(command, check=True, capture_output=True)
    return path


def wait_for(host: str, port: int, timeout_s: float = 10.0) -> None:
    """Return when something sends an SSH greeting there."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        try:
            with socket.create_connection((host, port), 1) as probe:
                if probe.recv(4) == b"SSH-":
                    return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"no server on {host}:{port}")


@dataclass
class Server(AbstractContextManager["Server"]):
    """One sshd process in the foreground; ends with the `with` block."""

    folder: Path
    options: dict[str, str] = field(default_factory=dict)
    host_keys: tuple[str, ...] = ("ed25519",)
    host: str = "127.0.0.1"
    port: int = 0
    authorized: tuple[Path, ...] = ()
    binary: Path = SSHD
    _process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Server:
        PRIVILEGE_FOLDER.mkdir(mode=0o755, exist_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        self._process = subprocess.Popen(
            [str(self.binary), "-D", "-E", str(self.folder / "log"), "-f", str(self._config())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(self.host, self.port)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(10)

    def _config(self) -> Path:
        for kind in self.host_keys:
            if not self.host_key(kind).exists():
                keygen(self.host_key(kind), kind)
        allowed = self.folder / "authorized_keys"
        allowed.write_text("".join(Path(f"{key}.pub").read_text() for key in self.authorized))
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        lines = {
            # The login files of the account that runs the tests must neither speak nor cost in them.
            "SetEnv": f"HOME={home}",
            "ListenAddress": f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}",
            "PidFile": "none",
            "AuthorizedKeysFile": str(allowed),
            "StrictModes": "no",
            "UsePAM": "no",
            "PasswordAuthentication": "no",
            "KbdInteractiveAuthentication": "no",
            "PermitRootLogin": "yes",
            "LogLevel": "VERBOSE",
        } | self.options
        text = "".join(f"{name} {value}\n" for name, value in lines.items())
        text += "".join(f"HostKey {self.host_key(kind)}\n" for kind in self.host_keys)
        config = self.folder / "sshd_config"
        config.write_text(text)
        return config

    def host_key(self, kind: str = "ed25519") -> Path:
        return self.folder / f"host_{kind}"

    def public(self, kind: str = "ed25519") -> str:
        """Type and base64 of a host key, as it stands in known_hosts."""
        return " ".join(Path(f"{self.host_key(kind)}.pub").read_text().split()[:2])

    def fingerprint(self, kind: str = "ed25519") -> str:
        command = ["ssh-keygen", "-lf", f"{self.host_key(kind)}.pub"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[1]

    @property
    def name(self) -> str:
        return f"[{self.host}]:{self.port}"

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def children(self) -> list[int]:
        """Process IDs of the connections of this server."""
        assert self._process is not None
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                text = stat.read_text()
            except OSError:
                continue
            if int(text.rpartition(")")[2].split()[1]) == self._process.pid:
                found.append(int(stat.parent.name))
        return found


@contextmanager
def running_agent(path: Path, *keys: Path) -> Iterator[str]:
    """A real ssh-agent at `path` that holds these keys; yields what goes into SSH_AUTH_SOCK."""
    process = subprocess.Popen(
        ["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 5
        while not path.exists() and time.monotonic() < until:
            time.sleep(0.02)
        if keys:
            command = ["ssh-add", "-q", *map(str, keys)]
            subprocess.run(command, check=True, capture_output=True, env={**os.environ, "SSH_AUTH_SOCK": str(path)})
        yield str(path)
    finally:
        process.terminate()
        process.wait(5)


def running_as_root() -> bool:
    return os.geteuid() == 0
