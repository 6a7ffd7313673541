"""CSV as spreadsheets write it, with the place of every cell: comma, semicolon or tab, BOM or not.

Python's reader tells the line alone, and in a list of people a wrong cell has to be found among hundreds. Quoting is
RFC 4180's: a cell that begins with a quote ends with one, and two stand for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.errors import ConfigError, Problem

_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of one cell, without the spaces around it; lines and columns count from 1."""

    text: str
    line: int
    column: int


def rows_of(text: str, path: str) -> Iterator[list[Cell]]:
    """The rows that hold anything, the header among them. Raises ConfigError at the first quote that does not fit."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    header = next((line for line in text.split("\n") if line.strip()), "")
    delimiter = max(_DELIMITERS, key=header.count)
    reader = _Reader(text, path, delimiter)
    while not reader.is_done():
        row = reader.row()
        if any(cell.text for cell in row):
            yield row


class _Reader:
    """A position in the text, and the line and column that it stands for."""

    def __init__(self, text: str, path: str, delimiter: str) -> None:
        self._text, self._path, self._delimiter = text, path, delimiter
        self._plain = re.compile(f"[^{delimiter}\n]*")
        self._at, self._line, self._line_start = 0, 1, 0

    def is_done(self) -> bool:
        return self._at >= len(self._text)

    def row(self) -> list[Cell]:
        cells = [self._cell()]
        while self._peek() == self._delimiter:
            self._at += 1
            cells.append(self._cell())
        self._end_line()
        return cells

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _column(self) -> int:
        return self._at - self._line_start + 1

    def _end_line(self) -> None:
        self._at += 1
        self._line += 1
        self._line_start = self._at

    def _cell(self) -> Cell:
        while self._peek() == " ":
            self._at += 1
        line, column = self._line, self._column()
        text = self._quoted() if self._peek() == '"' else self._bare()
        return Cell(text.strip(), line, column)

    def _bare(self) -> str:
        found = self._plain.match(self._text, self._at)
        assert found is not None  # it matches nothing as well
        self._at = found.end()
        return found.group()

    def _quoted(self) -> str:
        line, column = self._line, self._column()
        self._at += 1
        parts = []
        while True:
            end = self._text.find('"', self._at)
            if end < 0:
                raise self._problem("a quote is never closed", line, column)
            part = self._text[self._at : end]
            self._lines_in(part)
            parts.append(part)
            self._at = end + 1
            if self._peek() != '"':
                break
            parts.append('"')
            self._at += 1
        while self._peek() == " ":
            self._at += 1
        if self._peek() not in ("", self._delimiter, "\n"):
            raise self._problem("text behind a closing quote", self._line, self._column())
        return "".join(parts)

    def _lines_in(self, part: str) -> None:
        if breaks := part.count("\n"):
            self._line += breaks
            self._line_start = self._at + part.rfind("\n") + 1

    def _problem(self, message: str, line: int, column: int) -> ConfigError:
        hint = "a quote inside of a cell is written twice"
        return ConfigError(Problem(self._path, message, line=line, column=column, hint=hint))
