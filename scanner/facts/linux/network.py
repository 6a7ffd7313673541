"""Interfaces and listening sockets of a Linux host: `ip`, `ss`, and what is there where these are not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from scanner.facts.base import Access, Grant, Probe, RawFacts, Reader, files, lines_of, shared
from scanner.facts.network import NetworkInterface, NetworkInterfaces
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

LISTEN = Probe(
    name="listen",
    why="which services wait for connections, on which addresses",
    # The last section that ended well counts; names of processes are there for root alone.
    script="""
if have ss; then
  out=$(R ss -H -tulpn) && { printf '%% ss root\\n%s\\n%% end\\n' "$out"; exit 0; }
  out=$(ss -H -tuln) && { printf '%% ss user\\n%s\\n%% end\\n' "$out"; exit 0; }
  out=$(ss -tuln) && { printf '%% ss user\\n%s\\n%% end\\n' "$out"; exit 0; }
fi
if have netstat; then
  out=$(netstat -tuln) && { printf '%% netstat\\n%s\\n%% end\\n' "$out"; exit 0; }
fi
[ -r /proc/net/tcp ] || exit 127
printf '%s\\n' '% proc'
show /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6
printf '%s\\n' '% end'
""",
    access=Access.PARTIAL,
    grants=(Grant("/usr/bin/ss -H -tulpn"),),
    max_bytes=1024 * 1024,
)

IFACES = Probe(
    name="ifaces",
    why="network interfaces, their addresses, and whether the host forwards between them",
    script="""
if have ip && out=$(ip -o addr show); then
  printf '%% addr\\n%s\\n' "$out"
  links=$(ip -o link show) && printf '%% link\\n%s\\n' "$links"
else
  printf '%s\\n' '% sys'
  for d in /sys/class/net/*; do [ -e "$d" ] && printf '%s\\n' "${d##*/}"; done
fi
printf '%s\\n' '% files'
show /proc/net/if_inet6 /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding \\
  /proc/sys/net/ipv6/conf/all/disable_ipv6
