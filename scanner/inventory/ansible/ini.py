"""The INI form of an inventory: host lines under `[group]`, `[group:children]` and `[group:vars]`."""

from __future__ import annotations

import re
import shlex

from scanner.errors import Place
from scanner.inventory.ansible.groups import Group, Inventory
from scanner.inventory.ansible.variables import PREFIX, Variable
from scanner.suggest import hint

_SECTION = re.compile(r"\[([^\[\]:\s]+)(?::([^\[\]:\s]+))?\]\s*(?:[#;].*)?")
_KINDS = ("hosts", "children", "vars")
_VARIABLE = re.compile(r"([A-Za-z_]\w*)\s*=\s*(.*)", re.DOTALL)


def parse_ini(text: str, path: str, into: Inventory | None = None) -> Inventory:
    """Read the INI form, into an inventory that others began or a new one; problems are left in it."""
    inventory = into or Inventory(path)
    group, kind = inventory.group("ungrouped"), "hosts"
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        place = Place(path, number, len(raw) - len(raw.lstrip()) + 1)
        if line[0] == "[" and (match := _SECTION.fullmatch(line)) is not None:
            group, kind = inventory.group(match[1], place), match[2] or "hosts"
            if kind == "vars":
                inventory.var_only.setdefault(match[1], place)
            _check_kind(inventory, kind, place)
        elif kind == "children":
            child = line.split()[0]
            group.children[child] = place
        elif kind == "vars":
            _variable(inventory, group, line, place)
        else:
            _host(inventory, group, line, place)
    if into is None:
        inventory.check()
    return inventory


def _check_kind(inventory: Inventory, kind: str, place: Place) -> None:
    if kind not in _KINDS:
        inventory.problem(
            f"unknown section ':{kind}'",
            place,
            expected="[group], [group:children] or [group:vars]",
            hint=hint(kind, _KINDS),
        )


def _variable(inventory: Inventory, group: Group, line: str, place: Place) -> None:
    match = _VARIABLE.fullmatch(line)
    if match is None:
        inventory.problem("this is no variable", place, expected="name=value")
    elif match[1].startswith(PREFIX):
        group.variables[match[1]] = Variable(_unquoted(match[2].strip()), place)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _host(inventory: Inventory, group: Group, line: str, place: Place) -> None:
    try:
        # shlex is slow, and most lines need nothing of it.
        words = shlex.split(line, comments=True) if any(mark in line for mark in "'\"#\\") else line.split()
    except ValueError:
        inventory.problem("a quote is not closed", place)
        return
    if not words:
        return
    pattern, port = _port(words[0])
    variables = {"ansible_port": Variable(port, place)} if port else {}
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if not equals:
            # The word itself may be half of a password with a space in it: it is not shown.
            inventory.problem(
                "a word without '=' after the host",
                place,
                expected="name=value, in quotes where it has spaces",
            )
            return
        if name.startswith(PREFIX):
            variables[name] = Variable(value, place)
    inventory.add_host(pattern, group, place, variables)


def _port(word: str) -> tuple[str, str]:
    """The host of `host:22` and `[fd00::1]:22`, and the port; empty where none is named."""
    match = re.fullmatch(r"\[([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)\](?::([0-9]+))?", word)
    if match is None:
        match = re.fullmatch(r"((?:[^\[\]:]|\[[^\[\]]*\])+):([0-9]+)", word)
    if match is None:
        return word, ""
    return match[1], match[2] or ""
