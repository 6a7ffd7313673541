"""Everything the probes told, joined into jobs: plans from timers and crontabs, proofs from where they are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scanner.facts.backups import (
    BackupFailure,
    BackupJob,
    Backups,
    BackupSuccess,
    Destination,
    Proof,
    SnapshotMechanism,
)
from scanner.facts.base import RawFacts
from scanner.facts.linux.backups import cron, journal, places, units
from scanner.facts.linux.backups.hosts import OwnNames, addresses_of, parse_hosts
from scanner.facts.linux.backups.probes import CRON, JOURNAL, PLACES, STATE, UNITS
from scanner.facts.linux.backups.programs import AGENTS, PROGRAMS, SNAPSHOT_UNITS, Call
from scanner.facts.linux.backups.state import Repository, State, read_state
from scanner.facts.linux.backups.status import StatusFile, read_status, with_status
from scanner.facts.linux.backups.taken import Taken, read_taken
from scanner.facts.linux.backups.targets import targets
from scanner.facts.linux.network import interfaces
from scanner.facts.linux.patching.sections import Section, Sections, sections
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

HIDDEN = (
    "timers of users' own service managers",
    "images by a hypervisor or a cloud, copies by storage",
    "jobs that a backup server runs without an agent",
)
_NOTHING = Sections("", {})


@dataclass(frozen=True, slots=True)
class _Told:
    """The six probes; a probe that told nothing is empty here and named in `unread`."""

    units: Sections
    journal: Sections | Unknown
    cron: Sections
    taken: Taken
    state: State
    places: places.Places
    snapshots: Maybe[Section]
    status: StatusFile | None
    has_systemd: bool
    unread: tuple[Unknown, ...]


def read_backups(raw: RawFacts) -> Backups | Absent | Unknown:
    """All jobs and snapshot mechanisms of the host."""
    told = _told(raw)
    if isinstance(told, Unknown):
        return told
    found = units.blocks(told.units.lines("services"))
    timers = units.blocks(told.units.lines("timers"))
    timers = {name: block for name, block in timers.items() if name.endswith(".timer")}
    jobs = [_service_job(service, timers, told) for service in units.services(found)]
    jobs += [_cron_job(entry, told, found) for entry in cron.entries(told.cron, told.taken)]
    jobs = [_of_this_host(job, told.state) for job in jobs]
    never = [job for job in jobs if isinstance(job.configured, Absent)]
    jobs = [job for job in jobs if not isinstance(job.configured, Absent)]
    counts = Counter(job.product for job in jobs)
    jobs = [_with_record(job, counts[job.product], told.state) for job in jobs] + _leftovers(jobs, told) + never
    jobs += _agents(found)
    jobs = with_status(jobs, told.status) if told.status is not None else jobs
    return Backups(
        jobs=tuple(jobs),
        snapshots=_snapshots(told, found, timers),
        looked_for=_looked_for(told),
        unread=told.unread,
        hidden=HIDDEN,
    )


def _told(raw: RawFacts) -> _Told | Unknown:
    answers = {probe.name: sections(raw, probe.name) for probe in (UNITS, JOURNAL, CRON, STATE, PLACES)}
    unit_answer, cron_answer = answers[UNITS.name], answers[CRON.name]
    if isinstance(unit_answer, Unknown) and isinstance(cron_answer, Unknown):
        return unit_answer
    unit_sections = _or_nothing(unit_answer)
    cron_sections = _or_nothing(cron_answer)
    place_sections = _or_nothing(answers[PLACES.name])
    lost = [answer for answer in (unit_answer, cron_answer) if isinstance(answer, Unknown)]
    if isinstance(unit_answer, Sections):
        parts = (unit_sections.ok("timers"), unit_sections.ok("services"))
        lost += [
            part if isinstance(part, Unknown) else _cut("the units") for part in parts if not isinstance(part, Section)
        ]
    if isinstance(cron_answer, Sections):
        lost += cron.unread(cron_sections)
    state = read_state(_or_nothing(answers[STATE.name]))
    lost += state.unread.values()
    status = read_status(raw)
    lost += [status.said] if status is not None and isinstance(status.said, Unknown) else []
    return _Told(
        units=unit_sections,
        journal=_journal(answers[JOURNAL.name]),
        cron=cron_sections,
        taken=_taken(unit_sections, cron_sections),
        state=state,
        places=_places(
            answers[PLACES.name],
            _own_names(raw, answers[PLACES.name]),
            *(unit_sections, cron_sections, _or_nothing(answers[STATE.name])),
        ),
        status=status,
        snapshots=_asked(answers[PLACES.name], place_sections, "snapshots"),
        has_systemd=isinstance(unit_answer, Sections),
        unread=tuple(lost),
    )


def _taken(unit_sections: Sections, cron_sections: Sections) -> Taken:
    timers = units.blocks(unit_sections.lines("timers"))
    running = frozenset(name for name in timers if units.active(timers, name))
    return read_taken(cron_sections, running, is_complete=not cron.unread(cron_sections))


def _cut(what: str) -> Unknown:
    return Unknown(Reason.UNREADABLE, f"{what}: the list could not be read to its end")


def _or_nothing(answer: Sections | Absent | Unknown) -> Sections:
    return answer if isinstance(answer, Sections) else _NOTHING


def _asked(answer: Sections | Absent | Unknown, found: Sections, name: str) -> Maybe[Section]:
    return answer if isinstance(answer, Unknown) else found.ok(name)


def _journal(answer: Sections | Absent | Unknown) -> Sections | Unknown:
    """The journal, when it shows this account anything of process 1: without the right it is empty, not refused."""
    if not isinstance(answer, Sections):
        return answer if isinstance(answer, Unknown) else Unknown(Reason.UNSUPPORTED, "this host does not run systemd")
    if journal.oldest(answer.lines("oldest")) is None:
        detail = "the journal shows this account nothing of process 1; add it to the group systemd-journal"
        return Unknown(Reason.DENIED, detail)
    return answer


def _own_names(raw: RawFacts, answer: Sections | Absent | Unknown) -> OwnNames:
    found = interfaces(raw)
    told = _or_nothing(answer)
    return OwnNames(
        hostname="".join(told.lines("name")).strip(),
        hosts=tuple(parse_hosts(told.lines("hosts"))),
        addresses=found if isinstance(found, Unknown) else addresses_of(found.found),
    )


def _places(answer: Sections | Absent | Unknown, own: OwnNames, *told: Sections) -> places.Places:
    if not isinstance(answer, Sections):
        why = answer if isinstance(answer, Unknown) else _cut("the mounted file systems")
        return places.Places(own=own, why=why)
    mounts = places.parse_mounts(answer.lines("mounts"))
    real: dict[str, str] = {}
    for each in told:
        real.update(places.parse_real(each.lines("real")))
    return places.Places(
        mounts=mounts,
        planned=places.parse_planned(answer.lines("fstab")),
        disks=places.parse_disks(answer.lines("disks")),
        real=real,
        own=own,
        why=None if mounts else _cut("the mounted file systems"),
    )


def _looked_for(told: _Told) -> tuple[str, ...]:
    products = sorted({program.product for program in PROGRAMS.values()} | set(AGENTS.values()))
    services = ("systemd units and timers",) if told.has_systemd else ()
    named = (f"the status file {told.status.path}",) if told.status is not None and told.status.path else ()
    return (
        *services,
        *named,
        "crontabs",
        "state of restic, borg, duplicity and rsnapshot",
        f"{len(products)} backup products",
    )


# --- Jobs ------------------------------------------------------------------------------------------------


def _service_job(service: units.Service, timers: Mapping[str, units.Block], told: _Told) -> BackupJob:
    start = units.start_of(service.name, timers)
    success, failure = _runs(service, told)
    last_success, last_failure = _merged(service.call.product, success, failure, told, _why_no_proof(service, told))
    return BackupJob(
        product=service.call.product,
        name=service.name,
        configured=_configured(service, told.state),
        enabled=start.enabled,
        interval_days=start.interval_days,
        blocked=_skipped(service, told) or Absent("nothing is known to stop it"),
        last_attempt=_attempt(service, success, failure),
        last_success=last_success,
        last_failure=last_failure,
        destinations=_destinations(service.call, told),
        encrypted=_encrypted(service.call, told.state),
    )


def _runs(service: units.Service, told: _Told) -> tuple[BackupSuccess | None, BackupFailure | None]:
    """The newest success and failure from the journal and from what systemd remembers."""
    success: BackupSuccess | None = None
    failure: BackupFailure | None = None
    if isinstance(told.journal, Sections):
        success, failure = journal.runs(journal.events(told.journal.lines(service.name), service.name), service)
    last = service.last_run()
    if isinstance(last, BackupSuccess) and (success is None or success.when < last.when):
        success = last
    if isinstance(last, BackupFailure) and (failure is None or failure.when < last.when):
        failure = last
    return success, failure


def _skipped(service: units.Service, told: _Told) -> str | None:
    if service.skipped is not None or not isinstance(told.journal, Sections):
        return service.skipped
    return journal.skipped(journal.events(told.journal.lines(service.name), service.name))


def _why_no_proof(service: units.Service, told: _Told) -> Unknown:
    if isinstance(told.journal, Unknown):
        return told.journal
    return Unknown(Reason.NO_EVIDENCE, f"{service.name}: no run that ended is on record")


def _merged(
    product: str,
    success: BackupSuccess | None,
    failure: BackupFailure | None,
    told: _Told,
    why: Unknown,
) -> tuple[Maybe[BackupSuccess], Maybe[BackupFailure]]:
    """With rsnapshot's own log; what is not on record at all is unknown for the reason `why`."""
    if product == "rsnapshot":
        own, failed = told.state.rsnapshot
        success = _later(success, own)
        failure = failed if failed is not None and (failure is None or failure.when < failed.when) else failure
    if success is not None and success.proof is Proof.PROVED:
        return success, failure or Absent("no failure is on record since its last success")
    return success or why, failure or why


