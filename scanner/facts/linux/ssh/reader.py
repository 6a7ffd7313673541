"""The SSH server as it would decide: `sshd -T`, once without a connection and once per kind of connection.

`sshd -T` without `-C` ignores Match blocks, so that where there are any, it is asked again for root, the
administrators and one ordinary account, each from a private and from a public address. `sshd -G` (OpenSSH 9.3)
gives the same without host keys and thus without root rights, as long as every configuration file can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from ipaddress import ip_address

from scanner.facts.base import FileText, RawFact, RawFacts, Reader, files
from scanner.facts.linux.ssh.config import LOGIN_RULES, Connection, Sections, config_text, match_lines, unmet_blocks
from scanner.facts.linux.ssh.offer import SECTION, read_offer
from scanner.facts.linux.ssh.others import dropbear, other, unread
from scanner.facts.linux.ssh.probe import SSHD
from scanner.facts.ssh import SshServer, SshSettings
from scanner.model import Absent, Maybe, Reason, Unknown, is_known


def read_ssh(raw: RawFacts) -> SshServer | Absent | Unknown:
    """`SshServer`; absent when no SSH server is installed, or none runs or is enabled.

    What the server offered in the key exchange is part of it, also where nothing else could be read.
    """
    found, offered = _configured(raw), read_offer(raw)
    if isinstance(found, SshServer):
        return replace(found, offered=offered)
    if isinstance(offered, Absent):
        return found
    return replace(other() if isinstance(found, Absent) else unread(found), offered=offered)


def _configured(raw: RawFacts) -> SshServer | Absent | Unknown:
    body = raw.read(SSHD.name)
    if not isinstance(body, RawFact):
        return body
    sections = files(body)
    if "end" not in sections:
        return Unknown(Reason.UNREADABLE, "sshd: the answer is incomplete")
    if "openssh" in sections:
        return _openssh(sections, body)
    commands = _lines(sections, "dropbear")
    return dropbear(commands) if commands else other()


def _lines(sections: Sections, name: str) -> tuple[str, ...]:
    section = sections.get(name)
    return tuple(line for line in section.lines if line.strip()) if isinstance(section, FileText) else ()


def _openssh(sections: Sections, raw: RawFact) -> SshServer:
    text = _text_in_force(sections)
    settings = _settings(sections, raw)
    blocks = match_lines(sections) if isinstance(text, tuple) else text
    version = next((line.strip() for line in _lines(sections, "version")), None)
    return SshServer(
        product="openssh",
        version=version or Unknown(Reason.UNREADABLE, "sshd -V named no version"),
        ports=_ports(settings),
        settings=settings,
        match_blocks=blocks,
        matches_evaluated=_evaluated(sections, blocks, settings, text),
        config_text=text,
        host_keys=_host_keys(sections, settings),
        access_rules=_access_rules(sections),
    )


def _text_in_force(sections: Sections) -> Maybe[tuple[tuple[str, str], ...]]:
    """The configuration files, unless the server was started with others, or with options that count for more."""
    given = _beside(sections)
    if isinstance(given, Unknown) and given.code is Reason.UNSUPPORTED:
        return given
    return config_text(sections)


def _settings(sections: Sections, raw: RawFact) -> Maybe[tuple[SshSettings, ...]]:
    options = _beside(sections)
    if isinstance(options, Unknown):
        return options
    found = tuple(replace(item, values={**item.values, **options}) for item in _evaluations(sections))
    if found and not found[0].user:
        return found
    if "no hostkeys available" in raw.complaint or not raw.complaint:
        return Unknown(Reason.DENIED, "sshd -T: only root can ask the server; see `ctpat explain --sudoers`")
    return Unknown(Reason.UNREADABLE, f"sshd -T: {raw.complaint}")


# Options that RHEL 8 hands to the server from its system-wide policy; no Match block may change them but one.
_ALGORITHMS = frozenset(
    {
        *("ciphers", "macs", "kexalgorithms", "gssapikexalgorithms", "hostkeyalgorithms"),
        *("pubkeyacceptedkeytypes", "pubkeyacceptedalgorithms", "casignaturealgorithms"),
    }
)


def _beside(sections: Sections) -> dict[str, tuple[str, ...]] | Unknown:
    """The algorithms that the running server got on its command line; unknown where it got anything else there."""
    if _lines(sections, "dropbear"):
        return Unknown(Reason.UNSUPPORTED, "a second SSH server (Dropbear) runs beside OpenSSH")
    if "hidden" in sections and not _lines(sections, "openssh"):
        return Unknown(Reason.DENIED, "the command line of sshd: this host hides the processes of other accounts")
    given: list[dict[str, tuple[str, ...]]] = []
    for line in _lines(sections, "openssh"):
        options = _options(line.split())
        if options is None or (given and options != given[0]):
            return Unknown(Reason.UNSUPPORTED, f"sshd runs with options of its own on its command line: {line.strip()}")
        given.append(options)
    return given[0] if given else {}


def _options(words: list[str]) -> dict[str, tuple[str, ...]] | None:
    """`-oKEYWORD=LIST` options that set algorithms as a whole; None where any other option changes the settings."""
    found: dict[str, tuple[str, ...]] = {}
    for word, after in zip(words, [*words[1:], ""], strict=True):
        if word[:2] not in ("-o", "-f"):
            continue
        keyword, _, value = (word[2:] or after).partition("=")
        if word[:2] == "-f" or keyword.lower() not in _ALGORITHMS or value[:1] in ("", "+", "-", "^"):
            return None
        found[keyword.lower()] = (value,)
    return found


def _evaluations(sections: Sections) -> Iterator[SshSettings]:
    """The global evaluation first, then one for each user and address."""
    for name, section in sections.items():
        words = name.split(" ")
        if not isinstance(section, FileText) or words[0] not in ("T", "G"):
            continue
        if words[1:] == ["global"]:
            yield SshSettings(user="", address="", values=_values(section))
        elif len(words) == 3:
            yield SshSettings(user=words[1], address=_kind(words[2]), values=_values(section))


def _kind(place: str) -> str:
    """`private` or `public`, for an address as well as for these words."""
    try:
        return "private" if ip_address(place).is_private and place != _PUBLIC else "public"
    except ValueError:
        return place


# The addresses behind the words, as the probe asks for them.
_PUBLIC = "198.51.100.77"
_PLACES = {"private": "10.77.0.9", "public": _PUBLIC}


def _values(section: FileText) -> Mapping[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {}
    for line in section.lines:
        keyword, _, value = line.strip().partition(" ")
        if keyword:
            values[keyword.lower()] = (*values.get(keyword.lower(), ()), value.strip())
    return values


def _evaluated(
    sections: Sections,
    blocks: Maybe[int],
    settings: Maybe[tuple[SshSettings, ...]],
    text: Maybe[tuple[tuple[str, str], ...]],
) -> Maybe[bool]:
    """True when the effect of all Match blocks was seen, or there are none."""
    if blocks == 0:
        return True
    if isinstance(settings, Absent | Unknown):
        return settings
    skipped = sorted({name.split(" ", 1)[1] for name in sections if name.startswith("skipped ")})
    if skipped:
        return Unknown(Reason.DENIED, f"the effect of Match blocks could not be read for: {', '.join(skipped)}")
    if not any(item.user for item in settings):
        return Unknown(Reason.UNREADABLE, "the effect of Match blocks could not be read")
    unmet = unmet_blocks(text, *_asked(sections)) if is_known(text) else ()
    if unmet:
        return Unknown(Reason.UNSUPPORTED, f"nothing was asked that falls under `Match {unmet[0]}`")
    return True


def _asked(sections: Sections) -> tuple[list[Connection], list[tuple[str, str]]]:
    """The connections that were asked about, and which account stood for which group."""
    words = [name.split(" ") for name in sections]
    asked = [Connection(w[1], _PLACES.get(w[2], w[2])) for w in words if w[0] in ("T", "G") and len(w) == 3]
    return asked, [(w[1], w[2]) for w in words if w[0] == "member" and len(w) == 3]


def _ports(settings: Maybe[tuple[SshSettings, ...]]) -> Maybe[tuple[int, ...]]:
    if isinstance(settings, Absent | Unknown):
        return settings
    return tuple(int(port) for port in settings[0].values.get("port", ()) if port.isascii() and port.isdigit())


_KEY = re.compile(r"^(?P<bits>\d{1,6}) (?:SHA256|MD5):\S+ .*\((?P<kind>[A-Za-z0-9-]+)\)$", re.ASCII)


def _host_keys(sections: Sections, settings: Maybe[tuple[SshSettings, ...]]) -> Maybe[tuple[tuple[str, int], ...]]:
    keys = [found for line in _lines(sections, "hostkeys") if (found := _KEY.match(line.strip()))]
    if not keys:
        return Unknown(Reason.NO_EVIDENCE, "no public host key in /etc/ssh could be read")
    named = settings[0].values.get("hostkey", ()) if is_known(settings) else ()
    if elsewhere := next((path for path in named if not fnmatchcase(path, "/etc/ssh/ssh_host_*_key")), None):
        return Unknown(Reason.UNSUPPORTED, f"the host key {elsewhere} is not among those that are read")
    return tuple((found["kind"].lower(), int(found["bits"])) for found in keys)


def _access_rules(sections: Sections) -> Maybe[tuple[str, ...]]:
    if "pam_access" not in sections:
        return ()
    section = sections.get(LOGIN_RULES)
    if not isinstance(section, FileText):
        return Unknown(Reason.DENIED, f"{LOGIN_RULES}: this account may not read it")
    return tuple(line.strip() for line in section.lines if line.strip()[:1] in ("+", "-"))


SSH_SERVER = Reader(fact=SshServer, probes=(SSHD,), read=read_ssh, given=(SECTION,))
