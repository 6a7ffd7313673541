"""Everything a check may import, in one place.

A check imports this module and the pure standard library (`re`, `ipaddress`, `datetime`), nothing else.
"""

from scanner.check import check, exempted, failed, not_applicable, passed, review, unknown, warned
from scanner.facts import *  # noqa: F403 - the fact types are the vocabulary of checks
from scanner.facts import __all__ as _facts
from scanner.judging import (
    LockoutRules,
    Locks,
    is_workstation,
    no_account_weakened,
    outdated,
    outer_hosts_firewall,
    password_ages,
    refused_by_default,
)
from scanner.model import (
    Absent,
    Maybe,
    Outcome,
    Privilege,
    Reason,
    Severity,
    Status,
    Unknown,
    is_known,
    need,
    need_or,
)
from scanner.text import plural

__all__ = [
    "Absent",
    "LockoutRules",
    "Locks",
    "Maybe",
    "Outcome",
    "Privilege",
    "Reason",
    "Severity",
    "Status",
    "Unknown",
    "check",
    "exempted",
    "failed",
    "is_known",
    "is_workstation",
    "need",
    "need_or",
    "no_account_weakened",
    "not_applicable",
    "outdated",
    "outer_hosts_firewall",
    "passed",
    "password_ages",
    "plural",
    "refused_by_default",
    "review",
    "unknown",
    "warned",
    *_facts,
]
