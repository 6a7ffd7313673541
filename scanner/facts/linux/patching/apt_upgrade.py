"""What an upgrade by apt would do.

Read from the lists that apt prints before it acts, and from the version tables of the packages that they name. Bytes
collected before these were asked hold a simulation instead, whose `Inst` lines name the origins themselves, and a
second one without holds where anything was kept back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from scanner.facts.linux.patching.apt_sources import (
    ActiveSource,
    ReleaseFile,
    is_security,
    match_place,
    matching,
    parse_places,
)
from scanner.facts.linux.patching.sections import Section, Sections
from scanner.facts.patching import Update
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

_UPGRADED = "The following packages will be upgraded:"
_DOWNGRADED = "The following packages will be DOWNGRADED:"
_KEPT = "The following packages have been kept back:"
_PHASED = "The following upgrades have been deferred due to phasing:"
_CHANGE = re.compile(r"\s+(?P<name>[a-z0-9][a-z0-9+.:-]*) \((?P<old>\S+) => (?P<new>[^\s)]+)")
_INST = re.compile(r"Inst (?P<name>\S+) (?:\[(?P<old>[^\]]*)\] )?\((?P<new>\S+) (?P<origins>[^()]*?)(?: \[[^\]]*\])?\)")
_NO_DATE = Unknown(Reason.NO_EVIDENCE, "apt's lists carry no date for a single update")
_NO_RELEASE = Unknown(Reason.NO_EVIDENCE, "no dated release file offers it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What an upgrade would install, what it would keep back, and what the vendor offers to other hosts first.

    `behind_holds` are the updates that the packages on hold would get: those of `kept`, or found by asking again.
    """

    updates: Maybe[tuple[Update, ...]]
    kept: tuple[Update, ...] = ()
    behind_holds: Maybe[tuple[Update, ...]]
    phased: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """One line of a list: a package, the version that is installed and the one that would be."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class _Offer:
    """A source, and the date by which everything in it was out."""

    source: ActiveSource
    out_by: Maybe[datetime]


def read_outlook(found: Sections, releases: tuple[ReleaseFile, ...]) -> Outlook:
    """From the lists where they were asked, else from the simulations."""
    return _simulated(found, releases) if isinstance(found.optional("plan"), Absent) else _planned(found, releases)


def _whole(section: Section | Absent | Unknown, what: str) -> Section | Absent | Unknown:
    """A section that came to apt's summary line; one that did not says nothing of what is pending."""
    if not isinstance(section, Section) or any(re.match(r"[0-9]+ upgraded, ", line) for line in section.lines):
        return section
    return Unknown(Reason.UNREADABLE, f"apt: {what} ended without its summary line")


# --- lists and version tables ---


def _planned(found: Sections, releases: tuple[ReleaseFile, ...]) -> Outlook:
    plan = _whole(found.ok("plan"), "the list of updates")
    if isinstance(plan, Absent | Unknown):
        return Outlook(updates=plan, behind_holds=plan)
    tables = parse_tables(found.lines("tables"))
    places = parse_places(found.lines("policy"))
    offers = {
        place: _Offer(source, _out_by([(source.label, source.suite)], releases)) for place, source in places.items()
    }

    def updates(head: str) -> tuple[Update, ...]:
        return tuple(_offered(change, tables, offers) for change in parse_changes(plan.lines, head))

    kept = updates(_KEPT)
    phased = tuple(change.name for change in parse_changes(plan.lines, _PHASED))
    return Outlook(updates=updates(_UPGRADED) + updates(_DOWNGRADED), kept=kept, behind_holds=kept, phased=phased)


def parse_changes(lines: Iterable[str], head: str) -> tuple[_Change, ...]:
    """The lines `NAME (OLD => NEW)` after one of apt's headings."""
    matches = (_CHANGE.match(line) for line in _under(lines, head))
    return tuple(_Change(name=match["name"], old=match["old"], new=match["new"]) for match in matches if match)


