"""Raising rights with the real sudo and doas, as real accounts with real rules."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.collect import CollectLimits, build, collect, raw_facts
from scanner.facts.base import Probe, RawFacts, RawState
from scanner.inventory.site import Become
from scanner.model import Privilege, Transcript
from scanner.secret import Secret
from scanner.transports.local import LocalSession

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make accounts and rules"),
    pytest.mark.skipif(not shutil.which("sudo") or not shutil.which("setpriv"), reason="needs sudo and setpriv"),
]
PASSWORD = "correct-Horse7"
SCRIPT = build(
    [
        Probe(name="hello", why="a test", script="echo hi"),
        Probe(name="granted", why="a test", script="R cat /etc/shadow >/dev/null || exit $?; echo read"),
        Probe(name="refused", why="a test", script="R head -c 1 /etc/shadow >/dev/null || exit $?; echo read"),
        Probe(name="failing", why="a test", script="R ls /no/such/file || exit $?"),
        Probe(name="seen", why="a test", script="tr '\\000' '\\n' </proc/self/environ; cat /proc/$PPID/cmdline"),
    ]
)
LIMITS = CollectLimits(hello_s=4.0, become_s=8.0, total_s=60.0)
ROOT_SHELL = "{user} ALL=(root) NOPASSWD: ALL"
WITH_PASSWORD = "{user} ALL=(root) ALL"
GRANTS = "{user} ALL=(root) NOPASSWD: /usr/bin/cat /etc/shadow, /usr/bin/ls /no/such/file"


@dataclass(frozen=True)
class Account:
    """An account for one test, and its way in."""

    name: str
    uid: int
    rules: Path

    def permit(self, rules: str) -> None:
        text = "".join(line.format(user=self.name) + "\n" for line in rules.split("\n"))
        subprocess.run(["visudo", "-cf", "-"], input=text.encode(), check=True, capture_output=True)
        self.rules.write_text(text)
        self.rules.chmod(0o440)

    def session(self) -> LocalSession:
        uid = str(self.uid)
        return LocalSession(wrapper=("setpriv", "--reuid", uid, "--regid", uid, "--clear-groups"))


@pytest.fixture
def account() -> Iterator[Account]:
    name = f"ctpat{secrets.token_hex(3)}"
    rules = Path(f"/etc/sudoers.d/{name}")
    subprocess.run(["useradd", "--no-create-home", "--user-group", name], check=True, capture_output=True)
    try:
        subprocess.run(["chpasswd"], input=f"{name}:{PASSWORD}".encode(), check=True, capture_output=True)
        uid = int(subprocess.run(["id", "-u", name], check=True, capture_output=True).stdout)
        yield Account(name, uid, rules)
    finally:
        rules.unlink(missing_ok=True)
        subprocess.run(["userdel", name], check=False, capture_output=True)


def talk(account: Account, become: Become, password: str | None = None) -> tuple[Transcript, RawFacts]:
    session = account.session()
    secret = None if password is None else Secret(password)
    try:
        transcript = collect(
            session,
            "t1",
            SCRIPT,
            become=become,
            become_password=secret,
            limits=LIMITS,
            now=lambda: datetime.now(UTC),
        )
    finally:
        session.close()
    assert transcript.error is None
    facts = raw_facts(transcript)
    assert facts.get("hello").stdout == b"hi\n"
    if password is not None:
        everything = repr(transcript).encode() + transcript.stdout + transcript.stderr
        assert password.encode() not in everything
    return transcript, facts


def states(facts: RawFacts) -> tuple[RawState, ...]:
    return tuple(facts.get(name).state for name in ("granted", "refused", "failing"))


AS_ROOT = (RawState.OK, RawState.OK, RawState.FAILED)
NOTHING = (RawState.DENIED,) * 3
SINGLE = (RawState.OK, RawState.DENIED, RawState.FAILED)


def test_no_become(account: Account) -> None:
    account.permit(ROOT_SHELL)
    transcript, facts = talk(account, Become.NONE)
    assert transcript.privilege is Privilege.USER and states(facts) == NOTHING and transcript.notes == ()


def test_root_needs_nothing() -> None:
    session = LocalSession()
    transcript = collect(session, "t1", SCRIPT, become=Become.SUDO, limits=LIMITS, now=lambda: datetime.now(UTC))
    session.close()
    assert transcript.privilege is Privilege.ROOT and transcript.notes == ()
    assert states(raw_facts(transcript)) == AS_ROOT


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_whole_script_as_root(account: Account, password: str | None) -> None:
    account.permit(ROOT_SHELL)
    transcript, facts = talk(account, Become.SUDO, password)
    assert transcript.privilege is Privilege.ROOT and states(facts) == AS_ROOT
    assert transcript.notes == () and transcript.round_trips == 4


@pytest.mark.parametrize("extra", ["", "Defaults:{user} !use_pty", "Defaults:{user} use_pty, timestamp_timeout=0"])
def test_with_a_password(account: Account, extra: str) -> None:
    account.permit(f"{extra}\n{WITH_PASSWORD}")
    transcript, facts = talk(account, Become.SUDO, PASSWORD)
    assert transcript.privilege is Privilege.ROOT and states(facts) == AS_ROOT
    assert transcript.notes == () and transcript.round_trips == 5


def test_no_password_where_one_is_needed(account: Account) -> None:
    account.permit(WITH_PASSWORD)
    transcript, facts = talk(account, Become.SUDO)
    assert transcript.privilege is Privilege.USER and states(facts) == NOTHING
    assert transcript.notes == (
        "sudo: it asks for a password, and the credential has none; facts that need root are unknown",
    )


@pytest.mark.parametrize("extra", ["", "Defaults:{user} passwd_tries=1"])
def test_wrong_password_is_sent_once(account: Account, extra: str) -> None:
    account.permit(f"{extra}\n{WITH_PASSWORD}")
    transcript, facts = talk(account, Become.SUDO, "wrong-Horse7")
    assert transcript.privilege is Privilege.USER and states(facts) == NOTHING
    assert transcript.notes == ("sudo: the password was refused; facts that need root are unknown",)
    assert transcript.duration_s < LIMITS.become_s - 2  # it ended at the second prompt, not at the time limit
    assert 1 <= transcript.stderr.count(b" PASSWORD") <= 2


def test_single_grants(account: Account) -> None:
    account.permit(GRANTS)
    transcript, facts = talk(account, Become.SUDO)
    assert transcript.privilege is Privilege.GRANTS and states(facts) == SINGLE
    assert "single commands" in transcript.notes[0]


def test_grants_are_kept_when_a_password_is_there_too(account: Account) -> None:
    account.permit(GRANTS)
    transcript, facts = talk(account, Become.SUDO, PASSWORD)
    assert transcript.privilege is Privilege.GRANTS and states(facts) == SINGLE


def test_shell_with_password_beside_free_grants(account: Account) -> None:
    account.permit(f"{GRANTS}\n{{user}} ALL=(root) PASSWD: /bin/sh")
    transcript, facts = talk(account, Become.SUDO)
    assert transcript.privilege is Privilege.GRANTS and states(facts) == SINGLE
    assert talk(account, Become.SUDO, PASSWORD)[0].privilege is Privilege.ROOT


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_not_permitted(account: Account, password: str | None) -> None:
    account.permit("nobody ALL=(root) NOPASSWD: /bin/true")
    transcript, facts = talk(account, Become.SUDO, password)
    assert transcript.privilege is Privilege.USER and states(facts) == NOTHING
    expected = "may run nothing" if password else "password"
    assert expected in transcript.notes[0]


def test_terminal_needed(account: Account) -> None:
    account.permit(f"Defaults:{{user}} requiretty\n{ROOT_SHELL}")
    transcript, facts = talk(account, Become.SUDO)
    assert transcript.privilege is Privilege.USER and states(facts) == NOTHING
    assert "requiretty" in transcript.notes[0]


def test_no_sudo_at_all(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.collect.elevation.SYSTEM_PATH", "/no/such/folder")
    transcript, facts = talk(account, Become.SUDO, PASSWORD)
    assert transcript.privilege is Privilege.USER and states(facts) == NOTHING
    assert transcript.notes == ("sudo: it is not installed; facts that need root are unknown",)


# What a sudo that answers like this is asked, and nothing else: any other question makes sudo write mails.
ASKED = [
    ("exit 1", None, ["-n -l"]),
    ('[ "$*" = "-n -l" ]', None, ["-n -l", "-n -l /bin/sh"]),
    ('[ "$*" = "-n -l" ]', PASSWORD, ["-n -l", "-n -l /bin/sh"]),
    ('[ "$2" = -l ]', None, ["-n -l", "-n -l /bin/sh", "-n /bin/sh"]),
    ("exit 1", PASSWORD, ["-n -l", "-S -p /bin/sh"]),
]


@pytest.mark.parametrize(("stub", "password", "asked"), ASKED)
def test_only_harmless_questions(
    stub: str, password: str | None, asked: list[str], account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(f"/var/tmp/{account.name}")
    folder.mkdir(mode=0o755)
    try:
        (folder / "log").touch()
        (folder / "log").chmod(0o666)
        words = 'for w in "$@"; do case $w in -* | /bin/sh) printf "%s " "$w" ;; esac; done'
        (folder / "sudo").write_text(f"#!/bin/sh\n{{ {words}; echo; }} >>{folder}/log\n{stub}\n")
        (folder / "sudo").chmod(0o755)
        monkeypatch.setattr("scanner.collect.elevation.SYSTEM_PATH", f"{folder}:/usr/bin:/bin")
        talk(account, Become.SUDO, password)
        lines = [line.removesuffix(" ").removesuffix(" -c") for line in (folder / "log").read_text().splitlines()]
        assert lines == asked
    finally:
        shutil.rmtree(folder)


def test_a_password_with_a_line_break_is_not_sent(account: Account) -> None:
    account.permit(WITH_PASSWORD)
    transcript, _ = talk(account, Become.SUDO, f"{PASSWORD}\ntouch /var/tmp/{account.name}")
    assert transcript.privilege is Privilege.USER and "line break" in transcript.notes[0]
    assert not Path(f"/var/tmp/{account.name}").exists()


def test_password_is_not_in_the_process_list(account: Account) -> None:
    account.permit(WITH_PASSWORD)
    _, facts = talk(account, Become.SUDO, PASSWORD)
    assert PASSWORD.encode() not in facts.get("seen").stdout and b"*" * 16 not in facts.get("seen").stdout


@contextlib.contextmanager
def doas_rules(text: str) -> Iterator[None]:
    path = Path("/etc/doas.conf")
    if not shutil.which("doas") or path.exists():
        pytest.skip("needs doas without rules of its own")
    path.write_text(text)
    path.chmod(0o400)
    try:
        yield
    finally:
        path.unlink()


def test_doas_as_root(account: Account) -> None:
    with doas_rules(f"permit nopass {account.name}\n"):
        transcript, facts = talk(account, Become.DOAS)
    assert transcript.privilege is Privilege.ROOT and states(facts) == AS_ROOT and transcript.notes == ()


def test_doas_grants(account: Account) -> None:
    rules = f"permit nopass {account.name} cmd cat\npermit nopass {account.name} cmd ls\n"
    with doas_rules(rules):
        transcript, facts = talk(account, Become.DOAS)
    assert transcript.privilege is Privilege.GRANTS and states(facts) == SINGLE


def test_doas_takes_no_password(account: Account) -> None:
    with doas_rules(f"permit {account.name}\n"):
        transcript, facts = talk(account, Become.DOAS, PASSWORD)
    assert states(facts) == NOTHING
    assert "doas takes a password on a terminal only" in transcript.notes[0]
