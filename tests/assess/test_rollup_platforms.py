"""What no check reads on one platform keeps a requirement from green where the run has, or may have, that platform."""

from __future__ import annotations

from dataclasses import replace

from scanner.assess.rollup import Rollup
from scanner.model import Assessment, State, TargetResult, TargetState
from scanner.profile import Uncovered
from tests.assess.test_rollup import DAY, GOOD, NA, findings, profile, requirement, target

ON_LINUX = Uncovered("malware protection", "linux")


def on(*targets: TargetResult, planned: int | None = None) -> Assessment:
    """A requirement of which a part is read on no Linux host, over targets on which its checks pass."""
    rollup = Rollup(profile(requirement(not_covered=(ON_LINUX,))), on=DAY, planned=planned or len(targets))
    for each in targets:
        rollup.add(each, findings(**GOOD) if each.reached else ())
    (assessment,) = rollup.assessments()
    return assessment


WINDOWS = replace(target("w"), platform="windows", transport="winrms")
LOST = replace(target("l", TargetState.UNREACHABLE), platform="")


def test_what_is_missing_on_one_platform_is_said_where_the_run_has_it() -> None:
    alone = on(WINDOWS, replace(WINDOWS, name="v"))
    assert alone.state is State.EVIDENCED and alone.reason == "of 2 targets, 2 meeting it" and not alone.reasons
    mixed = on(WINDOWS, target(), WINDOWS)
    assert mixed.state is State.PARTLY_EVIDENCED
    assert mixed.reasons == (("no automated check yet: malware protection on Linux hosts", 1),)
    assert mixed.reason.endswith("; no automated check yet for malware protection on Linux hosts")


def test_a_target_that_was_not_read_may_be_of_any_platform() -> None:
    """Unless nothing else could answer over its transport."""
    said = "no automated check yet: malware protection on Linux hosts"
    assert (said, 1) in on(WINDOWS, LOST).reasons
    assert (said, 1) in on(WINDOWS, planned=2).reasons
    assert said not in dict(on(WINDOWS, replace(LOST, transport="winrms")).reasons)


def test_without_an_object_a_part_of_another_platform_still_makes_no_green() -> None:
    rollup = Rollup(profile(requirement(not_covered=(ON_LINUX,))), on=DAY, planned=1)
    rollup.add(replace(target(), platform="directory", transport="ldaps"), findings(a=NA, b=NA))
    assert rollup.assessments()[0].state is State.NOT_ASSESSED
