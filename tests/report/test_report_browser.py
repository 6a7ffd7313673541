"""The HTML report in headless Chromium: at three widths, in the dark, on paper."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanner.model import Reason, RunResult, Status
from scanner.report import render
from tests.report.browser import CHROMIUM, DRIVER, Browser, chromium
from tests.report.conftest import Content
from tests.report.sample import sample

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver"),
]
WIDTHS = (360, 820, 1400)
LONG = "x" * 300


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def file(html: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def large(pack: Content, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hundred hosts, everything unfolded, and words that have no place to break."""
    html = render("html", sample(*pack, hosts=200, site=LONG, company=f"{LONG} GmbH"), *pack).decode()
    path = tmp_path_factory.mktemp("report") / "large.html"
    path.write_text(html.replace("<details", "<details open"), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("which", ["file", "large"])
def test_no_page_scrolls_sideways(browser: Browser, width: int, which: str, request: pytest.FixtureRequest) -> None:
    browser.open(request.getfixturevalue(which), width)
    assert browser.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_text_stays_inside_its_box(browser: Browser, file: Path, width: int) -> None:
    browser.open(file, width)
    outside = browser.run(
        "return [...document.querySelectorAll('p,dd,li,h1,h2,h3,h4,h5,td,th,.badge')]"
        ".filter(e => !e.closest('.scroll,.toc,.vh') && e.checkVisibility() && e.scrollWidth > e.clientWidth + 1"
        " && getComputedStyle(e).display != 'inline')"
        ".map(e => e.outerHTML.slice(0, 120))"
    )
    assert outside == []


def test_policy_lets_the_style_in_and_nothing_else(browser: Browser, file: Path) -> None:
    browser.open(file, 820)
    assert browser.run("return getComputedStyle(document.querySelector('.badge')).display") == "inline-flex"
    assert browser.run("return performance.getEntriesByType('resource').length") == 0
    blocked = browser.run(
        "const s = document.createElement('style'); s.textContent = 'h1{color:rgb(1,2,3)}'; document.head.append(s);"
        "return getComputedStyle(document.querySelector('h1')).color"
    )
    assert blocked != "rgb(1, 2, 3)"


def test_dark_screens_get_a_dark_page(browser: Browser, file: Path) -> None:
    colours = []
    for dark in (False, True):
        browser.open(file, 820, dark=dark)
        colours.append(browser.run("return getComputedStyle(document.body).backgroundColor"))
    light, dark_ = (sum(int(part) for part in re.findall(r"\d+", colour)[:3]) for colour in colours)
    assert light > 600 > 200 > dark_


def test_what_is_for_paper_is_not_on_a_screen_and_the_other_way_round(
    browser: Browser, pack: Content, tmp_path: Path
) -> None:
    file = tmp_path / "one.html"
    file.write_bytes(render("html", _with_worse(sample(*pack, hosts=1)), *pack))
    browser.open(file, 820)
    count = "return [...document.querySelectorAll('%s')].filter(e => e.checkVisibility()).length"
    for media, gone, there in (("screen", ".onpaper", ".onscreen"), ("print", ".onscreen", ".onpaper")):
        browser.cdp("Emulation.setEmulatedMedia", media=media)
        assert browser.run(count % gone) == 0 < browser.run(count % there), media
    browser.cdp("Emulation.setEmulatedMedia", media="")


def test_grid_heads_stay_in_sight(browser: Browser, large: Path) -> None:
    browser.open(large, 360)
    where = browser.run(
        "const box = document.querySelector('#grid .scroll'); box.scrollTo(300, 3000);"
        "const b = box.getBoundingClientRect(), at = s => box.querySelector(s).getBoundingClientRect();"
        "return [at('thead th').top - b.top, at('tbody th').left - b.left, box.scrollTop]"
    )
    assert abs(where[0]) < 2 and abs(where[1]) < 2 and where[2] > 1000


PAPERS = pytest.mark.parametrize(("paper", "width", "height"), [("A4", 8.27, 11.69), ("Letter", 8.5, 11.0)])


def _with_worse(result: RunResult) -> RunResult:
    """The same run with every sixth check unknown, and with a long list under one that is not met."""
    passed = [finding for finding in result.findings if finding.status is Status.PASS]
    dark = {id(finding) for finding in passed[::6]}
    long = next(finding for finding in result.findings if finding.status is Status.FAIL)
    packages = tuple(f"libpackage{number} 1.{number}-1 -> 1.{number}-2" for number in range(80))
    noted = id(passed[1])
    denied: dict[str, Any] = {"status": Status.UNKNOWN, "actual": "", "reason": Reason.DENIED}
    findings = tuple(
        replace(finding, items=packages)
        if finding is long
        else replace(finding, **denied, detail=f"permission denied: /etc/{number}")
        if id(finding) in dark
        else replace(finding, note="Left out by name: kiosk")
        if id(finding) == noted
        else finding
        for number, finding in enumerate(result.findings)
    )
    return replace(result, findings=findings)


@PAPERS
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs poppler-utils")
def test_paper_of_one_host_is_short_and_keeps_what_is_open(
    browser: Browser, pack: Content, tmp_path: Path, paper: str, width: float, height: float
) -> None:
    """What is met stands in one line; what is not met or unknown stands in full, and so does what paper leaves out."""
    result = _with_worse(sample(*pack, hosts=1))
    file, pdf = tmp_path / "one.html", tmp_path / f"{paper}.pdf"
    file.write_bytes(render("html", result, *pack))
    browser.open(file, 1400)
    pdf.write_bytes(browser.pdf(width, height))
    done = subprocess.run(["pdftotext", "-raw", str(pdf), "-"], capture_output=True, check=True, text=True)
    assert done.stdout.count("\f") < 20
    words = done.stdout.split()
    printed = "".join(words)
    for finding in result.findings:
        told = [pack[1][finding.check].title, finding.actual, finding.note]
        if finding.status in (Status.FAIL, Status.UNKNOWN):
            told += [finding.expected, finding.detail, *finding.items]
        if finding.status is Status.FAIL:
            told.append(pack[1][finding.check].remediation.replace("`", ""))
        for text in told:
            # The text of an entry that goes on overleaf is not in one piece.
            assert "".join(text.split()) in printed or set(text.split()) <= set(words), (finding.check, text)
    assert (
        "Thisisaprintout." in printed
        and "Leftoutonpaper:thethresholds,hosts,listsandevidenceofchecksthataremet" in printed
    )
    assert all(digest in printed for finding in result.findings for digest in finding.evidence)


@PAPERS
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs poppler-utils")
def test_paper_shows_everything_with_the_denominator_on_each_page(
    browser: Browser, file: Path, tmp_path: Path, paper: str, width: float, height: float
) -> None:
    browser.open(file, 1400)
    pdf = tmp_path / f"{paper}.pdf"
    pdf.write_bytes(browser.pdf(width, height))
    done = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True, text=True)
    pages = done.stdout.rstrip("\f").split("\f")
    assert 10 < len(pages) < 30
    for number, page in enumerate(pages, 1):
        assert "14 planned, 12 reached, 11 read without a gap" in page, number
        assert f"Page {number} of {len(pages)}" in page
    grid = "".join(pages).partition("Criteria by hosts")[2].partition("Each criterion")[0]
    assert "4.2a" in grid and "4.12b" in grid and "lar-node002" in grid, "no column and no host is cut off"
    text = " ".join(done.stdout.split())
    assert "no route (lar-node001)" in text
    assert "superuser accounts: root" in text, "what is folded on a screen is open on paper"
