"""Encryption: of volumes, where data rests, and of connections, where it travels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Absent, Maybe, Reason, Unknown, is_known


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


_UNREAD_PROTECTORS = Unknown(Reason.NO_EVIDENCE, "what opens the volume was not read")
_UNREAD_TPM = Unknown(Reason.NO_EVIDENCE, "whether there is a TPM was not read")


class KeyProtector(StrEnum):
    """What gives away the key of a volume. Of several that are set up, each does so alone."""

    TPM = "TPM"
    TPM_PIN = "TPM and PIN"
    TPM_STARTUP_KEY = "TPM and startup key"
    TPM_PIN_STARTUP_KEY = "TPM, PIN and startup key"
    TPM_CERTIFICATE = "TPM certificate"
    KEY_FILE = "key file"
    RECOVERY = "recovery password"
    PASSPHRASE = "passphrase"  # noqa: S105 - a kind of thing, no secret
    CERTIFICATE = "certificate"
    ACCOUNT = "account or group"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """One volume; `method` is the cipher in the system's own words. A mount point or drive letter names it."""

    name: str
    use: Maybe[VolumeUse]
    state: Maybe[VolumeState]
    method: Maybe[str]
    protectors: Maybe[tuple[KeyProtector, ...]] = _UNREAD_PROTECTORS

    def __str__(self) -> str:
        if not isinstance(self.state, VolumeState):
            return self.name
        opened_by = f" ({' + '.join(self.protectors)})" if is_known(self.protectors) and self.protectors else ""
        return f"{self.name}: {self.state}{opened_by}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tpm:
    """The trusted platform module, which keeps keys and hands them out to an unchanged start alone.

    `ready`: it is enabled and activated. `version` is that of the specification, such as "2.0".
    """

    ready: Maybe[bool]
    version: Maybe[str]

    def __str__(self) -> str:
        state = ("ready" if self.ready else "switched off") if is_known(self.ready) else "state not read"
        return f"TPM {self.version if is_known(self.version) else 'of unknown version'}, {state}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskEncryption(Fact):
    """The volumes of the host as its own drive encryption sees them.

    `installed` is false where the system has no drive encryption; `volumes` is then empty and all are in clear as far
    as the host can tell. Self-encrypting disks, and storage that a hypervisor encrypts, are invisible from inside.
    `unnamed` counts volumes that no mount point or drive letter leads to, and are not judged. `tpm` is absent where the
    machine has none.
    """

    name: ClassVar[str] = "disk_encryption"
    title: ClassVar[str] = "encryption of volumes"

    installed: bool
    volumes: tuple[Volume, ...]
    unnamed: int = 0
    tpm: Maybe[Tpm] = _UNREAD_TPM


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
class PortHandshakes:
    """What one port of the target said to handshakes of single versions, from outside.

    `spoken` is the version and cipher of the scan's own connection. `accepted` says of each version that was tried
    whether the port takes it; unknown where it gave no clear answer, or this machine could not ask.
    """

    port: int
    spoken: str
    accepted: Mapping[str, Maybe[bool]]


# Why is not told: the connection may not have been over TLS, or over a transport or of a version that asks for none.
NO_HANDSHAKE = Absent("no handshake of old versions is on record")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportSecurity(Fact):
    """Which versions of SSL and TLS the system's own library speaks; programs with a library of their own are not seen.

    `defaults_date` is the day of the table of defaults, for what the host does not set; None where no settings are
    read. `port` is what a port that the scan itself uses said from outside, absent where it was not asked.
    """

    name: ClassVar[str] = "transport_security"
    title: ClassVar[str] = "versions of TLS in the system's library"

    protocols: tuple[ProtocolUse, ...]
    defaults_date: date | None
    port: Maybe[PortHandshakes] = NO_HANDSHAKE
