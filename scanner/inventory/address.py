"""Target URIs and host addresses: `ssh://user@host:port`, `winrm(s)://`, `psrp://`, `ldaps://`, `local:`, `replay:`."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from urllib.parse import unquote

from scanner.errors import ConfigError, Problem
from scanner.model import Target
from scanner.suggest import suggest
from scanner.yaml_source import holds_login

DEFAULT_PORTS = {"ssh": 22, "winrm": 5985, "winrms": 5986, "psrp": 5986, "ldaps": 636}
_HTTP_PORTS = (5985, 80)  # where Windows listens without TLS
PLATFORMS = {"winrm": "windows", "winrms": "windows", "psrp": "windows", "ldaps": "directory"}
"""What is behind a transport, where that is known before anybody has answered."""
TRANSPORTS = (*DEFAULT_PORTS, "local", "replay")
FORMS = "ssh://user@host:port, winrm://host, winrms://host, psrp://host, ldaps://host, local: or replay:DIR"

CERTIFICATE = re.compile(r"SHA256:[0-9A-Fa-f]{2}(?::?[0-9A-Fa-f]{2}){31}")
"""The fingerprint of a certificate, as openssl and Windows print it."""

_HOST = re.compile(r"(?!-)[\w.-]{1,253}")
_USER = re.compile(r"(?!-)[^\x00-\x1f\x7f/@:\"'`$;&|<>]{1,256}")
_PATH = re.compile(r"(?:/[A-Za-z0-9._@+-]+)+")
_NAME = re.compile(r"(?!-)[^\x00-\x1f\x7f]{1,255}")


class AddressError(ValueError):
    """What is wrong with an address, what was expected, and a hint; never a password."""

    def __init__(self, message: str, *, expected: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.expected = expected
        self.hint = hint


def is_over_tls(target: Target) -> bool:
    """Whether the connection shows a certificate; psrp does but on the ports of WinRM over http."""
    if target.transport == "psrp":
        return target.port not in _HTTP_PORTS
    return target.transport not in ("ssh", "winrm")


def parse_target(uri: str, *, origin: str = "--target", base: Path | None = None) -> Target:
    """A target from its URI. Raises ConfigError that names `origin`; a password in the URI is refused, not shown.

    `base` is the folder that a relative `replay:` folder starts from. The name is the host as written, with
    the port where it is not the usual one.
    """
    try:
        return read_uri(uri, origin=origin, base=base)
    except AddressError as error:
        raise ConfigError(Problem(origin, str(error), expected=error.expected, hint=error.hint)) from error


def read_uri(uri: str, *, origin: str, base: Path | None = None) -> Target:
    """The same for callers that know a better place for the error. Raises AddressError."""
    scheme, colon, rest = uri.strip().partition(":")
    if not colon or scheme not in TRANSPORTS:
        raise _no_scheme(uri.strip(), scheme, colon)
    if scheme == "local":
        return _local(rest, origin)
    if scheme == "replay":
        return _replay(rest, origin, base)
    user, address, port = split_authority(_authority(scheme, rest))
    return Target(
        name=default_name(address, port, scheme),
        transport=scheme,
        address=address,
        port=port,
        user=user,
        origin=origin,
    )


def default_name(address: str, port: int | None, transport: str) -> str:
    """The host as written; with its port where it is not the usual one, so that two services keep two names."""
    if port is None or port == DEFAULT_PORTS.get(transport):
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def split_authority(text: str) -> tuple[str | None, str, int | None]:
    """`[user@]host[:port]`, IPv6 in brackets: user, address without brackets, port. Raises AddressError."""
    login, at, place = text.rpartition("@")
    user = read_user(login) if at else None
    if place.startswith("["):
        host, bracket, tail = place[1:].partition("]")
        if not bracket or (tail and not tail.startswith(":")):
            raise AddressError("the brackets around the address do not fit", expected="[::1] or [::1]:2222")
        return user, _ipv6(host.replace("%25", "%")), read_port(tail[1:]) if tail else None
    if place.count(":") > 1:
        raise AddressError("an IPv6 address stands in brackets here", expected=f"[{_shown(place)}]")
    host, colon, tail = place.partition(":")
    return user, check_host(host), read_port(tail) if colon else None


def read_hop(text: str, origin: str) -> Target:
    """One jump host, `[user@]host[:port]` or `ssh://…`. Raises AddressError."""
    user, address, port = split_authority(text.strip().removeprefix("ssh://"))
    return Target(name=address, transport="ssh", address=address, port=port, user=user, origin=origin)


def read_user(login: str) -> str:
    """A login name; `user:password` is refused without repeating it."""
    if ":" in login:
        raise AddressError(
            "a password is never written into an address",
            hint="leave it out here and name a credential with a reference such as keyring:SERVICE/NAME",
        )
    user = unquote(login)
    if not _USER.fullmatch(user):
        raise AddressError("this is no user name", expected="user@host")
    return user


def read_port(text: str) -> int:
    """1 to 65535 in plain digits."""
    if re.fullmatch(r"[1-9][0-9]{0,4}", text) and int(text) <= 65535:
        return int(text)
    raise AddressError(f"'{_shown(text)}' is no port", expected="a number from 1 to 65535")


def check_host(text: str) -> str:
    """A host name, an IPv4 or IPv6 literal (with or without brackets); returned without brackets."""
    host = text.strip()
    if "@" in host:  # what stands before it may hold a password: it is not repeated
        raise AddressError("a host only is expected here", hint="give the login name with the key 'user'")
    if host.startswith("[") and host.endswith("]"):
        return _ipv6(host[1:-1])
    if ":" in host:
        return _ipv6(host)
    if not _HOST.fullmatch(host):
        raise AddressError(f"'{_shown(host)}' is no host name or address", expected=_host_form(host))
    if re.fullmatch(r"[0-9.]+", host):
        return _ipv4(host)
    return host


def check_status_file(text: str) -> str:
    """The path of a file on a Linux host that the site names. Raises AddressError for what is no plain path."""
    if not _PATH.fullmatch(text) or len(text) > 255 or {"..", "."} & set(text.split("/")):
        raise AddressError(
            f"'{text[:60]}' is no path of a status file",
            expected="an absolute path of letters, digits and . _ - + @, such as /var/lib/backup/status",
        )
    if text.split("/")[1] in ("proc", "sys", "dev"):
        raise AddressError(f"'{text[:60]}' is no file that a backup writes", expected="a file on a disk of the host")
    return text


def check_name(text: str) -> str:
    """The name of a target as reports show it: printable, at most 255 characters."""
    if holds_login(text):
        raise AddressError("a password is never written into a name", expected="the host, or a name of your choice")
    if not _NAME.fullmatch(text) or not text.isprintable() or text != text.strip():
        raise AddressError(f"'{_shown(text)}' is no target name", expected="printable text that starts with no '-'")
    return text


def _host_form(host: str) -> str:
    if "/" in host and re.fullmatch(r"[0-9a-fA-F.:]+/[0-9]+", host):
        return "one host; `ctpat discover` reads networks"
    return "for example fs01.acme.example, 10.0.0.11 or fd00::11"


def _ipv4(text: str) -> str:
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        raise AddressError(f"'{_shown(text)}' is no IPv4 address", expected="four numbers from 0 to 255") from None


def _ipv6(text: str) -> str:
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        pass
    host, colon, port = text.rpartition(":")
    if colon and host and ":" not in host and port.isdigit():
        raise AddressError("the port does not belong into the host", expected="the keys host and port")
    raise AddressError(f"'{_shown(text)}' is no IPv6 address", expected="for example fd00::11")


def _authority(scheme: str, rest: str) -> str:
    if not rest.startswith("//"):
        raise AddressError(f"'{scheme}:' is followed by '//'", expected=f"{scheme}://host")
    authority = rest[2:].removesuffix("/")
    # The part before '@' may be a password with any character in it: look behind the last '@' only.
    if any(mark in authority.rpartition("@")[2] for mark in "/?#"):
        raise AddressError("a target URI ends after the port", expected=f"{scheme}://user@host:port")
    return authority


def _no_scheme(uri: str, scheme: str, colon: str) -> AddressError:
    near = suggest(scheme, TRANSPORTS) if colon else None
    if near:
        return AddressError("unknown kind of target", expected=FORMS, hint=f"did you mean '{near}:'?")
    tip = f"write ssh://{_shown(uri)} or winrms://{_shown(uri)}" if re.fullmatch(r"[\w.-]+(@[\w.-]+)?", uri) else None
    return AddressError("this is no target URI", expected=FORMS, hint=tip)


def _local(rest: str, origin: str) -> Target:
    if rest.strip("/"):
        raise AddressError("nothing follows 'local:'", expected="local:")
    return Target(name="local", transport="local", origin=origin)


def _replay(rest: str, origin: str, base: Path | None) -> Target:
    if not rest or not rest.isprintable():
        raise AddressError("'replay:' needs the folder of a recorded collection", expected="replay:DIR")
    try:
        folder = (base or Path()) / Path(rest).expanduser()
    except RuntimeError:
        raise AddressError("the home folder of that user is not known", expected="replay:DIR") from None
    return Target(name=folder.name or str(folder), transport="replay", address=str(folder), origin=origin)


def _shown(text: str) -> str:
    shown = text if text.isprintable() else ascii(text)[1:-1]
    return shown if len(shown) <= 60 else shown[:59] + "…"
