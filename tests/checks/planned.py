"""The checks as the shipped pack has them judge a platform, for tests that judge whole hosts."""

from __future__ import annotations

from typing import Any

from scanner.assess.findings import PlannedCheck
from scanner.catalogue import load_checks
from scanner.engine.selection import Selection
from scanner.inventory.site import Site
from scanner.model import Target
from scanner.profile import load_profile

CHECKS = load_checks()
PROFILE = load_profile("ctpat", checks=CHECKS)


def plan_on(platform: str, **parameters: object) -> tuple[PlannedCheck, ...]:
    """Every check with the pack's thresholds, and those of a site file by its keys (dots written as `__`)."""
    site = Site(name="site", parameters={key.replace("__", "."): value for key, value in parameters.items()})
    return Selection(PROFILE, CHECKS).plan(site, Target(name="host", transport="local"), platform)


def values_on(platform: str, check: str, **parameters: object) -> dict[str, Any]:
    """The values that one check runs with on a platform."""
    return dict(next(one for one in plan_on(platform, **parameters) if one.check.id == check).parameters.values)
