"""The running kernel against the installed ones, and every mark of a restart that is waited for.

`/run/reboot-required` is written by a hook; without that hook its absence says nothing. A kernel update can keep
its release name, so on Debian the package's version is compared with the one the running kernel states of itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from scanner.facts.base import Access, FileText, Grant, Probe, RawFacts
from scanner.facts.linux.host import read_host
from scanner.facts.linux.patching.dnf import READ_ONLY_DNF
from scanner.facts.linux.patching.sections import RUN, Section, Sections, newest, or_unknown, sections, stamped
from scanner.facts.patching import Kernel, Restart
from scanner.model import Absent, Maybe, Reason, Unknown

KERNEL = Probe(
    name="kernel",
    why="whether the running kernel is the newest installed one, and whether updates wait for a restart",
    access=Access.PARTIAL,
    grants=(Grant("/usr/sbin/needrestart -b", executes=True),),
    timeout_s=30,
    script=RUN
    + READ_ONLY_DNF
    + r"""
dated() { # FORMAT FILE ...: of the files that are there; 1 where none is
  form=$1; shift
  for f in "$@"; do shift; [ -e "$f" ] && set -- "$@" "$f"; done
  [ $# != 0 ] && stat -c "$form" "$@"
}
release= build=
{ IFS= read -r release </proc/sys/kernel/osrelease; IFS= read -r build </proc/sys/kernel/version; } 2>/dev/null
if [ "$release" ] && [ "$build" ]; then running="$release $build"; else running=$(uname -rv); fi
run uname printf '%s\n' "$running"
images=$(dated '%Z %n' /boot/vmlinuz-[0-9]* /boot/vmlinux-[0-9]* /usr/lib/modules/[0-9]*/vmlinuz)
run images printf '%s\n' "$images"
[ "$images" ] || run modules dated '%Z %n' /lib/modules/[0-9]*/modules.dep
case $running in
*Debian*) have dpkg-query && run package dpkg-query -W -f '${db:Status-Abbrev}|${Package}|${Version}\n' \
    "linux-image-${running%% *}" "linux-image-${running%% *}-unsigned" ;;
esac
livepatches() { for f in /sys/kernel/livepatch/*/enabled; do [ -r "$f" ] && [ "$(cat "$f")" = 1 ] && \
    { f=${f%/enabled}; echo "${f##*/}"; }; done; :; }
run livepatch livepatches
show /run/reboot-required /run/reboot-required.pkgs /var/run/reboot-required /run/reboot-needed
run marks dated '%Y %n' /run/reboot-required /var/run/reboot-required /run/reboot-needed
hooks() { for f in /usr/share/update-notifier/notify-reboot-required /etc/kernel/postinst.d/unattended-upgrades \
    /usr/lib/zypp/plugins/commit/boot; do
  [ -e "$f" ] && echo "$f"; done; :; }
run hooks hooks
[ "$t" ] && grep -qE '^(ID|ID_LIKE)=.*(fedora|rhel)' /etc/os-release && run needs-restarting d needs-restarting -r
have needrestart && run needrestart R needrestart -b
exit 0
""",
)

_RELEASE = re.compile(r"/(?:vmlinu[xz]-|modules/)(?P<release>[0-9][^/]*)")
_MARKERS = ("/run/reboot-required", "/var/run/reboot-required", "/run/reboot-needed")
# needrestart's KSTA: 1 current, 2 an update with the same name is pending, 3 a newer version is pending.
_KSTA = {"1": False, "2": True, "3": True}


def version_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key in which runs of digits count as numbers."""
    parts = re.findall(r"[0-9]+|[a-z]+", text.lower())
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts)


def flavour(release: str) -> str:
    """What follows the version in a kernel release: `6.1.0-28-cloud-amd64` -> `cloud-amd64`; empty for none.

    For `5.14.0-427.el9.x86_64` it is what follows the last number: `el9.x86_64` names no flavour but the build.
    """
    words = re.split(r"[-_]", release)
    tail = [word for word in words[1:] if not re.match(r"[0-9]", word) and not re.match(r"rc[0-9]", word)]
    return "-".join(tail)


def read_kernel(raw: RawFacts) -> Kernel | Absent | Unknown:
    """The kernel of the target; absent in a container, which runs its host's."""
    found = _of_machine(raw)
    if isinstance(found, Absent | Unknown):
        return found
    uname = found.ok("uname")
    if isinstance(uname, Absent | Unknown) or not uname.lines or not uname.lines[0].split():
        return Unknown(Reason.UNREADABLE, "kernel: uname gave no answer")
    release, _, build = uname.lines[0].partition(" ")
    images = _images(found)
    same = [name for name in images if flavour(name) == flavour(release)]
    best = max(same, key=version_key, default=None)
    upgraded = _same_name_update(found, build)
    return Kernel(
        running=f"{release} ({build})",
        newest=_newest(best, upgraded),
        current=_current(release, best, upgraded),
        installed=or_unknown(images.get(best or ""), "kernel: no installed kernel image has a date"),
        livepatch=_livepatch(found),
    )


