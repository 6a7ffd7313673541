"""YAML with places: every problem named, nothing but ConfigError raised, whatever is in the file."""

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import yaml_source
from scanner.errors import ConfigError
from scanner.suggest import hint, listed, suggest
from scanner.yaml_source import Tagged, load_yaml, parse_yaml


def problems(source: bytes | str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_yaml(source, "f")
    return [str(problem) for problem in caught.value.problems]


def test_values_and_places() -> None:
    document = parse_yaml("a:\n  - {b: 1}\n  - x\nc: yes\n", "f")
    assert document.data == {"a": [{"b": 1}, "x"], "c": True}
    assert document.place(("a", 0, "b")) == (2, 9)
    assert document.place(("a", 0, "b"), key=True) == (2, 6)
    assert document.place(("a", 1, "nothing there")) == (3, 5)
    assert str(document.problem(("c",), "wrong", found="yes")) == "f:4:4: wrong; found yes"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("22:22", "22:22"),
        ("0644", "0644"),
        ("2026-03-31", "2026-03-31"),
        ("1_000", "1_000"),
        ("yes", True),
        ("OFF", False),
        ("nO", "nO"),
        ("~", None),
        ("'1'", "1"),
        ("-3", -3),
        ("0x1f", 31),
        ("4.5", 4.5),
        ("1e3", 1000.0),
        (".inf", ".inf"),
        ("!!str 5", "5"),
    ],
)
def test_scalars(text: str, value: object) -> None:
    found = parse_yaml(f"k: {text}\n", "f").data["k"]
    assert found == value and type(found) is type(value)


def test_keys_stay_as_written() -> None:
    assert list(parse_yaml("4.10: a\nno: b\n1: c\n", "f").data) == ["4.10", "no", "1"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a: 1\na: 2\n", "f:2:1: the key 'a' occurs twice (the first one is in line 1)"),
        ("a: &x 1\nb: *x\n", "f:2:4: aliases (*name) are not read here"),
        ("<<: {a: 1}\n", "merge keys"),
        ("a: !secret 1\n", "f:1:4: a tag (!name)"),
        ("a:\n\t- b\n", "tabs are not allowed"),
        ("a: 1\n---\nb: 2\n", "f:2:1: a second document"),
        ("", "f:1:1: the file is empty"),
        ("# nothing\n", "f:1:1: the file is empty"),
        ("a: b: c\n", "f:1:5: cannot read YAML: a second ':'"),
        ("a: [1\n", "not closed"),
        (b"a: \x00", "f:1:4: a control character; found character U+0000"),
        (b"a: 1\nb: \xe9\n", "f:2:4: not UTF-8 text; found byte 0xe9"),
        (b"\xff\xfea\x00", "UTF-16"),
        ("[" * 10_000, "nested too deeply"),
        ("- " * 10_000, "nested too deeply"),
        ("? [a]\n: b\n", "a list or mapping as a key"),
    ],
)
def test_problems(source: bytes | str, expected: str) -> None:
    assert expected in "\n".join(problems(source))


def test_several_problems_at_once() -> None:
    assert len(problems("a: 1\na: *x\nb: !y 1\nc: [\n")) == 4


def test_the_first_of_two_keys_is_kept() -> None:
    document = parse_yaml("a: 1\na: {b: 2}\n*x : 3\nc: *y\n", "f", strict=False)
    assert document.data == {"a": 1, "c": None} and len(document.problems) == 3
    assert document.place(("a",)) == (1, 4)


def test_alias_bomb_costs_nothing() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert "aliases" in problems(bomb)[0]


def test_parser_text_is_never_quoted() -> None:
    assert "hunter2" not in "\n".join(
        [*problems("p: *hunter2\n"), *problems("p: !hunter2 x\n"), *problems('p: "hunter2\n')]
    )


def test_allowed_tags_lose_their_text() -> None:
    assert parse_yaml("a: !vault |\n  $ANSIBLE\n", "f", tags=["!vault"]).data == {"a": Tagged("!vault")}


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, message in (
        (".", "folder"),
        ("none", "No such file"),
        ("pipe", "no regular file"),
        ("a\0b", "cannot read"),
    ):
        with pytest.raises(ConfigError, match=message):
            load_yaml(tmp_path / name)


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_source, "SIZE_LIMIT", 10)
    (tmp_path / "f").write_text("a: 123456789\n")
    with pytest.raises(ConfigError, match="too large"):
        load_yaml(tmp_path / "f")


def test_byte_order_mark_is_dropped() -> None:
    assert parse_yaml(b"\xef\xbb\xbfa: 1", "f").data == {"a": 1}


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=200) | st.text(max_size=200) | st.text(alphabet="ab:-[]{}&*!|>'\"%@`#,? \n\t<~1.", max_size=60)
)
def test_nothing_else_is_raised(source: bytes | str) -> None:
    for loader in (yaml_source._LOADER, yaml.SafeLoader):
        kept, yaml_source._LOADER = yaml_source._LOADER, loader
        try:
            parse_yaml(source, "f")
        except ConfigError:
            pass
        finally:
            yaml_source._LOADER = kept


def test_suggestions() -> None:
    assert suggest("becom", ["become", "key"]) == "become"
    assert hint("zzz", ["become"]) is None
    assert listed(["a", "b", "c"]) == "a, b or c" and listed(map(str, range(14))).endswith("and 2 more")
