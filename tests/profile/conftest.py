"""A small criteria pack on disk, and checks for it to name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.check import Check, passed
from scanner.model import Outcome, Severity

PACK = """\
name: small
title: A small pack
edition: "2020-03"
effective_from: 2020-03-01
entity_types: {importer: Importer, broker: Broker}
sources:
  msc: {title: The criteria, kind: criteria}
  ours: {title: Our default, kind: scanner}
checks:
  password/min_length:
    sources: [msc]
    parameters:
      required: {value: 14, source: ours, direction: min, loosest: 12}
  password/history: {sources: [ours]}
requirements:
  4.1:
    title: Policies
    text: There are written policies.
    levels: [{level: must, effective: 2020-03-01}]
    audience: management
    automation: paper
    evidences: Nothing.
    beyond: Everything.
    attestations:
      policy: {ask: The policy, refresh_days: 365, why: It is asked for, source: msc}
  4.10a:
    title: Sign-in
    text: Signing in is strong.
    levels: [{level: should, effective: 2020-03-01}]
    audience: it
    automation: mixed
    evidences: Password rules.
    beyond: Everything else.
    checks: [password/min_length]
    supports: [password/history]
    crosswalk: {cis: ["5.2"]}
"""


def _min_length(*, required: int = 14, words: tuple[str, ...] = ()) -> Outcome:
    return passed(actual=f"{required} {words}")


def _history(*, required: int | None = 5) -> Outcome:
    return passed(actual=str(required))


def _check(name: str, run: Callable[..., Outcome], parameters: dict[str, Any], aliases: tuple[str, ...] = ()) -> Check:
    return Check(
        id=name,
        title=f"Title of {name}",
        severity=Severity.LOW,
        why="",
        reference="",
        remediation="",
        references=(),
        facts=(),
        parameters=parameters,
        run=run,
        aliases=aliases,
    )


@pytest.fixture
def checks() -> dict[str, Check]:
    length = _check("password/min_length", _min_length, {"required": 14, "words": ()}, ("password/length",))
    return {length.id: length, "password/history": _check("password/history", _history, {"required": 5})}


Write = Callable[..., Path]


@pytest.fixture
def pack(tmp_path: Path) -> Write:
    """Writes the small pack with one text replaced, so that each test breaks exactly one thing."""

    def write(old: str = "", new: str = "") -> Path:
        assert old in PACK
        path = tmp_path / "small.yaml"
        path.write_text(PACK.replace(old, new, 1) if old else PACK)
        return path

    return write


@pytest.fixture
def overlay(tmp_path: Path) -> Write:
    """Writes an overlay of the small pack with the given body."""

    def write(body: str, extends: str = "small.yaml", name: str = "extra") -> Path:
        path = tmp_path / f"{name}.yaml"
        path.write_text(f"name: {name}\ntitle: Something more\nextends: {extends}\n{body}")
        return path

    return write
