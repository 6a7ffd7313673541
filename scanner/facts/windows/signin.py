"""Ways to sign in to Windows, and where its accounts come from. Source: registry; the services Netlogon and WinRM."""

from __future__ import annotations

from scanner.facts.authentication import AutomaticSignIn, DirectoryKind, NameService, SignIn
from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.host import Host, Membership
from scanner.facts.windows.accounts import directories
from scanner.facts.windows.host import HOST, read_host
from scanner.facts.windows.services import SERVICES, runs, services
from scanner.facts.windows.values import Values, entry, required, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

SIGN_IN = Probe(
    name="sign_in",
    why="whether an empty password opens a remote session, and whether the host signs somebody in by itself",
    script=r"""
$logon = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon'
$policy = 'SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services'
@{
    lsa = Read-Part { Read-Registry 'SYSTEM\CurrentControlSet\Control\Lsa' @('LimitBlankPasswordUse') }
    logon = Read-Part { Read-Registry $logon @('AutoAdminLogon') }
    password_kept = Read-Part { [bool](Read-Registry $logon @('DefaultPassword')).values.Count }
    desktop = Read-Part { Read-Registry 'SYSTEM\CurrentControlSet\Control\Terminal Server' @('fDenyTSConnections') }
    desktop_policy = Read-Part { Read-Registry $policy @('fDenyTSConnections') }
    channel = Read-Part { Read-Registry 'SYSTEM\CurrentControlSet\Services\Netlogon\Parameters' @('RequireSignOrSeal') }
}
""",
)

_BLANK = "the network and Remote Desktop ('Limit local account use of blank passwords' is off)"
_CONSOLE = "At the console Windows admits an account without a password."
_NO_SUPERUSER_SWITCH = Absent("Windows has no command that makes a session the superuser's for its password")
_NO_MASK = Absent("files on Windows inherit their rights from the folder; there is no mask")
_KINDS = {
    Membership.ALONE: DirectoryKind.NONE,
    Membership.MEMBER: DirectoryKind.ACTIVE_DIRECTORY,
    Membership.CONTROLLER: DirectoryKind.ACTIVE_DIRECTORY,
    Membership.CLOUD: DirectoryKind.ENTRA,
}
_OF_A_DOMAIN = (Membership.MEMBER, Membership.CONTROLLER)


def read_sign_in(raw: RawFacts) -> SignIn | Absent | Unknown:
    """`SignIn`: what the registry says of empty passwords, and which remote ways in are on."""
    found = entry(raw, SIGN_IN.name)
    if not isinstance(found, Values):
        return found
    limited = found.registry_number("lsa", "LimitBlankPasswordUse")
    return SignIn(
        empty_password_admitted=then(required(limited), lambda value: () if value == 1 else (_BLANK,)),
        remote_second_factor=None,
        second_factor_note="A second factor at a gateway, or of Windows Hello or a smart card, cannot be seen here.",
        administrator_group=_NO_SUPERUSER_SWITCH,
        umask=_NO_MASK,
        umask_source="",
        other_remote=_remote(found, raw),
        empty_password_note=_CONSOLE,
    )


def _remote(found: Values, raw: RawFacts) -> Maybe[tuple[str, ...]]:
    """Remote Desktop and Windows Remote Management, as far as they are on."""
    desktop, management = _desktop(found), runs(services(raw), "WinRM")
    ways = {"Remote Desktop": desktop, "Windows Remote Management": management}
    gap = next((value for value in ways.values() if isinstance(value, Unknown)), None)
    return gap or tuple(name for name, is_on in ways.items() if is_on is True)


def _desktop(found: Values) -> Maybe[bool]:
    """The policy's value wins; without any value Windows denies the connections."""
    denied = found.registry_number("desktop_policy", "fDenyTSConnections")
    if isinstance(denied, Absent):
        denied = found.registry_number("desktop", "fDenyTSConnections")
    return False if isinstance(denied, Absent) else then(denied, lambda value: value == 0)


def read_automatic(raw: RawFacts) -> AutomaticSignIn | Absent | Unknown:
    """`AutomaticSignIn`: only that a password is kept is asked for, never the password."""
    found = entry(raw, SIGN_IN.name)
    if not isinstance(found, Values):
        return found
    switch = found.registry("logon", "AutoAdminLogon")
    return AutomaticSignIn(
        enabled=False if isinstance(switch, Absent) else then(switch, lambda value: str(value).strip() == "1"),
        password_kept=required(found.flag("password_kept")),
    )


def read_names(raw: RawFacts) -> NameService | Absent | Unknown:
    """`NameService` from the host's role; members ask the domain through the secure channel of Netlogon."""
    host, found = read_host(raw), required(entry(raw, SIGN_IN.name))
    if not isinstance(host, Host):
        return host
    others = directories(host)
    if not is_known(host.membership) or not is_known(others):
        return host.membership if isinstance(host.membership, Unknown) else _unread(others)
    of_a_domain = host.membership in _OF_A_DOMAIN
    no_service = Absent("no directory service of Windows is needed for these accounts")
    own = () if host.membership is Membership.CONTROLLER else ("local accounts",)
    return NameService(
        sources=(*own, *others),
        directory=_KINDS[host.membership],
        plain_text=_plain(found, others) if of_a_domain else (),
        service="Netlogon" if of_a_domain else "",
        service_running=_netlogon(raw) if of_a_domain else no_service,
    )


def _unread(value: object) -> Unknown:
    return value if isinstance(value, Unknown) else Unknown(Reason.UNREADABLE, "what rules the accounts is not known")


def _plain(found: Values | Unknown, domains: tuple[str, ...]) -> Maybe[tuple[str, ...]]:
    sealed = required(then(found, lambda values: values.registry_number("channel", "RequireSignOrSeal")))
    return then(sealed, lambda value: () if value == 1 else tuple(f"{name}, by an open channel" for name in domains))


def _netlogon(raw: RawFacts) -> Maybe[bool]:
    """Every Windows has the service; on a host of a domain nothing is answered while it stands still."""
    return required(runs(services(raw), "Netlogon"))


READERS: tuple[Reader, ...] = (
    Reader(fact=SignIn, probes=(SIGN_IN, SERVICES), read=read_sign_in),
    Reader(fact=AutomaticSignIn, probes=(SIGN_IN,), read=read_automatic),
    Reader(fact=NameService, probes=(HOST, SIGN_IN, SERVICES), read=read_names),
)
