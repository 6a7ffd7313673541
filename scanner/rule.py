"""YAML checks: one field of one fact against one value, with cases that the suite runs."""

from __future__ import annotations

from pathlib import Path

from scanner.check import Check


def load_rule(path: Path, name: str) -> Check:
    """Read one YAML check. Raises ConfigError with file, line and column for every problem at once."""
    raise NotImplementedError
