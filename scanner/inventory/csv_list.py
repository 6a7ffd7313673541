"""Targets from a CSV list with a header line, as spreadsheets write it: comma, semicolon or tab, BOM or not."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from pathlib import Path

from scanner.errors import ConfigError, Problem
from scanner.inventory.address import (
    AddressError,
    check_host,
    check_name,
    check_status_file,
    default_name,
    read_hop,
    read_port,
    read_uri,
    read_user,
)
from scanner.inventory.candidate import Candidate
from scanner.model import Target
from scanner.suggest import hint, listed
from scanner.yaml_source import decode, read_bytes

COLUMNS = (
    "host",
    "name",
    "transport",
    "port",
    "user",
    "credential",
    "role",
    "tags",
    "jump",
    "host_key",
    "uri",
    "backup_status",
)
_HEADER = "a header line such as host,name,user,credential,role,tags"
_TRANSPORTS = ("ssh", "winrm", "winrms", "psrp", "ldaps")
_TAGS = re.compile(r"[\s|;,]+")


def read_csv(path: Path, *, roles: Collection[str]) -> list[Candidate]:
    """One candidate a line. Raises ConfigError with every problem in the file."""
    text = decode(read_bytes(path), str(path))
    lines = text.splitlines(keepends=True)
    if not text.strip():
        raise ConfigError(
            Problem(
                str(path), "the file is empty", line=1, column=1, expected=f"a header line: {','.join(COLUMNS[:7])}"
            )
        )
    header = next(line for line in lines if line.strip())
    delimiter = max(",;\t", key=header.count)
    rows = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    return _Reader(str(path), roles).read(rows)


class _Reader:
    def __init__(self, path: str, roles: Collection[str]) -> None:
        self.path = path
        self.roles = roles
        self.problems: list[Problem] = []
        self.found: list[Candidate] = []

    def read(self, rows: "csv._reader") -> list[Candidate]:  # type: ignore[name-defined]  # noqa: UP037
        names: list[str] = []
        try:
            for row in rows:
                if not any(cell.strip() for cell in row):
                    continue
                if names:
                    self.row(dict(zip(names, (cell.strip() for cell in row), strict=False)), row, names, rows.line_num)
                else:
                    names = self.header(row, rows.line_num)
        except csv.Error as error:
            self.problem("cannot read this line: a quote does not fit", rows.line_num, hint=None)
            raise ConfigError(self.problems) from error
        if self.problems:
            raise ConfigError(self.problems)
        return self.found

    def header(self, row: list[str], line: int) -> list[str]:
        names = [cell.strip().lower().replace(" ", "_") for cell in row]
        for name in dict.fromkeys(names):
            if name and name not in COLUMNS:
                near = hint(name, COLUMNS)
                self.problem(
                    f"unknown column '{name[:60]}'", line, expected=None if near else listed(COLUMNS), hint=near
                )
            if name and names.count(name) > 1:
                self.problem(f"the column '{name[:60]}' occurs twice", line)
        if "host" not in names and "uri" not in names:
            self.problem("the first line has no column 'host'", line, expected=_HEADER)
        if self.problems:
            raise ConfigError(self.problems)
        return names

    def row(self, cells: dict[str, str], row: list[str], names: list[str], line: int) -> None:
        if len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
            self.problem("more cells than the header has columns", line, hint="put a cell with the delimiter in quotes")
            return
        if cells.get("role") and cells["role"] not in self.roles:
            self.problem(
                f"unknown role '{cells['role'][:60]}'",
                line,
                expected=listed(self.roles),
                hint=hint(cells["role"], self.roles),
            )
            return
        try:
            self.found.append(Candidate(self.target(cells, line), self.path, line))
        except AddressError as error:
            self.problem(str(error), line, expected=error.expected, hint=error.hint)

    def target(self, cells: dict[str, str], line: int) -> Target:
        origin = f"{self.path}:{line}"
        base = self.uri(cells, origin) if cells.get("uri") else self.host(cells, origin)
        hop = cells.get("jump")
        jump = tuple(read_hop(part, origin) for part in hop.split(",")) if hop else ()
        return Target(
            name=check_name(cells.get("name") or base.name),
            transport=base.transport,
            address=base.address,
            port=base.port,
            user=base.user,
            credential=cells.get("credential") or None,
            role=cells.get("role") or None,
            tags=tuple(tag for tag in _TAGS.split(cells.get("tags", "")) if tag),
            host_key=_host_key(cells.get("host_key", "")),
            jump=jump,
            backup_status=check_status_file(cells["backup_status"]) if cells.get("backup_status") else None,
            origin=origin,
        )

    def uri(self, cells: dict[str, str], origin: str) -> Target:
        doubled = [name for name in ("host", "port", "user", "transport") if cells.get(name)]
        if doubled:
            raise AddressError(f"'uri' already says what '{doubled[0]}' says", expected="one of the two")
        return read_uri(cells["uri"], origin=origin, base=Path(self.path).parent)

    def host(self, cells: dict[str, str], origin: str) -> Target:
        transport = cells.get("transport", "").lower()
        if transport and transport not in _TRANSPORTS:
            raise AddressError(
                f"unknown transport '{transport[:60]}'", expected=listed(_TRANSPORTS), hint=hint(transport, _TRANSPORTS)
            )
        address = check_host(cells.get("host", ""))
        port = read_port(cells["port"]) if cells.get("port") else None
        user = read_user(cells["user"]) if cells.get("user") else None
        name = default_name(address, port, transport or "ssh")
        return Target(name=name, transport=transport, address=address, port=port, user=user, origin=origin)

    def problem(self, message: str, line: int, *, expected: str | None = None, hint: str | None = None) -> None:
        self.problems.append(Problem(self.path, message, line=line, expected=expected, hint=hint))


def _host_key(text: str) -> str | None:
    if text and not re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}=?", text):
        raise AddressError("this is no SSH host key fingerprint", expected="SHA256: and 43 characters")
    return text or None
