"""Remote desktop and remote management of Windows, from the registry: policies go before local settings.

Sources: Group Policy reference for Remote Desktop Services and Windows Remote Management; Configuration and
security of WinRM (defaults: the service refuses Basic and unencrypted traffic, the client sends Basic when asked).
"""

from __future__ import annotations

from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.remote_access import RemoteDesktop, RemoteManagement
from scanner.facts.windows.settings import choice, setting, strongest, switch
from scanner.facts.windows.values import Values, entry, required, then
from scanner.model import Absent, Maybe, Reason, Unknown

REMOTE_DESKTOP = Probe(
    name="remote_desktop",
    why="whether remote desktop is on, and how it proves and protects a connection",
    script=r"""
@{
    policy = Read-Part {
        Read-Registry 'SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services' @(
            'fDenyTSConnections', 'UserAuthentication', 'SecurityLayer', 'MinEncryptionLevel', 'MaxIdleTime'
        )
    }
    server = Read-Part { Read-Registry 'SYSTEM\CurrentControlSet\Control\Terminal Server' @('fDenyTSConnections') }
    listener = Read-Part {
        Read-Registry 'SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp' @(
            'UserAuthentication', 'SecurityLayer', 'MinEncryptionLevel', 'PortNumber', 'MaxIdleTime',
            'fInheritMaxIdleTime'
        )
    }
}
""",
)
REMOTE_MANAGEMENT = Probe(
    name="remote_management",
    why="whether remote management takes or sends passwords and content in clear",
    script=r"""
@{
    service_policy = Read-Part {
        Read-Registry 'SOFTWARE\Policies\Microsoft\Windows\WinRM\Service' @('AllowBasic', 'AllowUnencryptedTraffic')
    }
    client_policy = Read-Part {
        Read-Registry 'SOFTWARE\Policies\Microsoft\Windows\WinRM\Client' @('AllowBasic', 'AllowUnencryptedTraffic')
    }
    service = Read-Part {
        Read-Registry 'SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Service' @('auth_basic', 'allow_unencrypted')
    }
    client = Read-Part {
        Read-Registry 'SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Client' @('auth_basic', 'allow_unencrypted')
    }
}
""",
)

_OFF = Absent("remote desktop is off")
_SECURITY_LAYERS = {0: False, 1: False, 2: True}  # RDP's own, negotiated, TLS
_ENCRYPTION_LEVELS = {1: False, 2: False, 3: True, 4: True}  # low, client compatible, high, FIPS


def _unset(what: str) -> Unknown:
    return Unknown(Reason.NO_EVIDENCE, f"remote desktop: {what} is not set, and its default is not known")


def read_desktop(raw: RawFacts) -> RemoteDesktop | Absent | Unknown:
    """The settings in force; where it is off, there is nothing to protect."""
    found = entry(raw, REMOTE_DESKTOP.name)
    if not isinstance(found, Values):
        return found
    denied = strongest(setting(found, "policy", "fDenyTSConnections"), setting(found, "server", "fDenyTSConnections"))
    enabled = choice(denied, {0: True, 1: False}, _unset("fDenyTSConnections"))
    if enabled is not True:
        gap: Absent | Unknown = enabled if isinstance(enabled, Absent | Unknown) else _OFF
        return RemoteDesktop(
            enabled=enabled,
            authenticates_first=gap,
            tls_required=gap,
            strong_encryption=gap,
            port=gap,
            idle_limit_s=gap,
        )
    return RemoteDesktop(
        enabled=True,
        authenticates_first=switch(_ruling(found, "UserAuthentication"), _unset("UserAuthentication")),
        tls_required=choice(_ruling(found, "SecurityLayer"), _SECURITY_LAYERS, _unset("SecurityLayer")),
        strong_encryption=choice(
            _ruling(found, "MinEncryptionLevel"), _ENCRYPTION_LEVELS, _unset("MinEncryptionLevel")
        ),
        port=required(setting(found, "listener", "PortNumber")),
        idle_limit_s=_idle(found),
    )


def _ruling(found: Values, name: str) -> Maybe[int]:
    return strongest(setting(found, "policy", name), setting(found, "listener", name))


def _idle(found: Values) -> Maybe[int | None]:
    """The limit in seconds; the listener's own counts only where it is not left to each user."""
    own = setting(found, "listener", "MaxIdleTime")
    inherits = switch(setting(found, "listener", "fInheritMaxIdleTime"), default=True)
    local = own if inherits is False else inherits if isinstance(inherits, Unknown) else Absent("left to each user")
    limit = strongest(setting(found, "policy", "MaxIdleTime"), local)
    if isinstance(limit, Absent):
        return None
    return then(limit, lambda value: None if value <= 0 else max(1, value // 1000))


def read_management(raw: RawFacts) -> RemoteManagement | Absent | Unknown:
    """The settings in force; what is set nowhere has WinRM's documented default."""
    found = entry(raw, REMOTE_MANAGEMENT.name)
    if not isinstance(found, Values):
        return found
    return RemoteManagement(
        accepts_basic=_allowed(found, "service", "AllowBasic", "auth_basic", default=False),
        accepts_unencrypted=_allowed(found, "service", "AllowUnencryptedTraffic", "allow_unencrypted", default=False),
        sends_basic=_allowed(found, "client", "AllowBasic", "auth_basic", default=True),
        sends_unencrypted=_allowed(found, "client", "AllowUnencryptedTraffic", "allow_unencrypted", default=False),
    )


def _allowed(found: Values, side: str, policy: str, local: str, *, default: bool) -> Maybe[bool]:
    return switch(strongest(setting(found, f"{side}_policy", policy), setting(found, side, local)), default)


READERS: tuple[Reader, ...] = (
    Reader(fact=RemoteDesktop, probes=(REMOTE_DESKTOP,), read=read_desktop),
    Reader(fact=RemoteManagement, probes=(REMOTE_MANAGEMENT,), read=read_management),
)
