"""What `ctpat init` asks: only what no program can know."""

from __future__ import annotations

import getpass
import re
from typing import get_args

import click

from scanner.cli.options import DEFAULT_PROFILE
from scanner.inventory.models import Entity
from scanner.inventory.template import Answers

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


def ask(folder: str, *, assume_defaults: bool) -> Answers:
    """The answers for a new site file; `folder` gives the default name."""
    name = re.sub(r"[^a-z0-9._-]+", "-", folder.lower()).strip("-._") or "site"
    if assume_defaults:
        return Answers(site=name, profile=DEFAULT_PROFILE)
    click.echo("Answers can be changed in the file later; Enter takes the default.")
    return Answers(
        site=_text("Short name of the site", name, _NAME, "lower-case letters, digits, dot, dash, underscore"),
        company=click.prompt("Company, as in the CTPAT portal", default="", show_default=False),
        entities=(
            click.prompt("Entity type", type=click.Choice(get_args(Entity)), default="importer", show_choices=False),
        ),
        anniversary=_text("CTPAT anniversary, MM-DD (empty: later)", "", re.compile(r"(\d\d-\d\d)?"), "MM-DD") or None,
        profile=DEFAULT_PROFILE,
        ssh_user=click.prompt("Login of the scan account over SSH", default=getpass.getuser()),
        ssh_key=click.prompt("Private key of that account (empty: ssh-agent)", default="", show_default=False) or None,
        hosts=tuple(click.prompt("Hosts, separated by spaces", default="", show_default=False).split()),
    )


def _text(question: str, default: str, form: re.Pattern[str], expected: str) -> str:
    while True:
        answer = str(click.prompt(question, default=default, show_default=bool(default)))
        if form.fullmatch(answer):
            return answer
        click.echo(f"'{answer}' cannot be used; expected {expected}", err=True)
