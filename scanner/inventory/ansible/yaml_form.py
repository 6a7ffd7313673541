"""The YAML form of an inventory: groups with `hosts`, `vars` and `children`."""

from __future__ import annotations

from typing import Any

from scanner.errors import Place
from scanner.inventory.ansible.groups import Group, Inventory
from scanner.inventory.ansible.variables import TAGS, variables_at
from scanner.suggest import hint
from scanner.yaml_source import Document, Loc, describe, parse_yaml

_KEYS = ("hosts", "vars", "children")


def parse_yaml_inventory(text: str, path: str, into: Inventory | None = None) -> Inventory:
    """Read the YAML form, into an inventory that others began or a new one; problems are left in it."""
    document = parse_yaml(text, path, strict=False, tags=TAGS)
    inventory = into or Inventory(path)
    inventory.problems += document.problems
    reader = _Reader(document, inventory)
    if not isinstance(document.data, dict):
        reader.problem((), "this is no inventory", document.data, expected="groups, such as 'all:' and 'hosts:'")
        return inventory
    if "_meta" in document.data:
        reader.problem((), "this is the output of --list in JSON", None, hint="add --yaml to ansible-inventory --list")
        return inventory
    for name, body in document.data.items():
        reader.group(name, body, (name,))
    if into is None:
        inventory.check()
    return inventory


class _Reader:
    def __init__(self, document: Document, inventory: Inventory) -> None:
        self.document = document
        self.inventory = inventory

    def group(self, name: str, body: Any, loc: Loc) -> None:
        """One group and, below it, its children; the document's depth is bounded, so is this recursion."""
        group = self.inventory.group(name, self.place(loc))
        if body is None:
            return
        if not isinstance(body, dict):
            self.problem(loc, f"the group '{name}' does not fit", body, expected="the keys hosts, vars and children")
            return
        for key, value in body.items():
            at = (*loc, key)
            if key not in _KEYS:
                self.unknown(at, key)
            elif (mapping := self.mapping(value, at)) is not None:
                self.part(group, key, mapping, at)

    def part(self, group: Group, key: str, mapping: dict[str, Any], at: Loc) -> None:
        if key == "vars":
            group.variables |= variables_at(self.document, at, mapping)
        for name, value in mapping.items() if key != "vars" else ():
            here = (*at, name)
            if key == "children":
                group.children[name] = self.place(here)
                self.group(name, value, here)
            elif (variables := self.mapping(value, here)) is not None:
                self.inventory.add_host(name, group, self.place(here), variables_at(self.document, here, variables))

    def place(self, loc: Loc) -> Place:
        return Place(self.document.path, *self.document.place(loc, key=True))

    def mapping(self, value: Any, loc: Loc) -> dict[str, Any] | None:
        """A mapping; nothing is an empty one, and a lone word is one host, as Ansible has it."""
        if value is None:
            return {}
        if isinstance(value, str) and loc[-1] == "hosts":
            return {value: None}
        if not isinstance(value, dict):
            self.problem(loc, f"'{loc[-1]}' does not fit", value, expected="a mapping; every name ends with ':'")
            return None
        return value

    def unknown(self, loc: Loc, key: str) -> None:
        near = hint(key, _KEYS)
        self.inventory.problem(
            f"unknown key '{key}' in a group",
            self.place(loc),
            expected=None if near else "hosts, vars or children",
            hint=near,
        )

    def problem(
        self, loc: Loc, message: str, value: Any, *, expected: str | None = None, hint: str | None = None
    ) -> None:
        found = None if value is None else describe(value, secret=True)
        self.inventory.problems.append(self.document.problem(loc, message, found=found, expected=expected, hint=hint))
