"""The facts: one frozen, platform-neutral type per subject. Readers live in `facts.linux`."""

from scanner.facts.accounts import Account, AccountKind, Accounts, HomeFolder, PasswordState
from scanner.facts.authentication import DirectoryKind, Lockout, NameService, SignIn
from scanner.facts.base import Fact
from scanner.facts.collection import Collection
from scanner.facts.firewall import Action, DefaultRule, Firewall, FirewallLoader, Forwarding, IpVersion
from scanner.facts.host import Host
from scanner.facts.keys import AuthorizedKey, AuthorizedKeys, KeyFile, can_log_in
from scanner.facts.network import (
    Listener,
    Listeners,
    NetworkInterface,
    NetworkInterfaces,
    PublishedPort,
    PublishedPorts,
)
from scanner.facts.password import PasswordPolicy
from scanner.facts.privileges import GrantScope, PrivilegeGrant, Privileges, SecretAsked
from scanner.facts.ssh import SshServer, SshSettings

FACTS: tuple[type[Fact], ...] = (
    Collection,
    Host,
    Accounts,
    Privileges,
    AuthorizedKeys,
    SshServer,
    PasswordPolicy,
    Lockout,
    SignIn,
    NameService,
    Firewall,
    Listeners,
    PublishedPorts,
    NetworkInterfaces,
)
"""Every fact type, in the order in which `ctpat facts list` shows them."""

__all__ = [
    "FACTS",
    "Account",
    "AccountKind",
    "Accounts",
    "Action",
    "AuthorizedKey",
    "AuthorizedKeys",
    "Collection",
    "DefaultRule",
    "DirectoryKind",
    "Fact",
    "Firewall",
    "FirewallLoader",
    "Forwarding",
    "GrantScope",
    "HomeFolder",
    "Host",
    "IpVersion",
    "KeyFile",
    "Listener",
    "Listeners",
    "Lockout",
    "NameService",
    "NetworkInterface",
    "NetworkInterfaces",
    "PasswordPolicy",
    "PasswordState",
    "PrivilegeGrant",
    "Privileges",
    "PublishedPort",
    "PublishedPorts",
    "SecretAsked",
    "SignIn",
    "SshServer",
    "SshSettings",
    "can_log_in",
]
