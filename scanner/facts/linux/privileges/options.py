"""The arguments of a command, as getopt(3) would split them: options, their values, what is left over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """`names` are letters and long names without dashes; `after` is, by name, the value and every word behind it."""

    names: frozenset[str]
    after: Mapping[str, tuple[str, ...]]
    operands: tuple[str, ...]

    def has(self, *names: str) -> bool:
        return any(name in self.names for name in names)

    def tail(self, *names: str) -> tuple[str, ...] | None:
        """The value of the first of these options that is there, and all words behind it."""
        return next((self.after[name] for name in names if name in self.after), None)


def split(words: Sequence[str], valued: frozenset[str], *, glued: str = "", mixed: bool = True) -> Line:
    """Split arguments: `valued` options take a value, `glued` letters only one that is written onto them.

    `mixed` is false for programs that read the first operand, and all behind it, as somebody else's command.
    """
    names, after, operands = set[str](), dict[str, tuple[str, ...]](), list[str]()
    place = 0
    while place < len(words):
        word, place = words[place], place + 1
        rest = tuple(words[place:])
        if word == "--" or (operands and not mixed):
            return Line(frozenset(names), after, (*operands, *((word,) if word != "--" else ()), *rest))
        if not word.startswith("-") or word == "-":
            operands.append(word)
            continue
        found, value = _long(word) if word.startswith("--") else _letters(word[1:], valued, glued)
        names.update(found)
        last = found[-1] if found else ""
        if last in valued:
            after.setdefault(last, rest if value is None else (value, *rest))
            place += value is None
    return Line(frozenset(names), after, tuple(operands))


def _long(word: str) -> tuple[list[str], str | None]:
    name, equals, value = word[2:].partition("=")
    return [name], value if equals else None


def _letters(cluster: str, valued: frozenset[str], glued: str) -> tuple[list[str], str | None]:
    """The letters of a cluster up to the first that takes the rest as its value, and that rest."""
    for place, letter in enumerate(cluster):
        if letter in valued or letter in glued:
            return list(cluster[: place + 1]), cluster[place + 1 :] or None
    return list(cluster), None
