"""The three profiles of Windows Firewall as they are in force.

Source: NetSecurity cmdlets on the active store; on hosts without them the COM object HNetCfg.FwPolicy2; the registry
for what is saved.

The profiles read as enabled while the services that do the filtering stand still, so both services have to run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.firewall import Action, DefaultRule, Firewall, FirewallLoader, Forwarding, IpVersion
from scanner.facts.windows.firewall.network import NETWORK, has_ipv6, network
from scanner.facts.windows.firewall.rules import FIREWALL_RULES, Rule, opener, rules
from scanner.facts.windows.services import SERVICES, Services, services
from scanner.facts.windows.settings import choice
from scanner.facts.windows.values import Values, entry, required, then, whole
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

FIREWALL_PROFILES = Probe(
    name="firewall",
    why="whether each network profile refuses what no rule admits, now and after a restart, and what it writes down",
    script=r"""
$policy = 'SOFTWARE\Policies\Microsoft\WindowsFirewall'
$local = 'SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy'
$values = @('EnableFirewall', 'DefaultInboundAction')
$logged = @('LogDroppedPackets', 'LogSuccessfulConnections', 'LogFileSize', 'LogFilePath')
@{
    profiles = Read-Part {
        , @(foreach ($profile in Get-NetFirewallProfile -PolicyStore 'ActiveStore') {
            @{
                name = [string]$profile.Name
                enabled = [int]$profile.Enabled
                inbound = [int]$profile.DefaultInboundAction
                local_rules = $profile.AllowLocalFirewallRules
                log_refused = [int]$profile.LogBlocked
                log_accepted = [int]$profile.LogAllowed
                log_kib = [string]$profile.LogMaxSizeKilobytes
                log_file = [string]$profile.LogFileName
            }
        })
    }
    com = Read-Part {
        $firewall = New-ComSeam 'HNetCfg.FwPolicy2'
        , @(foreach ($type in 1, 2, 4) {
            @{
                type = $type
                enabled = [bool]$firewall.FirewallEnabled($type)
                inbound = [int]$firewall.DefaultInboundAction($type)
            }
        })
    }
    saved = Read-Part {
        , @(foreach ($name in 'Domain', 'Private', 'Public') {
            $own = "$($name)Profile"
            if ($name -eq 'Private') { $own = 'StandardProfile' }
            @{
                name = $name
                policy = Read-Registry "$policy\$($name)Profile" $values
                local = Read-Registry "$local\$own" $values
            }
        })
    }
    logs = Read-Part {
        , @(foreach ($name in 'Domain', 'Private', 'Public') {
            $own = "$($name)Profile"
            if ($name -eq 'Private') { $own = 'StandardProfile' }
            @{
                name = $name
                policy = Read-Registry "$policy\$($name)Profile\Logging" $logged
                local = Read-Registry "$local\$own\Logging" $logged
            }
        })
    }
    others = Read-Part {
        $center = 'root/SecurityCenter2'
        $products = Get-CimInstance -Namespace $center -ClassName 'FirewallProduct' -OperationTimeoutSec 20
        , @(foreach ($product in $products) {
            @{ name = [string]$product.displayName; state = [long]$product.productState }
        })
    }
    networks = Read-Part {
        , @(foreach ($network in Get-NetConnectionProfile) { [string]$network.NetworkCategory })
    }
}
""",
)

NAMES = ("Domain", "Private", "Public")
_NUMBERS = {IpVersion.V4: 4, IpVersion.V6: 6}
_TYPES = {1: "Domain", 2: "Private", 4: "Public"}
_BLOCK, _ALLOW = 4, 2  # DefaultInboundAction of the cmdlet
_COM_BLOCK, _COM_ALLOW = 0, 1
_SAVED_BLOCK = 1
_OFF = "the profile is off"
_SERVICES = ("MpsSvc", "BFE")
_ON = 0x1000  # productState of Windows Security Center
_ON_MASK = 0xF000


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one profile does with a connection that no rule names; `filters` is false where it looks at no rule."""

    name: str
    action: Maybe[Action]
    because: str
    filters: bool = True


Profiles = Mapping[str, Profile]


