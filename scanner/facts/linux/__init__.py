"""How Linux fills the facts: one module per family, each with its probes, its readers and `READERS`."""

from __future__ import annotations

from scanner.facts.base import Reader
from scanner.facts.linux import (
    accounts,
    backups,
    firewall,
    hardware,
    host,
    keys,
    network,
    password,
    patching,
    privileges,
    ssh,
)

READERS: tuple[Reader, ...] = (
    *host.READERS,
    *hardware.READERS,
    *accounts.READERS,
    *privileges.READERS,
    *keys.READERS,
    *ssh.READERS,
    *password.READERS,
    *firewall.READERS,
    *network.READERS,
    *backups.READERS,
    *patching.READERS,
)
"""Every reader, in the order in which their probes run: cheap and important first."""
