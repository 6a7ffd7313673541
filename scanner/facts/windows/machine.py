"""What the firmware of a Windows host says of its machine: asked once, for the register of equipment and for the host.

Source: Win32_SystemEnclosure.ChassisTypes, the numbers of SMBIOS; a host may list several enclosures.
"""

from __future__ import annotations

import re

from scanner.facts.base import Probe
from scanner.facts.hardware import chassis_kind
from scanner.facts.windows.values import Values, then
from scanner.model import Absent, Maybe, Reason, Unknown

HARDWARE = Probe(
    name="hardware",
    why="which machine this is, for the register of equipment: serial number, memory, firmware, disks",
    script=r"""
@{
    memory_bytes = Read-Part {
        [long](Get-CimInstance -ClassName 'Win32_ComputerSystem' -OperationTimeoutSec 20).TotalPhysicalMemory
    }
    firmware = Read-Part {
        $firmware = Get-CimInstance -ClassName 'Win32_BIOS' -OperationTimeoutSec 20
        @{ serial = [string]$firmware.SerialNumber; released = Convert-Time $firmware.ReleaseDate }
    }
    chassis = Read-Part {
        $enclosure = Get-CimInstance -ClassName 'Win32_SystemEnclosure' -OperationTimeoutSec 20
        , @(foreach ($type in $enclosure.ChassisTypes) { [string]$type })
    }
    disks = Read-Part {
        $disks = Get-CimInstance -ClassName 'Win32_LogicalDisk' -Filter 'DriveType=3' -OperationTimeoutSec 20
        , @(foreach ($disk in $disks) {
            @{ name = [string]$disk.DeviceID; size = [string]$disk.Size; free = [string]$disk.FreeSpace }
        })
    }
}
""",
)

_CODE = re.compile(r"[0-9]{1,3}")


def chassis(found: Values) -> Maybe[str]:
    """The kind of chassis; a laptop among several makes the host one, and beside it stands what it is docked to."""
    return then(found.texts("chassis"), _kind)


def _kind(codes: tuple[str, ...]) -> Maybe[str]:
    if not codes:
        return Absent("the firmware names no kind of chassis")
    if not all(_CODE.fullmatch(code) for code in codes):
        return Unknown(Reason.UNREADABLE, "hardware: the kind of chassis cannot be read")
    kinds = [chassis_kind(int(code)) for code in codes]
    return "laptop" if "laptop" in kinds else kinds[0]
