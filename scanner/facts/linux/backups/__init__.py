"""Backups on Linux: units, timers, crontabs, the journal, programs' own records, a status file, the disks beneath."""

from __future__ import annotations

from scanner.facts.backups import Backups
from scanner.facts.base import Reader
from scanner.facts.linux.backups.probes import CRON, JOURNAL, PLACES, STATE, UNITS
from scanner.facts.linux.backups.reader import read_backups
from scanner.facts.linux.backups.status import STATUS
from scanner.facts.linux.network import IFACES

READERS: tuple[Reader, ...] = (
    Reader(fact=Backups, probes=(UNITS, JOURNAL, CRON, STATE, PLACES, STATUS, IFACES), read=read_backups),
)
