"""The report's vocabulary: one mark per state, one phrase per code, each with a shape beside its colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.model import Level, Privilege, Reason, Severity, State, Status, TargetState
from scanner.profile.model import Audience, Source


@dataclass(frozen=True, slots=True)
class Mark:
    """A state as people see it. `kind` names its colour and its shape in the style sheet and the icon set."""

    kind: str
    label: str


STATUSES: Mapping[Status, Mark] = {
    Status.FAIL: Mark("fail", "not met"),
    Status.UNKNOWN: Mark("unknown", "unknown"),
    Status.REVIEW: Mark("review", "to be confirmed"),
    Status.WARN: Mark("warn", "met with a warning"),
    Status.NOT_CHECKED: Mark("none", "not checked"),
    Status.PASS: Mark("pass", "met"),
    Status.NOT_APPLICABLE: Mark("na", "nothing to check"),
}
"""Worst first: the order of observations."""
STATUS_ORDER = tuple(STATUSES)

STATES: Mapping[State, Mark] = {
    State.GAP: Mark("fail", State.GAP.value),
    State.ATTESTATION_EXPIRED: Mark("fail", State.ATTESTATION_EXPIRED.value),
    State.NOT_ASSESSED: Mark("unknown", State.NOT_ASSESSED.value),
    State.ATTESTATION_MISSING: Mark("paper", State.ATTESTATION_MISSING.value),
    State.PARTLY_EVIDENCED: Mark("warn", State.PARTLY_EVIDENCED.value),
    State.DOCUMENT_ON_FILE: Mark("pass", State.DOCUMENT_ON_FILE.value),
    State.EVIDENCED: Mark("pass", State.EVIDENCED.value),
    State.NOT_APPLICABLE: Mark("na", State.NOT_APPLICABLE.value),
}
"""Weakest first: the order of the bars."""

TARGETS: Mapping[TargetState, Mark] = {
    TargetState.READ: Mark("pass", "read without a gap"),
    TargetState.PARTLY_READ: Mark("unknown", "partly read"),
    TargetState.UNREACHABLE: Mark("lost", "not reached"),
    TargetState.LOGIN_FAILED: Mark("lost", "login refused"),
    TargetState.FAILED: Mark("lost", "not collected"),
    TargetState.CANCELLED: Mark("lost", "not finished: the run was interrupted"),
}

CELLS: Mapping[str, Mark] = {
    "fail": Mark("fail", "not met"),
    "unknown": Mark("unknown", "unknown: something could not be read"),
    "lost": Mark("lost", "unknown: host not reached"),
    "none": Mark("none", "undecided: no check settles it"),
    "review": Mark("review", "to be confirmed by a person"),
    "warn": Mark("warn", "met with warnings"),
    "pass": Mark("pass", "met"),
    "na": Mark("na", "nothing to check"),
}

REASONS: Mapping[Reason, str] = {
    Reason.DENIED: "the scan account may not read it",
    Reason.TIMEOUT: "no answer within the time limit",
    Reason.TRUNCATED: "the answer was larger than the limit",
    Reason.UNREACHABLE: "the host could not be reached",
    Reason.LOGIN: "the login failed",
    Reason.MISSING_TOOL: "a program it needs is not installed",
    Reason.UNSUPPORTED: "this kind of system is not supported",
    Reason.UNREADABLE: "what was read could not be understood",
    Reason.STALE: "what was read is too old",
    Reason.NO_EVIDENCE: "no proof was found",
    Reason.CANCELLED: "the scan was interrupted",
    Reason.FAULT: "the check itself failed",
}

LEVELS: Mapping[Level, str] = {Level.MUST: "Must", Level.SHOULD: "Should"}
AUDIENCES: Mapping[Audience, str] = {
    Audience.MANAGEMENT: "Management",
    Audience.IT: "IT",
    Audience.BOTH: "Management and IT",
}
TRANSPORTS: Mapping[str, str] = {
    "ssh": "over SSH",
    "winrm": "over WinRM",
    "winrms": "over WinRM with TLS",
    "psrp": "over PowerShell remoting",
    "ldaps": "over LDAP with TLS",
    "local": "on the host itself",
    "replay": "from a recording",
}
RIGHTS: Mapping[Privilege, str] = {
    Privilege.ROOT: "administrator rights",
    Privilege.GRANTS: "administrator rights for single commands",
    Privilege.USER: "ordinary rights (not administrator)",
}
SEVERITIES: Mapping[Severity, int] = {
    Severity.CRITICAL: 0,
    Severity.HIGH: 1,
    Severity.MEDIUM: 2,
    Severity.LOW: 3,
}
CROSSWALK: tuple[tuple[str, str], ...] = (
    ("csf", "NIST CSF 2.0"),
    ("r2", "NIST SP 800-171 Rev. 2"),
    ("r3", "NIST SP 800-171 Rev. 3"),
    ("cis", "CIS Controls v8.1"),
    ("iso", "ISO/IEC 27001:2022"),
)
COMPANY = "Company policy"
SCANNER = "Scanner default"
UNRECORDED = "Not recorded"

_PUBLISHERS = ("NIST", "CISA", "CIS", "CTPAT")
_KINDS: Mapping[str, str] = {
    "criteria": "Criteria",
    "guidance": "Guidance",
    "standard": "Standard",
    "benchmark": "Benchmark",
    "vendor": "Vendor",
    "customer": "Customer's list",
    "pack": "Criteria pack",
    "scanner": SCANNER,
}


def origin_of(source: Source | None) -> str:
    """The one word that tells how much weight a threshold carries: NIST, CIS, scanner default…"""
    if source is None or source.kind == "scanner":
        return SCANNER
    first = source.title.split(" ", 1)[0]
    return first if first in _PUBLISHERS else _KINDS.get(source.kind, source.kind)


def days(count: int) -> str:
    """A refresh interval as people say it."""
    whole = {7: "every week", 30: "every month", 31: "every month", 90: "every 90 days", 365: "every year"}
    return whole.get(count, f"every {count} days")


def parameter_name(name: str) -> str:
    """A parameter in words: `max_age_days` is `max age (days)`."""
    *rest, last = name.split("_")
    unit = {"days": "days", "s": "seconds", "bits": "bits"}.get(last)
    return f"{' '.join(rest)} ({unit})" if unit and rest else " ".join((*rest, last))
