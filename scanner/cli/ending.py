"""How the program ends: which error becomes which exit status, and what a user sees of it."""

from __future__ import annotations

import io
import os
import sys
import threading
from typing import TYPE_CHECKING, Any, NoReturn

import click

from scanner.errors import ConfigError, ScannerError
from scanner.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE = 2
INTERNAL = 70  # EX_SOFTWARE of sysexits(3)
INTERRUPTED = 130
BROKEN_PIPE = 141  # what a shell gives a program that SIGPIPE ended; 0 would read as "evidenced", 1 as "a gap"


class NobodyListens(Exception):
    """Standard output was closed by its reader. No OSError: click would turn that into status 1, ours for a gap."""


class NoRoom(Exception):
    """What standard output is written to takes no more: a full disk, which is no fault of the program."""


def run(program: click.Command, arguments: Sequence[str] | None = None) -> int:
    """Call the program; the exit status. Set CTPAT_DEBUG=1 to see tracebacks."""
    _hold_streams()
    _say_anything()
    extra: dict[str, Any] = {"color": False} if os.environ.get("NO_COLOR") else {}
    try:
        result = program.main(
            args=list(arguments) if arguments is not None else None, prog_name="ctpat", standalone_mode=False, **extra
        )
    except click.ClickException as error:
        error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except ScannerError as error:
        show(error)
        return USAGE
    except NobodyListens:
        _hush()
        return BROKEN_PIPE
    except NoRoom as error:
        click.echo(f"error: the output cannot be written: {error}", err=True)
        _hush()
        return USAGE
    except Exception as error:
        if os.environ.get("CTPAT_DEBUG"):
            raise
        click.echo(f"internal error: {clean(f'{type(error).__name__}: {error}')}", err=True)
        click.echo("This is a fault in ctpat; please report it. CTPAT_DEBUG=1 shows where it happened.", err=True)
        return INTERNAL
    return result if isinstance(result, int) else 0


def leave(status: int) -> NoReturn:
    """End the process; at once where a person asked twice and a target still holds one of our threads."""
    if status == INTERRUPTED and threading.active_count() > 1:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


def show(error: ScannerError) -> None:
    """Print an error; a ConfigError one line per problem, so that all can be mended at once."""
    problems = error.problems if isinstance(error, ConfigError) else (error,)
    for problem in problems:
        click.echo(f"error: {clean(str(problem), 4000)}", err=True)


def _hold_streams() -> None:
    """Put the null device where a stream was closed; else the store would be opened there and printed over.

    `sys.__stdout__` stays None, by which a report that was asked for on standard output knows that it has no place.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # os.open takes the lowest free place, which is this one.
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


def _say_anything() -> None:
    """A terminal that cannot show a character gets an escape for it, not a crash in its place."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _hush() -> None:
    """Nothing more can be said: what is still buffered goes nowhere, quietly."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
