"""The inbound rules of Windows Firewall, and whether they let a stranger through to one socket.

Source: NetSecurity cmdlets on the active store; a rule and its filters share one InstanceID. A block rule wins over
every allow rule. A rule that admits speaks of strangers where its remote addresses hold one; a rule that refuses
only where nobody is outside them. Keywords for remote addresses: MS-FASP, MSFT_NetAddressFilter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from scanner.facts.base import Probe, RawFacts
from scanner.facts.stranger import is_everybody, lets_strangers_in, networks_of
from scanner.facts.windows.values import Values, entry, required, whole
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

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
_EVERYBODY = ("any", "*", "internet")
_NEIGHBOURS = frozenset(
    (
        *("localsubnet", "localsubnet4", "localsubnet6", "defaultgateway", "dns", "dhcp", "wins"),
        *("intranet", "rmtintranet", "intranetremoteaccess", "playtodevice", "ply2renders", "captiveportal"),
    )
)
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

    def meets_strangers(self, version: int) -> Maybe[bool]:
        """Whether a packet of a stranger over IPv4 or IPv6 is one of those that the rule is for."""
        answer = _meets_strangers(self.addresses, self.blocks, version)
        return Unknown(Reason.UNREADABLE, f"firewall: {self.name}: {answer}") if isinstance(answer, str) else answer

    def applies(self, program: Maybe[str], version: int) -> Maybe[bool]:
        """Whether it decides over a stranger's packet to this program."""
        answers = (self.fits(program), self.meets_strangers(version))
        if False in answers:
            return False
        return next((answer for answer in answers if isinstance(answer, Unknown)), True)

    def holds_in(self, profile: str) -> bool:
        return self.profiles in (_ANY_PROFILE, 0x7FFFFFFF) or bool(self.profiles & _PROFILE_BITS[profile])

    def names(self, protocol: str, port: int) -> bool:
        """Whether the rule speaks of the port; words for ports of Windows' own choice may mean any."""
        if self.protocol not in _PROTOCOLS[protocol]:
            return False
        return any(port in _ports(text) for text in self.ports)

    def fits(self, program: Maybe[str]) -> Maybe[bool]:
        """Whether it is a rule for this program: by the last part of the path, which variables do not change.

        Enough for a rule that admits, and for one that blocks, which proves nothing against it at any path.
        """
        if self.program.lower() in ("", "any"):
            return not self.package or self.package.lower() == "any"
        if isinstance(program, Unknown):
            return program
        return _file_name(program if is_known(program) else "") == _file_name(self.program)


def _file_name(program: str) -> str:
    return program.lower().replace("/", "\\").rpartition("\\")[2]


@lru_cache(maxsize=8192)
def _meets_strangers(addresses: tuple[str, ...], blocks: bool, version: int) -> bool | str:
    """Whether remote addresses stand for strangers, else what of them is not understood; kept for many sockets."""
    words = [address.lower() for address in addresses]
    if any(word in _EVERYBODY for word in words):
        return True
    known = [networks_of(word) for word in words if word not in _NEIGHBOURS]
    networks = [network for one in known for network in one or ()]
    if is_everybody(networks, version) if blocks else lets_strangers_in(networks, version):
        return True
    return "an address that is not understood" if None in known else False


def _ports(text: str) -> range:
    """What stands in the place of a port: a number, a span, a word."""
    low, _, high = text.partition("-")
    if text.isascii() and low.isdecimal() and (high or low).isdecimal() and len(text) < 12:
        return range(int(low), int(high or low) + 1)
    return _WORDS.get(text.lower(), _WORDS["any"])


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
    known: Sequence[Rule],
    profile: str,
    socket: tuple[str, int],
    program: Maybe[str],
    *,
    version: int,
    open_by_default: bool,
) -> tuple[Maybe[bool], str]:
    """Whether a stranger's packet over IPv4 or IPv6 reaches the socket in one profile, and what decides."""
    named = [rule for rule in known if rule.holds_in(profile) and rule.names(*socket)]
    answers = [(rule, rule.applies(program, version)) for rule in named]
    blocked = next((rule for rule, applies in answers if rule.blocks and applies is True), None)
    allowed = next((rule for rule, applies in answers if not rule.blocks and applies is True), None)
    is_open = open_by_default or allowed is not None
    # What else might decide is a rule of the other kind: one that refuses where it is open, one that admits elsewhere.
    doubt = next(
        (applies for rule, applies in answers if rule.blocks is is_open and isinstance(applies, Unknown)), None
    )
    if blocked is not None and (is_open or doubt is not None):
        return _limits_unread(blocked), ""
    if doubt is not None:
        return doubt, ""
    if open_by_default:
        return True, f"{profile} profile: open by default"
    return (True, f"{profile} profile: {allowed.name}") if allowed else (False, f"{profile} profile: no rule admits it")


def _limits_unread(rule: Rule) -> Unknown:
    """A rule that refuses may do so on some interfaces, local addresses, services or users alone: none is read."""
    return Unknown(Reason.UNSUPPORTED, f"firewall: whether the block rule {rule.name} holds for all is not read")


_NO_PROGRAM = Absent("no program is named")
_NARROW = 5000
# Below 1024, in the middle, above 32768; all below the ports that Windows hands out itself, which rules for RPC open.
_BANDS = (range(917, 0, -1), range(17_777, 1023, -1), range(40_123, 32_768, -1))


def opener(known: Sequence[Rule], profile: str, version: int) -> tuple[Maybe[bool], str]:
    """Whether rules let a stranger through to TCP ports that no narrow rule names, and which rule does."""
    answers = [
        passing(known, profile, ("tcp", port), _NO_PROGRAM, version=version, open_by_default=False)
        for port in _unnamed(known)
    ]
    passes = next((answer for answer in answers if answer[0] is True), None)
    return passes or next((answer for answer in answers if isinstance(answer[0], Unknown)), (False, ""))


def _unnamed(known: Sequence[Rule]) -> tuple[int, ...]:
    narrow = [ports for rule in known for text in rule.ports if len(ports := _ports(text)) < _NARROW]
    free = (next((port for port in band if not any(port in ports for ports in narrow)), band[0]) for band in _BANDS)
    return tuple(free)
