"""Drive encryption of Windows (BitLocker), Secure Boot, and the versions of TLS that Schannel speaks.

Sources: Win32_EncryptableVolume (ProtectionStatus, VolumeType, GetConversionStatus, GetEncryptionMethod,
GetKeyProtectors, GetKeyProtectorType), for administrators only; of a protector its kind is read, never the secret.
UEFISecureBootEnabled of the state of Secure Boot.
Transport Layer Security (TLS) registry settings: Enabled and DisabledByDefault below SCHANNEL\\Protocols.
"""

from __future__ import annotations

from scanner.facts.base import Access, Probe, RawFacts, Reader
from scanner.facts.data.windows_defaults import windows_defaults
from scanner.facts.encryption import (
    BootProtection,
    DiskEncryption,
    KeyProtector,
    ProtocolUse,
    TransportSecurity,
    Volume,
    VolumeState,
    VolumeUse,
)
from scanner.facts.handshakes import SECTION as HANDSHAKES
from scanner.facts.handshakes import read_handshakes
from scanner.facts.windows.host import HOST
from scanner.facts.windows.settings import answered_with, by_build, host_build, setting, switch
from scanner.facts.windows.tpm import TPM, tpm
from scanner.facts.windows.values import Values, entry, required, then, whole
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

VOLUME_ENCRYPTION = Probe(
    name="volume_encryption",
    why="which volumes are encrypted, whether their protection is on or suspended, and what kind of thing opens them",
    script=r"""
$place = 'root/cimv2/Security/MicrosoftVolumeEncryption'
$class = 'Win32_EncryptableVolume'
@{
    volumes = @(foreach ($volume in Get-CimInstance -Namespace $place -ClassName $class -OperationTimeoutSec 20) {
        @{
            letter = $volume.DriveLetter
            type = $volume.VolumeType
            protection = $volume.ProtectionStatus
            conversion = Read-Part {
                $name = 'GetConversionStatus'
                $answer = Invoke-CimMethod -InputObject $volume -MethodName $name -OperationTimeoutSec 20
                @{
                    result = [long]$answer.ReturnValue
                    status = $answer.ConversionStatus
                }
            }
            method = Read-Part {
                $name = 'GetEncryptionMethod'
                $answer = Invoke-CimMethod -InputObject $volume -MethodName $name -OperationTimeoutSec 20
                @{
                    result = [long]$answer.ReturnValue
                    method = $answer.EncryptionMethod
                }
            }
            protectors = Read-Part {
                $name = 'GetKeyProtectors'
                $all = Invoke-CimMethod -InputObject $volume -MethodName $name -OperationTimeoutSec 20
                $name = 'GetKeyProtectorType'
                $kinds = @(foreach ($id in $all.VolumeKeyProtectorID) {
                    $of = @{ VolumeKeyProtectorID = $id }
                    $is = Invoke-CimMethod -InputObject $volume -MethodName $name -Arguments $of -OperationTimeoutSec 20
                    @{ result = [long]$is.ReturnValue; kind = $is.KeyProtectorType }
                })
                @{
                    result = [long]$all.ReturnValue
                    kinds = $kinds
                }
            }
        }
    })
}
""",
    access=Access.ROOT,
)
BOOT_PROTECTION = Probe(
    name="boot_protection",
    why="whether the firmware starts signed programs alone",
    script=r"""
@{
    secure_boot = Read-Part {
        Read-Registry 'SYSTEM\CurrentControlSet\Control\SecureBoot\State' @('UEFISecureBootEnabled')
    }
}
""",
)
_PROTOCOLS = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")
_SIDES = ("Server", "Client")
TRANSPORT_SECURITY = Probe(
    name="transport_security",
    why="which versions of SSL and TLS are switched on or off",
    script=r"""
$place = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols'
$sides = @{ }
foreach ($protocol in @('SSL 2.0', 'SSL 3.0', 'TLS 1.0', 'TLS 1.1', 'TLS 1.2', 'TLS 1.3')) {
    foreach ($side in @('Server', 'Client')) {
        $sides["$protocol $side"] = Read-Part {
            Read-Registry "$place\$protocol\$side" @('Enabled', 'DisabledByDefault')
        }
    }
}
@{ protocols = $sides }
""",
)

