"""Whose a threshold is in the HTML report: as the run recorded it, and never as a later pack would have it."""

from __future__ import annotations

from dataclasses import replace

from scanner.model import Reason, RunResult, Status, TargetState
from scanner.report import render
from tests.report.conftest import Content
from tests.report.page import Page, parse


def shown(result: RunResult, pack: Content) -> Page:
    return parse(render("html", result, *pack).decode())


def of_before(result: RunResult, digest: str = "") -> RunResult:
    """The run as a store of before holds it, that says of no threshold whose it is."""
    run = replace(result.run, profile=replace(result.run.profile, digest=digest)) if digest else result.run
    return replace(result, run=run, findings=tuple(replace(f, parameter_sources={}) for f in result.findings))


def test_a_run_of_another_pack_that_names_nobody_changed_nothing_that_anybody_knows_of(
    result: RunResult, pack: Content
) -> None:
    """What the pack says since is no word of the company's."""
    page = shown(of_before(result, "0" * 64), pack)
    items = [li.text for ul in page.all("ul", "thresholds") for li in ul.all("li")]
    assert "required: 10 Not recorded the run did not record whose it is" in items
    assert not any(word in text for text in items for word in ("Company policy", "criteria pack says", "looser", "CIS"))
    assert "does not record whose each is" in page.id("about").text
    assert "None: every threshold" not in page.id("about").text


def test_a_run_of_before_that_was_judged_by_the_pack_at_hand_tells_what_the_company_changed(
    result: RunResult, pack: Content
) -> None:
    about = shown(of_before(result), pack).id("about").text
    assert "required: 10 Company policy set in the site file; the criteria pack says 14" in about
    assert "Not known of every threshold" not in about


def test_a_run_of_another_pack_that_names_whose_each_is_is_believed(result: RunResult, pack: Content) -> None:
    other = of_before(result, "0" * 64)
    findings = [
        replace(f, parameter_sources=was.parameter_sources)
        if f.check.startswith("password/")
        else replace(f, parameter_sources=dict.fromkeys(f.parameters, "acme-2019"))
        for f, was in zip(other.findings, result.findings, strict=True)
    ]
    page = shown(replace(other, findings=tuple(findings)), pack)
    about = page.id("about").text
    assert "required: 10 Company policy set in the site file" in about
    assert "criteria pack says" not in about and "looser" not in about and "does not record" not in about
    assert "30 Criteria pack acme-2019, as the run's own criteria pack calls it" in page.id("criteria").text


def test_a_number_of_the_site_that_is_the_packs_is_the_companys_and_no_change(result: RunResult, pack: Content) -> None:
    same = tuple(
        replace(f, parameters={**f.parameters, "max_age_days": 14}) if f.check == "patching/security_pending" else f
        for f in result.findings
    )
    page = shown(replace(result, findings=same), pack)
    texts = [li.text for li in page.id("r4.3b").all("li") if li.text.startswith("max age (days): 14 Company policy")]
    assert texts == ["max age (days): 14 Company policy set in the site file"] * len(texts) and texts
    assert "max age (days)" not in page.id("about").text


def test_what_compared_nothing_has_no_numbers_of_this_run(result: RunResult, pack: Content) -> None:
    def without(status: Status, check: str = "password/history") -> list[str]:
        read = {target.name for target in result.targets if target.reached}
        found = (replace(f, status=status) if f.check == check else f for f in result.findings if f.target in read)
        page = shown(replace(result, findings=tuple(found)), pack)
        sections = [one for one in page.all("section", "check") if f"· {check}" in one.text]
        return [li.text.strip() for one in sections for ul in one.all("ul", "thresholds") for li in ul.all("li")]

    assert "required: 5 Scanner default" in without(Status.PASS)
    assert without(Status.NOT_CHECKED) == without(Status.NOT_APPLICABLE) == []


def test_a_host_that_was_not_read_was_compared_with_nothing(result: RunResult, pack: Content) -> None:
    lost = {target.name for target in result.targets if not target.reached}
    found = tuple(
        replace(f, parameters={**f.parameters, "required": 77})
        if f.target in lost and "required" in f.parameters
        else f
        for f in result.findings
    )
    assert lost and "77" not in " ".join(
        li.text for ul in shown(replace(result, findings=found), pack).all("ul", "thresholds") for li in ul.all("li")
    )


def test_what_a_site_set_is_told_where_no_host_was_read(result: RunResult, pack: Content) -> None:
    """The platform of such a host need not be known, and with it what the pack says there."""
    targets = tuple(replace(t, state=TargetState.UNREACHABLE, platform="") for t in result.targets)
    found = tuple(replace(f, status=Status.UNKNOWN, reason=Reason.UNREACHABLE) for f in result.findings)
    page = shown(replace(result, targets=targets, findings=found), pack)
    assert "required: 10 Company policy" in page.id("about").text
    assert "None: every threshold" not in page.id("about").text
