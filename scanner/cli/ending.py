"""How the program ends: which error becomes which exit status, and what a user sees of it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from scanner.errors import ConfigError, ScannerError

if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE = 2
INTERNAL = 70  # EX_SOFTWARE of sysexits(3)
INTERRUPTED = 130


def run(program: click.Command, arguments: Sequence[str] | None = None) -> int:
    """Call the program; the exit status. Set CTPAT_DEBUG=1 to see tracebacks."""
    try:
        result = program.main(
            args=list(arguments) if arguments is not None else None, prog_name="ctpat", standalone_mode=False
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
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing more to say, nobody listens
        return 0
    except Exception as error:
        if os.environ.get("CTPAT_DEBUG"):
            raise
        click.echo(f"internal error: {type(error).__name__}: {error}", err=True)
        click.echo("This is a fault in ctpat; please report it. CTPAT_DEBUG=1 shows where it happened.", err=True)
        return INTERNAL
    return result if isinstance(result, int) else 0


def show(error: ScannerError) -> None:
    """Print an error; a ConfigError one line per problem, so that all can be mended at once."""
    if isinstance(error, ConfigError):
        for problem in error.problems:
            click.echo(f"error: {problem}", err=True)
    else:
        click.echo(f"error: {error}", err=True)
