"""One person of the list against one account: what is certain, what is a question, and what says nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Account, AccountKind, Leaver, LeaverIndex, Likeness, PasswordState

DAY = date(2026, 10, 30)


def account(name: str = "jdoe", **shown: Any) -> Account:
    values: dict[str, Any] = {
        "identifier": "1000",
        "kind": AccountKind.HUMAN,
        "interactive": True,
        "home": "",
        "shell": "",
        "group_ids": (),
        "password": PasswordState.USABLE,
        "hash_scheme": "yescrypt",
        "password_changed": None,
        "password_min_age_days": None,
        "password_max_age_days": None,
        "expires": None,
        "last_login": None,
    }
    return Account(name=name, **values, **shown)


def leaver(**named: str) -> Leaver:
    return Leaver(row=1, last_day=DAY, **named)


CERTAIN_LOGIN = Likeness("account name", certain=True)
ADDRESS = Likeness("mail address", certain=True)
SIGN_IN = Likeness("name for signing in", certain=True)
NAME = Likeness("full name", certain=False)


@pytest.mark.parametrize(
    ("person", "seen", "likeness"),
    [
        ({"account": "jdoe"}, {}, CERTAIN_LOGIN),
        ({"account": "JDoe"}, {}, CERTAIN_LOGIN),
        ({"account": "jdoe2"}, {}, None),
        ({"account": "jdo"}, {}, None),
        ({"account": "ACME\\jdoe"}, {}, CERTAIN_LOGIN),  # the target is acme's
        ({"account": "BOLT\\jdoe"}, {}, Likeness("account name, with another domain in front", certain=False)),
        ({"mail": "Jane.Doe@acme.example"}, {"mail": "jane.doe@ACME.example"}, ADDRESS),
        ({"mail": "jane.doe@acme.example"}, {"principal": "jane.doe@acme.example"}, SIGN_IN),
        ({"account": "jane.doe@acme.example"}, {"principal": "jane.doe@acme.example"}, SIGN_IN),
        ({"account": "jane"}, {"mail": "jane", "principal": "jane"}, None),
        ({"mail": "jdoe@acme.example"}, {}, None),  # what stands before the @ is no account name
        ({"mail": "jane.doe@acme.example"}, {"mail": "jane.doe@acme.example.net"}, None),
        ({"name": "Jane Doe"}, {"full_name": "Jane Doe"}, NAME),
        ({"name": "Doe, Jane"}, {"full_name": "Jane  Doe"}, NAME),
        ({"name": "Jose Perez"}, {"full_name": "José PÉREZ"}, NAME),
        ({"name": "Jane Doe"}, {"full_name": "Jane M. Doe"}, None),
        ({"name": "Jane Doe"}, {}, None),
        ({"name": "jdoe"}, {}, None),
        ({"name": ","}, {"full_name": ","}, None),
        ({"account": "x", "name": "Jane Doe"}, {"full_name": "Jane Doe"}, NAME),
        ({"account": "jdoe", "name": "Jane Doe"}, {"full_name": "Jane Doe"}, CERTAIN_LOGIN),
    ],
)
def test_likeness(person: dict[str, str], seen: dict[str, str], likeness: Likeness | None) -> None:
    assert leaver(**person).likeness(account(**seen), ("acme.example", "acme")) == likeness


@pytest.mark.parametrize(
    ("person", "seen", "by"),
    [
        ({"account": "jane"}, {}, "account name"),
        ({"account": "ACME\\jane"}, {}, "account name"),
        ({"account": "jane@acme.example"}, {}, ""),  # an address, whatever the column is called
        ({"account": "jane@acme.example"}, {"mail": "k@acme.example"}, "mail address"),
        ({"account": "jane@acme.example"}, {"principal": "k@ACME.example"}, "name for signing in"),
        ({"account": "jane@acme.example", "name": "Jane Doe"}, {"full_name": "Kim"}, "full name"),
        ({"mail": "j@acme.example"}, {}, ""),
        ({"mail": "j@acme.example"}, {"full_name": "Jane Doe"}, ""),
        ({"mail": "j@acme.example"}, {"mail": "k@acme.example"}, "mail address"),
        ({"account": "j@acme.example"}, {"principal": "k@acme.example"}, "name for signing in"),
        ({"mail": "j@acme.example"}, {"principal": "k@acme.example"}, "mail address against the name for signing in"),
        ({"mail": "j@acme.example"}, {"principal": "k@acme.local"}, ""),  # an inner name, not the mail address
        ({"mail": "j@acme.example", "name": "Doe"}, {"mail": "k@acme.example", "full_name": "Kim"}, "mail address"),
        ({"mail": "j@acme.example", "name": "Doe"}, {"principal": "k@acme.local", "full_name": "Kim"}, "full name"),
        ({"name": "Jane Doe"}, {"mail": "k@acme.example"}, ""),
        ({"name": "Jane Doe"}, {"full_name": "Kim"}, "full name"),
        ({"account": "BOLT\\jane"}, {}, "account name, with another domain in front"),
        ({"account": "BOLT\\jane", "name": "Jane Doe"}, {"full_name": "Kim"}, "full name"),
    ],
)
def test_what_cannot_be_compared_is_not_taken_for_different(
    person: dict[str, str], seen: dict[str, str], by: str
) -> None:
    found = leaver(**person).compared_by(account(**seen), ("acme",))
    assert (found.words if found else "") == by


TEXT = st.text(max_size=12)


@given(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT)
def test_any_text_compares_without_harm_and_nothing_is_like_everything(
    login: str, mail: str, name: str, own: str, own_mail: str, principal: str, full: str
) -> None:
    person, seen = leaver(account=login, mail=mail, name=name), account(own, mail=own_mail, principal=principal)
    found = person.likeness(seen)
    if not (login or mail or name) or not (own or own_mail or principal):
        assert found is None
    assert leaver(name=name).likeness(account(full_name=full)) in (None, NAME)
    people = [leaver(account=login, mail=mail, name=name)]
    assert LeaverIndex(people).like(seen) == ([(people[0], found)] if found else [])


def test_the_index_finds_everybody_once_in_the_order_of_the_list() -> None:
    people = [
        Leaver(row=1, last_day=DAY, name="Doe, Jane"),
        Leaver(row=2, last_day=DAY, account="someone"),
        Leaver(row=3, last_day=DAY, account="ACME\\jdoe", mail="jane.doe@acme.example", name="Jane Doe"),
    ]
    seen = account(full_name="Jane Doe", mail="jane.doe@acme.example")
    assert [(person.row, likeness.words) for person, likeness in LeaverIndex(people).like(seen, ("acme",))] == [
        (1, "full name"),
        (3, "account name"),
    ]
    assert LeaverIndex([]).like(seen) == []