def firewall(raw: RawFacts) -> Values | Unknown:
    return required(entry(raw, FIREWALL_PROFILES.name))


def profiles(found: Values, known: Services | Unknown) -> Profiles | Unknown:
    """All three profiles by name, from the cmdlet, else from the COM object, if the services behind them run."""
    read = _by_cmdlet(found)
    if isinstance(read, Unknown):
        older = _by_com(found)
        read = read if isinstance(older, Unknown) else older
    if isinstance(read, Unknown):
        return read
    others = other_products(found)
    return {name: _in_force(profile, known, others) for name, profile in read.items()}


def _by_cmdlet(found: Values) -> Profiles | Unknown:
    rows = required(found.rows("profiles"))
    if isinstance(rows, Unknown):
        return rows
    read = {row.text("name"): _profile(row, (1, _BLOCK, _ALLOW)) for row in rows}
    return _complete({name: profile for name, profile in read.items() if isinstance(name, str)})


def _by_com(found: Values) -> Profiles | Unknown:
    rows = required(found.rows("com"))
    if isinstance(rows, Unknown):
        return rows
    read = {row.number("type"): _profile(row, (True, _COM_BLOCK, _COM_ALLOW)) for row in rows}
    return _complete(
        {_TYPES[kind]: profile for kind, profile in read.items() if isinstance(kind, int) and kind in _TYPES}
    )


def _complete(read: Mapping[str, tuple[Maybe[Action], str]]) -> Profiles | Unknown:
    if set(read) != set(NAMES):
        return Unknown(Reason.UNREADABLE, "firewall: not all three profiles are described")
    return {
        name: Profile(name=name, action=action, because=because, filters=because != _OFF)
        for name, (action, because) in ((name, read[name]) for name in NAMES)
    }


def _profile(row: Values, words: tuple[int | bool, int, int]) -> tuple[Maybe[Action], str]:
    """The default action in words of one source: how it says on, block and allow."""
    on, block, allow = words
    enabled = required(row.flag("enabled") if isinstance(on, bool) else row.number("enabled"))
    inbound = required(row.number("inbound"))
    if enabled in (0, False) and is_known(enabled):
        return Action.ALLOW, _OFF
    if isinstance(enabled, Unknown) or isinstance(inbound, Unknown):
        return (enabled if isinstance(enabled, Unknown) else Unknown(Reason.UNREADABLE, _unread(inbound))), ""
    if enabled != on:
        return Unknown(Reason.UNREADABLE, f"{row.where}: whether the profile is on is not said"), ""
    actions = {block: Action.DENY, allow: Action.ALLOW}
    unsaid = Unknown(Reason.UNREADABLE, f"{row.where}: the action for unnamed connections is not said")
    return actions.get(inbound, unsaid), f"default for incoming connections: {'block' if inbound == block else 'allow'}"


def _unread(value: object) -> str:
    return value.detail if isinstance(value, Unknown) else "firewall: no action"


def _in_force(profile: Profile, known: Services | Unknown, others: Maybe[tuple[str, ...]]) -> Profile:
    """The profile behind its services; where another product is on, it may filter in the place of Windows Firewall.

    Source: INetFwProduct.RuleCategories: a registered product may own what Windows Firewall would refuse.
    """
    if isinstance(known, Unknown):
        return replace(profile, action=known) if profile.action is Action.DENY else profile
    stopped = next((name for name in _SERVICES if not _runs(known, name)), None)
    if stopped:
        because = f"the service {stopped} does not run"
        profile = replace(profile, action=Action.ALLOW, because=because, filters=False)
    if isinstance(profile.action, Unknown) or isinstance(others, Absent) or others == ():
        return profile
    if isinstance(others, Unknown):
        # Only where the profile refuses by itself is it no matter who else is there to refuse.
        return profile if profile.action is Action.DENY else replace(profile, action=others)
    names = ", ".join(others)
    detail = f"{profile.name} profile: {profile.because}; what {names} refuses is not read"
    if profile.action is Action.DENY:
        detail = f"{profile.name} profile: {names} may have taken over from Windows Firewall, which is not read"
    return replace(profile, action=Unknown(Reason.UNSUPPORTED, detail))