# --- Volumes ---------------------------------------------------------------------------------------------

_USES = {0: VolumeUse.SYSTEM, 1: VolumeUse.DATA, 2: VolumeUse.REMOVABLE}
_METHODS = {0: "none", 1: "AES-128 diffuser", 2: "AES-256 diffuser", 3: "AES-128", 4: "AES-256", 5: "hardware",
            6: "XTS-AES-128", 7: "XTS-AES-256"}  # fmt: skip
_PROTECTORS = {
    0: KeyProtector.OTHER,
    1: KeyProtector.TPM,
    2: KeyProtector.KEY_FILE,
    3: KeyProtector.RECOVERY,
    4: KeyProtector.TPM_PIN,
    5: KeyProtector.TPM_STARTUP_KEY,
    6: KeyProtector.TPM_PIN_STARTUP_KEY,
    7: KeyProtector.CERTIFICATE,
    8: KeyProtector.PASSPHRASE,
    9: KeyProtector.TPM_CERTIFICATE,
    10: KeyProtector.ACCOUNT,
}
_NOT_ACTIVATED = 0x80310008  # FVE_E_NOT_ACTIVATED
_PROTECTED, _LOCKED = 1, 2
_DECRYPTED, _ENCRYPTED = 0, 1
_CONVERTING = (2, 3, 4, 5)


def read_volumes(raw: RawFacts) -> DiskEncryption | Absent | Unknown:
    """Every volume that can be encrypted; no namespace means that the drive encryption is not installed."""
    found = entry(raw, VOLUME_ENCRYPTION.name)
    if not isinstance(found, Values):
        failed = answered_with(raw, VOLUME_ENCRYPTION.name)
        if failed is not None and failed.is_missing_subject:
            return DiskEncryption(installed=False, volumes=(), tpm=tpm(raw))
        return found
    rows = required(found.rows("volumes"))
    if isinstance(rows, Unknown):
        return rows
    named = [(row, row.text("letter")) for row in rows]
    volumes = tuple(_volume(row, letter) for row, letter in named if not _has_no_name(letter))
    return DiskEncryption(installed=True, volumes=volumes, unnamed=len(named) - len(volumes), tpm=tpm(raw))


def _has_no_name(letter: Maybe[str]) -> bool:
    return isinstance(letter, Absent) or letter == ""


def _volume(row: Values, letter: Maybe[str]) -> Volume:
    name = letter if is_known(letter) else row.where
    use = required(row.number("type"))
    return Volume(
        name=name,
        use=then(use, lambda number: _USES.get(number, Unknown(Reason.UNREADABLE, f"{name}: no such kind of volume"))),
        state=_state(row, name),
        method=then(row.inside("method"), lambda answer: _method(answer, name)),
        protectors=then(required(row.inside("protectors")), lambda answer: _protectors(answer, name)),
    )


def _state(row: Values, name: str) -> Maybe[VolumeState]:
    """Encrypted counts only where protection is on: suspended, the key lies in clear beside the data."""
    protection = required(row.number("protection"))
    conversion = then(required(row.inside("conversion")), lambda answer: _conversion(answer, name))
    if protection == _LOCKED:
        return Unknown(Reason.NO_EVIDENCE, f"{name}: the volume is locked, its state cannot be read")
    if isinstance(conversion, Absent | Unknown):
        return conversion
    if conversion == _DECRYPTED:
        return VolumeState.CLEAR
    if conversion in _CONVERTING:
        return VolumeState.CONVERTING
    if conversion != _ENCRYPTED or isinstance(protection, Unknown):
        return protection if isinstance(protection, Unknown) else Unknown(Reason.UNREADABLE, f"{name}: no such state")
    return {0: VolumeState.SUSPENDED, _PROTECTED: VolumeState.PROTECTED}.get(
        protection, Unknown(Reason.UNREADABLE, f"{name}: no such protection")
    )


def _conversion(answer: Values, name: str) -> Maybe[int]:
    return _answered(answer, "status", f"{name}, conversion")


def _method(answer: Values, name: str) -> Maybe[str]:
    number = _answered(answer, "method", f"{name}, method")
    return then(number, lambda value: _METHODS.get(value, f"method {value}"))