def _later(one: BackupSuccess | None, other: BackupSuccess | None) -> BackupSuccess | None:
    known = [success for success in (one, other) if success is not None]
    return max(known, key=lambda success: success.when, default=None)


def _attempt(service: units.Service, success: BackupSuccess | None, failure: BackupFailure | None) -> Maybe[datetime]:
    times = [service.stamp("ExecMainStartTimestamp"), *(each.when for each in (success, failure) if each is not None)]
    known = [time for time in times if time is not None]
    return max(known) if known else Unknown(Reason.NO_EVIDENCE, f"{service.name}: no start is on record")


def _configured(service: units.Service, state: State) -> Maybe[bool]:
    if service.call.product == "borgmatic":
        files = state.borgmatic_files
        return files if isinstance(files, Unknown) else is_known(files) and files > 0
    return units.configured_by_condition(service)


def _cron_job(entry: cron.Entry, told: _Told, found: Mapping[str, units.Block]) -> BackupJob:
    why = Unknown(Reason.NO_EVIDENCE, f"{entry.path}: cron keeps no result of what it starts")
    success, failure = _merged(entry.call.product, None, None, told, why)
    enabled, blocked = _started(entry, told, found)
    never = Absent(entry.stopped) if isinstance(entry.stopped, str) else None
    return BackupJob(
        product=entry.call.product,
        name=entry.name,
        configured=entry.stopped if isinstance(entry.stopped, Unknown) else never or True,
        enabled=enabled,
        interval_days=Absent("it does not repeat") if entry.interval_days is None else entry.interval_days,
        blocked=blocked,
        last_attempt=why,
        last_success=success,
        last_failure=failure,
        destinations=_destinations(entry.call, told),
        encrypted=_encrypted(entry.call, told.state),
    )


