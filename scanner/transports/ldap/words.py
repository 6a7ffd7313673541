"""What is asked of a directory and what comes back: the contract between the transport and the collection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from scanner.transports.base import ScriptLimits, SessionInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search; `scope` is base, one or subtree. Without attributes only names come back."""

    base: str
    scope: str
    filter: str
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One object: its distinguished name, and the values as they came, by attribute name in lower case."""

    dn: str
    values: Mapping[str, tuple[bytes, ...]]


class Refused(Exception):
    """The server answered a search with another result than success: `word` is its name in RFC 4511."""

    def __init__(self, word: str, text: str) -> None:
        super().__init__(f"{word}: {text}" if text else word)
        self.word = word
        self.text = text


class DirectorySession(Protocol):
    """One bound connection. Not thread-safe; used by one thread from start to end."""

    info: SessionInfo

    def bound(self, limits: ScriptLimits) -> None:
        """Hold what follows to these limits."""

    def pages(self, search: Search, timeout_s: float) -> Iterator[tuple[Entry, ...]]:
        """The entries, page by page. Raises Refused for the server's own refusal, after which the session goes on,
        and TargetError (lost, too late, too much, interrupted), after which it does not."""

    def confirm(self) -> None:
        """Ask the port for old versions of TLS, over connections of their own, into `info.handshakes`; never raises."""

    def close(self) -> None:
        """End the session; never raises."""
