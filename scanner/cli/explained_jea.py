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
from scanner.collect.windows.script import body
from scanner.errors import ConfigError
from scanner.facts.base import Probe
from scanner.transports.psrp import FUNCTION

ENDPOINT = "ctpat"
_GROUP = re.compile(r"[^\s'\"\\@/\[\]:;|=,+*?<>\x00-\x1f][^'\"\\@/\[\]:;|=,+*?<>\x00-\x1f]{0,255}")
_HEAD = """# Session configuration of ctpat-scanner {version}: an endpoint whose one command is the collector.
#
# Save as {endpoint}.pssc on the host (Windows PowerShell 5.1), then in a PowerShell started as administrator:
#   Test-PSSessionConfigurationFile -Path .\\{endpoint}.pssc
#   Register-PSSessionConfiguration -Name {endpoint} -Path .\\{endpoint}.pssc -Force
# To remove it:
#   Unregister-PSSessionConfiguration -Name {endpoint} -Force
# Both restart the WinRM service, which ends the remote sessions that are open. After each update of ctpat-scanner
# remove it and register the new one: an outdated endpoint is reported as such.
#
# Role: members of {group} may call {function}, and nothing else. They need no administrator's right.
# The session runs as a virtual account, an administrator of the host as long as the session lasts; on a domain
# controller that is an administrator of the domain. In the site file: a `psrp` target, and a
# credential whose `winrm` says `configuration: {endpoint}`.
"""


def session_configuration(probes: Iterable[Probe], group: str) -> str:
    """The text of a .pssc file, with the commands that register and remove it as comments.

    Raises ConfigError for a group that is no name of one.
    """
    if not all(_GROUP.fullmatch(part) for part in group.split("\\", 1)):
        raise ConfigError(f"'{group}' names no group; expected DOMAIN\\GROUP, or the name of a local group")
    text = body(tuple(probes))
    role = f"@{{ '{group}' = @{{ VisibleFunctions = '{FUNCTION}' }} }}"
    lines = [
        _HEAD.format(version=__version__, endpoint=ENDPOINT, group=group, function=FUNCTION).rstrip(),
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
