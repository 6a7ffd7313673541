"""Ansible inventories, INI and YAML, read without Ansible: hosts, groups, ranges and connection variables.

What is not read is said in notes: passwords and `become` settings belong to a credential of the site file;
`group_vars/`, `host_vars/`, inventory scripts and plug-ins are not followed, and a Jinja expression in an
address is an error, because a guess would scan the wrong host.
"""

from __future__ import annotations

import re
from pathlib import Path

from scanner.errors import ConfigError, Problem
from scanner.inventory.ansible.groups import Inventory
from scanner.inventory.ansible.ini import parse_ini
from scanner.inventory.ansible.yaml_form import parse_yaml_inventory
from scanner.yaml_source import decode, read_bytes

__all__ = ["Inventory", "read_inventory"]

_YAML_SUFFIXES = {".yml", ".yaml", ".json"}


def read_inventory(path: Path) -> Inventory:
    """Read one inventory file; what is wrong in it is left in `problems`. Raises ConfigError for what is none."""
    text = decode(read_bytes(path), str(path))
    if text.startswith("#!"):
        raise ConfigError(
            Problem(
                str(path),
                "this is an inventory script, which is not run here",
                line=1,
                hint=f"save what it says: ansible-inventory -i {path.name} --list --yaml > hosts.yaml",
            )
        )
    if not text.strip():
        raise ConfigError(Problem(str(path), "the file is empty", line=1, column=1))
    inventory = parse_yaml_inventory(text, str(path)) if _is_yaml(path, text) else parse_ini(text, str(path))
    inventory.notes += [
        f"{path.parent / folder}: this folder is not read; set connection data in the inventory or the credential"
        for folder in ("group_vars", "host_vars")
        if (path.parent / folder).is_dir()
    ]
    return inventory


def _is_yaml(path: Path, text: str) -> bool:
    """By the suffix, else by the first line that says something."""
    if path.suffix.lower() in _YAML_SUFFIXES:
        return True
    if path.suffix:
        return False
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and line[0] not in "#;"), "")
    return first == "---" or re.fullmatch(r"[\w.-]+:", first) is not None
