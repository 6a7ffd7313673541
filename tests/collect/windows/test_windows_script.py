"""The script is one constant block that survives being read line by line, and no probe can break it."""

from __future__ import annotations

import hashlib

import pytest

from scanner import __version__
from scanner.collect.windows.script import build
from scanner.facts.base import Probe

NONCE = "0123456789abcdef" * 2


def probe(name: str, script: str = "@{ a = 1 }") -> Probe:
    return Probe(name=name, why="a test", script=script)


def test_the_text_is_constant_and_the_nonce_stands_in_the_last_line() -> None:
    script = build([probe("one"), probe("two")])
    assert script == build([probe("one"), probe("two")])
    assert script.sha256 == hashlib.sha256(script.text).hexdigest() != build([probe("one")]).sha256
    assert script.call(NONCE) == f"}} '{NONCE}'\n\n".encode()
    assert script.text.startswith(b"& {\nparam($Nonce)\n") and script.text.endswith(b"\nSend-Pending\n")
    assert f"$version = '{__version__}'".encode() in script.text and b"@VERSION@" not in script.text


def test_it_is_read_line_by_line() -> None:
    """An empty line starts what was typed so far, and is lost; so there is one, at the end."""
    whole = build([probe("one", "\n$a = 1\n\n  \n@{ a = $a }\n\n")])
    lines = (whole.text + whole.call(NONCE)).decode("ascii").split("\n")
    assert [number for number, line in enumerate(lines) if not line.strip()] == [len(lines) - 2, len(lines) - 1]
    assert "\r" not in whole.text.decode()


def test_parts_stand_in_their_order() -> None:
    text = build([probe("one"), probe("two")]).text.decode()
    marks = [
        "# --- Seams",
        "# --- Frame",
        "Read-Fact 'session' {",
        "# --- Facts",
        "Read-Fact 'one' {",
        "Read-Fact 'two' {",
    ]
    places = [text.index(mark) for mark in (*marks, "# --- End")]
    assert places == sorted(places) and all(text.count(mark) == 1 for mark in marks)


def test_the_product_names_itself_first() -> None:
    assert b"ctpat-scanner" in build([]).text.splitlines()[2]


@pytest.mark.parametrize("name", ["", "Host", "a b", "a'b", "a-b", "a" * 65, "session", "complete", "1a"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(ValueError, match="is no name for a probe"):
        build([probe(name)])


def test_one_name_twice() -> None:
    with pytest.raises(ValueError, match="one name"):
        build([probe("one"), probe("one")])


@pytest.mark.parametrize("script", ["é", "a\tb", "a\r\n", "\0", "“x”", "x" * (33 * 1024)])
def test_text_that_could_be_changed_on_the_way(script: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        build([probe("one", script)])


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_here_string_with_an_empty_line(quote: str) -> None:
    with pytest.raises(ValueError, match="lost on the way"):
        build([probe("one", f"$a = @{quote}\none\n \ntwo\n{quote}@\n@{{ a = $a }}")])
    build([probe("one", f"$a = @{quote}\none\ntwo\n{quote}@\n\n@{{ a = $a }}")])


@pytest.mark.parametrize(
    "script",
    [
        "}",
        "@{ a = 1 }\n}\nRead-Fact 'other' {",
        "@{ a = 1",
        "if ($a) { } }",
        '"}" }',
        "# {\n}",
        "'it''s {' }",
        "<# { #> }",
        "@'\n{\n'@ }",
        '"`"{" }',
        "`{ }",
        "# --- End",
        "  # --- Frame",
    ],
)
def test_a_snippet_stays_in_its_block(script: str) -> None:
    with pytest.raises(ValueError, match="could close its block"):
        build([probe("one", script)])


@pytest.mark.parametrize(
    "script",
    ["'}'", '"}"', "# }", "<# } #>", "@'\n}\n'@", "'it''s }'", '"a`"}"', '"$($a.b) }"', "@{ a = { } }", "$x#y", "`}"],
)
def test_braces_that_close_nothing(script: str) -> None:
    build([probe("one", script)])


@pytest.mark.parametrize("nonce", ["", "x" * 32, NONCE[:-1], NONCE.upper(), NONCE + "'"])
def test_a_nonce_is_hex(nonce: str) -> None:
    with pytest.raises(ValueError, match="32 hex digits"):
        build([]).call(nonce)
