"""The facts: one frozen, platform-neutral type per subject. Readers live in `facts.linux`."""

from scanner.facts.accounts import Account, AccountKind, Accounts, HomeFolder, PasswordState
from scanner.facts.base import Fact
from scanner.facts.collection import Collection
from scanner.facts.host import Host
from scanner.facts.ssh import SshServer, SshSettings

FACTS: tuple[type[Fact], ...] = (
    Collection,
    Host,
    Accounts,
    SshServer,
)
"""Every fact type, in the order in which `ctpat facts list` shows them."""

__all__ = [
    "FACTS",
    "Account",
    "AccountKind",
    "Accounts",
    "Collection",
    "Fact",
    "HomeFolder",
    "Host",
    "PasswordState",
    "SshServer",
    "SshSettings",
]
