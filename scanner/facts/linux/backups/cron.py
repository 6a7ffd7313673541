"""Crontabs that start backups. Cron keeps no exit status, so a line here is a plan and never a proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.facts.linux.backups import schedule
from scanner.facts.linux.backups.programs import Call, call_of, is_script
from scanner.facts.linux.patching.sections import Section, Sections
from scanner.model import Reason, Unknown

_FOLDERS = {"hourly": 1.0, "15min": 1.0, "daily": 1.0, "weekly": 7.0, "monthly": 31.0}
DAEMONS = ("cron", "crond", "anacron", "fcron", "systemd-cron")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a crontab, or one script of a cron folder, that takes a backup."""

    path: str
    call: Call
    interval_days: float | None

    @property
    def name(self) -> str:
        return f"{self.path}: {self.call.product}"


def entries(found: Sections) -> tuple[Entry, ...]:
    """Every backup that cron starts, as far as crontabs could be read."""
    return tuple(entry for section in _tables(found) for entry in _entries(section))


def _tables(found: Sections) -> Iterator[Section]:
    for name in found.found:
        if not name.startswith("/") and name != "root-crontab":
            continue
        section = found.get(name)
        if isinstance(section, Section):
            yield section


def _entries(section: Section) -> Iterator[Entry]:
    folder = section.name.rpartition("/")[0].rpartition("/")[2].removeprefix("cron.")
    if folder in _FOLDERS:
        yield from _script(section, _FOLDERS[folder])
        return
    for line in section.lines:
        when, tab, rest = line.partition("\t")
        _, second, command = rest.partition("\t")
        if tab and second and (call := call_of(tuple(command.split(" ")))) is not None:
            yield Entry(section.name, call, schedule.of_cron(when))


def _script(section: Section, interval: float) -> Iterator[Entry]:
    """The first backup a script takes; else the script itself, when its name speaks of one."""
    calls = (call_of(tuple(line.split(" "))) for line in section.lines if "\t" not in line)
    call = next((call for call in calls if call is not None), None)
    if call is None and is_script(section.name.rpartition("/")[2]):
        call = Call("script", None, ())
    if call is not None:
        yield Entry(section.name, call, interval)


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
