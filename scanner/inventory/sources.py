"""From the entries under `targets` to candidates: single hosts, URIs, Ansible inventories and CSV lists."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scanner.errors import ConfigError, Problem
from scanner.inventory.address import AddressError, check_host, default_name, read_hop, read_uri
from scanner.inventory.ansible import read_inventory
from scanner.inventory.ansible.targets import read_targets
from scanner.inventory.candidate import Candidate
from scanner.inventory.credentials import whole_path
from scanner.inventory.csv_list import read_csv
from scanner.inventory.models import AnsibleTarget, CsvTarget, HopModel, HostTarget, UriTarget
from scanner.model import Target
from scanner.suggest import hint
from scanner.yaml_source import Document, Loc


class Sources:
    """Reads entry after entry; problems and notes gather here."""

    def __init__(self, document: Document, base: Path, roles: Collection[str]) -> None:
        self.document = document
        self.base = base
        self.roles = roles
        self.problems: list[Problem] = []
        self.notes: dict[str, None] = {}

    def read(self, index: int, entry: Any) -> list[Candidate]:
        """The candidates of one entry; none where it has a problem."""
        at = ("targets", index)
        try:
            match entry:
                case HostTarget() | UriTarget():
                    return [self._single(at, entry)]
                case AnsibleTarget():
                    return [self._with_defaults(item, entry) for item in self._ansible(at, entry)]
                case CsvTarget():
                    found = read_csv(whole_path(entry.csv, self.base), roles=self.roles)
                    return [self._with_defaults(item, entry) for item in self._limited(at, entry, found)]
        except ConfigError as error:
            self.problems += self._pointed(at, entry, error)
        return []

    def _single(self, at: Loc, entry: HostTarget | UriTarget) -> Candidate:
        line, column = self.document.place(at)
        origin = f"{self.document.path}:{line}"
        base = self._host(entry, origin) if isinstance(entry, HostTarget) else self._uri(at, entry, origin)
        target = replace(
            base,
            name=entry.name or base.name,
            credential=entry.credential,
            role=entry.role,
            tags=tuple(entry.tags),
            parameters=dict(entry.parameters),
            host_key=entry.host_key,
            certificate=entry.certificate,
            ca=str(whole_path(entry.ca, self.base)) if entry.ca else None,
            platform=entry.platform,
            backup_status=entry.backup_status,
            jump=_jump(entry.jump, origin),
        )
        return Candidate(target, self.document.path, line, column)

    def _host(self, entry: HostTarget, origin: str) -> Target:
        address = check_host(entry.host)
        return Target(
            name=default_name(address, entry.port, entry.transport or "ssh"),
            transport=entry.transport or "",
            address=address,
            port=entry.port,
            user=entry.user,
            origin=origin,
        )

    def _uri(self, at: Loc, entry: UriTarget, origin: str) -> Target:
        try:
            return read_uri(entry.uri, origin=origin, base=self.base)
        except AddressError as error:
            raise ConfigError(
                self.document.problem((*at, "uri"), str(error), expected=error.expected, hint=error.hint)
            ) from error

    def _ansible(self, at: Loc, entry: AnsibleTarget) -> list[Candidate]:
        inventory = read_inventory(whole_path(entry.ansible, self.base))
        broken = bool(inventory.problems)
        chosen, unknown = inventory.select(_limit(entry.limit))
        reading = read_targets(inventory, chosen)
        self.notes |= reading.notes
        problems = list(inventory.problems)
        if not broken:  # else the name may stand in a line that could not be read
            problems += [self._unknown(at, entry.limit, word, entry.ansible, near) for word, near in unknown]
        if problems:
            raise ConfigError(problems)
        return self._some(at, "ansible", entry.ansible, reading.candidates)

    def _limited(self, at: Loc, entry: CsvTarget, found: list[Candidate]) -> list[Candidate]:
        names = {item.target.name for item in found}
        parts = _limit(entry.limit)
        unknown = [part for part in parts if part.removeprefix("!") not in names]
        if unknown:
            words = [part.removeprefix("!") for part in unknown]
            raise ConfigError([self._unknown(at, entry.limit, word, entry.csv, hint(word, names)) for word in words])
        wanted = {part for part in parts if not part.startswith("!")} or names
        kept = wanted - {part[1:] for part in parts if part.startswith("!")}
        return self._some(at, "csv", entry.csv, [item for item in found if item.target.name in kept])

    def _some(self, at: Loc, key: str, file: str, found: list[Candidate]) -> list[Candidate]:
        """A list that yields no host would be a scan of nothing that looks clean."""
        if not found:
            raise ConfigError(self.document.problem((*at, key), f"'{file}' leaves no host to scan"))
        return found

    def _unknown(self, at: Loc, limit: str | list[str] | None, word: str, file: str, near: str | None) -> Problem:
        parts = [part.strip().removeprefix("!").strip() for part in limit] if isinstance(limit, list) else []
        return self.document.problem(
            (*at, "limit", *([parts.index(word)] if word in parts else ())),
            f"no host or group '{word}' in {file}",
            expected=None if near else "a name from there",
            hint=near,
        )

    def _with_defaults(self, item: Candidate, entry: AnsibleTarget | CsvTarget) -> Candidate:
        """What the entry says holds for each host that says nothing itself."""
        target = item.target
        filled = replace(
            target,
            credential=target.credential or entry.credential,
            role=target.role or entry.role,
            tags=tuple(dict.fromkeys((*target.tags, *entry.tags))),
            backup_status=target.backup_status or entry.backup_status,
        )
        return replace(item, target=filled)

    def _pointed(self, at: Loc, entry: Any, error: ConfigError) -> list[Problem]:
        """A file that cannot be read at all is a problem of the line that names it."""
        key = next((name for name in ("ansible", "csv") if hasattr(entry, name)), None)
        return [
            self.document.problem((*at, key), f"{problem.path}: {problem.message}", hint=problem.hint)
            if key is not None and problem.line is None and problem.path != self.document.path
            else problem
            for problem in error.problems
        ]


def _limit(limit: str | Sequence[str] | None) -> list[str]:
    if limit is None:
        return []
    parts = limit.split(",") if isinstance(limit, str) else limit
    return [part.strip() for part in parts if part.strip()]


def _jump(jump: str | Sequence[str | HopModel] | None, origin: str) -> tuple[Target, ...]:
    hops: Sequence[str | HopModel] = [jump] if isinstance(jump, str) else jump or ()
    return tuple(read_hop(hop, origin) if isinstance(hop, str) else _hop(hop, origin) for hop in hops)


def _hop(hop: HopModel, origin: str) -> Target:
    address = check_host(hop.host)
    return Target(
        name=address,
        transport="ssh",
        address=address,
        port=hop.port,
        user=hop.user,
        credential=hop.credential,
        host_key=hop.host_key,
        origin=origin,
    )