def _of_machine(raw: RawFacts) -> Sections | Absent | Unknown:
    host = read_host(raw)
    if isinstance(host, Absent | Unknown):
        return host
    if host.container is True:
        return Absent("a container runs the kernel of its host")
    if isinstance(host.container, Unknown):
        return host.container
    return sections(raw, KERNEL.name)


def _images(found: Sections) -> dict[str, datetime]:
    """Installed kernels -> when they came; from kernel images, else from module folders."""
    for name in ("images", "modules"):
        section = found.get(name)
        stamps = stamped(section.lines) if isinstance(section, Section) else {}
        releases = {match["release"]: when for path, when in stamps.items() if (match := _RELEASE.search(path))}
        if releases:
            return releases
    return {}


def _same_name_update(found: Sections, build: str) -> str | None:
    """The version of the installed package where the running kernel of that name is of another one."""
    stated = re.search(r"Debian (\S+)", build)
    section = found.get("package")
    if stated is None or not isinstance(section, Section):
        return None
    rows = [line.strip().split("|") for line in section.lines]
    versions = [row[2] for row in rows if len(row) == 3 and row[0].startswith("ii")]
    return next((version for version in versions if version != stated[1]), None)


def _newest(best: str | None, upgraded: str | None) -> Maybe[str]:
    if best is None:
        return Unknown(Reason.NO_EVIDENCE, "kernel: no installed kernel of the running flavour was found")
    return f"{best} (package version {upgraded})" if upgraded else best


def _current(release: str, best: str | None, upgraded: str | None) -> Maybe[bool]:
    if best is None:
        return Unknown(Reason.NO_EVIDENCE, "kernel: no installed kernel of the running flavour was found")
    return upgraded is None and version_key(release) >= version_key(best)


def _livepatch(found: Sections) -> Maybe[str]:
    section = found.ok("livepatch")
    if isinstance(section, Absent | Unknown):
        return section
    names = [line.strip() for line in section.lines if line.strip()]
    return ", ".join(names) if names else Absent("no live patch is loaded")


def read_restart(raw: RawFacts) -> Restart | Absent | Unknown:
    """Whether a restart is waited for; absent in a container."""
    found = _of_machine(raw)
    if isinstance(found, Absent | Unknown):
        return found
    answers = {**_marker(found), **_tool_answers(found)}
    reasons = tuple(source for source, pending in answers.items() if pending)
    return Restart(
        pending=bool(reasons) if answers else Unknown(Reason.NO_EVIDENCE, _NOBODY),
        since=_since(found, answers),
        reasons=reasons + _packages(found),
        asked=tuple(answers),
    )


_UNDATED = "a restart is waited for, and nothing says since when"
_NOBODY = (
    "nothing on this host tells whether a restart is waited for: no hook that marks it, no needs-restarting, "
    "and needrestart is missing or needs root"
)


def _marker(found: Sections) -> dict[str, bool]:
    """The marker file; where it is not there, only a hook that would write it makes that an answer."""
    there = [path for path in _MARKERS if isinstance(found.found.get(path), FileText)]
    if there:
        return {there[0]: True}
    hooks = [line for line in found.lines("hooks") if line.strip()]
    return {f"the mark of {hooks[0].strip()}": False} if hooks else {}


def _tool_answers(found: Sections) -> dict[str, bool]:
    answers: dict[str, bool] = {}
    section = found.get("needs-restarting")
    text = " ".join(section.lines).lower() if isinstance(section, Section) else ""
    if isinstance(section, Section) and section.status in (0, 1) and "reboot" in text:
        answers["needs-restarting"] = section.status == 1
    for line in found.lines("needrestart"):
        key, _, value = line.strip().partition(": ")
        if key == "NEEDRESTART-KSTA" and value in _KSTA:
            answers["needrestart"] = _KSTA[value]
    return answers


def _since(found: Sections, answers: Mapping[str, bool]) -> Maybe[datetime]:
    """The date of the mark; where only needrestart speaks, of the newest kernel, which is what it compares."""
    section = found.get("marks")
    stamps = stamped(section.lines) if isinstance(section, Section) else {}
    if not stamps and [name for name, pending in answers.items() if pending] == ["needrestart"]:
        stamps = _images(found)
    return or_unknown(newest(stamps.values()), _UNDATED)


def _packages(found: Sections) -> tuple[str, ...]:
    value = found.found.get("/run/reboot-required.pkgs")
    if not isinstance(value, FileText):
        return ()
    return tuple(dict.fromkeys(line.strip() for line in value.lines if line.strip()))
