"""The collector's text as tokens, and the brackets, lines and arguments that they form; nothing here knows a value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_TOKEN = re.compile(
    r"""(?P<space>[ \t]+|\#[^\n]*)|(?P<line>[\n;])|(?P<text>'(?:[^']|'')*'|"(?:[^"`]|`.)*")"""
    r"""|(?P<variable>\$(?:env:)?\w+)|(?P<number>-?\d+\b)|(?P<option>-[A-Za-z]+)|(?P<cast>\[[a-z]+\])"""
    r"""|(?P<open>[@$]?[({])|(?P<close>[)}])|(?P<member>\.[A-Za-z_]\w*)|(?P<word>[A-Za-z_][\w-]*)|(?P<other>.)""",
    re.DOTALL,
)

Token = tuple[str, str]
"""The kind of a token, a name of a group of `_TOKEN`, and its text."""
Tokens = Sequence[Token]


class NeedsScript(Exception):
    """A form that only PowerShell understands, or one that it would read differently."""


def tokens_of(text: str) -> Iterator[Token]:
    """All of a text but its blanks and comments."""
    for match in _TOKEN.finditer(text):
        assert match.lastgroup is not None, "the last branch takes anything"
        if match.lastgroup != "space":
            yield match.lastgroup, match[0]


def inside_of(tokens: Iterator[Token]) -> Tokens:
    """The tokens between the first bracket and its partner."""
    depth, found = 0, list[Token]()
    for token in tokens:
        depth += {"open": 1, "close": -1}.get(token[0], 0)
        if depth == 0:
            return found[1:]
        found.append(token)
    raise NeedsScript("a block without end")


def group(tokens: Tokens) -> tuple[Tokens, Tokens]:
    """What the bracket in front holds, and what follows it."""
    if not tokens or tokens[0][0] != "open":
        raise NeedsScript("an expression")
    inside = inside_of(iter(tokens))
    return inside, tokens[len(inside) + 2 :]


def split(tokens: Tokens, at: str) -> list[Tokens]:
    """Parts between line ends, or between commas, outside of all brackets; empty ones are left out."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += {"open": 1, "close": -1}.get(token[0], 0)
        is_end = token[0] == "line" if at == "line" else token == ("other", ",")
        if is_end and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return _with_else([part for part in parts if part])


def _with_else(parts: list[list[Token]]) -> list[Tokens]:
    """`else` on a line of its own belongs to the `if` before it."""
    joined: list[Tokens] = []
    for part in parts:
        if part[0] == ("word", "else") and joined:
            joined[-1] = [*joined[-1], *part]
        else:
            joined.append(part)
    return joined


def unlined(tokens: Tokens) -> Tokens:
    """The same without ends of lines."""
    return [token for token in tokens if token[0] != "line"]


def pairs(tokens: Tokens) -> Iterator[tuple[str, Tokens]]:
    """The names of a dictionary with the tokens of their values."""
    for entry in split(tokens, "line"):
        if len(entry) < 3 or entry[0][0] != "word" or entry[1] != ("other", "="):
            raise NeedsScript("a dictionary")
        yield entry[0][1], entry[2:]


def arguments_of(tokens: Tokens) -> Iterator[Tokens]:
    """The arguments of a command, each a name of an option, a literal, a variable with members, or a bracket."""
    rest = list(tokens)
    while rest:
        kind, text = rest[0]
        if kind == "option":
            yield [("text", f"'{text}'")]
            rest = rest[1:]
            continue
        size = len(group(rest)[0]) + 2 if kind == "open" else 1
        while size < len(rest) and rest[size][0] == "member":
            size += 1
        yield rest[:size]
        rest = rest[size:]
