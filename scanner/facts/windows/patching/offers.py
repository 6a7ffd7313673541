"""What the update agent offers, from its own store: its search never asks the network here.

Sources: IUpdateSearcher.Search and IUpdate (learn.microsoft.com, Windows Update Agent API); MS-UAMG 3.38.4.11 for the
criteria; "WSUS Classification GUIDs". Drivers and optional updates, which Windows does not install by itself, are not
asked for; definitions are left out, since every day brings one. The agent refuses network logons on Windows 11 24H2 and
Server 2025 since autumn 2025 (PSWindowsUpdate issues 60 and 65). An offer proves that an update is missing. No offer
proves nothing: the store is as old as the last search that asked the network.
"""

from __future__ import annotations

from datetime import UTC, datetime

from scanner.facts.base import Access, Probe, RawFacts
from scanner.facts.patching import Update
from scanner.facts.windows.values import Values, entry, entry_failure, required, then, whole
from scanner.model import Maybe, Reason, Unknown, is_known

OFFERS = Probe(
    name="offered_updates",
    why="which updates the host already knows to be missing",
    script=r"""
$found = Search-Updates "IsInstalled=0 and Type='Software' and BrowseOnly=0" 30000
@{
    result = [int]$found.ResultCode
    offers = @(foreach ($update in $found.Updates) {
        @{
            title = [string]$update.Title
            severity = [string]$update.MsrcSeverity
            hidden = [bool]$update.IsHidden
            published = Read-Part { [string]$update.LastDeploymentChangeTime.ToString('o') }
            categories = @(foreach ($category in $update.Categories) { [string]$category.CategoryID })
        }
    })
}
""",
    access=Access.ROOT,
    timeout_s=30,
)

_ACCESS_DENIED = 0x80070005
_WHOLE = 2  # OperationResultCode: succeeded, without errors
_SECURITY = "0fa1201d-4330-4fa8-8ae9-b877473b6441"
_DEFINITIONS = "e0789628-ce08-4437-be74-2495b842f43b"
_REFUSED = Unknown(
    Reason.UNSUPPORTED,
    "what the update agent offers is not available: it denies access (0x80070005), as Windows 11 24H2 and Server 2025 "
    "do to network logons",
)
_NONE = Unknown(
    Reason.NO_EVIDENCE,
    "the update agent's own store offers nothing; without a search over the network that proves nothing",
)


def offers(raw: RawFacts) -> tuple[Update, ...] | Unknown:
    """The updates that are proved to be missing; an empty list would say that none is, and is never returned."""
    problem = entry_failure(raw, OFFERS.name)
    if problem is not None and problem.code == _ACCESS_DENIED:
        return _REFUSED
    found = required(entry(raw, OFFERS.name))
    if isinstance(found, Unknown):
        return found
    result, rows = required(found.number("result")), required(found.rows("offers"))
    if isinstance(rows, Unknown) or result != _WHOLE:
        incomplete = Unknown(Reason.UNREADABLE, "the search of the update agent did not end as it should")
        return rows if isinstance(rows, Unknown) else incomplete
    read = whole(_offer(row) for row in rows if not _is_definition(row))
    return read or _NONE


def _is_definition(row: Values) -> bool:
    categories = row.texts("categories")
    return is_known(categories) and _DEFINITIONS in {one.lower() for one in categories}


def _offer(row: Values) -> Update | Unknown:
    """One offer; without its class it may be one of the definitions."""
    title, categories = required(row.text("title")), required(row.texts("categories"))
    if isinstance(title, Unknown) or isinstance(categories, Unknown):
        return title if isinstance(title, Unknown) else Unknown(Reason.UNREADABLE, f"{row.where}: no class came")
    return Update(
        name=f"{title} (hidden)" if row.flag("hidden") is True else title,
        installed="",
        available="",
        security=_security(row, categories),
        source="Windows Update",
        published=then(required(row.text("published")), _day),
        published_by=Unknown(Reason.NO_EVIDENCE, "the update agent tells one date"),
    )


def _security(row: Values, categories: tuple[str, ...]) -> Maybe[bool]:
    """By its class, or because Microsoft rated what it closes; without any class nobody knows."""
    severity = row.text("severity")
    if is_known(severity) and severity.strip():
        return True
    if not categories:
        return Unknown(Reason.NO_EVIDENCE, f"{row.where}: the update agent names no class")
    return _SECURITY in {one.lower() for one in categories}


def _day(text: str) -> datetime | Unknown:
    """The agent's dates are UTC and carry no zone."""
    try:
        return datetime.fromisoformat(text.strip().rstrip("Z")).replace(tzinfo=UTC)
    except ValueError:
        return Unknown(Reason.UNREADABLE, f"offered_updates: no date: {text[:40]}")
