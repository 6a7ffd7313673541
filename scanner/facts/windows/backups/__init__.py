"""Backups of a Windows host: Windows Server Backup by its summary and log, other products by services and events.

Shadow copies lie on the disk of the data and are snapshots. Images that the hypervisor takes are invisible inside.
"""

from __future__ import annotations

from scanner.facts.backups import Backups, SnapshotMechanism
from scanner.facts.base import RawFacts, Reader
from scanner.facts.data.backup_products import backup_products
from scanner.facts.windows.backups.built_in import windows_backup
from scanner.facts.windows.backups.probe import BACKUPS
from scanner.facts.windows.backups.products import products
from scanner.facts.windows.firewall.network import NETWORK
from scanner.facts.windows.host import HOST
from scanner.facts.windows.services import SERVICES, services
from scanner.facts.windows.values import Values, entry, required, then
from scanner.model import Absent, Maybe, Reason, Unknown

_LOOKED_FOR = (
    "Windows Server Backup",
    "the services of known backup products",
    "the events with which known products end their runs",
)
_HIDDEN = (
    "images that the hypervisor, the storage or the cloud takes of the whole machine",
    "File History and copies to cloud drives that people set up for themselves",
)


def read_backups(raw: RawFacts) -> Backups | Absent | Unknown:
    """`Backups`: what is installed and what it recorded."""
    found, known = required(entry(raw, BACKUPS.name)), services(raw)
    if isinstance(found, Unknown):
        return found
    own, gap = windows_backup(found, raw)
    others, missing = products(found, known)
    unread = [value for value in (gap, missing, known) if isinstance(value, Unknown)]
    return Backups(
        jobs=(*own, *others),
        snapshots=_snapshots(found),
        looked_for=_LOOKED_FOR,
        unread=tuple(unread),
        hidden=_HIDDEN,
        table_date=backup_products().as_of,
    )


def _snapshots(found: Values) -> Maybe[tuple[SnapshotMechanism, ...]]:
    """Shadow copies; whether new ones are taken by themselves is a matter of the task scheduler."""
    shadows = required(found.inside("shadows"))
    count = required(then(shadows, lambda values: values.number("count")))
    unplanned = Unknown(Reason.NO_EVIDENCE, "whether shadow copies are taken by themselves is not read")
    return then(count, lambda some: (SnapshotMechanism(product="shadow copies", enabled=unplanned),) if some else ())


READERS: tuple[Reader, ...] = (Reader(fact=Backups, probes=(BACKUPS, SERVICES, HOST, NETWORK), read=read_backups),)
