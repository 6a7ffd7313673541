"""The machine below a Linux host: what the firmware shows in sysfs, the kernel's count of memory, its fixed disks.

All of it comes with the host's identity. The serial number is readable for root alone (sysfs gives its
file the mode 0400). A disk is what has a device behind it: loops, RAM disks and layers above disks have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from scanner.facts.base import FileText, RawFacts, Reader, files
from scanner.facts.hardware import Disk, Hardware, inscription
from scanner.facts.linux.host import HOST, Found, enclosure, read_host
from scanner.model import Absent, Maybe, Reason, Unknown

_SECTOR_BYTES = 512  # of /sys/block/*/size, whatever the disk's own sectors are
_IDENTITY = "/sys/class/dmi/id/"
_MEMORY = re.compile(r"MemTotal:\s+([0-9]{1,15}) kB")
_DATE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_DISK = re.compile(r"(\S{1,64}) ([01?]) ([0-9]{1,18}|\?)")
_FIXED = "0"
_NO_FIRMWARE = Absent("the firmware describes no machine (no SMBIOS)")
_NO_FREE = Absent("free space belongs to file systems, not to disks")


def read_hardware(raw: RawFacts) -> Hardware | Absent | Unknown:
    """`Hardware`; absent in a container."""
    host = read_host(raw)
    if isinstance(host, Absent | Unknown):
        return host
    if host.container is not False:
        return Absent("a container has no machine of its own") if host.container is True else _unsure(host.container)
    found = files(raw.get(HOST.name))
    return Hardware(
        manufacturer=_inscription(found, "sys_vendor", "maker"),
        model=_inscription(found, "product_name", "model"),
        serial_number=_inscription(found, "product_serial", "serial number"),
        chassis=_NO_FIRMWARE if _is_absent(found, "chassis_type") else enclosure(found),
        memory_bytes=_memory(found),
        firmware_date=_firmware(found),
        disks=_disks(found),
    )


def _unsure(value: Absent | Unknown) -> Unknown:
    return value if isinstance(value, Unknown) else Unknown(Reason.UNREADABLE, value.reason)


def _is_absent(found: Found, name: str) -> bool:
    return isinstance(found.get(_IDENTITY + name), Absent)


def _inscription(found: Found, name: str, what: str) -> Maybe[str]:
    value = found.get(_IDENTITY + name)
    if isinstance(value, FileText):
        return inscription(value.text, what)
    if isinstance(value, Absent):
        return _NO_FIRMWARE
    return value or Unknown(Reason.UNREADABLE, f"hardware: the {what} is missing in the answer")


def _memory(found: Found) -> Maybe[int]:
    value = found.get("memory")
    said = _MEMORY.fullmatch(value.text.strip()) if isinstance(value, FileText) else None
    return int(said[1]) * 1024 if said else Unknown(Reason.UNREADABLE, "hardware: /proc/meminfo names no MemTotal")


def _firmware(found: Found) -> Maybe[date]:
    """SMBIOS writes month, day and year."""
    text = _inscription(found, "bios_date", "date of its own")
    if isinstance(text, Absent | Unknown):
        return text
    said = _DATE.fullmatch(text)
    try:
        return date(int(said[3]), int(said[1]), int(said[2])) if said else _no_date(text)
    except ValueError:
        return _no_date(text)


def _no_date(text: str) -> Unknown:
    return Unknown(Reason.UNREADABLE, f"hardware: no date of the firmware: {text[:40]}")


def _disks(found: Found) -> Maybe[tuple[Disk, ...]]:
    value = found.get("disks")
    lines = [line.strip() for line in value.lines] if isinstance(value, FileText) else []
    if not lines or lines[-1] != "end":
        return Unknown(Reason.UNREADABLE, "hardware: the list of disks did not come whole")
    if not all(_DISK.fullmatch(line) for line in lines[:-1]):
        return Unknown(Reason.UNREADABLE, "hardware: a line of the list of disks cannot be read")
    return tuple(_fixed(lines[:-1]))


def _fixed(lines: list[str]) -> Iterator[Disk]:
    for name, removable, sectors in (line.split(" ") for line in lines):
        if removable in (_FIXED, "?"):
            size: Maybe[int] = Unknown(Reason.UNREADABLE, f"hardware: the size of {name} could not be read")
            yield Disk(
                name=name, size_bytes=size if sectors == "?" else int(sectors) * _SECTOR_BYTES, free_bytes=_NO_FREE
            )


READERS: tuple[Reader, ...] = (Reader(fact=Hardware, probes=(HOST,), read=read_hardware),)
