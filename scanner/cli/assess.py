"""`ctpat assess`: findings again, from stored or recorded bytes, without a network."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.options import (
    Output,
    content_options,
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
@output_option
@store_option
@content_options
def command(
    source: str,
    site_file: Path | None,
    outputs: tuple[Output, ...],
    store: str | None,
    profile: str | None,
    overlays: tuple[str, ...],
    checks_dirs: tuple[Path, ...],
) -> int:
    """Judge a stored run (by the start of its id) or a folder of recordings again, offline.

    The same bytes give the same findings. With another --profile, --overlay or the parameters of another site file,
    it answers what those would have said. Nothing is stored.
    """
    from scanner.cli.rendering import write
    from scanner.cli.screen import table
    from scanner.engine.reassess import from_recordings, from_store, reassess
    from scanner.engine.selection import select
    from scanner.inventory.loader import load_site
    from scanner.inventory.site import Site
    from scanner.store import Store

    site = load_site(site_file) if site_file else Site(name="recordings")
    content = load_content(profile or site.profile, overlays or site.overlays, checks_dirs)
    selection = select(content.profile, content.checks, brought=content.brought)
    if Path(source).is_dir():
        result = reassess(from_recordings(Path(source), site), site, selection)
    else:
        opened = Store.open(store_beside(store, site_file), must_exist=True)
        try:
            result = reassess(from_store(opened, opened.resolve(source), site), site, selection)
        finally:
            opened.close()
    click.echo(table(result.assessments, result.coverage))
    write(result, content, outputs)
    from scanner.assess.rollup import exit_status

    return exit_status(result.assessments)