def _of_this_host(job: BackupJob, state: State) -> BackupJob:
    """rsnapshot may copy other hosts alone: this one has no backup from that."""
    if job.product != "rsnapshot" or not state.rsnapshot_pulls:
        return job
    return replace(job, configured=Absent("it copies other hosts, and nothing of this one"))


_CRONS = ("cron.service", "crond.service", "cronie.service")


def _started(entry: cron.Entry, told: _Told, found: Mapping[str, units.Block]) -> tuple[Maybe[bool], Maybe[str]]:
    """Whether cron starts a job, and what stops it: the file itself, or that no cron runs here."""
    free = Absent("nothing is known to stop it")
    if isinstance(entry.stopped, str):
        return False, entry.stopped
    if isinstance(entry.stopped, Unknown):
        return entry.stopped, free
    if units.active(found, *_CRONS, *(("anacron.timer",) if entry.by_anacron else ())):
        return True, free
    seen = cron.daemon_runs(told.cron)
    if seen is None:
        return Unknown(Reason.NO_EVIDENCE, "no cron daemon could be seen"), free
    if seen and not told.taken.is_told and any(name in found for name in _CRONS):
        return Unknown(Reason.NO_EVIDENCE, "the cron that runs here may be the one of a container"), free
    return True, free if seen else "no cron daemon is running"


def _with_record(job: BackupJob, count: int, state: State) -> BackupJob:
    """With the record of the program, where the system has none and only one job of `count` can have left it."""
    repositories = state.of(job.product)
    silent = isinstance(job.last_success, Unknown) and not is_known(job.last_failure) and job.configured is not False
    if not silent or count != 1 or len(repositories) != 1 or repositories[0].success is None:
        return job
    success = repositories[0].success
    healed = Absent("no failure is on record since its last success")
    proved = success.proof is Proof.PROVED
    return replace(job, last_success=success, last_failure=healed if proved else job.last_failure)


def _leftovers(jobs: Iterable[BackupJob], told: _Told) -> list[BackupJob]:
    """Repositories that some run has filled and that no service or crontab accounts for."""
    products = {"borg" if job.product == "borgmatic" and job.configured is not False else job.product for job in jobs}
    return [_leftover(each, told) for each in told.state.repositories if _is_stray(each, products)]


def _is_stray(repository: Repository, products: set[str]) -> bool:
    return repository.success is not None and repository.product not in products


