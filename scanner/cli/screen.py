"""What a person sees: progress while a scan runs, and the table by criterion when it ends.

On a terminal with rich, elsewhere as plain lines that a log file and a pipe can carry.
"""

from __future__ import annotations

import shutil
import sys
from collections import Counter
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
    """One target in one line, every finding counted: `web01: read in 1.2 s: 31 pass, 5 unknown, 9 not checked`."""
    if not result.reached:
        return f"{result.name}: {result.state.value}: {result.detail}"
    counts = Counter(finding.status for finding in findings)
    told = ", ".join(f"{counts[status]} {word}" for status, word in _TOLD.items() if counts[status])
    return f"{result.name}: {result.state.value} in {result.duration_s:.1f} s: {told or 'nothing to judge'}"


_TOLD: Mapping[Status, str] = {
    Status.PASS: "pass",
    Status.WARN: "warn",
    Status.FAIL: "fail",
    Status.REVIEW: "review",
    Status.UNKNOWN: "unknown",
    Status.NOT_APPLICABLE: "not applicable",
    Status.NOT_CHECKED: "not checked",
}


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
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    columns = (TextColumn("scanning"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())

    class _Bar:
        def finished(self, result: TargetResult, findings: Sequence[Finding]) -> None:
            bar.console.print(Text(target_line(result, findings)), style=None if result.reached else "red")
            for note in result.notes:
                bar.console.print(Text(f"    {note}"), style="yellow")
            bar.advance(task)

    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("scan", total=planned)
        yield _Bar()


# --- The table by criterion ----------------------------------------------------------------------------------


def coverage_line(coverage: Coverage) -> str:
    """The denominator in one line."""
    return f"Targets: {coverage.planned} planned, {coverage.reached} reached, {coverage.readable} read without a gap"


def table(assessments: Sequence[Assessment], coverage: Coverage, width: int | None = None) -> str:
    """The requirements with level, state, targets pass/warn/fail/unknown and the worst reasons, styled with ANSI.

    On a narrow terminal the reasons stand below each line. Write it with `click.echo`, which drops the styles where
    nobody would see them.
    """
    wanted = width or (shutil.get_terminal_size().columns if interactive() else _WIDEST)
    width = max(_NARROWEST, min(wanted, _WIDEST))
    header = _line(("", "level", "state"), ("pass", "warn", "fail", "unkn"))
    lines = [f"{'targets':>{len(header) - 6}}", f"{header}  why" if width >= _ROOMY else header, "─" * width]
    for assessment in assessments:
        lines += _row(assessment, width)
    return "\n".join([*lines, "", coverage_line(coverage), _summary(assessments)])


_NARROWEST, _WIDEST = 40, 150
_ROOMY = 100
_INDENT = 7
_UNTOLD = (State.EVIDENCED, State.DOCUMENT_ON_FILE)


def _line(words: Sequence[str], counts: Sequence[str]) -> str:
    """The columns but the last: left-aligned words, right-aligned counts."""
    fixed = (word.ljust(size) for word, size in zip(words, (6, 6, 19), strict=True))
    return " ".join([*fixed, *(count.rjust(4) for count in counts)])


def _row(assessment: Assessment, width: int) -> list[str]:
    has_targets = bool(assessment.targets)
    counts = [str(assessment.targets.get(verdict, 0)) if has_targets else "·" for verdict in _COUNTED]
    state = assessment.state
    line = _line((assessment.requirement, assessment.level.value.title(), state.value), counts)
    edge = len(line) + 2 if width >= _ROOMY else _INDENT
    why = _wrap(_why(assessment), width - edge)
    styled = click.style(state.value, fg=_STATE_COLOURS[state], bold=state is State.GAP)
    styled_line = f"{line[:_STATE_AT]}{styled}{line[_STATE_AT + len(state.value) :]}"
    if width >= _ROOMY and why:
        styled_line, why = f"{styled_line}  {why[0]}", why[1:]
    return [styled_line, *(" " * edge + text for text in why)]


_STATE_AT = 14


def _why(assessment: Assessment) -> str:
    """The two worst reasons, each with the number of targets it holds for; what people owe where nothing is worse."""
    if assessment.state in _UNTOLD:
        return ""
    if not assessment.reasons or assessment.state is State.NOT_APPLICABLE:
        return assessment.reason
    planned = sum(assessment.targets.values())
    worst = [f"{text} ({count} of {planned})" if planned > 1 else text for text, count in assessment.reasons[:2]]
    more = len(assessment.reasons) - len(worst)
    return "; ".join([*worst, *([f"{more} more"] if more else [])])


def _wrap(text: str, room: int) -> list[str]:
    from textwrap import wrap

    return wrap(text, room, max_lines=3, placeholder=" …")


def _summary(assessments: Sequence[Assessment]) -> str:
    owed = sum(a.people in (State.ATTESTATION_MISSING, State.ATTESTATION_EXPIRED) for a in assessments)
    people = f"Statements or documents of people are owed for {owed} of {len(assessments)} requirements"
    return "\n".join([_musts(assessments), *([people] if owed else [])])


def _musts(assessments: Sequence[Assessment]) -> str:
    musts = [a for a in assessments if a.level is Level.MUST and a.state is not State.NOT_APPLICABLE]
    counts = {state: sum(a.state is state for a in musts) for state in State}
    told = ", ".join(f"{count} {state.value}" for state, count in counts.items() if count)
    return f"Requirements with level Must: {len(musts)} apply: {told or 'none'}"
