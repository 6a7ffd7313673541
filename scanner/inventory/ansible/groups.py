"""Hosts and groups of an inventory, how variables are inherited, and which hosts a limit selects."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import product
from string import ascii_letters

from scanner.errors import ConfigError, Place, Problem
from scanner.inventory.ansible.var_files import VarFolders
from scanner.inventory.ansible.variables import Variables
from scanner.suggest import hint
from scanner.yaml_source import PROBLEM_LIMIT

HOST_LIMIT = 100_000
GROUP_LIMIT = 5_000
_BUILT_IN = ("all", "ungrouped")
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_RANGE = re.compile(r"\[([0-9]+|[A-Za-z]):([0-9]+|[A-Za-z])(?::([0-9]+))?\]")


@dataclass(slots=True)
class Group:
    """One group: its own variables, direct hosts, child groups with the place that names each, and its own place."""

    name: str
    variables: Variables = field(default_factory=dict)
    hosts: dict[str, None] = field(default_factory=dict)
    children: dict[str, Place] = field(default_factory=dict)
    place: Place | None = None


@dataclass(slots=True)
class Host:
    """One host: its own variables and where it is first written."""

    name: str
    place: Place
    variables: Variables = field(default_factory=dict)


@dataclass(slots=True)
class Inventory:
    """What one or several files say.

    `groups` always holds `all` and `ungrouped`; `var_only` are those that have variables in a section of their own.
    """

    path: str
    groups: dict[str, Group] = field(default_factory=lambda: {name: Group(name) for name in _BUILT_IN})
    hosts: dict[str, Host] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    var_only: dict[str, Place] = field(default_factory=dict)
    folders: VarFolders | None = None

    def group(self, name: str, place: Place | None = None) -> Group:
        """The group of that name, new when it is not there yet."""
        found = self.groups.setdefault(name, Group(name))
        found.place = found.place or place
        return found

    def add_host(self, pattern: str, group: Group, place: Place, variables: Variables) -> None:
        """Add every host of a pattern to a group; a host in several groups stays one host."""
        try:
            names = list(expand(pattern, HOST_LIMIT - len(self.hosts)))
        except ValueError as error:
            self.problem(str(error), place)
            return
        for name in names:
            host = self.hosts.setdefault(name, Host(name, place))
            host.variables.update(variables)
            group.hosts[name] = None

    def problem(self, message: str, place: Place, *, expected: str | None = None, hint: str | None = None) -> None:
        self.problems.append(place.problem(message, expected=expected, hint=hint))

    def check(self) -> None:
        """Every group that is named exists, and none is its own ancestor; what is wrong is told and left out.

        Raises ConfigError for more groups or circles than anybody has.
        """
        if len(self.groups) > GROUP_LIMIT:
            raise ConfigError(Problem(self.path, "too many groups", expected=f"at most {GROUP_LIMIT}"))
        for group in self.groups.values():
            for child, place in list(group.children.items()):
                if child not in self.groups:
                    self.problem(f"the group '{child}' is not defined", place, hint=hint(child, self.groups))
                    del group.children[child]
        self._check_var_only()
        while circle := self._circle():
            parent, child = circle[:2]
            place = self.groups[parent].children.pop(child)
            self.problem(f"groups contain each other: {' > '.join(circle)}", place)
            if len(self.problems) >= PROBLEM_LIMIT:
                raise ConfigError(self.problems)

    def _check_var_only(self) -> None:
        """`[web:vars]` without a group `web` is a typing error: the variables would apply to nobody."""
        used = {child for group in self.groups.values() for child in group.children}
        filled = {g.name for g in self.groups.values() if g.hosts or g.children} | used | {"all", "ungrouped"}
        for name, place in self.var_only.items():
            if name not in filled and self.groups[name].place == place:
                self.problem(f"[{name}:vars] is for a group that has no hosts", place, hint=hint(name, filled))

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
                sorter.add(child, group.name)
        return sorter

    def resolved(self, chosen: Collection[str]) -> Iterator[tuple[Host, Variables, tuple[str, ...]]]:
        """Each chosen host once, with its variables after inheritance and the groups it is in, directly or not.

        Ansible's own order of precedence, the later wins: variables of groups in the inventory, `group_vars/`, those of
        the host in the inventory, `host_vars/`. Of groups: `all` first, then by depth, `ansible_group_priority`, name.
        """
        merged: dict[tuple[str, ...], Variables] = {}
        for host, names in self._memberships():
            if host.name not in chosen:
                continue
            if names not in merged:
                merged[names] = self._of_groups(names)
            variables = {**merged[names], **host.variables}
            if self.folders is not None:
                variables |= self.folders.of_host(host.name)
            yield host, variables, tuple(name for name in names if name not in _BUILT_IN)

    def _of_groups(self, names: Iterable[str]) -> Variables:
        variables: Variables = {}
        for name in names:
            variables |= self.groups[name].variables
        if self.folders is not None:
            for name in names:
                variables |= self.folders.of_group(name)
        return variables

    def _memberships(self) -> Iterator[tuple[Host, tuple[str, ...]]]:
        """Each host with all groups it is in, the one that wins last. `ungrouped` is who is in no other."""
        order = list(self._sorter().static_order())
        above, depth = self._ancestry(order)
        rank = {name: (depth[name], self._priority(name), name) for name in order}
        direct: dict[str, list[str]] = {}
        for name in order:
            for member in self.groups[name].hosts if name not in _BUILT_IN else ():
                direct.setdefault(member, []).append(name)
        sets: dict[tuple[str, ...], tuple[str, ...]] = {}
        for host in self.hosts.values():
            key = tuple(direct.get(host.name, ("ungrouped",)))
            if key not in sets:
                names = set().union(*(above[name] for name in key)) | {"all"}
                sets[key] = tuple(sorted(names, key=rank.__getitem__))
            yield host, sets[key]

    def _priority(self, name: str) -> int:
        given = self.groups[name].variables.get("ansible_group_priority")
        text = str(given.value) if given is not None else "1"
        if _WHOLE.fullmatch(text):
            return int(text)
        assert given is not None
        self.problem("'ansible_group_priority' does not fit", given.place, expected="a whole number")
        del self.groups[name].variables["ansible_group_priority"]  # told once
        return 1

    def _ancestry(self, order: list[str]) -> tuple[dict[str, set[str]], dict[str, int]]:
        above: dict[str, set[str]] = {name: {name} for name in order}
        depth = {name: 0 if name == "all" else 1 for name in order}
        for name in order:
            for child in self.groups[name].children:
                above[child] |= above[name]
                depth[child] = max(depth[child], depth[name] + 1)
        return above, depth

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
        for host, names in self._memberships():
            for name in names:
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
    width = len(first) if len(first) > 1 and first.startswith("0") else 0
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
