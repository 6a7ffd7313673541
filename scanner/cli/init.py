"""`ctpat init`: a site file to start from."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command("init")
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False), metavar="[DIR]")
@click.option("--yes", is_flag=True, help="Ask nothing; take the defaults.")
def command(folder: Path, yes: bool) -> None:
    """Write a commented site file into DIR, asking the questions that need a person.

    An existing file is never overwritten.
    """
    from scanner.cli.questions import ask
    from scanner.errors import ConfigError, Problem
    from scanner.inventory.template import site_template

    path = folder / "site.yaml"
    if path.exists():
        raise ConfigError(Problem(path=str(path), message="is already there; it was not touched"))
    try:
        text = site_template(ask(folder.resolve().name, assume_defaults=yes))
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise click.UsageError("nobody is there to answer the questions; --yes takes the defaults") from None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(Problem(path=str(path), message=f"cannot be written: {error.strerror}")) from error
    click.echo(f"{path} written. Next: look through it, then `ctpat doctor {path}` and `ctpat scan {path}`.")
