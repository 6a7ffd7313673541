"""No rule keeps security updates from being installed.

Why: a package that was pinned once for a reason stays pinned after the reason is gone, holes included.
Source: apt-mark(8) showhold and apt_preferences(5); dnf versionlock and exclude; zypper locks; pacman IgnorePkg;
Windows Update's deferral and pause.
"""

from scanner.api import Hold, Outcome, PatchLevel, Severity, check, failed, need, passed, review

NEEDED = "Is each of these holds still needed, and who owns it?"
APPROVED = "Does the company's server of updates approve security updates in time, and who sees to it?"


@check(
    title="No security update is held back",
    severity=Severity.HIGH,
    remediation="Remove the hold, or write down why it is needed, who owns it and until when.",
)
def held(level: PatchLevel) -> Outcome:
    """Fail on a hold that keeps back a security update; other holds are for a person to judge."""
    if level.blocked:
        items = [f"{hold.name} {hold.available} ({hold.by})".replace("  ", " ") for hold in level.blocked]
        return failed(expected="no security update held back", actual=f"{len(items)} held back", items=items)
    holds = need(level.holds)
    if holds:
        return review(question=_question(holds), items=[f"{hold.name} ({hold.by})" for hold in holds])
    phased = f"{len(level.phased)} updates are deferred by the vendor's phasing" if level.phased else ""
    return passed(actual="no package is held back", note=phased)


def _question(holds: tuple[Hold, ...]) -> str:
    """A server that approves updates is no hold that anybody could lift."""
    asked = {APPROVED if hold.by_approval else NEEDED for hold in holds}
    return " ".join(question for question in (NEEDED, APPROVED) if question in asked)
