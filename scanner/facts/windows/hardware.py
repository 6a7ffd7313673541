"""The machine below a Windows host. Source: Win32_ComputerSystem, Win32_BIOS, Win32_SystemEnclosure, Win32_LogicalDisk.

Maker and model come with the host's identity. Disks are volumes with a letter on fixed disks (DriveType 3).
"""

from __future__ import annotations

import re
from datetime import date

from scanner.facts.base import RawFacts, Reader
from scanner.facts.hardware import Disk, Hardware, inscription
from scanner.facts.windows.host import HOST, container
from scanner.facts.windows.machine import HARDWARE, chassis
from scanner.facts.windows.values import Values, entry, required, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

_BYTES = re.compile(r"[0-9]{1,18}")


def read_hardware(raw: RawFacts) -> Hardware | Absent | Unknown:
    """`Hardware`; absent in a container."""
    host, found = required(entry(raw, HOST.name)), required(entry(raw, HARDWARE.name))
    inside = then(host, container)
    if inside is not False:
        return Absent("a container has no machine of its own") if inside is True else required(_gap(inside))
    if isinstance(found, Unknown):
        return found
    system, firmware = then(host, lambda values: values.inside("system")), required(found.inside("firmware"))
    return Hardware(
        manufacturer=_inscription(then(system, lambda values: values.text("manufacturer")), "maker"),
        model=_inscription(then(system, lambda values: values.text("model")), "model"),
        serial_number=_inscription(then(firmware, lambda values: values.text("serial")), "serial number"),
        chassis=chassis(found),
        memory_bytes=then(found.number("memory_bytes"), _memory),
        firmware_date=then(firmware, _released),
        disks=_disks(found),
    )


def _gap(value: Maybe[bool]) -> Absent | Unknown:
    assert isinstance(value, Absent | Unknown)
    return value


def _inscription(value: Maybe[str], what: str) -> Maybe[str]:
    return then(value, lambda text: inscription(text, what))


def _memory(size: int) -> Maybe[int]:
    return size if size > 0 else _unread("the size of the memory")


def _released(firmware: Values) -> Maybe[date]:
    return then(firmware.moment("released"), lambda when: when.date())


def _disks(found: Values) -> Maybe[tuple[Disk, ...]]:
    """Windows runs from a volume with a letter: a list without any is no answer."""
    rows = required(found.rows("disks"))
    if isinstance(rows, Unknown):
        return rows
    return tuple(_disk(row) for row in rows) or _unread("the list of volumes")


def _disk(row: Values) -> Disk:
    name = row.text("name")
    return Disk(
        name=name if is_known(name) and name else row.where,
        size_bytes=then(row.text("size"), _bytes),
        free_bytes=then(row.text("free"), _bytes),
    )


def _bytes(text: str) -> Maybe[int]:
    """Empty where the volume has no file system that Windows reads, such as one that is locked."""
    if not text:
        return Absent("no file system that Windows reads")
    return int(text) if _BYTES.fullmatch(text) else _unread("the size of a volume")


def _unread(what: str) -> Unknown:
    return Unknown(Reason.UNREADABLE, f"hardware: {what} cannot be read")


READERS: tuple[Reader, ...] = (Reader(fact=Hardware, probes=(HOST, HARDWARE), read=read_hardware),)
