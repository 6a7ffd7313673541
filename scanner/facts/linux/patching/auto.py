"""Automatic updating: the whole chain of each mechanism, and how its last run ended.

An enabled `unattended-upgrades.service` only finishes work at shutdown and proves nothing; nor do stamp files or
`LastTriggerUSec`, which a reboot resets. What counts for apt is: the program, both APT::Periodic switches, security
among the allowed origins, and both timers (or the daily cron job without systemd). What proves a run is the end of
its log, written in the target's local time, so it may be off by some hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from scanner.facts.base import Access, Probe, RawFacts, lines_of
from scanner.facts.linux.host import release_of
from scanner.facts.linux.patching.sections import RUN, Sections, moment, sections
from scanner.facts.linux.patching.unattended import config_of, installs_security, left_out
from scanner.facts.patching import AutoUpdates, Updater
from scanner.model import Absent, Maybe, Reason, Unknown

# Products whose agents install updates from a central place: unit -> name. As of August 2026.
CENTRAL: Mapping[str, str] = {
    "landscape-client.service": "Landscape",
    "besclient.service": "BigFix",
    "taniumclient.service": "Tanium",
    "amagent.service": "Automox",
    "ninjarmm-agent.service": "NinjaOne",
    "action1_agent.service": "Action1",
    "dcservice.service": "ManageEngine Endpoint Central",
}
_UNITS = (
    "apt-daily.timer apt-daily-upgrade.timer dnf-automatic.timer dnf-automatic-install.timer dnf5-automatic.timer "
    "dnf-automatic.service dnf-automatic-install.service dnf5-automatic.service yum-cron.service "
    "rpm-ostreed-automatic.timer rpm-ostreed-automatic.service transactional-update.timer "
    "transactional-update.service os-update.timer os-update.service zincati.service"
)
_PROPERTIES = "Id,LoadState,ActiveState,UnitFileState,Result,ConditionResult,ExecMainStatus,ExecMainExitTimestamp"
_LOG = "/var/log/unattended-upgrades/unattended-upgrades.log"

AUTO = Probe(
    name="auto_updates",
    why="whether updates install themselves: switches, timers, central agents, and how the last run ended",
    access=Access.PARTIAL,
    timeout_s=15,
    script=RUN
    + rf"""
programs() {{ for p in unattended-upgrade dnf-automatic dnf5 yum-cron rpm-ostree transactional-update os-update; do
  have "$p" && echo "$p"; done; echo end; }}
run programs programs
if have apt-config; then
  periodic() {{ apt-config dump \
    | grep -E '^(APT::Periodic::|Unattended-Upgrade::(Allowed-Origins|Origins-Pattern|Package-(Black|White)list))'; }}
  run periodic periodic
  [ -x /etc/cron.daily/apt-compat ] && run cron echo apt-compat
fi
have systemctl && [ -d /run/systemd/system ] && run units systemctl show {_UNITS} {" ".join(CENTRAL)} -p {_PROPERTIES}
settings() {{ grep -HE '^ *(apply_updates|download_updates|upgrade_type|AutomaticUpdatePolicy) *=' "$@"; }}
run settings settings /etc/dnf/automatic.conf /etc/dnf/dnf5-plugins/automatic.conf /etc/yum/yum-cron.conf \
    /etc/rpm-ostreed.conf
d={_LOG}
if [ -r "$d" ]; then
  lines() {{ {{ [ -r "$d.1.gz" ] && gzip -dc "$d.1.gz"; cat "$d"; }} | cut -c1-200 | tail -n 200; }}
  run log lines
elif [ -d "${{d%/*}}" ] && [ ! -x "${{d%/*}}" ]; then printf '!%s\n' "$d"
else show "$d"; fi
exit 0
""",
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit's properties, as systemctl show prints them."""

    values: Mapping[str, str]

    @property
    def loaded(self) -> bool:
        return self.values.get("LoadState") == "loaded"

    @property
    def runs(self) -> bool:
        """Loaded, active now and, where it has an install section, enabled for the next start."""
        return self.loaded and self.values.get("ActiveState") == "active" and self.state != "disabled"

    @property
    def state(self) -> str:
        return self.values.get("UnitFileState", "")

    def why_not(self, name: str) -> str:
        """What is wrong with the unit, in words."""
        load, active = self.values.get("LoadState", "not there"), self.values.get("ActiveState", "unknown")
        return f"{name} is {load}" if load != "loaded" else f"{name} is {self.state or load}, {active}"


