"""Backups: the jobs of the host, what proves their runs, where they write; snapshots, which are no backup."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Absent, Maybe, Unknown, is_known


class Proof(StrEnum):
    """How much a sign of a run is worth."""

    PROVED = "proved"
    STATED = "stated"
    WEAK = "weak"


class Place(StrEnum):
    """Where a backup lies, seen from the data it was taken from."""

    SAME_DISK = "on the disk of the data"
    SAME_HOST = "on the same host"
    OTHER_DISK = "on another disk of the host"
    NETWORK_MOUNT = "on a mounted network share"
    REMOTE = "on another host"
    CLOUD = "in cloud storage"

    @property
    def is_off_host(self) -> bool:
        return self in (Place.NETWORK_MOUNT, Place.REMOTE, Place.CLOUD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One place a job writes to; `text` names it without credentials.

    `volume_encrypted` is whether the volume it lies on is encrypted, absent where that is not this host's matter.
    """

    text: str
    place: Maybe[Place]
    volume_encrypted: Maybe[bool]

    def __str__(self) -> str:
        return f"{self.text} ({self.place.value})" if isinstance(self.place, Place) else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSuccess:
    """The newest run that ended well: when, how sure that is, and from what it is known.

    Proved: the job's own result was recorded. Stated: a file that the site names says so. Weak: something changed that
    a run changes, and not only a run.
    `warnings` is what the run complained of although it wrote a backup.
    """

    when: datetime
    proof: Proof
    how: str
    warnings: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFailure:
    """The newest run that failed, and what its record says.

    `stands`: it is the last word of a status file, so that no success recorded elsewhere heals it.
    """

    when: datetime
    why: str
    stands: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupJob:
    """One thing that takes backups.

    `configured` is false for a product that is installed and has nothing to do, and absent for what is set up and never
    started, or copies nothing of this host. `enabled`: it starts by itself;
    absent when nothing starts it but a person. `interval_days` is the longest time between two planned starts, absent
    where no repeated start is planned. `blocked` says why an enabled job does not run, absent when nothing is known
    to stop it. `last_success` and `last_failure` are absent when the records prove that there was none. `central`
    marks agents whose jobs are planned and recorded at a server; `named` the status file that the site names, where it
    is not known which job writes it. `by_table`: the product and the meaning of its records are known from the list of
    `Backups.table_date` alone.
    """

    product: str
    name: str
    configured: Maybe[bool]
    enabled: Maybe[bool]
    interval_days: Maybe[float]
    blocked: Maybe[str]
    last_attempt: Maybe[datetime]
    last_success: Maybe[BackupSuccess]
    last_failure: Maybe[BackupFailure]
    destinations: Maybe[tuple[Destination, ...]]
    encrypted: Maybe[bool]
    central: bool = False
    named: bool = False
    by_table: bool = False

    @property
    def unresolved(self) -> BackupFailure | None:
        """The last failure, unless a proved success came after it and it does not stand."""
        if not is_known(self.last_failure):
            return None
        success = self.last_success
        healed = is_known(success) and success.proof is Proof.PROVED and success.when >= self.last_failure.when
        return None if healed and not self.last_failure.stands else self.last_failure

    def __str__(self) -> str:
        return self.name if self.product.lower() in self.name.lower() else f"{self.name} ({self.product})"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotMechanism:
    """Copies on the disk of the data: help against slips, none against loss of the disk or the host.

    `enabled`: new ones are taken by themselves.
    """

    product: str
    enabled: Maybe[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups(Fact):
    """Everything on the host that takes backups.

    `looked_for` names the places and products that were examined, so that an empty list means something. `unread`
    is what may hold another job and could not be read. `hidden` is what can never be seen from inside the host.
    `table_date` is the day of the list of products; None where none is used.
    """

    name: ClassVar[str] = "backups"
    title: ClassVar[str] = "backup jobs and snapshots"

    jobs: tuple[BackupJob, ...]
    snapshots: Maybe[tuple[SnapshotMechanism, ...]]
    looked_for: tuple[str, ...]
    unread: tuple[Unknown, ...]
    hidden: tuple[str, ...]
    table_date: date | None = None

    @property
    def configured(self) -> tuple[BackupJob, ...]:
        """Jobs that have something to do, or may have."""
        return tuple(job for job in self.jobs if job.configured is not False and not isinstance(job.configured, Absent))

    @property
    def judged(self) -> tuple[BackupJob, ...]:
        """The jobs that the host's protection rests on: those that start by themselves, without such all.

        What the site names is always among them.
        """
        named = tuple(job for job in self.configured if job.named)
        others = tuple(job for job in self.configured if not job.named)
        running = tuple(job for job in others if job.enabled is True)
        unsure = tuple(job for job in others if isinstance(job.enabled, Unknown))
        return (running or unsure or others) + named

    @property
    def no_job(self) -> Absent | Unknown:
        """Why none was found: what could not be read may hold one; else it is proved, and backup/job judges it."""
        return self.unread[0] if self.unread else Absent("no backup job is configured on this host; see backup/job")
