"""Requirements by hosts: where the red and the unknown are."""

from __future__ import annotations

from collections import Counter

from scanner.report.view.index import Index
from scanner.report.view.requirements import anchor_of
from scanner.report.view.types import Grid, GridColumn, GridRow
from scanner.report.view.words import CELLS, LEVELS


def grid(index: Index) -> Grid:
    """One row per planned host, one column per requirement that has an automated check."""
    shown = dict.fromkeys(key for key, _ in index.cells)
    counts = Counter(index.cells.values())
    return Grid(
        columns=tuple(_column(index, key) for key in shown),
        rows=tuple(_row(index, name, tuple(shown)) for name in index.targets),
        legend=tuple((mark, counts[kind]) for kind, mark in CELLS.items()),
        left_out=tuple(key for key in index.assessments if key not in shown),
    )


def _column(index: Index, key: str) -> GridColumn:
    assessment = index.assessments[key]
    title = index.requirement(assessment).title
    return GridColumn(key=key, anchor=anchor_of(key), title=title, level=LEVELS[assessment.level])


def _row(index: Index, name: str, keys: tuple[str, ...]) -> GridRow:
    return GridRow(host=name, anchor=index.anchors[name], cells=tuple(index.cell(key, name) for key in keys))
