"""SMB, the proof of passwords over the network, and the lookup of names among neighbours.

Sources: Get-SmbServerConfiguration and Get-SmbClientConfiguration (what is in force, on 2012 and later), the registry
values behind them, Win32_OptionalFeature SMB1Protocol (1 installed, 2 off, 3 absent); Start of the driver mrxsmb10 (4
disabled), which the policy "Configure SMB v1 client driver" sets; LmCompatibilityLevel: 3 is the default since Windows
Vista, 5 refuses LM and NTLM; EnableMulticast: LLMNR is on unless a policy says 0.
"""

from __future__ import annotations

from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.data.windows_defaults import windows_defaults
from scanner.facts.remote_access import FileSharing, NameLookup, NetworkLogon
from scanner.facts.windows.host import HOST, edition, product_type
from scanner.facts.windows.settings import by_build, choice, host_build, host_values, setting, strongest, switch
from scanner.facts.windows.values import Values, entry, required, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

FILE_SHARING = Probe(
    name="file_sharing",
    why="whether file sharing speaks the outdated version 1, and whether it demands signatures",
    script=r"""
@{
    server = Read-Part {
        $settings = Get-SmbServerConfiguration
        @{
            legacy = $settings.EnableSMB1Protocol
            signing = $settings.RequireSecuritySignature
            encryption = $settings.EncryptData
            refuses_plain = $settings.RejectUnencryptedAccess
        }
    }
    client = Read-Part {
        $settings = Get-SmbClientConfiguration
        @{ signing = $settings.RequireSecuritySignature }
    }
    feature = Read-Part {
        $query = "SELECT InstallState FROM Win32_OptionalFeature WHERE Name='SMB1Protocol'"
        @{
            rows = @(foreach ($feature in Get-CimInstance -Query $query -OperationTimeoutSec 20) {
                @{ state = [int]$feature.InstallState }
            })
        }
    }
    server_key = Read-Part {
        Read-Registry 'SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters' @('SMB1', 'RequireSecuritySignature')
    }
    client_key = Read-Part {
        Read-Registry 'SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters' @('RequireSecuritySignature')
    }
    legacy_driver = Read-Part { Read-Registry 'SYSTEM\CurrentControlSet\Services\mrxsmb10' @('Start') }
}
""",
)
NETWORK_LOGON = Probe(
    name="network_logon",
    why="whether outdated proofs of passwords are sent or taken, and whether neighbours are asked for names",
    script=r"""
@{
    lsa = Read-Part { Read-Registry 'SYSTEM\CurrentControlSet\Control\Lsa' @('LmCompatibilityLevel') }
    lookup = Read-Part { Read-Registry 'SOFTWARE\Policies\Microsoft\Windows NT\DNSClient' @('EnableMulticast') }
}
""",
)

_INSTALLED = {1: True, 2: False, 3: False}
_CLIENT = 1
_DISABLED = 4
_DEFAULT_LEVEL = 3
_CONTRADICTION = (
    "the server's settings allow SMB 1 and its feature is switched off: whether a restart is still due is not known"
)

# --- SMB -------------------------------------------------------------------------------------------------


def read_sharing(raw: RawFacts) -> FileSharing | Absent | Unknown:
    """What is in force; the server does not speak version 1 where its feature is not installed."""
    found = entry(raw, FILE_SHARING.name)
    if not isinstance(found, Values):
        return found
    server, client = _set(found, "server"), _set(found, "client")
    return FileSharing(
        legacy_server=_legacy_server(found),
        legacy_client=_legacy_client(found),
        server_signing_required=_default(raw, server, "server"),
        client_signing_required=_default(raw, client, "client"),
        encrypted=then(found.inside("server"), _encrypts),
        by_default=tuple(side for side, value in (("server", server), ("client", client)) if isinstance(value, Absent)),
        defaults_date=windows_defaults().as_of,
    )


def _encrypts(server: Values) -> Maybe[bool]:
    told = [required(server.flag(name)) for name in ("encryption", "refuses_plain")]
    if False in told:
        return False
    return next((value for value in told if isinstance(value, Unknown)), True)


