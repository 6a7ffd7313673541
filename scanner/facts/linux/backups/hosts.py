"""The host that an address names, and whether it is this one under one of its names.

A name that only DNS knows to be an alias of this host cannot be told from another host's: nothing is resolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address

from scanner.facts.network import NetworkInterface
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

_URL = re.compile(r"(?:(?:rest|s3):)?[a-z0-9+]+://(?:[^@/]*@)?(?P<host>\[[^\]]*\]|[^:/]+)")
_S3 = re.compile(r"s3:(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*)(?:[:/]|$)")
_SCP = re.compile(
    r"(?:(?:sftp|rsync):)?(?:[A-Za-z0-9._-]+@)?(?P<host>\[[0-9A-Fa-f:.]+(?:%[^\]]*)?\]|[A-Za-z0-9][A-Za-z0-9._-]*):"
)
CLOUD = re.compile(r"(?:s3|b2|azure|gs|swift|rclone|gdrive|dropbox|onedrive|mega|pcloud|boto3\+s3):")
# Addresses whose first part names what a provider keeps, and no host.
_BUCKET = re.compile(r"(?:boto3\+s3|b2|azure|gs|swift)://")
# What stands for a place on another host whose name did not leave the target.
UNNAMED = "?:"

_LOOPBACK_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback", "loopback")


def host_of(text: str) -> str | None:
    """The host in a URL, `user@host:path` or `s3:host/bucket`, in lower case; None where none is named."""
    if _BUCKET.match(text):
        return None
    match = _URL.match(text) or (_S3.match(text) if CLOUD.match(text) else _SCP.match(text))
    return match["host"].lower().strip("[]").partition("%")[0].rstrip(".") if match else None


def is_remote(text: str) -> bool:
    """Whether a word of a command line names a place by way of a host or a cloud."""
    if text.startswith(("/", "file:")):
        return False
    return text == UNNAMED or bool(CLOUD.match(text)) or host_of(text) is not None


def is_loopback(host: str | None) -> bool:
    """A name or address that every host has for itself."""
    if host is None:
        return False
    address = address_of(host)
    if address is not None:
        return address.is_loopback or address.is_unspecified
    return host in _LOOPBACK_NAMES or host.endswith(".localhost") or re.fullmatch(r"127\.[0-9.]+|0", host) is not None


def address_of(host: str) -> IPv4Address | IPv6Address | None:
    """An address, the IPv4 one of an IPv6 form of it; None for a name."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


@dataclass(frozen=True, slots=True)
class OwnNames:
    """What this host is called: `uname -n`, the names that its own /etc/hosts gives to each address, its addresses."""

    hostname: str = ""
    hosts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    addresses: Maybe[frozenset[IPv4Address | IPv6Address]] = field(
        default=Unknown(Reason.NO_EVIDENCE, "the addresses of this host were not read")
    )

    def has(self, host: str) -> Maybe[bool]:
        """Whether a host is this one."""
        if is_loopback(host) or host in self._certain:
            return True
        address = address_of(host)
        if address is not None:
            return self._owns(address)
        if re.fullmatch(r"[0-9]+|0x[0-9a-f]+", host):
            return Unknown(Reason.NO_EVIDENCE, f"{host}: no known form of a host's name")
        named = [self._owns(each) for text, names in self.hosts if host in names and (each := address_of(text))]
        if True in named:
            return True
        if not named and host.partition(".")[0] in self._certain:
            return Unknown(Reason.NO_EVIDENCE, f"{host} may be this host under a longer or shorter name")
        return next((answer for answer in named if isinstance(answer, Unknown)), False)

    def _owns(self, address: IPv4Address | IPv6Address) -> Maybe[bool]:
        if address.is_loopback or address.is_unspecified:
            return True
        return self.addresses if isinstance(self.addresses, Absent | Unknown) else address in self.addresses

    @property
    def _certain(self) -> frozenset[str]:
        own = self.hostname.lower().rstrip(".")
        return frozenset({own, own.partition(".")[0]} - {""})


def parse_hosts(lines: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """`ADDRESS NAME…` per line of hosts(5), names in lower case."""
    for line in lines:
        words = line.partition("#")[0].lower().split()
        if len(words) > 1:
            yield words[0], tuple(word.rstrip(".") for word in words[1:])


def addresses_of(found: Iterable[NetworkInterface]) -> Maybe[frozenset[IPv4Address | IPv6Address]]:
    """Every address of the interfaces; unknown where one of them could not be read."""
    own: set[IPv4Address | IPv6Address] = set()
    for interface in found:
        if isinstance(interface.addresses, Unknown):
            return interface.addresses
        if is_known(interface.addresses):
            own |= {address for text in interface.addresses if (address := address_of(text.partition("%")[0]))}
    return frozenset(own)
