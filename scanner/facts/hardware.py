"""The machine itself, as an inventory of equipment lists it: maker, model, serial number, memory, disks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Absent, Maybe, Unknown, is_known

# SMBIOS 3.7, table 17 (chassis types), as far as they tell kinds of machines apart.
_CHASSIS: Mapping[int, str] = {
    **dict.fromkeys((3, 4, 5, 6, 7, 13, 15, 16, 24, 35, 36), "desktop"),
    **dict.fromkeys((8, 9, 10, 14, 30, 31, 32), "laptop"),
    **dict.fromkeys((17, 23, 25, 28, 29), "server"),
}
_LOCK_BIT = 0x80  # SMBIOS keeps in the same byte whether the chassis has a lock
# What makers leave where a number or a name belongs.
_LEFT_EMPTY = frozenset(
    {
        *("", "0", "none", "n/a", "na", "unknown", "default string", "default", "invalid", "empty", "null"),
        *("to be filled by o.e.m.", "to be filled by oem", "o.e.m.", "oem", "not specified", "not applicable"),
        *("not available", "system serial number", "system product name", "system manufacturer", "serial number"),
    }
)
_UNITS = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"))


def chassis_kind(code: int) -> str:
    """`desktop`, `laptop`, `server`, or the firmware's number for anything else."""
    code &= ~_LOCK_BIT
    return _CHASSIS.get(code, f"chassis type {code}")


def inscription(text: str, what: str) -> str | Absent:
    """What the firmware says of the machine; absent where its maker left a placeholder."""
    said = text.strip()
    return said if said.lower() not in _LEFT_EMPTY else Absent(f"the firmware names no {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """One fixed disk, or one volume of it where the platform counts volumes; `free_bytes` is of its file system."""

    name: str
    size_bytes: Maybe[int]
    free_bytes: Maybe[int]

    def __str__(self) -> str:
        size = readable(self.size_bytes) if is_known(self.size_bytes) else "size not read"
        free = f" ({readable(self.free_bytes)} free)" if is_known(self.free_bytes) else ""
        return f"{self.name} {size}{free}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware(Fact):
    """The machine as its firmware and its system describe it; absent in a container, whose machine is another target.

    `memory_bytes` is what the system can use. `firmware_date` is the day of the firmware's release. `disks` are the
    fixed ones: network drives, optical and removable media are left out.
    """

    name: ClassVar[str] = "hardware"
    title: ClassVar[str] = "hardware of the host"

    manufacturer: Maybe[str]
    model: Maybe[str]
    serial_number: Maybe[str]
    chassis: Maybe[str]
    memory_bytes: Maybe[int]
    firmware_date: Maybe[date]
    disks: Maybe[tuple[Disk, ...]]

    def __str__(self) -> str:
        """One line of an inventory; what could not be read is named, what the machine does not have is left out."""
        return ", ".join(self._parts())

    def _parts(self) -> Iterator[str]:
        yield from _said(self.manufacturer, "maker", "{}")
        yield from _said(self.model, "model", "{}")
        yield from _said(self.chassis, "kind of chassis", "{}")
        yield from _said(self.serial_number, "serial number", "serial number {}")
        memory = readable(self.memory_bytes) if is_known(self.memory_bytes) else self.memory_bytes
        yield from _said(memory, "memory", "{} memory")
        yield from _said(self.firmware_date, "date of the firmware", "firmware of {}")
        if isinstance(self.disks, tuple):
            yield from map(str, self.disks)
        else:
            yield from _said(self.disks, "disks", "{}")


def _said(value: object, what: str, form: str) -> Iterator[str]:
    if isinstance(value, Unknown):
        yield f"{what} not read"
    elif not isinstance(value, Absent):
        yield form.format(value)


def readable(size: int) -> str:
    """Bytes in the largest binary unit that fits, with one decimal."""
    for unit, name in _UNITS:
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} bytes"
