"""Credential references, and the values they stand for: a value never prints, never pickles, never reaches argv."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn


class Secret:
    """A value that does not show itself: not in `repr`, `str`, f-strings, logs, tracebacks' locals or pickles."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value, for the one line that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not for storing")


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Where a value is kept: `scheme` is env, file, keyring, cmd or prompt; `rest` what follows the colon."""

    scheme: str
    rest: str = ""

    def __str__(self) -> str:
        return f"{self.scheme}:{self.rest}" if self.rest else self.scheme


Ask = Callable[[str], str]
"""Asks a person for a secret; gets the prompt."""
