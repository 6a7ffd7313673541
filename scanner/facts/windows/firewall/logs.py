"""What Windows Firewall writes down, profile by profile.

Sources: MSFT_NetFirewallProfile on the active store (LogBlocked, LogAllowed: 0 no, 1 yes, 2 not configured;
LogMaxSizeKilobytes: the largest 64-bit number where it is not configured, read as text because cmdlets put the word
NotConfigured in such places); on hosts without it the registry, below `Logging` of each profile (MS-GPFAS 2.2.3). How
policy and local value merge: MS-FASP 2.2.38, Firewall CSP. Defaults, Networking-MPSSVC-Svc: nothing is logged, the log
may grow to 4,096 KB.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from scanner.facts.base import RawFacts, Reader
from scanner.facts.firewall import EntranceLog, FirewallLog
from scanner.facts.windows.firewall.profiles import FIREWALL_PROFILES, NAMES, Profile, firewall, profiles
from scanner.facts.windows.services import SERVICES, services
from scanner.facts.windows.settings import choice, setting, strongest
from scanner.facts.windows.values import Values, required, then
from scanner.model import Absent, Reason, Unknown

_SWITCH = {0: False, 1: True, 2: False}  # not configured: Windows logs nothing
_DEFAULT_KIB = 4096
_NOT_CONFIGURED = ("NotConfigured", str((1 << 64) - 1))
_SIZE = re.compile(r"[0-9]{1,10}")


def read_log(raw: RawFacts) -> FirewallLog | Absent | Unknown:
    """`FirewallLog` with one entrance per profile; where nobody knows whether a profile works, its log is unknown."""
    found, known = firewall(raw), services(raw)
    if isinstance(found, Unknown):
        return found
    if isinstance(known, Unknown):
        return known
    read, told = profiles(found, known), _told(found)
    if isinstance(read, Unknown):
        return FirewallLog(entrances=read)
    if isinstance(told, Unknown):
        return FirewallLog(entrances=told)
    return FirewallLog(entrances=tuple(_of_profile(profile, told[name]) for name, profile in read.items()))


def _told(found: Values) -> Mapping[str, EntranceLog] | Unknown:
    """The logs of all three profiles by name: what is in force, on older hosts what is saved."""
    rows, describe = _by_name(found, "profiles"), _in_force
    if isinstance(rows, Unknown):
        rows, describe = _by_name(found, "logs"), _saved
    return rows if isinstance(rows, Unknown) else {name: describe(name, row) for name, row in rows.items()}


def _by_name(found: Values, part: str) -> Mapping[str, Values] | Unknown:
    rows = required(found.rows(part))
    if isinstance(rows, Unknown):
        return rows
    named = {name: row for row in rows if isinstance(name := row.text("name"), str)}
    return named if set(named) == set(NAMES) else Unknown(Reason.UNREADABLE, f"{found.where}: {part} misses a profile")


def _in_force(name: str, row: Values) -> EntranceLog:
    return EntranceLog(
        entrance=f"{name} profile",
        refused=choice(required(row.number("log_refused")), _SWITCH, default=False),
        accepted=choice(required(row.number("log_accepted")), _SWITCH, default=False),
        max_size_kib=then(required(row.text("log_kib")), _size),
        place=then(row.text("log_file"), _place),
    )


def _size(text: str) -> int | Unknown:
    if text in _NOT_CONFIGURED:
        return _DEFAULT_KIB
    is_size = _SIZE.fullmatch(text) is not None
    return int(text) if is_size else Unknown(Reason.UNREADABLE, f"firewall: {text[:40]!r} is no size of a log")


def _place(file: str) -> str | Absent:
    return Absent("no file is named") if file in ("", *_NOT_CONFIGURED) else file


def _saved(name: str, row: Values) -> EntranceLog:
    """A switch is on where the policy or the host itself sets it; of the other values the policy's goes first."""
    sizes = (setting(row, key, "LogFileSize") for key in ("policy", "local"))
    files = (row.registry_text(key, "LogFilePath") for key in ("policy", "local"))
    return EntranceLog(
        entrance=f"{name} profile",
        refused=_anywhere(row, "LogDroppedPackets"),
        accepted=_anywhere(row, "LogSuccessfulConnections"),
        max_size_kib=strongest(*sizes, _DEFAULT_KIB),
        place=then(strongest(*files), _place),
    )


def _anywhere(row: Values, name: str) -> bool | Unknown:
    told = [choice(setting(row, key, name), _SWITCH, default=False) for key in ("policy", "local")]
    if True in told:
        return True
    return next((value for value in told if isinstance(value, Unknown)), False)


def _of_profile(profile: Profile, log: EntranceLog) -> EntranceLog:
    """The log of a profile that filters; one that does not has no records, and another product's are not read."""
    if profile.filters and not isinstance(profile.action, Unknown):
        return log
    why = profile.action if isinstance(profile.action, Unknown) else Absent(profile.because)
    return EntranceLog(entrance=log.entrance, refused=why, accepted=why, max_size_kib=why, place=why)


FIREWALL_LOG = Reader(fact=FirewallLog, probes=(FIREWALL_PROFILES, SERVICES), read=read_log)