printf '%s\\n' '% end'
""",
)


# --- Interfaces ------------------------------------------------------------------------------------------

_OUTSIDE_RULES = re.compile(r"^(cilium|cali|lxc_health)")
_XDP = re.compile(r"\bxdp(?:generic|drv|offload)?\b|prog/xdp")


@dataclass(frozen=True, slots=True)
class Interfaces:
    """What the probe `ifaces` said: interfaces, switches by path, and programs that filter past the rules."""

    found: tuple[NetworkInterface, ...]
    switches: dict[str, Maybe[str]]
    bypass: tuple[str, ...]

    def addressed(self, version: int) -> tuple[tuple[NetworkInterface, str | None], ...]:
        """Each non-loopback interface with each of its addresses of an IP version; None for an unread address."""
        return tuple(
            (interface, address)
            for interface in self.found
            if not interface.is_loopback
            for address in _of_version(interface.addresses, version)
        )


def _of_version(addresses: Maybe[tuple[str, ...]], version: int) -> tuple[str | None, ...]:
    if isinstance(addresses, Unknown):
        return (None,)
    if isinstance(addresses, Absent):
        return ()
    mine = [text for text in addresses if ip_address(text).version == version]
    # A stranger cannot send to a link-local address: it counts only where there is no other.
    routed = [text for text in mine if not ip_address(text).is_link_local]
    return tuple((routed or mine)[:8])


@shared
def interfaces(raw: RawFacts) -> Interfaces | Unknown:
    """The parsed probe `ifaces`."""
    section = raw.read(IFACES.name)
    if isinstance(section, Unknown):
        return section
    if isinstance(section, Absent):
        return Unknown(Reason.UNREADABLE, section.reason)
    lines = lines_of(section.text)
    if "% end" not in lines:
        return Unknown(Reason.UNREADABLE, "ifaces: its output ends early")
    texts = files(section)
    found = tuple(_with_addresses(lines) if "% addr" in lines else _without_addresses(lines, _text(texts, IF_INET6)))
    if not found:
        return Unknown(Reason.UNREADABLE, "ifaces: no interface was listed, not even loopback")
    return Interfaces(found, {path: _text(texts, path) for path in SWITCHES}, tuple(_bypass(lines)))


IF_INET6 = "/proc/net/if_inet6"
IP_FORWARD = "/proc/sys/net/ipv4/ip_forward"
IP6_FORWARD = "/proc/sys/net/ipv6/conf/all/forwarding"
DISABLE_IPV6 = "/proc/sys/net/ipv6/conf/all/disable_ipv6"
SWITCHES = (IF_INET6, IP_FORWARD, IP6_FORWARD, DISABLE_IPV6)

_ADDRESS_LINE = re.compile(r"([0-9]{1,9}):\s+(\S+)\s+inet6?\s+([0-9a-fA-F:.]+)")
_LINK_LINE = re.compile(r"([0-9]{1,9}):\s+([^:@\s]+)(?:@[^:\s]+)?:\s+<([^>]*)>")


def _text(texts: object, path: str) -> Maybe[str]:
    value = texts.get(path) if isinstance(texts, dict) else None
    if value is None:
        return Unknown(Reason.UNREADABLE, f"{path} was not shown")
    return value if isinstance(value, Absent | Unknown) else str(value.text).strip()


def _with_addresses(lines: Sequence[str]) -> Iterator[NetworkInterface]:
    addresses: dict[str, list[str]] = {}
    indexes: dict[str, int] = {}
    loopback = {"lo"}
    for line in lines:
        if (link := _LINK_LINE.match(line)) is not None:
            addresses.setdefault(link[2], [])
            indexes[link[2]] = int(link[1])
            if "LOOPBACK" in link[3].split(","):
                loopback.add(link[2])
        elif (entry := _ADDRESS_LINE.match(line)) is not None and _is_address(entry[3]):
            addresses.setdefault(entry[2], []).append(entry[3].lower())
            indexes[entry[2]] = int(entry[1])
    for name, own in addresses.items():
        yield NetworkInterface(name=name, addresses=tuple(own), is_loopback=name in loopback, index=indexes.get(name))


def _without_addresses(lines: Sequence[str], inet6: Maybe[str]) -> Iterator[NetworkInterface]:
    """Names from sysfs alone: that an address is not known is said, not passed over."""
    start = lines.index("% sys") + 1 if "% sys" in lines else len(lines)
    for name in lines[start : lines.index("% files")] if "% files" in lines else ():
        yield NetworkInterface(
            name=name,
            addresses=("127.0.0.1",) if name == "lo" else Unknown(Reason.MISSING_TOOL, "ip: is not installed"),
            is_loopback=name == "lo",
        )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _bypass(lines: Sequence[str]) -> Iterator[str]:
    """Interfaces whose packets are judged before, or outside of, the rules that can be listed."""
    for line in lines:
        if (link := _LINK_LINE.match(line)) is None:
            continue
        if _OUTSIDE_RULES.match(link[2]):
            yield f"{link[2]} belongs to a container network that filters with BPF programs or rules of its own"
        elif _XDP.search(line[link.end() :]):
            yield f"an XDP program sees the packets of {link[2]} first"


def _read_interfaces(raw: RawFacts) -> NetworkInterfaces | Unknown:
    found = interfaces(raw)
    return found if isinstance(found, Unknown) else NetworkInterfaces(interfaces=found.found)


# --- Listening sockets -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Socket:
    """A waiting socket before reachability: `versions` are the IP versions it serves."""

    protocol: str
    address: str
    port: int
    process: Maybe[str]
    versions: tuple[int, ...]

    @property
    def is_loopback(self) -> bool:
        return ip_address(self.address).is_loopback

    @property
    def is_wildcard(self) -> bool:
        return ip_address(self.address).is_unspecified


_NO_PROCESS = Unknown(Reason.DENIED, "ss: names of processes need root; see `ctpat explain --sudoers`")
_OLD_TOOL = Unknown(Reason.MISSING_TOOL, "ss: is not installed, so the names of processes were not read")
_PROCESS = re.compile(r'users:\(\("((?:[^"\\]|\\.)*)"')
_UNNAMED = Absent("the kernel itself, or no process, holds the socket")


def sockets(raw: RawFacts) -> tuple[Socket, ...] | Unknown:
    """The parsed probe `listen`; unknown when any line of it is not understood."""
    section = raw.read(LISTEN.name)
    if isinstance(section, Unknown):
        return section
    if isinstance(section, Absent):
        return Unknown(Reason.UNREADABLE, section.reason)
    lines = lines_of(section.text)
    head = next((line for line in lines if line.startswith("% ")), "")
    if "% end" not in lines or head == "% end":
        return Unknown(Reason.UNREADABLE, "listen: its output ends early")
    body = lines[lines.index(head) + 1 : lines.index("% end")]
    try:
        if head == "% proc":
            shown = files(section)
            return tuple(_unique(_from_proc({path: _text(dict(shown), path) for path in PROC})))
        parse = _from_ss if head.startswith("% ss") else _from_netstat
        nobody = _UNNAMED if head == "% ss root" else _NO_PROCESS if head == "% ss user" else _OLD_TOOL
        return tuple(_unique(item for line in body for item in parse(line, nobody)))
    except (ValueError, IndexError) as error:
        return Unknown(Reason.UNREADABLE, f"listen: a line cannot be understood: {error}")


def _unique(found: Iterator[Socket]) -> Iterator[Socket]:
    yield from dict.fromkeys(found)


def _from_ss(line: str, nobody: Absent | Unknown) -> Iterator[Socket]:
    words = line.split()
    if not words or words[0] == "Netid":
        return
    if len(words) < 6 or words[0] not in ("tcp", "udp"):
        raise ValueError(line[:120])
    address, versions = _host(words[4].rpartition(":")[0], is_bracketed=True)
    named = _PROCESS.search(line)
    yield Socket(words[0], address, _port(words[4]), named[1] if named else nobody, versions)


def _from_netstat(line: str, nobody: Absent | Unknown) -> Iterator[Socket]:
    words = line.split()
    if not words or not re.fullmatch(r"(tcp|udp)6?", words[0]):
        if words and words[0] not in ("Active", "Proto", "raw", "raw6", "udplite"):
            raise ValueError(line[:120])
        return
    address, versions = _host(words[3].rpartition(":")[0], is_bracketed=False)
    yield Socket(words[0][:3], address, _port(words[3]), nobody, versions)


def _port(local: str) -> int:
    port = local.rpartition(":")[2]
    if not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ValueError(local)
    return int(port)


def _host(text: str, *, is_bracketed: bool) -> tuple[str, tuple[int, ...]]:
    """The address without its interface, and the IP versions served there.

    Only ss tells a socket for both versions (`*`) from one for IPv6 alone (`[::]`).
    """
    text = text.partition("%")[0].strip("[]")
    if text == "*":
        return "::", (4, 6)
    address = ip_address(text)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped), (4,)
    both = address.version == 6 and address.is_unspecified and not is_bracketed
    return str(address), (4, 6) if both else (address.version,)


PROC = ("/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6")
_WAITING = {"tcp": "0A", "udp": "07"}


def _from_proc(texts: dict[str, Maybe[str]]) -> Iterator[Socket]:
    """proc(5): addresses in the byte order of the machine; every platform with this fallback is little-endian."""
    for path, text in texts.items():
        if isinstance(text, Absent) and path.endswith("6"):
            continue  # the kernel has no IPv6
        if not is_known(text):
            raise ValueError(f"{path} was not read")
        protocol = "tcp" if "tcp" in path else "udp"
        for line in lines_of(text)[1:]:
            words = line.split()
            if words[3] == _WAITING[protocol]:
                address, _, port = words[1].partition(":")
                host, versions = _host(_hex_address(address), is_bracketed=False)
                yield Socket(protocol, host, int(port, 16), _OLD_TOOL, versions)


def _hex_address(text: str) -> str:
    data = b"".join(bytes.fromhex(text[i : i + 8])[::-1] for i in range(0, len(text), 8))
    if len(data) == 4:
        return str(IPv4Address(data))
    return str(IPv6Address(data))


READERS: tuple[Reader, ...] = (Reader(fact=NetworkInterfaces, probes=(IFACES,), read=_read_interfaces),)
