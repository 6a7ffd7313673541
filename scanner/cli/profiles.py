"""`ctpat profiles`: the criteria packs."""

from __future__ import annotations

import click


@click.group("profiles")
def command() -> None:
    """List, show or validate criteria packs."""


@command.command("list")
def list_() -> None:
    """The packs and overlays that ship with the program."""
    from scanner.profile import shipped

    for name, title in shipped().items():
        click.echo(f"{name:24} {title}")


@command.command("show", short_help="The requirements of a pack, their checks and thresholds.")
@click.argument("name", default="ctpat")
@click.option("--overlay", "overlays", multiple=True, metavar="NAME", help="A stricter profile laid over it.")
def show(name: str, overlays: tuple[str, ...]) -> None:
    """The requirements of a pack: level, what is checked, each threshold with its source and the loosest value that may
    still be green, and what only people can state.
    """
    from scanner.catalogue import load_checks
    from scanner.cli.packs import pack_lines
    from scanner.profile import load_profile

    for line in pack_lines(load_profile(name, overlays=overlays, checks=load_checks())):
        click.echo(line)


@command.command("validate", short_help="Say everything that is wrong with a pack or overlay.")
@click.argument("path")
@click.option("--overlay", "overlays", multiple=True, metavar="NAME", help="A stricter profile laid over it.")
def validate(path: str, overlays: tuple[str, ...]) -> None:
    """Read a pack or overlay by path or name and say everything that is wrong with it."""
    from scanner.catalogue import load_checks
    from scanner.profile import load_profile

    profile = load_profile(path, overlays=overlays, checks=load_checks())
    click.echo(f"{profile.ref.name} {profile.ref.edition}: {len(profile.requirements)} requirements, valid")
