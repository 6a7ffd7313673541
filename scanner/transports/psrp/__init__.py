"""PowerShell remoting: the script down a pipeline, for accounts that are no administrators and for JEA endpoints.

It travels over the connection, trust, logon and limits of WinRM (`scanner/transports/winrm`); pypsrp brings the
protocol's messages alone, and is loaded when the first `psrp://` target is opened.
"""

from __future__ import annotations

from scanner.errors import ConfigError

FUNCTION = "Get-CtpatFact"
"""The one command of an endpoint that `ctpat explain --platform windows --jea` prints."""


def check_installed() -> None:
    """Raises ConfigError when the extra is missing: before any target is asked, since every one would fail."""
    try:
        import pypsrp  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            "psrp:// needs the extra 'windows-psrp': pip install 'ctpat-scanner[windows-psrp]'"
        ) from error
