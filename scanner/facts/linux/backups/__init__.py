"""Backups on Linux: units and timers, the journal, crontabs, the programs' own records, and the disks beneath."""

from __future__ import annotations

from scanner.facts.backups import Backups
from scanner.facts.base import Reader
from scanner.facts.linux.backups.probes import CRON, JOURNAL, PLACES, STATE, UNITS
from scanner.facts.linux.backups.reader import read_backups
from scanner.facts.linux.network import IFACES

READERS: tuple[Reader, ...] = (
    Reader(fact=Backups, probes=(UNITS, JOURNAL, CRON, STATE, PLACES, IFACES), read=read_backups),
)
