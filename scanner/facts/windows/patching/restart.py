"""Whether updates wait for a restart. Source: the marks of the component store and of the update client."""

from __future__ import annotations

from datetime import datetime

from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.patching import Restart
from scanner.facts.windows.host import HOST, booted
from scanner.facts.windows.patching.probes import UPDATES, events, updates
from scanner.facts.windows.values import Values, entry, required, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

RESTART_MARKS = Probe(
    name="restart_marks",
    why="whether installed updates wait for a restart",
    script=r"""
$windows = 'SOFTWARE\Microsoft\Windows\CurrentVersion'
$manager = 'SYSTEM\CurrentControlSet\Control\Session Manager'
$names = 'SYSTEM\CurrentControlSet\Control\ComputerName'
@{
    components = Read-Part { Read-RegistrySubkeys "$windows\Component Based Servicing\RebootPending" }
    updates = Read-Part { Read-RegistrySubkeys "$windows\WindowsUpdate\Auto Update\RebootRequired" }
    volatile = Read-Part { Read-Registry 'SOFTWARE\Microsoft\Updates' @('UpdateExeVolatile') }
    renames = Read-Part { [bool](Read-Registry $manager @('PendingFileRenameOperations')).values.Count }
    name = Read-Part { Read-Registry "$names\ActiveComputerName" @('ComputerName') }
    next_name = Read-Part { Read-Registry "$names\ComputerName" @('ComputerName') }
}
""",
)

_STRONG = {
    "components": "the component store waits for a restart",
    "updates": "the update client waits for a restart",
}


def read_restart(raw: RawFacts) -> Restart | Absent | Unknown:
    """`Restart`: the two marks that updates leave decide; the others are left by installers of all kinds."""
    found = entry(raw, RESTART_MARKS.name)
    if not isinstance(found, Values):
        return found
    marks = {name: _key(found, name) for name in _STRONG}
    reasons = tuple(text for name, text in _STRONG.items() if marks[name] is True)
    gap = next((value for value in marks.values() if isinstance(value, Unknown)), None)
    pending: Maybe[bool] = True if reasons else gap or False
    return Restart(
        pending=pending,
        since=_since(raw) if pending is True else Absent("no restart is waited for"),
        reasons=reasons + _weak(found),
        asked=("the component store", "the update client"),
    )


def _key(found: Values, part: str) -> bool | Unknown:
    """Whether the key that is the mark exists."""
    return required(then(required(found.inside(part)), lambda key: key.flag("exists")))


def _weak(found: Values) -> tuple[str, ...]:
    """Signs that somebody wants a restart, not necessarily an update."""
    volatile = found.registry_number("volatile", "UpdateExeVolatile")
    name, later = (found.registry_text(part, "ComputerName") for part in ("name", "next_name"))
    signs = {
        "an older installer waits for a restart": is_known(volatile) and volatile != 0,
        "files wait to be replaced": found.flag("renames") is True,
        "a new computer name waits": is_known(name) and is_known(later) and name.lower() != later.lower(),
    }
    return tuple(text for text, is_there in signs.items() if is_there)


def _since(raw: RawFacts) -> Maybe[datetime]:
    """The first installation after the last start; without one on record nobody can tell."""
    started = required(then(entry(raw, HOST.name), booted))
    known = then(updates(raw), events)
    if not is_known(started) or not is_known(known):
        return started if isinstance(started, Unknown) else Unknown(Reason.NO_EVIDENCE, _when(known))
    after = [event.when for event in known if event.when >= started and not event.code and not event.is_definition]
    return min(after, default=Unknown(Reason.NO_EVIDENCE, _when(None)))


def _when(value: object) -> str:
    why = f": {value.detail}" if isinstance(value, Unknown) else ""
    return f"a restart is waited for, and since when is not on record{why}"


RESTART = Reader(fact=Restart, probes=(HOST, RESTART_MARKS, UPDATES), read=read_restart)
