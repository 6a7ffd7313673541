"""How a directory (LDAP) fills the facts: what rules its accounts, who they are, and who administers them."""

from __future__ import annotations

from scanner.facts.base import Reader

READERS: tuple[Reader, ...] = ()
"""Every reader, in the order in which their queries run."""
