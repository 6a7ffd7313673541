"""`NameService` on Linux: nsswitch.conf, and the daemon behind each source. Source: nsswitch.conf(5), sssd.conf(5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scanner.facts.authentication import DirectoryKind, NameService
from scanner.facts.base import FileText, RawFact, RawFacts, files, lines_of
from scanner.facts.linux.password import probes
from scanner.facts.linux.password.ban import Units, is_active, is_installed, units
from scanner.facts.linux.password.settings import FileMap, first_present
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

_SSSD_KINDS: Mapping[str, DirectoryKind] = {
    "ad": DirectoryKind.ACTIVE_DIRECTORY,
    "ipa": DirectoryKind.IPA,
    "ldap": DirectoryKind.LDAP,
}
# ldap.conf(5), TLS_REQCERT: the session goes on although the certificate is bad, or was never asked for.
_UNCHECKED = frozenset({"never", "allow", "try"})
_NO_CHECK = "(certificate not verified)"
_Domain = Mapping[str, tuple[str, ...]]
_NO_SERVICE = Absent("no directory service is needed for local accounts")


@dataclass(frozen=True, slots=True)
class _Directory:
    kind: Maybe[DirectoryKind]
    plain_text: Maybe[tuple[str, ...]] = ()
    service: str = ""


_LOCAL = _Directory(DirectoryKind.NONE)


def read(raw: RawFacts) -> NameService | Unknown:
    """The name service from the probes `name_service`, `sssd` and `auth_units`."""
    section = raw.read(probes.NAME_SERVICE.name)
    if not isinstance(section, RawFact):
        return section if isinstance(section, Unknown) else Unknown(Reason.UNREADABLE, section.reason)
    if "ok" not in lines_of(section.text):
        return Unknown(Reason.UNREADABLE, "name_service: the listing is not complete")
    found = files(section)
    sources = _sources(found)
    if isinstance(sources, Unknown):
        return sources
    services = units(raw)
    directory = _directory(sources, found, raw, services)
    return NameService(
        sources=sources,
        directory=directory.kind,
        plain_text=directory.plain_text,
        service=directory.service,
        service_running=_running(directory, services),
    )


def _sources(found: FileMap) -> tuple[str, ...] | Unknown:
    """The sources of accounts in order; without nsswitch.conf (musl) only the files are asked."""
    for path in first_present(found, "/etc/nsswitch.conf", "/usr/etc/nsswitch.conf"):
        file = found[path]
        if isinstance(file, Unknown):
            return file
        if isinstance(file, FileText):
            return _words(file, "passwd") + _words(file, "passwd_compat")
    if not isinstance(found.get("/etc/nsswitch.conf"), Absent):
        return Unknown(Reason.UNREADABLE, "name_service: the listing says nothing of /etc/nsswitch.conf")
    return ("files",)


def _words(file: FileText, database: str) -> tuple[str, ...]:
    for line in file.lines:
        name, colon, rest = line.partition("#")[0].partition(":")
        if colon and name.strip() == database:
            return tuple(word for word in rest.split() if not word.startswith("["))
    return ()


def _directory(sources: tuple[str, ...], found: FileMap, raw: RawFacts, services: Units | Unknown) -> _Directory:
    """The directories in use as one: its kind is the worst one's, since each of them can admit an account."""
    asked: list[_Directory] = []
    if {"nis", "nisplus"} & set(sources):
        asked.append(_Directory(DirectoryKind.NIS, (), "ypbind"))
    if "ldap" in sources:
        asked.append(_Directory(DirectoryKind.LDAP, _plain_ldap(found), _ldap_service(found)))
    if "winbind" in sources:
        asked.append(_Directory(DirectoryKind.ACTIVE_DIRECTORY, (), "winbind"))
    if "sss" in sources and (sssd := _sssd(raw, services)) != _LOCAL:
        asked.append(sssd)
    return _together(asked) if asked else _LOCAL


def _together(asked: Sequence[_Directory]) -> _Directory:
    """What one of them asks without protection is asked, whatever is not known of the others."""
    plain = tuple(uri for one in asked if is_known(one.plain_text) for uri in one.plain_text)
    unread = next((one.plain_text for one in asked if not is_known(one.plain_text)), None)
    services = " and ".join(dict.fromkeys(one.service for one in asked if one.service))
    return _Directory(asked[0].kind, plain if plain or unread is None else unread, services)


def _ldap_service(found: FileMap) -> str:
    return "nslcd" if not isinstance(found.get("/etc/nslcd.conf", Absent("")), Absent) else ""


def _plain_ldap(found: FileMap) -> Maybe[tuple[str, ...]]:
    """Servers that nslcd or nss_ldap asks without TLS."""
    plain: list[str] = []
    named: list[str] = []
    for path in ("/etc/nslcd.conf", "/etc/ldap.conf", "/etc/libnss-ldap.conf"):
        file = found.get(path)
        if isinstance(file, Unknown):
            return file
        if isinstance(file, FileText):
            pairs = [[*line.split(None, 1), ""][:2] for line in file.lines if line.strip()]
            values = {name.lower(): value.strip().lower() for name, value in pairs}
            protected = values.get("ssl") in ("start_tls", "on", "yes")
            unchecked = values.get("tls_reqcert") in _UNCHECKED or values.get("tls_checkpeer") == "no"
            servers = [uri for name, value in pairs if name.lower() == "uri" for uri in value.split()]
            servers += [f"ldap://{value}" for name, value in pairs if name.lower() == "host"]
            named += servers
            open_ones = [uri for uri in servers if not (protected or _is_protected(uri))]
            plain += open_ones
            if unchecked:
                plain += [f"{uri} {_NO_CHECK}" for uri in servers if uri not in open_ones and not _is_socket(uri)]
    if not named:
        return Unknown(Reason.NO_EVIDENCE, "ldap: no file that is read names the directory's servers")
    return tuple(plain)


