"""Host identity on Linux: recorded bytes in, expected fields out."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.host import Host
from scanner.facts.linux.host import HOST, os_family, os_release, os_version, read_host
from scanner.model import Absent, Privilege, Reason, Unknown

GOLDEN = Path(__file__).parent / "golden" / "host"
MACHINE = (
    '=/etc/os-release\n ID="rocky"\n ID_LIKE="rhel centos fedora"\n VERSION_ID="9.4"\n PRETTY_NAME="Rocky Linux 9.4"\n'
    "-/run/systemd/container\n-/run/host/container-manager\n=/sys/class/dmi/id/chassis_type\n 10\n"
    "=/proc/1/comm\n systemd\n=/proc/1/cgroup\n 0::/init.scope\n=uname\n Linux 5.14.0-427.el9.x86_64 #1 SMP x86_64\n"
    "=hostname\n wms1\n=epoch\n 1795284000\n=marks\n init systemd\n end\n"
)


def read(text: bytes | str) -> Host | Absent | Unknown:
    stdout = text.encode() if isinstance(text, str) else text
    section = RawFact(probe="host", state=RawState.OK, stdout=stdout, status=0)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    return read_host(RawFacts(platform="linux", collected_at=now, privilege=Privilege.USER, sections={"host": section}))


def host(text: bytes | str) -> Host:
    found = read(text)
    assert isinstance(found, Host)
    return found


def test_a_booted_container() -> None:
    found = host((GOLDEN / "debian-12-nspawn.host").read_bytes())
    assert (found.os_id, found.os_version, found.os_family) == ("debian", "12", "debian")
    assert (found.container, found.virtualization, found.chassis) == (True, "systemd-nspawn", "container")
    assert (found.init, found.architecture, found.kernel) == ("systemd", "x86_64", "0.0.0-replaced")
    assert isinstance(found.workstation, Absent)


def test_a_laptop() -> None:
    found = host(MACHINE + "=virt-container\n none\n=virt-vm\n none\n")
    assert (found.os_family, found.container, found.chassis) == ("rhel", False, "laptop")
    assert isinstance(found.virtualization, Absent)
    assert found.clock == datetime.fromtimestamp(1795284000, UTC)


def test_a_virtual_machine_is_no_laptop_whatever_its_firmware_says() -> None:
    assert host(MACHINE + "=virt-container\n none\n=virt-vm\n kvm\n").chassis == "vm"


@pytest.mark.parametrize("mark", ["docker", "podman"])
def test_the_marks_of_engines_make_a_container(mark: str) -> None:
    assert host(MACHINE.replace("=marks\n", f"=marks\n {mark}\n")).container is True


def test_without_marks_a_foreign_process_1_leaves_it_open() -> None:
    text = MACHINE.replace(" init systemd\n", "").replace("/proc/1/comm\n systemd", "/proc/1/comm\n app")
    found = host(text)
    assert isinstance(found.container, Unknown)
    assert host(MACHINE).container is False


def test_nothing_read_is_unknown_in_every_field_and_never_a_default() -> None:
    found = host("")
    assert isinstance(found.os_id, Unknown) and found.os_id.code is Reason.UNSUPPORTED
    assert isinstance(found.container, Unknown) and isinstance(found.clock, Unknown)


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("ID=linuxmint\nID_LIKE=ubuntu\n", "debian"),
        ("ID=opensuse-leap\nID_LIKE='suse opensuse'\n", "suse"),
        ("ID=sles\n", "suse"),
        ("ID=manjaro\nID_LIKE=arch\n", "arch"),
        ("ID=void\n", "void"),
    ],
)
def test_families(text: str, family: str) -> None:
    assert os_family(os_release(text)) == family


def test_debian_without_a_number_is_testing_or_sid() -> None:
    assert os_version({"ID": "debian", "VERSION_CODENAME": "forky"}, "forky/sid") == "testing"
    assert os_version({"ID": "debian", "VERSION_CODENAME": "sid"}, "forky/sid") == "sid"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_never_raises(noise: bytes) -> None:
    assert read(MACHINE.encode() + noise) is not None
    assert read(noise) is not None


@pytest.mark.parametrize(
    ("plain", "container"),
    [("none", "none"), ("kvm", "none"), ("docker", "docker"), ("new-engine", "new-engine"), ("new-machine", "none")],
)
def test_a_container_and_a_machine_are_told_apart(plain: str, container: str, tmp_path: Path) -> None:
    """The snippet itself; a name that it does not know is asked for once more."""
    program = tmp_path / "systemd-detect-virt"
    program.write_text(f"#!/bin/sh\ncase $1 in --container) echo {container} ;; *) echo {plain} ;; esac\n")
    program.chmod(0o755)
    helpers = resources.files("scanner.collect").joinpath("helpers.sh").read_text(encoding="utf-8")
    done = subprocess.run(
        ["/bin/sh", "-c", helpers + HOST.script],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "CTPAT_RIGHTS": "user", "LC_ALL": "C", "CTPAT_EPOCH": "1795284000"},
        capture_output=True,
        text=True,
        check=True,
    )
    said = dict(re.findall(r"(?m)^=(virt-[a-z]+|epoch|uname|hostname)\n (.*)$", done.stdout))
    assert said["virt-container"] == container
    assert said["virt-vm"] == (plain if container == "none" else "")
    assert said["epoch"] == "1795284000"
    assert said["uname"] == subprocess.run(["uname", "-srvm"], capture_output=True, text=True).stdout.strip()
    assert said["hostname"] == os.uname().nodename
