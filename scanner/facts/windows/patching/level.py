"""How old the newest installed update is, from the best proof to the weakest.

First the build's revision against the shipped table of release days. A revision that is younger than the table falls
back to the day it was installed: by the component store, by the update client's events, by the mark of 2012 R2. Such a
day is later than the day of release, so that it can prove an update old and never new. Beside it stands what the update
agent offers, where it tells: that proves updates to be missing, and never that none is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from scanner.facts.base import RawFacts, Reader
from scanner.facts.data.windows_builds import BuildTable, build_table
from scanner.facts.patching import Hold, PatchLevel
from scanner.facts.windows.host import HOST, build, product_type, revision
from scanner.facts.windows.patching.offers import OFFERS, last_search, offers
from scanner.facts.windows.patching.probes import (
    UPDATE_POLICY,
    UPDATES,
    events,
    paused_until,
    rollups,
    success_time,
    update_policy,
    update_server,
    updates,
)
from scanner.facts.windows.values import Values, entry, required, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

_SOURCES = Absent("Windows keeps no dated lists of a source's updates")
_CLIENT = 1
_DAY_LENGTH = 24  # characters of a day in any notation
# Clients and servers of this build get updates of their own, with revisions of their own.
_SHARED_BUILD = 26100


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The day of the newest update; `undated` says why it is only the day of its installation."""

    when: Maybe[datetime]
    undated: str = ""


def read_level(raw: RawFacts) -> PatchLevel | Absent | Unknown:
    """`PatchLevel`, as far as the host tells without asking the network."""
    found, host = updates(raw), required(entry(raw, HOST.name))
    if isinstance(found, Unknown) and isinstance(host, Unknown):
        return found
    level = installed_level(raw)
    return PatchLevel(
        manager="Windows Update",
        classified=False,
        pending=offers(raw),
        holds=_holds(raw),
        phased=(),
        sources=_SOURCES,
        security_source=Unknown(
            Reason.NO_EVIDENCE, "what the update agent keeps proves nothing of what its source offers"
        ),
        refreshed=last_search(raw),
        last_run=then(found, last_run),
        installed_level=level.when,
        level_undated=level.undated,
        table_date=build_table().as_of,
    )


def last_run(found: Values, *, of_the_system: bool = False) -> Maybe[datetime]:
    """The newest installation of anything but definitions, or of the system's own updates alone."""
    known = events(found)
    if isinstance(known, Unknown):
        return known
    installed = [event for event in known if not event.code and not event.is_definition]
    newest = next((event.when for event in installed if not of_the_system or event.is_of_the_system), None)
    if newest is not None:
        return newest
    older = success_time(found, "installs")
    return older if is_known(older) else Unknown(Reason.NO_EVIDENCE, "no installation of an update is on record")


def installed_level(raw: RawFacts) -> Level:
    """The newest installed update's day of release, by the table, else the day on which it was installed."""
    host = required(entry(raw, HOST.name))
    key, ubr = required(then(host, table_key)), then(host, revision)
    for value in (key, ubr):
        if isinstance(value, Unknown):
            return Level(when=value)
    if is_known(key) and is_known(ubr):
        table = build_table()
        if (day := table.released(key, ubr) or _at_latest(table, key, ubr)) is not None:
            return Level(when=_midnight(day))
    return _installed(host, updates(raw))


def _at_latest(table: BuildTable, key: str, ubr: int) -> date | None:
    """A revision below the table is older than its first row."""
    oldest = table.oldest(key)
    return oldest[1] if oldest and ubr < oldest[0] else None


def table_key(host: Values) -> Maybe[str]:
    """The build, with a word where servers of that build are another product."""
    number, kind = required(build(host)), required(product_type(host))
    if isinstance(number, Unknown) or isinstance(kind, Unknown):
        return number if isinstance(number, Unknown) else Unknown(Reason.UNREADABLE, "host: no product type")
    return f"{number} server" if number == _SHARED_BUILD and kind != _CLIENT else str(number)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _installed(host: Values | Unknown, found: Values | Unknown) -> Level:
    """The day of the installation, by the component store, the events, the mark of 2012 R2."""
    if isinstance(found, Unknown):
        return Level(when=found)
    why = f"its day of release is not in the scanner's table of {build_table().as_of}"
    by_store = _by_store(host, found)
    if by_store is not None:
        return Level(when=by_store, undated=f"{why}; the component store says when it was installed")
    newest = last_run(found, of_the_system=True)
    if is_known(newest):
        return Level(when=newest, undated=f"{why}; the update client's records say when it was installed")
    return Level(when=_hint(found))


def _by_store(host: Values | Unknown, found: Values) -> datetime | None:
    """When the very revision that is in force was installed."""
    number, ubr, known = then(host, build), then(host, revision), rollups(found)
    if isinstance(known, Unknown):
        return None
    return next((one.when for one in known if (one.build, one.revision) == (number, ubr)), None)


def _hint(found: Values) -> Unknown:
    """The list of quick fixes has days in the host's own notation: shown as they stand, and never read as dates."""
    rows = found.rows("hotfixes")
    listed = sorted(_fix(row) for row in rows) if is_known(rows) else []
    named = f"; the host lists {', '.join(listed[-3:])}" if listed else ""
    return Unknown(Reason.NO_EVIDENCE, f"nothing tells when the newest update was released or installed{named}")


def _fix(row: Values) -> str:
    number, day = row.text("id"), row.text("installed")
    shown = day.strip()[:_DAY_LENGTH] if is_known(day) else ""
    return (number if is_known(number) else "") + (f" (day as the host writes it: {shown})" if shown else "")


def _holds(raw: RawFacts) -> Maybe[tuple[Hold, ...]]:
    """Policies that put the monthly updates off, a pause that somebody set, a server that offers what is approved."""
    found = update_policy(raw)
    if isinstance(found, Unknown):
        return found
    days = found.registry_number("policy", "DeferQualityUpdatesPeriodInDays")
    until, server = paused_until(found), update_server(found)
    for value in (days, until, server):
        if isinstance(value, Unknown):
            return value
    unsure = Unknown(Reason.NO_EVIDENCE, "whether this keeps back a security update now is not read")
    texts = [f"put off by policy for {days} days"] if is_known(days) and days > 0 else []
    if is_known(until) and until > raw.collected_at:
        texts.append(f"paused until {until:%Y-%m-%d}")
    holds = tuple(Hold(name="monthly updates", by=text, security=unsure) for text in texts)
    if not is_known(server):
        return holds
    text = f"offered as {server} approves them, which is not read"
    return (*holds, Hold(name="monthly updates", by=text, security=unsure, by_approval=True))


PATCH_LEVEL = Reader(fact=PatchLevel, probes=(HOST, UPDATES, UPDATE_POLICY, OFFERS), read=read_level)
