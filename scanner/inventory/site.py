"""A site: one client location or company, with its targets, credentials, answers and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from scanner.model import Applicability, Target
from scanner.secret import SecretRef


class Become(StrEnum):
    """How a collection may raise its rights on a target."""

    NONE = "none"
    SUDO = "sudo"
    DOAS = "doas"


@dataclass(frozen=True, slots=True, kw_only=True)
class SshCredential:
    """How to log in over SSH. Only what is named here is offered: extra keys trip lock-outs.

    One that names no key, agent or password logs in as `ssh` would. With `client_files` the agent's keys are followed
    by the files of the client's settings; without it these pick among the agent's.
    """

    user: str | None = None
    keys: tuple[Path, ...] = ()
    certificate: Path | None = None
    passphrase: SecretRef | None = None
    password: SecretRef | None = None
    agent: bool = False
    client_files: bool = False
    become: Become = Become.NONE
    become_password: SecretRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WinrmCredential:
    """How to log in over WinRM: `auth` is ntlm, kerberos, certificate or basic.

    `ca` is a file of certificates to trust instead of the system's; `certificate`, `key` and `passphrase` are what a
    client shows. `configuration` is the session configuration that psrp opens. `user` is empty for a certificate,
    and where Kerberos takes the tickets that are there.
    """

    user: str = ""
    password: SecretRef | None = None
    auth: str = "ntlm"
    keytab: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    passphrase: SecretRef | None = None
    ca: Path | None = None
    configuration: str = "Microsoft.PowerShell"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryCredential:
    """How to bind to a directory over LDAPS; `ca` is a file of certificates to trust instead of the system's."""

    user: str
    password: SecretRef | None = None
    ca: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A named way in; targets point to it by name."""

    name: str
    ssh: SshCredential | None = None
    winrm: WinrmCredential | None = None
    directory: DirectoryCredential | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one scan; seconds, counts and bytes."""

    concurrency: int = 32
    per_jump_host: int = 8
    connect_s: float = 10.0
    login_s: float = 20.0
    target_s: float = 180.0
    output_bytes: int = 12 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything one site file says, resolved: inventories read, target names unique, credentials checked.

    `notes` says what the files it names hold and was not taken over: shown to the person, never an error.
    """

    name: str
    company: str = ""
    entities: tuple[str, ...] = ()
    anniversary: str | None = None  # MM-DD
    profile: str = "ctpat"
    overlays: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    applicability: Mapping[str, Applicability] = field(default_factory=dict)
    credentials: Mapping[str, Credential] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    limits: Limits = Limits()
    path: Path | None = None
    notes: tuple[str, ...] = ()
