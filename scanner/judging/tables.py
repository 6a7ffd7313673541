"""How long what ships with the scanner may be relied on."""

from __future__ import annotations

from datetime import date, datetime


def outdated(table: str, of: date | None, now: datetime, max_age_days: int) -> str:
    """Words for a table that is too old for a pass to rest on: which, of what day, what to do; empty for any other.

    `of` is None where the fact rests on no table.
    """
    if of is None or (now.date() - of).days <= max_age_days:
        return ""
    return f"{table} is of {of}; update the scanner"
