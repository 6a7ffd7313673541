"""Which program loads rules at start, and whether what it has saved closes the host.

Saved rules are judged by what can be proved: iptables-save files are walked like the live rules, a ufw or firewalld
configuration by its settings, an nft script only as far as its text settles it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scanner.facts.base import FileText, RawFacts, files, lines_of
from scanner.facts.firewall import FirewallLoader
from scanner.facts.linux.firewall.firewalld import firewalld_closes
from scanner.facts.linux.firewall.packet import Packet, ruleset
from scanner.facts.linux.firewall.probes import FWUI
from scanner.facts.linux.firewall.save import parse_save
from scanner.facts.linux.firewall.script import script_closes
from scanner.facts.linux.firewall.walk import Fate, walk
from scanner.facts.stranger import STRANGER, lets_strangers_in, networks_of
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

_NARROW = 5000  # fewer ports than this are named on purpose
Texts = Mapping[str, FileText | Absent | Unknown]
Closes = Callable[[Texts, int], Maybe[bool]]


@dataclass(frozen=True, slots=True)
class FrontEnds:
    """What the probe `fwui` said: programs that are active or start with the host, and those that load rules."""

    managers: Maybe[tuple[str, ...]]
    loaders: Maybe[tuple[FirewallLoader, ...]]


def front_ends(raw: RawFacts) -> FrontEnds:
    """The parsed probe `fwui`."""
    section = raw.read(FWUI.name)
    if isinstance(section, Absent | Unknown):
        why = Unknown(Reason.UNREADABLE, section.reason) if isinstance(section, Absent) else section
        return FrontEnds(why, why)
    lines = lines_of(section.text)
    if "% end" not in lines or "% saved" not in lines:
        why = Unknown(Reason.UNREADABLE, "fwui: its output ends early")
        return FrontEnds(why, why)
    services = _services(lines)
    if services is None:
        why = Unknown(Reason.UNSUPPORTED, "fwui: which services start with this host is not known here")
        return FrontEnds(why, why)
    texts = files(section)
    running, enabled = services
    return FrontEnds(_managers(running, enabled, texts), _loaders(enabled, texts))


def _services(lines: list[str]) -> tuple[frozenset[str], frozenset[str]] | None:
    """Running and enabled services; None for an init system nobody knows."""
    init = lines[0] if lines else ""
    if init == "% systemd":
        return _units(lines[1 : lines.index("% saved")])
    if init in ("% openrc", "% sysv"):
        enabled = frozenset(line[3:] for line in lines if line.startswith("on "))
        return enabled, enabled
    return None


def _units(lines: list[str]) -> tuple[frozenset[str], frozenset[str]]:
    running, enabled, unit = set[str](), set[str](), dict[str, str]()
    for line in [*lines, ""]:
        key, equals, value = line.partition("=")
        if equals:
            unit[key] = value
            continue
        name = unit.get("Id", "").removesuffix(".service")
        if unit.get("LoadState") == "loaded":
            if unit.get("ActiveState") == "active":
                running.add(name)
            if unit.get("UnitFileState", "").startswith(("enabled", "static", "alias", "generated")):
                enabled.add(name)
        unit = {}
    return frozenset(running), frozenset(enabled)


def _managers(running: frozenset[str], enabled: frozenset[str], texts: Texts) -> Maybe[tuple[str, ...]]:
    """Front ends in use. A running unit of ufw says nothing: its own switch does."""
    found = {_FAMILY.get(name, name) for name in running | enabled if name in _LOADERS or name in _OTHERS}
    ufw = _setting(texts, "/etc/ufw/ufw.conf", "ENABLED")
    if isinstance(ufw, Unknown) and "ufw" in found:
        return ufw
    found.discard("ufw")
    if is_known(ufw) and ufw.lower() == "yes":
        found.add("ufw")
    return tuple(sorted(found))


def _loaders(enabled: frozenset[str], texts: Texts) -> Maybe[tuple[FirewallLoader, ...]]:
    found: list[FirewallLoader] = []
    for name in sorted(enabled):
        if name == "ufw":
            switch = _setting(texts, "/etc/ufw/ufw.conf", "ENABLED")
            if isinstance(switch, Unknown):
                return switch
            if not is_known(switch) or switch.lower() != "yes":
                continue
        if name in _LOADERS:
            closes = _LOADERS[name]
            found.append(FirewallLoader(name=name, closes_v4=closes(texts, 4), closes_v6=closes(texts, 6)))
        elif name in _OTHERS:
            why = Unknown(Reason.UNSUPPORTED, f"firewall: the saved rules of {name} cannot be judged")
            found.append(FirewallLoader(name=name, closes_v4=why, closes_v6=why))
    return tuple(found)


def _setting(texts: Texts, path: str, key: str) -> Maybe[str]:
    """The last assignment of a shell-like file."""
    text = texts.get(path, Absent(f"{path} does not exist"))
    if not isinstance(text, FileText):
        return text
    found = re.findall(rf"^\s*{key}\s*=\s*['\"]?([^'\"#\s]*)", text.text, re.MULTILINE)
    return found[-1] if found else Absent(f"{path} does not set {key}")


def _ufw(texts: Texts, version: int) -> Maybe[bool]:
    if version == 6:
        six = _setting(texts, "/etc/default/ufw", "IPV6")
        if isinstance(six, Absent | Unknown):
            return six
        if six.lower() != "yes":
            return Absent("ufw leaves IPv6 alone")
    policy = _setting(texts, "/etc/default/ufw", "DEFAULT_INPUT_POLICY")
    if isinstance(policy, Absent | Unknown):
        return policy
    own = texts.get("/etc/ufw/user.rules" if version == 4 else "/etc/ufw/user6.rules")
    if policy.upper() not in ("DROP", "REJECT"):
        return False
    if isinstance(own, Unknown):
        return own
    return not (isinstance(own, FileText) and any(_admits_all(line, version) for line in lines_of(own.text)))


def _admits_all(line: str, version: int) -> bool:
    """Whether a rule as ufw notes it admits strangers to a wide span of ports.

    `### tuple ### ACTION[_LOG] PROTOCOL PORTS TO PORTS FROM [APPLICATION APPLICATION] [DIRECTION] [comment=HEX]`, as
    ufw 0.36 reads it; protocols without ports (esp, vrrp, …) open none.
    """
    words = [word for word in line.removeprefix("### tuple ### ").split() if not word.startswith("comment=")]
    if not line.startswith("### tuple ### ") or len(words) < 6 or words[0].partition("_")[0] not in ("allow", "limit"):
        return False
    if words[1] not in ("any", "tcp", "udp") or (len(words) > 6 and words[-1].startswith("out")):
        return False
    networks = networks_of(words[5])
    strange = networks is None or lets_strangers_in(networks, version)
    return strange and _may_be_host(words[3]) and any(_is_wide(port) for port in words[2].split(","))


def _may_be_host(destination: str) -> bool:
    """Whether a stranger's packet to the host can have this destination."""
    networks = networks_of(destination)
    return networks is None or any(not (one.is_multicast or one.is_loopback) for one in networks)