def parse_tables(lines: Iterable[str]) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Which sources offer a version of a package, by package and version: `NAME VERSION`, then a line for each."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    sources: tuple[str, ...] = ()
    name = version = ""
    for line in lines:
        if not line.startswith(" "):
            name, _, version = line.partition(" ")
            sources = ()
        elif place := match_place(line):
            found[name, version] = sources = (*sources, place)
    return found


def _offered(
    change: _Change,
    tables: Mapping[tuple[str, str], tuple[str, ...]],
    offers: Mapping[str, _Offer],
) -> Update:
    asked = tables.get((change.name, change.new), ())
    known = [offers[place] for place in asked if place in offers]
    dates = [offer.out_by for offer in known if is_known(offer.out_by)]
    security: Maybe[bool] = any(offer.source.is_security for offer in known)
    if security is False and len(known) < max(len(asked), 1):
        security = Unknown(Reason.NO_EVIDENCE, f"apt does not say where the update of {change.name} comes from")
    return Update(
        name=change.name,
        installed=change.old,
        available=change.new,
        security=security,
        source=", ".join(offer.source.short for offer in known) or "not named",
        published=_NO_DATE,
        published_by=min(dates, default=_NO_RELEASE),
    )


# --- simulations ---


def _simulated(found: Sections, releases: tuple[ReleaseFile, ...]) -> Outlook:
    first = _whole(found.ok("upgrade"), "the simulated upgrade")
    if isinstance(first, Absent | Unknown):
        return Outlook(updates=first, behind_holds=first)
    kept = tuple(_kept_back(name) for name in _words_under(first.lines, _KEPT))
    second = _whole(found.optional("unheld"), "the simulation without holds")
    if isinstance(second, Absent) and kept:
        second = Unknown(Reason.UNREADABLE, "apt: packages are kept back, and the simulation without holds is missing")
    return Outlook(
        updates=parse_updates(first.lines, releases),
        kept=kept,
        behind_holds=second if isinstance(second, Unknown) else parse_updates(_lines(second), releases),
        phased=_words_under(first.lines, _PHASED),
    )


def parse_origin(word: str) -> tuple[str, str]:
    """`Debian-Security:12/oldstable-security` -> (label, suite)."""
    head, _, suite = word.strip().partition("/")
    return head.partition(":")[0], suite


def parse_updates(lines: Iterable[str], releases: tuple[ReleaseFile, ...]) -> tuple[Update, ...]:
    """The `Inst` lines that replace an installed package."""
    matches = (_INST.match(line) for line in lines)
    return tuple(_update(match, releases) for match in matches if match and match["old"] is not None)


def _update(match: re.Match[str], releases: tuple[ReleaseFile, ...]) -> Update:
    origins = [parse_origin(word) for word in match["origins"].split(",") if word.strip()]
    return Update(
        name=match["name"],
        installed=match["old"],
        available=match["new"],
        security=any(is_security(*origin) for origin in origins),
        source=match["origins"].strip(),
        published=_NO_DATE,
        published_by=_out_by(origins, releases),
    )


def _kept_back(name: str) -> Update:
    why = Unknown(Reason.NO_EVIDENCE, f"apt keeps {name} back without saying where its update comes from")
    return Update(
        name=name, installed="", available="", security=why, source="kept back", published=why, published_by=why
    )


# --- both ---


def _out_by(origins: Iterable[tuple[str, str]], releases: tuple[ReleaseFile, ...]) -> Maybe[datetime]:
    """The date of the oldest release file that offers an update; its own day is no later."""
    dates = [release.published for origin in origins for release in matching(releases, "", *origin)]
    return min((date for date in dates if date is not None), default=None) or _NO_RELEASE


def _under(lines: Iterable[str], head: str) -> Iterator[str]:
    """The indented lines after a heading."""
    inside = False
    for line in lines:
        if not line.startswith(" "):
            inside = line.strip() == head
        elif inside:
            yield line


def _words_under(lines: Iterable[str], head: str) -> tuple[str, ...]:
    return tuple(word for line in _under(lines, head) for word in line.split())


def _lines(section: Section | Absent) -> tuple[str, ...]:
    return section.lines if isinstance(section, Section) else ()
