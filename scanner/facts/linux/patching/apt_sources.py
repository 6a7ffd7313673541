"""Where apt's updates come from: the release files in its lists, and the sources that it uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from scanner.facts.linux.patching.sections import Section, Sections, moment
from scanner.facts.patching import UpdateSource
from scanner.model import Absent, Maybe, Unknown

_RELEASE = re.compile(r"\s+release (?P<fields>.*)")
_SOURCE = re.compile(r"\s*(?P<priority>-?[0-9]+) (?P<uri>\S+) (?P<rest>.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFile:
    """The head of one InRelease file that lies in apt's lists."""

    origin: str
    label: str
    suite: str
    codename: str
    published: datetime | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveSource:
    """One source that apt uses, as `apt-cache policy` shows it."""

    uri: str
    priority: int
    origin: str
    label: str
    suite: str
    codename: str
    version: str

    @property
    def is_security(self) -> bool:
        return is_security(self.label, self.suite)

    @property
    def short(self) -> str:
        """As apt names it in a simulation: `Debian-Security:12/oldstable-security`."""
        suite = f"{self.version}/{self.suite}" if self.version else self.suite
        return f"{self.label}:{suite}" if self.label else suite or self.uri


def is_security(label: str, suite: str) -> bool:
    """Whether a release carries security updates: by its label or its suite's ending."""
    return label == "Debian-Security" or label.startswith("UbuntuESM") or suite.endswith("-security")


def parse_releases(found: Sections) -> tuple[ReleaseFile, ...]:
    """The release files in the lists."""
    return tuple(_release_file(section) for section in found.starting("release:"))


def _release_file(section: Section) -> ReleaseFile:
    pairs = (line.partition(": ") for line in section.lines)
    fields = {key: value.strip() for key, _, value in reversed([*pairs])}
    return ReleaseFile(
        origin=fields.get("Origin", ""),
        label=fields.get("Label", ""),
        suite=fields.get("Suite", ""),
        codename=fields.get("Codename", ""),
        published=_rfc_date(fields.get("Date", "")),
        valid_until=_rfc_date(fields.get("Valid-Until", "")),
    )


def _rfc_date(text: str) -> datetime | None:
    return moment(text.replace("GMT", "UTC"), "%a, %d %b %Y %H:%M:%S UTC", "%a, %d %b %Y %H:%M:%S %z")


def parse_policy(lines: Iterable[str]) -> tuple[ActiveSource, ...]:
    """The sources of `apt-cache policy` that come from somewhere else than this host, each release once."""
    found: dict[tuple[str, ...], ActiveSource] = {}
    for source in parse_places(lines).values():
        if "://" in source.uri or source.uri.startswith(("file:", "cdrom:")):
            found.setdefault((source.uri, source.origin, source.suite, source.codename), source)
    return tuple(found.values())


def parse_places(lines: Iterable[str]) -> Mapping[str, ActiveSource]:
    """Every source of `apt-cache policy` by the words that stand for it in a package's version table."""
    return dict(_places(lines))


def _places(lines: Iterable[str]) -> Iterator[tuple[str, ActiveSource]]:
    place: re.Match[str] | None = None
    for line in lines:
        if line.startswith("Pinned packages"):
            break
        if match := _RELEASE.match(line):
            if place is not None:
                yield place_of(place), _active(place["uri"], int(place["priority"]), match["fields"])
        elif match := _SOURCE.match(line):
            place = match


def match_place(line: str) -> str | None:
    """The words that stand for a source in a line of a version table; None for another line."""
    match = _SOURCE.match(line)
    return place_of(match) if match else None


def place_of(match: re.Match[str]) -> str:
    return f"{match['uri']} {match['rest']}".strip()


def _active(uri: str, priority: int, text: str) -> ActiveSource:
    fields = dict(part.partition("=")[::2] for part in text.split(","))
    origin, label, suite, codename, version = (fields.get(key, "") for key in "olanv")
    return ActiveSource(
        uri=uri, priority=priority, origin=origin, label=label, suite=suite, codename=codename, version=version
    )


def matching(releases: Iterable[ReleaseFile], origin: str, label: str, suite: str) -> list[ReleaseFile]:
    """The release files with this label and suite, and with this origin where one is given."""
    same = (release for release in releases if release.label == label and release.suite == suite)
    return [release for release in same if not origin or release.origin == origin]


def update_sources(
    active: Maybe[tuple[ActiveSource, ...]], releases: tuple[ReleaseFile, ...]
) -> Maybe[tuple[UpdateSource, ...]]:
    """The sources in use with what their own release files say of their age."""
    if isinstance(active, Absent | Unknown):
        return active
    return tuple(_source(source, releases) for source in active)


def _source(source: ActiveSource, releases: tuple[ReleaseFile, ...]) -> UpdateSource:
    same = matching(releases, source.origin, source.label, source.suite)
    ends = [release.valid_until for release in same if release.valid_until is not None]
    dates = [release.published for release in same if release.published is not None]
    return UpdateSource(
        name=f"{source.uri} {source.codename or source.suite}",
        security=source.is_security,
        published=min(dates) if dates else Absent("its release file carries no date"),
        valid_until=min(ends) if ends else Absent("its release file sets no end"),
    )
