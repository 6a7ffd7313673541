"""`ctpat explain`: what runs on a target, and why."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.options import content_options, load_content


@click.command("explain")
@click.option(
    "--platform",
    type=click.Choice(["linux", "windows", "directory"]),
    default="linux",
    show_default=True,
    help="What kind of target to explain.",
)
@click.option("--only", multiple=True, metavar="CHECK", help="Only what these checks or families need.")
@click.option("--sudoers", is_flag=True, help="Print the least privilege that reads everything, for sudoers.d.")
@click.option("--user", metavar="NAME", default="ctpatscan", show_default=True, help="The scan account, for --sudoers.")
@click.option("--jea", is_flag=True, help="Print a session configuration whose one command is the Windows collector.")
@click.option(
    "--group",
    metavar="NAME",
    default="CONTOSO\\ctpat-scan",
    show_default=True,
    help="Who may connect to it, for --jea: a group that exists.",
)
@click.option("--why", is_flag=True, help="Only the reasons and the thresholds that hold there, no script.")
@click.option("--script", "bare", is_flag=True, help="Only the script, to the byte: `| sha256sum` gives its digest.")
@content_options
def command(
    platform: str,
    only: tuple[str, ...],
    sudoers: bool,
    user: str,
    jea: bool,
    group: str,
    why: bool,
    bare: bool,
    profile: str | None,
    overlays: tuple[str, ...],
    checks_dirs: tuple[Path, ...],
) -> None:
    """Print the exact script that runs on a target, with the reason for each part and its SHA-256.

    The script changes nothing on the target, installs nothing and refreshes no package lists.
    """
    from scanner.assess.findings import probes_for
    from scanner.cli.explained import grants, queries, reasons
    from scanner.cli.explained_jea import session_configuration
    from scanner.cli.packs import numbers_on
    from scanner.collect import script, windows
    from scanner.engine.selection import select

    _verify(platform, sudoers=sudoers, jea=jea, bare=bare, why=why)
    content = load_content(profile, overlays, checks_dirs)
    checks = select(content.profile, content.checks, only=only, brought=content.brought).checks.values()
    probes = probes_for(platform, checks)
    if sudoers:
        click.echo(grants(probes, user))
    elif jea:
        click.echo(session_configuration(probes, group))
    elif platform == "directory":
        click.echo(queries(platform, checks))
        if why:
            click.echo("\n".join(numbers_on(content.profile, platform, checks)))
    else:
        built = windows.build(probes) if platform == "windows" else script.build(probes)
        if bare:
            click.echo(built.text, nl=False)
            return
        click.echo(reasons(built, platform, checks))
        if why:
            click.echo("\n".join(numbers_on(content.profile, platform, checks)))
        else:
            click.echo()
            click.echo(built.text.decode())


def _verify(platform: str, *, sudoers: bool, jea: bool, bare: bool, why: bool) -> None:
    """An option that has no say in what is printed would let something else pass for what was asked."""
    if sudoers and platform != "linux":
        raise click.UsageError("--sudoers is for Linux; on Windows, see --platform windows --jea")
    if jea and platform != "windows":
        raise click.UsageError("--jea is for Windows: add --platform windows")
    if bare and platform == "directory":
        raise click.UsageError("a directory runs no script: leave --script out to see what is asked of it")
    forms = {"--sudoers": sudoers, "--jea": jea, "--script": bare, "--why": why}
    asked = [option for option, is_asked in forms.items() if is_asked]
    if len(asked) > 1:
        raise click.UsageError(f"{' and '.join(asked)} each print something of their own: ask for one at a time")
    for option, name, form, is_asked in (("--user", "user", "--sudoers", sudoers), ("--group", "group", "--jea", jea)):
        if not is_asked and _is_given(name):
            raise click.UsageError(f"{option} changes nothing but what {form} prints: add {form}, or leave it out")


def _is_given(name: str) -> bool:
    """Whether an option stands on the command line, its default value written out included."""
    return click.get_current_context().get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
