"""A leavers list as files that `read_people` reads again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from scanner.attest.leavers.people import FIELDS, Person
from scanner.document import plain
from scanner.text import spreadsheet_cell

_LONGEST = 1000


def as_csv(people: Iterable[Person]) -> bytes:
    """UTF-8 with a byte-order mark, safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(FIELDS)
    for person in people:
        row = plain(person)
        writer.writerow([spreadsheet_cell(row[name], _LONGEST) for name in FIELDS])
    return out.getvalue().encode("utf-8-sig")


def as_yaml(people: Iterable[Person], head: Iterable[str] = ()) -> bytes:
    """YAML; `head` are comments in front, and what the list leaves out of a person is left out here."""
    lines = [f"# {line}" for line in head]
    rows = [{name: row[name] for name in FIELDS if row[name]} for row in map(plain, people)]
    lines += ["leavers:"] if rows else ["leavers: []"]
    for row in rows:
        marks = ("- ", *("  " for _ in row))
        # JSON's strings are YAML's, with every character that could mean something escaped.
        lines += [
            f"  {mark}{name}: {json.dumps(value, ensure_ascii=False)}"
            for mark, (name, value) in zip(marks, row.items(), strict=False)
        ]
    return ("\n".join(lines) + "\n").encode()
