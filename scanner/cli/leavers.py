"""`ctpat leavers`: the list of people who left, from human resources to the checks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from scanner.cli.options import (
    Output,
    check_outputs,
    content_options,
    site_path,
    store_beside,
    store_option,
)

_SITE = "The site: its file, or its name in the store. Default: the only site of the store."


@click.group("leavers")
def command() -> None:
    """Import, list or export the list of people who left.

    A scan compares the accounts of every host and domain with the newest list of its site (criterion 4.7c: access ends
    when a person leaves). Human resources fill it:

    \b
    account,email,name,last_day,note
    jdoe,jane.doe@acme.example,"Doe, Jane",2026-10-30,HD-1234
    ACME\\kpoe,,Kim Poe,2026-11-13,

    `last_day`, and one of `account`, `email` and `name`, are needed; `account` is what every host can be compared with,
    so give it wherever it is known, and one row for each account of a person. `employee_id` and `note` may be added.
    Nothing else of a person is taken.
    """


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--site", metavar="SITE", help=_SITE)
@click.option("--by", metavar="NAME", help="Who hands the list in. Default: the account that runs this.")
@click.option(
    "--until",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Last day of validity, sooner than the criteria pack has it.",
)
@click.option("--nobody-left", is_flag=True, help="The list names nobody, and that is right.")
@store_option
@content_options
def import_(
    file: Path,
    site: str | None,
    by: str | None,
    until: datetime | None,
    nobody_left: bool,
    store: str | None,
    profile: str | None,
    overlays: tuple[str, ...],
    checks_dirs: tuple[Path, ...],
) -> None:
    """Keep FILE (CSV with a header line, or YAML) as the leavers list of a site.

    Everything that is wrong in it is told at once, with line and column, and then nothing is kept. A list takes the
    place of the one before it; the old one stays in the store, with the runs that were judged with it. It is valid for
    as long as the criteria pack says (the slot `leavers`), so import one before each scan.

    \b
    ctpat leavers import hr.csv --site site.yaml
    ctpat leavers import hr.csv --site this-machine      for `ctpat scan --local`
    """
    from scanner.cli.handed_in import Named, Wanted, hand_in

    wanted = Wanted(site=site, store=store, by=by, until=until.date() if until else None, nobody_left=nobody_left)
    for line in hand_in(file, wanted, Named(profile, overlays, checks_dirs)):
        click.echo(line)


@command.command("list")
@click.option("--site", metavar="SITE", help="Only this site: its file, or its name in the store.")
@click.option("--rows", is_flag=True, help="Show the people of the list that counts: personal data.")
@store_option
def list_(site: str | None, rows: bool, store: str | None) -> None:
    """The lists that were imported, newest first; the first of a site counts."""
    from scanner.cli.handed_in import listed, rows_of
    from scanner.store import Store

    opened = Store.open(store_beside(store, site_path(site)), must_exist=True)
    try:
        for line in rows_of(opened, site) if rows else listed(opened, site):
            click.echo(line)
    finally:
        opened.close()


@command.command("export")
@click.option(
    "-o", "path", required=True, metavar="PATH", help="The file to write, .csv or .yaml; - is standard output."
)
@click.option("--format", "format_", type=click.Choice(["csv", "yaml"]), help="Default: by the name of the file.")
@click.option("--site", metavar="SITE", help=_SITE)
@click.option("--record", metavar="ID", help="A list by the start of its id; default: the one that counts.")
@store_option
def export(path: str, format_: str | None, site: str | None, record: str | None, store: str | None) -> None:
    """Write a list as it was imported; `ctpat leavers import` reads it again. The file is its owner's alone."""
    from scanner.cli.handed_in import written
    from scanner.cli.rendering import save
    from scanner.store import Store

    kind = format_ or {".csv": "csv", ".yaml": "yaml", ".yml": "yaml"}.get(Path(path).suffix.lower())
    if kind is None:
        raise click.UsageError(f"-o {path}: neither .csv nor .yaml; say which with --format")
    check_outputs([Output(kind, path)], [""])
    opened = Store.open(store_beside(store, site_path(site)), must_exist=True)
    try:
        save(written(opened, site, record, kind), Path(path))
    finally:
        opened.close()
