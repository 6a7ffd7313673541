"""WinRM: one logon, one shell, one script per target, over HTTP that is always encrypted; pywinrm loads when needed."""

from scanner.transports.winrm.client import WinrmTransport
from scanner.transports.winrm.login import WinrmLogin
from scanner.transports.winrm.trust import opens

__all__ = ["WinrmLogin", "WinrmTransport", "opens"]
