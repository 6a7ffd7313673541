"""The longest time between two planned starts, in days, from crontab(5) fields and systemd.time(7) expressions.

An upper bound: what cannot be told apart counts as the rarer one. None where no repeated start is planned, or where
the expression is not understood; then nobody may call it often enough.
"""

from __future__ import annotations

import re

_NICKNAMES = {"@hourly": 1.0, "@daily": 1.0, "@midnight": 1.0, "@weekly": 7.0, "@monthly": 31.0}
_RARE = {"@yearly": 366.0, "@annually": 366.0}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPANS = {
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1,
    "min": 60,
    "h": 3600,
    "d": 86400,
    "w": 604800,
    "month": 2629800,
    "y": 31557600,
}
_MONTH, _YEAR = 31.0, 366.0


def of_cron(when: str) -> float | None:
    """`30 2 * * 1` or `@weekly`."""
    fields = when.lower().split()
    if len(fields) == 1:
        return {**_NICKNAMES, **_RARE}.get(fields[0])
    if len(fields) != 5:
        return None
    _, _, day, month, weekday = fields
    if month != "*" and month != "*/1":
        return _YEAR
    gaps = [_gap(day, 31, 1), _gap(_names(weekday, start=1), 7, 0)]
    if None in gaps:
        return None
    restricted = [gap for field, gap in zip((day, weekday), gaps, strict=True) if field != "*" and gap is not None]
    return min(restricted, default=1.0)


def _names(field: str, start: int) -> str:
    for number, name in enumerate(_WEEKDAYS):
        field = re.sub(rf"{name}[a-z]*", str((number + start) % 7 if start else number), field)
    return field


def _gap(field: str, length: int, first: int) -> float | None:
    """The longest gap of a list of days in a cycle of `length` days."""
    days = _days(field, length, first)
    if not days:
        return None
    ordered = sorted(days)
    around = [later - earlier for earlier, later in zip(ordered, [*ordered[1:], ordered[0] + length], strict=True)]
    return float(max(around))


def _days(field: str, length: int, first: int) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        match = re.fullmatch(r"(\*|[0-9]{1,2})(?:(?:-|\.\.)([0-9]{1,2}))?(?:/([0-9]{1,2}))?", part)
        if match is None:
            return set()
        low = first if match[1] == "*" else int(match[1])
        last = first + length - 1
        high = int(match[2]) if match[2] else (last if match[1] == "*" or match[3] else low)
        found |= {(day - first) % length for day in range(low, min(high, last + 1) + 1, max(int(match[3] or 1), 1))}
    return found


def of_calendar(text: str) -> float | None:
    """`Mon..Fri *-*-* 02:30:00` as `systemctl show` prints it."""
    match = re.fullmatch(
        r"(?:(?P<week>[A-Za-z][A-Za-z.,]*) )?(?P<year>[^-~ ]+)-(?P<month>[^-~ ]+)[-~](?P<day>[^ ]+)(?: \S+){0,2}",
        text.strip(),
    )
    if match is None or match["year"] != "*":
        return None
    if match["month"] not in ("*", "*/1"):
        return _YEAR
    if match["day"] not in ("*", "*/1"):
        return _MONTH if "~" in text or match["week"] else _gap(match["day"], 31, 1)
    return _gap(_names((match["week"] or "*").lower(), start=0), 7, 0) if match["week"] else 1.0


def of_span(text: str) -> float | None:
    """A time span such as `1d 12h`."""
    parts = re.findall(r"([0-9]+(?:\.[0-9]+)?)([a-z]+)", text)
    if not parts or any(unit not in _SPANS for _, unit in parts):
        return None
    return float(sum(float(number) * _SPANS[unit] for number, unit in parts)) / 86400


def of_timer(calendars: tuple[str, ...], monotonic: tuple[str, ...]) -> float | None:
    """The most frequent of a timer's expressions."""
    spans = [
        of_span(match[1])
        for text in monotonic
        if (match := re.match(r"\{ OnUnit(?:Active|Inactive)USec=([^;]*) ;", text))
    ]
    dates = [of_calendar(match[1]) for text in calendars if (match := re.match(r"\{ OnCalendar=([^;]*) ;", text))]
    return min((gap for gap in (*spans, *dates) if gap is not None), default=None)