def _protectors(answer: Values, name: str) -> Maybe[tuple[KeyProtector, ...]]:
    """The kind of each; absent where nobody has set the encryption up."""
    result = required(answer.number("result"))
    if is_known(result) and result & 0xFFFFFFFF == _NOT_ACTIVATED:
        return Absent(f"{name}: no key protector is set up")
    if result != 0:
        return result if isinstance(result, Unknown) else _refused(f"{name}, key protectors", result)
    rows = required(answer.rows("kinds"))
    return rows if isinstance(rows, Unknown) else whole(_protector(row, name) for row in rows)


def _protector(row: Values, name: str) -> KeyProtector | Unknown:
    kind = required(_answered(row, "kind", f"{name}, key protector"))
    if isinstance(kind, Unknown):
        return kind
    return _PROTECTORS.get(kind) or Unknown(Reason.UNREADABLE, f"{name}: no such kind of key protector")


def _answered(answer: Values, name: str, what: str) -> Maybe[int]:
    """One number that a method of the volume gave back; only its result 0 says that it means something."""
    result = required(answer.number("result"))
    if result == 0:
        return required(answer.number(name))
    return result if isinstance(result, Unknown) else _refused(what, result)


def _refused(what: str, result: int) -> Unknown:
    return Unknown(Reason.UNREADABLE, f"{what}: error 0x{result & 0xFFFFFFFF:08X}")


# --- Start -----------------------------------------------------------------------------------------------


def read_boot(raw: RawFacts) -> BootProtection | Absent | Unknown:
    """Windows keeps the state where the firmware has one; firmware without UEFI has none."""
    found = entry(raw, BOOT_PROTECTION.name)
    if not isinstance(found, Values):
        return found
    return BootProtection(secure_boot=switch(setting(found, "secure_boot", "UEFISecureBootEnabled"), default=False))


# --- Versions of TLS -------------------------------------------------------------------------------------


def read_protocols(raw: RawFacts) -> TransportSecurity | Absent | Unknown:
    """Each version on each side: what is set, else the default of this build."""
    found = entry(raw, TRANSPORT_SECURITY.name)
    keys = required(then(found, lambda values: values.inside("protocols")))
    if isinstance(keys, Unknown):
        return keys
    number = host_build(raw)
    uses = tuple(_use(keys, protocol, side, number) for protocol in _PROTOCOLS for side in _SIDES)
    return TransportSecurity(protocols=uses, defaults_date=windows_defaults().as_of, port=read_handshakes(raw))


def _use(keys: Values, protocol: str, side: str, number: Maybe[int]) -> ProtocolUse:
    key = f"{protocol} {side}"
    enabled = setting(keys, key, "Enabled")
    return ProtocolUse(
        protocol=protocol,
        side=side.lower(),
        enabled=_default(keys, key, protocol, number) if isinstance(enabled, Absent) else then(enabled, bool),
        configured=is_known(enabled),
    )


def _default(keys: Values, key: str, protocol: str, number: Maybe[int]) -> bool | Unknown:
    """The default of the build, where nothing contradicts it.

    `Enabled` decides with any number but 0 (0xFFFFFFFF among them). `DisabledByDefault` without it leaves the choice to
    each program, so that it proves nothing where it says other than the build.
    """
    value = by_build(windows_defaults().protocol(number, protocol) if is_known(number) else None, number, key)
    leaning = setting(keys, key, "DisabledByDefault")
    if isinstance(leaning, Unknown):
        return leaning
    if is_known(leaning) and value is bool(leaning):
        return Unknown(Reason.NO_EVIDENCE, f"{key}: only DisabledByDefault is set, which leaves it to each program")
    return value


READERS: tuple[Reader, ...] = (
    Reader(fact=DiskEncryption, probes=(VOLUME_ENCRYPTION, TPM), read=read_volumes),
    Reader(fact=BootProtection, probes=(BOOT_PROTECTION,), read=read_boot),
    Reader(fact=TransportSecurity, probes=(HOST, TRANSPORT_SECURITY), read=read_protocols, given=(HANDSHAKES,)),
)
