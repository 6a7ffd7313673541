"""apt: Debian, Ubuntu and what descends from them.

Security is read from the origin list of each `Inst` line, never from a word somewhere in it. A package that is held
has no `Inst` line, so a second simulation without holds runs where anything is kept back. The date of an update is
not in apt's lists; but a release file that offers it and is dated D proves that it was out by D.

As root apt writes: its binary cache and a planner log. It is therefore asked as the account nobody, which can use the
cache and not write it, and as root without any cache only where nobody may not read the sources. What is left is the
simulation: it checks all packages once per pending update, two seconds for a hundred of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
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
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

APT = Probe(
    name="apt",
    why="which updates apt knows of, how old its lists are, what is held, when updates were last installed",
    timeout_s=45,
    max_bytes=1024 * 1024,
    script=RUN
    + r"""
have apt-get || absent 'apt is not installed'
o='-o Debug::NoLocking=1 -o Dir::Log::Planner= -o Dir::Log::Solver= -o APT::Color=0 -o Dpkg::Use-Pty=0'
as= policy=
if [ "$(id -u)" = 0 ]; then
  have setpriv && as='setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs'
  if [ -z "$as" ] || ! policy=$($as apt-cache $o policy 2>&1); then
    as= policy=
    o="$o -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache="
  fi
fi
sim=$($as apt-get -s $o dist-upgrade 2>&1; echo "@exit $?")
printf '=upgrade\n'; printf '%s\n' "$sim" | grep -Ev '^(Conf|Remv) ' | sed -e 's#//[^/@ ]*@#//#g' -e 's/^/ /'
holds() { w=$(dpkg-query -W -f '${db:Status-Want} ${Package}\n') && printf '%s\n' "$w" | sed -n 's/^hold //p'; }
run holds holds
case $sim in *'kept back:'*) run unheld $as apt-get -s $o --ignore-hold dist-upgrade ;; esac
if [ "$policy" ]; then run policy printf '%s\n' "$policy"; else run policy $as apt-cache $o policy; fi
l=$(apt-config shell l Dir::State::lists/d 2>/dev/null); eval "${l:-l=/var/lib/apt/lists/}"
for f in "$l"*_InRelease "$l"*_Release "$l"InRelease; do
  [ -r "$f" ] || continue
  run "release:${f##*/}" awk '/^(MD5Sum|SHA)/ { exit } /^(Origin|Label|Suite|Codename|Date|Valid-Until): /' "$f"
