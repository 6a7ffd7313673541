"""Removable media of Windows, from the registry.

Sources: Removable Storage Access policies (all classes, and the class of removable disks); the drivers USBSTOR and
UASPStor, start 4 is disabled; "Deny write access to removable drives not protected by BitLocker"; NoDriveTypeAutoRun,
255 for every kind of drive.
"""

from __future__ import annotations

from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.media import RemovableMedia
from scanner.facts.windows.settings import setting, strongest, switch
from scanner.facts.windows.values import Values, entry, then
from scanner.model import Absent, Maybe, Reason, Unknown

REMOVABLE_MEDIA = Probe(
    name="removable_media",
    why="whether storage that somebody plugs in can be read, written to, and start programs",
    script=r"""
$place = 'SOFTWARE\Policies\Microsoft\Windows\RemovableStorageDevices'
@{
    storage = Read-Part { Read-Registry $place @('Deny_All') }
    disks = Read-Part {
        Read-Registry "$place\{53f5630d-b6bf-11d0-94f2-00a0c91efb8b}" @('Deny_Read', 'Deny_Write')
    }
    usb = Read-Part { Read-Registry 'SYSTEM\CurrentControlSet\Services\USBSTOR' @('Start') }
    attached_scsi = Read-Part { Read-Registry 'SYSTEM\CurrentControlSet\Services\UASPStor' @('Start') }
    encryption = Read-Part { Read-Registry 'SYSTEM\CurrentControlSet\Policies\Microsoft\FVE' @('RDVDenyWriteAccess') }
    explorer = Read-Part {
        Read-Registry 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\Explorer' @('NoDriveTypeAutoRun')
    }
}
""",
)

_DISABLED = 4
_EVERY_DRIVE = 255


def read_media(raw: RawFacts) -> RemovableMedia | Absent | Unknown:
    """Each way of the policies; each denies what it names and no more (Removable Storage Access)."""
    found = entry(raw, REMOVABLE_MEDIA.name)
    if not isinstance(found, Values):
        return found
    everything = switch(setting(found, "storage", "Deny_All"), default=False)
    reading = _either(everything, switch(setting(found, "disks", "Deny_Read"), default=False))
    writing = _either(everything, switch(setting(found, "disks", "Deny_Write"), default=False))
    return RemovableMedia(
        access_denied=_both(reading, writing),
        reading_denied=reading,
        driver_disabled=_both(_disabled(found, "usb"), _disabled(found, "attached_scsi")),
        writing_denied=writing,
        plain_writing_denied=switch(setting(found, "encryption", "RDVDenyWriteAccess"), default=False),
        autorun_off=_autorun_off(found),
    )


def _autorun_off(found: Values) -> Maybe[bool]:
    kinds = strongest(setting(found, "explorer", "NoDriveTypeAutoRun"), 0)
    return then(kinds, lambda value: value & _EVERY_DRIVE == _EVERY_DRIVE)


def _disabled(found: Values, driver: str) -> Maybe[bool]:
    """A driver that never starts; both kinds of USB storage have one of their own.

    One that is not there yet is installed with the first medium of its kind that is plugged in (KB823732).
    """
    start = setting(found, driver, "Start")
    if isinstance(start, Absent):
        exists = then(found.inside(driver), lambda key: key.flag("exists"))
        unset = Unknown(Reason.NO_EVIDENCE, f"the start of the driver ({driver}) is not set")
        return False if exists is False else unset
    return then(start, lambda value: value == _DISABLED)


def _either(first: Maybe[bool], second: Maybe[bool]) -> Maybe[bool]:
    if first is True or second is True:
        return True
    return first if isinstance(first, Absent | Unknown) else second


def _both(first: Maybe[bool], second: Maybe[bool]) -> Maybe[bool]:
    if first is False or second is False:
        return False
    return first if isinstance(first, Absent | Unknown) else second


READERS: tuple[Reader, ...] = (Reader(fact=RemovableMedia, probes=(REMOVABLE_MEDIA,), read=read_media),)
