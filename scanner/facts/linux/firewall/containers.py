"""Ports that Docker and Podman publish, from `docker ps` and from the sockets that Podman holds for its containers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from scanner.facts.base import RawFacts, Reader, lines_of
from scanner.facts.linux.firewall.probes import CTR
from scanner.facts.network import PublishedPort, PublishedPorts
from scanner.model import Absent, Reason, Unknown

_PUBLISHED = re.compile(
    r"(?P<address>\[?[0-9a-fA-F:.]*\]?):(?P<first>\d+)(?:-(?P<last>\d+))?->[\d-]+/(?P<protocol>\w+)"
)
_PLAIN = re.compile(r"\d+(?:-\d+)?/\w+")


def read_published(raw: RawFacts) -> PublishedPorts | Absent | Unknown:
    """What the engines publish; unknown when one of them did not answer or a line is not understood."""
    section = raw.read(CTR.name)
    if isinstance(section, Absent | Unknown):
        return section
    lines = lines_of(section.text)
    if not lines or lines[-1] != "% end":
        return Unknown(Reason.UNREADABLE, "ctr: its output ends early")
    engines = tuple(line.removeprefix("% engine ") for line in lines if line.startswith("% engine "))
    try:
        ports = tuple(dict.fromkeys(port for line in lines for port in _published(line)))
    except ValueError as error:
        return Unknown(Reason.UNREADABLE, f"ctr: a line cannot be understood: {error}")
    return PublishedPorts(engines=engines, ports=ports)


def _published(line: str) -> Iterator[PublishedPort]:
    """The ports of one line: a container that Docker lists, or a socket that is held for one."""
    if line.startswith("% bound "):
        yield _bound(line)
    elif not line.startswith("% "):
        yield from _ports(line)


def _bound(line: str) -> PublishedPort:
    protocol, at, container = line.removeprefix("% bound ").split(" ", 2)
    address, _, port = at.rpartition(":")
    address = "::" if address == "*" else address.strip("[]").partition("%")[0]
    return PublishedPort(
        container=container,
        address=address,
        first=int(port),
        last=int(port),
        protocol=protocol,
        is_loopback=ip_address(address).is_loopback,
    )


def _ports(line: str) -> Iterator[PublishedPort]:
    container, _, listed = line.strip().partition(" ")
    for part in filter(None, (text.strip() for text in listed.split(","))):
        if _PLAIN.fullmatch(part):
            continue  # exposed between containers, not published
        found = _PUBLISHED.fullmatch(part)
        if found is None:
            raise ValueError(line[:120])
        address = found["address"].strip("[]") or "0.0.0.0"  # noqa: S104 - compared, never bound
        address = "::" if address == ":" else address
        yield PublishedPort(
            container=container,
            address=address,
            first=int(found["first"]),
            last=int(found["last"] or found["first"]),
            protocol=found["protocol"],
            is_loopback=ip_address(address).is_loopback,
        )


READERS: tuple[Reader, ...] = (Reader(fact=PublishedPorts, probes=(CTR,), read=read_published),)
