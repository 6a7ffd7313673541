"""The local transport: a child process behind the contract of a channel."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from scanner.errors import TimeLimit, Unreachable
from scanner.transports.base import Channel, ChannelClosed
from scanner.transports.local import LocalSession


def everything(channel: Channel) -> tuple[bytes, bytes]:
    out, err = bytearray(), bytearray()
    while True:
        try:
            chunk = channel.receive(5)
        except ChannelClosed:
            return bytes(out), bytes(err)
        if chunk is not None:
            (err if chunk.is_error else out).extend(chunk.data)


def test_both_streams_and_the_exit_status() -> None:
    session = LocalSession()
    channel = session.open("/bin/sh -s", 5)
    channel.send(b"echo out; echo err >&2; cat; exit 7\n", 5)
    time.sleep(0.2)
    channel.send(b"the rest", 5)
    channel.close_input()
    out, err = everything(channel)
    time.sleep(0.2)
    assert (out, err, channel.exit_status()) == (b"out\nthe rest", b"err\n", 7)
    session.close()
    session.close()


def test_receive_returns_none_when_nothing_came() -> None:
    session = LocalSession()
    channel = session.open("sleep 30", 5)
    began = time.monotonic()
    assert channel.receive(0.1) is None
    assert 0.05 < time.monotonic() - began < 2
    assert channel.exit_status() is None
    session.close()
    with pytest.raises(ChannelClosed):
        channel.receive(0.1)


def test_a_peer_that_takes_no_input_is_a_time_limit() -> None:
    session = LocalSession()
    channel = session.open("sleep 30", 5)
    with pytest.raises(TimeLimit):
        channel.send(b"x" * 1_000_000, 0.3)
    session.close()


def test_a_peer_that_is_gone_is_unreachable() -> None:
    session = LocalSession()
    channel = session.open("true", 5)
    everything(channel)
    with pytest.raises(Unreachable):
        channel.send(b"x" * 1_000_000, 2)
    channel.close_input()
    session.close()
    with pytest.raises(Unreachable):
        channel.send(b"x", 1)


def test_a_megabyte_through_a_peer_that_answers_while_we_write() -> None:
    session = LocalSession()
    channel = session.open("cat", 5)
    data = bytes(range(256)) * 8192
    channel.send(data, 20)
    channel.close_input()
    assert everything(channel)[0] == data
    session.close()


def test_close_ends_the_whole_group_and_does_not_block(tmp_path: Path) -> None:
    session = LocalSession()
    channel = session.open("/bin/sh -s", 5)
    channel.send(f"trap '' TERM; (sleep 1; echo alive > {tmp_path}/alive) & echo on; wait\n".encode(), 5)
    assert channel.receive(5) is not None
    began = time.monotonic()
    channel.close()
    channel.close()
    assert time.monotonic() - began < 0.9
    assert channel.exit_status() == 137
    time.sleep(1.3)
    assert not (tmp_path / "alive").exists()


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(Unreachable, match="/no/such/shell"):
        LocalSession().open("/no/such/shell -s", 5)


def test_the_wrapper_stands_first_and_our_environment_stays_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTPAT_TEST_PASSWORD", "hunter2")
    session = LocalSession(wrapper=("env", "X=1"))
    channel = session.open("env", 5)
    out, _ = everything(channel)
    assert b"X=1\n" in out and b"hunter2" not in out
    assert session.info.round_trips == 1 and session.info.account
    session.close()
