"""Public keys that open accounts over SSH."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizedKey:
    """One key: `kind` is rsa, dsa, ecdsa, ed25519, ecdsa-sk, ed25519-sk or a certificate's kind."""

    kind: str
    bits: int
    fingerprint: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """One file of keys; `keys` is unknown where the file could not be read."""

    path: str
    account: str
    keys: Maybe[tuple[AuthorizedKey, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizedKeys(Fact):
    """The key files that the SSH server looks at.

    An account without an entry in `files` has none, provided `complete` is True; `complete` is unknown where some
    place could not be looked at, and says which.
    """

    name: ClassVar[str] = "authorized_keys"
    title: ClassVar[str] = "public keys that open accounts"

    files: tuple[KeyFile, ...]
    complete: Maybe[bool]

    def keys_of(self, account: str) -> tuple[AuthorizedKey, ...]:
        """The keys of an account that were read; nothing here says that there are no more."""
        return tuple(
            key for file in self.files if file.account == account and isinstance(file.keys, tuple) for key in file.keys
        )
