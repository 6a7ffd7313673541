"""JSON by its shipped schema, CSV that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import jsonschema
import pytest

from scanner.document import parse
from scanner.model import RunResult, Status, Verdict
from scanner.report import render
from scanner.report.schema import SCHEMA, run_schema, text
from scanner.report.table import COLUMNS
from scanner.text import spreadsheet_cell
from tests.report.conftest import Content
from tests.report.sample import sample


def rows(result: RunResult, pack: Content) -> list[list[str]]:
    data = render("csv", result, *pack).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(data, newline="")))


def test_schema_is_the_types() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == text(), "run: python -m scanner.report.schema"
    jsonschema.Draft202012Validator.check_schema(run_schema())


@pytest.mark.parametrize("hosts", [0, 1, 14])
def test_json_is_valid_and_comes_back_whole(pack: Content, hosts: int) -> None:
    result = sample(*pack, hosts=hosts)
    document = json.loads(render("json", result, *pack))
    jsonschema.Draft202012Validator(run_schema()).validate(document)
    again = parse(RunResult, document)
    assert again.coverage == result.coverage and again.run == result.run and again.targets == result.targets
    assert json.loads(render("json", again, *pack)) == document


def test_each_assessment_says_what_it_counts_and_of_how_many(pack: Content) -> None:
    result = sample(*pack, hosts=14)
    rows = json.loads(render("json", result, *pack))["assessments"]
    for row, assessment in zip(rows, result.assessments, strict=True):
        counts = row["counts"]
        assert set(counts["verdicts"]) == set(Verdict) and set(counts["statuses"]) == set(Status)
        assert counts["targets"] == sum(counts["verdicts"].values()) in (0, result.coverage.planned)
        assert counts["findings"] == sum(counts["statuses"].values())
        assert {name: count for name, count in counts["verdicts"].items() if count} == row["targets"]
        assert {name: count for name, count in counts["statuses"].items() if count} == row["findings"]
        assert (counts["targets"] == 0) is (not assessment.targets)
    assert {row["counts"]["targets"] for row in rows} == {0, 14}


@pytest.mark.parametrize(
    "path",
    [
        ("run", "id"),
        ("findings", 0, "status"),
        ("coverage", "planned"),
        ("targets", 0, "state"),
        ("assessments", 0, "counts"),
    ],
)
def test_schema_refuses_what_is_missing_or_wrong(result: RunResult, pack: Content, path: tuple[str | int, ...]) -> None:
    validator = jsonschema.Draft202012Validator(run_schema())
    document = json.loads(render("json", result, *pack))
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = ["no such value"]
    assert not validator.is_valid(document)
    del holder[path[-1]]
    assert not validator.is_valid(document)


def test_json_survives_what_utf_8_cannot_hold(result: RunResult, pack: Content) -> None:
    broken = replace(result, run=replace(result.run, company="a\udcffb"))
    assert json.loads(render("json", broken, *pack))["run"]["company"] == "a\udcffb"


def test_csv_has_one_row_for_each_finding(result: RunResult, pack: Content) -> None:
    head, *body = rows(result, pack)
    assert tuple(head) == COLUMNS and len(body) == len(result.findings)
    assert {len(row) for row in body} == {len(COLUMNS)}
    assert {row[head.index("target")] for row in body} == {target.name for target in result.targets}
    assert render("csv", result, *pack).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\u00a0=1",
        "|calc",
        "%0A",
        "＝1+1",
        "＠A1",
        "\u200b=1",
        "\x00=1",
    ],
)
def test_no_cell_is_a_formula(cell: str, result: RunResult, pack: Content) -> None:
    evil = replace(
        result, findings=(replace(result.findings[0], actual=cell, note=cell, question=cell, items=(cell,)),)
    )
    head, row = rows(evil, pack)
    for name in ("observed", "note", "to judge"):
        text_ = row[head.index(name)]
        assert not text_.strip(" \t\r\n\u00a0\u200b\x00").startswith(tuple("=+-@|%＝＠")), (name, text_)


def test_harmless_cells_stay_as_they_are() -> None:
    assert spreadsheet_cell("at least 14 characters", 30_000) == "at least 14 characters"
    assert spreadsheet_cell("", 30_000) == ""
    assert len(spreadsheet_cell("x" * 50_000, 30_000)) < 32_767


def test_same_run_same_bytes(pack: Content) -> None:
    for format_ in ("json", "csv"):
        assert render(format_, sample(*pack), *pack) == render(format_, sample(*pack), *pack)
