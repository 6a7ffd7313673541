"""What a host writes down: which events, into logs of which size, sent where; and which commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Maybe, Reason, Unknown

_NOT_READ = Unknown(Reason.NO_EVIDENCE, "this platform's reader does not tell")


class AuditedEvent(StrEnum):
    """Kinds of events that every system knows in some form."""

    LOGON = "logons"
    LOCKOUT = "locked accounts"
    CREDENTIALS = "checks of passwords"
    ACCOUNTS = "changes of accounts"
    POLICY = "changes of the audit policy"
    PROCESSES = "started programs"
    REMOVABLE_MEDIA = "use of removable media"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """Whether the successful and the failed events of one kind are written down."""

    success: bool
    failure: bool

    def __str__(self) -> str:
        words = [word for word, on in (("success", self.success), ("failure", self.failure)) if on]
        return " and ".join(words) or "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLog:
    """One log. `keeps_old`: it stops, or moves old events elsewhere, instead of overwriting them when it is full.

    `oldest_record` is the number of the oldest event that is still there, counted from the first ever written: above 1,
    older ones were overwritten or cleared. Absent for an empty log.
    """

    name: str
    enabled: Maybe[bool]
    max_size_kib: Maybe[int]
    keeps_old: Maybe[bool]
    oldest_record: Maybe[int] = _NOT_READ


@dataclass(frozen=True, slots=True, kw_only=True)
class LogForwarder:
    """Something that sends events to another host; `running` says nothing of what arrives there.

    `by_table`: that it forwards is known by its name alone, from the list of `AuditLog.table_date`.
    """

    name: str
    running: Maybe[bool]
    by_table: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLog(Fact):
    """Audit policy, logs and forwarding.

    `logs` holds the one of the security events under `security`, the others under names of their own. `overruled` is
    true where an older, coarser policy may replace `events` when policies are applied again. `exceptions` are the
    accounts, by name or number, of which some events are not recorded. `table_date` is the day of
    the list of names by which agents that forward are known; None where none is used.
    """

    name: ClassVar[str] = "audit_log"
    title: ClassVar[str] = "audit policy, event logs and forwarding"

    events: Mapping[AuditedEvent, Maybe[Audited]]
    overruled: Maybe[bool]
    logs: Mapping[str, EventLog]
    forwarders: Maybe[tuple[LogForwarder, ...]]
    exceptions: tuple[str, ...] = ()
    table_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLogging(Fact):
    """Whether the commands that people and programs run leave a record.

    `scripts`: the text of what a shell interprets. `transcripts`: what a session shows. `command_lines`: the arguments
    of each program that is started, in the events of started programs. `recorders` names what runs beside the system's
    own records and writes down started programs by rules of its own, which are not read.
    """

    name: ClassVar[str] = "command_logging"
    title: ClassVar[str] = "records of commands"

    scripts: Maybe[bool]
    transcripts: Maybe[bool]
    command_lines: Maybe[bool]
    recorders: Maybe[tuple[str, ...]] = _NOT_READ
