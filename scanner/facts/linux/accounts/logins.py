"""Login records: who logged in last when, and since when each source keeps book.

A source covers the time since its oldest entry, or since its file was created where the file system tells. Logins
without a terminal (a remote command, sftp) are missing in lastlog and wtmp, not in lastlog2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from scanner.facts.linux.accounts.files import number

_MONTHS = {
    name: index
    for index, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1)  # noqa: SIM905
}
_DATE = r"[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) (?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d)"
_LASTLOG = re.compile(rf"^(?P<name>\S+) .*{_DATE} \+0000 (?P<year>\d{{4}})\s*$", re.ASCII)
_LAST = re.compile(rf"^(?P<name>\S+) .*?{_DATE} (?P<year>\d{{4}})\b", re.ASCII)
_BEGINS = re.compile(rf"^(?P<name>\S*wtmp\S*) begins {_DATE} (?P<year>\d{{4}})", re.ASCII)
_STAT = re.compile(r"^(?P<birth>\S+) (?P<changed>\d+) (?P<path>/.+)$", re.ASCII)
# Lines of wtmp that are about the machine.
_NOBODY = frozenset({"reboot", "shutdown", "runlevel", "crash"})
_FILES = {
    "lastlog2": ("/var/lib/lastlog/lastlog2.db",),
    "lastlog": ("/var/log/lastlog",),
    "wtmpdb": ("/var/log/wtmp.db", "/var/lib/wtmpdb/wtmp.db"),
    "wtmp": ("/var/log/wtmp",),
}


@dataclass(frozen=True, slots=True)
class Logins:
    """The last login of each account, the sources in words, and the start of the record."""

    last: Mapping[str, datetime] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    since: datetime | None = None


def parse_logins(sections: Mapping[str, Iterable[str]]) -> Logins:
    """All sources together: the newest login of each account, the longest record."""
    last: dict[str, datetime] = {}
    starts: list[datetime] = []
    created = _created(sections.get("dates", ()))
    sources = tuple(name for name in _FILES if name in sections)
    for source in sources:
        seen, start = _source(sections[source], _LASTLOG if source.startswith("lastlog") else _LAST)
        starts += [moment for moment in (start, *(created.get(path) for path in _FILES[source])) if moment]
        for name, moment in seen.items():
            last[name] = max(moment, last.get(name, moment))
    return Logins(last, sources, min(starts, default=None))


def _source(lines: Iterable[str], pattern: re.Pattern[str]) -> tuple[dict[str, datetime], datetime | None]:
    """The newest login of each account in one source, and the oldest moment it mentions."""
    last: dict[str, datetime] = {}
    oldest: datetime | None = None
    for line in lines:
        found = _BEGINS.match(line) or pattern.match(line)
        moment = _moment(found) if found else None
        if found is None or moment is None:
            continue
        oldest = min(moment, oldest or moment)
        name = found["name"]
        if found.re is pattern and name not in _NOBODY:
            last[name] = max(moment, last.get(name, moment))
    return last, oldest


def _moment(found: re.Match[str]) -> datetime | None:
    year, day, hour, minute, second = (int(found[part]) for part in ("year", "day", "h", "m", "s"))
    try:
        return datetime(year, _MONTHS[found["month"]], day, hour, minute, second, tzinfo=UTC)
    except (ValueError, KeyError):
        return None


def _created(lines: Iterable[str]) -> dict[str, datetime]:
    """When each record file began to exist: its birth, else its last change, which is never earlier."""
    found: dict[str, datetime] = {}
    for line in lines:
        if match := _STAT.match(line):
            seconds = number(match["birth"]) or number(match["changed"]) or 0
            if 0 < seconds < 2**33:
                found[match["path"]] = datetime.fromtimestamp(seconds, UTC)
    return found
