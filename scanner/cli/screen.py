"""What a person sees: progress while a scan runs, and the table by criterion when it ends.

On a terminal with rich, elsewhere as plain lines that a log file and a pipe can carry.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

import click

from scanner.model import (
    Assessment,
    Coverage,
    Finding,
    Level,
    State,
    Status,
    TargetResult,
    TargetState,
    Verdict,
)

_STATE_COLOURS: Mapping[State, str] = {
    State.EVIDENCED: "green",
    State.DOCUMENT_ON_FILE: "green",
    State.PARTLY_EVIDENCED: "yellow",
    State.GAP: "red",
    State.ATTESTATION_EXPIRED: "red",
    State.ATTESTATION_MISSING: "magenta",
    State.NOT_ASSESSED: "magenta",
    State.NOT_APPLICABLE: "bright_black",
}
_COUNTED = (Verdict.SATISFIED, Verdict.SATISFIED_WITH_WARNINGS, Verdict.NOT_SATISFIED, Verdict.UNDETERMINED)


def interactive() -> bool:
    """Whether a person looks at standard output right now."""
    return sys.stdout.isatty()


# --- Progress ------------------------------------------------------------------------------------------------


class Progress(Protocol):
    """An `engine.scan.Observer` that shows what it is told."""

    def finished(self, result: TargetResult, findings: Sequence[Finding]) -> None: ...


def target_line(result: TargetResult, findings: Sequence[Finding]) -> str:
    """One target in one line: `web01: read in 1.2 s: 31 pass, 2 warn, 4 fail, 3 review, 5 unknown`."""
    if not result.reached:
        return f"{result.name}: {result.state.value}: {result.detail}"
    order = (Status.PASS, Status.WARN, Status.FAIL, Status.REVIEW, Status.UNKNOWN, Status.NOT_CHECKED)
    counts = {status: sum(finding.status is status for finding in findings) for status in order}
    told = ", ".join(f"{count} {status.value}" for status, count in counts.items() if count)
    return f"{result.name}: {result.state.value} in {result.duration_s:.1f} s: {told or 'nothing to judge'}"


class PlainProgress:
    """One line per target on standard error."""

    def __init__(self, planned: int) -> None:
        self._planned = planned
        self._done = 0

    def finished(self, result: TargetResult, findings: Sequence[Finding]) -> None:
        self._done += 1
        click.echo(f"[{self._done}/{self._planned}] {target_line(result, findings)}", err=True)
        for note in result.notes:
            click.echo(f"    {note}", err=True)


@contextmanager
def progress(planned: int) -> Iterator[Progress]:
    """Shows a scan while it runs: a bar on a terminal, lines elsewhere."""
    if not sys.stderr.isatty():
        yield PlainProgress(planned)
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True, highlight=False)
    columns = (TextColumn("scanning"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())

    class _Bar:
        def finished(self, result: TargetResult, findings: Sequence[Finding]) -> None:
            bar.console.print(escape(target_line(result, findings)), style=None if result.reached else "red")
            for note in result.notes:
                bar.console.print(f"    {escape(note)}", style="yellow")
            bar.advance(task)

    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("scan", total=planned)
        yield _Bar()


# --- The table by criterion ----------------------------------------------------------------------------------


def coverage_line(coverage: Coverage) -> str:
    """The denominator in one line."""
    return f"Targets: {coverage.planned} planned, {coverage.reached} reached, {coverage.readable} read without a gap"


def table(assessments: Sequence[Assessment], coverage: Coverage, width: int | None = None) -> str:
    """The requirements with level, state, targets pass/warn/fail/unknown and the worst reason, styled with ANSI.

    Write it with `click.echo`, which drops the styles where nobody would see them.
    """
    width = width or (shutil.get_terminal_size().columns if interactive() else 150)
    rows = [_cells(assessment) for assessment in assessments]
    lines = [_row(("", "level", "state", "pass", "warn", "fail", "unkn", "why"), width, None)]
    lines.append("─" * min(width, 150))
    lines += [_row(cells, width, state) for cells, state in rows]
    lines += ["", coverage_line(coverage), _summary(assessments)]
    return "\n".join(lines)


_WIDTHS = (6, 7, 20, 5, 5, 5, 5)


def _cells(assessment: Assessment) -> tuple[tuple[str, ...], State]:
    counts = [assessment.targets.get(verdict, 0) for verdict in _COUNTED]
    shown = [str(count) if sum(assessment.targets.values()) else "·" for count in counts]
    why = "" if assessment.state in (State.EVIDENCED, State.DOCUMENT_ON_FILE) else assessment.reason
    return (
        assessment.requirement,
        assessment.level.value.title(),
        assessment.state.value,
        *shown,
        why,
    ), assessment.state


def _row(cells: Sequence[str], width: int, state: State | None) -> str:
    fixed = [cell.ljust(size) for cell, size in zip(cells, _WIDTHS, strict=False)]
    if state is not None:
        fixed[2] = click.style(fixed[2], fg=_STATE_COLOURS[state], bold=state is State.GAP)
    room = max(20, min(width, 150) - sum(_WIDTHS) - len(_WIDTHS))
    indent = " " * (sum(_WIDTHS) + len(_WIDTHS))
    why = _wrap(cells[-1], room)
    return "\n".join([" ".join([*fixed, why[0]]).rstrip(), *(indent + line for line in why[1:])])


def _wrap(text: str, room: int) -> list[str]:
    from textwrap import wrap

    return wrap(text, room, max_lines=3, placeholder=" …") or [""]


def _summary(assessments: Sequence[Assessment]) -> str:
    musts = [a for a in assessments if a.level is Level.MUST and a.state is not State.NOT_APPLICABLE]
    counts = {state: sum(a.state is state for a in musts) for state in State}
    told = ", ".join(f"{count} {state.value}" for state, count in counts.items() if count)
    return f"Requirements with level Must: {len(musts)} apply: {told or 'none'}"


def lost_targets(results: Sequence[TargetResult]) -> list[str]:
    """The targets that were not collected, a line each."""
    lost = (TargetState.UNREACHABLE, TargetState.LOGIN_FAILED, TargetState.FAILED, TargetState.CANCELLED)
    return [f"{result.name}: {result.detail}" for result in results if result.state in lost]
