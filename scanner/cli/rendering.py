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
    """Put `data` in place whole or not at all; `-` is standard output. The file is its owner's alone."""
    if str(path) == "-":
        sys.stdout.buffer.write(data)
        return
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with open(partial, "wb", opener=_private) as file:
            file.write(data)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ScannerError(f"{path}: the report cannot be written: {error.strerror}") from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
