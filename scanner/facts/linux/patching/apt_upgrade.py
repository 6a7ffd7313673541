"""What an upgrade by apt would do.

Read from the version tables of all installed packages. Bytes collected before these were asked hold a simulation
instead, whose `Inst` lines name the origins themselves, and a second one without holds where anything was kept back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scanner.facts.linux.patching.apt_sources import (
    ActiveSource,
    Places,
    ReleaseFile,
    is_security,
    match_place,
    matching,
)
from scanner.facts.linux.patching.sections import Section, Sections
from scanner.facts.patching import Update
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

_KEPT = "The following packages have been kept back:"
_PHASED = "The following upgrades have been deferred due to phasing:"
_CHANGE = re.compile(r"\s+(?P<name>\S+) \(\S+ => \S+\)")
_CANDIDATE = re.compile(r"(?P<name>[^\s@]\S*) (?P<old>\S+) (?P<new>\S+)")
# Complaints, what apt says of its policy, and what its tables say of pins and sources: none of them is an update.
_ASIDE = re.compile(r"(?:[NWE]|Notice|Warning|Error): |Prio of |@(?:place|pin) |@unranked\Z")
_COUNTS = re.compile(r"@asked (?P<asked>[0-9]+) @answered (?P<answered>[0-9]+)")
_INST = re.compile(r"Inst (?P<name>\S+) (?:\[(?P<old>[^\]]*)\] )?\((?P<new>\S+) (?P<origins>[^()]*?)(?: \[[^\]]*\])?\)")
_NO_DATE = Unknown(Reason.NO_EVIDENCE, "apt's lists carry no date for a single update")
_NO_RELEASE = Unknown(Reason.NO_EVIDENCE, "no dated release file offers it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The updates that are offered, those that an upgrade keeps back, and those that are for other hosts first.

    `updates` may name packages on hold; `behind_holds` are the updates that the packages on hold would get. `kept`
    are known by name alone.
    """

    updates: Maybe[tuple[Update, ...]]
    kept: tuple[Update, ...] = ()
    behind_holds: Maybe[tuple[Update, ...]]
    phased: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A package that has another version to come: the one that it has, the one that would be, and the sources of that
    and of each version between."""

    name: str
    old: str
    new: str
    places: tuple[tuple[str, ...], ...] = ((),)
    is_phased: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """A source, and the date by which everything in it was out."""

    source: ActiveSource
    out_by: Maybe[datetime]


def read_outlook(found: Sections, sources: Maybe[Places], releases: tuple[ReleaseFile, ...]) -> Outlook:
    """From the version tables where they were asked, else from the simulations."""
    offers = found.optional("candidates")
    if isinstance(offers, Absent):
        return _simulated(found, releases)
    return _offered(found, sources if is_known(sources) else {}, releases)


def _whole(section: Section | Absent | Unknown, what: str) -> Section | Absent | Unknown:
    """A section that came to apt's summary line; one that did not says nothing of what is pending."""
    if not isinstance(section, Section) or any(re.match(r"[0-9]+ upgraded, ", line) for line in section.lines):
        return section
    return Unknown(Reason.UNREADABLE, f"apt: {what} ended without its summary line")


# --- version tables ---


def _offered(found: Sections, sources: Places, releases: tuple[ReleaseFile, ...]) -> Outlook:
    section = _answered(found.ok("candidates"))
    if isinstance(section, Absent | Unknown):
        return Outlook(updates=section, behind_holds=section)
    places = {
        place: _Place(source, _out_by([(source.label, source.suite)], releases)) for place, source in sources.items()
    }
    candidates = parse_candidates(section.lines[:-1])
    if isinstance(candidates, Unknown):
        return Outlook(updates=candidates, behind_holds=candidates)
    all_updates = tuple(_update_of(candidate, places) for candidate in candidates)
    deferred, others = _deferred(found), {one.name for one in candidates if one.is_phased}
    # A security update that lies between is for this host, whoever gets the later one first.
    phased = {
        update.name
        for update in all_updates
        if update.name in others and update.name.partition(":")[0] in deferred and update.security is False
    }
    return Outlook(
        updates=tuple(update for update in all_updates if update.name not in phased),
        behind_holds=all_updates,
        phased=tuple(sorted(phased)),
    )


def _answered(section: Section | Absent | Unknown) -> Section | Absent | Unknown:
    """The section when apt answered for every package that dpkg has; a package left out may have an update."""
    if not isinstance(section, Section):
        return section
    match = _COUNTS.fullmatch(section.lines[-1]) if section.lines else None
    if match is None:
        return Unknown(Reason.UNREADABLE, "apt: the version tables ended without their summary line")
    asked, answered = int(match["asked"]), int(match["answered"])
    if asked == 0 or answered < asked:
        return Unknown(Reason.UNREADABLE, f"apt: it answered for {answered} of {asked} installed packages")
    return section


def parse_candidates(lines: Iterable[str]) -> tuple[_Candidate, ...] | Unknown:
    """`NAME OLD NEW`, then ` phased` where it is offered to some hosts first, and a line for each source of NEW; then
    ` before VERSION` and its sources for each version between. Unknown for a line of another form: it may be an update.
    """
    found: list[_Candidate] = []
    for line in lines:
        if _ASIDE.match(line):
            continue
        if match := _CANDIDATE.fullmatch(line):
            found.append(_Candidate(name=match["name"], old=match["old"], new=match["new"]))
        elif found and line == " phased":
            found[-1] = replace(found[-1], is_phased=True)
        elif found and line.startswith(" before "):
            found[-1] = replace(found[-1], places=(*found[-1].places, ()))
        elif found and (place := match_place(line)):
            *others, last = found[-1].places
            found[-1] = replace(found[-1], places=(*others, (*last, place)))
        elif not line.startswith(" "):
            return Unknown(Reason.UNREADABLE, f"apt: the version tables hold {line[:80]!r}, which is no update")
    return tuple(found)


def _deferred(found: Sections) -> frozenset[str]:
    """Packages whose update apt says it leaves to other hosts first, without architectures."""
    plan = _whole(found.ok("plan"), "the list of updates")
    lines = plan.lines if isinstance(plan, Section) else ()
    matches = (_CHANGE.match(line) for line in _under(lines, _PHASED))
    return frozenset(match["name"].partition(":")[0] for match in matches if match)


def _update_of(candidate: _Candidate, places: Mapping[str, _Place]) -> Update:
    versions = [[places[place] for place in named if place in places] for named in candidate.places]
    secure = [known for known in versions if any(place.source.is_security for place in known)]
    # What proves a security update old is the date of that version, not of an ordinary one beside it.
    dates = [place.out_by for known in secure or versions[:1] for place in known if is_known(place.out_by)]
    known = list(dict.fromkeys(place.source.short for version in versions for place in version))
    security: Maybe[bool] = bool(secure)
    if not secure and any(
        len(found) < max(len(named), 1) for found, named in zip(versions, candidate.places, strict=True)
    ):
        security = Unknown(Reason.NO_EVIDENCE, f"apt does not say where the update of {candidate.name} comes from")
    return Update(
        name=candidate.name,
        installed=candidate.old,
        available=candidate.new,
        security=security,
        source=", ".join(known) or "not named",
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
