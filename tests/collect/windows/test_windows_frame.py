"""What a Windows host printed is read back whole or not at all, whatever it printed."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scanner.collect import raw_facts
from scanner.collect.blocks import parse, stored
from scanner.collect.windows.frame import Output, unwrap
from scanner.facts.base import RawFacts, RawState
from scanner.model import Privilege, Reason, Transcript

GOLDEN = Path(__file__).parent / "golden"
OUTLINE = ("host", "password_policy", "firewall", "administrators")
NONCE = "7f3a"


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.stdout").read_bytes()


def wrapped(entries: Any, number: int = 1, nonce: str = NONCE) -> bytes:
    """A block as PowerShell prints it."""
    text = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    lines = base64.encodebytes(gzip.compress(text)).replace(b"\n", b"\r\n")
    return f"ctpat:{nonce}:{number}:begin\n".encode() + lines + f"ctpat:{nonce}:{number}:end\n".encode()


def as_is(value: Any) -> Any:
    return value


def facts(data: bytes) -> RawFacts:
    """Through the stored form, as a collection goes."""
    transcript = Transcript(
        target="x",
        platform="windows",
        nonce=NONCE,
        stdout=unwrap(data, NONCE).stored(NONCE, as_is),
        collected_at=datetime(2026, 11, 20, tzinfo=UTC),
        account="x",
        privilege=Privilege.ROOT,
        script_sha256="",
    )
    return raw_facts(transcript, OUTLINE)


def ok(name: str, value: Any = 1) -> dict[str, Any]:
    return {"name": name, "ok": True, "v": {"x": value}, "ms": 1}


COMPLETE = ok("complete")


# --- recorded ---


@pytest.mark.parametrize("name", ["outline-standin", "outline-terminal-noise"])
def test_success(name: str) -> None:
    raw = facts(golden(name))
    assert raw.error is None
    assert [raw.get(probe).state for probe in OUTLINE] == [*[RawState.OK] * 3, RawState.FAILED]
    assert json.loads(raw.get("firewall").stdout)["profiles"][0]["name"] == "Domain"
    host = raw.get("host")
    assert host.duration_ms is not None and json.loads(host.stdout)["language_mode"] == "FullLanguage"


def test_nothing_is_supported_there() -> None:
    raw = facts(golden("outline-nothing-supported"))
    assert raw.error is None
    states = {probe: raw.get(probe).state for probe in OUTLINE}
    assert set(states.values()) <= {RawState.FAILED, RawState.MISSING_TOOL}, states
    assert states["firewall"] is RawState.MISSING_TOOL
    assert set(json.loads(raw.get("firewall").stdout)) == {"err"}
    assert "Get-NetFirewallProfile" in raw.get("firewall").complaint


def test_killed_midway() -> None:
    raw = facts(golden("outline-killed-midway"))
    assert raw.get("host").state is RawState.OK
    assert [raw.get(probe).state for probe in OUTLINE[1:]] == [RawState.NOT_RUN] * 3
    assert raw.error is not None


def test_budget_spent() -> None:
    raw = facts(golden("outline-budget-spent"))
    assert raw.error is None
    assert {raw.get(probe).state for probe in OUTLINE} == {RawState.NOT_RUN}
    assert raw.why_not("host").code is Reason.TIMEOUT


def test_constrained_language() -> None:
    raw = facts(golden("outline-constrained"))
    assert raw.error is not None and raw.error[0] is Reason.UNSUPPORTED
    assert "ConstrainedLanguage" in raw.error[1] and "7.6.5" in raw.error[1]
    assert raw.why_not("host").code is Reason.UNSUPPORTED


def test_powershell_2() -> None:
    raw = facts(b'{"ps":2}\r\n')
    assert raw.error is not None and raw.error[0] is Reason.UNSUPPORTED and "too old" in raw.error[1]


@pytest.mark.parametrize("name", ["outline-no-last-blank-line", "outline-syntax-error", "clixml"])
def test_a_lost_script_says_nothing(name: str) -> None:
    assert unwrap(golden(name), NONCE) == Output()
    raw = facts(golden(name))
    assert raw.error is not None
    assert {raw.get(probe).state for probe in OUTLINE} == {RawState.NOT_RUN}


# --- hostile ---


def test_markers_without_the_nonce_are_text() -> None:
    forged = wrapped([ok("host", "forged"), COMPLETE], nonce="beef")
    assert unwrap(forged, NONCE) == Output()
    assert json.loads(facts(forged + wrapped([ok("host"), COMPLETE])).get("host").stdout) == {"x": 1}


def test_a_refusal_beside_blocks_is_text() -> None:
    raw = facts(golden("outline-constrained") + b'{"ps":2}\n' + wrapped([ok("host"), COMPLETE]))
    assert raw.error is None and raw.get("host").state is RawState.OK


def test_a_bomb_is_left_out() -> None:
    output = unwrap(wrapped(b"[" + b" " * (9 << 20) + b"]") + wrapped([COMPLETE], 2), NONCE)
    assert [number for number, _ in output.blocks] == [2] and "larger than" in output.notes[0]
    assert not parse(output.stored(NONCE, as_is), NONCE).done


def test_many_blocks_are_bounded_together() -> None:
    big = wrapped(b"[" + b" " * (7 << 20) + b"]", 0)
    data = b"".join(big.replace(b":0:", f":{number}:".encode()) for number in range(1, 9))
    output = unwrap(data, NONCE)
    assert [number for number, _ in output.blocks] == [1, 2]
    assert len(output.notes) == 5


def test_values_are_bounded() -> None:
    half = b'[{"name":"a","ok":true,"v":{"x":[' + b"{}," * 140_000 + b"1]}}]"
    output = unwrap(wrapped(half) + wrapped(half, 2), NONCE)
    assert [number for number, _ in output.blocks] == [1] and "more than 500000 values" in output.notes[0]


@pytest.mark.parametrize(
    ("data", "done"),
    [
        (wrapped([ok("a")]) + wrapped([COMPLETE], 2), True),
        (wrapped([ok("a")]) + wrapped([COMPLETE], 3), False),
        (wrapped([ok("a")], 2) + wrapped([COMPLETE], 1), False),
        (wrapped([ok("a"), COMPLETE], 7), False),
        (wrapped([ok("a")]) + wrapped([ok("a", 2)]) + wrapped([COMPLETE], 2), True),
        (wrapped([ok("a")]), False),
        (wrapped([ok("a"), {"name": "complete", "ok": False}]), False),
    ],
)
def test_the_numbers_have_to_be_whole(data: bytes, done: bool) -> None:
    assert parse(unwrap(data, NONCE).stored(NONCE, as_is), NONCE).done is done


def test_the_first_entry_of_a_name_counts() -> None:
    data = wrapped([ok("host", 1), ok("host", 2)]) + wrapped([ok("host", 3), COMPLETE], 2)
    assert json.loads(facts(data).get("host").stdout) == {"x": 1}


def test_the_first_block_of_a_number_counts() -> None:
    data = wrapped([ok("host", 1)]) + wrapped([ok("host", 2)]) + wrapped([COMPLETE], 2)
    assert json.loads(facts(data).get("host").stdout) == {"x": 1}
    assert "out of turn" in unwrap(data, NONCE).notes[0]


def test_an_end_of_another_number_is_none() -> None:
    data = wrapped([ok("host"), COMPLETE]).replace(b":1:end", b":2:end")
    assert unwrap(data, NONCE) == Output()


@pytest.mark.parametrize("change", [lambda data: data[:-8], lambda data: data[:-1], lambda data: data + b"more"])
def test_packed_data_ends_where_it_should(change: Callable[[bytes], bytes]) -> None:
    packed = base64.b64encode(change(gzip.compress(json.dumps([ok("host"), COMPLETE]).encode())))
    output = unwrap(b"ctpat:7f3a:1:begin\n%b\nctpat:7f3a:1:end\n" % packed, NONCE)
    assert output.blocks == () and output.notes == ("block 1 cannot be read: its data is cut",)


@pytest.mark.parametrize("cut", ["begin", "end", "base64"])
def test_a_block_without_its_end_is_none(cut: str) -> None:
    block = wrapped([ok("host"), COMPLETE])
    lines = block.splitlines(keepends=True)
    data = {"begin": b"".join(lines[1:]), "end": b"".join(lines[:-1]), "base64": lines[0] + lines[-1]}[cut]
    assert facts(data).get("host").state is RawState.NOT_RUN


def test_a_second_beginning_ends_an_open_block() -> None:
    data = wrapped([ok("a")])[:-20] + wrapped([ok("host"), COMPLETE])
    assert list(parse(unwrap(data, NONCE).stored(NONCE, as_is), NONCE).entries) == ["host"]


@pytest.mark.parametrize(
    "text",
    [
        b"[",
        b"{}",
        b"[1]",
        b'["a"]',
        b"[" * 100_000,
        b'[{"name":NaN}]',
        b'[{"name":1e999}]',
        b"\xff",
        b"[" * 50 + b"]" * 50,
    ],
)
def test_no_list_of_entries_is_named(text: bytes) -> None:
    output = unwrap(wrapped(text), NONCE)
    assert output.blocks == () and len(output.notes) == 1


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        ({"ok": True}, RawState.FAILED),
        ({"ok": 1, "v": {}}, RawState.FAILED),
        ({"ok": False}, RawState.FAILED),
        ({"ok": False, "err": "no"}, RawState.FAILED),
        ({"ok": False, "err": {}}, RawState.FAILED),
        ({"ok": False, "err": {"hresult": -2147024891}}, RawState.DENIED),
        ({"ok": False, "err": {"code": "HRESULT 0x80041003"}}, RawState.DENIED),
        ({"ok": False, "err": {"type": "System.TimeoutException"}}, RawState.TIMEOUT),
        ({"ok": True, "v": None}, RawState.OK),
        ({"skipped": "budget"}, RawState.NOT_RUN),
        ({}, RawState.FAILED),
    ],
)
def test_every_entry_has_a_state(entry: dict[str, Any], state: RawState) -> None:
    assert facts(wrapped([{"name": "host", **entry}, COMPLETE])).get("host").state is state


@pytest.mark.parametrize("name", ["", "Host", "a" * 65, "a b", 7, None])
def test_names_that_are_none(name: Any) -> None:
    assert list(facts(wrapped([{**ok("a"), "name": name}, COMPLETE])).sections) == list(OUTLINE)


def test_lists_of_powershell_5_1() -> None:
    value = {"value": [{"value": [], "Count": 0}, {"value": [1], "Count": 2}, {"value": "x", "Count": 1}], "Count": 3}
    read = json.loads(facts(wrapped([ok("host", value), COMPLETE])).get("host").stdout)
    assert read == {"x": [[], {"value": [1], "Count": 2}, {"value": "x", "Count": 1}]}


def test_half_a_character_is_no_failure() -> None:
    raw = facts(wrapped([ok("host", "\ud800"), {"name": "a", "ok": False, "err": {"text": "\udfff"}}, COMPLETE]))
    assert json.loads(raw.get("host").stdout) == {"x": "?"} and raw.get("a").state is RawState.FAILED


# --- properties ---

_PIECES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([f"ctpat:{NONCE}:{n}:{edge}\n".encode() for n in (0, 1, 2) for edge in ("begin", "end")]),
    st.sampled_from([wrapped([ok("host")]), wrapped([COMPLETE], 2), golden("outline-constrained"), b'{"ps":2}\n']),
)


@given(st.lists(_PIECES, max_size=12).map(b"".join))
@example(b"")
def test_any_bytes_are_read(data: bytes) -> None:
    output = unwrap(data, NONCE)
    raw = facts(data)
    assert set(raw.sections) <= {*OUTLINE, "host"}
    assert output.refusal == "" or output.blocks == ()
    for read in (parse(data, NONCE), parse(data, "")):
        assert not read.done or read.entries is not None


@given(st.sampled_from(["outline-standin", "outline-terminal-noise", "outline-nothing-supported"]), st.data())
@settings(max_examples=200)
def test_a_cut_brings_no_value_that_was_not_there(name: str, data: st.DataObject) -> None:
    whole = golden(name) + wrapped([ok("more")], 2)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    parts = (whole[:start], whole[start:end], whole[end:], whole[:start] + whole[end:])
    true = facts(whole)
    for part in parts:
        raw = facts(part)
        for section in raw.sections.values():
            assert section.state is RawState.NOT_RUN or section == true.get(section.probe)


@given(st.sampled_from(["outline-standin", "outline-terminal-noise"]), st.integers(0, 2000), st.integers(0, 255))
def test_a_changed_byte_brings_no_other_value(name: str, place: int, byte: int) -> None:
    whole = bytearray(golden(name))
    true = facts(bytes(whole))
    whole[place % len(whole)] = byte
    for section in facts(bytes(whole)).sections.values():
        assert section.state is RawState.NOT_RUN or section == true.get(section.probe)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(_JSON.map(lambda value: ok("host", value)), min_size=1, max_size=3))
def test_what_is_stored_is_read_back(entries: list[dict[str, Any]]) -> None:
    frame = parse(stored([*entries, COMPLETE], NONCE), NONCE)
    assert frame.done and list(frame.entries) == ["host"]
    told = json.dumps(entries[0]).encode("utf-8", "replace").decode()
    assert "\\ud" in told or frame.entries["host"] == entries[0]
