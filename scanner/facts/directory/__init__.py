"""How a directory (LDAP) fills the facts: what rules its accounts, who they are, and who administers them.

Facts of hosts have no object here: the servers that keep a directory are targets of their own.
"""

from __future__ import annotations

from scanner.facts import FACTS, Collection
from scanner.facts.authentication import NameService
from scanner.facts.base import GivenFact, Reader
from scanner.facts.directory import accounts, groups, identity, policies, port
from scanner.facts.directory.identity import NO_HOST
from scanner.facts.elsewhere import without_object

_READ: tuple[Reader, ...] = (*identity.READERS, *port.READERS, *policies.READERS, *groups.READERS, *accounts.READERS)
_ITSELF = "this target is itself the directory that others look accounts up in"


READERS: tuple[Reader, ...] = (
    *_READ,
    *(
        without_object(fact, _ITSELF if fact is NameService else NO_HOST)
        for fact in FACTS
        if fact not in {Collection, *(reader.fact for reader in _READ)} and not issubclass(fact, GivenFact)
    ),
)
"""Every reader, in the order in which their queries run."""
