"""What of the collector's own text can be answered without running it.

A snippet of the collector is written in a small dialect: constants, `Read-Part`, registry keys, CIM classes with casts,
loops over them. So where a host runs no script, the same text says what to ask WMI for, and the answers have the shape
that the readers know; no second list of facts can fall behind the first. What is beyond these few forms is not guessed:
its part says that it needs a script.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scanner.transports.winrm.tokens import (
    NeedsScript,
    Token,
    Tokens,
    arguments_of,
    group,
    inside_of,
    pairs,
    split,
    tokens_of,
    unlined,
)
from scanner.transports.winrm.wmi import Instance, Refused, Wmi

_FACT = re.compile(r"(?m)^Read-Fact '([a-z][a-z0-9_]{0,63})' \{\n")
_INTERPOLATED = re.compile(r"\$\(\s*(\$\w+)((?:\.\w+)*)\s*\)|(\$(?:env:)?\w+)")

Scope = Mapping[str, Any]
Value = Any


_READ_CLOCK: list[Token] = [("open", "("), ("word", "Read-Clock"), ("close", ")")]


@dataclass(frozen=True, slots=True)
class _Broken:
    """A variable whose value could not be had: whoever uses it fails for the same reason, whoever does not goes on."""

    error: NeedsScript | Refused


@dataclass(slots=True)
class Answers:
    """One host's answers to the snippets of a script; `why` says why it runs none."""

    wmi: Wmi
    why: str
    _read: int = 0

    def facts(self, script: str) -> Iterator[tuple[str, Value]]:
        """Name and value of every fact of which at least one part could be read."""
        for found in _FACT.finditer(script):
            if found[1] in ("session", "complete"):
                continue
            before = self._read
            try:
                value = self._block(inside_of(tokens_of(script[found.end() - 2 :])), {})
            except (NeedsScript, Refused, RecursionError):
                continue
            if self._read > before and isinstance(value, dict):
                yield found[1], value

    def clock(self) -> str | None:
        """The host's time."""
        return _time(self._moment(_READ_CLOCK, {}))

    # --- Statements --------------------------------------------------------------------------------------

    def _block(self, tokens: Tokens, scope: Scope) -> Value:
        """The value of the last statement; `_NOTHING` where none has one."""
        inner, value = dict(scope), _NOTHING
        for statement in split(tokens, "line"):
            value = self._statement(statement, inner)
        return value

    def _statement(self, tokens: Tokens, scope: dict[str, Value]) -> Value:
        if tokens[0][0] == "variable" and len(tokens) > 2 and tokens[1] == ("other", "="):
            scope[tokens[0][1]] = self._assigned(tokens[2:], scope)
            return _NOTHING
        if tokens[0] == ("word", "if"):
            return self._if(tokens[1:], scope)
        return self._value(tokens, scope)

    def _assigned(self, tokens: Tokens, scope: Scope) -> Value:
        try:
            return self._value(tokens, scope)
        except (NeedsScript, Refused) as error:
            return _Broken(error)

    def _if(self, tokens: Tokens, scope: dict[str, Value]) -> Value:
        """`if (LEFT -eq RIGHT) { … } else { … }`, with the comparisons that the dialect knows."""
        condition, rest = group(tokens)
        at = next((i for i, (kind, _) in enumerate(condition) if kind == "option"), 0)
        compare = _COMPARISONS.get(condition[at][1] if condition else "")
        if compare is None:
            raise NeedsScript("a condition")
        body, rest = group(rest)
        if compare(self._value(condition[:at], scope), self._value(condition[at + 1 :], scope)):
            return self._inner(body, scope)
        if not rest:
            return _NOTHING
        if rest[0] != ("word", "else"):
            raise NeedsScript("a condition")
        return self._inner(group(rest[1:])[0], scope)

    def _inner(self, tokens: Tokens, scope: dict[str, Value]) -> Value:
        """A branch sees and sets the variables around it."""
        value = _NOTHING
        for statement in split(tokens, "line"):
            value = self._statement(statement, scope)
        return value

    # --- Expressions -------------------------------------------------------------------------------------

    def _value(self, tokens: Tokens, scope: Scope) -> Value:
        if tokens and tokens[0] == ("other", ","):  # keeps a list a list
            return self._value(tokens[1:], scope)
        if not tokens:
            raise NeedsScript("an empty expression")
        kind, text = tokens[0]
        if kind == "cast":
            return _cast(text, self._value(tokens[1:], scope))
        if kind == "word":
            return self._command(text, tokens[1:], scope)
        if len(items := split(tokens, "comma")) > 1:
            return [self._value(item, scope) for item in items]
        return self._atom(tokens, scope)

    def _atom(self, tokens: Tokens, scope: Scope) -> Value:
        kind, text = tokens[0]
        if kind == "open":
            inside, rest = group(tokens)
            return _members(self._opened(text, inside, scope), rest)
        if kind == "variable":
            return _members(self._variable(text, scope), tokens[1:])
        if len(tokens) == 1 and kind == "text":
            return self._text(text, scope)
        if len(tokens) == 1 and kind == "number":
            return int(text)
        raise NeedsScript("an expression")

    def _opened(self, bracket: str, inside: Tokens, scope: Scope) -> Value:
        if bracket == "@{":
            return {key: self._value(value, scope) for key, value in pairs(inside)}
        if bracket == "(":
            return self._value([token for token in inside if token[0] != "line"], scope)
        if bracket != "@(":
            raise NeedsScript("an expression")
        if inside and inside[0] == ("word", "foreach"):
            return self._each(inside[1:], scope)
        if not (listed := unlined(inside)):
            return []
        value = self._value(listed, scope)
        return value if isinstance(value, list) else [value]

    def _each(self, tokens: Tokens, scope: Scope) -> list[Value]:
        head, rest = group(tokens)
        if len(head) < 3 or head[0][0] != "variable" or head[1] != ("word", "in"):
            raise NeedsScript("a loop")
        items = self._value(unlined(head[2:]), scope)
        body, _ = group(rest)
        listed = items if isinstance(items, list) else [] if items is None else [items]
        values = [self._block(body, {**scope, head[0][1]: item}) for item in listed]
        return [value for value in values if value is not _NOTHING]

    def _variable(self, name: str, scope: Scope) -> Value:
        if name == "$null":
            return None
        if name == "$env:COMPUTERNAME":
            return _member(self._one("SELECT Name FROM Win32_ComputerSystem"), "name")
        if name == "$env:PROCESSOR_ARCHITECTURE":
            return self._environment("PROCESSOR_ARCHITECTURE")
        value = scope.get(name, _Broken(NeedsScript(f"the variable {name}")))
        if isinstance(value, _Broken):
            raise value.error
        return value

    def _environment(self, name: str) -> str:
        key = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
        found = self.wmi.values(key, [name]).get("values", {})
        if name not in found:
            raise NeedsScript(f"the variable {name} of the system")
        return str(found[name]["value"])

    def _text(self, text: str, scope: Scope) -> str:
        if text[0] == "'":
            return text[1:-1].replace("''", "'")

        def filled(match: re.Match[str]) -> str:
            value = self._variable(match[3] or match[1], scope)
            for member in (match[2] or "").split(".")[1:]:
                value = _member(value, member)
            return _plain_text(value)

        return _INTERPOLATED.sub(filled, text[1:-1])

    # --- Commands ----------------------------------------------------------------------------------------

    def _command(self, name: str, tokens: Tokens, scope: Scope) -> Value:
        if name == "Read-Part":
            return self._part(group(tokens)[0], scope)
        if name == "Convert-Time":
            return _time(self._moment(tokens, scope))
        arguments = [self._value(one, scope) for one in arguments_of(tokens)]
        if name == "Read-Registry" and len(arguments) == 2:
            return self._answered(self.wmi.values(arguments[0], _listed(arguments[1])))
        if name == "Read-RegistrySubkeys" and len(arguments) == 1:
            return self._answered(self.wmi.subkeys(arguments[0]))
        if name == "Get-CimInstance":
            return self._answered(self._instances(arguments))
        raise NeedsScript(name)

    def _answered(self, value: Value) -> Value:
        self._read += 1
        return value

    def _part(self, tokens: Tokens, scope: Scope) -> Value:
        """Its value, or the error with which it fails alone."""
        if _is_presence(tokens):
            return self._presence(tokens, scope)
        try:
            value = self._block(tokens, scope)
        except Refused as error:
            return {"err": error.record}
        except NeedsScript as error:
            return {"err": Refused(f"{error} needs a script, and {self.why}").record}
        return None if value is _NOTHING else value

    def _presence(self, tokens: Tokens, scope: Scope) -> Value:
        """`[bool](Read-Registry KEY NAMES).values.Count`: whether there is a value, which may be a secret."""
        inside, _ = group(tokens[1:])
        key, names = [self._value(one, scope) for one in arguments_of(inside[1:])]
        try:
            return self._answered(self.wmi.count(key, _listed(names)) > 0)
        except Refused as error:
            return {"err": error.record}

    def _instances(self, arguments: Sequence[Value]) -> list[Instance]:
        options = {str(arguments[i]): arguments[i + 1] for i in range(0, len(arguments) - 1, 2)}
        if not options.keys() <= {"-ClassName", "-Filter", "-Namespace", "-Query", "-OperationTimeoutSec"}:
            raise NeedsScript("Get-CimInstance")
        query = options.get("-Query")
        if query is None:
            query = f"SELECT * FROM {options['-ClassName']}"  # noqa: S608 - the words are those of our own script
            query += f" WHERE {options['-Filter']}" if "-Filter" in options else ""
        return self.wmi.query(query, options.get("-Namespace", "root/cimv2"))

    def _moment(self, tokens: Tokens, scope: Scope) -> Value:
        if list(tokens) == _READ_CLOCK:
            return _member(self._one("SELECT LocalDateTime FROM Win32_OperatingSystem"), "localdatetime")
        return self._value(tokens, scope)

    def _one(self, query: str) -> Value:
        return self._answered(self.wmi.query(query))


