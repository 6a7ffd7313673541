"""Several commands in one probe: how a snippet frames them, and how they are told apart again.

The shell function `run NAME COMMAND…` prints `=NAME`, then every line of the command's output and complaints after
one space, then its exit status as the last such line. It has the shape of the `show` helper, so both mix freely and
no output can forge a section. URL credentials are cut on the target. A short answer without an address needs no program
for that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from scanner.facts.base import FileText, RawFacts, files, lines_of
from scanner.model import Absent, Maybe, Reason, Unknown

RUN = r"""
run() {
  printf '=%s\n' "$1"; shift
  ran=$("$@" 2>&1; echo "@exit $?")
  case $ran in
  *//*) ;;
  *) if [ ${#ran} -lt 2000 ]; then
      while :; do
        printf ' %s\n' "${ran%%"$NL"*}"
        case $ran in *"$NL"*) ran=${ran#*"$NL"} ;; *) return 0 ;; esac
      done
    fi ;;
  esac
  printf '%s\n' "$ran" | sed -e 's#//[^/@ ]*@#//#g' -e 's/^/ /'
}
"""

# The words that run a command as nobody. By name where the files have one: setpriv asks every directory for a number.
NOBODY = r"""
nobody() {
  set -- $(awk -F: '$3 == 65534 && !seen[FILENAME]++ { print $1 }' /etc/passwd /etc/group)
  [ $# = 2 ] || set -- 65534 65534
  printf 'setpriv --reuid=%s --regid=%s --clear-groups --no-new-privs' "$1" "$2"
}
"""

_EXIT = re.compile(r"@exit ([0-9]{1,3})\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One command's answer: its lines and exit status; a shown file has status 0."""

    name: str
    lines: tuple[str, ...]
    status: int

    @property
    def complaint(self) -> str:
        """The last line that looks like an error, else the last line, short enough for a message."""
        lines = [line.strip() for line in self.lines if line.strip()]
        errors = [line for line in lines if re.match(r"(?i)(e|err|error|fatal)\b", line)]
        return (errors or lines or [""])[-1][:200]

    def refused(self, what: str) -> Unknown:
        """Why this answer cannot be used."""
        said = f": {self.complaint}" if self.complaint else ""
        code = Reason.MISSING_TOOL if self.status == 127 else Reason.UNREADABLE
        return Unknown(code, f"{what} ended with status {self.status}{said}")


@dataclass(frozen=True, slots=True)
class Sections:
    """The answers of one probe by name.

    A name that is missing is unknown: every command is asked and leaves its exit status. Those that a snippet asks
    only where their program is installed are looked up with `optional`, and are absent where they were not asked.
    """

    probe: str
    found: Mapping[str, FileText | Absent | Unknown]

    def get(self, name: str) -> Section | Absent | Unknown:
        """The section; a command without its exit status never ended and is unknown."""
        value = self.found.get(name, Unknown(Reason.UNREADABLE, f"{self.probe}: the answer has no part '{name}'"))
        if not isinstance(value, FileText):
            return value
        lines = lines_of(value.text)
        if name.startswith("/"):
            return Section(name=name, lines=tuple(lines), status=0)
        match = _EXIT.search(lines[-1]) if lines else None
        if match is None:
            return Unknown(Reason.TRUNCATED, f"{self.probe}: {name} did not end")
        rest = lines[-1][: match.start()]
        return Section(name=name, lines=(*lines[:-1], *([rest] if rest else ())), status=int(match[1]))

    def ok(self, name: str, accept: tuple[int, ...] = (0,)) -> Section | Absent | Unknown:
        """The section when its command ended with an accepted status."""
        section = self.get(name)
        if isinstance(section, Section) and section.status not in accept:
            return section.refused(f"{self.probe}: {name}")
        return section

    def optional(self, name: str, accept: tuple[int, ...] = (0,)) -> Section | Absent | Unknown:
        """As `ok`, for a command that is asked only where there is something to ask."""
        return self.ok(name, accept) if name in self.found else Absent(f"{self.probe}: {name} was not asked")

    def lines(self, name: str) -> tuple[str, ...]:
        """The lines of a section that is there and ended well; none otherwise: for evidence that only adds."""
        section = self.ok(name)
        return section.lines if isinstance(section, Section) else ()

    def starting(self, prefix: str) -> tuple[Section, ...]:
        """All usable sections whose name starts so."""
        sections = (self.get(name) for name in self.found if name.startswith(prefix))
        return tuple(section for section in sections if isinstance(section, Section) and section.status == 0)


def sections(raw: RawFacts, probe: str) -> Sections | Absent | Unknown:
    """The sections of a probe that ended well."""
    section = raw.read(probe)
    if isinstance(section, Absent | Unknown):
        return section
    return Sections(probe, files(section))


def epoch(text: str) -> datetime | None:
    """Seconds since 1970, fraction ignored; None for zero or for what is no such number."""
    match = re.match(r"\s*([0-9]{1,11})(?:\.[0-9]*)?\b", text)
    return datetime.fromtimestamp(int(match[1]), UTC) if match and int(match[1]) else None


def stamped(lines: tuple[str, ...]) -> dict[str, datetime]:
    """Lines of `stat -c '%Y %n'`: name -> time of change."""
    found: dict[str, datetime] = {}
    for line in lines:
        seconds, _, name = line.strip().partition(" ")
        if name and (when := epoch(seconds)):
            found[name] = when
    return found


def moment(text: str, *formats: str) -> datetime | None:
    """A time in UTC in one of the formats; None where it is in none."""
    for form in formats:
        try:
            parsed = datetime.strptime(text.strip(), form)  # noqa: DTZ007 - made aware below
        except ValueError:
            continue
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    return None


def newest(times: Iterable[datetime | None]) -> datetime | None:
    """The latest of some times, None of none."""
    known = [time for time in times if time is not None]
    return max(known, default=None)


def or_unknown(value: datetime | None, detail: str) -> Maybe[datetime]:
    """The time, or unknown for want of evidence."""
    return value if value is not None else Unknown(Reason.NO_EVIDENCE, detail)
