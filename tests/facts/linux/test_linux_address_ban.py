"""fail2ban on Linux: what its files say of a jail, and what of them leaves the host."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scanner.facts.authentication import AddressBan
from scanner.facts.linux.password import ban, probes
from scanner.model import Absent, Unknown
from tests.facts.linux.pam_hosts import raw, section


def banned(settings: str) -> AddressBan | Unknown | None:
    """What a running fail2ban with these lines in jail.local does."""
    units = "Id=fail2ban.service\nLoadState=loaded\nActiveState=active\n\nok\n"
    body = "=/etc/fail2ban/jail.local\n" + "".join(f" {line}\n" for line in settings.split("\n")) + "ok\n"
    found = ban.address_ban(raw(auth_units=section("auth_units", units), ban_files=section("ban_files", body)))
    assert not isinstance(found, Absent)
    return found


@pytest.mark.parametrize(
    ("settings", "limits"),
    [
        ("[sshd]\nenabled = true", (5, 600, 600)),
        ("[DEFAULT]\nmaxretry = 9\n[sshd]\nenabled = true\nbantime = 1d 12h\nfindtime = 10m", (9, 600, 129_600)),
        ("[sshd]\nenabled = true\nbantime = -1", (5, 600, None)),
        ("[sshd]\nenabled = true\nmaxretry = 100000\nbantime = 1", (100_000, 600, 1)),
        ("[sshd]\nenabled = true\nignoreip = 127.0.0.1/8 ::1 10.0.0.0/8", (5, 600, 600)),
        ("[sshd]\nenabled: true\nMaxRetry = 50\nBANTIME : 1h ; a comment", (50, 600, 3600)),
        ("[sshd]\nenabled = true\nignoreip =\n  10.0.0.0/8\nignorecommand =", (5, 600, 600)),
        ("[sshd]\nenabled = true\n[web]\nmaxretry = 50\nignorecommand = /x", (5, 600, 600)),
    ],
)
def test_the_limits_of_a_ban_are_read(settings: str, limits: tuple[int, int, int | None]) -> None:
    found = banned(settings)
    assert isinstance(found, AddressBan)
    assert (found.max_failures, found.window_s, found.duration_s) == limits


WIDE = ["0.0.0.0/0", "::/0", "10.0.0.0/8, 0.0.0.0/1 128.0.0.0/1", "127.0.0.1/8 ::1\n    0.0.0.0/0", "127.0.0.1 # ::/0"]


@pytest.mark.parametrize("ignored", WIDE)
def test_a_jail_that_passes_strangers_over_bans_nobody(ignored: str) -> None:
    assert banned(f"[sshd]\nenabled = true\nignoreip = {ignored}") is None


@pytest.mark.parametrize(
    "setting", ["ignorecommand = /x <ip>", "IgnoreCommand: *", "ignoreip = ::1 %(ours)s", "ignoreip = file:/x"]
)
def test_whom_a_jail_passes_over_by_other_means_is_unknown(setting: str) -> None:
    assert isinstance(banned(f"[sshd]\nenabled = true\n{setting}"), Unknown)


JAIL = """\
# ignoreip = ::/0
[DEFAULT] # all
IgnoreIP: 127.0.0.1/8 ::1

    # the office
    10.0.0.0/8, bastion.example ; ::/0\r
    password=hunter2
action = %(mta)s[password=hunter3]
    maxretry = 50
    [sshd]
mta_password = hunter4
maxretry=7
    hunter5
[sshd]
  enabled = yes
  ignorecommand = /usr/local/bin/who --key hunter6 <ip>
  bantime = 1h
"""


@pytest.mark.parametrize("awk", ["command awk", "busybox awk"])
def test_only_what_is_asked_of_jail_files_leaves_the_host(awk: str, tmp_path: Path) -> None:
    (tmp_path / "jail.local").write_text(JAIL, newline="")
    script = f'awk() {{ {awk} "$@"; }}\n' + probes.BAN_FILES.script.replace("/etc/fail2ban", str(tmp_path))
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert [line.strip() for line in done.stdout.splitlines()[1:-1]] == [
        *("[DEFAULT]", "ignoreip = 127.0.0.1/8 ::1", "10.0.0.0/8 name", "name", "maxretry = 7", "name"),
        *("[sshd]", "enabled = yes", "ignorecommand = *", "bantime = 1h"),
    ]


def test_limits_that_cannot_be_understood_are_unknown() -> None:
    found = banned("[sshd]\nenabled = true\nmaxretry = %(tries)s\nbantime = %(long)s\nfindtime = soon")
    assert isinstance(found, AddressBan)
    assert all(isinstance(value, Unknown) for value in (found.max_failures, found.duration_s, found.window_s))
