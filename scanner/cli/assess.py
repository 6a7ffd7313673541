"""`ctpat assess`: findings again, from stored or recorded bytes, without a network."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import click

from scanner.cli.options import (
    Output,
    check_outputs,
    content_options,
    goes_to_stdout,
    load_content,
    output_option,
    store_beside,
    store_option,
)


@click.command("assess")
@click.argument("source", metavar="RUN|DIR")
@click.option(
    "--site", "site_file", type=click.Path(path_type=Path), help="Take parameters and answers from this file."
)
@click.option(
    "--leavers", metavar="FILE|ID", help="Judge with this leavers list: a CSV or YAML file, or a record of the store."
)
@click.option("--only", multiple=True, metavar="CHECK", help="Only these checks or families; the rest is not assessed.")
@output_option
@store_option
@content_options
def command(
    source: str,
    site_file: Path | None,
    leavers: str | None,
    only: tuple[str, ...],
    outputs: tuple[Output, ...],
    store: str | None,
    profile: str | None,
    overlays: tuple[str, ...],
    checks_dirs: tuple[Path, ...],
) -> int:
    """Judge a stored run (by the start of its id) or a folder of recordings again, offline.

    The same bytes give the same findings: a stored run is judged by the criteria pack, the parameters and the answers
    it used, and with the leavers list that it was given. With another --profile, --overlay, --leavers or the site file
    of --site, it says what those would have said. Nothing is stored.
    """
    from scanner.assess.rollup import exit_status
    from scanner.catalogue import load_checks
    from scanner.cli.given import given_by
    from scanner.cli.rendering import write
    from scanner.cli.runs import content_of
    from scanner.cli.screen import table
    from scanner.cli.sites import read_job
    from scanner.engine.reassess import from_recordings, from_store, reassess
    from scanner.engine.selection import select
    from scanner.inventory.site import Site
    from scanner.store import Store

    job = None
    if site_file:
        job = read_job(site_file, profile, overlays, load_checks(checks_dirs), needs_targets=False)
    site = job.site if job else Site(name="recordings")
    with ExitStack() as open_things:
        opened: Store | None = None
        if Path(source).is_dir():
            found = from_recordings(Path(source), site)
        else:
            opened = Store.open(store_beside(store, site_file), must_exist=True)
            open_things.callback(opened.close)
            found = from_store(opened, opened.resolve(source), site)
        if leavers is not None:
            found = replace(found, given=given_by(leavers, opened, found.run.site))
    if job:
        content = job.content
    elif not found.run.profile.name:
        content = load_content(profile, overlays, checks_dirs)
    else:
        content = content_of(found.run.profile, profile, overlays, checks_dirs)
    check_outputs(outputs, [found.run.site])
    result = reassess(found, site, select(content.profile, content.checks, only=only, brought=content.brought))
    write(result, content, outputs)
    click.echo(table(result.assessments, result.coverage), err=goes_to_stdout(outputs))
    return exit_status(result.assessments)
