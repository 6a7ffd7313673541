"""What the update agent offers, from its own store: its search never asks the network here.

Sources: IUpdateSearcher.Search and IUpdate (learn.microsoft.com, Windows Update Agent API); MS-UAMG 3.38.4.11 for the
criteria; "WSUS Classification GUIDs". Drivers and optional updates, which Windows does not install by itself, are not
asked for; definitions are left out, since every day brings one. The agent refuses network logons on Windows 11 24H2 and
Server 2025 since autumn 2025 (PSWindowsUpdate issues 60 and 65). An offer proves that an update is missing. No offer
proves nothing: the store is as old as the last search that asked the network. When that was, the client's event 26
says; whether it records this search in the same way is not documented, so that the log is looked at again behind it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from scanner.facts.base import Access, Probe, RawFacts
from scanner.facts.patching import Update
from scanner.facts.windows.patching.probes import no_events, search_event, success_time, updates
from scanner.facts.windows.values import Values, entry, entry_failure, required, then, whole
from scanner.model import Maybe, Reason, Unknown, is_known

OFFERS = Probe(
    name="offered_updates",
    why="which updates the host already knows to be missing",
    script=r"""
$started = Convert-Time (Read-Clock)
$found = Search-Updates "IsInstalled=0 and Type='Software' and BrowseOnly=0" 30000
Wait-Milliseconds 2000
@{
    started = $started
    recorded = Read-Part {
        $wanted = @{ LogName = 'Microsoft-Windows-WindowsUpdateClient/Operational'; Id = 26 }
        , @(foreach ($event in Get-WinEvent -FilterHashtable $wanted -MaxEvents 1) {
            @{ time = Convert-Time $event.TimeCreated }
        })
    }
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
_NEVER_RAN = (_ACCESS_DENIED, 0x80040154)  # refused before the search, or no update agent at all
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


def last_search(raw: RawFacts) -> Maybe[datetime]:
    """When the host found out by itself what there is to install; the second place is that of 2012 R2 and older."""
    found = updates(raw)
    if isinstance(found, Unknown):
        return found
    event = search_event(found)
    doubt = None if event is None else _doubt(raw)
    if event is not None and doubt is None:
        return event
    older = success_time(found, "detects")
    if is_known(older):
        return older
    return doubt or Unknown(Reason.NO_EVIDENCE, "no finished search for updates is on record")


def _doubt(raw: RawFacts) -> Unknown | None:
    """Why a search on record may be one that a scan asked for; None where scans leave no such record."""
    problem = entry_failure(raw, OFFERS.name)
    if problem is not None and problem.code in _NEVER_RAN:
        return None
    found = entry(raw, OFFERS.name)
    if not isinstance(found, Values):
        return Unknown(Reason.NO_EVIDENCE, "the newest search on record may be that of a scan, which asked no network")
    if no_events(found, "recorded"):
        return None
    started, times = required(found.moment("started")), _times(found)
    if isinstance(started, Unknown) or isinstance(times, Unknown):
        return started if isinstance(started, Unknown) else Unknown(Reason.UNREADABLE, "the log came without times")
    if all(time < started for time in times):
        return None
    return Unknown(Reason.NO_EVIDENCE, "this host records a scan's search like its own, so that nothing tells its last")


def _times(found: Values) -> tuple[datetime, ...] | Unknown:
    rows = required(found.rows("recorded"))
    return rows if isinstance(rows, Unknown) else whole(required(row.moment("time")) for row in rows)


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
