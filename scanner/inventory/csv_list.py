"""Targets from a CSV list with a header line, as spreadsheets write it: comma, semicolon or tab, BOM or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from scanner.cells import Cell, rows_of
from scanner.errors import ConfigError, Problem, in_order
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

T = TypeVar("T")

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
    rows = rows_of(decode(read_bytes(path), str(path)), str(path))
    return _Reader(str(path), roles).read(rows)


class _Reader:
    def __init__(self, path: str, roles: Collection[str]) -> None:
        self.path = path
        self.roles = roles
        self.problems: list[Problem] = []
        self.found: list[Candidate] = []

    def read(self, rows: Iterator[list[Cell]]) -> list[Candidate]:
        header = next(rows, None)
        if header is None:
            raise ConfigError(Problem(self.path, "the file is empty", line=1, column=1, expected=_HEADER))
        names = self.header(header)
        try:
            for row in rows:
                self.row(row, names)
        except ConfigError as error:  # what stands behind a quote that does not fit cannot be told
            self.problems += error.problems
        if self.problems:
            raise ConfigError(in_order(self.problems))
        return self.found

    def header(self, row: list[Cell]) -> list[str]:
        """The name of each column, empty for one that is not known. Raises ConfigError where no row can be judged."""
        names = [cell.text.lower().replace(" ", "_") for cell in row]
        for index, (name, cell) in enumerate(zip(names, row, strict=True)):
            if name and name not in COLUMNS:
                near = hint(name, COLUMNS)
                self.problem(
                    f"unknown column '{name[:60]}'", cell, expected=None if near else listed(COLUMNS), hint=near
                )
            elif name and name in names[:index]:
                self.problem(f"the column '{name}' occurs twice", cell)
        if "host" not in names and "uri" not in names:
            self.problem("the first line has no column 'host'", row[0], expected=_HEADER)
            raise ConfigError(in_order(self.problems))
        return [name if name in COLUMNS else "" for name in names]

    def row(self, row: list[Cell], names: list[str]) -> None:
        extra = next((cell for cell in row[len(names) :] if cell.text), None)
        if extra is not None:
            hint_ = "put a cell with the delimiter in quotes"
            self.problem("more cells than the header has columns", extra, hint=hint_)
            return
        cells = {name: cell for name, cell in zip(names, row, strict=False) if name}
        before = len(self.problems)
        target = _Row(self, cells, row[0]).target()
        if len(self.problems) == before and target is not None:
            self.found.append(Candidate(target, self.path, row[0].line, row[0].column))

    def problem(self, message: str, cell: Cell, *, expected: str | None = None, hint: str | None = None) -> None:
        self.problems.append(Problem(self.path, message, cell.line, cell.column, expected=expected, hint=hint))


class _Row:
    """One row; each cell is judged by itself, so that one that is wrong hides no other."""

    def __init__(self, reader: _Reader, cells: dict[str, Cell], first: Cell) -> None:
        self.reader = reader
        self.cells = cells
        self.first = first
        self.origin = f"{reader.path}:{first.line}"

    def target(self) -> Target | None:
        base = self.uri() if self.text("uri") else self.host()
        role = self.checked("role", lambda text: _one_of(text, "role", self.reader.roles))
        name = self.checked("name", check_name)
        jump = self.checked("jump", lambda text: tuple(read_hop(part, self.origin) for part in text.split(",")))
        host_key = self.checked("host_key", _host_key)
        status = self.checked("backup_status", check_status_file)
        if base is None:
            return None
        return replace(
            base,
            name=name or self.checked_name(base.name),
            credential=self.text("credential") or None,
            role=role,
            tags=tuple(tag for tag in _TAGS.split(self.text("tags")) if tag),
            host_key=host_key,
            jump=jump or (),
            backup_status=status,
        )

    def uri(self) -> Target | None:
        for name in ("host", "port", "user", "transport"):
            if self.text(name):
                self.reader.problem(
                    f"'uri' already says what '{name}' says", self.cells[name], expected="one of the two"
                )
        return self.checked("uri", lambda text: read_uri(text, origin=self.origin, base=Path(self.reader.path).parent))

    def host(self) -> Target | None:
        transport = self.checked("transport", lambda text: _one_of(text.lower(), "transport", _TRANSPORTS)) or ""
        port = self.checked("port", read_port)
        user = self.checked("user", read_user)
        address = self.checked("host", check_host, needed=True)
        if address is None:
            return None
        name = default_name(address, port, transport or "ssh")
        return Target(name=name, transport=transport, address=address, port=port, user=user, origin=self.origin)

    def text(self, name: str) -> str:
        cell = self.cells.get(name)
        return cell.text if cell else ""

    def checked(self, name: str, check: Callable[[str], T], *, needed: bool = False) -> T | None:
        """What a cell means; None where it is empty, or wrong, which is then a problem at the cell."""
        if not self.text(name) and not needed:
            return None
        try:
            return check(self.text(name))
        except AddressError as error:
            cell = self.cells.get(name, self.first)
            self.reader.problem(str(error), cell, expected=error.expected, hint=error.hint)
            return None

    def checked_name(self, name: str) -> str:
        """A name that was made of the address, which may not do as one."""
        try:
            return check_name(name)
        except AddressError as error:
            self.reader.problem(str(error), self.first, expected=error.expected, hint=error.hint)
            return name


def _one_of(text: str, what: str, known: Collection[str]) -> str:
    if text not in known:
        raise AddressError(f"unknown {what} '{text[:60]}'", expected=listed(known), hint=hint(text, known))
    return text


def _host_key(text: str) -> str:
    if not re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}=?", text):
        raise AddressError("this is no SSH host key fingerprint", expected="SHA256: and 43 characters")
    return text
