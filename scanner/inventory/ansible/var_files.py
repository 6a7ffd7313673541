"""`group_vars/` and `host_vars/` beside an inventory, found and merged as Ansible's plug-in `host_group_vars` does.

For a group or host NAME the first of NAME, NAME.yml, NAME.yaml and NAME.json counts: a file, or a folder all of whose
files are read in the order of their names, the later wins. Only `ansible_*` variables are taken. What Ansible Vault
encrypted is never read: a note names the file.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from scanner.errors import ConfigError, Place, Problem
from scanner.inventory.ansible.folders import entries_of, files_below, is_folder
from scanner.inventory.ansible.variables import TAGS, Variables, variables_at
from scanner.yaml_source import decode, describe, parse_yaml, read_bytes

VAULT = b"$ANSIBLE_VAULT;"
_SUFFIXES = ("", ".yml", ".yaml", ".json")


class VarFolders:
    """The two folders below `base`, read as groups and hosts are asked for; problems and notes are the inventory's."""

    def __init__(self, base: Path, problems: list[Problem], notes: list[str]) -> None:
        self._groups = _Folder(base / "group_vars", problems, notes)
        self._hosts = _Folder(base / "host_vars", problems, notes)
        self._of_group: dict[str, Variables] = {}

    def of_group(self, name: str) -> Variables:
        """What the files of one group set; each is read once."""
        if name not in self._of_group:
            self._of_group[name] = self._groups.variables(name)
        return self._of_group[name]

    def of_host(self, name: str) -> Variables:
        return self._hosts.variables(name)


class _Folder:
    def __init__(self, path: Path, problems: list[Problem], notes: list[str]) -> None:
        self.path = path
        self.problems = problems
        self.notes = notes

    def variables(self, name: str) -> Variables:
        found: Variables = {}
        for path in self._files(name):
            found |= self._read(path)
        return found

    @cached_property
    def names(self) -> frozenset[str]:
        """What is in the folder, looked at once."""
        if not os.path.lexists(self.path):
            return frozenset()
        try:
            return frozenset(entry.name for entry in entries_of(self.path))
        except ConfigError as error:
            self.problems += error.problems
            return frozenset()

    def _files(self, name: str) -> list[Path]:
        there = [name + suffix for suffix in _SUFFIXES if name + suffix in self.names]
        for other in there[1:]:
            self.notes.append(f"{self.path / other}: not read, {there[0]} comes first, as for Ansible")
        if not there:
            return []
        path = self.path / there[0]
        try:
            return files_below(path, _counts) if is_folder(path) else [path]
        except ConfigError as error:
            self.problems += error.problems
            return []

    # --- What is in them ---------------------------------------------------------------------------------

    def _read(self, path: Path) -> Variables:
        try:
            return self._parsed(path, read_bytes(path))
        except ConfigError as error:
            self.problems += error.problems
            return {}

    def _parsed(self, path: Path, content: bytes) -> Variables:
        if content.startswith(VAULT):
            self.notes.append(
                f"{path}: encrypted with Ansible Vault, and not read; what it says of the connection belongs into the "
                "inventory or the credential"
            )
            return {}
        text = decode(content, str(path))
        if path.suffix == ".json":
            text = text.replace("\t", " ")  # YAML indents with spaces; a string of JSON cannot hold a bare tab
        if all(_says_nothing(line) for line in text.splitlines()):
            return {}
        # Aliases are common here and mostly in what a scan does not ask for: one is an error where it is needed.
        document = parse_yaml(text, str(path), strict=False, tags=TAGS, keep_aliases=True)
        self.problems += document.problems
        if not isinstance(document.data, dict):
            found = describe(document.data, secret=True)
            self.problems.append(
                document.problem((), "these are no variables", found=found, expected="lines such as 'ansible_port: 22'")
            )
            return {}
        if "<<" in document.data:
            place = Place(str(path), *document.place(("<<",), key=True))
            self.problems.append(place.problem("merge keys (<<) are not read here", hint="write the values out"))
        return variables_at(document, (), document.data)


def _counts(path: Path) -> bool:
    """Not hidden, no backup, and the suffix of variables; a folder has none at all."""
    if path.name.startswith(".") or path.name.endswith(("~", ".")):
        return False
    return not path.suffix or (path.suffix in _SUFFIXES and not is_folder(path))


def _says_nothing(line: str) -> bool:
    return line.strip() in ("", "---", "...") or line.lstrip().startswith("#")