def parse_units(lines: Iterable[str]) -> dict[str, Unit]:
    """The blocks of `systemctl show`, by unit."""
    found: dict[str, Unit] = {}
    for block in "\n".join(lines).split("\n\n"):
        values = dict(line.partition("=")[::2] for line in lines_of(block) if "=" in line)
        if "Id" in values:
            found[values["Id"]] = Unit(values)
    return found


def is_on(value: str) -> bool:
    """An APT::Periodic interval: `0` is never, `always` and anything else is some time."""
    return value.strip() not in ("", "0")


def read_auto(raw: RawFacts) -> AutoUpdates | Absent | Unknown:
    """Every mechanism that is installed."""
    found = sections(raw, AUTO.name)
    if isinstance(found, Absent | Unknown):
        return found
    if "end" not in [line.strip() for line in found.lines("programs")]:
        return Unknown(Reason.UNREADABLE, "automatic updates: the list of installed mechanisms is incomplete")
    units = parse_units(found.lines("units"))
    made = (
        _apt(found, units, release_of(raw)),
        _dnf(found, units),
        _ostree(found, units),
        *_transactional(units),
        *_central(units),
    )
    return AutoUpdates(updaters=tuple(updater for updater in made if updater is not None), unread=_unread(found))


def _unread(found: Sections) -> Maybe[str]:
    """Without unit states, an agent or a timer may exist that nobody saw."""
    if isinstance(found.get("units"), Absent | Unknown) and "cron" not in found.found:
        return "the states of timers and services: this host does not run systemd"
    return Absent("unit states were read")


def _has(found: Sections, program: str) -> bool:
    return program in (line.strip() for line in found.lines("programs"))


def _apt(found: Sections, units: Mapping[str, Unit], release: Maybe[Mapping[str, str]]) -> Updater | None:
    if not _has(found, "unattended-upgrade"):
        return None
    config = config_of(found.lines("periodic"))
    broken = (*_periodic_faults(config), *_timer_faults(units))
    unread = _unread(found)
    active: Maybe[bool] = not broken
    if not broken and not units and isinstance(unread, str):
        active = Unknown(Reason.UNSUPPORTED, unread)
    completed, error = _log_end(found)
    return Updater(
        name="unattended-upgrades",
        active=active,
        installs=installs_security(config, release),
        left_out=left_out(config),
        broken=broken,
        last_completed=completed,
        last_error=error,
    )


