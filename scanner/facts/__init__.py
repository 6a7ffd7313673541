"""The facts: one frozen, platform-neutral type per subject. Readers live in `facts.linux`."""

from scanner.facts.accounts import Account, AccountKind, Accounts, HomeFolder, PasswordState
from scanner.facts.authentication import DirectoryKind, Lockout, NameService, SignIn, directory_only
from scanner.facts.backups import (
    BackupFailure,
    BackupJob,
    Backups,
    BackupSuccess,
    Destination,
    Place,
    Proof,
    SnapshotMechanism,
)
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
from scanner.facts.patching import (
    AutoUpdates,
    Firmware,
    Hold,
    Kernel,
    PatchLevel,
    Restart,
    SideSoftware,
    Support,
    Update,
    Updater,
    UpdateSource,
)
from scanner.facts.privileges import GrantScope, PrivilegeGrant, Privileges, SecretAsked
from scanner.facts.ssh import SshServer, SshSettings

FACTS: tuple[type[Fact], ...] = (
    Collection,
    Host,
    Support,
    PatchLevel,
    Restart,
    Kernel,
    AutoUpdates,
    SideSoftware,
    Firmware,
    Backups,
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
    "AutoUpdates",
    "BackupFailure",
    "BackupJob",
    "BackupSuccess",
    "Backups",
    "Collection",
    "DefaultRule",
    "Destination",
    "DirectoryKind",
    "Fact",
    "Firewall",
    "FirewallLoader",
    "Firmware",
    "Forwarding",
    "GrantScope",
    "Hold",
    "HomeFolder",
    "Host",
    "IpVersion",
    "Kernel",
    "KeyFile",
    "Listener",
    "Listeners",
    "Lockout",
    "NameService",
    "NetworkInterface",
    "NetworkInterfaces",
    "PasswordPolicy",
    "PasswordState",
    "PatchLevel",
    "Place",
    "PrivilegeGrant",
    "Privileges",
    "Proof",
    "PublishedPort",
    "PublishedPorts",
    "Restart",
    "SecretAsked",
    "SideSoftware",
    "SignIn",
    "SnapshotMechanism",
    "SshServer",
    "SshSettings",
    "Support",
    "Update",
    "UpdateSource",
    "Updater",
    "can_log_in",
    "directory_only",
]
