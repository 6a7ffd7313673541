"""Patch level: vendor support, pending updates, restarts, the running kernel, automatic updating, firmware."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Absent, Maybe, Reason, Unknown, is_known


@dataclass(frozen=True, slots=True, kw_only=True)
class Support(Fact):
    """What the vendor's life cycle says of the installed release.

    `standard_end` and `extended_end` are the last days of support; `extended_end` is absent where the vendor sells
    or gives none. `extended_active` is whether this very target receives the extended updates: proved either way,
    or unknown. `rolling` releases have no end; they are judged by their updates. `table_date` is the day the table
    was taken from `table_source`.
    """

    name: ClassVar[str] = "support"
    title: ClassVar[str] = "vendor support of the operating system"

    release: str
    rolling: bool
    standard_end: Maybe[date]
    extended_end: Maybe[date]
    extended_active: Maybe[bool]
    table_date: date
    table_source: str


_NEVER_TOLD = Unknown(Reason.NO_EVIDENCE, "when update data were last fetched is not known")


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One update that the provider offers and that is not installed.

    `security` is unknown where the provider names the update without its class. `published` is the vendor's date.
    `published_by` is a date on which it was already out: its age is at least that.
    """

    name: str
    installed: str
    available: str
    security: Maybe[bool]
    source: str
    published: Maybe[datetime]
    published_by: Maybe[datetime]

    def age_days(self, now: datetime) -> int | None:
        """How long it has been out at least, in whole days; None where no date is known."""
        dates = [when for when in (self.published, self.published_by) if is_known(when)]
        return max((now - when).days for when in dates) if dates else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A rule that keeps a package from being updated; `by` names it, `security` says whether it blocks a security
    update now. `by_approval` marks no such rule but a server that offers what somebody approved."""

    name: str
    by: str
    security: Maybe[bool]
    available: str = ""
    by_approval: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSource:
    """One place updates come from, as far as its data lie on the target.

    `security`: the provider marks it as carrying security updates for this release. `published` is the date the
    source gave its own data, `valid_until` the end it set to them; both absent where the format has none.
    """

    name: str
    security: bool
    published: Maybe[datetime]
    valid_until: Maybe[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchLevel(Fact):
    """What the update provider of the target knows to be missing.

    `manager` names the provider. `pending` leaves out `holds` and `phased` (offered by the vendor to other hosts
    first). `classified`: the provider tells security updates from others; where it does not, every update counts.
    `sources` is empty when no update data lie on the target at all. `refreshed` is when the target last fetched its
    update data, at the earliest. `last_run` is the end of the last run that installed updates. `installed_level` is
    the publication date of the newest cumulative update that is installed, absent where updates come one by one. Where
    that date is not known it is the day of its installation, and `level_undated` says why: it was published earlier.
    `table_date` is the day of the scanner's table of such dates; None where none is used.
    `security_source` is whether a source of security updates for this release is in use.
    """

    name: ClassVar[str] = "patch_level"
    title: ClassVar[str] = "pending updates"

    manager: str
    classified: bool
    pending: Maybe[tuple[Update, ...]]
    holds: Maybe[tuple[Hold, ...]]
    phased: tuple[str, ...]
    sources: Maybe[tuple[UpdateSource, ...]]
    security_source: Maybe[bool]
    refreshed: Maybe[datetime]
    last_run: Maybe[datetime]
    installed_level: Maybe[datetime]
    level_undated: str = ""
    table_date: date | None = None

    @property
    def security_updates(self) -> tuple[Update, ...]:
        """The pending updates that are proved to be security updates; none where nothing is known."""
        return tuple(update for update in self.pending if update.security is True) if is_known(self.pending) else ()

    @property
    def blocked(self) -> tuple[Hold, ...]:
        """The holds that are proved to keep a security update back."""
        return tuple(hold for hold in self.holds if hold.security is True) if is_known(self.holds) else ()

    def metadata_faults(self, now: datetime, *, max_age_days: int, max_source_age_days: int) -> Maybe[tuple[str, ...]]:
        """Why the update data on the target are not fresh, one sentence each; empty when they are.

        Of the sources that carry security updates (of all, where none is marked) the end they set themselves counts,
        and without one their own date: a mirror that stopped is fetched from every day. Unknown where the dates
        could not be read and no fault is proved.
        """
        if isinstance(self.sources, Unknown):
            return self.sources
        if self.sources == ():
            return ("there are no update data on the target",)
        faults = () if isinstance(self.sources, Absent) else self._stopped(self.sources, now, max_source_age_days)
        if isinstance(faults, Unknown):
            return faults
        if isinstance(self.refreshed, Absent | Unknown):
            return faults or (self.refreshed if isinstance(self.refreshed, Unknown) else _NEVER_TOLD)
        return faults + _age_fault(self.refreshed, now, max_age_days)

    @staticmethod
    def _stopped(
        sources: tuple[UpdateSource, ...], now: datetime, max_source_age_days: int
    ) -> tuple[str, ...] | Unknown:
        """The sources whose data are out of date; unknown where none is proved and one of them has no date."""
        judged = [source for source in sources if source.security] or [*sources]
        faults = tuple(text for source in judged for text in _source_faults(source, now, max_source_age_days))
        undated = (date for source in judged if (date := _undated(source)))
        return faults or next(undated, ())


def _undated(source: UpdateSource) -> Unknown | None:
    """Why nothing is known of a source's age: it may have stopped long ago."""
    dates = (source.valid_until, source.published)
    unread = next((value for value in dates if isinstance(value, Unknown)), None)
    return None if any(map(is_known, dates)) else unread


