"""`ctpat explain`: the script that runs on a target, and why."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.options import content_options, load_content


@click.command("explain")
@click.option("--platform", type=click.Choice(["linux"]), default="linux", show_default=True)
@click.option("--only", multiple=True, metavar="CHECK", help="Only what these checks or families need.")
@click.option("--sudoers", is_flag=True, help="Print the least privilege that reads everything, for sudoers.d.")
@click.option("--user", default="ctpatscan", show_default=True, help="The scan account, for --sudoers.")
@click.option("--why", is_flag=True, help="Only the reasons, without the script.")
@click.option("--script", "bare", is_flag=True, help="Only the script, to the byte: `| sha256sum` gives its digest.")
@content_options
def command(
    platform: str,
    only: tuple[str, ...],
    sudoers: bool,
    user: str,
    why: bool,
    bare: bool,
    profile: str | None,
    overlays: tuple[str, ...],
    checks_dirs: tuple[Path, ...],
) -> None:
    """Print the exact script that runs on a target, with the reason for each part and its SHA-256.

    The script writes nothing on the target, installs nothing and refreshes no package lists.
    """
    from scanner.assess.findings import probes_for
    from scanner.cli.explained import grants, reasons
    from scanner.collect.script import build
    from scanner.engine.selection import select

    content = load_content(profile, overlays, checks_dirs)
    checks = select(content.profile, content.checks, only=only, brought=content.brought).checks
    probes = probes_for(platform, checks.values())
    if sudoers:
        click.echo(grants(probes, user))
        return
    script = build(probes)
    if bare:
        click.echo(script.text, nl=False)
        return
    click.echo(reasons(script, platform, checks.values()))
    if not why:
        click.echo()
        click.echo(script.text.decode())
