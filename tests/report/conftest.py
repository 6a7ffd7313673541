"""One content, one invented run and its rendering for all tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from scanner.check import Check
from scanner.model import RunResult
from scanner.profile import Profile
from scanner.report import render
from tests.report.page import Page, parse
from tests.report.sample import content, sample

Content = tuple[Profile, Mapping[str, Check]]


@pytest.fixture(scope="session")
def pack() -> Content:
    return content()


@pytest.fixture(scope="session")
def result(pack: Content) -> RunResult:
    return sample(*pack)


@pytest.fixture(scope="session")
def html(pack: Content, result: RunResult) -> str:
    return render("html", result, *pack).decode()


@pytest.fixture(scope="session")
def page(html: str) -> Page:
    return parse(html)
