"""Whether cron takes a file: by its name, its owner and rights, and by what starts the scripts of its folder.

Sources: cron(8) of Debian, cronie's database.c and crond(8), BusyBox's crond, run-parts(8). Names of letters, digits,
`_` and `-` are taken by all; with others, each follows its own rule. `run-parts --test` lists what it would start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from scanner.facts.linux.backups import schedule
from scanner.facts.linux.backups.programs import basename
from scanner.facts.linux.patching.sections import Section, Sections
from scanner.model import Absent, Maybe, Reason, Unknown

FOLDERS: Mapping[str, float] = {
    **{f"/etc/cron.{name}": days for name, days in (("hourly", 1.0), ("daily", 1.0), ("weekly", 7.0))},
    "/etc/cron.monthly": 31.0,
    **{f"/etc/periodic/{name}": days for name, days in (("15min", 1.0), ("hourly", 1.0), ("daily", 1.0))},
    "/etc/periodic/weekly": 7.0,
    "/etc/periodic/monthly": 31.0,
}
ANACRONTAB = "/etc/anacrontab"
NOTHING_STOPS_IT = Absent("nothing is known to stop it")

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
# The names that --lsbsysinit of Debian's run-parts and -l of its cron add.
_LSB = re.compile(r"_?(?:[a-z0-9_.]+-)+[a-z0-9]+")
_LEFT_BY_CRONIE = re.compile(r"[.#].*|.*~|.*\.rpm(?:save|orig|new)")


@dataclass(frozen=True, slots=True)
class Starter:
    """One line that starts the scripts of a folder: from which table, by which program, how often in days."""

    table: str
    program: str
    words: tuple[str, ...]
    interval_days: float | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What decides whether cron takes a file; `is_told` is false for recordings from before it was asked for."""

    is_told: bool
    kinds: frozenset[str]
    by_lsb: bool
    spool: str
    modes: Mapping[str, tuple[str, str]]
    unfinished: frozenset[str]
    strangers: frozenset[str]
    scripts: Mapping[str, frozenset[str]]
    starters: Mapping[str, tuple[Starter, ...]]
    runs_anacron: bool
    is_complete: bool

    @property
    def stars_join(self) -> bool:
        """Whether a day field that begins with `*` joins with the other one; the rarer is believed where none tells."""
        return self.kinds != {"busybox"}

    def table(self, path: str) -> Maybe[str]:
        """Why a crontab is never read; absent where nothing is known to stop it."""
        folder, _, name = path.rpartition("/")
        if not folder:
            return NOTHING_STOPS_IT
        if self.kinds == {"fcron"} and path != ANACRONTAB:
            return Unknown(
                Reason.NO_EVIDENCE, f"{path}: fcron keeps crontabs of its own; whether it reads this is not known"
            )
        if folder != "/etc/cron.d" and path not in ("/etc/crontab", ANACRONTAB):
            return self._spooled(path, folder, name)
        if path == ANACRONTAB and not self.runs_anacron:
            return "nothing starts anacron" if self.is_complete else _unseen("anacron")
        if path == ANACRONTAB:
            return NOTHING_STOPS_IT
        if self.kinds == {"busybox"}:
            return f"the crond of BusyBox does not read {path}"
        named = self._named(path, name) if folder == "/etc/cron.d" else NOTHING_STOPS_IT
        return named if not isinstance(named, Absent) else self._rights(path)

    def _spooled(self, path: str, folder: str, name: str) -> Maybe[str]:
        if path in self.strangers or not re.fullmatch(r"[a-z_][A-Za-z0-9_-]*(?:\.[a-z0-9]+)*\$?", name):
            return Unknown(Reason.NO_EVIDENCE, f"{path}: no account of this host has that name")
        if "." in name and not self.is_told:
            return Unknown(Reason.NO_EVIDENCE, f"{path}: whether an account has that name is not in this recording")
        if self.spool and self.spool != folder:
            return f"cron reads {self.spool} and not {path}"
        return NOTHING_STOPS_IT

    def _named(self, path: str, name: str) -> Maybe[str]:
        if _PLAIN.fullmatch(name) or (self.by_lsb and self.kinds == {"debian"} and _LSB.fullmatch(name)):
            return NOTHING_STOPS_IT
        if self.kinds == {"debian"}:
            return f"cron leaves out {path}: its name holds more than letters, digits, `_` and `-`"
        if self.kinds == {"cronie"}:
            return f"cron leaves out {path} for its name" if _LEFT_BY_CRONIE.fullmatch(name) else NOTHING_STOPS_IT
        return Unknown(Reason.NO_EVIDENCE, f"{path}: whether the cron of this host takes such a name is not known")

    def _rights(self, path: str) -> Maybe[str]:
        mode, owner = self.modes.get(path, ("-rw-r--r--", "0"))
        if len(mode) < 10 or not owner.isdigit() or int(owner) != 0:
            return f"cron refuses {path}: it does not belong to root"
        if "w" in (mode[5], mode[8]):
            return f"cron refuses {path}: others than root may write to it"
        if {mode[3], mode[6], mode[9]} != {"-"} and self.kinds != {"debian"}:
            refusal = f"cron refuses {path}: it is executable"
            return (
                refusal if self.kinds == {"cronie"} else Unknown(Reason.NO_EVIDENCE, f"{refusal}, or not: by its kind")
            )
        if path in self.unfinished:
            broken = f"cron leaves out {path}: its last line does not end"
            return broken if self.kinds == {"debian"} else Unknown(Reason.NO_EVIDENCE, f"{broken}, or only that line")
        return NOTHING_STOPS_IT

    def script(self, path: str) -> Maybe[str]:
        """Why a script of one of cron's folders is never started; absent where nothing is known to stop it."""
        folder = path.rpartition("/")[0]
        found = self.starters.get(folder, ())
        if not found:
            if not self.is_told or not self.is_complete:
                return _unseen(f"the files of {folder}")
            return f"no crontab starts the files of {folder}"
        reasons = [self._started(path, starter) for starter in found]
        free = next((reason for reason in reasons if isinstance(reason, Absent)), None)
        return free or next((reason for reason in reasons if isinstance(reason, Unknown)), reasons[0])

    def _started(self, path: str, starter: Starter) -> Maybe[str]:
        folder, _, name = path.rpartition("/")
        if "--regex" in starter.words:
            return Unknown(Reason.NO_EVIDENCE, f"{path}: {starter.table} chooses the names itself")
        asked = self.scripts.get(folder) if starter.program == "run-parts" else None
        if asked is not None and "--lsbsysinit" not in starter.words:
            return NOTHING_STOPS_IT if path in asked else f"run-parts leaves out {path}, as it does for other names"
        if _PLAIN.fullmatch(name):
            return NOTHING_STOPS_IT
        if "--lsbsysinit" in starter.words:
            return NOTHING_STOPS_IT if _LSB.fullmatch(name) else f"run-parts leaves out {path} for its name"
        return Unknown(Reason.NO_EVIDENCE, f"{path}: whether {starter.program} starts a file of this name is not known")


