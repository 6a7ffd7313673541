"""What a command line writes to, and what it reads; where the program keeps that elsewhere, its own record."""

from __future__ import annotations

from scanner.facts.linux.backups.hosts import UNNAMED
from scanner.facts.linux.backups.programs import Call, operands
from scanner.facts.linux.backups.state import State
from scanner.model import Maybe


def targets(call: Call, state: State) -> tuple[Maybe[tuple[str, ...]], tuple[str, ...]]:
    """What a command line writes to, and what it reads."""
    places = operands(call.words)
    sources = tuple(word for word in places if word.startswith("/"))
    if call.product == "borgmatic":
        return state.borgmatic, ()
    if call.product == "rsnapshot":
        return ((state.snapshot_root,) if state.snapshot_root else ()), ()
    if call.product == "borg":
        archives = [word for word in places if "::" in word and not word.startswith("::")]
        named = tuple(archives[:1]) or _named(call)
        found = tuple(each.partition("::")[0] for each in named) or _only_borg(state)
        return found, tuple(word for word in sources if word.partition("::")[0] not in found)
    if call.program is not None and call.program.copies:
        read, written = places[:-1], places[-1:]
        is_told = len(places) > 1 and written[0] not in ("?", UNNAMED)
        return written if is_told else (), tuple(word for word in sources if word in read)
    named = _named(call)
    return named, tuple(word for word in sources if word not in named)


def _named(call: Call) -> tuple[str, ...]:
    """The word after an option that names the repository."""
    options = call.program.repository_options if call.program else ()
    pairs = zip(call.words, call.words[1:], strict=False)
    return tuple(value for option, value in pairs if option in options and not value.startswith("-"))[:1]


def _only_borg(state: State) -> tuple[str, ...]:
    locations = tuple(repository.location for repository in state.of("borg") if repository.location)
    return locations if len(locations) == 1 else ()
