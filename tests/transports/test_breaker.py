"""One refusal is the only one: whatever the number of targets, a wrong password is tried once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from scanner.errors import AuthenticationFailed, TargetError, TimeLimit, Unreachable
from scanner.model import Reason
from scanner.transports.breaker import Breaker


def soon() -> float:
    return time.monotonic() + 10


def refuse(breaker: Breaker, name: str, tried: list[str], where: str) -> None:
    with breaker.attempt(name, "ACME\\scan", where, soon()) as attempt:
        tried.append(where)
        time.sleep(0.02)
        attempt.was_accepted = False


def test_of_many_targets_at_once_one_tries_a_wrong_password() -> None:
    breaker, tried = Breaker(), list[str]()
    with ThreadPoolExecutor(16) as pool:
        logons = [pool.submit(refuse, breaker, "domain", tried, f"host-{n}") for n in range(40)]
    errors = [logon.exception(10) for logon in logons]
    assert len(tried) == 1
    refused = [error for error in errors if isinstance(error, AuthenticationFailed)]
    assert len(refused) == 39 and all(f"{tried[0]} refused" in str(error) for error in refused)


def test_another_credential_goes_on() -> None:
    breaker, tried = Breaker(), list[str]()
    refuse(breaker, "bad", tried, "a")
    with breaker.attempt("good", "ACME\\scan", "a", soon()) as attempt:
        attempt.was_accepted = True
    with pytest.raises(AuthenticationFailed):
        refuse(breaker, "bad", tried, "b")
    assert tried == ["a"]


def test_a_peer_that_cannot_be_reached_disables_nothing() -> None:
    breaker = Breaker()
    with pytest.raises(Unreachable), breaker.attempt("domain", "u", "a", soon()):
        raise Unreachable(Reason.UNREACHABLE, "gone")
    with breaker.attempt("domain", "u", "b", soon()):
        pass


def test_an_accepted_credential_is_used_by_many_at_the_same_time() -> None:
    breaker, together = Breaker(), threading.Barrier(4, timeout=10)

    def log_on() -> None:
        with breaker.attempt("domain", "u", "host", soon()):
            together.wait()

    with breaker.attempt("domain", "u", "first", soon()) as attempt:
        attempt.was_accepted = True
    with ThreadPoolExecutor(4) as pool:
        logons = [pool.submit(log_on) for _ in range(4)]
    assert [one.result(10) for one in logons] == [None] * 4


def test_who_waits_for_the_first_logon_keeps_its_own_deadline_and_hears_of_an_end() -> None:
    breaker = Breaker()
    with breaker.attempt("domain", "u", "slow", soon()):
        with pytest.raises(TimeLimit), breaker.attempt("domain", "u", "b", time.monotonic() + 0.05):
            pass
        threading.Timer(0.1, breaker.abort).start()
        with pytest.raises(TargetError) as caught, breaker.attempt("domain", "u", "c", soon()):
            pass
        assert caught.value.reason is Reason.CANCELLED
