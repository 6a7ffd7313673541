"""Which of two package versions is newer, as rpm decides it. Source: rpm-version(7)."""

from __future__ import annotations

import re
from itertools import zip_longest

_PARTS = re.compile(r"\d+|[A-Za-z]+|[~^]")


def compare(left: str, right: str) -> int:
    """-1, 0 or 1 for two `VERSION-RELEASE` texts; the version decides before the release."""
    for one, other in zip_longest(left.split("-"), right.split("-"), fillvalue=""):
        if order := _compare_part(one, other):
            return order
    return 0


def _compare_part(left: str, right: str) -> int:
    for one, other in zip_longest(_PARTS.findall(left), _PARTS.findall(right)):
        if order := _compare_words(one, other):
            return order
    return 0


def _compare_words(one: str | None, other: str | None) -> int:
    """A tilde is older than anything, its absence included; a caret newer than an end and older than more text."""
    if one == other:
        return 0
    for mark, against_end in (("~", -1), ("^", 1)):
        if one == mark:
            return against_end if other is None or mark == "~" else -1
        if other == mark:
            return -against_end if one is None or mark == "~" else 1
    if one is None or other is None:
        return -1 if one is None else 1
    if one.isdigit() and other.isdigit():
        return (int(one) > int(other)) - (int(one) < int(other))
    if one.isdigit() != other.isdigit():
        return 1 if one.isdigit() else -1
    return 1 if one > other else -1
