"""The SSH server's effective configuration, for every kind of user and address that matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Absent, Maybe, Reason, Unknown

_NOT_READ = Unknown(Reason.NO_EVIDENCE, "this platform's reader does not tell")
_NOT_OFFERED = Absent("no key exchange with this server was recorded")


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

    def told(self, keyword: str) -> Maybe[str]:
        """The first value of a keyword in lower case; unknown where the server does not print it."""
        value = self.first(keyword)
        if value is None:
            return Unknown(Reason.UNSUPPORTED, f"the SSH server does not tell {keyword}")
        return value.lower()

    def __str__(self) -> str:
        return f"user {self.user} from a {self.address} address" if self.user else "global"


@dataclass(frozen=True, slots=True, kw_only=True)
class SshServer(Fact):
    """An SSH server that is installed and configured to run.

    `settings` is unknown when the effective configuration could not be read; it holds the global evaluation first.
    `match_blocks` counts Match lines; `matches_evaluated` is unknown when there are any and their effect could not
    be read. `config_text` are lower-case keyword/value pairs of the configuration files in order, included files in
    their place: they may prove a fault, never its absence. `host_keys` are the kinds (`rsa`, `ed25519`, ...) and
    sizes in bits of the server's own keys. `offered` holds the algorithm lists of the server's first packet, seen
    by the scanner's own key exchange, absent when none was recorded. `access_rules` are the lines of the host's
    login rules that apply to SSH logins. `ignored` are keywords in lower case that this build of the server accepts and
    never follows, because its platform has no such thing.
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
    host_keys: Maybe[tuple[tuple[str, int], ...]] = _NOT_READ
    access_rules: Maybe[tuple[str, ...]] = _NOT_READ
    offered: Maybe[SshSettings] = _NOT_OFFERED
    ignored: frozenset[str] = frozenset()

    def configured(self, keyword: str) -> str | None:
        """The value that the configuration text gives a keyword outside of Match blocks: the first one wins."""
        condition = "all"
        for name, value in self.config_text if isinstance(self.config_text, tuple) else ():
            if name == "match":
                condition = value.lower()
            elif name == keyword and condition == "all":
                return value
        return None
