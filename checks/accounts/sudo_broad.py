"""Administrator rights are as narrow as the job, and exceptions are not relied on.

Why: "everything but su" is everything: a copy of the excluded program under another name passes the rule.
Source: sudoers(5), "Limitations of the '!' operator"; NIST SP 800-171 r2 3.1.5.
"""

from scanner.api import (
    GrantScope,
    Outcome,
    PrivilegeGrant,
    Privileges,
    Reason,
    Severity,
    Unknown,
    check,
    failed,
    need,
    passed,
    review,
)


@check(
    title="Administrator rights are no wider than the job",
    severity=Severity.MEDIUM,
    remediation="Replace 'ALL, !command' in sudoers by the list of commands the job needs; keep ALL for named "
    "administrators.",
)
def sudo_broad(privileges: Privileges, *, superuser: str = "root") -> Outcome:
    """Fail on `everything but ...`; ask about every grant of all commands or of one that can start any other."""
    grants = [grant for grant in need(privileges.grants) if grant.holder != superuser]
    undone = [grant.text for grant in grants if _excepting(grant)]
    if undone:
        return failed(
            expected="no grant of everything with exceptions", actual="exceptions that hold nobody back", items=undone
        )
    for place in privileges.elsewhere:
        need(Unknown(Reason.UNSUPPORTED, f"{place} are not read"))
    wide = [f"{grant.text} ({grant.scope})" for grant in grants if grant.scope is not GrantScope.COMMANDS]
    if wide:
        return review(question="Does each of these jobs need rights this wide?", items=wide)
    return passed(actual="all grants name their commands")


def _excepting(grant: PrivilegeGrant) -> bool:
    return bool(grant.exceptions) and grant.scope is GrantScope.EVERYTHING
