"""What of patching has no object on Windows, or cannot be read there."""

from __future__ import annotations

from scanner.facts.base import RawFacts, Reader
from scanner.facts.patching import Firmware, Kernel, SideSoftware
from scanner.facts.windows.host import HOST, read_host
from scanner.model import Absent, Reason, Unknown

_KERNEL = Absent("Windows has one kernel, that of its build; patching/reboot_pending tells of one that waits")
_SIDE = Unknown(Reason.UNSUPPORTED, "programs that Windows Update does not know are not listed here")
_FIRMWARE = Unknown(Reason.UNSUPPORTED, "Windows keeps no list of pending firmware; ask the maker's own tool")


def read_kernel(raw: RawFacts) -> Kernel | Absent | Unknown:
    """Absent, once the host has said that it is Windows."""
    host = read_host(raw)
    return host if isinstance(host, Absent | Unknown) else _KERNEL


def read_side(raw: RawFacts) -> SideSoftware | Absent | Unknown:
    """Unknown: what is installed beside the system is no matter of its updates."""
    return _SIDE


def read_firmware(raw: RawFacts) -> Firmware | Absent | Unknown:
    """Unknown: no provider of Windows tells."""
    return _FIRMWARE


OTHERS: tuple[Reader, ...] = (
    Reader(fact=Kernel, probes=(HOST,), read=read_kernel),
    Reader(fact=SideSoftware, probes=(), read=read_side),
    Reader(fact=Firmware, probes=(), read=read_firmware),
)
