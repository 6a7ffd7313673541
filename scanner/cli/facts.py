"""`ctpat facts`: what the scanner knows how to read."""

from __future__ import annotations

import click


@click.group("facts")
def command() -> None:
    """List the facts, or show one and how it is read."""


@command.command("list")
def list_() -> None:
    """Every fact: its name for YAML checks, and what it is."""
    from scanner.facts import FACTS

    for fact in FACTS:
        click.echo(f"{fact.name:22} {fact.title}")


@command.command("show")
@click.argument("name")
def show(name: str) -> None:
    """One fact: its fields, and per platform the probes that read it."""
    import dataclasses
    import inspect

    from scanner.assess.findings import READERS
    from scanner.errors import ConfigError
    from scanner.facts import FACTS
    from scanner.suggest import hint

    kinds = {fact.name: fact for fact in FACTS}
    if name not in kinds:
        raise ConfigError(f"no fact is named '{name}'; {hint(name, kinds) or '`ctpat facts list` shows them all'}")
    kind = kinds[name]
    click.echo(f"{kind.name}: {kind.title}\n\n{inspect.getdoc(kind)}\n\nFields:")
    for field in dataclasses.fields(kind):
        click.echo(f"  {field.name}: {field.type}")
    for platform, readers in READERS.items():
        for reader in readers:
            if reader.fact is kind:
                click.echo(f"\nRead on {platform} by:")
                for probe in reader.probes:
                    click.echo(f"  {probe.name} ({probe.access.value}): {probe.why}")
