"""The SSH server's effective configuration, for every kind of user and address that matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class SshSettings:
    """The settings in force for one connection: keyword in lower case -> its values in order.

    `user` and `address` are empty for the global evaluation without a connection; `address` is `private` or
    `public` otherwise.
    """

    user: str
    address: str
    values: Mapping[str, tuple[str, ...]]

    def first(self, keyword: str) -> str | None:
        """The first value of a keyword, None where the server does not print it."""
        return next(iter(self.values.get(keyword, ())), None)

    def __str__(self) -> str:
        return f"user {self.user} from a {self.address} address" if self.user else "global"


@dataclass(frozen=True, slots=True, kw_only=True)
class SshServer(Fact):
    """An SSH server that is installed and configured to run.

    `settings` is unknown when the effective configuration could not be read; it holds the global evaluation first.
    `match_blocks` counts Match lines; `matches_evaluated` is unknown when there are any and their effect could not
    be read. `config_text` are lower-case keyword/value pairs of the configuration files in order: they may prove a
    fault, never its absence.
    """

    name: ClassVar[str] = "ssh_server"
    title: ClassVar[str] = "SSH server configuration"

    product: Maybe[str]
    version: Maybe[str]
    ports: Maybe[tuple[int, ...]]
    settings: Maybe[tuple[SshSettings, ...]]
    match_blocks: Maybe[int]
    matches_evaluated: Maybe[bool]
    config_text: Maybe[tuple[tuple[str, str], ...]]
