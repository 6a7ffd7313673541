"""What `ctpat doctor` says of each platform: how rights are called there, and what cures a gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.facts.base import Access, RawState
from scanner.model import Privilege


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One platform's words. `denied` is the cure by what a probe needs, `failed` what to do when the cause is open."""

    identity: str
    rights: Mapping[Privilege, str]
    denied: Mapping[Access, str]
    cures: Mapping[RawState, str]
    failed: str


_SLOW = "the target was too slow, or the command hangs there; try it by hand"
_LARGE = "its output is larger than any we know; look at it by hand"
_ADMINISTRATOR = (
    "let the scan account be an administrator there (a local account other than the built-in one gets a filtered token"
    " over the network, a domain account does not), or register the endpoint that"
    " `ctpat explain --platform windows --jea` prints"
)
_GROUPS = "add the scan account to the groups systemd-journal and (Debian family) adm"

WINRM = ("winrm", "winrms", "psrp")
TRUSTED_HOSTS = (
    "TrustedHosts is not the cause: it is a setting of Windows' own client, which this scanner does not use. Whoever"
    " tries the logon by hand from Windows (Test-WSMan -Credential, Enter-PSSession) needs it where Kerberos cannot be"
    " used, as with a host of a workgroup, a local account, or an address in place of the name: over http that client"
    " does not log on before the host is listed (Set-Item WSMan:\\localhost\\Client\\TrustedHosts HOST, on the client);"
    " over https (-UseSSL) it need not be"
)
"""What an administrator meets who tries a refused logon again by hand (about_Remote_Troubleshooting)."""

WORDS: Mapping[str, Words] = {
    "linux": Words(
        identity="host key",
        rights={
            Privilege.ROOT: "root",
            Privilege.GRANTS: "the account's own, plus single commands by sudo or doas",
            Privilege.USER: "the account's own only",
        },
        denied={
            Access.ROOT: "only root reads this; let the scan account become root with sudo,"
            " or accept that it is unknown",
            Access.PARTIAL: _GROUPS,
            Access.ANY: _GROUPS,
        },
        cures={
            RawState.MISSING_TOOL: "the program is not installed there; if it should be, install it,"
            " else nothing is wrong",
            RawState.TIMEOUT: _SLOW,
            RawState.TRUNCATED: _LARGE,
        },
        failed="the command failed; run it by hand to see why",
    ),
    "windows": Words(
        identity="host known by",
        rights={
            Privilege.ROOT: "administrator",
            Privilege.GRANTS: "the account's own, plus single commands",
            Privilege.USER: "the account's own only, no administrator's token",
        },
        denied={
            Access.ROOT: _ADMINISTRATOR,
            Access.PARTIAL: _ADMINISTRATOR,
            Access.ANY: "its policy keeps even this account out; read it on the host itself,"
            " or accept that it is unknown",
        },
        cures={
            RawState.MISSING_TOOL: "this Windows has no such command: it is older, or a feature is not installed;"
            " nothing is wrong",
            RawState.TIMEOUT: "Windows did not answer in time, as a busy or broken WMI repository does; try it again",
            RawState.TRUNCATED: _LARGE,
        },
        failed="Windows reports an error there; the words above are its own",
    ),
    "directory": Words(
        identity="directory known by",
        rights={
            Privilege.ROOT: "domain administrator",
            Privilege.GRANTS: "the account's own, plus delegated rights",
            Privilege.USER: "the account's own only",
        },
        denied=dict.fromkeys(Access, "delegate the right to read it to the scan account, or accept that it is unknown"),
        cures={
            RawState.MISSING_TOOL: "this directory has no such objects or attributes; nothing is wrong",
            RawState.TIMEOUT: "the directory did not answer in time; try it again, or another domain controller",
            RawState.TRUNCATED: _LARGE,
        },
        failed="the directory reports an error there; the words above are its own",
    ),
}
