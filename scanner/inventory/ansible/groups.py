"""Hosts and groups of an inventory, how variables are inherited, and which hosts a limit selects."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import product
from string import ascii_letters
from typing import Any

from scanner.errors import ConfigError, Problem
from scanner.suggest import hint
from scanner.yaml_source import PROBLEM_LIMIT

HOST_LIMIT = 100_000
GROUP_LIMIT = 5_000
_RANGE = re.compile(r"\[([0-9]+|[A-Za-z]):([0-9]+|[A-Za-z])(?::([0-9]+))?\]")


@dataclass(slots=True)
class Group:
    """One group: its own variables, direct hosts and child groups, each with the line that named it."""

    name: str
    variables: dict[str, Any] = field(default_factory=dict)
    hosts: dict[str, int] = field(default_factory=dict)
    children: dict[str, int] = field(default_factory=dict)
    line: int = 0


@dataclass(slots=True)
class Host:
    """One host: its own variables and where it is first written."""

    name: str
    line: int
    column: int = 1
    variables: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Inventory:
    """One inventory file. `groups` always holds `all`; `lines` says where each group variable stands."""

    path: str
    groups: dict[str, Group] = field(default_factory=lambda: {"all": Group("all")})
    hosts: dict[str, Host] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def group(self, name: str, line: int = 0) -> Group:
        """The group of that name, new when it is not there yet."""
        found = self.groups.setdefault(name, Group(name, line=line))
        found.line = found.line or line
        return found

    def add_host(self, pattern: str, group: Group, line: int, column: int, variables: Mapping[str, Any]) -> None:
        """Add every host of a pattern to a group; a host in several groups stays one host."""
        try:
            names = list(expand(pattern, HOST_LIMIT - len(self.hosts)))
        except ValueError as error:
            self.problem(str(error), line, column)
            return
        for name in names:
            host = self.hosts.setdefault(name, Host(name, line, column))
            host.variables.update(variables)
            group.hosts[name] = line

    def problem(
        self,
        message: str,
        line: int | None,
        column: int | None = None,
        *,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.problems.append(Problem(self.path, message, line, column, expected=expected, hint=hint))

    def check_children(self) -> None:
        """Every child group exists, and no group is its own ancestor; what is wrong is told and left out.

        Raises ConfigError for more groups or circles than anybody has.
        """
        if len(self.groups) > GROUP_LIMIT:
            raise ConfigError(Problem(self.path, "too many groups", expected=f"at most {GROUP_LIMIT}"))
        for group in self.groups.values():
            for child, line in list(group.children.items()):
                if child not in self.groups:
                    self.problem(f"the group '{child}' is not defined", line, hint=hint(child, self.groups))
                    del group.children[child]
        while circle := self._circle():
            parent, child = circle[:2]
            line = self.groups[parent].children.pop(child)
            self.problem(f"groups contain each other: {' > '.join(circle)}", line)
            if len(self.problems) >= PROBLEM_LIMIT:
                raise ConfigError(self.problems)

    def _circle(self) -> list[str]:
        try:
            list(self._sorter().static_order())
        except CycleError as error:
            return list(error.args[1])
        return []

    def _sorter(self) -> TopologicalSorter[str]:
        """Parents before children."""
        sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(self.groups, ()))
        for group in self.groups.values():
            for child in group.children:
                if child in self.groups:
                    sorter.add(child, group.name)
        return sorter

    def resolved(self) -> Iterator[tuple[Host, dict[str, Any], tuple[str, ...]]]:
        """Each host once, with its variables after inheritance and the groups it is in, directly or not.

        A child group wins over its parent, groups of one depth win in alphabetical order, the host itself wins
        over all: Ansible's own order of precedence.
        """
        order = list(self._sorter().static_order())
        above, depth = self._ancestry(order)
        direct: dict[str, list[str]] = {}
        for name in order:
            for member in self.groups[name].hosts:
                direct.setdefault(member, []).append(name)
        merged: dict[tuple[str, ...], tuple[dict[str, Any], tuple[str, ...]]] = {}
        for host in self.hosts.values():
            key = tuple(direct.get(host.name, ()))
            if key not in merged:
                names = set().union(*(above[name] for name in key)) | {"all"}
                merged[key] = self._merge(sorted(names, key=lambda name: (depth[name], name)))
            variables, groups = merged[key]
            yield host, {**variables, **host.variables}, groups

    def _ancestry(self, order: list[str]) -> tuple[dict[str, set[str]], dict[str, int]]:
        above: dict[str, set[str]] = {name: {name} for name in order}
        depth = {name: 0 if name == "all" else 1 for name in order}
        for name in order:
            for child in self.groups[name].children:
                above[child] |= above[name]
                depth[child] = max(depth[child], depth[name] + 1)
        return above, depth

    def _merge(self, names: list[str]) -> tuple[dict[str, Any], tuple[str, ...]]:
        variables: dict[str, Any] = {}
        for name in names:
            variables |= self.groups[name].variables
        return variables, tuple(name for name in names if name not in ("all", "ungrouped"))

    def select(self, limit: Iterable[str]) -> tuple[set[str], list[tuple[str, str | None]]]:
        """The hosts that a limit leaves, and the parts of it that name nothing here, each with a suggestion.

        A part is a host, a group, or a pattern with `*` and `?`; `!part` leaves hosts out.
        """
        parts = list(limit)
        members = self._members()
        chosen: set[str] = set() if any(not part.startswith("!") for part in parts) else set(self.hosts)
        unknown: list[tuple[str, str | None]] = []
        for part in sorted(parts, key=lambda part: part.startswith("!")):
            word = part.removeprefix("!").strip()
            found = self._matching(word, members)
            if not found and word not in members:
                unknown.append((word, hint(word, [*members, *self.hosts])))
            chosen = chosen - found if part.startswith("!") else chosen | found
        return chosen, unknown

    def _members(self) -> dict[str, set[str]]:
        members: dict[str, set[str]] = {name: set() for name in self.groups}
        for host, _, groups in self.resolved():
            members["all"].add(host.name)
            for name in groups:
                members[name].add(host.name)
        return members

    def _matching(self, word: str, members: Mapping[str, set[str]]) -> set[str]:
        if word in members or word in self.hosts:
            return members.get(word, set()) | ({word} & self.hosts.keys())
        if not any(mark in word for mark in "*?"):
            return set()
        found = set(fnmatch.filter(self.hosts, word))
        return found.union(*(members[name] for name in fnmatch.filter(members, word)))


def expand(pattern: str, limit: int = HOST_LIMIT) -> Iterator[str]:
    """`web[01:20].example` and `db-[a:c]` as host names. Raises ValueError for a bad or too large range."""
    parts: list[list[str]] = []
    end, count = 0, 1
    for match in _RANGE.finditer(pattern):
        parts += [[pattern[end : match.start()]], _range(match, limit)]
        end, count = match.end(), count * len(parts[-1])
        if count > limit:
            raise ValueError(f"more than {HOST_LIMIT} hosts in one inventory")
    parts.append([pattern[end:]])
    return ("".join(words) for words in product(*parts))


def _range(match: re.Match[str], limit: int) -> list[str]:
    first, last, step = match[1], match[2], int(match[3] or 1)
    if first.isdigit() != last.isdigit() or step < 1:
        raise ValueError(f"the range {match[0]} mixes digits and letters, or has no step")
    width = len(first) if first.startswith("0") else 0
    if width and len(last) != width:
        raise ValueError(f"the range {match[0]} needs as many digits at its end as at its start")
    if len(first) > 9 or len(last) > 9:
        raise ValueError(f"the range {match[0]} is too large")
    numbers = first.isdigit()
    low, high = (int(first), int(last)) if numbers else (ascii_letters.index(first), ascii_letters.index(last))
    if low > high:
        raise ValueError(f"the range {match[0]} runs backwards")
    if (high - low) // step >= max(limit, 1):
        raise ValueError(f"more than {HOST_LIMIT} hosts in one inventory")
    return [str(i).zfill(width) if numbers else ascii_letters[i] for i in range(low, high + 1, step)]
