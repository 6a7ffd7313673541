"""Crontabs that start backups. Cron keeps no exit status, so a line here is a plan and never a proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.facts.linux.backups import schedule
from scanner.facts.linux.backups.programs import Call, call_of, is_script
from scanner.facts.linux.backups.taken import ANACRONTAB, FOLDERS, Taken
from scanner.facts.linux.patching.sections import Section, Sections
from scanner.model import Maybe, Reason, Unknown

DAEMONS = ("cron", "crond", "fcron", "systemd-cron")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a crontab, or one script of a cron folder, that takes a backup.

    `stopped` is why cron never starts it, absent when nothing is known to stop it. `by_anacron`: anacron starts it.
    """

    path: str
    call: Call
    interval_days: float | None
    stopped: Maybe[str]
    by_anacron: bool = False

    @property
    def name(self) -> str:
        return f"{self.path}: {self.call.product}"


def entries(found: Sections, taken: Taken) -> tuple[Entry, ...]:
    """Every backup that cron starts, as far as crontabs could be read."""
    return tuple(entry for section in _tables(found) for entry in _entries(section, taken))


def _tables(found: Sections) -> Iterator[Section]:
    for name in found.found:
        if not name.startswith("/") and name != "root-crontab":
            continue
        section = found.get(name)
        if isinstance(section, Section):
            yield section


def _entries(section: Section, taken: Taken) -> Iterator[Entry]:
    if section.name.rpartition("/")[0] in FOLDERS:
        yield from _script(section, taken)
        return
    by_anacron = section.name == ANACRONTAB
    stopped = taken.table(section.name)
    for line in section.lines:
        when, tab, rest = line.partition("\t")
        who, second, command = rest.partition("\t")
        if tab and second and (call := call_of(tuple(command.split(" ")))) is not None:
            days = schedule.of_anacron(when) if by_anacron else schedule.of_cron(when, stars_join=taken.stars_join)
            yield Entry(section.name, call, days, _nobody(section.name, who) or stopped, by_anacron)


def _nobody(path: str, who: str) -> Unknown | None:
    """A line for an account that the target did not find in /etc/passwd, and marked so."""
    if not who.endswith("?"):
        return None
    return Unknown(Reason.NO_EVIDENCE, f"{path}: {who[:-1]} is no account of this host, unless a directory knows it")


def _script(section: Section, taken: Taken) -> Iterator[Entry]:
    """The first backup a script takes; else the script itself, when its name speaks of one."""
    folder, _, name = section.name.rpartition("/")
    calls = (call_of(tuple(line.split(" "))) for line in section.lines if "\t" not in line)
    call = next((call for call in calls if call is not None), None)
    if call is None and is_script(name):
        call = Call("script", None, ())
    if call is not None:
        starters = taken.starters.get(folder, ())
        days = [starter.interval_days for starter in starters if starter.interval_days is not None]
        by_anacron = any(starter.table == ANACRONTAB for starter in starters)
        yield Entry(section.name, call, min(days, default=None), taken.script(section.name), by_anacron)


def unread(found: Sections) -> tuple[Unknown, ...]:
    """Crontabs of the system and of root that may start a backup and could not be read."""
    lost = []
    for name, value in found.found.items():
        if name == "root" and isinstance(value, Unknown):
            detail = "the crontab of root: this account may not read it; see `ctpat explain --sudoers`"
            lost.append(Unknown(Reason.DENIED, detail))
        elif isinstance(value, Unknown):
            lost.append(value)
        elif _unfinished(found, name):
            lost.append(Unknown(Reason.UNREADABLE, f"{name}: it could not be read to its end"))
    if "root" not in found.found:
        lost.append(Unknown(Reason.UNREADABLE, "the crontabs: the list is incomplete"))
    return tuple(lost)


def _unfinished(found: Sections, name: str) -> bool:
    """A crontab without its count of lines at the end was cut, or the tool that reads it failed."""
    if not name.startswith("/") and name != "root-crontab":
        return False
    section = found.ok(name)
    return not isinstance(section, Section) or not any(line.startswith("#lines\t") for line in section.lines)


def daemon_runs(found: Sections) -> bool | None:
    """Whether something starts crontabs; None where the processes could not be seen."""
    lines = [line.strip() for line in found.lines("daemon")]
    if any(line in DAEMONS for line in lines):
        return True
    count = next((line.split()[1] for line in lines if line.startswith("#processes ")), "0")
    return False if count.isdigit() and int(count) > 5 else None
