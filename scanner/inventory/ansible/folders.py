"""Folders that hold one thing in many files: an inventory, or the variables of one group or host."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from scanner.errors import ConfigError, Problem

_DEPTH_LIMIT = 20
_FILE_LIMIT = 10_000
"""Links may turn a few folders into millions of files."""


def is_folder(path: Path) -> bool:
    """False as well for what cannot be looked at: whoever reads it says why."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def files_below(top: Path, takes: Callable[[Path], bool]) -> list[Path]:
    """Every file below `top` that `takes`, in the order of names; of folders it says whether they are entered.

    Raises ConfigError for a folder that cannot be read, one inside of itself, and more than anybody has.
    """
    found: list[Path] = []
    waiting: list[tuple[Path, tuple[str, ...]]] = [(top, ())]
    count = 0
    while waiting:
        path, above = waiting.pop()
        count += 1
        if not is_folder(path):
            found.append(path)
            continue
        real = os.path.realpath(path)
        if real in above:
            raise ConfigError(Problem(str(path), "this folder is inside of itself", hint="remove the link"))
        if len(above) >= _DEPTH_LIMIT or count > _FILE_LIMIT:
            expected = f"at most {_DEPTH_LIMIT} levels and {_FILE_LIMIT} files"
            raise ConfigError(Problem(str(path), "too many folders or files above this one", expected=expected))
        entries = sorted(entries_of(path), key=lambda entry: entry.name, reverse=True)
        waiting += [(entry, (*above, real)) for entry in entries if takes(entry)]
    return found


def entries_of(folder: Path) -> list[Path]:
    """What is in a folder. Raises ConfigError where it cannot be read."""
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise ConfigError(Problem(str(folder), f"cannot read the folder: {error.strerror}")) from error
