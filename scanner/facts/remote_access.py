"""Ways into a host other than SSH: remote desktop, remote management, file sharing, remote-control software."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteDesktop(Fact):
    """The graphical login over the network; every other field is absent where `enabled` is false.

    `authenticates_first`: who connects has to prove who they are before a session is made. `tls_required`: the server
    proves itself by TLS, without a weaker way. `strong_encryption`: 128 bits or more in both directions. An idle
    session ends after `idle_limit_s`, None when never.
    """

    name: ClassVar[str] = "remote_desktop"
    title: ClassVar[str] = "remote desktop"

    enabled: Maybe[bool]
    authenticates_first: Maybe[bool]
    tls_required: Maybe[bool]
    strong_encryption: Maybe[bool]
    port: Maybe[int]
    idle_limit_s: Maybe[int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteManagement(Fact):
    """The service for remote administration and its client: whether a password or the content can travel in clear.

    `accepts_basic` and `accepts_unencrypted` speak of the service on this host, `sends_basic` and `sends_unencrypted`
    of its own connections to others.
    """

    name: ClassVar[str] = "remote_management"
    title: ClassVar[str] = "remote management service"

    accepts_basic: Maybe[bool]
    accepts_unencrypted: Maybe[bool]
    sends_basic: Maybe[bool]
    sends_unencrypted: Maybe[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSharing(Fact):
    """File sharing over SMB, as server and as client.

    `legacy_server` and `legacy_client`: version 1 of the protocol is spoken. Signing is `required` when connections
    without it are refused. `encrypted`: the server encrypts all shares and refuses those who cannot.
    `defaults_date` is the day of the table of defaults, used when a field in `by_default` is not set on the host.
    """

    name: ClassVar[str] = "file_sharing"
    title: ClassVar[str] = "file sharing over SMB"

    legacy_server: Maybe[bool]
    legacy_client: Maybe[bool]
    server_signing_required: Maybe[bool]
    client_signing_required: Maybe[bool]
    encrypted: Maybe[bool]
    by_default: tuple[str, ...]
    defaults_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkLogon(Fact):
    """Outdated proofs of a password over the network (LM and NTLM version 1), which can be cracked or replayed.

    `sends_outdated`: this host offers them to others. `accepts_outdated`: it lets others in with them.
    """

    name: ClassVar[str] = "network_logon"
    title: ClassVar[str] = "proof of passwords over the network"

    sends_outdated: Maybe[bool]
    accepts_outdated: Maybe[bool]
    setting: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NameLookup(Fact):
    """How names are found that the name server does not know.

    `asks_neighbours`: the host asks everybody on the local network (LLMNR), and believes whoever answers.
    """

    name: ClassVar[str] = "name_lookup"
    title: ClassVar[str] = "lookup of names on the local network"

    asks_neighbours: Maybe[bool]


class RemoteToolKind(StrEnum):
    """What a product for remote access does."""

    CONTROL = "remote control"
    VPN = "VPN"
    TUNNEL = "tunnel"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteTool:
    """A product that is installed as a service; `running` now, or `starts` with the host."""

    name: str
    kind: RemoteToolKind
    running: bool
    starts: bool

    def __str__(self) -> str:
        state = "running" if self.running else "starts with the host" if self.starts else "installed, not running"
        return f"{self.name} ({self.kind}, {state})"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteTools(Fact):
    """Products for remote control, tunnels and VPN, known by the names of their services from a list of `table_date`.

    Products without a service, started by a user, are not seen.
    """

    name: ClassVar[str] = "remote_tools"
    title: ClassVar[str] = "remote-control and VPN software"

    tools: tuple[RemoteTool, ...]
    looked_for: tuple[str, ...]
    table_date: date