def _runs(known: Services, name: str) -> bool:
    service = known.get(name.lower())
    return service is not None and service.runs


def other_products(found: Values) -> Maybe[tuple[str, ...]]:
    """Firewalls of other makers that are on; servers keep no such list, so that only clients can name one."""
    problem = found.failure("others")
    if problem is not None and problem.is_missing_subject:
        return Absent("this Windows keeps no list of security products")
    rows = required(found.rows("others"))
    if isinstance(rows, Unknown):
        return rows
    states = [(row.text("name"), row.number("state")) for row in rows]
    return tuple(name for name, state in states if is_known(name) and is_known(state) and state & _ON_MASK == _ON)


def active_profiles(found: Values) -> Maybe[tuple[str, ...]]:
    """The profiles of the networks that the host is connected to."""
    words = {"Public": "Public", "Private": "Private", "DomainAuthenticated": "Domain", "0": "Public"}
    words |= {"1": "Private", "2": "Domain"}
    named = required(found.texts("networks"))
    if isinstance(named, Unknown):
        return named
    if not named or not set(named) <= set(words):
        return Unknown(Reason.UNREADABLE, "firewall: the profiles of the connected networks are not known")
    return tuple(dict.fromkeys(words[name] for name in named))


def read_firewall(raw: RawFacts) -> Firewall | Absent | Unknown:
    """`Firewall` with one entrance per profile and address family."""
    found = firewall(raw)
    if isinstance(found, Unknown):
        return found
    known = services(raw)
    read = profiles(found, known)
    ipv6 = then(network(raw), has_ipv6)
    versions = (IpVersion.V4,) if isinstance(ipv6, Absent) else tuple(IpVersion)
    defaults = read if isinstance(read, Unknown) else tuple(_defaults(read, rules(raw), versions))
    return Firewall(
        defaults=defaults,
        ipv6=ipv6,
        managers=_managers(read, found),
        rule_systems=("Windows Filtering Platform",),
        loaders=_loaders(found, known, ipv6, defaults),
        forwarding=tuple(_forwarding(raw, version) for version in versions),
        local_rules=_local_rules(found),
    )


def _local_rules(found: Values) -> Maybe[tuple[tuple[str, bool], ...]]:
    """AllowLocalFirewallRules, a GpoBoolean (0 no, 1 yes, 2 not configured, of which nobody says what is in force)."""
    rows = required(found.rows("profiles"))
    if isinstance(rows, Unknown):
        return rows
    unset = Unknown(Reason.NO_EVIDENCE, "firewall: whether rules of the host itself count is not configured")
    meaning: Mapping[int, Maybe[bool]] = {0: False, 1: True, 2: unset}
    return whole(_counts(row, choice(required(row.number("local_rules")), meaning, unset)) for row in rows)


def _counts(row: Values, value: Maybe[bool]) -> tuple[str, bool] | Unknown:
    name, told = required(row.text("name")), required(value)
    if isinstance(name, Unknown):
        return name
    return told if isinstance(told, Unknown) else (f"{name} profile", told)


def _defaults(read: Profiles, known: tuple[Rule, ...] | Unknown, versions: tuple[IpVersion, ...]) -> list[DefaultRule]:
    """What a profile refuses by default, a rule for any port may admit all the same."""
    return [_default(profile, known, version) for version in versions for profile in read.values()]


def _default(profile: Profile, known: tuple[Rule, ...] | Unknown, version: IpVersion) -> DefaultRule:
    action, because = profile.action, profile.because
    if action is Action.DENY:
        opened, by = (known, "") if isinstance(known, Unknown) else opener(known, profile.name, _NUMBERS[version])
        if opened is True:
            action, because = Action.ALLOW, f"a rule admits ports that nobody named ({by})"
        elif isinstance(opened, Unknown):
            action = opened
    return DefaultRule(version=version, entrance=f"{profile.name} profile", action=action, because=because)


