"""The INI form of an inventory: host lines under `[group]`, `[group:children]` and `[group:vars]`."""

from __future__ import annotations

import re
import shlex

from scanner.inventory.ansible.groups import Group, Inventory
from scanner.suggest import hint

_SECTION = re.compile(r"\[([^\[\]:\s]+)(?::([^\[\]:\s]+))?\]\s*(?:[#;].*)?")
_KINDS = ("hosts", "children", "vars")
_VARIABLE = re.compile(r"([A-Za-z_]\w*)\s*=\s*(.*)", re.DOTALL)


def parse_ini(text: str, path: str) -> Inventory:
    """Read the INI form; problems are left in `Inventory.problems`."""
    inventory = Inventory(path)
    group, kind = inventory.group("ungrouped"), "hosts"
    declared: dict[str, int] = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        column = len(raw) - len(raw.lstrip()) + 1
        if line[0] == "[" and (match := _SECTION.fullmatch(line)) is not None:
            group, kind = inventory.group(match[1], number), match[2] or "hosts"
            if kind == "vars":
                declared.setdefault(match[1], number)
            _check_kind(inventory, kind, number, column)
        elif kind == "children":
            child = line.split()[0]
            group.children[child] = number
        elif kind == "vars":
            _variable(inventory, group, line, number, column)
        else:
            _host(inventory, group, line, number, column)
    _check_vars(inventory, declared)
    inventory.check_children()
    return inventory


def _check_kind(inventory: Inventory, kind: str, line: int, column: int) -> None:
    if kind not in _KINDS:
        inventory.problem(
            f"unknown section ':{kind}'",
            line,
            column,
            expected="[group], [group:children] or [group:vars]",
            hint=hint(kind, _KINDS),
        )


def _check_vars(inventory: Inventory, declared: dict[str, int]) -> None:
    """`[web:vars]` without a group `web` is a typing error: the variables would apply to nobody."""
    used = {child for group in inventory.groups.values() for child in group.children}
    filled = {g.name for g in inventory.groups.values() if g.hosts or g.children} | used | {"all", "ungrouped"}
    for name, line in declared.items():
        if name not in filled and inventory.groups[name].line == line:
            inventory.problem(f"[{name}:vars] is for a group that has no hosts", line, 1, hint=hint(name, filled))


def _variable(inventory: Inventory, group: Group, line: str, number: int, column: int) -> None:
    match = _VARIABLE.fullmatch(line)
    if match is None:
        inventory.problem("this is no variable", number, column, expected="name=value")
    elif match[1].startswith("ansible_"):
        group.variables[match[1]] = _unquoted(match[2].strip())


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _host(inventory: Inventory, group: Group, line: str, number: int, column: int) -> None:
    try:
        # shlex is slow, and most lines need nothing of it.
        words = shlex.split(line, comments=True) if any(mark in line for mark in "'\"#\\") else line.split()
    except ValueError:
        inventory.problem("a quote is not closed", number, column)
        return
    if not words:
        return
    pattern, variables = _port(words[0])
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if not equals:
            # The word itself may be half of a password with a space in it: it is not shown.
            inventory.problem(
                "a word without '=' after the host",
                number,
                column,
                expected="name=value, in quotes where it has spaces",
            )
            return
        if name.startswith("ansible_"):
            variables[name] = value
    inventory.add_host(pattern, group, number, column, variables)


def _port(word: str) -> tuple[str, dict[str, str]]:
    """`host:22` and `[fd00::1]:22` without the port, which becomes a variable."""
    match = re.fullmatch(r"\[([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)\](?::([0-9]+))?", word)
    if match is None:
        match = re.fullmatch(r"((?:[^\[\]:]|\[[^\[\]]*\])+):([0-9]+)", word)
    if match is None:
        return word, {}
    return match[1], {"ansible_port": match[2]} if match[2] else {}
