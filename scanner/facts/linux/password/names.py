"""`NameService` on Linux: nsswitch.conf, and the daemon behind each source. Source: nsswitch.conf(5), sssd.conf(5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.facts.authentication import DirectoryKind, NameService
from scanner.facts.base import FileText, RawFact, RawFacts, files, lines_of
from scanner.facts.linux.password import probes
from scanner.facts.linux.password.ban import Units, is_active, is_installed, units
from scanner.facts.linux.password.settings import FileMap, first_present
from scanner.model import Absent, Maybe, Reason, Unknown

_SSSD_KINDS: Mapping[str, DirectoryKind] = {
    "ad": DirectoryKind.ACTIVE_DIRECTORY,
    "ipa": DirectoryKind.IPA,
    "ldap": DirectoryKind.LDAP,
}
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
    """The directory in use: the worst one first, since each of them can admit an account."""
    if {"nis", "nisplus"} & set(sources):
        return _Directory(DirectoryKind.NIS, (), "ypbind")
    if "ldap" in sources:
        return _Directory(DirectoryKind.LDAP, _plain_ldap(found), _ldap_service(found))
    if "winbind" in sources:
        return _Directory(DirectoryKind.ACTIVE_DIRECTORY, (), "winbind")
    if "sss" in sources:
        return _sssd(raw, services)
    return _LOCAL


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
            servers = [uri for name, value in pairs if name.lower() == "uri" for uri in value.split()]
            servers += [f"ldap://{value}" for name, value in pairs if name.lower() == "host"]
            named += servers
            plain += [] if protected else [uri for uri in servers if not _is_protected(uri)]
    if not named:
        return Unknown(Reason.NO_EVIDENCE, "ldap: no file that is read names the directory's servers")
    return tuple(plain)


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
    values = _values(section)
    kinds = [_SSSD_KINDS.get(word, DirectoryKind.OTHER) for word in values.get("id_provider", ()) if word != "files"]
    if not kinds:
        return _not_in_the_main_file(services)
    return _Directory(kinds[0], _plain_sssd(values), "sssd")


def _not_in_the_main_file(services: Units | Unknown) -> _Directory:
    """No directory, unless the daemon runs all the same: then its settings lie in files that are not collected."""
    if isinstance(services, Unknown) or not is_active(services, "sssd"):
        return _LOCAL
    elsewhere = Unknown(Reason.UNSUPPORTED, "sssd runs, and its directory is not named in /etc/sssd/sssd.conf")
    return _Directory(elsewhere, elsewhere, "sssd")


def _values(section: RawFact) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in lines_of(section.text):
        name, equals, value = line.partition("=")
        if equals:
            found[name.strip()] = (*found.get(name.strip(), ()), value.strip().lower())
    return found


def _plain_sssd(values: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Servers asked without TLS. `ad` and `ipa` sign and seal with Kerberos; only `ldap` has to ask for TLS."""
    if "ldap" not in values.get("id_provider", ()):
        return ()
    # Without servers sssd looks them up in DNS and asks them without TLS.
    uris = [uri.strip() for value in values.get("ldap_uri", ("_srv_",)) for uri in value.split(",")]
    unchecked = {"never", "allow"} & set(values.get("ldap_tls_reqcert", ()))
    if unchecked:
        return tuple(f"{uri} (certificate not verified)" for uri in uris)
    started = values.get("ldap_id_use_start_tls", ()) and set(values["ldap_id_use_start_tls"]) <= {"true"}
    return () if started else tuple(uri for uri in uris if not _is_protected(uri))


def _running(directory: _Directory, services: Units | Unknown) -> Maybe[bool]:
    if not directory.service:
        return _NO_SERVICE
    if isinstance(services, Unknown):
        return services
    return is_active(services, directory.service)