def _managers(read: Profiles | Unknown, found: Values) -> Maybe[tuple[str, ...]]:
    others = other_products(found)
    if isinstance(read, Unknown) or isinstance(others, Unknown):
        return read if isinstance(read, Unknown) else others if isinstance(others, Unknown) else ()
    unsure = next((profile.action for profile in read.values() if isinstance(profile.action, Unknown)), None)
    if unsure is not None and not is_known(others):
        return unsure
    filters = any(profile.action is Action.DENY for profile in read.values())
    own = ("Windows Firewall",) if filters else ()
    return (*own, *(others if is_known(others) else ()))


def _loaders(
    found: Values, known: Services | Unknown, ipv6: Maybe[bool], defaults: Maybe[tuple[DefaultRule, ...]]
) -> Maybe[tuple[FirewallLoader, ...]]:
    """The service that applies the saved profiles and rules, when it starts with the host.

    Rules in force are saved ones: what they open or may open now, they do after a restart as well.
    """
    if isinstance(known, Unknown):
        return known
    if not all(name.lower() in known and known[name.lower()].starts for name in _SERVICES):
        return ()
    saved = _saved(found)
    four, six = (_still(saved, defaults, version) for version in IpVersion)
    six = ipv6 if isinstance(ipv6, Absent) else six
    return (FirewallLoader(name="Windows Firewall (MpsSvc)", closes_v4=four, closes_v6=six),)


def _still(saved: Maybe[bool], defaults: Maybe[tuple[DefaultRule, ...]], version: IpVersion) -> Maybe[bool]:
    if saved is not True or not is_known(defaults):
        return saved
    actions = [one.action for one in defaults if one.version is version]
    if Action.ALLOW in actions:
        return False
    return next((action for action in actions if isinstance(action, Unknown)), saved)


def _saved(found: Values) -> Maybe[bool]:
    """Whether what is saved keeps every profile on and refusing; a policy's value wins over the host's own."""
    rows = required(found.rows("saved"))
    if isinstance(rows, Unknown):
        return rows
    if {row.text("name") for row in rows} != set(NAMES):
        return Unknown(Reason.UNREADABLE, "firewall: not all three saved profiles are described")
    answers = [_closes(row) for row in rows]
    if False in answers:
        return False
    return next((answer for answer in answers if isinstance(answer, Unknown)), True)


def _closes(row: Values) -> bool | Unknown:
    enabled = required(_saved_value(row, "EnableFirewall"))
    inbound = _saved_value(row, "DefaultInboundAction")
    if enabled == 0 or (is_known(inbound) and inbound != _SAVED_BLOCK):
        return False
    if isinstance(enabled, Unknown) or isinstance(inbound, Unknown):
        return enabled if isinstance(enabled, Unknown) else Unknown(Reason.UNREADABLE, _unread(inbound))
    return True


def _saved_value(row: Values, name: str) -> Maybe[int]:
    """Absent where neither sets it: Windows then refuses."""
    value = row.registry_number("policy", name)
    return row.registry_number("local", name) if isinstance(value, Absent) else value


def _forwarding(raw: RawFacts, version: IpVersion) -> Forwarding:
    """Any interface that passes packets on; what Windows then lets through is no matter of these rules."""
    found = network(raw)
    enabled = then(found, lambda values: _forwards(values, version))
    unread = Unknown(Reason.UNSUPPORTED, "Windows Firewall has no rules for packets that are only passed on")
    return Forwarding(version=version, enabled=enabled, action=unread)


def _forwards(found: Values, version: IpVersion) -> Maybe[bool]:
    rows = required(found.rows("routing"))
    if isinstance(rows, Unknown):
        return rows
    family = "IPv4" if version is IpVersion.V4 else "IPv6"
    words = [row.text("forwarding") for row in rows if row.text("family") == family]
    if not words:
        return Unknown(Reason.UNREADABLE, f"network: no interface tells whether it passes {family} on")
    known = [word for word in words if word in ("Enabled", "Disabled")]
    if "Enabled" in known:
        return True
    return False if len(known) == len(words) else Unknown(Reason.UNREADABLE, "network: forwarding is not said")


FIREWALL = Reader(fact=Firewall, probes=(FIREWALL_PROFILES, FIREWALL_RULES, SERVICES, NETWORK), read=read_firewall)
