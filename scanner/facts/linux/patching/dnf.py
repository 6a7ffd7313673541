"""dnf and yum: Fedora, RHEL and what descends from them.

Everything runs from the cache (`-C`), because anything else writes and downloads. Empty output with status 0 comes
from an empty cache, from repositories without advisory data and from a host without updates alike: the cached
repository files and the whole advisory list tell them apart. Excludes and version locks hide packages from
check-update; asked without excludes, the advisories still name them.

The dnf program itself writes even with `-C`: logs and a lock as root, a folder under /var/tmp as anybody else. Its
own Python entry point is therefore called with file logs, locks and that folder turned off. dnf5 and yum have no such
door and run plainly from their cache.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from scanner.facts.base import Probe, RawFacts
from scanner.facts.linux.patching.repositories import dnf_gap
from scanner.facts.linux.patching.rpm_version import compare
from scanner.facts.linux.patching.sections import RUN, Section, Sections, epoch, moment, newest, or_unknown, sections
from scanner.facts.patching import Hold, PatchLevel, Update, UpdateSource
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

T = TypeVar("T")

# Defines `d ARGUMENTS…`, dnf from its cache without a trace, and `t`, the name of the program or nothing.
READ_ONLY_DNF = r"""
for t in dnf dnf5 yum; do have "$t" && break; t=; done
py='import sys, dnf.const, dnf.lock, dnf.logging, dnf.yum.misc
from dnf.cli import main
quiet = lambda *a, **k: None
dnf.const.LOG_HAWKEY = "/dev/null"
dnf.logging.Logging._setup_file_loggers = quiet
dnf.lock.ProcessLock.__enter__ = dnf.lock.ProcessLock.__exit__ = quiet
dnf.yum.misc.getCacheDir = lambda: "/var/cache/dnf"
sys.exit(main.user_main(["-C", "-q"] + sys.argv[1:]))'
p=; [ -z "$t" ] || p=$(head -n 1 "$(command -v "$t")" | tr '\000' ' ' | sed -n 's/^#! *\(\/[^ ]*python[^ ]*\).*/\1/p')
if [ "$t" = dnf ] && [ "$p" ]; then d() { "$p" -B -c "$py" "$@"; }; else d() { "$t" -C -q "$@"; }; fi
"""

DNF = Probe(
    name="dnf",
    why="which updates and security advisories dnf's cache knows of, how old it is, what is excluded",
    timeout_s=45,
    max_bytes=1024 * 1024,
    programs=("dnf", "dnf5", "yum"),
    script=RUN
    + r"""
grep -qE '^(ID|ID_LIKE)=.*(debian|ubuntu|suse|arch|alpine)' /etc/os-release 2>/dev/null \
    && absent 'dnf does not provide this system'
"""
    + READ_ONLY_DNF
    + r"""
run updates d check-update
run security d --setopt=disable_excludes=all updateinfo list --security
advisories() { d --setopt=disable_excludes=all updateinfo list --all | head -n 5; }
run advisories advisories
dates() { d \
    --setopt=disable_excludes=all updateinfo info --security | grep -E '^ *(Update ID|Name|Updated|Issued) *: '; }