class _Nothing:
    """What a statement without a value leaves."""


_NOTHING: Any = _Nothing()


def _is_presence(tokens: Tokens) -> bool:
    shown = [text for kind, text in tokens if kind != "line"]
    return shown[:3] == ["[bool]", "(", "Read-Registry"] and shown[-3:] == [")", ".values", ".Count"]


# --- Values ----------------------------------------------------------------------------------------------


def _number(text: Value) -> int:
    if isinstance(text, int):
        return int(text)
    if not isinstance(text, str) or not re.fullmatch(r"-?[0-9]{1,20}", text):
        raise NeedsScript("a number that is none")  # PowerShell makes 0 of nothing: that would be a value
    return int(text)


def _flag(text: Value) -> bool:
    flags = {"true": True, "false": False, True: True, False: False}
    if text not in flags:
        raise NeedsScript("a flag that is none")
    return flags[text]


def _plain_text(value: Value) -> str:
    if isinstance(value, list | dict):
        raise NeedsScript("a text that is none")
    return "" if value is None else str(value)


_CASTS: Mapping[str, Callable[[Value], Value]] = {
    "[string]": _plain_text,
    "[int]": _number,
    "[long]": _number,
    "[bool]": _flag,
}


def _cast(kind: str, value: Value) -> Value:
    if kind not in _CASTS:
        raise NeedsScript(kind)
    return _CASTS[kind](value)


