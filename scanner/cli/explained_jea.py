"""The words of `ctpat explain --jea`: an endpoint for PowerShell remoting whose one command is the collector.

Least privilege that still reads everything: the scan account is a plain one, may connect to this endpoint alone, and
can run nothing there but `Get-CtpatFact`; the session itself runs as a virtual administrator.
Source: learn.microsoft.com, New-PSSessionConfigurationFile and "JEA session configurations".
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable

from scanner import __version__
from scanner.collect.windows.script import body, build
from scanner.errors import ConfigError
from scanner.facts.base import Probe
from scanner.transports.psrp import FUNCTION

ENDPOINT = "ctpat"
_GROUP = re.compile(r"[^\s'\"\\@/\[\]:;|=,+*?<>\x00-\x1f][^'\"\\@/\[\]:;|=,+*?<>\x00-\x1f]{0,255}")
_HEAD = """# Session configuration of ctpat-scanner {version}: an endpoint whose one command is the collector.
#
# What the host needs: Windows PowerShell 5.1 (before Server 2016 and Windows 10 that is WMF 5.1) and remoting
# (Enable-PSRemoting). The group {group} has to exist; `--group` of `ctpat explain` names another.
#
# Save as {endpoint}.pssc on the host, then in a Windows PowerShell started there as administrator:
#   Test-PSSessionConfigurationFile -Path .\\{endpoint}.pssc
#   Register-PSSessionConfiguration -Name {endpoint} -Path .\\{endpoint}.pssc -Force
# The first answers True. Afterwards, to see that it is there and who may use it:
#   Get-PSSessionConfiguration -Name {endpoint}
# To remove it:
#   Unregister-PSSessionConfiguration -Name {endpoint} -Force
# Register and Unregister restart the WinRM service, which ends the remote sessions that are open. After each update
# of ctpat-scanner remove it and register the new one: an outdated endpoint is reported as such.
#
# Role: members of {group} may call {function}; they need no administrator's right. Nothing else is there but the
# commands that every restricted session has, and which read no setting of the host: Clear-Host, Exit-PSSession,
# Get-Command, Get-FormatData, Get-Help, Measure-Object, Out-Default, Select-Object.
# The session runs as a virtual account, an administrator of the host as long as the session lasts; on a domain
# controller that is an administrator of the domain.
#
# In the site file: a target with `transport: psrp`, and a credential whose `winrm` says `configuration: {endpoint}`.
# `ctpat doctor` of that site then says whether everything is read.
#
# The function's body is the collector: what `ctpat explain --platform windows --script` prints, without its first line.
# What that prints has the SHA-256 {sha256}.
"""


def session_configuration(probes: Iterable[Probe], group: str) -> str:
    """The text of a .pssc file, with the commands that register and remove it as comments.

    Raises ConfigError for a group that is no name of one.
    """
    if not all(_GROUP.fullmatch(part) for part in group.split("\\", 1)):
        raise ConfigError(f"'{group}' names no group; expected DOMAIN\\GROUP, or the name of a local group")
    chosen = tuple(probes)
    text = body(chosen)
    role = f"@{{ '{group}' = @{{ VisibleFunctions = '{FUNCTION}' }} }}"
    lines = [
        _head(group, build(chosen).sha256),
        "@{",
        "SchemaVersion = '2.0.0.0'",
        f"GUID = '{uuid.uuid5(uuid.NAMESPACE_OID, text)}'",
        f"Description = 'ctpat-scanner {__version__}: reads security settings, changes nothing'",
        "SessionType = 'RestrictedRemoteServer'",
        "LanguageMode = 'NoLanguage'",
        "RunAsVirtualAccount = $true",
        f"RoleDefinitions = {role}",
        f"FunctionDefinitions = @{{ Name = '{FUNCTION}'; ScriptBlock = {{",
        text.rstrip("\n"),
        "} }",
        "}",
    ]
    return "\n".join(lines)


def _head(group: str, sha256: str) -> str:
    known = {"version": __version__, "endpoint": ENDPOINT, "group": group, "function": FUNCTION, "sha256": sha256}
    return _HEAD.format(**known).rstrip()