run dates dates
conf() { grep -hE '^ *(\[|enabled *=|exclude(pkgs)? *=)' /etc/yum.repos.d/*.repo /etc/dnf/dnf.conf /etc/yum.conf; }
run repositories conf
locks() { sed -e 's/#.*//' -e '/^ *$/d' /etc/dnf/plugins/versionlock.list /etc/yum/pluginconf.d/versionlock.list; }
run locks locks
cached() { for f in /var/cache/dnf/*/repodata/repomd.xml /var/cache/libdnf5/*/repodata/repomd.xml \
    /var/cache/yum/*/*/*/repomd.xml; do
  [ -r "$f" ] \
    && echo "$(stat -c '%Y %Z' "$f") $(sed -n 's/.*<revision>\([0-9]*\)<.*/\1/p' "$f" | head -n 1) $f"; done; :; }
run cached cached
last() { rpm -qa --qf '%{INSTALLTIME}\n' | sort -n | tail -n 1; }
run last last
run kernels rpm -qa --qf '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\n' 'kernel*'
exit 0
""",
)

_NO_CACHE = re.compile(r"(?i)no cache for|cache-only enabled|ignoring repositories")
_PACKAGE = re.compile(r"(?P<name>\S+)\.(?P<arch>[a-z0-9_]+)\s+(?P<version>\S+-\S+)\s+(?P<repo>\S+)\s*\Z")
_ADVISORY = re.compile(
    r"(?P<id>\S+)\s+(?P<kind>\S.*?)\s+(?P<nevra>\S+-[^\s-]+-[^\s-]+\.[a-z0-9_]+)(?:\s+(?P<date>[0-9-]{10}.*))?\Z"
)
_CACHED = re.compile(r"\s*(?P<mtime>[0-9]+) (?P<ctime>[0-9]+) (?P<revision>[0-9]*) (?P<path>\S+)")
_DATE = re.compile(r"\s*(?P<key>Update ID|Name|Updated|Issued)\s*: (?P<value>.*)")


def read_dnf(raw: RawFacts) -> PatchLevel | Absent | Unknown:
    """What dnf's cache knows; absent where dnf is not the provider."""
    found = sections(raw, DNF.name)
    if isinstance(found, Absent | Unknown):
        return found
    cached = _sources(found)
    gap = _gap(cached)
    packages = _packages(found)
    advisories = parse_advisories(found.lines("security"), parse_dates(found.lines("dates")))
    has_advisories = bool(parse_advisories(found.lines("advisories"), {}))
    return PatchLevel(
        manager="dnf",
        classified=True,
        pending=_unless_empty(_pending(found, cached, packages, advisories, has_advisories), gap),
        holds=_unless_empty(_holds(found, packages, advisories, has_advisories), gap),
        phased=(),
        sources=gap or cached,
        security_source=gap or _security_source(cached, has_advisories, packages),
        refreshed=_refreshed(found),
        last_run=or_unknown(newest(map(epoch, found.lines("last"))), "dnf: the package database names no date"),
        installed_level=Absent("dnf updates packages one by one"),
    )


def _gap(cached: Maybe[tuple[UpdateSource, ...]]) -> Unknown | None:
    """Repositories of single products alone tell nothing of the system; that there is none at all is told elsewhere."""
    return dnf_gap(source.name for source in cached) if is_known(cached) and cached else None


def _unless_empty(found: Maybe[tuple[T, ...]], gap: Unknown | None) -> Maybe[tuple[T, ...]]:
    """What is listed is there, whoever lists it; that nothing is listed proves nothing where there is a gap."""
    return gap if gap is not None and found == () else found


def parse_updates(lines: Iterable[str]) -> dict[str, Update]:
    """The lines of check-update by package name, up to the list of what they make obsolete."""
    found: dict[str, Update] = {}
    for line in lines:
        if line.startswith("Obsoleting"):
            break
        if match := _PACKAGE.match(line.strip()):
            found[match["name"]] = _update(match["name"], match["version"], match["repo"])
    return found


def _update(name: str, version: str, source: str) -> Update:
    none = Unknown(Reason.NO_EVIDENCE, "no advisory names this update")
    return Update(
        name=name, installed="", available=version, security=False, source=source, published=none, published_by=none
    )


def parse_dates(lines: Iterable[str]) -> dict[str, datetime]:
    """Advisory -> the day it came out, from `updateinfo info`."""
    found: dict[str, datetime] = {}
    current = ""
    for line in lines:
        match = _DATE.match(line)
        if match and match["key"] in ("Update ID", "Name"):
            current = match["value"].strip()
        elif match and current and (when := moment(match["value"], "%Y-%m-%d %H:%M:%S")):
            found[current] = min(found.get(current, when), when)
    return found


def parse_advisories(lines: Iterable[str], dates: Mapping[str, datetime]) -> dict[str, datetime | None]:
    """Package name -> the date of the oldest advisory of a listing that names it, None without a date."""
    found: dict[str, datetime | None] = {}
    for line in lines:
        if match := _ADVISORY.match(line.strip()):
            name = match["nevra"].rsplit("-", 2)[0]
            when = dates.get(match["id"]) or moment(match["date"] or "", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
            known = [date for date in (found.get(name), when) if date is not None]
            found[name] = min(known, default=None)
    return found


def _packages(found: Sections) -> Maybe[dict[str, Update]]:
    section = found.ok("updates", accept=(0, 100))
    if isinstance(section, Absent | Unknown):
        return section
    updates = parse_updates(section.lines)
    if (section.status == 100) != bool(updates):
        return section.refused("dnf: check-update")
    return updates


def _enabled(found: Sections) -> tuple[str, ...]:
    """The repositories that are switched on: `enabled` is on where a file does not say."""
    state: dict[str, bool] = {}
    current = ""
    for line in (text.strip() for text in _lines(found, "repositories")):
        if line.startswith("["):
            current = line.strip("[]")
            state.setdefault(current, True)
        elif match := re.match(r"enabled *= *(\S+)", line):
            state[current] = match[1].lower() in ("1", "yes", "true", "on")
    return tuple(name for name, on in state.items() if on and name not in ("main", ""))


def _lines(found: Sections, name: str) -> tuple[str, ...]:
    section = found.get(name)
    return section.lines if isinstance(section, Section) else ()


def _sources(found: Sections) -> Maybe[tuple[UpdateSource, ...]]:
    cached = [match for line in found.lines("cached") if (match := _CACHED.match(line))]
    if cached and any(_NO_CACHE.search(line) for name in ("updates", "security") for line in _lines(found, name)):
        return Unknown(Reason.STALE, "dnf: an enabled repository has no cached data")
    enabled = _enabled(found)
    return tuple(_source(match, enabled) for match in cached)


def _source(match: re.Match[str], enabled: tuple[str, ...]) -> UpdateSource:
    # dnf: …/NAME-HASH/repodata/repomd.xml; yum: …/NAME/repomd.xml
    folders = match["path"].removesuffix("/repomd.xml").removesuffix("/repodata").split("/")
    folder = re.sub(r"-[0-9a-f]{16}\Z", "", folders[-1])
    return UpdateSource(
        name=next((name for name in enabled if name == folder), folder),
        security=False,
        published=epoch(match["revision"]) or Absent("its data carry no date"),
        valid_until=Absent("its data set no end"),
    )


def _refreshed(found: Sections) -> Maybe[datetime]:
    """When the oldest of the cached repository files came onto this host."""
    times = [epoch(match["ctime"]) for line in found.lines("cached") if (match := _CACHED.match(line))]
    known = [time for time in times if time is not None]
    return or_unknown(min(known, default=None), "dnf: there are no cached repository data on this host")


def _security_source(
    sources: Maybe[tuple[UpdateSource, ...]], has_advisories: bool, packages: Maybe[dict[str, Update]]
) -> Maybe[bool]:
    if isinstance(sources, Absent | Unknown):
        return sources
    if not sources:
        return Unknown(Reason.STALE, "dnf: there are no cached repository data on this host")
    if has_advisories or packages == {}:
        return True
    return Unknown(Reason.NO_EVIDENCE, "dnf: the repositories carry no advisory data")


def _pending(
    found: Sections,
    sources: Maybe[tuple[UpdateSource, ...]],
    packages: Maybe[dict[str, Update]],
    advisories: Mapping[str, datetime | None],
    has_advisories: bool,
) -> Maybe[tuple[Update, ...]]:
    if isinstance(sources, Absent | Unknown):
        return sources
    if not sources:
        return Unknown(Reason.STALE, "dnf: there are no cached repository data on this host")
    if isinstance(packages, Absent | Unknown):
        return packages
    if packages and not isinstance(listed := found.ok("security"), Section):
        return listed
    return tuple(_classify(update, advisories, has_advisories) for update in packages.values())


def _classify(update: Update, advisories: Mapping[str, datetime | None], has_advisories: bool) -> Update:
    security: Maybe[bool] = update.name in advisories
    if not has_advisories:
        security = Unknown(Reason.NO_EVIDENCE, "dnf: the repositories carry no advisory data")
    when = or_unknown(advisories.get(update.name), "the advisory carries no date")
    return Update(
        name=update.name,
        installed=update.installed,
        available=update.available,
        security=security,
        source=update.source,
        published=when,
        published_by=when,
    )


def _holds(
    found: Sections,
    packages: Maybe[dict[str, Update]],
    advisories: Mapping[str, datetime | None],
    has_advisories: bool,
) -> Maybe[tuple[Hold, ...]]:
    """Version locks and excludes; an advisory whose package check-update hides shows what they block."""
    if isinstance(packages, Absent | Unknown):
        return packages
    missing = (name for name in advisories if name not in packages)
    hidden = [Hold(name=name, by="excluded", security=why) for name in missing if (why := _is_hidden(name, found))]
    named = [(name, "version lock") for name in _lock_names(found.lines("locks"))]
    named += [(name, "exclude") for name in _excludes(_lines(found, "repositories"))]
    why = Unknown(Reason.NO_EVIDENCE, "dnf: the repositories carry no advisory data")
    rules = [Hold(name=name, by=by, security=False if has_advisories else why) for name, by in named]
    return (*hidden, *rules)


def _is_hidden(name: str, found: Sections) -> bool | Unknown:
    """Whether an update that no listing names is kept from this host.

    Advisories are matched against the running kernel: one that is installed and waits for a restart is not hidden.
    """
    if not name.startswith("kernel"):
        return True
    installed = found.ok("kernels")
    if not isinstance(installed, Section):
        return Unknown(Reason.NO_EVIDENCE, f"dnf: whether {name} waits for a restart or is excluded is not known")
    here = _versions(name, installed.lines)
    named = (match["nevra"] for line in found.lines("security") if (match := _ADVISORY.match(line.strip())))
    return any(all(compare(offered, one) > 0 for one in here) for offered in _versions(name, named))


def _versions(name: str, packages: Iterable[str]) -> list[str]:
    """`VERSION-RELEASE` of each `NAME-VERSION-RELEASE.ARCH` of that name."""
    parts = (package.strip().rpartition(".")[0].rsplit("-", 2) for package in packages)
    return [f"{part[1]}-{part[2]}" for part in parts if len(part) == 3 and part[0] == name]


def _lock_names(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(line.strip() for line in lines if line.strip() and not line.lstrip().startswith(("#", "!", "sed:")))


def _excludes(lines: Iterable[str]) -> tuple[str, ...]:
    matches = (re.match(r"\s*exclude(?:pkgs)?\s*=\s*(.+)", line) for line in lines)
    return tuple(name for match in matches if match for name in re.split(r"[,\s]+", match[1].strip()) if name)
