"""`ctpat report`: a stored run as a file."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.options import FORMATS, Output, check_outputs, content_options, site_path, store_beside, store_option


@click.command("report")
@click.argument("site", required=False)
@click.option("--run", "run", metavar="ID", help="A run by the start of its id; default: the newest of the site.")
@click.option("--format", "format_", type=click.Choice(FORMATS), required=True, help="What to write.")
@click.option("-o", "path", required=True, metavar="PATH", help="The file to write; - is standard output.")
@store_option
@content_options
def command(
    site: str | None,
    run: str | None,
    format_: str,
    path: str,
    store: str | None,
    profile: str | None,
    overlays: tuple[str, ...],
    checks_dirs: tuple[Path, ...],
) -> None:
    """Render a stored run. SITE is a site file, or the name of a site in the store.

    Nothing is judged again: the report shows what the run found, with the texts of the criteria pack it used. A run
    that was killed never added up its findings; for it, that is done now.
    """
    from scanner.cli.rendering import write
    from scanner.cli.runs import content_of, run_id
    from scanner.engine.reassess import added_up
    from scanner.store import Store

    opened = Store.open(store_beside(store, site_path(site)), must_exist=True)
    try:
        result = opened.load(run_id(opened, site, run))
    finally:
        opened.close()
    used = result.run.profile
    output = Output(format_, path)
    check_outputs([output], [result.run.site])
    content = content_of(used, profile, overlays, checks_dirs)
    if content.profile.ref.digest != used.digest:
        click.echo(
            f"note: the run used another version of the pack '{used.name}' than the one at hand; states and findings "
            "are those of the run, texts those of the pack",
            err=True,
        )
    if result.run.finished is None:
        click.echo("note: this run was killed before its end; what it had not reached counts as unknown", err=True)
        result = added_up(result, content.profile)
    write(result, content, [output])
