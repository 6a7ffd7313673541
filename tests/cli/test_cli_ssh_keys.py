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


@dataclass(frozen=True)
class Sitting:
    """What a person at a terminal saw, and how it ended."""

    status: int
    said: str


def at_a_terminal(person: Person, *answers: str, options: tuple[str, ...] = (), **environ: str) -> Sitting:
    """The scan at a real terminal; each answer is typed when a question stands there."""
    main, side = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "scanner", *person.arguments, *options],
        cwd=person.home,
        env={**ENVIRONMENT, "HOME": str(person.home), **environ},
        stdin=side,
        stdout=side,
        stderr=side,
        start_new_session=True,  # no other terminal to ask at
    )
    os.close(side)
    said, given = bytearray(), 0
    try:
        while data := os.read(main, 4096):
            said += data
            if said.count(b"pass phrase of") > given and said.endswith(b": "):
                time.sleep(0.3)  # until the echo is off
                os.write(main, f"{answers[given]}\n".encode())
                given += 1
    except OSError:  # EIO: the last one at the terminal has left
        pass
    except IndexError:
        running.kill()
        raise AssertionError(f"one question too many: {said.decode()}") from None
    finally:
        os.close(main)
        status = running.wait(60)
    assert given == len(answers)
    return Sitting(status, said.decode())


def test_a_person_at_a_terminal_is_asked_once_and_the_answer_is_not_shown(person: Person) -> None:
    sitting = at_a_terminal(person, PHRASE)
    assert sitting.status == 3
    assert sitting.said.count("pass phrase of") == sitting.said.count(f"pass phrase of {person.key}: \r\n") == 1
    assert PHRASE not in sitting.said and "does not open it" not in sitting.said
    assert state(person) in ("read", "partly read")
    assert PHRASE.encode() not in (person.home / "ctpat.db").read_bytes()


@pytest.mark.parametrize("named", [False, True])
def test_a_wrong_pass_phrase_is_asked_for_again(person: Person, named: bool) -> None:
    """For a key that only the settings name, and for one of a credential."""
    options = ("--identity", str(person.key), "--passphrase", "prompt") if named else ()
    whose = "credential 'ssh'" if named else str(person.key)
    sitting = at_a_terminal(person, "open barley", "open wheat", PHRASE, options=options)
    assert sitting.said.count(f"that does not open it; pass phrase of {whose}: \r\n") == 2
    assert sitting.said.count("pass phrase of") == 3
    assert state(person) in ("read", "partly read")


@pytest.mark.parametrize("named", [False, True])
def test_after_three_wrong_pass_phrases_the_login_fails_and_says_why(person: Person, named: bool) -> None:
    options = ("--identity", str(person.key), "--passphrase", "prompt") if named else ()
    sitting = at_a_terminal(person, "open barley", "open wheat", "open rye", options=options)
    assert sitting.said.count("pass phrase of") == 3 and state(person) == "login failed"
    assert f"key file {person.key} does not open with the given pass phrase" in (person.home / "run.json").read_text()
    assert not any(f"open {corn}" in sitting.said for corn in ("barley", "wheat", "rye"))


def test_a_wrong_pass_phrase_that_nobody_typed_is_asked_of_nobody(person: Person) -> None:
    options = ("--identity", str(person.key), "--passphrase", "env:OPENS")
    sitting = at_a_terminal(person, options=options, OPENS="open barley")
    assert "pass phrase of" not in sitting.said and state(person) == "login failed"


def test_without_a_terminal_the_key_is_skipped_and_the_cure_is_named(person: Person) -> None:
    ended = process(person.arguments, person.home, HOME=str(person.home))
    assert ended.status == 3 and state(person) == "login failed"
    assert f"key file {person.key} was skipped because it is encrypted: run ssh-add {person.key}" in ended.err
    named = [*person.arguments, "--identity", str(person.key), "--passphrase", "env:OPENS"]
    assert process(named, person.home, HOME=str(person.home), OPENS=PHRASE).status == 3
    assert state(person) in ("read", "partly read")
