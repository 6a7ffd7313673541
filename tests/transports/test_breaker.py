"""One refusal is the only one: whatever the number of targets, a wrong password is tried once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from scanner.errors import AuthenticationFailed, TimeLimit, Unreachable
from scanner.model import Reason
from scanner.transports.breaker import Breaker


def soon() -> float:
    return time.monotonic() + 10


def refuse(breaker: Breaker, name: str, tried: list[str], where: str) -> None:
    with breaker.logon(name, where, soon()):
        tried.append(where)
        time.sleep(0.02)
        raise AuthenticationFailed(Reason.LOGIN, "invalid credentials")


def test_of_many_targets_at_once_one_tries_a_wrong_password() -> None:
    breaker, tried = Breaker(), list[str]()
    with ThreadPoolExecutor(16) as pool:
        errors = [pool.submit(refuse, breaker, "domain", tried, f"host-{n}").exception(10) for n in range(40)]
    assert len(tried) == 1
    assert all(isinstance(error, AuthenticationFailed) for error in errors)
    assert sum(f"refused at {tried[0]}" in str(error) for error in errors) == 39


def test_another_credential_goes_on() -> None:
    breaker, tried = Breaker(), list[str]()
    with pytest.raises(AuthenticationFailed):
        refuse(breaker, "bad", tried, "a")
    with breaker.logon("good", "a", soon()):
        tried.append("good")
    assert tried == ["a", "good"]


def test_a_peer_that_cannot_be_reached_disables_nothing() -> None:
    breaker = Breaker()
    with pytest.raises(Unreachable), breaker.logon("domain", "a", soon()):
        raise Unreachable(Reason.UNREACHABLE, "gone")
    with breaker.logon("domain", "b", soon()):
        pass


def test_an_accepted_credential_is_used_by_many_at_the_same_time() -> None:
    breaker, together = Breaker(), threading.Barrier(4, timeout=10)

    def log_on() -> None:
        with breaker.logon("domain", "host", soon()):
            together.wait()

    with breaker.logon("domain", "first", soon()):
        pass
    with ThreadPoolExecutor(4) as pool:
        logons = [pool.submit(log_on) for _ in range(4)]
    assert [one.result(10) for one in logons] == [None] * 4


def test_who_waits_for_the_first_logon_keeps_its_own_deadline() -> None:
    breaker = Breaker()
    with (
        breaker.logon("domain", "slow", soon()),
        pytest.raises(TimeLimit),
        breaker.logon("domain", "b", time.monotonic() + 0.05),
    ):
        pass
