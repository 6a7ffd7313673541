"""Who a stranger is: the addresses that every question about a firewall is asked for, and how wide "everybody" is.

Addresses of the whole internet that the IANA registries call globally reachable and that no company has for itself
(AS112, RFC 7534 and 7535). Addresses reserved for documentation would be met by every list of bogus sources, and
a host that drops nothing else would look closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_address,
    ip_network,
    summarize_address_range,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

STRANGER: Mapping[int, Address] = {4: ip_address("192.175.48.77"), 6: ip_address("2620:4f:8000::77")}
ELSEWHERE: Mapping[int, Address] = {4: ip_address("192.31.196.99"), 6: ip_address("2620:4f:8000::99")}

# A block of public addresses that is larger than anything one company has: more than a /8, or an IPv6 /16.
_LARGEST = {4: 2**24, 6: 2**112}


def networks_of(text: str) -> tuple[Network, ...] | None:
    """The networks that an address, `ADDRESS/BITS`, `ADDRESS/MASK` or `FIRST-LAST` stands for; None for other text."""
    first, dash, last = text.partition("-")
    try:
        if not dash:
            return (ip_network(text, strict=False),)
        low, high = ip_address(first.strip()), ip_address(last.strip())
        if isinstance(low, IPv4Address) and isinstance(high, IPv4Address):
            return tuple(summarize_address_range(low, high))
        if isinstance(low, IPv6Address) and isinstance(high, IPv6Address):
            return tuple(summarize_address_range(low, high))
    except (ValueError, TypeError):
        pass
    return None


def lets_strangers_in(networks: Iterable[Network], version: int) -> bool:
    """Whether a permit for these networks is one for strangers: it names one, or is too wide to name anybody."""
    own = [network for network in networks if network.version == version]
    named = any(address[version] in network for address in (STRANGER, ELSEWHERE) for network in own)
    public = sum(network.num_addresses for network in own if not network.is_private)
    return named or public > _LARGEST[version]


def is_everybody(networks: Iterable[Network], version: int) -> bool:
    """Whether nobody is outside these networks, so that what refuses them refuses every stranger."""
    if version == 4:
        return [*collapse_addresses(one for one in networks if isinstance(one, IPv4Network))] == [
            IPv4Network("0.0.0.0/0")
        ]
    return [*collapse_addresses(one for one in networks if isinstance(one, IPv6Network))] == [IPv6Network("::/0")]
