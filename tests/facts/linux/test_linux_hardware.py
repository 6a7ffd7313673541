"""The machine below a Linux host: what the firmware says, what root alone sees, and what a container has not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.hardware import Disk, Hardware, chassis_kind, inscription, readable
from scanner.facts.linux.hardware import read_hardware
from scanner.model import Absent, Privilege, Reason, Unknown

DMI = "/sys/class/dmi/id/"
HOST = (
    "=/etc/os-release\n ID=debian\n-/run/systemd/container\n-/run/host/container-manager\n"
    f"={DMI}chassis_type\n 23\n={DMI}sys_vendor\n Dell Inc.\n={DMI}product_name\n PowerEdge R640\n"
    "=/proc/1/comm\n systemd\n=uname\n Linux 6.1.0 #1 SMP x86_64\n=hostname\n wms1\n=marks\n init systemd\n end\n"
    "=virt-container\n none\n=virt-vm\n none\n"
)
SEEN = (
    f"={DMI}product_serial\n 7CDX123\n={DMI}bios_date\n 03/11/2024\n=memory\n MemTotal:       65809148 kB\n"
    "=disks\n sda 0 1875385008\n sr0 1 2097151\n nvme0n1 0 ?\n end\n"
)


def read(seen: str = SEEN, host: str = HOST) -> Hardware | Absent | Unknown:
    section = RawFact(probe="host", state=RawState.OK, stdout=(host + seen).encode(), status=0)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    return read_hardware(
        RawFacts(platform="linux", collected_at=now, privilege=Privilege.ROOT, sections={"host": section})
    )


def hardware(seen: str = SEEN, host: str = HOST) -> Hardware:
    found = read(seen, host)
    assert isinstance(found, Hardware), found
    return found


def test_a_machine_is_described_whole() -> None:
    found = hardware()
    assert (found.manufacturer, found.model, found.chassis) == ("Dell Inc.", "PowerEdge R640", "server")
    assert (found.serial_number, found.firmware_date) == ("7CDX123", date(2024, 3, 11))
    assert found.memory_bytes == 65809148 * 1024


def test_removable_media_are_no_disks_and_a_disk_without_a_size_stays_one() -> None:
    disks = hardware().disks
    assert isinstance(disks, tuple)
    assert [disk.name for disk in disks] == ["sda", "nvme0n1"]
    assert disks[0].size_bytes == 1875385008 * 512 and isinstance(disks[0].free_bytes, Absent)
    assert isinstance(disks[1].size_bytes, Unknown)


def test_one_line_names_what_could_not_be_read() -> None:
    text = str(hardware(SEEN.replace(f"={DMI}product_serial\n 7CDX123\n", f"!{DMI}product_serial\n")))
    assert text == (
        "Dell Inc., PowerEdge R640, server, serial number not read, 62.8 GiB memory, firmware of 2024-03-11, "
        "sda 894.3 GiB, nvme0n1 size not read"
    )


def test_a_serial_number_for_root_alone_is_denied() -> None:
    found = hardware(SEEN.replace(f"={DMI}product_serial\n 7CDX123\n", f"!{DMI}product_serial\n"))
    assert isinstance(found.serial_number, Unknown) and found.serial_number.code is Reason.DENIED


def test_a_machine_without_smbios_has_no_number() -> None:
    seen = f"-{DMI}product_serial\n-{DMI}bios_date\n" + SEEN.split("03/11/2024\n")[1]
    host = HOST.replace(f"={DMI}chassis_type\n 23\n", f"-{DMI}chassis_type\n")
    found = hardware(seen, host.replace(f"={DMI}sys_vendor\n Dell Inc.\n", f"-{DMI}sys_vendor\n"))
    for value in (found.serial_number, found.firmware_date, found.manufacturer, found.chassis):
        assert isinstance(value, Absent)
    assert str(found).startswith("PowerEdge R640, 62.8 GiB memory, sda ")


@pytest.mark.parametrize("cut", ["=disks", " sr0", " end"])
def test_a_list_of_disks_that_ends_early_is_no_list(cut: str) -> None:
    assert isinstance(hardware(SEEN.split(cut)[0]).disks, Unknown)


@pytest.mark.parametrize("text", ["13/13/2024", "2024-03-11", "soon"])
def test_a_date_that_is_none_is_unknown(text: str) -> None:
    assert isinstance(hardware(SEEN.replace("03/11/2024", text)).firmware_date, Unknown)


def test_a_container_has_no_machine_and_a_doubtful_one_is_unknown() -> None:
    assert isinstance(read(host=HOST.replace("=marks\n", "=marks\n docker\n")), Absent)
    doubtful = HOST.replace("=virt-container\n none\n", "").replace("systemd\n=uname", "sh\n=uname")
    assert isinstance(read(host=doubtful.replace(" init systemd\n", "")), Unknown)


def test_silence_is_no_machine() -> None:
    found = hardware("", HOST)
    for value in (found.serial_number, found.firmware_date, found.memory_bytes, found.disks):
        assert isinstance(value, Unknown)


@pytest.mark.parametrize("text", ["To Be Filled By O.E.M.", "Default string", " ", "None", "0"])
def test_a_placeholder_is_no_serial_number(text: str) -> None:
    assert isinstance(inscription(text, "serial number"), Absent)


@pytest.mark.parametrize(
    ("code", "kind"), [(3, "desktop"), (10, "laptop"), (0x80 | 9, "laptop"), (23, "server"), (2, "chassis type 2")]
)
def test_kinds_of_chassis(code: int, kind: str) -> None:
    assert chassis_kind(code) == kind


def test_sizes_are_shown_in_the_largest_unit() -> None:
    assert [readable(size) for size in (900, 5 << 20, 3 << 40)] == ["900 bytes", "5.0 MiB", "3.0 TiB"]
    free = Disk(name="C:", size_bytes=2 << 30, free_bytes=1 << 30)
    assert str(free) == "C: 2.0 GiB (1.0 GiB free)"
