"""The OpenSSH server of Windows, where it is installed. Source: its service, `sshd -T`, sshd_config.

Microsoft's build accepts many keywords that mean nothing on Windows (learn.microsoft.com, "OpenSSH Server
configuration for Windows"); they are named, so that no check rests on them. `sshd -T` answers for no particular user.
"""

from __future__ import annotations

import re

from scanner.facts.base import Access, Probe, RawFacts, Reader, lines_of
from scanner.facts.ssh import SshServer, SshSettings
from scanner.facts.windows.services import SERVICES, Services, services
from scanner.facts.windows.values import Values, entry, required, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

SSHD = Probe(
    name="sshd",
    why="how the OpenSSH server decides, where one is installed",
    script=r"""
@{
    config = Read-Part { Read-TextFile "$env:ProgramData\ssh\sshd_config" 65536 }
    settings = Read-Part { Invoke-Native 'OpenSSH\sshd.exe' '-T' 10000 }
}
""",
    access=Access.ROOT,
    timeout_s=10,
)

_IGNORED = frozenset(
    {
        *(
            "acceptenv",
            "allowstreamlocalforwarding",
            "exposeauthinfo",
            "gssapiauthentication",
            "gssapicleanupcredentials",
        ),
        *(
            "gssapistrictacceptorcheck",
            "hostbasedacceptedkeytypes",
            "hostbasedauthentication",
            "kerberosauthentication",
        ),
        *("hostbasedusesnamefrompacketonly", "ignorerhosts", "ignoreuserknownhosts", "kerberosgetafstoken"),
        *("kerberosorlocalpasswd", "kerberosticketcleanup", "permitrootlogin", "permittunnel", "permituserenvironment"),
        *("permituserrc", "pidfile", "printlastlog", "printmotd", "rdomain", "setenv", "streamlocalbindmask"),
        *("streamlocalbindunlink", "strictmodes", "usepam", "usedns", "x11displayoffset", "x11forwarding"),
        *("x11uselocalhost", "xauthlocation"),
    }
)
_LINE = re.compile(r"\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)", re.ASCII)
_NOT_SEEN = Unknown(Reason.UNSUPPORTED, "whose session a Match block changes is not asked of sshd on Windows")


def read_ssh(raw: RawFacts) -> SshServer | Absent | Unknown:
    """`SshServer`; absent when no server is installed, or none runs or starts with the host."""
    known = services(raw)
    if isinstance(known, Unknown):
        return known
    if (missing := _no_server(known)) is not None:
        return missing
    found = required(entry(raw, SSHD.name))
    text = then(found, _config)
    settings = then(found, _settings)
    blocks = then(text, lambda pairs: sum(keyword == "match" for keyword, _ in pairs))
    return SshServer(
        product="openssh",
        version=Unknown(Reason.UNSUPPORTED, "the version of the OpenSSH server is not read on Windows"),
        ports=then(settings, _ports),
        settings=settings,
        match_blocks=blocks,
        matches_evaluated=then(text, _evaluated),
        config_text=text,
        ignored=_IGNORED,
    )


def _no_server(known: Services) -> Absent | None:
    service = known.get("sshd")
    if service is None:
        return Absent("no OpenSSH server is installed")
    if not service.runs and not service.starts:
        return Absent("the OpenSSH server is installed, does not run and does not start with the host")
    return None


def _config(found: Values) -> Maybe[tuple[tuple[str, str], ...]]:
    """Keywords and values in order; without a file the server runs on its defaults."""
    file = required(found.inside("config"))
    if isinstance(file, Unknown):
        return file
    if file.flag("exists") is False:
        return ()
    return then(required(file.text("text")), lambda text: tuple(_pairs(text)))


def _pairs(text: str) -> list[tuple[str, str]]:
    matched = (_LINE.fullmatch(line.partition("#")[0].strip("\r")) for line in lines_of(text))
    return [(found[1].lower(), found[2].strip()) for found in matched if found]


def _evaluated(pairs: tuple[tuple[str, str], ...]) -> bool | Unknown:
    """Microsoft's own Match block says where administrators' keys lie, and changes nothing else."""
    first = next((at for at, (keyword, _) in enumerate(pairs) if keyword == "match"), len(pairs))
    below = {keyword for keyword, _ in pairs[first:]}
    return True if below <= {"match", "authorizedkeysfile"} else _NOT_SEEN


def _settings(found: Values) -> Maybe[tuple[SshSettings, ...]]:
    answer = required(found.inside("settings"))
    if isinstance(answer, Unknown):
        return answer
    status, output = required(answer.number("exit")), required(answer.text("out"))
    if status != 0 or not is_known(output) or not output.strip():
        return Unknown(Reason.UNREADABLE, "sshd -T ended without an answer; it takes an administrator's token")
    values: dict[str, tuple[str, ...]] = {}
    for line in lines_of(output):
        keyword, _, value = line.strip().partition(" ")
        if keyword:
            values[keyword.lower()] = (*values.get(keyword.lower(), ()), value.strip())
    return (SshSettings(user="", address="", values=values),)


def _ports(settings: tuple[SshSettings, ...]) -> tuple[int, ...]:
    return tuple(int(port) for port in settings[0].values.get("port", ()) if port.isascii() and port.isdecimal())


SSH_SERVER = Reader(fact=SshServer, probes=(SERVICES, SSHD), read=read_ssh)
READERS: tuple[Reader, ...] = (SSH_SERVER,)
