"""zypper: SUSE Linux Enterprise and openSUSE.

zypper writes its caches when it runs as root, so root runs it as nobody. Needed security patches come with their
issue date from the machine-readable list; patch-check's exit status (101 security, 100 other, 0 none) has to agree
with that list. Tumbleweed ships no patches: there every pending package counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from html import unescape

from scanner.facts.base import Probe, RawFacts
from scanner.facts.linux.patching.repositories import zypper_gap
from scanner.facts.linux.patching.sections import NOBODY, RUN, Section, Sections, epoch, newest, or_unknown, sections
from scanner.facts.patching import Hold, PatchLevel, Update, UpdateSource
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

ZYPPER = Probe(
    name="zypper",
    why="which patches and updates zypper's cache knows of, how old it is, what is locked",
    timeout_s=45,
    max_bytes=1024 * 1024,
    programs=("zypper",),
    script=RUN
    + NOBODY
    + r"""
grep -qE '^(ID|ID_LIKE)=.*(debian|ubuntu|fedora|rhel)' /etc/os-release 2>/dev/null \
    && absent 'zypper does not provide this system'
z() { set -- zypper --non-interactive --no-refresh "$@"
  if [ "$CTPAT_RIGHTS" = root ]; then $(nobody) "$@"; else "$@"; fi; }
run patch-check z patch-check
run patches z --xmlout list-patches --all
run updates z --xmlout list-updates
run locks z locks
repos() { z --xmlout repos | grep -oE '<repo [^>]*>'; }
run repositories repos
cached() { for f in /var/cache/zypp/raw/*/repodata/repomd.xml; do
  [ -r "$f" ] && echo "$(stat -c %Z "$f") $(stat -c %Y "${f%/*/*}/cookie" 2>/dev/null \
    || echo 0) $(sed -n 's/.*<revision>\([0-9]*\)<.*/\1/p' "$f" | head -n 1) $f"; done; :; }
run cached cached
last() { rpm -qa --qf '%{INSTALLTIME}\n' | sort -n | tail -n 1; }
run last last
exit 0
""",
)

_ATTRIBUTE = re.compile(r"([a-z-]+)=\"([^\"]*)\"")
_UPDATE = re.compile(r"<update (?P<attributes>[^>]*)>(?P<body>.*?)</update>", re.DOTALL)
_ISSUED = re.compile(r"<issue-date [^>]*time_t=\"([0-9]+)\"")
_CACHED = re.compile(r"\s*(?P<ctime>[0-9]+) (?P<cookie>[0-9]+) (?P<revision>[0-9]*) \S*/raw/(?P<name>[^/]+)/")
_NEEDED = {0: False, 100: False, 101: True}


def read_zypper(raw: RawFacts) -> PatchLevel | Absent | Unknown:
    """What zypper's cache knows; absent where zypper is not the provider."""
    found = sections(raw, ZYPPER.name)
    if isinstance(found, Absent | Unknown):
        return found
    cached = _sources(found)
    gap = zypper_gap(source.name for source in cached) if is_known(cached) and cached else None
    patches = _patches(found)
    pending = _pending(found, cached, patches)
    return PatchLevel(
        manager="zypper",
        classified=patches != (),
        # What is listed is there, whoever lists it; that nothing is listed proves nothing where there is a gap.
        pending=gap if gap is not None and pending == () else pending,
        holds=_holds(found),
        phased=(),
        sources=gap or cached,
        security_source=gap or _security_source(cached),
        refreshed=_refreshed(found),
        last_run=or_unknown(newest(map(epoch, found.lines("last"))), "zypper: the package database names no date"),
        installed_level=Absent("zypper updates packages one by one"),
    )


def attributes(text: str) -> dict[str, str]:
    """The attributes of one XML tag."""
    return {key: unescape(value) for key, value in _ATTRIBUTE.findall(text)}


def parse_xml_updates(lines: Iterable[str]) -> tuple[tuple[Mapping[str, str], datetime | None], ...]:
    """Each `<update>` of zypper's XML: its attributes and its issue date."""
    found = []
    for match in _UPDATE.finditer("\n".join(lines)):
        issued = _ISSUED.search(match["body"])
        found.append((attributes(match["attributes"]), epoch(issued[1]) if issued else None))
    return tuple(found)


_Listed = tuple[tuple[Mapping[str, str], datetime | None], ...]


