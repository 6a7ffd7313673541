"""The events that show misuse are written down.

Why: what is not recorded cannot be found later, by anybody.
Source: CTPAT MSC 4.5; CIS Windows benchmarks 17 and Microsoft security baselines (advanced audit policy); NIST SP
800-171 r2 3.3.1. Successes and failures are asked for by kind.
"""

from scanner.api import AuditedEvent, AuditLog, Outcome, Severity, check, failed, need, passed, plural, warned

BOTH = ("logons", "checks of passwords", "changes of accounts", "use of removable media")
SUCCESS = (*BOTH, "changes of the audit policy", "started programs")
FAILURE = (*BOTH, "locked accounts")


@check(
    title="Security events are audited",
    severity=Severity.HIGH,
    remediation="Windows: advanced audit policy, subcategories Credential Validation, User Account Management, Logon, "
    "Account Lockout, Process Creation, Audit Policy Change, Removable Storage. Linux: auditd with rules for logins, "
    "accounts, programs.",
)
def audit_policy(log: AuditLog, *, success: tuple[str, ...] = SUCCESS, failure: tuple[str, ...] = FAILURE) -> Outcome:
    """Fail on each kind that is not recorded; pass only when all were read."""
    missing = [
        *(f"{kind}: successes are not recorded" for kind in success if _recorded(log, kind, "success") is False),
        *(f"{kind}: failures are not recorded" for kind in failure if _recorded(log, kind, "failure") is False),
    ]
    expected = "every kind recorded"
    if missing:
        return failed(
            expected=expected, actual=f"{plural(len(missing), 'kind is', 'kinds are')} not recorded", items=missing
        )
    for kind in (*success, *failure):
        need(log.events[AuditedEvent(kind)])
    if need(log.overruled):
        actual = "recorded, but an older policy by category may replace the settings when policies are applied"
        return warned(expected=expected, actual=actual)
    if log.exceptions:
        actual = f"recorded, but events of {', '.join(log.exceptions)} are left out"
        return warned(expected=expected, actual=actual)
    return passed(actual=f"recorded: {', '.join(dict.fromkeys((*success, *failure)))}")


def _recorded(log: AuditLog, kind: str, outcome: str) -> bool | None:
    """Whether one outcome of one kind is recorded; None where nobody knows."""
    audited = log.events[AuditedEvent(kind)]
    return getattr(audited, outcome, None)