done
run stamps stat -c '%Y %n' "$l" /var/lib/apt/periodic/* /var/lib/dpkg/status
run history sh -c 'f=/var/log/apt/history.log; { [ -r $f.1.gz ] && gzip -dc $f.1.gz; cat $f; } |
  grep -E "^(Start-Date|End-Date|Upgrade|Error):" | cut -c1-60 | tail -n 200'
exit 0
""",
)

_INST = re.compile(r"Inst (?P<name>\S+) (?:\[(?P<old>[^\]]*)\] )?\((?P<new>\S+) (?P<origins>[^()]*?)(?: \[[^\]]*\])?\)")
_RELEASE = re.compile(r"\s+release (?P<fields>.*)")
_SOURCE = re.compile(r"\s*(?P<priority>-?[0-9]+) (?P<uri>\S+) (?P<rest>.*)")
_LIST_HEADS = {
    "kept": "The following packages have been kept back:",
    "phased": "The following upgrades have been deferred due to phasing:",
}
# Below this a source is never chosen for an update of what is installed: apt_preferences(5).
_INSTALLED_PRIORITY = 100


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


def is_security(label: str, suite: str) -> bool:
    """Whether a release carries security updates: by its label or its suite's ending."""
    return label == "Debian-Security" or label.startswith("UbuntuESM") or suite.endswith("-security")


def parse_origin(word: str) -> tuple[str, str]:
    """`Debian-Security:12/oldstable-security` -> (label, suite)."""
    head, _, suite = word.strip().partition("/")
    return head.partition(":")[0], suite


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
    priority, uri = 0, ""
    for line in lines:
        if line.startswith("Pinned packages"):
            break
        if match := _RELEASE.match(line):
            fields = dict(part.partition("=")[::2] for part in match["fields"].split(","))
            source = _active(uri, priority, fields)
            if "://" in uri or uri.startswith(("file:", "cdrom:")):
                found.setdefault((uri, source.origin, source.suite, source.codename), source)
        elif match := _SOURCE.match(line):
            priority, uri = int(match["priority"]), match["uri"]
    return tuple(found.values())


def _active(uri: str, priority: int, fields: dict[str, str]) -> ActiveSource:
    origin, label, suite, codename = (fields.get(key, "") for key in "olan")
    return ActiveSource(uri=uri, priority=priority, origin=origin, label=label, suite=suite, codename=codename)


def _matching(releases: Iterable[ReleaseFile], origin: str, label: str, suite: str) -> list[ReleaseFile]:
    same = (release for release in releases if release.label == label and release.suite == suite)
    return [release for release in same if not origin or release.origin == origin]


def parse_updates(lines: Iterable[str], releases: tuple[ReleaseFile, ...]) -> tuple[Update, ...]:
    """The `Inst` lines that replace an installed package."""
    matches = (_INST.match(line) for line in lines)
    return tuple(_update(match, releases) for match in matches if match and match["old"] is not None)


def _update(match: re.Match[str], releases: tuple[ReleaseFile, ...]) -> Update:
    origins = [parse_origin(word) for word in match["origins"].split(",") if word.strip()]
    dates = [release.published for origin in origins for release in _matching(releases, "", *origin)]
    known = [date for date in dates if date is not None]
    return Update(
        name=match["name"],
        installed=match["old"],
        available=match["new"],
        security=any(is_security(*origin) for origin in origins),
        source=match["origins"].strip(),
        published=Unknown(Reason.NO_EVIDENCE, "apt's lists carry no date for a single update"),
        published_by=min(known) if known else Unknown(Reason.NO_EVIDENCE, "no dated release file offers it"),
    )


def parse_names(lines: Iterable[str], head: str) -> tuple[str, ...]:
    """The indented names after one of apt's headings."""
    names: list[str] = []
    inside = False
    for line in lines:
        if not line.startswith(" "):
            inside = line.strip() == head
        elif inside:
            names += line.split()
    return tuple(names)


def read_apt(raw: RawFacts) -> PatchLevel | Absent | Unknown:
    """What apt knows; absent where there is no apt."""
    found = sections(raw, APT.name)
    if isinstance(found, Absent | Unknown):
        return found
    releases = parse_releases(found)
    active = _policy(found)
    sources = _sources(active, releases)
    simulated = found.ok("upgrade")
    holds = _holds(found, releases)
    return PatchLevel(
        manager="apt",
        classified=_is_classified(active),
        pending=_pending(simulated, holds, releases),
        holds=holds,
        phased=parse_names(simulated.lines, _LIST_HEADS["phased"]) if isinstance(simulated, Section) else (),
        sources=sources,
        security_source=_security_source(active),
        refreshed=_refreshed(found, releases),
        last_run=_last_run(found),
        installed_level=Absent("apt updates packages one by one"),
    )


def _policy(found: Sections) -> Maybe[tuple[ActiveSource, ...]]:
    section = found.ok("policy")
    if isinstance(section, Absent | Unknown):
        return section
    if not any(line.startswith("Package files:") for line in section.lines):
        return section.refused("apt: apt-cache policy")
    return parse_policy(section.lines)


def _sources(
    active: Maybe[tuple[ActiveSource, ...]], releases: tuple[ReleaseFile, ...]
) -> Maybe[tuple[UpdateSource, ...]]:
    if isinstance(active, Absent | Unknown):
        return active
    return tuple(_source(source, releases) for source in active)


def _source(source: ActiveSource, releases: tuple[ReleaseFile, ...]) -> UpdateSource:
    matching = _matching(releases, source.origin, source.label, source.suite)
    ends = [release.valid_until for release in matching if release.valid_until is not None]
    dates = [release.published for release in matching if release.published is not None]
    return UpdateSource(
        name=f"{source.uri} {source.codename or source.suite}",
        security=is_security(source.label, source.suite),
        published=min(dates) if dates else Absent("its release file carries no date"),
        valid_until=min(ends) if ends else Absent("its release file sets no end"),
    )


def _is_classified(active: Maybe[tuple[ActiveSource, ...]]) -> bool:
    """False only where the distribution is known to publish security updates without an archive of their own."""
    if not is_known(active):
        return True
    plain = {"kali", "raspbian"}
    return not any(source.origin.lower() in plain or source.codename == "sid" for source in active)


def _security_source(active: Maybe[tuple[ActiveSource, ...]]) -> Maybe[bool]:
    if isinstance(active, Absent | Unknown):
        return active
    if not active:
        return Unknown(Reason.STALE, "apt: there are no package lists on this host")
    if not _is_classified(active):
        return any(source.priority > _INSTALLED_PRIORITY for source in active)
    security = (source for source in active if is_security(source.label, source.suite))
    return any(source.priority > _INSTALLED_PRIORITY for source in security)


def _pending(
    simulated: Section | Absent | Unknown, holds: Maybe[tuple[Hold, ...]], releases: tuple[ReleaseFile, ...]
) -> Maybe[tuple[Update, ...]]:
    if isinstance(simulated, Absent | Unknown):
        return simulated
    if not _is_whole(simulated):
        return Unknown(Reason.UNREADABLE, "apt: the simulated upgrade ended without its summary line")
    held = {hold.name for hold in holds} if is_known(holds) else set()
    kept = parse_names(simulated.lines, _LIST_HEADS["kept"])
    rest = tuple(_kept_back(name) for name in kept if name.partition(":")[0] not in held and name not in held)
    return parse_updates(simulated.lines, releases) + rest


def _is_whole(simulated: Section) -> bool:
    """Whether a simulation came to its summary line; one that did not says nothing of what is pending."""
    return any(re.match(r"[0-9]+ upgraded, ", line) for line in simulated.lines)


def _kept_back(name: str) -> Update:
    why = Unknown(Reason.NO_EVIDENCE, f"apt keeps {name} back without saying where its update comes from")
    return Update(
        name=name, installed="", available="", security=why, source="kept back", published=why, published_by=why
    )


def _holds(found: Sections, releases: tuple[ReleaseFile, ...]) -> Maybe[tuple[Hold, ...]]:
    marked = found.ok("holds")
    if isinstance(marked, Absent | Unknown):
        return marked
    names = [line.strip() for line in marked.lines if re.fullmatch(r"[a-z0-9][a-z0-9+.:-]+", line.strip())]
    unheld = found.optional("unheld")
    if isinstance(unheld, Section) and not _is_whole(unheld):
        unheld = Unknown(Reason.UNREADABLE, "apt: the simulation without holds ended without its summary line")
    if isinstance(unheld, Absent) and parse_names(found.lines("upgrade"), _LIST_HEADS["kept"]):
        unheld = Unknown(Reason.UNREADABLE, "apt: packages are kept back, and the simulation without holds is missing")
    updates = {update.name: update for update in parse_updates(_lines(unheld), releases)}
    pinned = _pinned(found)
    return tuple(_hold(name, updates.get(name.partition(":")[0]), unheld) for name in names) + pinned


def _lines(section: Section | Absent | Unknown) -> tuple[str, ...]:
    return section.lines if isinstance(section, Section) else ()


def _hold(name: str, update: Update | None, unheld: Section | Absent | Unknown) -> Hold:
    security: Maybe[bool] = update.security if update else False
    if isinstance(unheld, Unknown):
        security = unheld
    return Hold(name=name, by="apt-mark hold", security=security, available=update.available if update else "")


def _pinned(found: Sections) -> tuple[Hold, ...]:
    """Packages under `Pinned packages:` of the policy: a pin may hide updates, and nothing says of which kind."""
    lines = found.lines("policy")
    start = next((at for at, line in enumerate(lines) if line.startswith("Pinned packages")), len(lines))
    names = (re.match(r"\s+(\S+) -> ", line) for line in lines[start + 1 :])
    why = Unknown(Reason.NO_EVIDENCE, "a pin may hide updates of any kind")
    return tuple(Hold(name=match[1], by="pin", security=why) for match in names if match)


def _refreshed(found: Sections, releases: tuple[ReleaseFile, ...]) -> Maybe[datetime]:
    """When lists were last fetched: no earlier than any release file's own date, and when the folder changed.

    The release files' own times of change are the server's dates, so they say nothing.
    """
    if not releases:
        return Unknown(Reason.NO_EVIDENCE, "apt: there are no package lists on this host")
    stamps = stamped(_lines(found.get("stamps")))
    fetched = [when for name, when in stamps.items() if name.endswith(("/lists/", "/lists", "update-success-stamp"))]
    return or_unknown(newest([*fetched, *(release.published for release in releases)]), "apt: no list has a date")


def _last_run(found: Sections) -> Maybe[datetime]:
    """The end of the newest run in apt's history that upgraded something and did not fail."""
    best: datetime | None = None
    upgraded = failed = False
    for line in found.lines("history"):
        key, _, value = line.partition(":")
        if key == "Start-Date":
            upgraded = failed = False
        upgraded, failed = upgraded or key == "Upgrade", failed or key == "Error"
        if key == "End-Date" and upgraded and not failed:
            best = newest([best, moment(value, "%Y-%m-%d  %H:%M:%S", "%Y-%m-%d %H:%M:%S")])
    return or_unknown(best, "apt: its history names no upgrade")
