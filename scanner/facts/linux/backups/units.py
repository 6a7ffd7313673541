"""Services that take backups, the timers that start them, and what systemd remembers of their last run.

Only a result *and* an end time prove a run: after a restart of the host `Result=success` stands there without one,
also for a unit that failed, and a unit whose condition is not met shows it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scanner.facts.backups import BackupFailure, BackupSuccess, Proof
from scanner.facts.base import lines_of
from scanner.facts.linux.backups import schedule
from scanner.facts.linux.backups.programs import HOUSEKEEPING, PROGRAMS, Call, basename, call_of, is_script
from scanner.facts.linux.patching.sections import moment
from scanner.model import Absent, Maybe, Reason, Unknown

Block = Mapping[str, tuple[str, ...]]
_SHIPPED = ("/lib/", "/usr/lib/", "/usr/share/")


def blocks(lines: Iterable[str]) -> dict[str, Block]:
    """The units of `systemctl show`: unit -> property -> values in order."""
    found: dict[str, Block] = {}
    for block in "\n".join(lines).split("\n\n"):
        values: dict[str, list[str]] = {}
        for line in lines_of(block):
            key, equals, value = line.partition("=")
            if equals:
                values.setdefault(key, []).append(value)
        if values.get("Id"):
            found[values["Id"][0]] = {key: tuple(value) for key, value in values.items()}
    return found


@dataclass(frozen=True, slots=True)
class Service:
    """One loaded service that takes backups."""

    name: str
    values: Block
    call: Call
    direct: bool

    def get(self, key: str) -> str:
        """A property; empty where systemd printed none."""
        return self.values.get(key, ("",))[0]

    def stamp(self, key: str) -> datetime | None:
        """A timestamp property, None where it is empty."""
        return moment(self.get(key), "%a %Y-%m-%d %H:%M:%S UTC")

    @property
    def is_shipped(self) -> bool:
        """The unit came with a package: nobody decided here that it should run."""
        return self.get("FragmentPath").startswith(_SHIPPED)

    @property
    def runs_once(self) -> bool:
        return self.get("Type") == "oneshot"

    @property
    def warnings(self) -> tuple[int, ...]:
        """Exit statuses that still mean a backup; only where the program itself is the one whose status it is."""
        return self.call.program.warnings if self.direct and self.call.program else ()

    def is_whole(self, status: int) -> bool:
        """Whether a backup that ended with a warning holds all that it was to hold."""
        return self.call.program is None or status not in self.call.program.partial

    @property
    def skipped(self) -> str | None:
        """Why the last start did nothing."""
        when = self.stamp("ConditionTimestamp")
        if when is None or self.get("ConditionResult") != "no":
            return None
        return f"its condition was not met at its last start ({when:%Y-%m-%d})"

    def last_run(self) -> BackupSuccess | BackupFailure | None:
        """The last run since the host started; None when that proves nothing."""
        ended, began = self.stamp("ExecMainExitTimestamp"), self.stamp("ExecMainStartTimestamp")
        result, status = self.get("Result"), self.get("ExecMainStatus")
        if self.get("LoadState") != "loaded" or self.get("ActiveState") == "activating":
            return None
        if result == "success" and (ended is None or self.get("ConditionResult") != "yes"):
            return None
        if ended is None or (began is not None and ended < began):
            when = self.stamp("ConditionTimestamp")
            return BackupFailure(when=when, why=f"its service ended with {result}") if when and result else None
        return self._verdict(ended, result, status)

    def _verdict(self, ended: datetime, result: str, status: str) -> BackupSuccess | BackupFailure | None:
        exited = self.get("ExecMainCode") == "1"
        if exited and status.isdigit() and int(status) in self.warnings and result in ("exit-code", "success"):
            how, why = "its service ended", f"{self.call.product} ended with warnings, status {status}"
            whole = self.is_whole(int(status))
            return BackupSuccess(when=ended, proof=Proof.PROVED, how=how, warnings=why, complete=whole)
        if result != "success":
            return BackupFailure(when=ended, why=f"its service ended with {result}, status {status}")
        if not exited or status != "0" or self.call.ignores_errors:
            return None
        return BackupSuccess(when=ended, proof=Proof.PROVED, how="its service ended with success")


def services(found: Mapping[str, Block]) -> tuple[Service, ...]:
    """The services among some units that take backups."""
    made = (_service(name, values) for name, values in found.items() if name.endswith(".service"))
    return tuple(service for service in made if service is not None)


def _service(name: str, values: Block) -> Service | None:
    stem = name.removesuffix(".service")
    if values.get("LoadState") != ("loaded",) or stem in HOUSEKEEPING:
        return None
    lines = [(line.split(" ")[0] == "ignored", tuple(line.split(" ")[1:])) for line in values.get("Exec", ())]
    calls = [call for ignored, words in lines if (call := call_of(words, ignores_errors=ignored)) is not None]
    if calls:
        direct = len(lines) == 1 and basename(lines[0][1][0]) in PROGRAMS
        ignoring = any(ignored for ignored, _ in lines)
        made = Service(name, values, replace(calls[0], ignores_errors=ignoring), direct)
        return None if made.is_shipped and made.call.program is None else made
    known = any(basename(word) in PROGRAMS for _, words in lines for word in words)
    made = Service(name, values, Call("script", None, (), any(ignored for ignored, _ in lines)), direct=False)
    return None if known or not lines or made.is_shipped or not is_script(stem) else made


@dataclass(frozen=True, slots=True)
class Start:
    """How a job is started: by itself or not, and the longest time between two starts in days."""

    enabled: Maybe[bool]
    interval_days: Maybe[float]


def start_of(service: str, timers: Mapping[str, Block]) -> Start:
    """What the timers of a service say; LastTriggerUSec is left out because a restart of the host sets it."""
    own = [values for values in timers.values() if values.get("Unit") == (service,)]
    if not own:
        nothing = Absent("no timer starts it")
        return Start(nothing, nothing)
    running = [values for values in own if _runs(values)]
    gaps = [
        schedule.of_timer(each.get("TimersCalendar", ()), each.get("TimersMonotonic", ())) for each in running or own
    ]
    known = [gap for gap in gaps if gap is not None]
    return Start(bool(running), min(known) if known else Absent("its timer does not repeat"))


def _runs(values: Block) -> bool:
    return values.get("ActiveState") == ("active",) and values.get("UnitFileState") not in (("disabled",), ("masked",))


def active(found: Mapping[str, Block], *names: str) -> bool:
    """Whether one of some units is active."""
    return any(found.get(name, {}).get("ActiveState") == ("active",) for name in names)


def configured_by_condition(service: Service) -> Maybe[bool]:
    """Whether a unit has something to do: one from a package only when it was once started with its condition met."""
    if not service.is_shipped or service.last_run() is not None:
        return True
    if service.skipped is not None:
        return False
    from_package = f"{service.name} came with a package, and whether it is set up is not on record"
    return Unknown(Reason.NO_EVIDENCE, from_package)
