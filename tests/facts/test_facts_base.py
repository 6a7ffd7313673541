"""What every reader stands on: lines, framed files, raw facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scanner.facts.base import FileText, RawFact, RawFacts, RawState, files, lines_of, shared
from scanner.model import Privilege


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\r"])
def test_only_a_line_feed_ends_a_line(mark: str) -> None:
    comment = f"# note {mark}PermitRootLogin no"
    assert FileText(path="x", text=comment).lines == (comment,)
    raw = RawFact(probe="p", state=RawState.OK, stdout=f"=/etc/x\n {comment}\n next\n".encode())
    found = files(raw)["/etc/x"]
    assert isinstance(found, FileText)
    assert found.lines == (comment, "next")


@pytest.mark.parametrize(
    ("text", "expected"), [("", []), ("a", ["a"]), ("a\n", ["a"]), ("\n", [""]), ("a\n\nb\n", ["a", "", "b"])]
)
def test_lines(text: str, expected: list[str]) -> None:
    assert lines_of(text) == expected


def test_a_shared_reading_is_done_once_for_each_target_and_never_for_another() -> None:
    read: list[str] = []

    @shared
    def account(raw: RawFacts) -> str:
        read.append(raw.account)
        return raw.account

    first = RawFacts(platform="linux", collected_at=datetime(2026, 11, 22, tzinfo=UTC), privilege=Privilege.USER)
    second = replace(first, account="scan")
    assert [account(raw) for raw in (first, second, first, second)] == ["", "scan", "", "scan"]
    assert read == ["", "scan"]
    assert first != second and first == replace(second, account="")
