"""`ctpat history`: the stored runs."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.options import store_beside, store_option


@click.command("history")
@click.argument("site", required=False)
@click.option("--verify", is_flag=True, help="Recompute every digest and walk the hash chain of each site.")
@store_option
def command(site: str | None, verify: bool, store: str | None) -> int:
    """List the stored runs, newest first, or verify that none was changed.

    SITE is a site file, or the name of a site in the store.
    """
    from scanner.cli.runs import site_name
    from scanner.store import Store

    file = Path(site) if site and Path(site).is_file() else None
    opened = Store.open(store_beside(store, file), must_exist=True)
    name = site_name(site)
    try:
        if verify:
            problems = opened.verify(name)
            for problem in problems:
                click.echo(problem)
            click.echo("every digest holds" if not problems else f"{len(problems)} problems")
            return 1 if problems else 0
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
