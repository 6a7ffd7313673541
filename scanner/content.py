"""Finds the content that ships with the program: checks, profiles, report templates.

In a wheel it lies in `scanner/_content`; in a checkout the three folders stand beside the package. One
function decides, so that wheel, source archive and checkout load the same way.
"""

from __future__ import annotations

from pathlib import Path

from scanner.errors import ScannerError

_PACKAGE = Path(__file__).resolve().parent


def content_dir(name: str) -> Path:
    """The folder `checks`, `profiles` or `reports` that belongs to this very installation."""
    for base in (_PACKAGE / "_content", _PACKAGE.parent):
        folder = base / name
        if folder.is_dir() and (base.name == "_content" or (base / "pyproject.toml").is_file()):
            return folder
    raise ScannerError(f"the installation is damaged: its '{name}' folder is missing; install ctpat-scanner again")
