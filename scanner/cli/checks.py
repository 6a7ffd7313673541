"""`ctpat checks`: what the scanner judges, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.cli.options import DEFAULT_PROFILE

if TYPE_CHECKING:
    from scanner.check import Check
    from scanner.profile import Profile

_dirs = click.option(
    "--checks", "checks_dirs", type=click.Path(path_type=Path), multiple=True, metavar="DIR", help="Further checks."
)


@click.group("checks")
def command() -> None:
    """List the checks, or show one with its reasons."""


@command.command("list")
@_dirs
def list_(checks_dirs: tuple[Path, ...]) -> None:
    """Every check by ID, with its severity and title."""
    from scanner.catalogue import load_checks

    for check in load_checks(checks_dirs).values():
        gone = f" (deprecated: {check.deprecated})" if check.deprecated else ""
        click.echo(f"{check.id:36} {check.severity.value:9} {check.title}{gone}")


@command.command("show", short_help="Why a check exists, what it reads, what may be tuned.")
@click.argument("check_id", metavar="CHECK")
@_dirs
def show(check_id: str, checks_dirs: tuple[Path, ...]) -> None:
    """One check: why it exists, what it reads, what may be tuned, and how to mend what it finds."""
    from scanner.catalogue import load_checks
    from scanner.errors import ConfigError
    from scanner.profile import load_profile
    from scanner.suggest import hint

    checks = load_checks(checks_dirs)
    found = next((check for check in checks.values() if check_id in (check.id, *check.aliases)), None)
    if found is None:
        raise ConfigError(
            f"no check is named '{check_id}'; {hint(check_id, checks) or '`ctpat checks list` shows them all'}"
        )
    click.echo(_text(found, load_profile(DEFAULT_PROFILE, checks=checks)))


def _text(check: Check, profile: Profile) -> str:
    lines = [
        f"{check.id} (version {check.version}, {check.severity.value}, {check.source})",
        check.title,
        "",
        f"Why:         {check.why}",
        f"Source:      {check.reference}",
        f"Remediation: {check.remediation}",
        f"Reads:       {', '.join(parameter.fact.name for parameter in check.facts)}",
        f"Evidence for criterion: {', '.join(profile.requirements_of(check.id)) or 'none in the ctpat pack'}",
    ]
    lines += [f"Parameter:   {line}" for line in _parameters(check, profile)]
    lines += [f"See:         {reference}" for reference in check.references]
    return "\n".join(lines)


def _parameters(check: Check, profile: Profile) -> list[str]:
    """As the ctpat pack sets them, with source, limit and platform; the check's defaults where it names none."""
    from scanner.cli.packs import threshold_lines
    from scanner.profile import parameter_key

    if check.id in profile.uses:
        return list(threshold_lines(profile, check.id))
    return [f"{parameter_key(check.id, name)} (default: {value})" for name, value in check.parameters.items()]
