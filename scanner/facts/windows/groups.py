"""The members of the local groups that matter, found by SID and never by name. Source: ADSI, WinNT provider.

Members that no longer exist, or whose domain could not be asked, are bare SIDs, and accounts of Entra ID have SIDs that
begin with S-1-12-1: the cmdlets for local groups fail on both, the provider lists them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from scanner.facts.base import Probe, RawFacts
from scanner.facts.windows.values import Values, entry, required, then, whole
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

ADMINISTRATORS = "S-1-5-32-544"
EQUIVALENT = {
    "S-1-5-32-548": "Account Operators",
    "S-1-5-32-549": "Server Operators",
    "S-1-5-32-551": "Backup Operators",
    "S-1-5-32-578": "Hyper-V Administrators",
}
"""Groups whose members can make themselves administrators: by accounts, by services, by any file, by machines."""
OTHERS = {"S-1-5-32-555": "Remote Desktop Users", "S-1-5-32-580": "Remote Management Users"}
NAMES: Mapping[str, str] = {ADMINISTRATORS: "Administrators", **EQUIVALENT, **OTHERS}

LOCAL_GROUPS = Probe(
    name="local_groups",
    why="who is administrator of this host, by whatever way, and who may sign in from afar",
    script=r"""
@{
    groups = @(foreach ($rid in '544', '548', '549', '551', '555', '578', '580') {
        $sid = "S-1-5-32-$rid"
        @{
            sid = $sid
            group = Read-Part {
                $name = (Resolve-SidName $sid).Split('\')[-1]
                $group = Open-Adsi "WinNT://./$name,group"
                @{
                    name = [string]$name
                    members = @(foreach ($member in $group.Members()) {
                        $entry = Open-Adsi $member
                        @{
                            path = [string]$entry.Path
                            class = [string]$entry.SchemaClassName
                            sid = [string](Convert-SidBytes $entry.objectSid.Value)
                        }
                    })
                }
            }
        }
    })
}
""",
)

_UNMAPPED = "IdentityNotMappedException"
_SID = re.compile(r"S-1-\d+(-\d+)+", re.ASCII)
_PROVIDER = "WinNT://"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member: `name` is plain for accounts of this host, `DOMAIN\\name` for others, a sentence for bare SIDs."""

    name: str
    sid: str

    @property
    def is_builtin_administrator(self) -> bool:
        return self.sid.startswith("S-1-5-21-") and self.sid.endswith("-500")


Groups = Mapping[str, tuple[Member, ...]]


def groups(raw: RawFacts, hostname: Maybe[str]) -> Groups | Unknown:
    """The members of each group that exists, by the group's SID; unknown when one of them could not be read."""
    found = required(entry(raw, LOCAL_GROUPS.name))
    if isinstance(found, Unknown):
        return found
    rows = required(found.rows("groups"))
    if isinstance(rows, Unknown):
        return rows
    read = {sid: _members(row, hostname) for row in rows if is_known(sid := row.text("sid"))}
    if ADMINISTRATORS not in read or not set(NAMES) <= set(read):
        return Unknown(Reason.UNREADABLE, f"{found.where}: not every group was asked for")
    gap = next((members for members in read.values() if isinstance(members, Unknown)), None)
    present = {sid: members for sid, members in read.items() if isinstance(members, tuple)}
    if gap is None and ADMINISTRATORS not in present:
        return Unknown(Reason.UNREADABLE, f"{found.where}: the group of administrators was not found")
    return gap or present


def _members(row: Values, hostname: Maybe[str]) -> tuple[Member, ...] | Absent | Unknown:
    problem = row.failure("group")
    if problem is not None and problem.type.endswith(_UNMAPPED):
        return Absent("there is no such group on this host")
    rows = required(then(row.inside("group"), lambda group: group.rows("members")))
    if isinstance(rows, Unknown):
        return rows
    return whole(_member(item, hostname) for item in rows)


def _member(row: Values, hostname: Maybe[str]) -> Member | Unknown:
    path, sid = row.text("path"), row.text("sid")
    if not is_known(path) or not is_known(sid) or not _SID.fullmatch(sid):
        return Unknown(Reason.UNREADABLE, f"{row.where}: a member has no SID")
    return Member(name=_shown(path, sid, hostname if is_known(hostname) else ""), sid=sid)


def _shown(path: str, sid: str, hostname: str) -> str:
    """`WinNT://DOMAIN/HOST/name`, `WinNT://DOMAIN/name` or `WinNT://SID` as an administrator would write it."""
    if sid.startswith("S-1-12-1-"):
        return f"Entra ID object {_object_id(sid) or sid}"
    parts = [part for part in path.removeprefix(_PROVIDER).split("/") if part]
    if not parts or _SID.fullmatch(parts[-1]):
        return f"{sid} (no name: deleted, or its domain could not be asked)"
    if len(parts) == 1 or parts[-2].lower() == hostname.lower():
        return parts[-1]
    return f"{parts[-2]}\\{parts[-1]}"


def _object_id(sid: str) -> str | None:
    """The object ID of Entra ID: the four numbers of the SID are its sixteen bytes, each number low byte first."""
    numbers = [int(text) for text in sid.split("-")[4:] if text.isdecimal() and len(text) <= 10]
    if len(numbers) != 4 or any(number >= 1 << 32 for number in numbers):
        return None
    octets = b"".join(number.to_bytes(4, "little") for number in numbers)
    first, second, third = (octets[a:b][::-1].hex() for a, b in ((0, 4), (4, 6), (6, 8)))
    return f"{first}-{second}-{third}-{octets[8:10].hex()}-{octets[10:].hex()}"
