"""How far the commands of a grant reach: whether one of them starts any program, or writes any file, of the caller's.

Source: GTFOBins; sudoers(5) on arguments, wildcards and NOEXEC. Fixed arguments hold a program to one job only where
the program asks its user nothing afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from scanner.facts.linux.privileges.programs import ANY, program
from scanner.facts.linux.privileges.prompts import Hold, prompts
from scanner.facts.privileges import GrantScope

_NO_ARGUMENTS = '""'


def scope_of(commands: Sequence[str], *, noexec: bool = False, secure_pager: bool = False) -> GrantScope:
    """How far a list of commands reaches, by the farthest of them.

    `noexec` is as sudoers(5) has it; `secure_pager` says that systemd's own tools start a pager that runs nothing.
    """
    if any(command == "ALL" for command in commands):
        return GrantScope.EVERYTHING
    hold = Hold(noexec=noexec, secure_pager=secure_pager)
    return GrantScope.SHELL if any(_gives_shell(command, hold) for command in commands) else GrantScope.COMMANDS


def _gives_shell(command: str, hold: Hold) -> bool:
    """A directory of programs, free arguments to a program that starts others, or one that asks its user."""
    path, _, arguments = re.sub(r"^sha\d+:\S+\s+", "", command).strip().partition(" ")
    arguments = arguments.strip()
    if path.endswith("/") or any(sign in path for sign in "*?[^"):
        return True
    name = program(path)
    if not arguments or _is_free(arguments):
        return name in ANY
    words = [] if arguments == _NO_ARGUMENTS else re.sub(r"\\(.)", r"\1", arguments).split()
    return prompts(name, words, hold)


def _is_free(arguments: str) -> bool:
    return any(sign in re.sub(r"\\.", "", arguments) for sign in "*?[") or arguments.startswith("^")