def _time(value: Value) -> str | None:
    """`ToUniversalTime().ToString('o')` of a CIM time, which names its zone."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise NeedsScript("a time that is none") from error
    if moment.tzinfo is None:
        raise NeedsScript("a time without its zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def _member(value: Value, name: str) -> Value:
    """A property: of a dictionary, of an object, or of the only object of a list."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], Mapping):
        value = value[0]
    if not isinstance(value, Mapping):
        raise NeedsScript(f"the property {name}")
    known = {str(key).lower(): one for key, one in value.items()}
    if name.lower() not in known:
        raise Refused(f"the answer holds no property {name}")
    return known[name.lower()]


def _members(value: Value, tokens: Tokens) -> Value:
    for kind, text in tokens:
        if kind != "member":
            raise NeedsScript("an expression")
        value = _member(value, text[1:])
    return value


def _listed(value: Value) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _same(left: Value, right: Value) -> bool:
    return _plain_text(left).lower() == _plain_text(right).lower()


_COMPARISONS: Mapping[str, Callable[[Value, Value], bool]] = {
    "-eq": _same,
    "-ne": lambda left, right: not _same(left, right),
    "-ge": lambda left, right: _number(left) >= _number(right),
    "-like": lambda left, right: _like(_plain_text(left), _plain_text(right)),
}


def _like(text: str, pattern: str) -> bool:
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), text, re.IGNORECASE | re.DOTALL) is not None
