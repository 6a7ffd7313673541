"""Release dates of Windows' cumulative updates as a dated table: build, revision, day."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("windows_builds.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildTable:
    """Revisions of each build with their days of release, oldest first, as of one day."""

    as_of: date
    source: str
    builds: Mapping[str, Sequence[tuple[int, date]]]

    def released(self, build: str, revision: int) -> date | None:
        """The day of the newest update at or below `revision`; None outside of what the table knows.

        A revision between two rows is an update that the table leaves out: the older row's day is the safe one. One
        above the last row came out after it, on a day that the table cannot know.
        """
        rows = self.builds.get(build, ())
        if not rows or revision > rows[-1][0]:
            return None
        return next((day for number, day in reversed(rows) if number <= revision), None)

    def oldest(self, build: str) -> tuple[int, date] | None:
        """The first row: a lower revision is older than its day."""
        return next(iter(self.builds.get(build, ())), None)

    def newest(self, build: str) -> tuple[int, date] | None:
        """The last row: a higher revision is younger than its day."""
        rows = self.builds.get(build, ())
        return rows[-1] if rows else None


@cache
def build_table() -> BuildTable:
    """The table that ships with this version of the program."""
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    builds = {
        build: tuple((revision, date.fromisoformat(day)) for revision, day in rows)
        for build, rows in data["builds"].items()
    }
    return BuildTable(as_of=date.fromisoformat(data["as_of"]), source=data["source"], builds=builds)
