"""The longest time between two planned starts, in days, from crontab(5) fields and systemd.time(7) expressions.

An upper bound: what cannot be told apart counts as the rarer one. None where no repeated start is planned, or where
the expression is not understood; then nobody may call it often enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

_NICKNAMES = {"@hourly": 1.0, "@daily": 1.0, "@midnight": 1.0, "@weekly": 7.0, "@monthly": 31.0}
_RARE = {"@yearly": 366.0, "@annually": 366.0}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
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
# Weekdays fall on the same dates again after 28 years.
_CYCLE = (date(2001, 1, 1), date(2029, 1, 1))


def of_cron(when: str, *, stars_join: bool = True) -> float | None:
    """`30 2 * * 1` or `@weekly`; None for what cron refuses.

    Vixie cron and cronie start on days that suit both day fields where one of them begins with `*`, be it `*/2`, and
    else on days that suit either. BusyBox, without `stars_join`, takes either wherever both leave days out.
    """
    fields = when.lower().split()
    if len(fields) == 1:
        return {**_NICKNAMES, **_RARE}.get(fields[0])
    if len(fields) != 5:
        return None
    minute, hour, day, month, weekday = fields
    days, weekdays = _values(day, 1, 31), _values(_numbered(weekday, _WEEKDAYS), 0, 7)
    months = _values(_numbered(month, _MONTHS), 1, 12)
    if not (days and weekdays and months and _is_time(minute.lstrip("-"), 59) and _is_time(hour, 23)):
        return None
    weekdays = frozenset(number % 7 for number in weekdays)
    joined = "*" in (day[0], weekday[0]) if stars_join else len(days) == 31 or len(weekdays) == 7
    return _longest(days, months, weekdays, joined)


def of_anacron(period: str) -> float | None:
    """The first field of anacrontab(5): a number of days, or `@weekly`."""
    return float(period) if re.fullmatch(r"[1-9][0-9]{0,2}", period) else of_cron(period)


def _is_time(field: str, last: int) -> bool:
    """Whether cron takes a field of minutes or hours; `~` is a moment chosen at random."""
    return bool(_values(field.replace("~", "-"), 0, last))


def _numbered(field: str, names: tuple[str, ...]) -> str:
    """Names of weekdays or months as their numbers from 1."""
    for number, name in enumerate(names, 1):
        field = re.sub(rf"{name}[a-z]*", str(number), field)
    return field


def _values(field: str, first: int, last: int) -> frozenset[int]:
    """The numbers of a list of ranges with steps; none where it is no such list or leaves the range."""
    found: set[int] = set()
    for part in field.split(","):
        match = re.fullmatch(r"(\*|[0-9]{1,2})(?:(?:-|\.\.)([0-9]{1,2}))?(?:/([0-9]{1,2}))?", part)
        if match is None:
            return frozenset()
        low = first if match[1] == "*" else int(match[1])
        high = int(match[2]) if match[2] else (last if match[1] == "*" or match[3] else low)
        step = int(match[3]) if match[3] else 1
        if not first <= low <= high <= last or step == 0:
            return frozenset()
        found |= set(range(low, high + 1, step))
    return frozenset(found)


@lru_cache(maxsize=256)
def _longest(days: frozenset[int], months: frozenset[int], weekdays: frozenset[int], joined: bool) -> float | None:
    """The longest gap between two suiting days; weekdays from 0 for Sunday. None where hardly any day suits."""
    starts = [day for day in _calendar() if day.month in months and _suits(day, days, weekdays, joined)]
    gaps = [(later - earlier).days for earlier, later in pairwise(starts)]
    if not gaps:
        return None
    longest = float(max(gaps))
    return longest if len(months) == 12 else max(longest, _YEAR)


def _calendar() -> Iterable[date]:
    first, end = _CYCLE
    return (first + timedelta(days=number) for number in range((end - first).days))


def _suits(day: date, days: frozenset[int], weekdays: frozenset[int], joined: bool) -> bool:
    by_date, by_week = day.day in days, day.isoweekday() % 7 in weekdays
    return (by_date and by_week) if joined else (by_date or by_week)


_EVERY_DAY, _EVERY_MONTH, _ALL_WEEK = frozenset(range(1, 32)), frozenset(range(1, 13)), frozenset(range(7))


def of_calendar(text: str) -> float | None:
    """`Mon..Fri *-*-* 02:30:00` as `systemctl show` prints it: a day has to suit its weekday and its date."""
    match = re.fullmatch(
        r"(?:(?P<week>[A-Za-z][A-Za-z.,]*) )?(?P<year>[^-~ ]+)-(?P<month>[^-~ ]+)(?P<from>[-~])(?P<day>[^ ]+)"
        r"(?: \S+){0,2}",
        text.strip(),
    )
    if match is None or match["year"] != "*":
        return None
    if match["month"] not in ("*", "*/1"):
        return _YEAR
    days = _EVERY_DAY if match["day"] in ("*", "*/1") else _values(match["day"], 1, 31)
    weekdays = _week(match["week"].lower()) if match["week"] else _ALL_WEEK
    if not days or not weekdays:
        return None
    if match["from"] == "~":  # counted from the end of the month
        return _MONTH if min(days) <= 28 and not match["week"] else _YEAR
    return _longest(days, _EVERY_MONTH, weekdays, True)


def _week(field: str) -> frozenset[int]:
    """`Mon..Fri,Sun`; a range may go over the end of the week."""
    found: set[int] = set()
    for part in _numbered(field, _WEEKDAYS).split(","):
        match = re.fullmatch(r"([1-7])(?:\.\.([1-7]))?", part)
        if match is None:
            return frozenset()
        low, high = int(match[1]), int(match[2] or match[1])
        found |= {number % 7 for number in range(low, (high if high >= low else high + 7) + 1)}
    return frozenset(found)


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
