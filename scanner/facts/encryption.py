"""Encryption: of volumes, where data rests, and of connections, where it travels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Maybe


class VolumeUse(StrEnum):
    """What a volume is for."""

    SYSTEM = "operating system"
    DATA = "data"
    REMOVABLE = "removable"


class VolumeState(StrEnum):
    """Whether someone who takes the disk away can read it."""

    PROTECTED = "encrypted"
    SUSPENDED = "encrypted, but the protection is suspended: the key lies beside the data"
    CONVERTING = "being encrypted or decrypted"
    CLEAR = "not encrypted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """One volume; `method` is the cipher in the system's own words. A mount point or drive letter names it."""

    name: str
    use: Maybe[VolumeUse]
    state: Maybe[VolumeState]
    method: Maybe[str]

    def __str__(self) -> str:
        return f"{self.name}: {self.state}" if isinstance(self.state, VolumeState) else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskEncryption(Fact):
    """The volumes of the host as its own drive encryption sees them.

    `installed` is false where the system has no drive encryption; `volumes` is then empty and all are in clear as far
    as the host can tell. Self-encrypting disks, and storage that a hypervisor encrypts, are invisible from inside.
    `unnamed` counts volumes that have no mount point or drive letter, and are not judged.
    """

    name: ClassVar[str] = "disk_encryption"
    title: ClassVar[str] = "encryption of volumes"

    installed: bool
    volumes: tuple[Volume, ...]
    unnamed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BootProtection(Fact):
    """What keeps a changed start program from running before the operating system, and before its disk is opened.

    `secure_boot`: the firmware starts signed programs alone; false where the firmware is too old to do so.
    """

    name: ClassVar[str] = "boot_protection"
    title: ClassVar[str] = "protection of the start"

    secure_boot: Maybe[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolUse:
    """One protocol on one side (`server`, `client`) of a connection; `configured`: set on the host, not by default."""

    protocol: str
    side: str
    enabled: Maybe[bool]
    configured: bool

    def __str__(self) -> str:
        return f"{self.protocol} {self.side} ({'set' if self.configured else 'default of this system'})"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportSecurity(Fact):
    """Which versions of SSL and TLS the system's own library speaks; programs with a library of their own are not seen.

    `defaults_date` is the day of the table of defaults, for what the host does not set.
    """

    name: ClassVar[str] = "transport_security"
    title: ClassVar[str] = "versions of TLS in the system's library"

    protocols: tuple[ProtocolUse, ...]
    defaults_date: date
