"""apt: Debian, Ubuntu and what descends from them.

What is pending is in the version tables of `apt-cache policy`: the candidate of every installed package, and where it
and the versions between come from (a later update from elsewhere does not make a security update unnecessary), also
for packages that are held or kept back. An upgrade is not planned for it: that works through the
dependencies of all known packages and took half of the script's time. Only where the vendor offers an update to some
hosts first is apt asked whether this host is one of them (`--print-uris`: the lists of a simulation, without one).
A host without apt's binary cache pays half a second for every question: it is not asked that one, and what is offered
to some first counts as pending. The sources and their priorities are therefore
taken from what apt says of its policy while it answers the first one, and asked for separately only where that is not
enough: where it says nothing, and for media, whose lists have no name to go by. A version is pinned where preferences
name packages and its priority is not the highest of its sources.
The date of an update is not in apt's lists; but a release file that offers it and is dated D proves that it was out
by D.

As root apt writes: its binary cache and a planner log; and it deletes downloaded packages of the wrong size. It is
therefore asked as the account nobody, which can use the cache and not write it, and as root without any cache only
where nobody may not read the sources; and always with a folder of downloads that cannot exist.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from scanner.facts.base import Probe, RawFacts, shared
from scanner.facts.linux.host import release_of
from scanner.facts.linux.patching.apt_sources import (
    ActiveSource,
    ReleaseFile,
    active_sources,
    parse_releases,
    read_places,
    update_sources,
)
from scanner.facts.linux.patching.apt_upgrade import Outlook, read_outlook
from scanner.facts.linux.patching.sections import (
    NOBODY,
    RUN,
    Section,
    Sections,
    moment,
    newest,
    or_unknown,
    sections,
    stamped,
)
from scanner.facts.patching import Hold, PatchLevel, Update
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

APT = Probe(
    name="apt",
    why="which updates apt knows of, how old its lists are, what is held, when updates were last installed",
    timeout_s=45,
    max_bytes=1024 * 1024,
    programs=("apt-get",),
    script=RUN
    + NOBODY
    + r"""
o='-o Debug::NoLocking=1 -o Dir::Log::Planner= -o Dir::Log::Solver= -o APT::Color=0 -o Dpkg::Use-Pty=0'
alone='-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache='
as=
if [ "$CTPAT_RIGHTS" = root ]; then
  have setpriv && as=$(nobody)
  [ "$as" ] || o="$o $alone"
