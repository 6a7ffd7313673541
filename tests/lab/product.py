"""The product as a user calls it: a site file, `ctpat` in a process of its own, and the run document."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.lab.logins import SUDO_PASSWORD, Login
from tests.lab.machine import Machine

Finding = Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """One target of a site file."""

    name: str
    address: str
    login: Login
    parameters: Mapping[str, Any] = field(default_factory=dict)
    port: int = 22
    more: Mapping[str, Any] = field(default_factory=dict)


def entry(
    name: str, machine: Machine, login: Login, parameters: Mapping[str, Any] | None = None, **more: object
) -> Entry:
    """The entry for a machine, by its IPv4 address; `more` are further keys of it."""
    return Entry(name, machine.address, login, parameters or {}, machine.port, more)


@dataclass(frozen=True)
class Workplace:
    """Where somebody works with the product: a home with known host keys, a key, site files, a store."""

    folder: Path
    key: Path

    @property
    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("CTPAT_", "SSH_"))}
        return clean | {"HOME": str(self.folder), "COLUMNS": "160", "LAB_SUDO": SUDO_PASSWORD}

    def know(self, *machines: Machine) -> None:
        """Add the host keys of machines to known_hosts, for both of their addresses."""
        (self.folder / ".ssh").mkdir(exist_ok=True, mode=0o700)
        with (self.folder / ".ssh/known_hosts").open("a") as file:
            for machine in machines:
                names = ",".join(filter(None, (machine.address, machine.address6)))
                file.writelines(f"{names} {key}\n" for key in machine.host_keys)

    def site(self, name: str, entries: Iterable[Entry]) -> Path:
        """Write a site file and return its path."""
        entries = list(entries)
        credentials = {one.login.user: {"ssh": self._credential(one.login)} for one in entries}
        targets = [
            {"host": one.address, "name": one.name, "port": one.port, "credential": one.login.user, "role": "server"}
            | ({"parameters": dict(one.parameters)} if one.parameters else {})
            | dict(one.more)
            for one in entries
        ]
        file = self.folder / f"{name}.yaml"
        content = {"site": name, "entities": ["importer"], "credentials": credentials, "targets": targets}
        file.write_text(yaml.safe_dump(content, sort_keys=False))
        return file

    def _credential(self, login: Login) -> dict[str, str]:
        said = {"user": login.user, "key": str(self.key), "become": login.become}
        return said | ({"become_password": "env:LAB_SUDO"} if login.password else {})

    def login(self, machine: Machine, login: Login, command: str = "true") -> str:
        """What a command prints over the OpenSSH client: a login that has nothing to do with the product."""
        options = [f"UserKnownHostsFile={self.folder}/.ssh/known_hosts", "BatchMode=yes", "IdentitiesOnly=yes"]
        ssh = ["ssh", "-F", "none", "-i", str(self.key), *(f"-o{option}" for option in options)]
        ssh += ["-p", str(machine.port), f"{login.user}@{machine.address}", command]
        done = subprocess.run(ssh, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=True)
        return done.stdout

    def ctpat(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run the command and wait for it."""
        command = [sys.executable, "-m", "scanner", *map(str, arguments)]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=200,
        )

    def scan(self, name: str, entries: Iterable[Entry], *options: str | Path) -> Run:
        """Scan a site and return what the run document says."""
        self.site(name, entries)
        return self.run(name, *options)

    def run(self, name: str, *options: str | Path) -> Run:
        """The same for a site whose file is there."""
        site, document = self.folder / f"{name}.yaml", self.folder / f"{name}.json"
        done = self.ctpat("scan", site, "-o", f"json={document}", *options)
        assert done.returncode in (0, 1, 3), f"status {done.returncode}\n{done.stdout}\n{done.stderr}"
        return Run(json.loads(document.read_text()), done.returncode, done.stdout)


@dataclass(frozen=True)
class Run:
    """A run document, and how the command ended."""

    document: Mapping[str, Any]
    status: int = 0
    output: str = ""

    def findings(self, target: str) -> dict[str, Finding]:
        """The findings of one target by check; each check once."""
        own = [one for one in self.document["findings"] if one["target"] == target]
        found = {one["check"]: one for one in own}
        assert len(found) == len(own), f"{target}: a check with two findings"
        return found

    def statuses(self, target: str) -> dict[str, str]:
        """Check -> status."""
        return {check: finding["status"] for check, finding in self.findings(target).items()}

    def target(self, name: str) -> Mapping[str, Any]:
        """The line of one target."""
        return next(one for one in self.document["targets"] if one["name"] == name)


def told(finding: Finding) -> str:
    """All words of a finding that say what was seen."""
    return "\n".join([finding["actual"], finding["detail"], finding["note"], *finding["items"]])
