"""`scan --target` with the keys of a person's own `~/.ssh`: asked at a terminal, told where there is none."""

from __future__ import annotations

import json
import os
import pty
import pwd
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import ENVIRONMENT, process
from tests.transports.sshd import SSHD, Server, keygen, running_as_root

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(not SSHD.exists(), reason="openssh-server is not installed"),
    pytest.mark.skipif(not running_as_root(), reason="sshd needs root to switch users"),
]

PHRASE = "open sesame"


@dataclass(frozen=True)
class Person:
    home: Path
    key: Path
    arguments: list[str]


@pytest.fixture
def person(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    """A home with one encrypted key in its usual place, and the call that scans a server which takes that key."""
    (home / ".ssh").mkdir()
    key = keygen(home / ".ssh" / "id_ed25519", "ed25519", PHRASE)
    with Server(home / "sshd", authorized=(key,)) as server:
        (home / ".ssh" / "known_hosts").write_text(f"{server.name} {server.public()}\n")
        uri = f"ssh://{pwd.getpwuid(os.geteuid()).pw_name}@127.0.0.1:{server.port}"
        yield Person(home, key, ["scan", "--target", uri, "--only", "password/hash", "-o", "json=run.json"])


def state(person: Person) -> str:
    (target,) = json.loads((person.home / "run.json").read_text())["targets"]
    return str(target["state"])


def test_a_person_at_a_terminal_is_asked_once_and_the_answer_is_not_shown(person: Person) -> None:
    main, side = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "scanner", *person.arguments],
        cwd=person.home,
        env={**ENVIRONMENT, "HOME": str(person.home)},
        stdin=side,
        stdout=side,
        stderr=side,
        start_new_session=True,  # no other terminal to ask at
    )
    os.close(side)
    said = bytearray()
    while b"pass phrase of" not in said:
        said += os.read(main, 4096)
    time.sleep(0.3)  # until the echo is off
    os.write(main, f"{PHRASE}\n".encode())
    try:
        while data := os.read(main, 4096):
            said += data
    except OSError:  # EIO: the last one at the terminal has left
        pass
    os.close(main)
    assert running.wait(60) == 3
    assert said.decode().count(f"pass phrase of {person.key}: \r\n") == 1 and PHRASE not in said.decode()
    assert state(person) in ("read", "partly read")
    assert PHRASE.encode() not in (person.home / "ctpat.db").read_bytes()


def test_without_a_terminal_the_key_is_skipped_and_the_cure_is_named(person: Person) -> None:
    ended = process(person.arguments, person.home, HOME=str(person.home))
    assert ended.status == 3 and state(person) == "login failed"
    assert f"key file {person.key} was skipped because it is encrypted: run ssh-add {person.key}" in ended.err
    named = [*person.arguments, "--identity", str(person.key), "--passphrase", "env:OPENS"]
    assert process(named, person.home, HOME=str(person.home), OPENS=PHRASE).status == 3
    assert state(person) in ("read", "partly read")
