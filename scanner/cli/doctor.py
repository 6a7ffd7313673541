"""`ctpat doctor`: what would keep a scan from reading everything, and how to mend it."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.options import content_options, store_beside, store_option


@click.command("doctor")
@click.argument("site", type=click.Path(path_type=Path))
@click.option("--only", multiple=True, metavar="TARGET", help="Only these targets of the site.")
@store_option
@content_options
def command(
    site: Path,
    only: tuple[str, ...],
    store: str | None,
    profile: str | None,
    overlays: tuple[str, ...],
    checks_dirs: tuple[Path, ...],
) -> int:
    """Log in to each target of SITE and say what a scan could not read, and the exact fix.

    Runs the same script as a scan and stores nothing; in the store it only looks for the leavers list. Exit status: 0
    everything is readable, 1 something is not.
    """
    from scanner.cli.diagnosis import diagnose
    from scanner.cli.given import leavers_line
    from scanner.cli.sites import one_site

    job = one_site(site, profile, overlays, checks_dirs, only)
    status = diagnose(job)
    click.echo(leavers_line(store_beside(store, site), job.site.name))
    return status