def read_taken(found: Sections, timers: frozenset[str], *, is_complete: bool) -> Taken:
    """From the sections `daemon` and `taken` and from the crontabs; `timers` are the timers that run."""
    lines = found.lines("taken")
    daemons = [line.split("\t") for line in found.lines("daemon") if line.startswith("#kind\t")]
    told = Taken(
        is_told="read" in lines,
        kinds=frozenset(words[1] for words in daemons if len(words) == 3),
        by_lsb=any(re.search(r" -[a-zA-Z]*l", words[2]) for words in daemons if len(words) == 3),
        spool=next((match[1] for words in daemons if (match := _SPOOL.search(words[-1])) and "busybox" in words), ""),
        modes={words[3]: (words[1], words[2]) for words in _marked(lines, "mode") if len(words) == 4},
        unfinished=frozenset(words[1] for words in _marked(lines, "open") if len(words) == 2),
        strangers=frozenset(words[1] for words in _marked(lines, "stranger") if len(words) == 2),
        scripts=_scripts(lines),
        starters={},
        runs_anacron=_runs_anacron(found, timers),
        is_complete=is_complete,
    )
    answers = [(section, told.table(section.name)) for section in _tables(found)]
    tables = [section for section, stopped in answers if isinstance(stopped, Absent)]
    is_sure = not any(isinstance(stopped, Unknown) for _, stopped in answers) and "fcron" not in told.kinds
    return replace(told, starters=_starters(tables, told.is_told, timers), is_complete=is_complete and is_sure)


