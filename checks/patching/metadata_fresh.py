"""The lists of available updates are fresh.

Why: a host that has not asked for weeks finds nothing to install and looks up to date.
Source: apt: Date and Valid-Until of the security source's InRelease, update stamps; dnf, zypper, apk, pacman: when
their repository data were fetched. The time of change of an InRelease file is the server's and is not used.
"""

from scanner.api import Collection, Outcome, PatchLevel, Severity, check, failed, need, passed


@check(
    title="The lists of available updates are fresh",
    severity=Severity.HIGH,
    remediation="Let the host fetch its update lists daily, and check that it reaches its update sources.",
)
def metadata_fresh(
    level: PatchLevel, collection: Collection, *, max_age_days: int = 7, max_source_age_days: int = 30
) -> Outcome:
    """Fail without lists, with expired ones, with ones fetched too long ago, or from a mirror that stopped."""
    now = collection.collected_at
    faults = need(level.metadata_faults(now, max_age_days=max_age_days, max_source_age_days=max_source_age_days))
    if faults:
        expected = f"valid update data, fetched within {max_age_days} days"
        return failed(expected=expected, actual=f"{level.manager}: {faults[0]}", items=faults)
    refreshed = need(level.refreshed)
    return passed(actual=f"{level.manager}: update data fetched {refreshed:%Y-%m-%d} or later")
