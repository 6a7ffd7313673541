"""The words of the product as types: values that may be unknown, outcomes, findings, results of a run.

Nothing here touches the outside world, and nothing here knows a platform. `style.md` and `docs/decisions`
give the meaning of each word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeAlias, TypeGuard, TypeVar, Union

from scanner.errors import FactAbsent, FactUnavailable

T = TypeVar("T")


# --- Values that may be missing --------------------------------------------------------------------------


class Reason(StrEnum):
    """Why nobody can tell."""

    DENIED = "denied"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    UNREACHABLE = "unreachable"
    LOGIN = "login"
    MISSING_TOOL = "missing_tool"
    UNSUPPORTED = "unsupported"
    UNREADABLE = "unreadable"
    STALE = "stale"
    NO_EVIDENCE = "no_evidence"
    CANCELLED = "cancelled"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Absent:
    """Proved not to exist on this target; `reason` is one clause a reader understands."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Could not be read; never a pass, never a fail, always counted.

    `detail` names what could not be read, why, and (where there is one) what would make it readable.
    """

    code: Reason
    detail: str


Maybe: TypeAlias = Union[T, Absent, Unknown]  # noqa: UP007 - a generic alias needs Union on 3.11
"""A field of a fact: a value, proved absent, or unknown. Three different answers."""


def is_known(value: T | Absent | Unknown) -> TypeGuard[T]:
    """True when there is a value; narrows the type."""
    return not isinstance(value, Absent | Unknown)


def need(value: T | Absent | Unknown) -> T:
    """The value; otherwise the check ends here, not applicable (`Absent`) or unknown (`Unknown`)."""
    if isinstance(value, Unknown):
        raise FactUnavailable(value)
    if isinstance(value, Absent):
        raise FactAbsent(value)
    return value


def need_or(value: T | Absent | Unknown, default: T) -> T:
    """The value, `default` where it is proved absent; otherwise the check ends here as unknown."""
    return default if isinstance(value, Absent) else need(value)


# --- Platforms -------------------------------------------------------------------------------------------


PLATFORMS: Mapping[str, tuple[str, ...]] = {
    "linux": ("linux",),
    "windows": ("windows",),
    "directory": ("directory", "windows"),
}
"""The platforms of targets; each with those whose thresholds hold for it, its own first.

A domain is judged by what is said of Windows, whose sources speak of both, unless something is said of it alone.
"""


# --- What checks say -------------------------------------------------------------------------------------


class Severity(StrEnum):
    """How much a failure matters to the host, from the check's author."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Status(StrEnum):
    """The result of one check on one target."""

    PASS = "pass"  # noqa: S105 - a status, no secret
    WARN = "warn"
    FAIL = "fail"
    REVIEW = "review"
    NOT_APPLICABLE = "notapplicable"
    UNKNOWN = "unknown"
    NOT_CHECKED = "notchecked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a check returns. Text is plain, for people; `items` is the list a person has to judge.

    `tolerances` are the names of the parameters that made a warning of a failure; whose they are is added to the note.
    """

    status: Status
    actual: str = ""
    expected: str = ""
    reason: Reason | None = None
    note: str = ""
    question: str = ""
    items: tuple[str, ...] = ()
    tolerances: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check on one target: exactly one, whatever happened.

    `evidence` holds the SHA-256 of each section of raw output that the check's facts were read from.
    `parameters` are the values that were in force, `parameter_sources` says whose each is: a source of the criteria
    pack by its key, `site file`, or `check default`. `source` is `built-in`, a distribution or a folder.
    """

    check: str
    version: int
    target: str
    status: Status
    expected: str = ""
    actual: str = ""
    reason: Reason | None = None
    detail: str = ""
    note: str = ""
    question: str = ""
    items: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    parameter_sources: Mapping[str, str] = field(default_factory=dict)
    source: str = "built-in"


# --- What requirements say -------------------------------------------------------------------------------


class Level(StrEnum):
    """The standard's own words: a Should that is not met is a recommendation, never a violation."""

    MUST = "must"
    SHOULD = "should"


class Verdict(StrEnum):
    """One requirement on one target: the technical half."""

    SATISFIED = "satisfied"
    SATISFIED_WITH_WARNINGS = "satisfied with warnings"
    NOT_SATISFIED = "not satisfied"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not applicable"


class State(StrEnum):
    """One requirement for one site."""

    EVIDENCED = "evidenced"
    PARTLY_EVIDENCED = "partly evidenced"
    GAP = "gap"
    DOCUMENT_ON_FILE = "document on file"
    ATTESTATION_EXPIRED = "attestation expired"
    ATTESTATION_MISSING = "attestation missing"
    NOT_ASSESSED = "not assessed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What an assessment was counted from, each sum with its parts; every verdict and status is named, also with 0.

    `targets` is the planned targets that a requirement was judged on, none where it does not apply or no check judges
    it; `verdicts` adds up to it. `findings` is one for each check of the requirement on each of them, with
    `notchecked` for a target that was never collected; `statuses` adds up to it.
    """

    targets: int
    verdicts: Mapping[Verdict, int]
    findings: int
    statuses: Mapping[Status, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One requirement for one site in one run.

    `technical` and `people` are the two halves, None where the requirement has no such half; `state` is the
    weaker of the two. `targets` counts verdicts, `findings` counts statuses, both by their text.
    `reasons` are the worst ones first, each with the number of targets it holds for.
    """

    requirement: str
    criterion: str
    level: Level
    state: State
    reason: str
    technical: State | None
    people: State | None
    targets: Mapping[Verdict, int] = field(default_factory=dict)
    findings: Mapping[Status, int] = field(default_factory=dict)
    reasons: tuple[tuple[str, int], ...] = ()
    attestations: tuple[Mapping[str, Any], ...] = ()
    waivers: tuple[Mapping[str, Any], ...] = ()

    @property
    def counts(self) -> Counts:
        """The denominators beside `targets` and `findings`, for who reads the run document without our types."""
        return Counts(
            targets=sum(self.targets.values()),
            verdicts={verdict: self.targets.get(verdict, 0) for verdict in Verdict},
            findings=sum(self.findings.values()),
            statuses={status: self.findings.get(status, 0) for status in Status},
        )


