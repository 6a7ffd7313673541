"""`ctpat completion`: the completion script for a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash: ctpat completion bash > ~/.local/share/bash-completion/completions/ctpat
    zsh:  ctpat completion zsh  > a file _ctpat in a folder of $fpath
    fish: ctpat completion fish > ~/.config/fish/completions/ctpat.fish
    """
    from scanner.cli import program

    kind = get_completion_class(shell)
    assert kind is not None  # the three shells of the choice above are click's own
    click.echo(kind(program, {}, "ctpat", "_CTPAT_COMPLETE").source())
