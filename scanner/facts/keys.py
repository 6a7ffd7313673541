"""Public keys that open accounts over SSH."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from scanner.facts.accounts import Account
from scanner.facts.base import Fact
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

DEFAULT_FILES = frozenset({".ssh/authorized_keys", ".ssh/authorized_keys2", "%h/.ssh/authorized_keys"})
"""Where sshd looks for keys when nobody says otherwise (sshd_config(5), AuthorizedKeysFile), as it may be written."""


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


class _Index:
    """Room for the files by account. Not a field, so that a changed copy starts without it and nothing shows it."""

    __slots__ = ("_by_account",)
    _by_account: Mapping[str, Sequence[KeyFile]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizedKeys(_Index, Fact):
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
        return tuple(key for file in self._files_of(account) if isinstance(file.keys, tuple) for key in file.keys)

    def opens(self, account: str) -> Maybe[bool]:
        """Whether a key opens the account; unknown when none was seen and not every place was looked at."""
        if self.keys_of(account):
            return True
        closed = (file.keys for file in self._files_of(account) if isinstance(file.keys, Unknown))
        if (why := next(closed, None)) is not None:
            return why
        return False if self.complete is True else self.complete

    def _files_of(self, account: str) -> Sequence[KeyFile]:
        """Looked up in an index: checks ask for one account after the other, and a host may have thousands."""
        if not hasattr(self, "_by_account"):
            index: dict[str, list[KeyFile]] = {}
            for file in self.files:
                index.setdefault(file.account, []).append(file)
            object.__setattr__(self, "_by_account", index)
        return self._by_account.get(account, ())


_MAX_PAIRS = 100_000


def few(path: str, keys: Maybe[tuple[AuthorizedKey, ...]], holders: int) -> Maybe[tuple[AuthorizedKey, ...]]:
    """Unknown where thousands of accounts share a file of thousands of keys: nobody could look at each pair."""
    if is_known(keys) and len(keys) * holders > _MAX_PAIRS:
        return Unknown(Reason.UNSUPPORTED, f"{path}: {len(keys)} keys open {holders} accounts, too many to judge")
    return keys


def can_log_in(account: Account, keys: AuthorizedKeys | Unknown | None, on: date) -> Maybe[bool]:
    """Whether someone can open a session as this account: it admits sessions, has not ended, and has a credential.

    `keys` is None where the platform has no such keys.
    """
    return has_way_in(account, keys, on) if account.interactive else False


def has_way_in(account: Account, keys: AuthorizedKeys | Unknown | None, on: date) -> Maybe[bool]:
    """Whether some credential still proves to be this account, on a session or on any other service of the target.

    `keys` as for `can_log_in`.
    """
    ended = account.closed(on)
    if ended is True:
        return False
    password = account.has_password()
    key: Maybe[bool] = False
    if keys is not None:
        key = keys.opens(account.name) if isinstance(keys, AuthorizedKeys) else keys
    if True in (password, key):
        return ended if isinstance(ended, Absent | Unknown) else True
    return next((value for value in (password, key) if isinstance(value, Absent | Unknown)), False)
