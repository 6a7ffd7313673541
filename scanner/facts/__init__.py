"""The facts: one frozen, platform-neutral type per subject. Readers live in `facts.linux`."""

from scanner.facts.accounts import Account, AccountKind, Accounts, HomeFolder, PasswordState
from scanner.facts.base import Fact
from scanner.facts.collection import Collection
from scanner.facts.host import Host
from scanner.facts.keys import AuthorizedKey, AuthorizedKeys, KeyFile
from scanner.facts.privileges import GrantScope, PrivilegeGrant, Privileges, SecretAsked
from scanner.facts.ssh import SshServer, SshSettings

FACTS: tuple[type[Fact], ...] = (
    Collection,
    Host,
    Accounts,
    Privileges,
    AuthorizedKeys,
    SshServer,
)
"""Every fact type, in the order in which `ctpat facts list` shows them."""

__all__ = [
    "FACTS",
    "Account",
    "AccountKind",
    "Accounts",
    "AuthorizedKey",
    "AuthorizedKeys",
    "Collection",
    "Fact",
    "GrantScope",
    "HomeFolder",
    "Host",
    "KeyFile",
    "PasswordState",
    "PrivilegeGrant",
    "Privileges",
    "SecretAsked",
    "SshServer",
    "SshSettings",
]
