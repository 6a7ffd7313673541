"""apk and pacman: package managers without a security class, so that every pending update counts as one.

`pacman -Qu` ends with status 1 both when nothing is pending and when no repository is usable: only a synchronised
database of a repository that is configured tells them apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from scanner.facts.base import Probe, RawFacts
from scanner.facts.linux.patching.sections import (
    RUN,
    Section,
    Sections,
    moment,
    newest,
    or_unknown,
    sections,
    stamped,
)
from scanner.facts.patching import Hold, PatchLevel, Update, UpdateSource
from scanner.model import Absent, Maybe, Reason, Unknown

APK = Probe(
    name="apk",
    why="which updates apk's indexes know of and how old the indexes are",
    timeout_s=20,
    programs=("apk",),
    script=RUN
    + r"""
[ -r /lib/apk/db/installed ] || [ -r /usr/lib/apk/db/installed ] || absent 'apk does not provide this system'
run updates apk --no-network version -v -l '<'
repos() { grep -hEv '^ *(#|$)' /etc/apk/repositories /etc/apk/repositories.d/*.list; }
run repositories repos
run world cat /etc/apk/world
run indexes stat -c '%Y %n' /var/cache/apk/APKINDEX.*.tar.gz
run installed stat -c '%Y %n' /lib/apk/db/installed /usr/lib/apk/db/installed
exit 0
""",
)

PACMAN = Probe(
    name="pacman",
    why="which updates pacman's databases know of, how old they are, what is ignored",
    timeout_s=20,
    programs=("pacman",),
    script=RUN
    + r"""
[ -d /var/lib/pacman/local ] || absent 'pacman does not provide this system'
run updates pacman -Qu
conf() { grep -hE '^ *(\[|IgnorePkg|IgnoreGroup)' /etc/pacman.conf; }
run repositories conf
run indexes stat -c '%Y %n' /var/lib/pacman/sync/*.db
log() { grep -E '\[ALPM\] (transaction completed|upgraded)|starting full system upgrade' \
    /var/log/pacman.log | cut -c1-80 | tail -n 50; }
run log log
exit 0
""",
)

_APK_UPDATE = re.compile(r"(?P<name>\S+)-(?P<old>[0-9][^\s-]*-r[0-9]+)\s+<\s+(?P<new>\S+)")
_PACMAN_UPDATE = re.compile(r"(?P<name>\S+) (?P<old>\S+) -> (?P<new>\S+)(?P<ignored> \[ignored\])?\s*\Z")
_NO_LISTS = Unknown(Reason.STALE, "there are no package lists on this host")
_ARCH_SECURITY = ("core", "core-testing")


def read_apk(raw: RawFacts) -> PatchLevel | Absent | Unknown:
    """What apk's indexes know; absent where apk is not the provider."""
    found = sections(raw, APK.name)
    if isinstance(found, Absent | Unknown):
        return found
    repositories = [line.strip() for line in found.lines("repositories") if line.strip()]
    stamps = _stamps(found, "indexes")
    sources = _sources([*stamps])
    usable = found.ok("updates")
    return PatchLevel(
        manager="apk",
        classified=False,
        pending=_apk_pending(usable, sources, len(repositories)),
        holds=_apk_holds(found),
        phased=(),
        sources=sources,
        security_source=any("/main" in line for line in repositories) if sources else _NO_LISTS,
        refreshed=or_unknown(min(stamps.values(), default=None), "apk: there are no indexes on this host"),
        last_run=or_unknown(newest(_stamps(found, "installed").values()), "apk: its database has no date"),
        installed_level=Absent("apk updates packages one by one"),
    )


def read_pacman(raw: RawFacts) -> PatchLevel | Absent | Unknown:
    """What pacman's databases know; absent where pacman is not the provider."""
    found = sections(raw, PACMAN.name)
    if isinstance(found, Absent | Unknown):
        return found
    configured = re.findall(r"(?m)^\s*\[([^\]]+)\]", "\n".join(found.lines("repositories")))
    stamps = _stamps(found, "indexes")
    synced = [name for name in configured if any(path.endswith(f"/{name}.db") for path in stamps)]
    missing = [name for name in configured if name != "options" and name not in synced]
    return PatchLevel(
        manager="pacman",
        classified=False,
        pending=_pacman_pending(found, synced, missing),
        holds=_pacman_holds(found),
        phased=(),
        sources=_sources(synced),
        security_source=any(name in _ARCH_SECURITY for name in synced) if synced else _NO_LISTS,
        refreshed=or_unknown(min(stamps.values(), default=None), "pacman: there are no databases on this host"),
        last_run=or_unknown(newest(map(_log_time, found.lines("log"))), "pacman: its log names no upgrade"),
        installed_level=Absent("pacman updates packages one by one"),
    )


def parse_apk(lines: Iterable[str]) -> tuple[Update, ...]:
    """The lines of `apk version -l '<'`."""
    return tuple(_update(match) for line in lines if (match := _APK_UPDATE.match(line.strip())))


def parse_pacman(lines: Iterable[str], *, ignored: bool) -> tuple[Update, ...]:
    """The lines of `pacman -Qu`, those it ignores or the others."""
    matches = (_PACMAN_UPDATE.match(line.strip()) for line in lines)
    return tuple(_update(match) for match in matches if match and bool(match["ignored"]) is ignored)


def _update(match: re.Match[str]) -> Update:
    none = Unknown(Reason.NO_EVIDENCE, "the package lists carry no dates")
    return Update(
        name=match["name"],
        installed=match["old"],
        available=match["new"],
        security=True,
        source="",
        published=none,
        published_by=none,
    )


def _stamps(found: Sections, name: str) -> dict[str, datetime]:
    section = found.get(name)
    return stamped(section.lines) if isinstance(section, Section) else {}


def _sources(names: Iterable[str]) -> tuple[UpdateSource, ...]:
    return tuple(
        UpdateSource(
            name=name,
            security=True,
            published=Absent("its data carry no date"),
            valid_until=Absent("its data set no end"),
        )
        for name in names
    )


def _apk_pending(
    section: Section | Absent | Unknown, sources: tuple[UpdateSource, ...], repositories: int
) -> Maybe[tuple[Update, ...]]:
    if isinstance(section, Absent | Unknown):
        return section
    if not sources or len(sources) < repositories:
        return Unknown(Reason.STALE, f"apk: {len(sources)} indexes for {repositories} repositories on this host")
    if not any(line.startswith("Installed:") for line in section.lines):
        return section.refused("apk: version")
    return parse_apk(section.lines)


def _apk_holds(found: Sections) -> Maybe[tuple[Hold, ...]]:
    """Versions pinned in the world file."""
    section = found.ok("world")
    if isinstance(section, Absent | Unknown):
        return section
    why = Unknown(Reason.NO_EVIDENCE, "apk does not say what a pinned version keeps back")
    pins = (re.match(r"([^=<>~@]+)[=<~]", line.strip()) for line in section.lines)
    return tuple(Hold(name=match[1], by="pinned in /etc/apk/world", security=why) for match in pins if match)


def _pacman_pending(found: Sections, synced: list[str], missing: list[str]) -> Maybe[tuple[Update, ...]]:
    section = found.ok("updates", accept=(0, 1))
    if isinstance(section, Absent | Unknown):
        return section
    if not synced or missing:
        return Unknown(Reason.STALE, f"pacman: no synchronised database of {', '.join(missing) or 'any repository'}")
    if any(line.strip().startswith(("error:", "warning: no usable")) for line in section.lines):
        return section.refused("pacman: -Qu")
    return parse_pacman(section.lines, ignored=False)


def _pacman_holds(found: Sections) -> Maybe[tuple[Hold, ...]]:
    section = found.ok("updates", accept=(0, 1))
    if isinstance(section, Absent | Unknown):
        return section
    pending = parse_pacman(section.lines, ignored=True)
    hidden = {update.name for update in pending}
    conf = "\n".join(found.lines("repositories"))
    named = {name for row in re.findall(r"(?m)^\s*Ignore(?:Pkg|Group)\s*=\s*(.*)", conf) for name in row.split()}
    rules = tuple(Hold(name=name, by="IgnorePkg", security=False) for name in sorted(named - hidden))
    return tuple(Hold(name=u.name, by="IgnorePkg", security=True, available=u.available) for u in pending) + rules


def _log_time(line: str) -> datetime | None:
    match = re.match(r"\s*\[([^\]]+)\]", line)
    return moment(match[1], "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M") if match else None
