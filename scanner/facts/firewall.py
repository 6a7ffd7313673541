"""The host firewall: what a stranger's first packet meets, and whether that survives a restart."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Absent, Maybe

_NO_POLICY = Absent("no policy from elsewhere stands beside the host's own rules")


class IpVersion(StrEnum):
    """The two address families; a firewall closes each on its own."""

    V4 = "IPv4"
    V6 = "IPv6"


class Action(StrEnum):
    """What becomes of a packet nobody wrote a rule for."""

    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultRule:
    """What one entrance does with a new connection to a port that no rule names.

    `entrance` is a network interface with its address, or a firewall profile. `action` is unknown where a rule in
    the way cannot be evaluated; the detail then quotes that rule. `because` quotes the rule or policy that decided.
    """

    version: IpVersion
    entrance: str
    action: Maybe[Action]
    because: str = ""

    def __str__(self) -> str:
        return f"{self.entrance}: {self.because}" if self.because else self.entrance


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallLoader:
    """A program that loads saved rules when the host starts.

    `closes_v4` and `closes_v6` say whether the rules it has saved refuse unnamed ports; absent where it does not
    handle that address family.
    """

    name: str
    closes_v4: Maybe[bool]
    closes_v6: Maybe[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarding:
    """Whether the host passes packets on between networks, and what its forward rules do by default."""

    version: IpVersion
    enabled: Maybe[bool]
    action: Maybe[Action]
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firewall(Fact):
    """The firewall in force, judged by its rules and never by the state of a service.

    `defaults` has an entry for each entrance and address family in use; loopback is no entrance. `ipv6` is absent
    where it is switched off, false where it is on and no interface but loopback has an address yet. `managers` are
    the front ends that are active or start with the host, `rule_systems` the kernel rule stores that hold rules.
    `loaders` are those enabled at start. `local_rules` says of each entrance whether rules that were made on the host
    count beside those of a policy; absent where there are no such policies.
    """

    name: ClassVar[str] = "firewall"
    title: ClassVar[str] = "host firewall"

    defaults: Maybe[tuple[DefaultRule, ...]]
    ipv6: Maybe[bool]
    managers: Maybe[tuple[str, ...]]
    rule_systems: Maybe[tuple[str, ...]]
    loaders: Maybe[tuple[FirewallLoader, ...]]
    forwarding: tuple[Forwarding, ...]
    local_rules: Maybe[tuple[tuple[str, bool], ...]] = _NO_POLICY


@dataclass(frozen=True, slots=True, kw_only=True)
class EntranceLog:
    """What the firewall writes down of the packets that come to one entrance, and where.

    `refused` and `accepted` say whether such packets leave a record; they, the size and the place are absent where no
    packet is looked at, such as on a profile that is off. The log may grow to `max_size_kib` before its oldest records
    go.
    """

    entrance: str
    refused: Maybe[bool]
    accepted: Maybe[bool]
    max_size_kib: Maybe[int]
    place: Maybe[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallLog(Fact):
    """The firewall's own records, with an entry for each entrance; whether the log is really written is not read."""

    name: ClassVar[str] = "firewall_log"
    title: ClassVar[str] = "log of the host firewall"

    entrances: Maybe[tuple[EntranceLog, ...]]
