"""What a host may say to PowerShell remoting instead of doing what it was asked, each with its cause and cure.

Fault codes are those of wsmerror.h, IDs of error records those of PowerShell's own sources: both are the same in every
display language. What is not in here means what it means to WinRM (`winrm/refusals.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.errors import Unreachable
from scanner.model import Reason
from scanner.text import clean
from scanner.transports.psrp import FUNCTION
from scanner.transports.winrm import refusals
from scanner.transports.winrm.login import WinrmLogin
from scanner.transports.winrm.trust import Listener

REGISTER = "register the endpoint that `ctpat explain --platform windows --jea` prints"


@dataclass(frozen=True, slots=True)
class _Meaning:
    reason: Reason
    text: str


# --- Faults: the pool was not opened ---------------------------------------------------------------------

_NOT_FOUND = (
    "has no session configuration '{configuration}': Get-PSSessionConfiguration there lists those that it has; correct "
    "`configuration` in the credential, or " + REGISTER
)
_NOT_LET_IN = (
    "does not let {account} into the session configuration '{configuration}'. Microsoft.PowerShell takes "
    "administrators and members of 'Remote Management Users' (Windows then denies many facts to them); an endpoint of "
    "its own takes the group that its RoleDefinitions name (ctpat explain --platform windows --jea). One that is "
    "disabled answers the same: Enable-PSSessionConfiguration -Name {configuration}"
)
_SHELLS_OFF = (
    "refuses every remote shell by policy ('Allow Remote Shell Access' is off, CIS level 2), PowerShell remoting too; "
    "to read what only a script can, lift the policy for this host, or scan it by ssh"
)
_NO_HOST_PROCESS = (
    "cannot start the process that would run PowerShell (wsmprovhost.exe): see the log Microsoft-Windows-WinRM/"
    "Operational there, and Test-PSSessionConfigurationFile for an endpoint of its own"
)
_OLD_PROTOCOL = "speaks an older remoting protocol: the collector needs PowerShell 3.0, better 5.1"

_FAULTS: Mapping[int, _Meaning] = {
    refusals.ACCESS_DENIED: _Meaning(Reason.DENIED, _NOT_LET_IN),
    2: _Meaning(Reason.UNSUPPORTED, _NO_HOST_PROCESS),
    2150858754: _Meaning(Reason.UNSUPPORTED, _NOT_FOUND),  # RESOURCE_NOT_FOUND, as Server 2008 R2 says it
    2150858811: _Meaning(Reason.UNSUPPORTED, _NOT_FOUND),  # INVALID_RESOURCE_URI
    refusals.SHELLS_NOT_ALLOWED: _Meaning(Reason.UNSUPPORTED, _SHELLS_OFF),
    2152992672: _Meaning(Reason.UNSUPPORTED, _OLD_PROTOCOL),  # INCORRECT_PROTOCOLVERSION
}


def opening(listener: Listener, login: WinrmLogin, code: int | None) -> refusals.Fault | None:
    """What a fault means while the session is opened; None for one that means what it does to WinRM."""
    meaning = _FAULTS.get(code or 0)
    if meaning is None:
        return None
    text = meaning.text.format(account=login.account, configuration=login.configuration)
    return refusals.Fault(meaning.reason, f"{listener.where} {text} (fault {code})", code)


def broken(listener: Listener, login: WinrmLogin, said: str) -> Unreachable:
    """The host opened the session and gave it up by itself."""
    words = f"; it said: {clean(said, 300)}" if said else ""
    return Unreachable(
        Reason.UNSUPPORTED,
        f"{listener.where} broke off the session '{login.configuration}': a session configuration whose file, role "
        f"capabilities or start-up script fails does that (Test-PSSessionConfigurationFile){words}",
    )


# --- Error records: the pipeline was not run -------------------------------------------------------------

SCRIPTS_REFUSED = "ScriptsNotAllowed"
NO_COMMAND = "CommandNotFoundException"

_NEITHER = (
    "the session configuration '{configuration}' of {where} takes no script and has no command {function}: "
    + REGISTER
    + ", and name it as `configuration` in the credential"
)
_OUTDATED = (
    "the {function} of the session configuration '{configuration}' of {where} is none of this scanner, or too old for "
    "it: remove it, and " + REGISTER
)

_RECORDS: Mapping[str, _Meaning] = {
    NO_COMMAND: _Meaning(Reason.UNSUPPORTED, _NEITHER),
    SCRIPTS_REFUSED: _Meaning(Reason.UNSUPPORTED, _NEITHER),
    "NamedParameterNotFound": _Meaning(Reason.UNSUPPORTED, _OUTDATED),
    "PositionalParameterNotFound": _Meaning(Reason.UNSUPPORTED, _OUTDATED),
}


def record(listener: Listener, login: WinrmLogin, fqid: str) -> Unreachable | None:
    """What the error that ended a pipeline means; None for one that is the script's own."""
    meaning = _RECORDS.get(fqid.partition(",")[0])
    if meaning is None:
        return None
    return Unreachable(
        meaning.reason,
        meaning.text.format(configuration=login.configuration, where=listener.where, function=FUNCTION),
    )
