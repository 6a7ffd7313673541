"""File sharing demands signatures, so that nobody in between can change or relay it.

Why: an unsigned connection can be passed on to another machine, where the intruder is then let in as the user.
Source: CIS Windows benchmarks 2.3.8.1 and 2.3.9.2; Microsoft security baselines. What a host does not set follows the
default of its build.
"""

from scanner.api import (
    Collection,
    FileSharing,
    Outcome,
    Reason,
    Severity,
    check,
    failed,
    need,
    outdated,
    passed,
    unknown,
)


@check(
    title="SMB signing is required",
    severity=Severity.MEDIUM,
    remediation='Windows: security options "Microsoft network server" and "Microsoft network client: Digitally sign '
    'communications (always)". Linux: `server signing = mandatory` in smb.conf.',
)
def smb_signing(sharing: FileSharing, collection: Collection, *, max_table_age_days: int = 365) -> Outcome:
    """Pass when both sides refuse unsigned connections; a server that encrypts everything needs no signatures."""
    serves = True if sharing.encrypted is True else sharing.server_signing_required
    sides = {"server": serves, "client": sharing.client_signing_required}
    off = [f"not required as {side}" for side, value in sides.items() if value is False]
    if off:
        return failed(expected="signing required as server and as client", actual="; ".join(off), items=off)
    for value in sides.values():
        need(value)
    stale = outdated("the table of defaults", sharing.defaults_date, collection.collected_at, max_table_age_days)
    if stale and sharing.by_default:
        return unknown(Reason.STALE, stale)
    default = f" (by default as {' and '.join(sharing.by_default)})" if sharing.by_default else ""
    return passed(actual=f"signing is required as server and as client{default}")
