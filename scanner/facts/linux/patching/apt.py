"""apt: Debian, Ubuntu and what descends from them.

What is pending is in the version tables of `apt-cache policy`: the candidate of every installed package, and where it
and the versions between come from (a later update from elsewhere does not make a security update unnecessary), also
for packages that are held or kept back. An upgrade is not planned for it: that works through the
dependencies of all known packages and took half of the script's time. Only where the vendor offers an update to some
hosts first is apt asked whether this host is one of them (`--print-uris`: the lists of a simulation, without one).
The date of an update is not in apt's lists; but a release file that offers it and is dated D proves that it was out
by D.

As root apt writes: its binary cache and a planner log; and it deletes downloaded packages of the wrong size. It is
therefore asked as the account nobody, which can use the cache and not write it, and as root without any cache only
where nobody may not read the sources; and always with a folder of downloads that cannot exist.
"""

from __future__ import annotations

import re
from datetime import datetime

from scanner.facts.base import Probe, RawFacts, shared
from scanner.facts.linux.patching.apt_sources import (
    ActiveSource,
    ReleaseFile,
    parse_policy,
    parse_releases,
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
as= policy=
if [ "$(id -u)" = 0 ]; then
  have setpriv && as=$(nobody)
  if [ -z "$as" ] || ! policy=$($as apt-cache $o policy 2>&1); then
    as= policy=
    o="$o -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache="
  fi
fi
if [ "$policy" ]; then run policy printf '%s\n' "$policy"; else run policy $as apt-cache $o policy; fi
names=$(dpkg-query -W -f '${db:Status-Status} ${binary:Package}\n' |
  awk '$1 != "config-files" && $1 != "not-installed" { print $2 }')
candidates() {
  set -- $names
  [ $# -gt 0 ] || { echo 'dpkg names no installed package'; return 1; }
  t=$($as apt-cache $o policy "$@") && printf '%s\n' "$t" | awk -v asked=$# '
  /^[^ ]/ { on = new = past = 0; name = $1; sub(/:$/, "", name); next }
  /^  Installed: / { old = $2 ""; if (old != "(none)") seen++; next }
  /^  Candidate: / { best = $2 ""; new = old != "(none)" && best != "(none)" && best != old
    if (new) print name, old, best; next }
  new && /^ (\*\*\*|   ) [^ ]/ { version = ($1 == "***" ? $2 : $1) ""; if ($1 == "***") past = 1
    on = version == best || (on && !past)
    if (on && version != best) print " before", version
    if (version == best && / \(phased [0-9]+%\)$/) print " phased"; next }
  on { sub(/^ */, " "); print }
  END { print "@asked", asked, "@answered", seen + 0 }'
}
offers=$(run candidates candidates)
printf '%s\n' "$offers"
plan() { $as apt-get $o -o Dir::Cache::Archives=/dev/null/ -V --print-uris dist-upgrade; }
case $offers in *"
  phased
"*) run plan plan | grep -v "^ '" ;; esac
holds() { w=$(dpkg-query -W -f '${db:Status-Want} ${Package}\n') && printf '%s\n' "$w" | sed -n 's/^hold //p'; }
run holds holds
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
    active = _policy(found)
    outlook = read_outlook(found, releases)
    holds = _holds(found, outlook)
    return PatchLevel(
        manager="apt",
        classified=_is_classified(active),
        pending=_pending(outlook, holds),
        holds=holds,
        phased=outlook.phased,
        sources=update_sources(active, releases),
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
    security = (source for source in active if source.is_security)
    return any(source.priority > _INSTALLED_PRIORITY for source in security)


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
