"""How Windows fills the facts: one module per family, each with its probes, its readers and `READERS`.

A probe's snippet is the body of one `Read-Fact` block of the collector; it returns one dictionary, which travels as
JSON. Decisions live here in Python, so that they can be tested on that JSON without a Windows host.
"""

from __future__ import annotations

from scanner.facts.base import Reader
from scanner.facts.windows import accounts, backups, firewall, host, passwords, patching, signin, ssh

READERS: tuple[Reader, ...] = (
    *host.READERS,
    *accounts.READERS,
    *passwords.READERS,
    *signin.READERS,
    *ssh.READERS,
    *patching.READERS,
    *firewall.READERS,
    *backups.READERS,
)
"""Every reader, in the order in which their probes run: cheap and important first."""
