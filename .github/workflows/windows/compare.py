"""Compares two dozen facts of a recording with what Windows said of itself by other means; 1 when one differs.

Called with the folder of recordings and the JSON that scan.ps1 wrote.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from scanner.assess.findings import FactSet
from scanner.collect import raw_facts
from scanner.facts import (
    Accounts,
    AuditedEvent,
    AuditLog,
    BootProtection,
    DiskEncryption,
    FileSharing,
    Firewall,
    FirewallLog,
    Hardware,
    Host,
    Listeners,
    Lockout,
    MalwareProtection,
    PasswordPolicy,
    Privileges,
    RemoteDesktop,
    Tpm,
)
from scanner.model import Target
from scanner.transports.replay import read_recordings

Own = Mapping[str, Any]


def fact(facts: FactSet, kind: type) -> Any:
    """The fact; a fact that could not be read is shown as what differs."""
    value = facts.get(kind)
    return value if isinstance(value, kind) else Missing(repr(value))


class Missing:
    """Stands for a fact that is not there: whatever is asked of it is that."""

    def __init__(self, why: str) -> None:
        self._why = why

    def __getattr__(self, name: str) -> Missing:
        return self

    def __iter__(self) -> Any:
        return iter((self._why,))

    def __repr__(self) -> str:
        return self._why


def accounts_of(facts: FactSet) -> set[str]:
    return {getattr(one, "identifier", one) for one in fact(facts, Accounts).accounts}


def disks_of(facts: FactSet) -> Any:
    disks = fact(facts, Hardware).disks
    return {disk.name: disk.size_bytes for disk in disks} if isinstance(disks, tuple) else disks


def logons_of(facts: FactSet) -> Any:
    """Which logons are written down, in the words of auditpol."""
    events = fact(facts, AuditLog).events
    found = events.get(AuditedEvent.LOGON) if isinstance(events, dict) else None
    if found is None:
        return events
    return " and ".join(
        word for word, is_on in (("Success", found.success), ("Failure", found.failure)) if is_on is True
    )


def security_log_of(facts: FactSet) -> Any:
    logs = fact(facts, AuditLog).logs
    return getattr(logs.get("security"), "max_size_kib", None) if isinstance(logs, dict) else logs


def gibibytes(count: Any) -> Any:
    return round(count / 2**30, 1) if isinstance(count, int) else count


def number(text: str) -> int | None:
    """`net accounts` writes None and Never in words."""
    return int(text) if text.isdecimal() else None


# Name of the comparison, what the recording says, what Windows says.
PAIRS: tuple[tuple[str, Callable[[FactSet], Any], Callable[[Own], Any]], ...] = (
    ("host name", lambda f: str(fact(f, Host).hostname).lower(), lambda o: o["hostname"].lower()),
    (
        "build and revision",
        lambda f: str(fact(f, Host).os_version),
        lambda o: f"10.0.{o['build']}.{o['revision']}",
    ),
    ("server or client", lambda f: "server" in str(fact(f, Host).os_id), lambda o: o["is_server"]),
    ("minimum length", lambda f: fact(f, PasswordPolicy).minimum_length or 0, lambda o: o["minimum_length"]),
    ("history", lambda f: fact(f, PasswordPolicy).history or None, lambda o: number(o["history"]) or None),
    ("lockout", lambda f: fact(f, Lockout).threshold or None, lambda o: number(o["lockout_threshold"])),
    (
        "firewall profiles that are on",
        lambda f: len({rule.entrance for rule in fact(f, Firewall).defaults if "is off" not in rule.because}),
        lambda o: o["firewall_on"],
    ),
    ("local accounts", accounts_of, lambda o: set(o["local_users"])),
    (
        "number of administrators",
        lambda f: len(dict(fact(f, Privileges).admin_groups).get("Administrators", ())),
        lambda o: len(o["administrators"]),
    ),
    ("built-in administrator", lambda f: fact(f, Privileges).superusers, lambda o: (o["built_in"],)),
    ("real-time protection", lambda f: bool(fact(f, MalwareProtection).active), lambda o: o["real_time"]),
    (
        "profiles that log what they drop",
        lambda f: sum(one.refused is True for one in fact(f, FirewallLog).entrances if hasattr(one, "refused")),
        lambda o: o["dropped_logged"],
    ),
    (
        "sizes of the firewall's logs",
        lambda f: [getattr(one, "max_size_kib", one) for one in fact(f, FirewallLog).entrances],
        lambda o: o["log_sizes"],
    ),
    ("driver of the SMB 1 client", lambda f: fact(f, FileSharing).legacy_client, lambda o: o["smb1_client"]),
    ("TPM", lambda f: isinstance(fact(f, DiskEncryption).tpm, Tpm), lambda o: o["tpm"]),
    ("Secure Boot", lambda f: fact(f, BootProtection).secure_boot, lambda o: o["secure_boot"]),
    ("maker", lambda f: fact(f, Hardware).manufacturer, lambda o: o["manufacturer"]),
    ("model", lambda f: fact(f, Hardware).model, lambda o: o["model"]),
    ("memory in GiB", lambda f: gibibytes(fact(f, Hardware).memory_bytes), lambda o: gibibytes(o["memory"])),
    ("fixed disks and their sizes", disks_of, lambda o: o["disks"]),
    ("logons that are recorded", logons_of, lambda o: o["logons"]),
    ("size of the security log in KiB", security_log_of, lambda o: o["security_log"] // 1024),
    ("remote desktop", lambda f: fact(f, RemoteDesktop).enabled, lambda o: o["remote_desktop"]),
    (
        "listener on 5986",
        lambda f: any(getattr(one, "port", None) == 5986 for one in fact(f, Listeners).sockets),
        lambda o: o["listens_on_5986"],
    ),
)


def main(recordings: str, own_file: str) -> int:
    (recording,) = read_recordings(Path(recordings))
    own = json.loads(Path(own_file).read_text(encoding="utf-8-sig"))
    facts = FactSet(raw_facts(recording.transcript), Target(name="runner", transport="winrms"))
    different = 0
    for name, ours, theirs in PAIRS:
        said, expected = ours(facts), theirs(own)
        different += said != expected
        print(f"{'same' if said == expected else 'DIFFERENT'}: {name}: {said!r}, Windows says {expected!r}")
    print(f"{len(PAIRS) - different} of {len(PAIRS)} facts agree")
    return int(different > 0)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
