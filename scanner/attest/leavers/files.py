"""A leavers list from a file: CSV as human resources export it, or YAML."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from scanner.attest.leavers.people import FIELDS, NAMES, Entry, Person, people_of
from scanner.cells import Cell, rows_of
from scanner.errors import ConfigError, Problem
from scanner.suggest import hint, listed
from scanner.text import without_apostrophe
from scanner.validation import Strict, check_model
from scanner.yaml_source import PROBLEM_LIMIT, Document, decode, parse_yaml, read_bytes

_OTHER_NAMES = {
    "account": ("login", "username", "user_name", "user", "samaccountname", "logon_name"),
    "email": ("e_mail", "mail", "email_address", "userprincipalname", "upn"),
    "name": ("full_name", "fullname", "display_name", "displayname", "employee_name"),
    "employee_id": ("employeeid", "employee_number", "personnel_number"),
    "last_day": ("last_working_day", "last_day_of_work", "termination_date", "leaving_date", "separation_date"),
    "note": ("ticket", "comment"),
}
COLUMNS = {other: name for name, others in _OTHER_NAMES.items() for other in (name, *others)}
"""The field that each accepted column means."""

_HEADER = "a header line such as account,email,name,last_day"
_YAML = (".yaml", ".yml")


def read_people(path: Path, today: date) -> tuple[Person, ...]:
    """The people of a file, YAML by its name and CSV otherwise. Raises ConfigError with every problem in it."""
    content = read_bytes(path)
    parse = people_in_yaml if path.suffix.lower() in _YAML else people_in_csv
    return parse(content, str(path), today)


# --- CSV -------------------------------------------------------------------------------------------------


def people_in_csv(content: bytes, path: str, today: date) -> tuple[Person, ...]:
    """The people of a CSV list with a header line. Raises ConfigError."""
    rows = rows_of(decode(content, path), path)
    header = next(rows, None)
    if header is None:
        raise ConfigError(Problem(path, "the file is empty", line=1, column=1, expected=_HEADER))
    names, problems = _names(header, path)
    entries: list[Entry] = []
    try:
        for row in rows:
            problems += _left_over(row, len(names), path)
            entries.append(_entry(row, names))
    except ConfigError as error:  # what stands behind a quote that does not fit cannot be told
        problems += error.problems
    return _together(path, entries, today, problems)


def _together(path: str, entries: list[Entry], today: date, problems: list[Problem]) -> tuple[Person, ...]:
    """The people, or the problems of the rows beside those of the file, in the order of their places."""
    try:
        people = people_of(path, entries, today)
    except ConfigError as error:
        problems += error.problems
    if not problems:
        return people
    problems.sort(key=lambda one: (one.line or 0, one.column or 0))
    if more := len(problems[PROBLEM_LIMIT:]):
        problems[PROBLEM_LIMIT:] = [Problem(path, f"{more} more problems")]
    raise ConfigError(problems)


def _names(header: list[Cell], path: str) -> tuple[list[str], list[Problem]]:
    """The field of each column, empty for one that is not taken; and what is wrong with columns.

    Raises ConfigError where the rows cannot be judged: the day, or every name to compare with, has no column.
    """
    problems: list[Problem] = []
    names: list[str] = []
    for cell in header:
        word = "_".join(cell.text.lower().replace("-", " ").replace("_", " ").split())
        name = COLUMNS.get(word, "")
        if word and not name:
            near = hint(word, COLUMNS) or "leave the column out: nothing else is kept of a person"
            message = f"unknown column '{cell.text[:60]}'"
            problems.append(Problem(path, message, cell.line, cell.column, expected=listed(FIELDS), hint=near))
        elif name and name in names:
            message = f"a second column for '{name}'"
            problems.append(Problem(path, message, cell.line, cell.column, found=f"'{cell.text}'"))
        names.append(name)
    missing = [] if "last_day" in names else ["'last_day'"]
    missing += [] if set(NAMES).intersection(names) else ["'account', 'email' or 'name'"]
    if missing:
        lacks = "the first line has no column"
        problems += [Problem(path, f"{lacks} {what}", header[0].line, 1, expected=_HEADER) for what in missing]
        raise ConfigError(problems)
    return names, problems


def _left_over(row: list[Cell], columns: int, path: str) -> Iterator[Problem]:
    extra = next((cell for cell in row[columns:] if cell.text), None)
    if extra is not None:
        hint_ = "put a cell that holds the delimiter in quotes"
        yield Problem(path, "more cells than the header has columns", extra.line, extra.column, hint=hint_)


def _entry(row: list[Cell], names: list[str]) -> Entry:
    cells = {name: cell for name, cell in zip(names, row, strict=False) if name}
    values = {name: without_apostrophe(cell.text) for name, cell in cells.items()}
    places = {name: (cell.line, cell.column) for name, cell in cells.items()}
    return Entry(row[0].line, row[0].column, values, places)


# --- YAML ------------------------------------------------------------------------------------------------


class _PersonFile(Strict):
    account: str = ""
    email: str = ""
    name: str = ""
    employee_id: str = ""
    last_day: str = ""
    note: str = ""


class _LeaversFile(Strict):
    leavers: list[_PersonFile]


def people_in_yaml(content: bytes, path: str, today: date) -> tuple[Person, ...]:
    """The people under the key `leavers`. Raises ConfigError."""
    document = parse_yaml(content, path)
    model, problems = check_model(document, _LeaversFile.model_validate, document.data, root=_LeaversFile)
    if model is None:
        raise ConfigError(problems)
    entries = [_from_yaml(document, index, person) for index, person in enumerate(model.leavers)]
    return _together(path, entries, today, [])


def _from_yaml(document: Document, index: int, person: _PersonFile) -> Entry:
    given = {name: str(getattr(person, name)).strip() for name in FIELDS if name in person.model_fields_set}
    places = {name: document.place(("leavers", index, name)) for name in given}
    line, column = document.place(("leavers", index))
    return Entry(line, column, given, places)
