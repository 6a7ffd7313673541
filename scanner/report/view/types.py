"""What the HTML report shows, ready to be written down: texts, counts and lengths, no verdict left to make."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.report.view.words import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of a bar. `x` and `width` are percent of the whole."""

    mark: Mark
    count: int
    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stacked bar; `text` says the same in words."""

    segments: tuple[Segment, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A SHA-256, and its first characters."""

    short: str
    full: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """When and how one host was read; `at` is empty for a host that was not."""

    host: str
    anchor: str
    at: str
    how: str
    evidence: tuple[Digest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The same answer of one check, and every host that gave it."""

    mark: Mark
    observed: str
    expected: str
    reason: str
    question: str
    items: tuple[str, ...]
    note: str
    hosts: tuple[Reading, ...]
    total: int
    read: str

    @property
    def listed(self) -> bool:
        """Few enough hosts to be shown with everything about their reading."""
        return len(self.hosts) <= 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One number or list that a check compares with, and who says so.

    `origin` is the mark: company policy, NIST, CIS, scanner default… `limit` is the loosest value that the pack
    lets be green, `looser` says that a value in force is beyond it. `moved`: the company set another than the pack's.
    """

    name: str
    value: str
    origin: str
    source: str
    url: str
    pack: str
    limit: str
    looser: bool
    moved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSection:
    """One check under one requirement: what was seen, against what, and how to mend it."""

    id: str
    title: str
    severity: str
    supports: bool
    mark: Mark
    summary: str
    why: str
    reference: str
    sources: tuple[tuple[str, str, str], ...]
    links: tuple[str, ...]
    remediation: str
    thresholds: tuple[Threshold, ...]
    observations: tuple[Observation, ...]
    origin: str
    shown_at: str = ""
    """The requirement under which the same check stood before; paper shows it in full there alone."""

    @property
    def is_settled(self) -> bool:
        return self.mark.kind in ("pass", "na")

    @property
    def judges_nothing(self) -> bool:
        """True when it was made on no host of the run: it cannot judge their kind, or was not given what it takes."""
        return bool(self.observations) and all(seen.mark.kind == "none" for seen in self.observations)

    @property
    def is_brief(self) -> bool:
        """True when paper shows it in one line."""
        return self.is_settled or bool(self.shown_at)

    @property
    def calls_for_a_fix(self) -> bool:
        return self.mark.kind in ("fail", "warn", "review")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One statement or document that a person has to give."""

    name: str
    ask: str
    why: str
    refresh: str
    source: str
    mark: Mark
    record: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementSection:
    """One requirement with everything that was found about it.

    What could not be seen: `unseen` says what nobody looked at; `unread` and `not_here` name each check that is unknown
    on some host, or was not made there, and why. `unjudged` are those that were made on no host of the run.
    """

    anchor: str
    key: str
    title: str
    text: str
    level: str
    audience: str
    mark: Mark
    reason: str
    technical: Mark | None
    people: Mark | None
    evidences: str
    beyond: str
    condition: str
    hosts: Bar | None
    open: tuple[CheckSection, ...]
    settled: tuple[CheckSection, ...]
    unjudged: tuple[CheckSection, ...]
    unseen: tuple[str, ...]
    unread: tuple[tuple[str, str], ...]
    not_here: tuple[tuple[str, str], ...]
    slots: tuple[Slot, ...]
    records: tuple[tuple[tuple[str, str], ...], ...]
    waivers: tuple[tuple[tuple[str, str], ...], ...]
    crosswalk: tuple[tuple[str, str], ...]

    @property
    def paper(self) -> bool:
        """True when only people can prove it."""
        return self.technical is None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSection:
    """One planned target, reached or not."""

    anchor: str
    name: str
    address: str
    role: str
    tags: str
    os: str
    hardware: str
    mark: Mark
    reason: str
    at: str
    how: str
    pace: str
    identity: str
    unread: tuple[str, ...]
    notes: tuple[str, ...]
    counts: Bar
    checks: tuple[tuple[str, Mark, str], ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One remediation and the gaps it takes part in; a gap is one requirement on one host."""

    rank: int
    check: str
    title: str
    severity: str
    remediation: str
    hosts: tuple[tuple[str, str], ...]
    requirements: tuple[tuple[str, str, int], ...]
    must: int
    should: int
    alone: int
    bar: Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixes:
    """The fixes that close most gaps: `best` of all `known` ones, and the number of all gaps."""

    best: tuple[Fix, ...]
    gaps: int
    known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GridColumn:
    key: str
    anchor: str
    title: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    host: str
    anchor: str
    cells: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Requirements by hosts; `left_out` are requirements without an automated check."""

    columns: tuple[GridColumn, ...]
    rows: tuple[GridRow, ...]
    legend: tuple[tuple[Mark, int], ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blind:
    """Something that was not seen, why, and where: `hosts` are names with their anchors, none for all hosts."""

    what: str
    why: str
    hosts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotChecked:
    """The page on what this report does not know."""

    unreached: tuple[Blind, ...]
    unreadable: tuple[Blind, ...]
    not_here: tuple[Blind, ...]
    left_out: tuple[Blind, ...]
    parts: tuple[tuple[str, str, str, str], ...]
    without_check: tuple[tuple[str, str, str], ...]
    paper: tuple[RequirementSection, ...]
    owed: tuple[RequirementSection, ...]
    excluded: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How the requirements of one level stand."""

    level: str
    applies: int
    met: int
    bar: Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Denominator:
    """Planned, reached, read without a gap: stands on every page."""

    planned: int
    reached: int
    readable: int
    bar: Bar

    @property
    def text(self) -> str:
        hosts = "host" if self.planned == 1 else "hosts"
        return f"{self.planned} {hosts} planned, {self.reached} reached, {self.readable} read without a gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole report. `unrecorded`: the run does not tell of every threshold whose it is."""

    title: str
    site: str
    head: tuple[tuple[str, str], ...]
    identity: tuple[tuple[str, str], ...]
    notices: tuple[str, ...]
    coverage: Denominator
    lost: tuple[Blind, ...]
    partly: int
    tallies: tuple[Tally, ...]
    requirements: tuple[RequirementSection, ...]
    others: tuple[CheckSection, ...]
    fixes: Fixes
    grid: Grid
    hosts: tuple[HostSection, ...]
    not_checked: NotChecked
    changed: tuple[tuple[str, tuple[Threshold, ...]], ...]
    unrecorded: bool
    sources: tuple[tuple[str, str, str], ...]
    run: str
    pack: str
