"""Whether what firewalld has saved refuses unnamed ports: its zones, services, policies and direct rules.

Source: firewalld.zone(5), firewalld.policy(5), firewalld.service(5), firewalld.richlanguage(5), firewalld.direct(5).
The zones that firewalld ships open no wide span of ports, `trusted` alone accepts everything; so only files that
an administrator wrote need to be read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from xml.etree import ElementTree

from scanner.facts.base import FileText
from scanner.facts.linux.firewall.probes import DIRECT, POLICIES, SERVICE_FILES, ZONES
from scanner.facts.stranger import lets_strangers_in, networks_of
from scanner.model import Absent, Maybe, Reason, Unknown

Texts = Mapping[str, FileText | Absent | Unknown]
Element = ElementTree.Element

_CONF = "/etc/firewalld/firewalld.conf"
_NARROW = 5000
# Elements that limit a rich rule to something; without any, it accepts whatever comes.
_LIMITS = ("port", "service", "protocol", "source-port", "icmp-type", "icmp-block", "forward-port", "masquerade")


class _NotSettled(Exception):
    """The text does not tell; the message says which one, and why."""


def firewalld_closes(texts: Texts, version: int) -> Maybe[bool]:
    """False where a saved zone or policy opens unnamed ports to strangers; unknown where a part was not read."""
    zone = _default_zone(texts)
    if isinstance(zone, Unknown):
        return zone
    try:
        if _opens(texts, zone, version):
            return False
    except _NotSettled as error:
        return Unknown(Reason.UNSUPPORTED, f"firewall: {error}")
    gap = next((text for path, text in texts.items() if _is_ours(path) and isinstance(text, Unknown)), None)
    return gap or True


def _default_zone(texts: Texts) -> str | Unknown:
    text = texts.get(_CONF)
    if isinstance(text, Unknown):
        return text
    found = re.findall(r"^\s*DefaultZone\s*=\s*(\S+)", text.text, re.MULTILINE) if isinstance(text, FileText) else []
    return found[-1] if found else "public"


def _is_ours(path: str) -> bool:
    return path.startswith("/etc/firewalld/")


def _opens(texts: Texts, default: str, version: int) -> bool:
    zones = {_name(text): _parsed(text) for text in _below(texts, ZONES)}
    services = {_name(text): _parsed(text) for text in _below(texts, SERVICE_FILES)}
    if (default == "trusted" and default not in zones) or any(
        _opens_zone(zone, services, version) for name, zone in zones.items() if _in_use(name, zone, default, version)
    ):
        return True
    policies = [_parsed(text) for text in _below(texts, POLICIES)]
    strange = {name for name, zone in zones.items() if _in_use(name, zone, default, version)} | {default, "ANY"}
    if any(_opens_host(policy, services, version) for policy in policies if _comes_from(policy, strange)):
        return True
    if any(_parsed(text).find(".//*") is not None for text in _below(texts, DIRECT)):
        raise _NotSettled(f"{DIRECT} adds rules that are not judged")
    return False


def _below(texts: Texts, pattern: str) -> Iterator[FileText]:
    folder = pattern.rpartition("/")[0] + "/"
    for path, text in texts.items():
        if isinstance(text, FileText) and (path == pattern or ("*" in pattern and path.startswith(folder))):
            yield text


def _name(text: FileText) -> str:
    return text.path.rpartition("/")[2].removesuffix(".xml")


def _parsed(text: FileText) -> Element:
    """The root of a file; one that declares entities is not one that firewalld wrote."""
    if "<!DOCTYPE" in text.text or "<!ENTITY" in text.text:
        raise _NotSettled(f"{text.path} declares entities")
    try:
        return ElementTree.fromstring(text.text)  # noqa: S314 - no entities, see above; the size is capped
    except ElementTree.ParseError as error:
        raise _NotSettled(f"{text.path} is no XML: {error}") from error


def _in_use(name: str, zone: Element, default: str, version: int) -> bool:
    """Whether strangers' packets can come to the zone: it is the default, or has an interface, or their addresses."""
    if name == default or zone.find("interface") is not None:
        return True
    sources = [source.get("address", "") for source in zone.iter("source") if source in list(zone)]
    return any(_strange(address, version) for address in sources if address)


def _strange(address: str, version: int) -> bool:
    networks = networks_of(address)
    return networks is None or lets_strangers_in(networks, version)


def _opens_zone(zone: Element, services: Mapping[str, Element], version: int) -> bool:
    """Accepts everything, or an open span of ports, for whoever sends it."""
    if zone.get("target", "").upper() == "ACCEPT" or _wide(zone, services):
        return True
    return any(_opens_rule(rule, services, version) for rule in zone.findall("rule"))


def _comes_from(policy: Element, zones: Collection[str]) -> bool:
    """Whether one of the zones is where a policy's packets come from; without a zone it does nothing."""
    return any(zone.get("name") in zones for zone in policy.findall("ingress-zone"))


def _opens_host(policy: Element, services: Mapping[str, Element], version: int) -> bool:
    """A policy for packets that come to the host itself."""
    to_host = any(zone.get("name") == "HOST" for zone in policy.findall("egress-zone"))
    return to_host and _opens_zone(policy, services, version)


def _opens_rule(rule: Element, services: Mapping[str, Element], version: int) -> bool:
    if rule.find("accept") is None or rule.get("family", f"ipv{version}") != f"ipv{version}":
        return False
    source = rule.find("source")
    if source is not None and not _is_anybody(source, version):
        return False
    return _wide(rule, services) or all(rule.find(word) is None for word in _LIMITS)


def _is_anybody(source: Element, version: int) -> bool:
    if source.get("invert", "").lower() in ("true", "yes"):
        return True
    address = source.get("address")
    return address is not None and _strange(address, version)


def _wide(element: Element, services: Mapping[str, Element]) -> bool:
    """Whether ports are opened that nobody chose one by one, here or by a service that an administrator wrote."""
    if any(_is_span(port.get("port", "")) for port in element.findall("port")):
        return True
    # The sender chooses the port that he sends from, and with it reaches every port of the host.
    if any(port.get("protocol", "").lower() in ("tcp", "udp") for port in element.findall("source-port")):
        return True
    if any(protocol.get("value", "").lower() in ("tcp", "udp", "6", "17") for protocol in element.findall("protocol")):
        return True
    named = [service.get("name", "") for service in element.findall("service")]
    return any(_opens_service(name, services, set()) for name in named)


def _opens_service(name: str, services: Mapping[str, Element], seen: set[str]) -> bool:
    service = services.get(name)
    if service is None or name in seen:
        return False
    seen.add(name)
    if _wide(service, {}):
        return True
    included: Iterable[str] = (one.get("service", "") for one in service.findall("include"))
    return any(_opens_service(one, services, seen) for one in included)


def _is_span(text: str) -> bool:
    """Whether the text is a span of ports nobody means one by one; a name stands for one port."""
    span = re.fullmatch(r"(\d{1,5})-(\d{1,5})", text.strip())
    return span is not None and int(span[2]) - int(span[1]) >= _NARROW
