"""How Windows fills the facts: one module per family, each with its probes, its readers and `READERS`.

A probe's snippet is the body of one `Read-Fact` block of the collector; it returns one dictionary, which travels as
JSON. Decisions live here in Python, so that they can be tested on that JSON without a Windows host.
"""

from __future__ import annotations

from scanner.facts.base import Reader
from scanner.facts.windows import (
    accounts,
    audit,
    backups,
    encryption,
    file_sharing,
    firewall,
    hardware,
    host,
    keys,
    local_admin_passwords,
    malware,
    passwords,
    patching,
    privilege_prompts,
    remote_access,
    remote_tools,
    removable_media,
    screen_lock,
    signin,
    software,
    ssh,
)

READERS: tuple[Reader, ...] = (
    *host.READERS,
    *hardware.READERS,
    *accounts.READERS,
    *passwords.READERS,
    *signin.READERS,
    *ssh.READERS,
    *keys.READERS,
    *patching.READERS,
    *firewall.READERS,
    *backups.READERS,
    *malware.READERS,
    *encryption.READERS,
    *remote_access.READERS,
    *file_sharing.READERS,
    *remote_tools.READERS,
    *audit.READERS,
    *screen_lock.READERS,
    *removable_media.READERS,
    *privilege_prompts.READERS,
    *local_admin_passwords.READERS,
    *software.READERS,
    *patching.LAST,
)
"""Every reader, in the order in which their probes run: cheap and important first."""
