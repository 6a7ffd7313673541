"""The command line: one module per command, each thin, each imported only when it is called."""

from __future__ import annotations

import gc
import importlib
from errno import EDQUOT, EFBIG, EIO, ENOSPC
from typing import Any

import click

from scanner import __version__

COMMANDS: dict[str, str] = {
    "init": "Write a commented site file to start from.",
    "doctor": "Say per target what a scan could not read, and how to make it readable.",
    "scan": "Collect, judge and store: the main job.",
    "assess": "Judge stored or recorded bytes again, offline.",
    "report": "Render a stored run as HTML, JSON or CSV.",
    "leavers": "Import, list or export the list of people who left.",
    "history": "List the stored runs, or verify that none was changed.",
    "checks": "List the checks, or show one with its reasons.",
    "facts": "List the facts, or show one and how it is read.",
    "profiles": "List, show or validate criteria packs.",
    "explain": "Print the exact script that runs on a target, and why each part of it runs.",
    "completion": "Print the completion script for your shell.",
}
"""Every command in the order of `ctpat --help`, with its line there; the modules are not imported for it."""

EPILOG = """\b
Start here:
  ctpat scan --local                  assess this machine
  ctpat init && ctpat doctor site.yaml && ctpat scan site.yaml -o html=report.html

\b
Exit status: 0 every Must that applies is evidenced; 1 a Must is a gap; 3 no gap, but a Must
is not fully evidenced; 2 usage or configuration; 130 interrupted, what was collected is kept.
"""


class LazyGroup(click.Group):
    """Knows its commands by name; imports a module when its command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"scanner.cli.{cmd_name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from scanner.suggest import hint

            tip = hint(args[0], COMMANDS)
            ctx.fail(f"no command '{args[0]}'" + (f"; {tip}" if tip else "; see `ctpat --help`"))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        from scanner.cli.ending import NobodyListens, NoRoom

        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise NobodyListens from error
        except OSError as error:
            if error.filename is None and error.errno in (ENOSPC, EDQUOT, EFBIG, EIO):
                raise NoRoom(error.strerror) from error
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ctpat")
def program() -> None:
    """Evidence for the IT side of the CTPAT Minimum Security Criteria, read from your hosts without an agent.

    Everything is read-only on the targets. What cannot be read is reported as unknown, with the reason, and
    counts. The result is evidence for a criterion, never a statement of compliance; only CBP certifies.
    """


def main() -> None:
    """Run `ctpat`; every ending has a documented exit status."""
    from scanner.cli.ending import leave, run

    # Nearly all that is made lives on, modules first: looking for cycles behind every 700 objects, as Python does,
    # costs an eighth of a command's start and finds next to nothing.
    gc.set_threshold(50_000, 20, 20)
    leave(run(program))
