"""SSH: one login per target with a verified host key, channels inside it, jump hosts shared between targets."""

from scanner.transports.ssh.client import LoginFor, SshTransport
from scanner.transports.ssh.hostkeys import KnownHosts, fingerprint, trust_command
from scanner.transports.ssh.keys import SshLogin
from scanner.transports.ssh.session import SshChannel, SshSession
from scanner.transports.ssh.windows import SshScriptSession, is_windows

__all__ = [
    "KnownHosts",
    "LoginFor",
    "SshChannel",
    "SshLogin",
    "SshScriptSession",
    "SshSession",
    "SshTransport",
    "fingerprint",
    "is_windows",
    "trust_command",
]
