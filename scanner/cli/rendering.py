"""Writes reports where `-o` and `ctpat report` want them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from scanner.cli.options import Content, Output
from scanner.errors import ScannerError
from scanner.model import RunResult


def write(result: RunResult, content: Content, outputs: Sequence[Output]) -> None:
    """Render one run in every format asked for. Raises ScannerError when a file cannot be written."""
    from scanner.report import render

    for output in outputs:
        data = render(output.format, result, content.profile, content.checks)
        save(data, output.path_for(result.run.site))


def save(data: bytes, path: Path) -> None:
    """Put `data` in place whole or not at all; `-` is standard output. A new file is its owner's alone.

    A link stays and its file is replaced; what is no file (a device, a pipe) is written to.
    Raises ScannerError when that cannot be done.
    """
    if str(path) == "-":
        _print(data)
        return
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            _replace(data, _behind(path))
    except OSError as error:
        raise ScannerError(f"{path}: the report cannot be written: {error.strerror}") from error


def _print(data: bytes) -> None:
    if sys.__stdout__ is None:
        raise ScannerError("the report cannot be written: standard output is closed")
    sys.stdout.buffer.write(data)


def _behind(path: Path) -> Path:
    """The file that a link leads to; opening it lets the system refuse a link that somebody else laid in /tmp."""
    if not path.is_symlink():
        return path
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    return path.resolve()


def _replace(data: bytes, path: Path) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with open(partial, "wb", opener=_private) as file:
            file.write(data)
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
