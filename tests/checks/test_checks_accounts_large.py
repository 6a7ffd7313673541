"""Checks of accounts and keys on a host with thousands of both: the work grows with the host, and not with its square.

Work is counted, not timed: each comparison and each hash of an account's name is one step.
"""

from __future__ import annotations

from typing import Any

import pytest

from scanner.facts.accounts import AccountKind
from scanner.facts.keys import AuthorizedKeys, KeyFile
from scanner.model import Status
from tests.checks.test_checks_accounts import KEY, LOCKED, NOW_FACT, SSH, account, accounts, run


class Counted(str):
    """A name that counts how often somebody looks at it."""

    steps = 0

    def __eq__(self, other: object) -> bool:
        Counted.steps += 1
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        Counted.steps += 1
        return str.__hash__(self)


def steps(check: str, number: int) -> int:
    """How many steps a check takes on a host with so many locked accounts, each with a key file of its own."""
    names = [Counted(f"user{index}") for index in range(number)]
    kind = AccountKind.SYSTEM if check == "service_shells" else AccountKind.HUMAN
    people = accounts(*(account(name, kind=kind, **LOCKED) for name in names))
    files = tuple(KeyFile(path=f"/home/{name}/.ssh/authorized_keys", account=name, keys=(KEY,)) for name in names)
    facts: list[Any] = [people, AuthorizedKeys(files=files, complete=True)]
    facts += [SSH, NOW_FACT] if check == "locked_but_usable" else [NOW_FACT]
    Counted.steps = 0
    outcome = run(check, *facts)
    assert check != "locked_but_usable" or (outcome.status is Status.FAIL and len(outcome.items) == number)
    return Counted.steps


@pytest.mark.parametrize("check", ["locked_but_usable", "inactive", "never_used", "generic", "service_shells"])
def test_the_work_grows_with_the_host(check: str) -> None:
    small, large = steps(check, 500), steps(check, 2000)
    assert large <= 5 * small, f"{small} steps for 500 accounts, {large} for 2000"


def test_the_keys_of_one_account_are_all_of_its_files_in_order() -> None:
    other = KeyFile(path="/b", account="bob", keys=())
    files = (KeyFile(path="/a", account="amy", keys=(KEY,)), other, KeyFile(path="/c", account="amy", keys=(KEY, KEY)))
    fact = AuthorizedKeys(files=files, complete=True)
    assert fact.keys_of("amy") == (KEY, KEY, KEY) and fact.keys_of("bob") == fact.keys_of("eve") == ()
    assert fact == AuthorizedKeys(files=files, complete=True), "having looked changes nothing"