def _is_wide(ports: str) -> bool:
    first, colon, last = ports.partition(":")
    is_span = bool(colon) and first.isdecimal() and last.isdecimal()
    return ports == "any" or (is_span and int(last) - int(first) >= _NARROW)


def _script(*paths: str) -> Closes:
    """An nft script, judged by its text."""

    def closes(texts: Texts, version: int) -> Maybe[bool]:
        for path in paths:
            text = texts.get(path)
            if isinstance(text, Unknown):
                return text
            if isinstance(text, FileText):
                settled = script_closes(text.text, version)
                why = f"firewall: the text of {path} does not settle whether it refuses unnamed ports"
                return Unknown(Reason.UNSUPPORTED, why) if settled is None else settled
        return False

    return closes


def _rule_files(four: tuple[str, ...], six: tuple[str, ...]) -> Closes:
    """Files of iptables-restore, walked; a loader without its file loads nothing."""

    def closes(texts: Texts, version: int) -> Maybe[bool]:
        paths = four if version == 4 else six
        if not paths:
            return Absent(f"does not load rules for IPv{version}")
        for path in paths:
            text = texts.get(path)
            if isinstance(text, Unknown):
                return text
            if isinstance(text, FileText):
                return _walked(text, version)
        return False

    return closes


def _walked(text: FileText, version: int) -> Maybe[bool]:
    tables = parse_save(text.text, version, text.path)
    if isinstance(tables, Unknown):
        return tables
    rules = ruleset(tables)
    ends = [walk(rules, _stranger(version, port)) for port in (917, 17_777, 50_123)]
    if any(end.fate is Fate.ALLOW for end in ends):
        return False
    undecided = next((end for end in ends if end.fate is not Fate.DENY), None)
    return Unknown(Reason.UNSUPPORTED, f"{text.path}: {undecided.because}") if undecided else True


def _stranger(version: int, port: int) -> Packet:
    return Packet(
        version=version, interface="eth0", source=STRANGER[version], destination=None, protocol="tcp", port=port
    )


_DEBIAN_V4 = ("/etc/iptables/rules.v4",)
_DEBIAN_V6 = ("/etc/iptables/rules.v6",)
_V4 = (
    "/etc/sysconfig/iptables",
    "/etc/iptables/iptables.rules",
    "/etc/iptables/rules-save",
    "/var/lib/iptables/rules-save",
)
_V6 = (
    "/etc/sysconfig/ip6tables",
    "/etc/iptables/ip6tables.rules",
    "/etc/iptables/rules6-save",
    "/var/lib/ip6tables/rules-save",
)
_LOADERS: Mapping[str, Closes] = {
    "ufw": _ufw,
    "firewalld": firewalld_closes,
    "nftables": _script("/etc/nftables.conf", "/etc/sysconfig/nftables.conf", "/etc/nftables.nft"),
    "netfilter-persistent": _rule_files(_DEBIAN_V4, _DEBIAN_V6),
    "iptables": _rule_files(_V4, ()),
    "ip6tables": _rule_files((), _V6),
}
_OTHERS = {"shorewall", "shorewall6", "ferm", "csf", "arno-iptables-firewall", "SuSEfirewall2", "cilium"}
# Two services of one front end count once.
_FAMILY = {"ip6tables": "iptables", "shorewall6": "shorewall", "netfilter-persistent": "iptables"}
