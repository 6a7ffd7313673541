"""Where apt's updates come from: the release files in its lists, and the sources that it uses.

The sources are those of `apt-cache policy` where that was asked. Else they are the lists whose priorities apt named,
each with the release file that lies beside it: apt names both files after the address that they came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from scanner.facts.linux.patching.sections import Section, Sections, moment
from scanner.facts.patching import UpdateSource
from scanner.model import Absent, Maybe, Reason, Unknown

_RELEASE = re.compile(r"\s+release (?P<fields>.*)")
_SOURCE = re.compile(r"\s*(?P<priority>-?[0-9]+) (?P<uri>\S+) (?P<rest>.*)")
# Said once for each list whenever a file of preferences was read: the last one counts.
_PRIORITY = re.compile(r"Prio of (?:\S.*/)?(?P<file>[^/]*Packages)(?:\.[a-z0-9]+)? (?P<priority>-?[0-9]+)")
_RELEASE_FILE = re.compile(r"_?(?:In)?Release\Z")
# What apt writes as %xx in the name of a file, besides spaces and what is not printable.
_QUOTED = frozenset('\\|{}[]<>"^~_=!@#$%^&*')


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFile:
    """The head of one InRelease file that lies in apt's lists; `base` is what its name has before `_InRelease`."""

    base: str
    origin: str
    label: str
    suite: str
    codename: str
    version: str
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


Places = Mapping[str, ActiveSource]


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
        base=_RELEASE_FILE.sub("", section.name.removeprefix("release:")),
        origin=fields.get("Origin", ""),
        label=fields.get("Label", ""),
        suite=fields.get("Suite", ""),
        codename=fields.get("Codename", ""),
        version=fields.get("Version", ""),
        published=_rfc_date(fields.get("Date", "")),
        valid_until=_rfc_date(fields.get("Valid-Until", "")),
    )


def _rfc_date(text: str) -> datetime | None:
    return moment(text.replace("GMT", "UTC"), "%a, %d %b %Y %H:%M:%S UTC", "%a, %d %b %Y %H:%M:%S %z")


def read_places(found: Sections, releases: tuple[ReleaseFile, ...]) -> Maybe[Places]:
    """Every source by the words that stand for it in a package's version table."""
    section = found.ok("policy")
    if isinstance(section, Section):
        whole = any(line.startswith("Package files:") for line in section.lines)
        return dict(_places(section.lines)) if whole else section.refused("apt: apt-cache policy")
    if found.lines("pins") not in (("none",), ("some",)):
        return section
    said = found.ok("candidates")
    if isinstance(said, Absent | Unknown):
        return said
    if found.lines("releases") != (str(len(releases)),):
        return Unknown(Reason.UNREADABLE, "apt: not every release file in its lists could be read")
    return _listed(said.lines, releases)


def active_sources(places: Maybe[Places]) -> Maybe[tuple[ActiveSource, ...]]:
    """The sources that come from somewhere else than this host, each release once."""
    if isinstance(places, Absent | Unknown):
        return places
    found: dict[tuple[str, ...], ActiveSource] = {}
    for source in places.values():
        if not source.uri.startswith("/"):
            found.setdefault((source.uri, source.origin, source.suite, source.codename), source)
    return tuple(found.values())


def _listed(lines: tuple[str, ...], releases: tuple[ReleaseFile, ...]) -> Maybe[Places]:
    """The sources by the lists whose priorities apt named while it read its policy."""
    priorities = {match["file"]: int(match["priority"]) for line in lines if (match := _PRIORITY.fullmatch(line))}
    if not any(line.startswith("Prio of ") for line in lines):
        return Unknown(Reason.UNREADABLE, "apt: it named neither its sources nor their priorities")
    named = (match for line in lines if (match := _SOURCE.fullmatch(line.removeprefix("@place "))))
    places = {list_of(match["uri"], match["rest"]): match for match in named}
    addresses = {_folder(file): match["uri"] for file, match in places.items()}
    found: dict[str, ActiveSource] = {}
    for file, priority in priorities.items():
        uri = addresses.get(_folder(file)) or _address(_folder(file))
        place = place_of(places[file]) if file in places else file
        release = _release_beside(file, releases)
        if release is None and "_dists_" in file:
            return Unknown(Reason.UNREADABLE, f"apt: there is no release file for its list {file}")
        found[place] = _released(uri, priority, release)
    return found


def list_of(uri: str, rest: str) -> str:
    """The name that apt gives to a list, without its compression: `http://h/debian`, `sid/main amd64 Packages` ->
    `h_debian_dists_sid_main_binary-amd64_Packages`."""
    words = rest.split(" ")
    folder = uri.removesuffix("/")
    if len(words) == 3:
        path = f"{folder}/dists/{words[0]}/binary-{words[1]}/{words[2]}"
    else:
        path = "/".join((folder, *(word.removesuffix("/") for word in words if word)))
    plain = re.sub(r"\A[^/]*?:(?://)?(?:[^/@]*@)?(?:\[([^]/]*)\])?", r"\1", path)
    return "".join(f"%{ord(char):02x}" if char in _QUOTED or char <= " " else char for char in plain).replace("/", "_")


def _folder(file: str) -> str:
    """The part of a list's name that stands for the address of its source."""
    return file.partition("_dists_")[0].removesuffix("_Packages")


def _address(folder: str) -> str:
    """Where a list came from, as far as its name says: everything but the scheme."""
    return re.sub(r"%([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), folder.lstrip("_").replace("_", "/"))


def _release_beside(file: str, releases: tuple[ReleaseFile, ...]) -> ReleaseFile | None:
    """A list's release file: under `dists` that with the longest name that both begin with, else that of its name."""
    if "_dists_" not in file:
        return next((one for one in releases if file == f"{one.base}_Packages"), None)
    near = (one for one in releases if "_dists_" in one.base and file.startswith(f"{one.base}_"))
    return max(near, key=lambda one: len(one.base), default=None)


def _released(uri: str, priority: int, release: ReleaseFile | None) -> ActiveSource:
    if release is None:
        return ActiveSource(uri=uri, priority=priority, origin="", label="", suite="", codename="", version="")
    return ActiveSource(
        uri=uri,
        priority=priority,
        origin=release.origin,
        label=release.label,
        suite=release.suite,
        codename=release.codename,
        version=release.version,
    )


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