def _listed(found: Sections, name: str) -> Maybe[_Listed]:
    section = found.ok(name, accept=(0, 100, 101))
    if isinstance(section, Absent | Unknown):
        return section
    if not any("</stream>" in line for line in section.lines):
        return section.refused(f"zypper: {name}")
    return parse_xml_updates(section.lines)


def _patches(found: Sections) -> Maybe[_Listed]:
    return _listed(found, "patches")


def _sources(found: Sections) -> Maybe[tuple[UpdateSource, ...]]:
    cached = [match for line in found.lines("cached") if (match := _CACHED.match(line))]
    enabled = [a for line in found.lines("repositories") if (a := attributes(line)).get("enabled") == "1"]
    names = {match["name"] for match in cached}
    missing = [a.get("alias", "") for a in enabled if a.get("alias", "").replace("/", "_") not in names]
    if missing and cached:
        return Unknown(Reason.STALE, f"zypper: no cached data of repository {missing[0]}")
    return tuple(_source(match) for match in cached)


def _security_source(sources: Maybe[tuple[UpdateSource, ...]]) -> Maybe[bool]:
    """SUSE publishes security updates in its repositories of updates, see `zypper_gap`."""
    if isinstance(sources, Absent | Unknown):
        return sources
    return True if sources else Unknown(Reason.STALE, "zypper: there are no cached repository data on this host")


def _source(match: re.Match[str]) -> UpdateSource:
    return UpdateSource(
        name=match["name"],
        security=False,
        published=epoch(match["revision"]) or Absent("its data carry no date"),
        valid_until=Absent("its data set no end"),
    )


def _refreshed(found: Sections) -> Maybe[datetime]:
    """The oldest of the repositories' last fetches: when its data or its cookie were written."""
    matches = [match for line in found.lines("cached") if (match := _CACHED.match(line))]
    times = [newest([epoch(match["ctime"]), epoch(match["cookie"])]) for match in matches]
    known = [time for time in times if time is not None]
    return or_unknown(min(known, default=None), "zypper: there are no cached repository data on this host")


def _pending(
    found: Sections, sources: Maybe[tuple[UpdateSource, ...]], patches: Maybe[_Listed]
) -> Maybe[tuple[Update, ...]]:
    if isinstance(sources, Absent | Unknown):
        return sources
    if not sources:
        return Unknown(Reason.STALE, "zypper: there are no cached repository data on this host")
    check = found.ok("patch-check", accept=tuple(_NEEDED))
    updates = _listed(found, "updates")
    for answer in (check, patches, updates):
        if isinstance(answer, Absent | Unknown):
            return answer
    assert isinstance(check, Section) and isinstance(patches, tuple) and isinstance(updates, tuple)
    needed = tuple(_patch(a, issued) for a, issued in patches if _is_needed(a))
    if _NEEDED[check.status] != any(update.security is True for update in needed):
        return Unknown(Reason.UNREADABLE, "zypper: patch-check and the list of patches contradict each other")
    classified = bool(patches)
    return needed + tuple(_package(a, classified) for a, _ in updates)


def _is_needed(patch: Mapping[str, str]) -> bool:
    return patch.get("status", "needed") == "needed"


def _patch(patch: Mapping[str, str], issued: datetime | None) -> Update:
    when = or_unknown(issued, "the patch carries no date")
    return Update(
        name=patch.get("name", ""),
        installed="",
        available=patch.get("edition", ""),
        security=patch.get("category") == "security",
        source="patch",
        published=when,
        published_by=when,
    )


def _package(package: Mapping[str, str], classified: bool) -> Update:
    why = Unknown(Reason.NO_EVIDENCE, "zypper dates patches, not packages")
    return Update(
        name=package.get("name", ""),
        installed=package.get("edition-old", ""),
        available=package.get("edition", ""),
        security=not classified,
        source="package",
        published=why,
        published_by=why,
    )


def _holds(found: Sections) -> Maybe[tuple[Hold, ...]]:
    section = found.ok("locks")
    if isinstance(section, Absent | Unknown):
        return section
    rows = [[cell.strip() for cell in line.split("|")] for line in section.lines if "|" in line]
    names = [row[1] for row in rows if len(row) > 1 and row[0].isdigit()]
    why = Unknown(Reason.NO_EVIDENCE, "zypper does not say what a lock keeps back")
    return tuple(Hold(name=name, by="zypper lock", security=why) for name in names)
