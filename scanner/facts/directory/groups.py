"""Who administers a domain: the members of privileged groups, through nested groups and primary groups as well."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from scanner.facts.base import RawFacts, Reader
from scanner.facts.directory.identity import SESSION
from scanner.facts.directory.probes import (
    ADMIN_GROUPS,
    EQUIVALENT_GROUPS,
    FOREST_GROUPS,
    GROUPS,
    PRIVILEGED,
    YOUNG_GROUPS,
)
from scanner.facts.directory.values import Row, refusal, table
from scanner.facts.privileges import Privileges
from scanner.facts.windows.values import Values, entry
from scanner.model import Absent, Reason, Unknown

Members = tuple[tuple[str, tuple[str, ...]], ...]
_MISSING = "noSuchObject"
_NEVER_EMPTY = ("administrators", "domain_admins")
# Groups that accounts are in by being there at all; membership in them is by the primary group and not listed.
_EVERYBODY: Mapping[int, str] = {
    513: "everyone in Domain Users",
    514: "everyone in Domain Guests",
    515: "every computer of the domain",
    516: "every domain controller",
    521: "every read-only domain controller",
}
_NOT_LISTED: Mapping[str, str] = {
    "S-1-1-0": "everyone",
    "S-1-5-7": "anonymous",
    "S-1-5-11": "everyone who signs in",
    "S-1-5-4": "everyone at a console",
    "S-1-5-9": "every domain controller of the forest",
}
_NO_GRANTS = Absent("a domain gives rights to groups and by access lists; there are no grants of single commands")


@dataclass(frozen=True, slots=True)
class Groups:
    """The privileged groups and their members by name."""

    admins: Members
    equivalent: Members

    @property
    def everything(self) -> Members:
        return (*self.admins, *self.equivalent)


def groups(raw: RawFacts) -> Groups | Unknown:
    """Unknown as soon as one of them is: a list of administrators with a gap is no list."""
    primary = _by_primary_group(raw)
    if isinstance(primary, Unknown):
        return primary
    optional = {*YOUNG_GROUPS, *(() if _is_first_domain(raw) else FOREST_GROUPS)}
    admins = _all(raw, ADMIN_GROUPS, primary, optional)
    equivalent = _all(raw, EQUIVALENT_GROUPS, primary, optional)
    if isinstance(admins, Unknown):
        return admins
    return equivalent if isinstance(equivalent, Unknown) else Groups(admins, equivalent)


def _by_primary_group(raw: RawFacts) -> Mapping[int, tuple[str, ...]] | Unknown:
    """Accounts whose primary group is an unusual one: such a membership stands on the account alone."""
    rows = table(raw, PRIVILEGED.name, "by_primary_group")
    if isinstance(rows, Unknown):
        return rows
    found: dict[int, list[str]] = {}
    for row in rows:
        group, name = row.maybe_number("primaryGroupID"), row.maybe_text("sAMAccountName")
        if group is not None and name is not None:
            found.setdefault(group, []).append(name)
    return {group: tuple(names) for group, names in found.items()}


def _all(
    raw: RawFacts,
    wanted: Mapping[str, tuple[str, str]],
    primary: Mapping[int, tuple[str, ...]],
    optional: Collection[str],
) -> Members | Unknown:
    present = [search for search in wanted if not (search in optional and _is_missing(raw, search))]
    read = {search: _members(raw, search, primary, wanted[search][0]) for search in present}
    gap = next((one for one in read.values() if isinstance(one, Unknown)), None)
    if gap is not None:
        return gap
    return tuple((wanted[search][1], names) for search, names in read.items() if isinstance(names, tuple))


def _is_first_domain(raw: RawFacts) -> bool:
    """Whether this is the first domain of its forest; where nobody knows, its groups are expected."""
    session = entry(raw, SESSION)
    return not isinstance(session, Values) or session.text("forest") == session.text("domain")


def _is_missing(raw: RawFacts, search: str) -> bool:
    failed = refusal(raw, PRIVILEGED.name, search)
    return failed is not None and failed.fqid == _MISSING


def _members(raw: RawFacts, search: str, primary: Mapping[int, tuple[str, ...]], key: str) -> tuple[str, ...] | Unknown:
    if _is_missing(raw, search):
        return Unknown(Reason.DENIED, f"the group {GROUPS[search][1]} is not for this account to see")
    rows = table(raw, PRIVILEGED.name, search)
    if isinstance(rows, Unknown):
        return rows
    names = tuple(dict.fromkeys([*_listed(rows), *_through_primary(rows, primary, key)]))
    if not names and search in _NEVER_EMPTY:
        return Unknown(
            Reason.DENIED, f"no member of {GROUPS[search][1]} is for this account to see, and every domain has one"
        )
    return names


def _listed(rows: Iterable[Row]) -> Iterable[str]:
    """Everything but groups; what is in a nested one is on the list itself."""
    for row in rows:
        if "group" not in row.texts("objectClass"):
            sid = row.maybe_text("objectSid") or ""
            yield _NOT_LISTED.get(sid) or row.maybe_text("sAMAccountName") or sid or "an account without a name"


def _through_primary(rows: Iterable[Row], primary: Mapping[int, tuple[str, ...]], key: str) -> Iterable[str]:
    rids = [_rid(row.maybe_text("objectSid") or "") for row in rows if "group" in row.texts("objectClass")]
    for rid in (int(key) if key.isdecimal() else None, *rids):
        if rid is not None:
            yield from primary.get(rid, ())
            if rid in _EVERYBODY:
                yield _EVERYBODY[rid]


def _rid(sid: str) -> int | None:
    last = sid.rpartition("-")[2]
    return int(last) if sid.startswith("S-1-5-21-") and last.isdecimal() and len(last) <= 10 else None


def read_privileges(raw: RawFacts) -> Privileges | Absent | Unknown:
    """`Privileges` of the domain."""
    known = groups(raw)
    if isinstance(known, Unknown):
        return known
    return Privileges(
        superusers=(),
        admin_groups=known.admins,
        equivalent_groups=known.equivalent,
        grants=_NO_GRANTS,
        elsewhere=_elsewhere(raw),
    )


def _elsewhere(raw: RawFacts) -> tuple[str, ...]:
    """What gives rights and is not followed here."""
    places = ["rights delegated by access lists on objects of the directory"]
    if not _is_first_domain(raw):
        names = ", ".join(name for search, (_, name) in GROUPS.items() if search in FOREST_GROUPS)
        places.append(f"{names}, which the first domain of the forest keeps")
    return tuple(places)


READERS: tuple[Reader, ...] = (Reader(fact=Privileges, probes=(PRIVILEGED,), given=(SESSION,), read=read_privileges),)
