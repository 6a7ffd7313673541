"""Who answers: the domain, its controller, and its functional level, from what the server says of itself.

The domain's short name (NetBIOS) stands in the list of the forest's parts, which every account of the domain may read.
"""

from __future__ import annotations

from collections.abc import Mapping

from scanner.facts.base import RawFacts, Reader
from scanner.facts.directory.probes import NAMES
from scanner.facts.directory.values import only, table
from scanner.facts.host import Host
from scanner.facts.windows.values import Values, entry
from scanner.model import Absent, Maybe, Unknown, is_known

SESSION = "session"
# MS-ADTS 6.1.4.2, msDS-Behavior-Version.
_LEVELS: Mapping[int, str] = {
    0: "2000",
    1: "2003 interim",
    2: "2003",
    3: "2008",
    4: "2008 R2",
    5: "2012",
    6: "2012 R2",
    7: "2016",
    10: "2025",
}
NO_HOST = "this target is the directory; the servers that keep it are targets of their own"
"""Why what belongs to a host is absent."""


def domain_name(session: Values) -> Maybe[str]:
    """`acme.example` from `DC=acme,DC=example`."""
    name = session.text("domain")
    if not is_known(name):
        return name
    parts = (part.partition("=") for part in name.split(","))
    return ".".join(value for key, _, value in parts if key.strip().upper() == "DC")


def read_host(raw: RawFacts) -> Host | Absent | Unknown:
    """`Host`: of the directory, not of the machine that answers."""
    session = entry(raw, SESSION)
    if not isinstance(session, Values):
        return session
    level, name = _level(session), domain_name(session)
    shown = f"Active Directory domain {name}" if is_known(name) else "Active Directory domain"
    return Host(
        hostname=session.text("controller"),
        os_id="active-directory",
        os_version=level,
        os_name=f"{shown}, functional level {level}" if is_known(level) else shown,
        os_family="directory",
        kernel=Absent(NO_HOST),
        architecture=Absent(NO_HOST),
        init=Absent(NO_HOST),
        virtualization=Absent(NO_HOST),
        container=Absent(NO_HOST),
        chassis=Absent(NO_HOST),
        clock=session.moment("clock"),
        domain=name,
        domain_short_name=_short_name(raw),
        workstation=False,
    )


def _short_name(raw: RawFacts) -> str | Unknown:
    row = only(table(raw, NAMES.name, "domain"), "the domain in the list of the forest's parts")
    return row if isinstance(row, Unknown) else row.text("nETBIOSName")


def _level(session: Values) -> Maybe[str]:
    level = session.number("domain_level")
    if isinstance(level, Absent | Unknown):
        return level
    return _LEVELS.get(level, f"level {level}")


READERS: tuple[Reader, ...] = (Reader(fact=Host, probes=(NAMES,), given=(SESSION,), read=read_host),)
