"""Writes reports where `-o` and `ctpat report` want them."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scanner.cli.options import Content, Output
from scanner.errors import ScannerError
from scanner.model import RunResult

_MAX_LINKS = 40  # as many as the kernel follows


def write(result: RunResult, content: Content, outputs: Sequence[Output]) -> None:
    """Render one run in every format asked for. Raises ScannerError when a file cannot be written."""
    from scanner.report import render

    for output in outputs:
        data = render(output.format, result, content.profile, content.checks)
        save(data, output.path_for(result.run.site))


def save(data: bytes, path: Path) -> None:
    """Put `data` in place whole or not at all; `-` is standard output. A new file is its owner's alone.

    A link of this account's stays and its file is replaced; a device, or a pipe of this account's, is written to.
    What somebody else laid at the name, in /tmp say, is refused. Raises ScannerError when that cannot be done.
    """
    if str(path) == "-":
        _print(data)
        return
    try:
        place = _behind(path)
        if _is_stream(place):
            place.write_bytes(data)
        else:
            _replace(data, place)
    except OSError as error:
        raise ScannerError(f"{path}: the report cannot be written: {error.strerror}") from error


def _print(data: bytes) -> None:
    if sys.__stdout__ is None:
        raise ScannerError("the report cannot be written: standard output is closed")
    sys.stdout.buffer.write(data)


def _behind(path: Path) -> Path:
    """Where a link leads to. In a shared folder nobody but its owner can put another in the place of our own link."""
    for _ in range(_MAX_LINKS):
        if not path.is_symlink():
            return path
        _verify_own(path, "a link")
        path = path.parent / path.readlink()
    raise ScannerError(f"{path}: the report cannot be written: too many links")


def _is_stream(path: Path) -> bool:
    """Whether the place is no file but takes bytes: a device, or a pipe of our own."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        _verify_own(path, "a pipe")
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _verify_own(path: Path, what: str) -> None:
    if path.lstat().st_uid != os.geteuid():
        raise ScannerError(f"{path}: the report is not written: this is {what} of somebody else's")


def _replace(data: bytes, path: Path) -> None:
    # A name that nobody can have laid before: created new, mode 0600.
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
    partial = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