def _source_faults(source: UpdateSource, now: datetime, max_age_days: int) -> tuple[str, ...]:
    if is_known(source.valid_until):
        end = source.valid_until
        return (f"the data of {source.name} were valid until {end:%Y-%m-%d}",) if end < now else ()
    if is_known(source.published) and (age := (now - source.published).days) > max_age_days:
        return (f"the data of {source.name} date from {source.published:%Y-%m-%d}, {age} days ago",)
    return ()


def _age_fault(refreshed: datetime, now: datetime, max_age_days: int) -> tuple[str, ...]:
    age = (now - refreshed).days
    return (f"update data were last fetched {age} days ago ({refreshed:%Y-%m-%d})",) if age > max_age_days else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart(Fact):
    """Whether installed updates wait for a restart.

    `pending` is unknown when nothing that could tell answered; `asked` names what did answer. `since` is when the
    first mark of it appeared.
    """

    name: ClassVar[str] = "restart"
    title: ClassVar[str] = "pending restart"

    pending: Maybe[bool]
    since: Maybe[datetime]
    reasons: tuple[str, ...]
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel(Fact):
    """The running kernel against the newest one installed of the same flavour.

    `running` and `newest` name release and, where known, package version. `installed` is when the newest one came
    onto the target. `livepatch` says what covers the running kernel, absent when nothing does.
    """

    name: ClassVar[str] = "kernel"
    title: ClassVar[str] = "running kernel"

    running: str
    newest: Maybe[str]
    current: Maybe[bool]
    installed: Maybe[datetime]
    livepatch: Maybe[str]


_PROTECTED = Absent("it believes signatures, whatever the connection")


@dataclass(frozen=True, slots=True, kw_only=True)
class Updater:
    """One mechanism of automatic updating.

    `active`: every link of its chain is on; `broken` names the links that are not. `installs`: it installs security
    updates rather than only fetching or announcing them. `last_completed` is the end of its last run that came to
    an end, absent when its records show none; `last_error` is what that run complained of, absent when nothing.
    `unprotected` is the server that it asks over a connection anybody on the way can rewrite, absent for none.
    `left_out` are the packages, or patterns of their names, that it never installs.
    """

    name: str
    active: Maybe[bool]
    installs: Maybe[bool]
    broken: tuple[str, ...]
    last_completed: Maybe[datetime]
    last_error: Maybe[str]
    central: bool = False
    unprotected: Maybe[str] = _PROTECTED
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoUpdates(Fact):
    """Every mechanism of automatic updating that is installed; empty when there is none.

    `unread` is what might hold another mechanism and could not be read.
    """

    name: ClassVar[str] = "auto_updates"
    title: ClassVar[str] = "automatic updates"

    updaters: tuple[Updater, ...]
    unread: Maybe[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideSoftware(Fact):
    """Software that the system's package provider does not update: stores and folders of third parties.

    `items` are `store: name version`. `held_until` is how long a store's own updating is put off, absent when it is
    not; `held_since` when that began.
    """

    name: ClassVar[str] = "side_software"
    title: ClassVar[str] = "software outside the system's updates"

    items: tuple[str, ...]
    held_until: Maybe[datetime]
    held_since: Maybe[datetime]
    unread: Maybe[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware(Fact):
    """Firmware updates that are known to be pending, as `device: installed -> available`."""

    name: ClassVar[str] = "firmware"
    title: ClassVar[str] = "firmware updates"

    pending: Maybe[tuple[str, ...]]
    refreshed: Maybe[datetime]
