"""`ctpat history`: the stored runs."""

from __future__ import annotations

import click

from scanner.cli.options import site_path, store_beside, store_option
from scanner.text import plural


@click.command("history")
@click.argument("site", required=False)
@click.option("--verify", is_flag=True, help="Recompute every digest and walk the hash chain of each site.")
@store_option
def command(site: str | None, verify: bool, store: str | None) -> int:
    """List the stored runs, newest first, or verify that none was changed.

    SITE is a site file, or the name of a site in the store.
    """
    from scanner.attest.record import RecordKind
    from scanner.cli.runs import site_name
    from scanner.store import Store

    opened = Store.open(store_beside(store, site_path(site)), must_exist=True)
    name = site_name(site)
    try:
        if verify:
            problems = opened.verify(name)
            for problem in problems:
                click.echo(problem)
            if problems:
                click.echo(plural(len(problems), "problem"))
                return 1
            runs = opened.runs(name)
            lists = sum(len(opened.records(one, RecordKind.LEAVERS)) for one in opened.sites() if name in (None, one))
            finished = sum(run.digest is not None for run in runs)
            click.echo(_verified(finished, len(runs) - finished, lists))
            return 0 if finished or lists else 1  # what carries no digest proves nothing
        for run in opened.runs(name):
            ended = "did not end" if run.finished is None else "partial" if run.partial else "complete"
            states = ", ".join(f"{count} {state}" for state, count in sorted(run.states.items()))
            click.echo(
                f"{run.id[:8]}  {run.started:%Y-%m-%d %H:%M} UTC  {run.site:24} {ended:11} "
                f"{run.reached}/{run.planned} reached  {states}"
            )
        return 0
    finally:
        opened.close()


def _verified(finished: int, unfinished: int, lists: int) -> str:
    """What the digests vouch for, and which runs have none."""
    held = [plural(count, what) for count, what in ((finished, "run"), (lists, "leavers list")) if count]
    text = f"{', '.join(held)}: every digest holds" if held else "no finished run: nothing was verified"
    return f"{text}; without a digest, because they did not end: {unfinished}" if unfinished else text