def _leftover(repository: Repository, told: _Told) -> BackupJob:
    manual = Absent("no service and no crontab starts it")
    none = Unknown(Reason.NO_EVIDENCE, f"the {repository.product} repository {repository.name}: no result is on record")
    where = Unknown(
        Reason.NO_EVIDENCE, f"where the {repository.product} repository {repository.name} lies is not known"
    )
    return BackupJob(
        product=repository.product,
        name=f"{repository.product} repository {repository.name}",
        configured=True,
        enabled=manual,
        interval_days=manual,
        blocked=Absent("nothing is known to stop it"),
        last_attempt=none,
        last_success=repository.success or none,
        last_failure=none,
        destinations=(told.places.destination(repository.location, ()),) if repository.location else where,
        encrypted=repository.encrypted,
    )


def _agents(found: Mapping[str, units.Block]) -> list[BackupJob]:
    made: dict[str, BackupJob] = {}
    for unit, block in found.items():
        product = AGENTS.get(unit.removesuffix(".service"))
        if product is not None and block.get("LoadState") == ("loaded",) and product not in made:
            made[product] = _agent(product, unit, running=block.get("ActiveState") == ("active",))
    return list(made.values())


def _agent(product: str, unit: str, *, running: bool) -> BackupJob:
    """An agent that runs may still have no job: what it has to do is on record at its server alone."""
    why = Unknown(Reason.NO_EVIDENCE, f"{product}: its jobs and their results are on record at its server")
    return BackupJob(
        product=product,
        name=unit,
        configured=why,
        enabled=running,
        interval_days=why,
        blocked=Absent("nothing is known to stop it") if running else f"{unit} is not running",
        last_attempt=why,
        last_success=why,
        last_failure=why,
        destinations=why,
        encrypted=why,
        central=True,
    )


# --- Where to, and how safe there ------------------------------------------------------------------------


def _destinations(call: Call, told: _Told) -> Maybe[tuple[Destination, ...]]:
    texts, sources = targets(call, told.state)
    if isinstance(texts, Absent | Unknown):
        return texts
    if not texts:
        return Unknown(Reason.NO_EVIDENCE, f"{call.product}: where it writes is not in its command line")
    return tuple(told.places.destination(text, sources) for text in texts)


def _encrypted(call: Call, state: State) -> Maybe[bool]:
    program = call.program
    if program is None:
        return Unknown(Reason.NO_EVIDENCE, "whether the script encrypts cannot be told from outside")
    if any(word in program.plain for word in call.words):
        return False
    if program.encrypts is not None:
        return program.encrypts
    repositories = state.of(call.product)
    answers = {repository.encrypted for repository in repositories if is_known(repository.encrypted)}
    if len(answers) == 1 and len(answers) == len({repository.encrypted for repository in repositories}):
        return answers.pop()
    unread = state.unread.get("borg" if call.product == "borgmatic" else call.product)
    return unread or Unknown(Reason.NO_EVIDENCE, f"{call.product}: whether its backups are encrypted is not on record")


# --- Snapshots -------------------------------------------------------------------------------------------


def _snapshots(
    told: _Told, found: Mapping[str, units.Block], timers: Mapping[str, units.Block]
) -> Maybe[tuple[SnapshotMechanism, ...]]:
    """What takes snapshots and has something to take them of."""
    section = told.snapshots
    if isinstance(section, Unknown):
        return section
    lines = [line.strip() for line in section.lines] if isinstance(section, Section) else []
    if "read" not in lines:
        return _cut("the snapshot mechanisms")
    if any(line.startswith("unread ") for line in lines):
        return Unknown(Reason.DENIED, "/etc/snapper/configs: this account may not read it")
    products = {_SNAPSHOT_MARKS[word] for line in lines if (word := line.partition(" ")[0]) in _SNAPSHOT_MARKS}
    for unit in (*found, *timers):
        product = SNAPSHOT_UNITS.get(unit.rpartition(".")[0])
        if product is not None and product != "snapper" and units.active({**found, **timers}, unit):
            products.add(product)
    return tuple(SnapshotMechanism(product=product, enabled=_snaps(product, timers)) for product in sorted(products))


_SNAPSHOT_MARKS = {
    "snapper": "snapper",
    "timeshift": "Timeshift",
    "zfs": "ZFS snapshots",
    "sanoid": "ZFS snapshots (sanoid)",
}


def _snaps(product: str, timers: Mapping[str, units.Block]) -> Maybe[bool]:
    own = [f"{stem}.timer" for stem, name in SNAPSHOT_UNITS.items() if name == product]
    if any(name in timers for name in own):
        return units.active(timers, *own)
    return Unknown(Reason.NO_EVIDENCE, f"whether {product} runs by itself is not on record")