# --- Targets and runs ------------------------------------------------------------------------------------


class Privilege(StrEnum):
    """What the collection could do on the target."""

    ROOT = "root"
    GRANTS = "grants"
    USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One machine to assess, and the *name* of the credential that opens it.

    `address` is a host name or an address literal without brackets, or the folder of a `replay:` target;
    empty for `local:`. `host_key` pins the SSH host key as `SHA256:…`. `jump` lists the jump hosts in the
    order they are passed. `certificate` pins the one TLS certificate to accept as `SHA256:` and hexadecimal digits;
    `ca` is a file with the authorities to trust instead of the system's. `host_key_alias` is the name to look up in
    `known_hosts` instead of the address. `identity_files`, `certificate_files` and `identities_only` are what
    ssh_config(5) says of the keys for this host; a credential that names a key or a password goes before them.
    `identity_agent` is where it says the agent listens, for every login that asks one: a path, `none`, `$VARIABLE`.
    `platform` is what the site says that it is, where the peer would not show it by itself. `backup_status` is the file
    on it that its backups write. `origin` says which file and line, or which option, named this target.
    """

    name: str
    transport: str
    address: str = ""
    port: int | None = None
    user: str | None = None
    credential: str | None = None
    role: str | None = None
    tags: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    host_key: str | None = None
    certificate: str | None = None
    ca: str | None = None
    jump: tuple[Target, ...] = ()
    known_hosts: tuple[str, ...] = ()
    identity_files: tuple[str, ...] = ()
    certificate_files: tuple[str, ...] = ()
    identities_only: bool = False
    identity_agent: str | None = None
    host_key_alias: str | None = None
    platform: str | None = None
    backup_status: str | None = None
    origin: str = ""


class TargetState(StrEnum):
    """What became of one target in one run."""

    READ = "read"
    PARTLY_READ = "partly read"
    UNREACHABLE = "unreachable"
    LOGIN_FAILED = "login failed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetResult:
    """One line of the denominator: what was planned, and what became of it.

    `hardware` is one line of an inventory of equipment: maker, model, serial number, memory, disks.
    """

    name: str
    address: str
    transport: str
    platform: str
    os: str
    state: TargetState
    reason: Reason | None = None
    detail: str = ""
    role: str | None = None
    tags: tuple[str, ...] = ()
    account: str = ""
    privilege: Privilege | None = None
    collected_at: datetime | None = None
    duration_s: float = 0.0
    round_trips: int = 0
    host_key: str = ""
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    hardware: str = ""

    @property
    def reached(self) -> bool:
        return self.state in (TargetState.READ, TargetState.PARTLY_READ)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The denominator of every page: targets planned, reached, and read without a gap."""

    planned: int
    reached: int
    readable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRef:
    """Which criteria pack was applied, and exactly which bytes of it."""

    name: str
    edition: str
    digest: str
    effective_from: str = ""
    overlays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicability:
    """The answer to a yes/no question of a conditional requirement, with the reason a `no` needs."""

    applies: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordUsed:
    """A record of the site that a run was judged with, such as its leavers list.

    `sha256` names its bytes, `entries` is how many things they list. `id` is empty, and nobody handed it in, where the
    bytes were only tried in one assessment. `valid_until` is the last day, None for no end.
    """

    kind: str
    id: str
    sha256: str
    by: str
    recorded: datetime | None
    valid_until: date | None
    entries: int

    def holds_on(self, day: date) -> bool:
        """Whether the record may still be relied on that day."""
        return self.valid_until is None or day <= self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """One execution."""

    id: str
    site: str
    company: str
    entities: tuple[str, ...]
    started: datetime
    finished: datetime | None
    scanner: str
    profile: ProfileRef
    partial: bool = False
    previous: str | None = None
    digest: str | None = None
    anniversary: str = ""  # MM-DD, empty where the site file names none
    applicability: Mapping[str, Applicability] = field(default_factory=dict)  # the site's answers, by question
    records: tuple[RecordUsed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """Everything a report may show of one run; the run document is its rendering."""

    run: RunInfo
    coverage: Coverage
    targets: tuple[TargetResult, ...]
    findings: tuple[Finding, ...]
    assessments: tuple[Assessment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What one collection brought back, before anybody understands it; the unit of evidence.

    `stdout` is the framed output of the script with secrets redacted and nothing else changed. `error` says
    why the collection ended early, None where it ran to its end. `host_key` says how the peer was known: the
    fingerprint of its SSH host key, its certificate, or what sealed the messages; empty where it is this machine.
    """

    target: str
    platform: str
    nonce: str
    stdout: bytes
    collected_at: datetime
    account: str
    privilege: Privilege
    script_sha256: str
    stderr: bytes = b""
    error: tuple[Reason, str] | None = None
    host_key: str = ""
    duration_s: float = 0.0
    round_trips: int = 0
    notes: tuple[str, ...] = ()