def _feature(found: Values) -> Maybe[bool]:
    """Whether the feature for version 1 is installed; absent where Windows lists no such feature."""
    rows = required(then(found.inside("feature"), lambda feature: feature.rows("rows")))
    if isinstance(rows, Unknown):
        return rows
    if not rows:
        return Absent("Windows lists no feature SMB1Protocol")
    return choice(required(rows[0].number("state")), _INSTALLED, False)


def _legacy_server(found: Values) -> Maybe[bool]:
    """What the server says of itself, else off without the feature, else the registry.

    A feature that was switched off serves until the next restart: a server that says it speaks version 1 is not off.
    Unset in the registry means on, but only where the feature is known to be there, or Windows is too old to list it.
    """
    feature = _feature(found)
    told = then(found.inside("server"), lambda server: server.flag("legacy"))
    if feature is False:
        return Unknown(Reason.NO_EVIDENCE, _CONTRADICTION) if told is True else False
    if is_known(told):
        return told
    return switch(setting(found, "server_key", "SMB1"), feature if isinstance(feature, Unknown) else True)


def _legacy_client(found: Values) -> Maybe[bool]:
    """What its driver says, whatever the feature does: off where there is no driver, or one that never starts.

    A feature that was switched off leaves its driver until the next restart, and a policy may set the start of a driver
    by itself.
    """
    start = setting(found, "legacy_driver", "Start")
    if not isinstance(start, Absent):
        return then(start, lambda value: value != _DISABLED)
    exists = then(found.inside("legacy_driver"), lambda key: key.flag("exists"))
    if exists is False or _feature(found) is False:
        return False
    return Unknown(Reason.NO_EVIDENCE, "the start of the driver mrxsmb10 is not set")


def _set(found: Values, side: str) -> Maybe[bool]:
    """Signing as the side itself says, else as the registry does; absent where neither says anything."""
    told = then(found.inside(side), lambda settings: settings.flag("signing"))
    if is_known(told):
        return told
    return switch(setting(found, f"{side}_key", "RequireSecuritySignature"), Absent("signing is not set"))


def _default(raw: RawFacts, value: Maybe[bool], side: str) -> Maybe[bool]:
    if not isinstance(value, Absent):
        return value
    number, what = host_build(raw), f"SMB signing ({side})"
    kind = then(host_values(raw), product_type)
    name = then(host_values(raw), edition)
    if not is_known(number) or not is_known(kind) or not is_known(name):
        return by_build(None, number, what)
    known = windows_defaults().signing(number, is_client=kind == _CLIENT, edition=name, side=side)
    return by_build(known, number, what)


# --- Passwords and names over the network ----------------------------------------------------------------


def read_logon(raw: RawFacts) -> NetworkLogon | Absent | Unknown:
    """Level 3 and above sends nothing older than NTLM version 2, level 5 takes nothing older."""
    found = entry(raw, NETWORK_LOGON.name)
    if not isinstance(found, Values):
        return found
    given = setting(found, "lsa", "LmCompatibilityLevel")
    level = strongest(given, _DEFAULT_LEVEL)
    if not is_known(level) or not 0 <= level <= 5:
        gap = level if isinstance(level, Unknown) else Unknown(Reason.UNREADABLE, f"LmCompatibilityLevel is {level}")
        return NetworkLogon(sends_outdated=gap, accepts_outdated=gap, setting="LmCompatibilityLevel")
    told = "default" if isinstance(given, Absent) else "set"
    return NetworkLogon(
        sends_outdated=level < 3, accepts_outdated=level < 5, setting=f"LmCompatibilityLevel {level} ({told})"
    )


def read_lookup(raw: RawFacts) -> NameLookup | Absent | Unknown:
    """LLMNR, which only a policy switches off."""
    found = entry(raw, NETWORK_LOGON.name)
    if not isinstance(found, Values):
        return found
    return NameLookup(asks_neighbours=switch(setting(found, "lookup", "EnableMulticast"), default=True))


READERS: tuple[Reader, ...] = (
    Reader(fact=FileSharing, probes=(HOST, FILE_SHARING), read=read_sharing),
    Reader(fact=NetworkLogon, probes=(NETWORK_LOGON,), read=read_logon),
    Reader(fact=NameLookup, probes=(NETWORK_LOGON,), read=read_lookup),
)
