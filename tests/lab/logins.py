"""The accounts that scans log in with: root, sudo with and without a password, least privilege, and none."""

from __future__ import annotations

import functools
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.lab.machine import Machine

SUDO_PASSWORD = "a password for sudo"


@dataclass(frozen=True)
class Login:
    """How a scan gets in: the account, and how it raises its rights."""

    user: str
    become: str = "none"
    password: bool = False


LOGINS = {
    "root": Login("root"),
    "sudo": Login("sysop", "sudo"),
    "grants": Login("ctpatscan", "sudo"),
    "sudo password": Login("keeper", "sudo", password=True),
    "user": Login("visitor"),
}


@functools.cache
def sudoers() -> str:
    """What `ctpat explain --sudoers` prints."""
    command = [sys.executable, "-m", "scanner", "explain", "--sudoers", "--user", LOGINS["grants"].user]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def make_login(machine: Machine, kind: str, key: Path) -> Login:
    """Create the account in the machine and return it."""
    login = LOGINS[kind]
    public = Path(f"{key}.pub").read_text().strip()
    if login.user != "root":
        machine.run(f"useradd --create-home --shell /bin/bash {login.user}")
    machine.run(
        f"home=$(sed -n 's/^{login.user}:.*:\\(\\/[^:]*\\):.*/\\1/p' /etc/passwd); mkdir -p $home/.ssh\n"
        f"printf '%s\\n' '{public}' >>$home/.ssh/authorized_keys\n"
        f"chown -R {login.user}: $home/.ssh; chmod 700 $home/.ssh; chmod 600 $home/.ssh/authorized_keys"
    )
    machine.run(_RIGHTS.get(kind, "").replace("@USER@", login.user))
    if kind == "grants":
        _least_privilege(machine, login.user)
    return login


_RIGHTS = {
    "sudo": "echo '@USER@ ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/scan",
    "sudo password": f"echo '@USER@:{SUDO_PASSWORD}' | chpasswd; echo '@USER@ ALL=(ALL) ALL' >/etc/sudoers.d/keeper",
    "grants": "usermod -aG adm,systemd-journal @USER@",
}


def _least_privilege(machine: Machine, user: str) -> None:
    """The file exactly as it is printed, checked by visudo before it is put in place."""
    text = sudoers()
    assert f"{user} ALL=(root) NOPASSWD:" in text
    script = "cat >/run/ctpat-scan <<'SUDOERS'\n" + text + "SUDOERS\nvisudo -cqf /run/ctpat-scan\n"
    machine.run(script + "install -m 0440 /run/ctpat-scan /etc/sudoers.d/ctpat-scan; rm /run/ctpat-scan")