def _is_socket(uri: str) -> bool:
    return uri.lower().startswith("ldapi://")


def _is_protected(uri: str) -> bool:
    """TLS, or a socket on the host; a server that DNS names (`DNS`, `_srv_`) is asked in plain text."""
    return uri.lower().startswith(("ldaps://", "ldapi://"))


def _sssd(raw: RawFacts, services: Units | Unknown) -> _Directory:
    """sssd: `sss` stands in nsswitch.conf of many distributions although nothing is configured."""
    section = raw.read(probes.SSSD.name)
    if isinstance(section, Absent):
        return _not_in_the_main_file(services)
    if isinstance(section, Unknown):
        unused = not isinstance(services, Unknown) and not is_installed(services, "sssd")
        return _LOCAL if unused else _Directory(section, section, "sssd")
    unread = [line[1:] for line in lines_of(section.text) if line.startswith("!")]
    domains, left_out = _domains(section)
    gap = None
    if any(_plain_sssd(domain) for domain in left_out):
        gap = Unknown(
            Reason.NO_EVIDENCE, "sssd: a domain is listed and not enabled; older versions ask it all the same"
        )
    if unread:
        gap = Unknown(Reason.DENIED, f"sssd: {unread[0]}: this account may not read it")
    kinds = [kind for domain in domains for kind in _kinds(domain)]
    if not kinds:
        return _Directory(gap, gap, "sssd") if gap else _not_in_the_main_file(services)
    plain = tuple(uri for domain in domains for uri in _plain_sssd(domain))
    return _Directory(kinds[0], gap if gap and not plain else plain, "sssd")


def _kinds(domain: _Domain) -> list[DirectoryKind]:
    return [_SSSD_KINDS.get(word, DirectoryKind.OTHER) for word in domain.get("id_provider", ()) if word != "files"]


def _not_in_the_main_file(services: Units | Unknown) -> _Directory:
    """No directory, unless the daemon runs all the same: then its settings lie in files that are not collected."""
    if isinstance(services, Unknown) or not is_active(services, "sssd"):
        return _LOCAL
    elsewhere = Unknown(Reason.UNSUPPORTED, "sssd runs, and its directory is not named in /etc/sssd/sssd.conf")
    return _Directory(elsewhere, elsewhere, "sssd")


def _domains(section: RawFact) -> tuple[Sequence[_Domain], Sequence[_Domain]]:
    """The settings of each domain that sssd is told to use, and of those that it is told to use and not to enable.

    A later file's value wins. `enabled` goes before the list, in versions that know it. sssd.conf(5), "domains".
    """
    parts: dict[str, dict[str, tuple[str, ...]]] = {"": {}}
    current = parts[""]
    for line in lines_of(section.text):
        name, equals, value = line.partition("=")
        if line.startswith("["):
            current = parts.setdefault(line.strip().strip("[]").lower(), {})
        elif equals:
            place = parts[""] if name.strip() == "domains" else current
            place[name.strip()] = (value.strip().lower(),)
    used = [word.strip() for value in parts[""].get("domains", ()) for word in value.split(",") if word.strip()]
    named = {name.removeprefix("domain/"): values for name, values in parts.items() if name}
    if not named:
        return [parts[""]], []  # recordings of older scans hold no headings: all keys are one domain's
    listed = {name for name in named if name in used or not used}
    off = {name for name, values in named.items() if values.get("enabled") == ("false",)}
    on = {name for name, values in named.items() if values.get("enabled") == ("true",)} | listed - off
    return [named[name] for name in named if name in on], [named[name] for name in named if name in listed & off]


def _plain_sssd(values: _Domain) -> tuple[str, ...]:
    """Servers asked without TLS. `ad` and `ipa` sign and seal with Kerberos; only `ldap` has to ask for TLS."""
    if "ldap" not in values.get("id_provider", ()):
        return ()
    # Without servers sssd looks them up in DNS and asks them without TLS.
    named = (*values.get("ldap_uri", ("_srv_",)), *values.get("ldap_backup_uri", ()))
    uris = [uri.strip() for value in named for uri in value.split(",")]
    if _UNCHECKED & set(values.get("ldap_tls_reqcert", ())):
        return tuple(f"{uri} {_NO_CHECK}" for uri in uris)
    started = values.get("ldap_id_use_start_tls", ()) and set(values["ldap_id_use_start_tls"]) <= {"true"}
    return () if started else tuple(uri for uri in uris if not _is_protected(uri))


def _running(directory: _Directory, services: Units | Unknown) -> Maybe[bool]:
    if not directory.service:
        return _NO_SERVICE
    if isinstance(services, Unknown):
        return services
    return all(is_active(services, service) for service in directory.service.split(" and "))
