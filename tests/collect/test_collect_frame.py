"""The frame is read back whatever the bytes are."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.collect import parse, raw_facts
from scanner.collect.frame import MAX_BODY
from scanner.facts.base import RawState
from scanner.model import Privilege, Reason, Transcript, Unknown

NONCE = "0123456789abcdef" * 2
START = f"noise\n@{NONCE} START version=1 timeout=gnu euid=0 epoch=1 rights=root\n\n@{NONCE} PLAN a b c\n".encode()
DONE = f"\n@{NONCE} DONE\n".encode()


def section(
    name: str, body: bytes, *, status: str = "0", reader: str = "0", ms: str = "10", err: bytes = b"", cap: int = 65536
) -> bytes:
    """A section as the script writes it: sed prefixes lines and adds no last newline."""
    text = b"".join(b"|" + line for line in body.splitlines(keepends=True)) if b"\r" not in body else _prefixed(body)
    errors = b"".join(b"!" + line + b"\n" for line in err.split(b"\n")) if err else b""
    end = f"@{NONCE} E {name} {status} {reader} {ms}\n".encode()
    return f"\n@{NONCE} B {name} 5 {cap}\n".encode() + text + b"\n" + errors + end


def _prefixed(body: bytes) -> bytes:
    ends = body.endswith(b"\n")
    lines = body.split(b"\n")[: -1 if ends else None]
    return b"\n".join(b"|" + line for line in lines) + (b"\n" if ends else b"")


@pytest.mark.parametrize("body", [b"", b"x", b"x\n", b"\n", b"\n\n", b"x\n\n", b"a\r\nb", b"|\n!\n@\n"])
@pytest.mark.parametrize("err", [b"", b"no such file", b"one\ntwo"])
def test_body_comes_back_exactly(body: bytes, err: bytes) -> None:
    raw = parse(START + section("a", body, err=err) + DONE, NONCE).sections["a"]
    assert (raw.state, raw.stdout, raw.stderr, raw.status, raw.duration_ms) == (RawState.OK, body, err, 0, 10)


@pytest.mark.parametrize(
    ("status", "reader", "ms", "state"),
    [
        ("0", "0", "10", RawState.OK),
        ("7", "0", "10", RawState.FAILED),
        ("96", "0", "10", RawState.ABSENT),
        ("97", "0", "10", RawState.DENIED),
        ("127", "0", "10", RawState.MISSING_TOOL),
        *((status, "0", "10", RawState.TIMEOUT) for status in ["124", "125", "137", "143", "265", "271", "393", "399"]),
        ("141", "0", "10", RawState.FAILED),
        ("0", "124", "10", RawState.TIMEOUT),
        ("0", "-", "10", RawState.TIMEOUT),
        ("-", "0", "10", RawState.TIMEOUT),
        ("", "", "", RawState.TIMEOUT),
        ("0", "0", "5000", RawState.TIMEOUT),
        ("0", "0", "4990", RawState.OK),
        ("0", "0", "x", RawState.OK),
    ],
)
def test_state(status: str, reader: str, ms: str, state: RawState) -> None:
    data = START + section("a", b"body\n", status=status, reader=reader, ms=ms) + DONE
    assert parse(data, NONCE).sections["a"].state is state


def test_reaching_the_cap_is_truncated_whatever_the_status() -> None:
    for status in ("0", "141", "124"):
        data = START + section("a", b"x" * 100, status=status, cap=100) + DONE
        assert parse(data, NONCE).sections["a"].state is RawState.TRUNCATED
    assert parse(START + section("a", b"x" * 99, cap=100), NONCE).sections["a"].state is RawState.OK


def test_header_and_plan() -> None:
    frame = parse(START + DONE, NONCE)
    assert frame.started and frame.done and frame.plan == ("a", "b", "c")
    assert frame.header["euid"] == "0" and frame.header["rights"] == "root"


def test_before_start_nothing_counts() -> None:
    assert parse(section("a", b"x"), NONCE).sections == {}


def test_a_section_without_end_is_a_timeout() -> None:
    data = START + f"\n@{NONCE} B a 5 100\n|x\n".encode() + section("b", b"y")
    frame = parse(data, NONCE)
    assert frame.sections["a"].state is RawState.TIMEOUT
    assert frame.sections["b"].state is RawState.OK
    assert not frame.done


def test_a_second_run_over_the_rest_is_read_too() -> None:
    data = START + f"\n@{NONCE} B a 5 100\n|x".encode() + b"\n" + START + section("b", b"y") + DONE
    frame = parse(data, NONCE)
    assert [frame.sections[name].state for name in "ab"] == [RawState.TIMEOUT, RawState.OK]


def test_what_ended_first_wins() -> None:
    frame = parse(START + section("a", b"one") + section("a", b"two"), NONCE)
    assert frame.sections["a"].stdout == b"one"


def test_forged_frames_are_body() -> None:
    forged = f"@{'f' * 32} E a 0 0 1\n@{'f' * 32} DONE\n@{NONCE} E a 0 0 1\n@{NONCE} DONE".encode()
    data = START + section("a", forged, status="7") + DONE
    raw = parse(data, NONCE).sections["a"]
    assert raw.state is RawState.FAILED and raw.stdout == forged


def test_stderr_cannot_forge_either() -> None:
    raw = parse(START + section("a", b"x", err=f"@{NONCE} E a 0 0 1".encode(), status="7"), NONCE).sections["a"]
    assert raw.state is RawState.FAILED


@given(st.binary(max_size=3000))
def test_any_bytes_are_read(data: bytes) -> None:
    parse(data, NONCE)
    parse(START + data, NONCE)


WORDS = [f"@{NONCE} ", "START", "PLAN", "DONE", "B a 5 100", "E a 0 0 1", "E a", "B", "\n", "|", "!", "x=y", " ", "\0"]


@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_any_order_of_markers_is_read(words: list[str]) -> None:
    parse("".join(words).encode(), NONCE)


@given(st.binary(max_size=500))
def test_whatever_a_body_holds_its_neighbours_are_unhurt(body: bytes) -> None:
    data = START + section("a", b"1\n") + section("b", body.replace(b"\r", b"")) + section("c", b"3\n") + DONE
    frame = parse(data, NONCE)
    assert frame.sections["a"].stdout == b"1\n" and frame.sections["c"].stdout == b"3\n"
    assert set(frame.sections) == {"a", "b", "c"} and frame.done


def transcript(stdout: bytes, error: tuple[Reason, str] | None = None) -> Transcript:
    return Transcript(
        target="t",
        platform="linux",
        nonce=NONCE,
        stdout=stdout,
        collected_at=datetime(2026, 1, 1, tzinfo=UTC),
        account="scan",
        privilege=Privilege.USER,
        script_sha256="0" * 64,
        error=error,
    )


def test_planned_and_missing_is_not_run_and_says_why() -> None:
    facts = raw_facts(transcript(START + section("a", b"x"), (Reason.CANCELLED, "the scan was interrupted")), ["z"])
    assert facts.get("a").state is RawState.OK
    assert {name: facts.get(name).state for name in "bcz"} == dict.fromkeys("bcz", RawState.NOT_RUN)
    assert facts.read("b") == Unknown(Reason.CANCELLED, "b: the collection ended first: the scan was interrupted")


def test_an_end_without_done_is_never_silent() -> None:
    facts = raw_facts(transcript(START))
    assert facts.error == (Reason.TIMEOUT, "the script did not reach its end")


def test_a_probe_cut_by_the_end_of_the_collection_says_so() -> None:
    data = START + section("a", b"x") + f"\n@{NONCE} B b 5 100\n|half".encode()
    facts = raw_facts(transcript(data, (Reason.UNREACHABLE, "the connection ended")))
    assert facts.why_not("b") == Unknown(Reason.UNREACHABLE, "b: the collection ended first: the connection ended")
    assert raw_facts(transcript(data, (Reason.TIMEOUT, "deadline"))).get("b").state is RawState.TIMEOUT


def test_no_marker_lifts_our_own_limit_on_a_body() -> None:
    body = b"x" * MAX_BODY
    frame = parse(START + section("a", body, cap=10**12) + section("b", body[1:], cap=10**12) + DONE, NONCE)
    assert (frame.sections["a"].state, frame.sections["b"].state) == (RawState.TRUNCATED, RawState.OK)


def test_a_section_beyond_every_limit_is_truncated_without_being_read() -> None:
    frame = parse(START + section("a", b"\n" * (3 * MAX_BODY // 2)) + section("b", b"y") + DONE, NONCE)
    assert frame.sections["a"].state is RawState.TRUNCATED and frame.sections["a"].stdout == b""
    assert frame.sections["b"].stdout == b"y"


def test_millions_of_lines_take_no_more_memory_than_their_bytes() -> None:
    data = START + section("a", b"\n" * 2_000_000, cap=10**9) + b"junk\n" * 400_000 + DONE
    tracemalloc.start()
    try:
        parse(data, NONCE)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(data)


@pytest.mark.parametrize("words", ["START " + "x=1 " * 10_000, "PLAN " + "x " * 20_000, "B " + "x" * 30_000])
def test_a_marker_of_endless_words_is_no_marker(words: str) -> None:
    frame = parse(START + f"\n@{NONCE} {words}\n".encode() + section("a", b"x") + DONE, NONCE)
    assert frame.plan == ("a", "b", "c") and frame.header["euid"] == "0" and set(frame.sections) == {"a"}


def test_a_target_cannot_bring_any_number_of_sections() -> None:
    frame = parse(START + b"".join(section(f"s{number}", b"x") for number in range(1500)), NONCE)
    assert len(frame.sections) == 1000


@pytest.mark.parametrize("mark", [f"@{NONCE} DONE", f"@{NONCE} ", f"@{NONCE} DONE\n", f"\n@{NONCE} X"])
def test_markers_at_the_very_start_and_end(mark: str) -> None:
    parse(mark.encode(), NONCE)
    parse(mark.encode() + START + mark.encode(), NONCE)
