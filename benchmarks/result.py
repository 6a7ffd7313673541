"""Results as a table for people and as JSON for the record."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from scanner import __version__


@dataclass(frozen=True, slots=True)
class Line:
    """One measured number. `limit` is what it may be at most, or at least where `at_least`; None is for information."""

    what: str
    value: float
    unit: str = ""
    limit: float | None = None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        if self.limit is None:
            return ""
        holds = self.value >= self.limit if self.at_least else self.value <= self.limit
        return "PASS" if holds else "OVER"


def show(title: str, lines: Sequence[Line], to: Path | None = None) -> int:
    """Print the table, append it to a JSON Lines file; 1 when a limit does not hold."""
    width = max(len(line.what) for line in lines)
    print(f"\n{title}")
    for line in lines:
        bound = "" if line.limit is None else f"{'>=' if line.at_least else '<='} {line.limit:.4g}"
        print(f"  {line.what:<{width}}  {line.value:>10.2f} {line.unit:<6} {bound:<9} {line.verdict}".rstrip())
    if to is not None:
        record = {"benchmark": title, "machine": machine(), "lines": [asdict(line) for line in lines]}
        with to.open("a", encoding="utf-8") as sink:
            sink.write(json.dumps(record) + "\n")
    return int(any(line.verdict == "OVER" for line in lines))


def machine() -> dict[str, str | int | float]:
    """What the numbers depend on; the load is that of everybody else when the benchmark ended."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "scanner": __version__,
        "python": platform.python_version(),
        "kernel": platform.release(),
        "cores": os.cpu_count() or 0,
        "load": round(os.getloadavg()[0], 2),
    }
