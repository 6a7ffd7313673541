"""The inbound rules of Windows Firewall, and whether they let a stranger through to one socket.

Source: NetSecurity cmdlets on the active store; a rule and its filters share one InstanceID. A block rule wins over
every allow rule. Only remote addresses that stand for everybody are a stranger's: a subnet or a list is a limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scanner.facts.base import Probe, RawFacts
from scanner.facts.windows.values import Values, entry, required, whole
from scanner.model import Maybe, Reason, Unknown, is_known

FIREWALL_RULES = Probe(
    name="firewall_rules",
    why="which ports the firewall opens to any address, and for which program",
    script=r"""
$store = 'ActiveStore'
$ports = @{}
foreach ($item in Get-NetFirewallPortFilter -PolicyStore $store) { $ports[[string]$item.InstanceID] = $item }
$addresses = @{}
foreach ($item in Get-NetFirewallAddressFilter -PolicyStore $store) { $addresses[[string]$item.InstanceID] = $item }
$programs = @{}
foreach ($item in Get-NetFirewallApplicationFilter -PolicyStore $store) { $programs[[string]$item.InstanceID] = $item }
@{
    rules = @(foreach ($rule in Get-NetFirewallRule -PolicyStore $store -Direction 'Inbound' -Enabled 'True') {
        $id = [string]$rule.InstanceID
        @{
            id = $id
            action = [int]$rule.Action
            profiles = [int]$rule.Profile
            protocol = [string]$ports[$id].Protocol
            ports = @(foreach ($port in $ports[$id].LocalPort) { [string]$port })
            addresses = @(foreach ($address in $addresses[$id].RemoteAddress) { [string]$address })
            program = [string]$programs[$id].Program
            package = [string]$programs[$id].Package
        }
    })
}
""",
    timeout_s=30,
    max_bytes=1024 * 1024,
)

_ALLOW, _BYPASS, _BLOCK = 2, 3, 4  # MSFT_NetFirewallRule.Action
_PROFILE_BITS = {"Domain": 1, "Private": 2, "Public": 4}
_ANY_PROFILE = 0
_PROTOCOLS = {"tcp": ("TCP", "6", "Any"), "udp": ("UDP", "17", "Any")}
_EVERYBODY = ("any", "internet", "0.0.0.0/0", "::/0", "0.0.0.0-255.255.255.255", "0.0.0.0/0.0.0.0")
# Words in the place of a port (MS-FASP, local port keywords); one that is not listed may stand for any.
_HANDED_OUT = range(49152, 65536)
_WORDS = {
    "any": range(65536),
    "rpc": _HANDED_OUT,
    "rpcepmap": range(135, 136),
    "iphttpsin": range(443, 444),
    "iphttps": range(443, 444),
    "teredo": _HANDED_OUT,
    "playtodiscovery": _HANDED_OUT,
    "mdns": range(5353, 5354),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One enabled inbound rule."""

    name: str
    blocks: bool
    profiles: int
    protocol: str
    ports: tuple[str, ...]
    addresses: tuple[str, ...]
    program: str
    package: str

    @property
    def reaches_everybody(self) -> bool:
        return any(address.lower() in _EVERYBODY for address in self.addresses)

    def holds_in(self, profile: str) -> bool:
        return self.profiles in (_ANY_PROFILE, 0x7FFFFFFF) or bool(self.profiles & _PROFILE_BITS[profile])

    def names(self, protocol: str, port: int) -> bool:
        """Whether the rule speaks of the port; words for ports of Windows' own choice may mean any."""
        if self.protocol not in _PROTOCOLS[protocol]:
            return False
        return any(_covers(text, port) for text in self.ports)

    def fits(self, program: Maybe[str]) -> Maybe[bool]:
        """Whether it is a rule for this program: by the last part of the path, which variables do not change."""
        if self.program.lower() in ("", "any"):
            return not self.package or self.package.lower() == "any"
        wanted = self.program.lower().replace("/", "\\").rpartition("\\")[2]
        if isinstance(program, Unknown):
            return program
        return is_known(program) and program.lower().replace("/", "\\").rpartition("\\")[2] == wanted


def _covers(text: str, port: int) -> bool:
    low, _, high = text.partition("-")
    if low.isascii() and low.isdecimal() and (high or low).isdecimal() and len(text) < 12:
        return int(low) <= port <= int(high or low)
    return port in _WORDS.get(text.lower(), _WORDS["any"])


def rules(raw: RawFacts) -> tuple[Rule, ...] | Unknown:
    """Every enabled inbound rule; a Windows without any was not read."""
    found = required(entry(raw, FIREWALL_RULES.name))
    if isinstance(found, Unknown):
        return found
    rows = required(found.rows("rules"))
    if isinstance(rows, Unknown):
        return rows
    return whole(_rule(row) for row in rows if _may_matter(row))


def _may_matter(row: Values) -> bool:
    """Rules for other protocols open no port; those that let only proved computers bypass the firewall no stranger."""
    protocol = row.text("protocol")
    other = is_known(protocol) and protocol != "" and not any(protocol in words for words in _PROTOCOLS.values())
    return not other and row.number("action") != _BYPASS


def _rule(row: Values) -> Rule | Unknown:
    incomplete = Unknown(Reason.UNREADABLE, f"{row.where}: a rule that is not fully described")
    name, protocol, action, bits = row.text("id"), row.text("protocol"), row.number("action"), row.number("profiles")
    ports, addresses = row.texts("ports"), row.texts("addresses")
    program, package = row.text("program"), row.text("package")
    if not is_known(name) or not is_known(protocol) or not is_known(bits) or action not in (_ALLOW, _BLOCK):
        return incomplete
    if not is_known(ports) or not is_known(addresses) or not is_known(program) or not is_known(package):
        return incomplete
    if not protocol or not ports or not addresses:
        return incomplete
    return Rule(
        name=name,
        blocks=action == _BLOCK,
        profiles=bits,
        protocol=protocol,
        ports=ports,
        addresses=addresses,
        program=program,
        package=package,
    )


def passing(
    known: Sequence[Rule], profile: str, socket: tuple[str, int], program: Maybe[str], *, open_by_default: bool
) -> tuple[Maybe[bool], str]:
    """Whether a stranger's packet reaches the socket in one profile, and what decides."""
    named = [rule for rule in known if rule.holds_in(profile) and rule.names(*socket) and rule.reaches_everybody]
    blocked = next((rule for rule in named if rule.blocks and rule.fits(program) is True), None)
    if blocked is not None:
        return False, f"{profile} profile: blocked by {blocked.name}"
    if open_by_default:
        doubt = next(_doubts(named, program, blocks=True), None)
        return (doubt, "") if doubt else (True, f"{profile} profile: open by default")
    allowed = next((rule for rule in named if not rule.blocks and rule.fits(program) is True), None)
    doubt = next(_doubts(named, program, blocks=allowed is not None), None)
    if doubt is not None:
        return doubt, ""
    return (True, f"{profile} profile: {allowed.name}") if allowed else (False, f"{profile} profile: no rule admits it")


def _doubts(named: Sequence[Rule], program: Maybe[str], *, blocks: bool) -> Iterator[Unknown]:
    """Rules of one kind for a program that nobody could name."""
    for rule in named:
        fits = rule.fits(program)
        if rule.blocks is blocks and isinstance(fits, Unknown):
            yield fits