def _unseen(what: str) -> Unknown:
    return Unknown(Reason.NO_EVIDENCE, f"no crontab that could be read starts {what}")


_SPOOL = re.compile(r" -c ?(/[^ ]+)")


def _marked(lines: Iterable[str], mark: str) -> Iterator[list[str]]:
    return (words for line in lines if (words := line.split(" "))[0] == mark)


def _scripts(lines: Iterable[str]) -> dict[str, frozenset[str]]:
    started = [words[1] for words in _marked(lines, "runs") if len(words) == 2]
    folders = [words[1] for words in _marked(lines, "asked") if len(words) == 2]
    return {folder: frozenset(path for path in started if path.rpartition("/")[0] == folder) for folder in folders}


def _tables(found: Sections) -> Iterator[Section]:
    names = (name for name in found.found if name.startswith("/") or name == "root-crontab")
    sections = (found.get(name) for name in names if name.rpartition("/")[0] not in FOLDERS)
    return (section for section in sections if isinstance(section, Section))


def _runs_anacron(found: Sections, timers: frozenset[str]) -> bool:
    """Whether anything starts anacron: its timer, or a file of cron's; /etc/crontab only asks whether it is there."""
    if "anacron.timer" in timers:
        return True
    sections = (found.get(name) for name in found.found if name.startswith("/") and name not in _NO_START)
    lines = (line for section in sections if isinstance(section, Section) for line in section.lines)
    return any(basename(word) == "anacron" for line in lines for word in re.split(r"[ \t]", line))


_NO_START = ("/etc/crontab", ANACRONTAB)


def _starters(tables: Iterable[Section], is_told: bool, timers: frozenset[str]) -> dict[str, tuple[Starter, ...]]:
    made: dict[str, tuple[Starter, ...]] = {}
    for section in tables:
        for line in section.lines:
            for folder, starter in _started_by(section.name, line, is_told):
                made[folder] = (*made.get(folder, ()), starter)
    for folder, days in FOLDERS.items():
        timer = f"cron-{folder.rpartition('.')[2]}.timer"
        if timer in timers and folder.startswith("/etc/cron."):
            made[folder] = (*made.get(folder, ()), Starter(timer, "run-parts", (), days))
    return made


def _started_by(table: str, line: str, is_told: bool) -> Iterator[tuple[str, Starter]]:
    """The folders that one line of a crontab starts; older recordings hold no `run-parts`, only the folder."""
    when, tab, rest = line.partition("\t")
    if not tab or when.startswith("#"):
        return
    days = schedule.of_anacron(when) if table == ANACRONTAB else schedule.of_cron(when)
    words = tuple(rest.partition("\t")[2].split(" "))
    names = [basename(word) for word in words]
    if "run-crons" in names:
        yield from ((folder, Starter(table, "run-crons", words, nominal)) for folder, nominal in FOLDERS.items())
    elif "run-parts" in names or not is_told:
        for folder in (word.rstrip("/") for word in words if word.rstrip("/") in FOLDERS):
            yield folder, Starter(table, "run-parts", words, days)
