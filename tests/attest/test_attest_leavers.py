"""Leavers lists from CSV and YAML: every error with its place, nothing half read, and what is written comes back."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanner.attest.leavers import Person, as_csv, as_yaml, document_of, leavers_of, people_in, read_people
from scanner.attest.leavers.files import people_in_csv, people_in_yaml
from scanner.errors import ConfigError, EvidenceError, Problem
from scanner.facts import Leaver
from scanner.text import clean

TODAY = date(2026, 11, 29)
DAY = date(2026, 10, 30)
HEADER = "account,email,name,last_day\n"


def csv(text: str) -> tuple[Person, ...]:
    return people_in_csv(text.encode(), "hr.csv", TODAY)


def yaml(text: str) -> tuple[Person, ...]:
    return people_in_yaml(text.encode(), "hr.yaml", TODAY)


def problems(call: object, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        call(text)  # type: ignore[operator]
    return [str(problem) for problem in caught.value.problems]


# --- What is read ----------------------------------------------------------------------------------------


def test_a_list_as_a_spreadsheet_writes_it() -> None:
    text = (
        "\ufeffLogin;E-Mail;Full Name;Employee-ID;Last working day;Ticket\r\n"
        'jdoe; jane@acme.example ;"Doe, ""JD"" Jane";0042;2026-10-30;"HD-7; closed"\r\n'
        ";;;;;\r\n"
        "\r\n"
        ";kim@acme.example;;;2026-10-30;\r\n"
    )
    assert csv(text) == (
        Person(
            last_day=DAY,
            account="jdoe",
            email="jane@acme.example",
            name='Doe, "JD" Jane',
            employee_id="0042",
            note="HD-7; closed",
        ),
        Person(last_day=DAY, email="kim@acme.example"),
    )


def test_tabs_and_a_column_without_a_name() -> None:
    assert csv("account\t\tlast_day\njdoe\tx\t2026-10-30\n") == (Person(last_day=DAY, account="jdoe"),)


def test_lines_that_end_as_on_old_machines() -> None:
    assert csv("account,last_day\rjdoe,2026-10-30\r") == (Person(last_day=DAY, account="jdoe"),)


def test_yaml() -> None:
    text = "leavers:\n  - {account: jdoe, last_day: 2026-10-30}\n  - name: Kim Poe\n    last_day: '2026-10-30'\n"
    assert yaml(text) == (Person(last_day=DAY, account="jdoe"), Person(last_day=DAY, name="Kim Poe"))


def test_a_file_is_read_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("leavers: [{account: jdoe, last_day: 2026-10-30}]\n")
    (tmp_path / "a.CSV").write_text("account,last_day\njdoe,2026-10-30\n")
    assert read_people(tmp_path / "a.yml", TODAY) == read_people(tmp_path / "a.CSV", TODAY)


def test_a_person_may_have_several_accounts() -> None:
    text = HEADER + "jdoe,jane@acme.example,Jane Doe,2026-10-30\nadm-jdoe,jane@acme.example,Jane Doe,2026-10-30\n"
    assert len(csv(text)) == 2


def test_nobody_on_the_list_is_for_the_caller_to_judge() -> None:
    assert csv(HEADER) == ()
    assert yaml("leavers: []\n") == ()


# --- What is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("jdoe,,,30.10.2026", "hr.csv:2:8: 'last_day' is not written as a date that everybody reads the same way"),
        ("jdoe,,,2026-13-01", "hr.csv:2:8: there is no such day; found text '2026-13-01'; expected year-month-day"),
        ("jdoe,,,2026-02-29", "hr.csv:2:8: there is no such day"),
        ("jdoe,,,", "hr.csv:2:8: the last day is missing; expected year-month-day, such as 2026-10-30"),
        ("jdoe", "hr.csv:2:1: the last day is missing"),
        (
            "jdoe,,,2062-10-30",
            "hr.csv:2:8: the last day cannot be right; found text '2062-10-30'; expected a day between",
        ),
        ("jdoe,,,1900-01-01", "hr.csv:2:8: the last day cannot be right"),
        (",,,2026-10-30", "hr.csv:2:1: the row names nobody; expected account, email or name"),
        (",jane,,2026-10-30", "hr.csv:2:2: 'email' is no mail address; found text 'jane'; expected one such as"),
        ("A\\B\\c,,,2026-10-30", "hr.csv:2:1: 'account' is no login"),
        ("ACME\\,,,2026-10-30", "hr.csv:2:1: 'account' is no login"),
        (f"{'x' * 201},,,2026-10-30", "hr.csv:2:1: 'account' is too long; found 201 characters; expected at most 200"),
        ("j\u202edoe,,,2026-10-30", "hr.csv:2:1: 'account' holds a line break, or a character that cannot be seen"),
        ('"j\ndoe",,,2026-10-30', "hr.csv:2:1: 'account' holds a line break"),
        ("jdoe,,,2026-10-30,more", "hr.csv:2:19: more cells than the header has columns (put a cell that holds"),
        ('"jdoe" x,,,2026-10-30', "hr.csv:2:8: text behind a closing quote (a quote inside"),
        ('jdoe,"jane,,2026-10-30', "hr.csv:2:6: a quote is never closed"),
    ],
)
def test_a_bad_row_is_told_with_line_and_column(row: str, problem: str) -> None:
    (told,) = problems(csv, f"{HEADER}{row}\n")
    assert told.startswith(problem)


@pytest.mark.parametrize("text", ["03/04/2026", "3.4.26", "04-03-2026"])
def test_a_date_that_can_be_read_either_way_is_called_so(text: str) -> None:
    (told,) = problems(csv, f"{HEADER}jdoe,,,{text}\n")
    assert f"found text '{text}'; expected year-month-day" in told
    assert told.endswith("(day and month can be read either way)")


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    text = HEADER + 'jdoe,,,soon\n,,,2026-10-30\n"a\nb",,,2026-10-30\nkim,x,,2026-10-30,y\nlou,"\n'
    told = [problem.split(" ")[0] for problem in problems(csv, text)]
    assert told == ["hr.csv:2:8:", "hr.csv:3:1:", "hr.csv:4:1:", "hr.csv:6:5:", "hr.csv:6:19:", "hr.csv:7:5:"]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (("jdoe,,,2026-10-30", "JDOE,,,2026-11-01"), "hr.csv:3:1: the account is also in line 2; found text 'JDOE'"),
        ((",j@a.b,,2026-10-30", ",J@a.b,,2026-10-30"), "hr.csv:3:2: the email is also in line 2; found text 'J@a.b'"),
        ((",,Jane Doe,2026-10-30", ",,jane doe,2026-10-30"), "hr.csv:3:3: the name is also in line 2"),
    ],
)
def test_doubles_are_named(rows: tuple[str, str], problem: str) -> None:
    (told,) = problems(csv, HEADER + "\n".join(rows))
    assert told.startswith(problem)


def test_two_people_of_one_name_are_told_apart_by_their_number() -> None:
    assert len(csv("name,employee id,last day\nJane Doe,1,2026-10-30\nJane Doe,2,2026-10-30\n")) == 2


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("", ["hr.csv:1:1: the file is empty; expected a header line such as account,email,name,last_day"]),
        (
            "account,lastday\n",
            [
                "hr.csv:1:9: unknown column 'lastday'; expected account, email, name, employee_id",
                "hr.csv:1:1: the first line has no column 'last_day'",
            ],
        ),
        ("account,last_day,salary\n", ["hr.csv:1:18: unknown column 'salary'; expected account"]),
        ("account,login,last_day\n", ["hr.csv:1:9: a second column for 'account'; found 'login'"]),
        ("account\n", ["hr.csv:1:1: the first line has no column 'last_day'"]),
        (
            "employee_id\n",
            [
                "hr.csv:1:1: the first line has no column 'last_day'",
                "hr.csv:1:1: the first line has no column 'account'",
            ],
        ),
    ],
)
def test_a_header_that_does_not_fit(header: str, told: list[str]) -> None:
    found = problems(csv, header)
    assert len(found) == len(told)
    assert all(one.startswith(start) for one, start in zip(found, told, strict=True))


def test_what_is_not_kept_of_a_person_is_not_taken() -> None:
    told, row = problems(csv, "account,last_day,salary\njdoe,30.10.2026,90000\n")
    assert told.endswith("(leave the column out: nothing else is kept of a person)")
    assert row.startswith("hr.csv:2:6: 'last_day'") and "90000" not in told + row


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("leavers: [{account: jdoe, last_day: 30.10.2026}]", "hr.yaml:1:37: 'last_day' is not written as a date"),
        (
            "leavers: [{acount: jdoe, last_day: 2026-10-30}]",
            "hr.yaml:1:12: unknown key 'acount' (did you mean 'account'?)",
        ),
        ("leavers: [{account: 7, last_day: 2026-10-30}]", "hr.yaml:1:21: 'account' does not fit; found a number 7"),
        ("people: []", "hr.yaml:1:1: the key 'leavers' is missing"),
        (
            "leavers: [{account: a, last_day: 2026-10-30},{account: a, last_day: 2026-10-30}]",
            "hr.yaml:1:56: the account",
        ),
    ],
)
def test_yaml_is_refused_with_the_same_care(text: str, problem: str) -> None:
    assert any(told.startswith(problem) for told in problems(yaml, text))


@given(st.binary(max_size=300))
@example(b'account,last_day\n"')
@example(b"account,last_day\r\r\n\x00")
@example(b'"\n')
def test_any_bytes_are_people_or_problems(content: bytes) -> None:
    for read in (people_in_csv, people_in_yaml):
        with suppress(ConfigError):
            assert all(isinstance(person, Person) for person in read(content, "hr", TODAY))


ROWS = st.lists(st.lists(st.text(st.sampled_from('ab"\n;,\t \\@0-2=')), max_size=6).map(",".join), max_size=6).map(
    "\n".join
)


def found_in(text: str) -> tuple[Problem, ...]:
    try:
        csv(text)
    except ConfigError as error:
        return error.problems
    return ()


@given(ROWS)
def test_any_rows_are_people_or_problems_with_a_place_in_the_file(rows: str) -> None:
    lines = f"{HEADER}{rows}".split("\n")
    for problem in found_in(f"{HEADER}{rows}"):
        assert problem.line is not None and 1 <= problem.line <= len(lines)
        assert problem.column is not None and 1 <= problem.column <= len(lines[problem.line - 1]) + 1


def test_a_large_file_is_read_in_one_pass() -> None:
    """Lines without a delimiter: no cell looks for one to the end of the file. Of many problems the first are told."""
    began = time.monotonic()
    told = problems(csv, HEADER + f"{'x' * 199}\n" * 20_000)
    assert time.monotonic() - began < 5
    assert len(told) == 51 and told[-1] == "hr.csv: 39949 more problems"


# --- What is written -------------------------------------------------------------------------------------

WORDS = st.text(max_size=20).filter(lambda text: clean(text) == text).map(str.strip)
WORDS = WORDS.filter(lambda text: "\\" not in text)
PEOPLE = st.lists(
    st.builds(
        Person,
        last_day=st.dates(date(1970, 1, 1), date(2028, 11, 1)),
        account=WORDS,
        email=st.just("") | st.just("j@acme.example"),
        name=WORDS,
        employee_id=WORDS,
        note=WORDS,
    ).filter(lambda one: bool(one.account)),
    max_size=5,
    unique_by=lambda one: one.account.casefold(),
).map(tuple)


@given(PEOPLE)
def test_what_is_written_is_read_again(people: tuple[Person, ...]) -> None:
    assert people_in_csv(as_csv(people), "again.csv", TODAY) == people
    assert people_in_yaml(as_yaml(people, ["a comment"]), "again.yaml", TODAY) == people
    assert people_in(document_of(people)) == people


def test_a_formula_is_text_in_a_spreadsheet() -> None:
    people = (Person(last_day=DAY, account="=cmd|x"), Person(last_day=DAY, account="x", note="'=1"))
    assert b"'=cmd|x" in as_csv(people) and b"''=1" in as_csv(people)
    assert people_in_csv(as_csv(people), "again.csv", TODAY) == people


def test_checks_see_rows_and_what_accounts_are_compared_with() -> None:
    document = document_of(csv("email,employee_id,last_day,note\njane@acme.example,7,2026-10-30,HD-7\n"))
    seen = leavers_of(document, recorded=TODAY, valid_until=date(2027, 2, 27))
    assert seen.people == (Leaver(row=1, last_day=DAY, mail="jane@acme.example"),)
    assert (seen.recorded, seen.valid_until, len(seen.sha256)) == (TODAY, date(2027, 2, 27), 64)


def test_one_list_has_one_digest_whatever_file_it_came_in() -> None:
    by_csv = csv("account;last_day\njdoe;2026-10-30\n")
    assert document_of(by_csv) == document_of(yaml("leavers:\n- last_day: 2026-10-30\n  account: jdoe\n"))


@pytest.mark.parametrize(
    "document",
    [b"", b"{}", b"[]", b'{"schema":"leavers-2","people":[]}', b'{"schema":"leavers-1","people":[{}]}', b"\xff"],
)
def test_other_bytes_are_no_list(document: bytes) -> None:
    with pytest.raises(EvidenceError):
        people_in(document)
