"""Ansible inventories, read without Ansible: INI and YAML files, folders of them, `group_vars/` and `host_vars/`.

What is not read is said in notes: passwords and `become` settings belong to a credential of the site file, scripts
and plug-ins are not run, encrypted files stay closed. A Jinja expression in an address is an error, because a guess
would scan the wrong host.
"""

from __future__ import annotations

import re
from pathlib import Path

from scanner.errors import ConfigError, Problem
from scanner.inventory.ansible.folders import files_below, is_folder
from scanner.inventory.ansible.groups import Inventory
from scanner.inventory.ansible.ini import parse_ini
from scanner.inventory.ansible.var_files import VAULT, VarFolders
from scanner.inventory.ansible.yaml_form import parse_yaml_inventory
from scanner.yaml_source import decode, read_bytes

__all__ = ["Inventory", "read_inventory"]

_YAML_SUFFIXES = {".yml", ".yaml", ".json"}
_PLUGIN = re.compile(r"^['\"]?plugin['\"]?[ \t]*:[ \t]*['\"]?([A-Za-z_][\w.]*)['\"]?[ \t]*(?:#.*)?$", re.MULTILINE)
# What Ansible passes over in a folder: its own folders, and the ends of names (INVENTORY_IGNORE_EXTS).
_FOLDERS = ("group_vars", "host_vars", "vars_plugins")
_PASSED_OVER = (".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry")


def read_inventory(path: Path) -> Inventory:
    """Read one inventory, a file or a folder; what is wrong in it is left in `problems`.

    Raises ConfigError for what is none.
    """
    inventory = Inventory(str(path))
    base = path if is_folder(path) else path.parent
    if base is path:
        _read_folder(path, inventory)
    else:
        _read_file(path, inventory)
    inventory.check()
    inventory.folders = VarFolders(base, inventory.problems, inventory.notes)
    return inventory


def _read_file(path: Path, inventory: Inventory) -> None:
    content = read_bytes(path)
    if (what := _unread(path, content)) is not None:
        raise ConfigError(Problem(str(path), f"this is {what}", line=1, hint=_saved(path)))
    text = decode(content, str(path))
    if not text.strip():
        raise ConfigError(Problem(str(path), "the file is empty", line=1, column=1))
    _parse(path, text, inventory)


def _read_folder(folder: Path, inventory: Inventory) -> None:
    """Every static file in the order of the names; the others are named."""
    read, unread = 0, []
    for path in files_below(folder, _is_source):
        try:
            content = read_bytes(path)
            if (what := _unread(path, content)) is not None:
                unread.append(f"{path}: this is {what}; none of its hosts are scanned ({_saved(path)})")
                continue
            text = decode(content, str(path))
            if text.strip():
                read += 1
                _parse(path, text, inventory)
        except ConfigError as error:
            inventory.problems += error.problems
    if not read and not inventory.problems:
        names = "; ".join(unread) or None
        raise ConfigError(
            Problem(str(folder), "no inventory in this folder", expected="an INI or YAML file", hint=names)
        )
    inventory.notes += unread


def _is_source(path: Path) -> bool:
    return not path.name.startswith(".") and path.name not in _FOLDERS and not path.name.endswith(_PASSED_OVER)


def _unread(path: Path, content: bytes) -> str | None:
    """What a file is that is not read here; None for an inventory in INI or YAML."""
    if content.startswith((b"#!", b"\x7fELF")):
        return "an inventory script, which is not run here"
    if content.startswith(VAULT):
        return "encrypted with Ansible Vault, and not read"
    if path.suffix.lower() == ".toml":
        return "an inventory in TOML, which is not read"
    if path.suffix.lower() in _YAML_SUFFIXES and (found := _PLUGIN.search(content.decode("utf-8", "replace"))):
        return f"for the inventory plug-in '{found[1]}', which is not run here"
    return None


def _saved(path: Path) -> str:
    return f"save what it says: ansible-inventory -i {path.name} --list --yaml > hosts.yaml"


def _parse(path: Path, text: str, inventory: Inventory) -> None:
    parse = parse_yaml_inventory if _is_yaml(path, text) else parse_ini
    parse(text, str(path), inventory)


def _is_yaml(path: Path, text: str) -> bool:
    """By the suffix, else by the first line that says something."""
    if path.suffix.lower() in _YAML_SUFFIXES:
        return True
    if path.suffix:
        return False
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and line[0] not in "#;"), "")
    return first == "---" or re.fullmatch(r"[\w.-]+:", first) is not None
