"""What a target says is shown, never obeyed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.text import clean, clean_all, spreadsheet_cell, without_apostrophe

TEXT = st.text(st.characters(codec=None), max_size=300)  # lone surrogates as well
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
        ("a\rb", "a\\x0db"),
        ("a\nb\tc", "a b c"),
        ("nul\0", "nul\\x00"),
        ("\x9b31m", "\\x9b31m"),  # CSI as one C1 character
        ("user\u202egnp.exe", "user\\u202egnp.exe"),
        ("\u061c", "\\u061c"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("soft\xadhyphen", "soft\\xadhyphen"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("Grüße, 東京 😀 e\u0301", "Grüße, 東京 😀 e\u0301"),
    ],
)
def test_hostile_characters_become_escapes_and_words_stay(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown


@given(TEXT)
def test_nothing_invisible_is_left(text: str) -> None:
    shown = clean(text)
    assert not {unicodedata.category(character) for character in shown} & HIDDEN
    shown.encode("utf-8")  # no lone surrogate


@given(TEXT)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text, 10_000), 10_000) == clean(text, 10_000)


def test_a_megabyte_is_cut_and_says_so() -> None:
    assert clean("x" * 5_000_000) == "x" * 1999 + "…"
    assert len(clean("\U000e0041" * 5_000_000)) <= 20_000


def test_a_long_list_says_how_many_more_there_are() -> None:
    shown = clean_all(tuple(str(n) for n in range(1000)))
    assert len(shown) == 501
    assert shown[-1] == "… and 500 more"
    assert clean_all(("a\nb",)) == ("a b",)


@given(TEXT | st.text("'=+-@|%＝＋－＠ \tx", max_size=8))
def test_a_spreadsheet_cell_is_no_formula_and_comes_back(text: str) -> None:
    cell = spreadsheet_cell(text, 10_000)
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠"))
    assert without_apostrophe(cell) == clean(text, 10_000)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=x", "'=x"),
        ("'=x", "''=x"),
        ("''=x", "'''=x"),
        ("' +x", "'' +x"),
        ("'x", "'x"),
        ("O'Hara", "O'Hara"),
        ("'", "'"),
        ("", ""),
    ],
)
def test_an_apostrophe_of_its_own_is_kept(text: str, cell: str) -> None:
    assert spreadsheet_cell(text, 100) == cell
    assert without_apostrophe(cell) == text
