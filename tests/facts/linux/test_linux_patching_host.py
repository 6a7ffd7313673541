"""Life cycle, kernel, restart and firmware of a Linux host."""

from __future__ import annotations

import subprocess
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path

import pytest

from scanner.facts.linux.patching.kernel import flavour, read_kernel, read_restart, version_key
from scanner.facts.linux.patching.side import FIRMWARE
from scanner.facts.linux.patching.support import read_support
from scanner.facts.patching import Kernel, Restart, Support
from scanner.model import Absent, Reason, Unknown
from tests.facts.linux.patch_levels import (
    DEBIAN,
    golden,
    raw,
)

# --- support ---------------------------------------------------------------------------------------------


def test_debian_lts_is_proved_by_a_valid_security_source() -> None:
    support = read_support(raw(host=DEBIAN, apt=golden("debian-12-pending.apt")))
    assert isinstance(support, Support)
    assert (support.standard_end, support.extended_end) == (date(2026, 7, 11), date(2028, 6, 30))
    assert support.extended_active is True


def test_debian_lts_is_disproved_without_that_source_and_unknown_without_lists() -> None:
    without = read_support(raw(host=DEBIAN, apt=golden("debian-12-no-security-source.apt")))
    nothing = read_support(raw(host=DEBIAN, apt=golden("debian-12-no-lists.apt")))
    assert isinstance(without, Support) and without.extended_active is False
    assert isinstance(nothing, Support) and isinstance(nothing.extended_active, Unknown)


def test_a_release_that_the_table_does_not_know_is_unknown() -> None:
    support = read_support(raw(host="=/etc/os-release\n ID=debian\n VERSION_ID=99\n"))
    assert isinstance(support, Support)
    assert isinstance(support.standard_end, Unknown) and support.standard_end.code is Reason.STALE


def test_debian_testing_is_rolling() -> None:
    host = "=/etc/os-release\n ID=debian\n VERSION_CODENAME=forky\n=/etc/debian_version\n forky/sid\n"
    support = read_support(raw(host=host))
    assert isinstance(support, Support) and support.rolling


# --- kernel and restart ----------------------------------------------------------------------------------

KERNELS = (
    "=uname\n 6.1.0-28-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22)\n @exit 0\n"
    "=images\n 1790000000 /boot/vmlinuz-6.1.0-28-amd64\n 1794000000 /boot/vmlinuz-6.1.0-30-amd64\n"
    " 1795000000 /boot/vmlinuz-6.9.0-1-cloud-amd64\n @exit 0\n=livepatch\n @exit 0\n"
)


def kernel(text: str) -> Kernel:
    found = read_kernel(raw(host=DEBIAN, kernel=text))
    assert isinstance(found, Kernel)
    return found


def restart(text: str) -> Restart:
    found = read_restart(raw(host=DEBIAN, kernel=text))
    assert isinstance(found, Restart)
    return found


def test_only_kernels_of_the_running_flavour_compare() -> None:
    found = kernel(KERNELS)
    assert (found.current, found.newest) == (False, "6.1.0-30-amd64")
    assert isinstance(found.livepatch, Absent)


def test_a_kernel_update_of_the_same_name_shows_in_the_package_version() -> None:
    text = KERNELS.replace(" 1794000000 /boot/vmlinuz-6.1.0-30-amd64\n", "")
    assert kernel(text).current is True
    package = "=package\n ii |linux-image-6.1.0-28-amd64|6.1.121-1\n @exit 1\n"
    assert kernel(text + package).current is False


def test_kernels_that_cannot_be_found_leave_it_unknown() -> None:
    assert isinstance(kernel("=uname\n 6.1.0 #1\n @exit 0\n").current, Unknown)


@pytest.mark.parametrize(("older", "newer"), [("6.1.9-1", "6.1.10-1"), ("5.14.0-70.el9", "5.14.0-427.el9")])
def test_kernel_versions_compare_as_numbers(older: str, newer: str) -> None:
    assert version_key(older) < version_key(newer)


@pytest.mark.parametrize(
    ("release", "expected"), [("6.1.0-28-cloud-amd64", "cloud-amd64"), ("6.8.0-45-generic", "generic"), ("6.6.1", "")]
)
def test_flavours(release: str, expected: str) -> None:
    assert flavour(release) == expected


def test_no_mark_without_a_hook_says_nothing() -> None:
    assert isinstance(restart(KERNELS + "=hooks\n @exit 0\n-/run/reboot-required\n").pending, Unknown)
    hooked = restart(KERNELS + "=hooks\n /etc/kernel/postinst.d/unattended-upgrades\n @exit 0\n-/run/reboot-required\n")
    assert hooked.pending is False


def test_the_mark_gives_date_and_packages() -> None:
    text = "=/run/reboot-required\n *** System restart required ***\n=/run/reboot-required.pkgs\n libc6\n"
    found = restart(KERNELS + text + "=marks\n 1795000000 /run/reboot-required\n @exit 1\n")
    assert found.pending is True
    assert found.since == datetime.fromtimestamp(1795000000, UTC)
    assert "libc6" in found.reasons


def test_needrestart_speaks_for_itself() -> None:
    assert restart(KERNELS + "=needrestart\n NEEDRESTART-KSTA: 1\n @exit 0\n").pending is False
    assert restart(KERNELS + "=needrestart\n NEEDRESTART-KSTA: 3\n @exit 0\n").pending is True
    assert isinstance(restart(KERNELS + "=needrestart\n @exit 97\n").pending, Unknown)


def test_a_container_has_no_kernel_of_its_own() -> None:
    facts = raw(host=DEBIAN.replace("=virt-container\n none", "=virt-container\n lxc"), kernel=KERNELS)
    assert isinstance(read_kernel(facts), Absent)
    assert isinstance(read_restart(facts), Absent)


# --- firmware --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("virtual", "asked"), [("exit 0", False), ("exit 1", True)])
def test_fwupd_is_asked_on_real_machines_alone(virtual: str, asked: bool, tmp_path: Path) -> None:
    """The question starts its daemon, which in a container never comes."""
    for name, text in {"systemd-detect-virt": virtual, "fwupdmgr": f"echo '{{}}'; touch {tmp_path}/asked"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    helpers = resources.files("scanner.collect").joinpath("helpers.sh").read_text(encoding="utf-8")
    done = subprocess.run(
        ["/bin/sh", "-c", helpers + FIRMWARE.script],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "CTPAT_RIGHTS": "user", "LC_ALL": "C"},
        capture_output=True,
    )
    assert (done.returncode, (tmp_path / "asked").exists()) == (0 if asked else 96, asked)