fi
w=$(dpkg-query -W -f '${db:Status-Want} ${db:Status-Status} ${binary:Package} ${Package}\n')
asked=$?
names=$(printf '%s\n' "$w" | awk '$2 != "config-files" && $2 != "not-installed" { print $3 }')
candidates() {
  set -- $names
  [ $# -gt 0 ] || { echo 'dpkg names no installed package'; return 1; }
  t=$($as apt-cache $o -o Debug::pkgPolicy=1 policy "$@") && printf '%s\n' "$t" | awk -v asked=$# '
  function judge() { if (rank != "" && rank != most && rank > -30000) print "@pin", name, rank; rank = "" }
  /^[^ ]/ { judge(); on = new = past = 0; name = $1; sub(/:$/, "", name); next }
  /^  Installed: / { old = $2 ""; if (old != "(none)") seen++; next }
  /^  Candidate: / { best = $2 ""; new = old != "(none)" && best != "(none)" && best != old
    if (new) print name, old, best; next }
  /^       / { if (most == "" || $1 > most) most = $1
    line = $0; sub(/^ */, "", line); if (!(line in known)) { known[line]; places[++n] = line } }
  /^ (\*\*\*|   ) [^ ]/ { judge(); if ($1 == "***") past = 1; else $0 = "x " $0
    version = $2 ""; rank = $3; most = ""; if (rank !~ /^-?[0-9]+$/) plain = 1; if (!new) next
    on = version == best || (on && !past)
    if (on && version != best) print " before", version
    if (version == best && / \(phased [0-9]+%\)$/) print " phased"; next }
  on { sub(/^ */, " "); print }
  END { judge(); if (plain) print "@unranked"; for (i = 1; i <= n; i++) print "@place", places[i]
    print "@asked", asked, "@answered", seen + 0 }'
}
offers=$(run candidates candidates)
case $as/$offers in /* | *" @exit 0") ;; *) as= o="$o $alone"; offers=$(run candidates candidates) ;; esac
printf '%s\n' "$offers"
l=/var/lib/apt/lists/ p=/etc/apt/preferences d=/etc/apt/preferences.d/ c=/var/cache/apt/pkgcache.bin
eval "$(apt-config shell l Dir::State::lists/d p Dir::Etc::preferences/f d Dir::Etc::preferencesparts/d \
  c Dir::Cache::pkgcache/f 2>/dev/null)"
pinned() {
  [ ! -d "$d" ] || [ -r "$d" ] || return 0
  for f in "$p" "$d"*; do
    [ -e "$f" ] || continue
    [ -r "$f" ] || return 0
    ! grep -Eiqv '^(#.*|(Explanation|Pin|Pin-Priority):.*|Package:[[:space:]]*[*]|)[[:space:]]*$' "$f" || return 0
  done
  return 1
}
case $offers in
*cdrom:* | *" @unranked
"*) run policy $as apt-cache $o policy ;;
*" Prio of "*" @exit 0") if pinned; then t=some; else t=none; fi; printf '=pins\n %s\n @exit 0\n' "$t" ;;
*) run policy $as apt-cache $o policy ;;
esac
plan() { $as apt-get $o -o Dir::Cache::Archives=/dev/null/ -V --print-uris dist-upgrade; }
case $offers in *"
  phased
"*) [ ! -s "$c" ] || run plan plan | grep -v "^ '" ;; esac
holds() { [ "$asked" = 0 ] && printf '%s\n' "$w" | sed -n 's/^hold .* //p'; }
run holds holds
set -- "$l"*_InRelease "$l"*_Release "$l"InRelease
[ -r "$l" ]; rc=$?
for f in "$@"; do
  shift
  if [ -r "$f" ]; then set -- "$@" "$f"; elif [ -e "$f" ]; then rc=1; fi
done
[ $# = 0 ] || awk 'BEGIN { for (i = 1; i < ARGC; i++) {
  f = name = ARGV[i]; sub(/.*\//, "", name); print "=release:" name
  while ((rc = getline line <f) > 0 && line !~ /^(MD5Sum|SHA)/)
    if (line ~ /^(Origin|Label|Suite|Codename|Version|Date|Valid-Until): /) print " " line
  close(f); print " @exit " (rc < 0) } }' "$@"
printf '=releases\n %s\n @exit %s\n' "$#" "$rc"
run stamps stat -c '%Y %n' "$l" /var/lib/apt/periodic/* /var/lib/dpkg/status
upgrades() {
  f=/var/log/apt/history.log
  { [ -r $f.1.gz ] && gzip -dc $f.1.gz; cat $f; } |
    awk '/^(Start-Date|End-Date|Upgrade|Error):/ { print substr($0, 1, 60) }' | tail -n 200
}
run history upgrades
exit 0
""",
)

MARKED = "apt-mark hold"

# Below this a source is never chosen for an update of what is installed: apt_preferences(5).
_INSTALLED_PRIORITY = 100


@shared
def read_apt(raw: RawFacts) -> PatchLevel | Absent | Unknown:
    """What apt knows; absent where there is no apt."""
    found = sections(raw, APT.name)
    if isinstance(found, Absent | Unknown):
        return found
    releases = parse_releases(found)
    places = read_places(found, releases)
    active = active_sources(places)
    outlook = read_outlook(found, places, releases)
    holds = _holds(found, outlook)
    return PatchLevel(
        manager="apt",
        classified=_is_classified(active),
        pending=_pending(outlook, holds),
        holds=holds,
        phased=outlook.phased,
        sources=update_sources(active, releases),
        security_source=_security_source(active, release_of(raw)),
        refreshed=_refreshed(found, releases),
        last_run=_last_run(found),
        installed_level=Absent("apt updates packages one by one"),
    )


def _is_classified(active: Maybe[tuple[ActiveSource, ...]]) -> bool:
    """False only where the distribution is known to publish security updates without an archive of their own."""
    if not is_known(active):
        return True
    plain = {"kali", "raspbian"}
    return not any(source.origin.lower() in plain or source.codename == "sid" for source in active)


def _security_source(active: Maybe[tuple[ActiveSource, ...]], release: Maybe[Mapping[str, str]]) -> Maybe[bool]:
    """Whether a source in use brings the security updates of the release that is installed, and not of another."""
    if isinstance(active, Absent | Unknown):
        return active
    if not active:
        return Unknown(Reason.STALE, "apt: there are no package lists on this host")
    used = [source for source in active if source.priority > _INSTALLED_PRIORITY]
    if not _is_classified(active):
        return bool(used)
    answers = [_is_of(source, release) for source in used if source.is_security]
    if True in answers:
        return True
    return next((answer for answer in answers if isinstance(answer, Unknown)), False)


_CODENAMES = ("VERSION_CODENAME", "UBUNTU_CODENAME", "DEBIAN_CODENAME")


def _is_of(source: ActiveSource, release: Maybe[Mapping[str, str]]) -> Maybe[bool]:
    """Whether a source is one of the installed release: by its codename, else by its number."""
    if isinstance(release, Absent | Unknown):
        return Unknown(Reason.NO_EVIDENCE, "apt: which release is installed is not known")
    names = {release[key] for key in _CODENAMES if release.get(key)}
    if names:
        own = source.codename.removesuffix("-security")
        return own in names or any(source.suite.startswith(f"{name}-") for name in names)
    number = release.get("VERSION_ID", "")
    if not number or not source.version:
        return Unknown(Reason.NO_EVIDENCE, "apt: os-release names no release that its sources could be held against")
    return source.version == number or source.version.startswith(f"{number}.")


def _pending(outlook: Outlook, holds: Maybe[tuple[Hold, ...]]) -> Maybe[tuple[Update, ...]]:
    if isinstance(outlook.updates, Absent | Unknown):
        return outlook.updates
    held = {_base(hold.name) for hold in holds if hold.by == MARKED} if is_known(holds) else set()
    return tuple(update for update in outlook.updates + outlook.kept if _base(update.name) not in held)


def _holds(found: Sections, outlook: Outlook) -> Maybe[tuple[Hold, ...]]:
    marked = found.ok("holds")
    if isinstance(marked, Absent | Unknown):
        return marked
    names = [line.strip() for line in marked.lines if re.fullmatch(r"\S+", line.strip())]
    return tuple(_hold(name, outlook.behind_holds) for name in names) + _pinned(found)


def _hold(name: str, offered: Maybe[tuple[Update, ...]]) -> Hold:
    """A package on hold, and whether the hold keeps a security update away from any of its architectures."""
    if isinstance(offered, Absent | Unknown):
        return Hold(name=name, by=MARKED, security=offered)
    updates = [update for update in offered if _base(update.name) == _base(name)]
    proved = next((update for update in updates if update.security is True), None)
    unclear = next((update for update in updates if not is_known(update.security)), None)
    chosen = proved or unclear or next(iter(updates), None)
    return Hold(
        name=name,
        by=MARKED,
        security=chosen.security if chosen else False,
        available=chosen.available if chosen else "",
    )


def _base(name: str) -> str:
    """A package's name without its architecture."""
    return name.partition(":")[0]


def _pinned(found: Sections) -> tuple[Hold, ...]:
    """Pinned packages, by the policy or by their own tables: a pin may hide updates, and nothing says of which kind."""
    lines = found.lines("policy")
    start = next((at for at, line in enumerate(lines) if line.startswith("Pinned packages")), len(lines))
    matches = [re.match(r"\s+(\S+) -> ", line) for line in lines[start + 1 :]]
    if found.lines("pins") == ("some",):
        matches = [re.match(r"@pin (\S+) ", line) for line in found.lines("candidates")]
    names = dict.fromkeys(match[1] for match in matches if match)
    why = Unknown(Reason.NO_EVIDENCE, "a pin may hide updates of any kind")
    return tuple(Hold(name=name, by="pin", security=why) for name in names)


def _refreshed(found: Sections, releases: tuple[ReleaseFile, ...]) -> Maybe[datetime]:
    """When lists were last fetched: no earlier than any release file's own date, and when the folder changed.

    The release files' own times of change are the server's dates, so they say nothing.
    """
    if not releases:
        return Unknown(Reason.NO_EVIDENCE, "apt: there are no package lists on this host")
    stamps = stamped(_lines(found.get("stamps")))
    fetched = [when for name, when in stamps.items() if name.endswith(("/lists/", "/lists", "update-success-stamp"))]
    return or_unknown(newest([*fetched, *(release.published for release in releases)]), "apt: no list has a date")


def _lines(section: Section | Absent | Unknown) -> tuple[str, ...]:
    return section.lines if isinstance(section, Section) else ()


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
