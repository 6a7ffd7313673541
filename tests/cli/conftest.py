"""The program as a user meets it: arguments in, exit status and both outputs out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from scanner.cli import program
from scanner.cli.ending import run

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("CTPAT_", "COV_"))}
ENVIRONMENT["SSH_AUTH_SOCK"] = ""


@dataclass(frozen=True)
class Ended:
    """How a call ended."""

    status: int
    out: str
    err: str


Call = Callable[..., Ended]


def process(arguments: Sequence[str | Path], folder: Path, **environment: str) -> Ended:
    """The program in a process of its own."""
    command = [sys.executable, "-m", "scanner", *map(str, arguments)]
    ended = subprocess.run(
        command,
        cwd=folder,
        env={**ENVIRONMENT, **environment},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=90,
    )
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("CTPAT_"):
            monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def ctpat(home: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Call:
    """The program in this process: fast, and the same from its arguments to its exit status."""

    def call(*arguments: str | Path) -> Ended:
        capsysbinary.readouterr()
        status = run(program, [str(argument) for argument in arguments])
        said = capsysbinary.readouterr()
        return Ended(status, said.out.decode(), said.err.decode())

    return call


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scan of this very machine: its store, its recording in `rec/local`, and run.json."""
    folder = tmp_path_factory.mktemp("recorded")
    ended = process(["scan", "--local", "--record", "rec", "-o", "json=run.json"], folder)
    assert ended.status in (0, 1, 3), ended.err
    assert (folder / "rec/local/meta.json").is_file()
    return folder


@pytest.fixture
def site(home: Path, recorded: Path) -> Path:
    """A site of two recorded targets and one that nobody answers for."""
    return write_site(home / "site.yaml", recorded)


def write_site(path: Path, recorded: Path, name: str = "acme", extra: str = "") -> Path:
    path.write_text(
        f"""site: {name}
company: Acme Imports, Inc.
entities: [importer]
credentials:
  key: {{ssh: {{user: scan, key: {path.parent}/absent-key}}}}
targets:
  - {{uri: "replay:{recorded}/rec/local", name: web01}}
  - {{uri: "replay:{recorded}/rec/local", name: web02}}
  - {{uri: "ssh://127.0.0.1:1", name: gone, credential: key}}
{extra}"""
    )
    return path