def _periodic_faults(config: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The switches of APT::Periodic that are off; `Enable` alone is on when it is not there."""
    wanted = {"Enable": "1", "Update-Package-Lists": "0", "Unattended-Upgrade": "0"}
    values = {key: (config.get(f"APT::Periodic::{key}") or [default])[-1] for key, default in wanted.items()}
    return tuple(f"APT::Periodic::{key} is {value or 'empty'}" for key, value in values.items() if not is_on(value))


def _timer_faults(units: Mapping[str, Unit]) -> tuple[str, ...]:
    if not units:
        return ()
    names = ("apt-daily.timer", "apt-daily-upgrade.timer")
    none = Unit({})
    return tuple(units.get(name, none).why_not(name) for name in names if not units.get(name, none).runs)


_LINE = re.compile(r"\s*(?P<when>[0-9-]{10} [0-9:]{8}),[0-9]+ (?P<level>[A-Z]+) (?P<text>.*)")
_DONE = ("All upgrades installed", "No packages found that can be upgraded unattended")


def _log_end(found: Sections) -> tuple[Maybe[datetime], Maybe[str]]:
    """When the last run that ended well ended, and what a run after it complained of."""
    file = found.found.get(_LOG)
    if isinstance(file, Unknown):
        return file, file
    return parse_log(found.lines("log"))


def parse_log(lines: Iterable[str]) -> tuple[Maybe[datetime], Maybe[str]]:
    """The log of unattended-upgrades; runs that only tried (`--dry-run`) do not count."""
    completed: datetime | None = None
    error = ""
    dry = failed = False
    for match in (match for line in lines if (match := _LINE.match(line))):
        text = match["text"]
        if text.startswith("Starting unattended upgrades script"):
            dry = failed = False
        dry = dry or "--dry-run given" in text
        if match["level"] in ("ERROR", "CRITICAL") and not dry:
            failed, error = True, text
        if text.startswith(_DONE) and not dry and not failed:
            completed, error = moment(match["when"], "%Y-%m-%d %H:%M:%S"), ""
    never = Absent("its log shows no run that ended well")
    return completed or never, error or Absent("its log shows no error since then")


def _settings(found: Sections) -> dict[str, dict[str, str]]:
    """`FILE:key = value` lines: file -> key -> value."""
    made: dict[str, dict[str, str]] = {}
    section = found.get("settings")
    for line in () if isinstance(section, Absent | Unknown) else section.lines:
        if match := re.match(r"\s*(/[^:]+):\s*(\w+)\s*=\s*(.*)", line):
            made.setdefault(match[1], {})[match[2]] = match[3].strip()
    return made


def _service_end(unit: Unit | None) -> tuple[Maybe[datetime], Maybe[str]]:
    """The last run of a unit that runs once: only a timestamp and success together prove one."""
    if unit is None or not unit.loaded:
        never = Absent("its service is not loaded")
        return never, never
    when = moment(unit.values.get("ExecMainExitTimestamp", ""), "%a %Y-%m-%d %H:%M:%S UTC")
    if when is None:
        why = Unknown(Reason.NO_EVIDENCE, "its service has not run since the host started")
        return why, why
    if unit.values.get("Result") == "success" and unit.values.get("ExecMainStatus") == "0":
        return when, Absent("its service ended well")
    return Absent("its last run failed"), f"its service ended with {unit.values.get('Result', 'a failure')}"


_DNF_TIMERS = {
    "dnf-automatic-install.timer": "dnf-automatic-install.service",
    "dnf-automatic.timer": "dnf-automatic.service",
    "dnf5-automatic.timer": "dnf5-automatic.service",
}


def _dnf(found: Sections, units: Mapping[str, Unit]) -> Updater | None:
    there = [name for name in _DNF_TIMERS if (unit := units.get(name)) is not None and unit.loaded]
    if not there:
        return None
    timer = next((name for name in there if units[name].runs), there[0])
    completed, error = _service_end(units.get(_DNF_TIMERS[timer]))
    unit = units[timer]
    return Updater(
        name=timer.removesuffix(".timer"),
        active=unit.runs,
        installs=timer == "dnf-automatic-install.timer" or _applies(found),
        broken=() if unit.runs else (unit.why_not(timer),),
        last_completed=completed,
        last_error=error,
    )


def _applies(found: Sections) -> bool:
    """`apply_updates` of the configuration that is there; off where it does not say."""
    values = [settings.get("apply_updates", "") for path, settings in _settings(found).items() if "automatic" in path]
    return any(value.lower() in ("yes", "true", "1", "on") for value in values)


def _ostree(found: Sections, units: Mapping[str, Unit]) -> Updater | None:
    timer = units.get("rpm-ostreed-automatic.timer")
    if timer is None or not timer.loaded:
        return None
    completed, error = _service_end(units.get("rpm-ostreed-automatic.service"))
    policy = _settings(found).get("/etc/rpm-ostreed.conf", {}).get("AutomaticUpdatePolicy", "none")
    return Updater(
        name="rpm-ostree",
        active=timer.runs,
        installs=policy in ("stage", "apply"),
        broken=() if timer.runs else (timer.why_not("rpm-ostreed-automatic.timer"),),
        last_completed=completed,
        last_error=error,
    )


def _transactional(units: Mapping[str, Unit]) -> tuple[Updater, ...]:
    """SUSE's timers: their services install what they fetch."""
    names = [name for name in ("transactional-update", "os-update") if (u := units.get(f"{name}.timer")) and u.loaded]
    return tuple(_simple(name, units) for name in names)


def _simple(name: str, units: Mapping[str, Unit]) -> Updater:
    timer = units[f"{name}.timer"]
    completed, error = _service_end(units.get(f"{name}.service"))
    return Updater(
        name=name,
        active=timer.runs,
        installs=True,
        broken=() if timer.runs else (timer.why_not(f"{name}.timer"),),
        last_completed=completed,
        last_error=error,
    )


def _central(units: Mapping[str, Unit]) -> tuple[Updater, ...]:
    there = [(name, units[unit], unit) for unit, name in CENTRAL.items() if unit in units and units[unit].loaded]
    return tuple(_agent(name, unit, unit_name) for name, unit, unit_name in there)


def _agent(name: str, unit: Unit, unit_name: str) -> Updater:
    why = Unknown(Reason.NO_EVIDENCE, f"the runs of {name} are on record at its central place")
    return Updater(
        name=name,
        active=unit.runs,
        installs=Unknown(Reason.NO_EVIDENCE, f"what {name} installs is set at its central place"),
        broken=() if unit.runs else (unit.why_not(unit_name),),
        last_completed=why,
        last_error=why,
        central=True,
    )
