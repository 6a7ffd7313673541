"""Mechanisms of automatic updating on Linux."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from scanner.facts.linux.patching.auto import parse_log, read_auto
from scanner.facts.patching import AutoUpdates, Updater
from scanner.model import Absent, Unknown
from tests.facts.linux.patch_levels import (
    DEBIAN,
    golden,
    raw,
)

# --- automatic updates -----------------------------------------------------------------------------------


def auto(name: str) -> AutoUpdates:
    found = read_auto(raw(host=DEBIAN, auto_updates=golden(f"{name}.auto_updates")))
    assert isinstance(found, AutoUpdates)
    return found


def test_a_dry_run_and_a_failed_run_complete_nothing() -> None:
    lines = [
        "2026-11-20 06:00:00,1 INFO Starting unattended upgrades script",
        "2026-11-20 06:00:09,1 INFO No packages found that can be upgraded unattended and no pending auto-removals",
        "2026-11-21 06:00:00,1 INFO Starting unattended upgrades script",
        "2026-11-21 06:00:05,1 ERROR Installing the upgrades failed!",
    ]
    completed, error = parse_log(lines)
    assert completed == datetime(2026, 11, 20, 6, 0, 9, tzinfo=UTC)
    assert error == "Installing the upgrades failed!"
    dry = [lines[0], "2026-11-20 06:00:01,1 INFO Option --dry-run given, *not* performing real actions", lines[1]]
    assert isinstance(parse_log(dry)[0], Absent)


def test_the_whole_chain_is_on_and_the_run_is_in_the_log() -> None:
    (updater,) = auto("debian-12-enabled").updaters
    assert (updater.active, updater.installs, updater.broken) == (True, True, ())
    assert updater.last_completed == datetime(2026, 11, 22, 3, 36, 49, tzinfo=UTC)
    assert isinstance(updater.last_error, Absent)


def unattended(settings: str, release: str = DEBIAN) -> Updater:
    """The recorded host with other patterns, given as lines of `apt-config dump`."""
    text = golden("debian-12-enabled.auto_updates").decode()
    kept = re.sub(r" Unattended-Upgrade::Origins-Pattern.*\n", "", text)
    lines = "".join(f" Unattended-Upgrade::{line};\n" for line in settings.split("\n"))
    found = read_auto(raw(host=release, auto_updates=kept.replace("=periodic\n", f"=periodic\n{lines}")))
    assert isinstance(found, AutoUpdates)
    return found.updaters[0]


UBUNTU = "=/etc/os-release\n ID=ubuntu\n ID_LIKE=debian\n VERSION_ID=24.04\n VERSION_CODENAME=noble\n"
MINT = (
    UBUNTU.replace("ID=ubuntu", "ID=linuxmint")
    .replace("=debian", '="ubuntu debian"')
    .replace("CODENAME=noble", "CODENAME=wilma\n UBUNTU_CODENAME=noble")
)
SECURITY = "origin=Debian,codename=${distro_codename}-security,label=Debian-Security"


@pytest.mark.parametrize(
    ("settings", "release", "expected"),
    [
        (f'Origins-Pattern:: "{SECURITY}"', DEBIAN, True),
        ('Origins-Pattern:: "o=Debian,n=bookworm-security"', DEBIAN, True),
        ('Origins-Pattern:: "origin=*"', DEBIAN, True),
        ('Origins-Pattern:: "origin=Debian,suite=*-security"', DEBIAN, True),
        ('Origins-Pattern:: "origin=Debian,suite=oldstable-security"', DEBIAN, None),
        ('Origins-Pattern:: "codename=buster,label=Debian-Security"', DEBIAN, False),
        ('Origins-Pattern:: "origin=Debian,codename=${distro_codename},label=Debian-Security"', DEBIAN, False),
        ('Origins-Pattern:: "origin=Debian,codename=${distro_codename},label=Debian"', DEBIAN, False),
        ('Origins-Pattern:: "origin=Docker,label=Docker security"', DEBIAN, False),
        ('Origins-Pattern:: "site=download.docker.com"', DEBIAN, None),
        ('Origins-Pattern:: "site=example.org,label=Debian-Security"', DEBIAN, None),
        ('Origins-Pattern:: "site=download.docker.com,origin=Docker"', DEBIAN, False),
        ('Origins-Pattern:: "site=security.debian.org,label=Debian-Security"', DEBIAN, None),
        ('Origins-Pattern:: "site=*.debian.org,label=Debian-Security"', DEBIAN, True),
        ('Origins-Pattern:: "site=*,label=Debian-Security"', DEBIAN, True),
        (f'Origins-Pattern:: "site=example.org"\nOrigins-Pattern:: "{SECURITY}"', DEBIAN, True),
        ('Origins-Pattern:: "origin=Debian,component=contrib,label=Debian-Security"', DEBIAN, False),
        ('Origins-Pattern:: "origin=Debian,component=main,label=Debian-Security"', DEBIAN, True),
        ('Origins-Pattern:: "site=ppa.launchpadcontent.net"', UBUNTU, None),
        ('Origins-Pattern:: "site=*.ubuntu.com,suite=noble-security,component=universe"', UBUNTU, False),
        ('Allowed-Origins:: "${distro_id}:${distro_codename}-security"', UBUNTU, True),
        ('Allowed-Origins:: "${distro_id}ESM:${distro_codename}-infra-security"', UBUNTU, False),
        ('Allowed-Origins:: "Ubuntu:jammy-security"', UBUNTU, False),
        ('Allowed-Origins:: "Ubuntu:noble-security"', MINT, True),
        (f'Origins-Pattern:: "{SECURITY}"', "=/etc/os-release\n ID=kali\n ID_LIKE=debian\n", None),
        (f'Origins-Pattern:: "{SECURITY}"\nPackage-Blacklist:: ".*"', DEBIAN, False),
        (f'Origins-Pattern:: "{SECURITY}"\nPackage-Blacklist:: ""', DEBIAN, False),
    ],
)
def test_patterns_have_to_fit_the_security_updates_of_this_release(
    settings: str, release: str, expected: bool | None
) -> None:
    found = unattended(settings, release).installs
    assert isinstance(found, Unknown) if expected is None else found is expected


def test_packages_that_are_left_out_are_named() -> None:
    found = unattended(f'Origins-Pattern:: "{SECURITY}"\nPackage-Blacklist:: "mysql-server"\nPackage-Blacklist:: "("')
    assert (found.installs, found.left_out) == (True, ("mysql-server", "("))
    limited = unattended(f'Origins-Pattern:: "{SECURITY}"\nPackage-Whitelist:: "openssl"')
    assert limited.left_out == ("all but openssl",)


def test_a_masked_timer_breaks_the_chain() -> None:
    (updater,) = auto("debian-12-timer-masked").updaters
    assert updater.active is False
    assert updater.broken == ("apt-daily-upgrade.timer is masked",)


def test_a_switch_that_is_off_breaks_the_chain() -> None:
    (updater,) = auto("debian-12-periodic-off").updaters
    assert updater.broken == ("APT::Periodic::Unattended-Upgrade is 0",)


def test_a_log_that_this_account_may_not_read_is_unknown() -> None:
    text = golden("debian-12-enabled.auto_updates").partition(b"=log")[0]
    found = read_auto(raw(auto_updates=text + b"!/var/log/unattended-upgrades/unattended-upgrades.log\n"))
    assert isinstance(found, AutoUpdates)
    assert isinstance(found.updaters[0].last_completed, Unknown)


def test_a_list_of_programs_that_broke_off_is_unknown() -> None:
    assert isinstance(read_auto(raw(auto_updates="=programs\n unattended-upgrade\n @exit 0\n")), Unknown)
