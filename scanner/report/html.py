"""The run as one HTML file: no script, no request to any other place, the same bytes for the same run.

The one style sheet is named in the Content Security Policy by its SHA-256, so nothing else can style the page and
nothing at all can run in it. Every text is escaped, and shown without control and direction marks.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scanner.check import Check
from scanner.content import content_dir
from scanner.model import RunResult
from scanner.profile.model import Profile
from scanner.report.view import build
from scanner.report.view.types import Report
from scanner.report.view.words import CELLS, STATES, STATUSES, TARGETS, Mark
from scanner.text import clean

POLICY = "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
_LONGEST = 20_000
"""Characters of one text; what a target says is cut long before."""


def render(result: RunResult, profile: Profile, checks: Mapping[str, Check]) -> bytes:
    """UTF-8 HTML, complete in itself."""
    report = build(result, profile, checks)
    css = style(report)
    page = _environment().get_template("report.html.j2")
    text = page.render(report=report, css=Markup(css), policy=POLICY.format(hash=_hash(css)))  # noqa: S704 - our own file
    return text.encode("utf-8", "backslashreplace")


def style(report: Report) -> str:
    """The style sheet; only numbers of the report go into it, for the foot of each printed page."""
    coverage = report.coverage
    sheet = _environment().get_template("style.css.j2")
    return sheet.render(planned=coverage.planned, reached=coverage.reached, readable=coverage.readable)


def _hash(css: str) -> str:
    return base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(content_dir("reports") / "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.tests["web"] = _is_web
    environment.globals["marks"] = _marks()
    return environment


def _shown(value: Any) -> Any:
    """What a text turns into on its way to the page; markup made by the templates themselves stays."""
    return clean(value, _LONGEST) if isinstance(value, str) and not isinstance(value, Markup) else value


def _is_web(value: str) -> bool:
    """True for an address that may stand in a link."""
    return value.startswith(("https://", "http://"))


def _marks() -> dict[str, Mark]:
    """One mark of each kind, for the legend."""
    every = (*CELLS.values(), *STATES.values(), *STATUSES.values(), *TARGETS.values())
    kinds: dict[str, Mark] = {}
    for mark in every:
        kinds.setdefault(mark.kind, mark)
    return kinds
