"""The HTML report: complete in itself, honest about what it does not know, safe against what targets say."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from scanner.model import Coverage, Finding, Level, Reason, RunResult, State, Status, TargetResult, TargetState, Verdict
from scanner.report import render
from scanner.report.view.words import STATES
from tests.report.conftest import Content
from tests.report.page import Node, Page, parse
from tests.report.sample import sample

LOADING = {"src", "srcset", "data", "poster", "action", "formaction", "background", "ping", "manifest", "xlink:href"}


def shown(result: RunResult, pack: Content) -> Page:
    return parse(render("html", result, *pack).decode())


def with_findings(result: RunResult, **changes: Any) -> RunResult:
    """The run with every finding that is not a pass changed."""
    changed = (replace(f, **changes) if f.status is Status.FAIL else f for f in result.findings)
    return replace(result, findings=tuple(changed))


# --- One file, and nothing else ------------------------------------------------------------------------------


def test_asks_nobody_for_anything(page: Page, html: str) -> None:
    tags = {node.tag for node in page.walk()}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base", "audio", "video"}
    for node in page.walk():
        assert not LOADING & node.attributes.keys(), node
        assert "style" not in node.attributes and not any(name.startswith("on") for name in node.attributes), node
        if node.tag == "use":
            assert node.attributes["href"].startswith("#")
    assert "@import" not in html and not re.search(r"url\((?!#)", html)


def test_links_lead_into_the_page_or_openly_out(page: Page) -> None:
    ids = [node.attributes["id"] for node in page.walk() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    outside = 0
    for link in page.all("a"):
        href = link.attributes["href"]
        if href.startswith("#"):
            assert href[1:] in ids, href
        else:
            outside += 1
            assert href.startswith("https://") and "noreferrer" in link.attributes["rel"]
    assert outside


def test_policy_names_the_one_style_sheet(page: Page) -> None:
    (policy,) = [m.attributes["content"] for m in page.all("meta") if "http-equiv" in m.attributes]
    (style,) = page.all("style")
    css = "".join(part for part in style.parts if isinstance(part, str))
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_the_same_run_gives_the_same_bytes(pack: Content) -> None:
    assert render("html", sample(*pack), *pack) == render("html", sample(*pack), *pack)


# --- What targets say ----------------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script>{{ 7*7 }}{% raw %}\"'><img src=x onerror=1>\x1b[31m\u202egnp.exe\u200b</style>"


def test_hostile_text_stays_text(result: RunResult, pack: Content) -> None:
    texts = {"actual": HOSTILE, "expected": HOSTILE, "note": HOSTILE, "question": HOSTILE, "items": (HOSTILE,)}
    targets = tuple(
        replace(t, name=t.name, os=HOSTILE, account=HOSTILE, detail=HOSTILE, notes=(HOSTILE,), unread=(HOSTILE,))
        for t in result.targets
    )
    evil = replace(
        with_findings(result, **texts), targets=targets, run=replace(result.run, company=HOSTILE, site=HOSTILE)
    )
    html = render("html", evil, *pack).decode()
    page = parse(html)
    assert not page.all("script") and not page.all("img") and len(page.all("style")) == 1
    assert "49" not in page.all("h1")[0].text and "{{ 7*7 }}" in page.all("h1")[0].text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", html)
    assert "<script>alert(1)</script>" in page.id("criteria").text


def test_hostile_names_of_hosts_break_no_link(result: RunResult, pack: Content) -> None:
    name = 'x"><b>\u202e javascript:alert(1)'
    targets = tuple(replace(t, name=name) if i == 0 else t for i, t in enumerate(result.targets))
    old = result.targets[0].name
    findings = tuple(replace(f, target=name) if f.target == old else f for f in result.findings)
    page = shown(replace(result, targets=targets, findings=findings), pack)
    assert all(re.fullmatch(r"#[\w.-]+|https://.*", a.attributes["href"]) for a in page.all("a"))


def test_addresses_that_are_not_web_pages_are_no_links(result: RunResult, pack: Content) -> None:
    profile, checks = pack
    sources = {key: replace(source, url="javascript:alert(1)") for key, source in profile.sources.items()}
    page = shown(result, (replace(profile, sources=sources), checks))
    assert not [a for a in page.all("a") if "javascript" in a.attributes["href"]]
    assert "javascript:alert(1)" in page.id("about").text


# --- Nothing planned is missing ------------------------------------------------------------------------------


def test_every_planned_host_stands_in_coverage_grid_and_hosts(page: Page, result: RunResult) -> None:
    rows = {row.all("th")[0].text.strip() for row in page.id("grid").all("tbody")[0].all("tr")}
    cards = {card.all("span", "name")[0].text.strip() for card in page.id("hosts").all("details", "hostcard")}
    names = {target.name for target in result.targets}
    assert rows == cards == names
    away = [target for target in result.targets if not target.reached]
    assert away
    for target in away:
        for section in ("coverage", "hosts", "unchecked"):
            assert target.name in page.id(section).text and target.detail in page.id(section).text


def test_a_host_shows_its_hardware(page: Page, result: RunResult) -> None:
    cards = {card.all("span", "name")[0].text.strip(): card for card in page.id("hosts").all("details", "hostcard")}
    read = [target for target in result.targets if target.hardware]
    assert read
    for target in read:
        assert target.hardware in cards[target.name].text


def test_every_requirement_stands_with_its_state_level_and_audience(
    page: Page, result: RunResult, pack: Content
) -> None:
    rows = page.id("result").all("table", "overview")[0].all("tbody")[0].all("tr")
    assert len(rows) == len(result.assessments) == len(page.id("criteria").all("article"))
    for row, assessment in zip(rows, result.assessments, strict=True):
        article = page.id(f"r{assessment.requirement}")
        for place in (row, article):
            assert STATES[assessment.state].label in place.all("span", "badge")[0].text
            assert assessment.level.value.title() in place.text
        assert f"Evidence for criterion {assessment.requirement}" in article.text
        requirement = pack[0].requirements[assessment.requirement]
        assert requirement.text.strip() in article.text
        for part in requirement.not_covered if assessment.state is not State.NOT_APPLICABLE else ():
            assert str(part) in article.text and str(part) in page.id("unchecked").text


def test_a_site_of_windows_hosts_reads_nothing_of_what_linux_hosts_lack(result: RunResult, pack: Content) -> None:
    targets = tuple(replace(target, platform="windows", transport="winrms") for target in result.targets)
    page = parse(render("html", replace(result, targets=targets), *pack).decode())
    lines = [item.text for item in page.id("criteria").all("li") if "No automated check yet" in item.text]
    assert lines and not [text for text in (page.id("unchecked").text, *lines) if "on Linux hosts" in text]
    assert "VPN configuration" in page.id("unchecked").text, "what is read nowhere stays"


def test_cells_count_what_the_assessments_count(page: Page, result: RunResult) -> None:
    kinds = {
        Verdict.NOT_SATISFIED: {"fail"},
        Verdict.SATISFIED: {"pass"},
        Verdict.SATISFIED_WITH_WARNINGS: {"warn"},
        Verdict.UNDETERMINED: {"unknown", "lost", "none", "review"},
    }
    table = page.id("grid").all("table", "grid")[0]
    keys = [th.text.strip() for th in table.all("thead")[0].all("th")][1:]
    rows = [row.all("td") for row in table.all("tbody")[0].all("tr")]
    checked = 0
    for column, key in enumerate(keys):
        (assessment,) = [a for a in result.assessments if a.requirement == key]
        cells = Counter(row[column].all("span", "cell")[0].classes[1] for row in rows)
        for verdict, meant in kinds.items():
            assert sum(cells[kind] for kind in meant) == assessment.targets.get(verdict, 0), (key, verdict)
        checked += assessment.state is not State.NOT_APPLICABLE
    assert checked > 5


def test_cells_say_their_state_in_words_too(page: Page) -> None:
    cells = page.id("grid").all("table", "grid")[0].all("span", "cell")
    words = {(cell.classes[1], cell.all("span", "vh")[0].text) for cell in cells}
    assert len({text for _, text in words}) == len({kind for kind, _ in words}) >= 5
    assert all(cell.all("svg")[0].attributes["aria-hidden"] == "true" for cell in cells)


def test_every_page_shows_the_denominator(page: Page, result: RunResult) -> None:
    c = result.coverage
    text = f"{c.planned} hosts planned, {c.reached} reached, {c.readable} read without a gap"
    for section in page.id("main").all("section"):
        if "id" in section.attributes and section.attributes["id"] != "coverage":
            assert text in section.text, section.attributes["id"]
    (style,) = page.all("style")
    assert f"{c.planned} planned, {c.reached} reached, {c.readable} read without a gap" in style.text


def test_observations_name_hosts_times_account_rights_and_evidence(
    page: Page, result: RunResult, pack: Content
) -> None:
    article = page.id("r4.8b")
    finding = next(f for f in result.findings if f.check == "password/min_length" and f.status is Status.FAIL)
    alike = [f for f in result.findings if f.check == finding.check and f.actual == finding.actual]
    (observation,) = [o for o in article.all("div", "obs") if finding.actual in o.text and finding.expected in o.text]
    assert f"{len(alike)} of {len(result.targets)} hosts" in observation.text
    assert all(f.target in observation.text for f in alike)
    assert "UTC" in observation.text and "SSH" in observation.text and "as ctpat-scan" in observation.text
    assert "administrator rights for single commands" in observation.text
    card = next(c for c in page.id("hosts").all("details", "hostcard") if finding.target in c.text)
    assert all(digest in card.text for digest in finding.evidence)
    assert pack[1]["password/min_length"].remediation[:40].replace("`", "") in article.text


def test_thresholds_say_whose_they_are_and_when_they_are_too_loose(page: Page) -> None:
    items = [li.text for ul in page.id("r4.8b").all("ul", "thresholds") for li in ul.all("li")]
    lengths = [text for text in items if text.startswith("required: 10")]
    assert len(lengths) == 2  # of local passwords, and of fine-grained policies, whose number is the same
    for length in lengths:
        assert "Company policy" in length and "criteria pack says 14" in length and "looser" in length
        assert "limit: 12" in length
    origins = {span.text for span in page.id("criteria").all("span", "origin")}
    assert {"Company policy", "NIST", "CIS", "Scanner default"} <= origins
    assert "required: 10" in page.id("about").text
    stricter = [li.text for li in page.id("r4.3b").all("li") if li.text.startswith("max age (days): 7 Company policy")]
    assert stricter and not any("looser" in text for text in stricter)


def test_missing_statements_say_what_to_provide_and_how_often(page: Page, pack: Content) -> None:
    slots = pack[0].requirements["4.5a"].attestations
    article = page.id("r4.5a")
    for slot in slots:
        assert slot.ask in article.text and slot.ask in page.id("unchecked").text
    assert "Renew every month" in article.text
    assert "attestation missing" in article.all("ul", "slots")[0].text


def test_never_claims_what_only_others_can_grant(page: Page) -> None:
    text = page.text.lower()
    assert "compliant" not in text and "certified" not in text
    assert "not a certificate" in text and "neither issued nor endorsed" in text


def test_a_should_that_is_not_met_is_a_recommendation(result: RunResult, pack: Content) -> None:
    assessments = tuple(
        replace(a, state=State.GAP, level=Level.SHOULD) if a.requirement == "4.8b" else a for a in result.assessments
    )
    badge = shown(replace(result, assessments=assessments), pack).id("r4.8b").all("span", "badge")[0]
    assert "recommendation" in badge.text and "warn" in badge.classes and "fail" not in badge.classes


# --- Fixes ---------------------------------------------------------------------------------------------------


def test_fixes_are_ranked_by_gaps_with_hosts_and_requirements(page: Page, result: RunResult) -> None:
    items = page.id("fixes").all("ol", "fixes")[0].all("li")
    assert 1 < len(items) <= 10
    order = [
        ("severity critical" not in item.text, -int(re.search(r"Part of (\d+) gap", item.text)[1]))  # type: ignore[index]
        for item in items
    ]
    assert order == sorted(order)
    assert {critical for critical, _ in order} == {True, False}
    gaps = sum(a.targets.get(Verdict.NOT_SATISFIED, 0) for a in result.assessments)
    assert f"There are {gaps} of them" in page.id("fixes").text
    assert all("(Must) on" in item.text for item in items)


def test_fixes_beyond_the_ten_are_counted(page: Page, result: RunResult, pack: Content) -> None:
    requirements = pack[0].requirements
    closing = {
        finding.check
        for finding in result.findings
        for key in finding.requirements
        if finding.status is Status.FAIL and finding.check not in requirements[key].supports
    }
    assert len(closing) > 10
    assert f"These are 10 of {len(closing)} fixes" in page.id("fixes").text


# --- Runs that went wrong ------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [{"partial": True}, {"finished": None}])
def test_interrupted_runs_say_so_first(changes: Mapping[str, Any], pack: Content) -> None:
    page = shown(sample(*pack, **changes), pack)
    (notice,) = page.all("section", "notice")
    assert "interrupted" in notice.text


def test_nothing_reached_is_nothing_met(pack: Content) -> None:
    result = sample(*pack, hosts=14)
    lost = tuple(
        TargetResult(
            name=t.name,
            address=t.address,
            transport="ssh",
            platform="",
            os="",
            state=TargetState.UNREACHABLE,
            reason=Reason.UNREACHABLE,
        )
        for t in result.targets
    )
    findings = tuple(
        Finding(
            check=f.check,
            version=1,
            target=f.target,
            status=Status.UNKNOWN,
            reason=Reason.UNREACHABLE,
            requirements=f.requirements,
        )
        for f in result.findings
    )
    page = shown(
        replace(result, targets=lost, findings=findings, coverage=Coverage(planned=14, reached=0, readable=0)), pack
    )
    assert "No host was reached" in page.all("section", "notice")[0].text
    cells = page.id("grid").all("table", "grid")[0].all("span", "cell")
    assert {cell.classes[1] for cell in cells} <= {"lost", "na"}
    assert not page.id("criteria").all("section", "pass")


def test_no_targets_at_all(pack: Content) -> None:
    page = shown(sample(*pack, hosts=0), pack)
    assert "No host was planned" in page.all("section", "notice")[0].text


def test_another_pack_at_hand_is_said_and_judges_no_kinder(result: RunResult, pack: Content) -> None:
    profile, checks = pack
    emptied = {
        key: replace(requirement, checks=None, supports=())
        for key, requirement in profile.requirements.items()
        if key != "4.7a"
    }
    other = replace(profile, requirements=emptied, ref=replace(profile.ref, digest="0" * 64))
    page = shown(result, (other, checks))
    assert "another version" in page.all("section", "notice")[0].text
    assert "does not hold this requirement" in page.id("r4.7a").text
    kinds = Counter(cell.classes[1] for cell in page.id("grid").all("table", "grid")[0].all("span", "cell"))
    gaps = sum(a.targets.get(Verdict.NOT_SATISFIED, 0) for a in result.assessments)
    assert kinds["fail"] >= gaps


def test_unknown_findings_and_checks_that_do_not_run_here_are_listed(result: RunResult, pack: Content) -> None:
    findings = tuple(
        replace(f, status=Status.NOT_CHECKED, actual="no check for windows exists yet: Firewall")
        if f.check == "firewall/exposed"
        else f
        for f in result.findings
        if f.check != "password/umask"
    )
    text = shown(replace(result, findings=findings), pack).id("unchecked").text
    assert "no check for windows exists yet" in text
    assert "New files are closed to other users: the run was limited to other checks" in text
    assert "the scan account may not read it: /etc/shadow: permission denied" in text


def test_what_a_run_was_not_given_is_told_in_its_own_words(result: RunResult, pack: Content) -> None:
    told = {"status": Status.NOT_CHECKED, "reason": Reason.NO_EVIDENCE, "actual": "no list was imported"}
    findings = tuple(
        replace(f, **told) if f.check == "accounts/roster" else f  # type: ignore[arg-type]
        for f in result.findings
    )
    text = shown(replace(result, findings=findings), pack).id("r4.7c").text
    assert "no list was imported" in text
    assert "no proof was found" not in text and "systems of this kind" not in text


def test_checks_without_a_requirement_are_shown_all_the_same(result: RunResult, pack: Content) -> None:
    own = tuple(replace(f, check="acme/own", requirements=(), source="acme") for f in result.findings[:1])
    page = shown(replace(result, findings=(*result.findings, *own)), pack)
    assert "serve no requirement" in page.id("criteria").text and "acme/own" in page.id("criteria").text
    assert "serve no requirement" not in shown(result, pack).id("criteria").text


# --- For readers of every kind -------------------------------------------------------------------------------


def test_headings_descend_one_step_at_a_time(page: Page) -> None:
    levels = [int(node.tag[1]) for node in page.walk() if re.fullmatch("h[1-6]", node.tag)]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_landmarks_and_names(page: Page) -> None:
    assert page.all("html")[0].attributes["lang"] == "en"
    for tag, count in (("main", 1), ("nav", 1)):
        assert len(page.all(tag)) == count
    ids = {node.attributes["id"] for node in page.walk() if "id" in node.attributes}
    for node in page.walk():
        if "aria-labelledby" in node.attributes:
            assert node.attributes["aria-labelledby"] in ids
    assert all(region.attributes.get("tabindex") == "0" for region in page.walk() if "scroll" in region.classes)
    assert page.all("a")[0].attributes["href"] == "#main"


def test_table_headers_have_a_scope_and_pictures_a_text(page: Page) -> None:
    assert all(th.attributes.get("scope") in ("col", "row") for th in page.all("th"))
    for svg in page.all("svg"):
        assert svg.attributes.get("aria-hidden") == "true" or svg.attributes.get("aria-label"), svg


def _colours(css: str) -> tuple[dict[str, str], dict[str, str]]:
    light, dark = re.findall(r":root\{\n(.*?)\}", css, re.DOTALL)[:2]
    return tuple(dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", block)) for block in (light, dark))  # type: ignore[return-value]


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_by_its_definition() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


def test_every_pair_of_colours_can_be_read_in_light_and_dark(page: Page) -> None:
    css = "".join(str(part) for part in page.all("style")[0].parts)
    schemes = _colours(css)
    assert schemes[0].keys() == schemes[1].keys()
    for scheme in schemes:
        pairs = [(name, name.replace("-ink", "-bg")) for name in scheme if name.endswith("-ink")]
        pairs += [(ink, ground) for ink in ("ink", "muted", "accent") for ground in ("paper", "panel")]
        pairs += [(f"{kind}-ink", "paper") for kind in ("pass", "warn", "fail", "review", "unknown", "paper", "na")]
        assert len(pairs) > 20
        for ink, ground in pairs:
            assert contrast(scheme[ink], scheme[ground]) >= 4.5, (ink, ground)


# --- Two hundred hosts ---------------------------------------------------------------------------------------


def test_two_hundred_hosts_are_grouped_and_folded(pack: Content) -> None:
    html = render("html", sample(*pack, hosts=200), *pack)
    assert len(html) < 8_000_000
    page = parse(html.decode())
    observations = page.id("r4.8b").all("div", "obs")
    assert len(observations) < 60
    big = next(o for o in observations if int(o.all("b")[0].text) > 20)
    assert big.all("details", "few"), "a long list of hosts is folded"
    assert len(page.id("grid").all("table", "grid")[0].all("tbody")[0].all("tr")) == 200


def test_single_host_reads_naturally(pack: Content) -> None:
    page = shown(sample(*pack, hosts=1), pack)
    assert "1 host planned, 1 reached" in page.text
    assert not re.search(r"\b1 (hosts|requirements|checks|gaps|digests)\b", page.text)


def _nodes(page: Page, class_: str) -> list[Node]:
    return [node for node in page.walk() if class_ in node.classes]


def test_states_are_never_colour_alone(page: Page) -> None:
    for node in _nodes(page, "badge"):
        assert node.all("svg") and node.text.strip()
