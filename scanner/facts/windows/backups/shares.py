"""Where the target of a backup lies: a share may be one of the host itself, under any of its names and addresses.

An alias that only the name service knows, and a share that is itself a mount of the host's own disk, cannot be told.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

from scanner.facts.backups import Destination, Place
from scanner.facts.base import RawFacts
from scanner.facts.windows.firewall.network import addresses, network
from scanner.facts.windows.settings import host_values
from scanner.facts.windows.values import required, then
from scanner.model import Absent, Maybe, Reason, Unknown

_Address = IPv4Address | IPv6Address

_DEVICE = re.compile(r"\\\\[?.]\\")  # paths of devices: a volume, or a share behind UNC
_SHARE = re.compile(r"\\\\(?:[?.]\\UNC\\)?([^\\?]+)", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9.]+|0x[0-9a-f]+")  # addresses in forms that only old programs take
_LITERAL = ".ipv6-literal.net"  # how Windows writes an IPv6 address in the name of a share
_NETBIOS = 15  # characters of a computer's name; longer names are cut there


def destination(target: str, raw: RawFacts) -> Destination:
    """The target as a place; the encryption of another host's volume is not this host's matter."""
    server = _server(target)
    place = _by_name(server, raw) if server else Unknown(Reason.NO_EVIDENCE, f"on which disk {target} lies is not read")
    away = Absent("the share belongs to another host")
    unread = Unknown(Reason.NO_EVIDENCE, f"whether {target} is encrypted is not read here")
    return Destination(text=target, place=place, volume_encrypted=away if place is Place.NETWORK_MOUNT else unread)


def _server(target: str) -> str:
    """The host part of a share, in lower case without a port; empty for a path on this host."""
    path = target.strip().replace("/", "\\")
    found = _SHARE.match(path)
    if found is None or (_DEVICE.match(path) and path[4:8].lower() != "unc\\"):
        return ""
    return found[1].partition("@")[0].strip("[]").rstrip(".").lower()


def _by_name(server: str, raw: RawFacts) -> Maybe[Place]:
    address = _address(server)
    if address is not None:
        return _by_address(address, raw)
    if _NUMBER.fullmatch(server):
        return Unknown(Reason.NO_EVIDENCE, f"which host {server} is cannot be told")
    if server == "localhost" or server.endswith(".localhost"):
        return Place.SAME_HOST
    found = host_values(raw)
    name = required(then(found, lambda values: values.text("name")))
    domain = required(then(found, lambda values: then(values.inside("system"), lambda system: system.text("domain"))))
    if isinstance(name, Unknown) or isinstance(domain, Unknown):
        gap = name if isinstance(name, Unknown) else domain
        return gap if isinstance(gap, Unknown) else Place.NETWORK_MOUNT
    return _against(server, name.lower(), domain.lower().rstrip("."))


def _against(server: str, own: str, domain: str) -> Maybe[Place]:
    """A share's host held against the host's own name and that of its domain."""
    label, _, rest = server.partition(".")
    if label == own and rest in ("", domain):
        return Place.SAME_HOST
    if label == own or (len(own) == _NETBIOS and label.startswith(own)):
        return Unknown(Reason.NO_EVIDENCE, f"whether {server} is this host or another of its name cannot be told")
    if server in (domain, domain.partition(".")[0]):
        return Unknown(
            Reason.NO_EVIDENCE, f"which host keeps the share below {server}, the domain's own name, is not read"
        )
    return Place.NETWORK_MOUNT


def _by_address(address: _Address, raw: RawFacts) -> Maybe[Place]:
    if address.is_loopback or address.is_unspecified:
        return Place.SAME_HOST
    found = network(raw)
    own = found if isinstance(found, Unknown) else addresses(found)
    if isinstance(own, Unknown):
        return own
    return Place.SAME_HOST if address in map(_address, own) else Place.NETWORK_MOUNT


def _address(text: str) -> _Address | None:
    """An address in any form that a share's name or an interface gives it, without its zone."""
    if text.endswith(_LITERAL):
        text = text.removesuffix(_LITERAL).partition("s")[0].replace("-", ":")
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
