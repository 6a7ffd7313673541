"""Services that ban addresses which guess passwords: fail2ban, CrowdSec, SSHGuard."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.facts.base import FileText, RawFact, RawFacts, files, lines_of
from scanner.facts.linux.password import probes
from scanner.model import Absent, Maybe, Reason, Unknown

Units = Mapping[str, Mapping[str, str]]


def units(raw: RawFacts) -> Units | Unknown:
    """The properties of the service units by unit name, from the probe `auth_units`."""
    section = raw.read(probes.AUTH_UNITS.name)
    if not isinstance(section, RawFact):
        return section if isinstance(section, Unknown) else Unknown(Reason.UNREADABLE, section.reason)
    lines = lines_of(section.text)
    if "ok" not in lines:
        return Unknown(Reason.UNREADABLE, "auth_units: the list of services is not complete")
    found: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in (*lines, ""):
        name, _, value = line.partition("=")
        if not line:
            found[current.get("Id", "")] = current
            current = {}
        else:
            current[name] = value
    return found


def is_active(found: Units, unit: str) -> bool:
    return found.get(f"{unit}.service", {}).get("ActiveState") == "active"


def is_installed(found: Units, unit: str) -> bool:
    return found.get(f"{unit}.service", {}).get("LoadState", "not-found") != "not-found"


def address_ban(raw: RawFacts) -> Maybe[str | None]:
    """Which running service watches SSH logins and bans; None where none does."""
    services = units(raw)
    if isinstance(services, Unknown):
        return services
    section = raw.read(probes.BAN_FILES.name)
    if not isinstance(section, RawFact):
        # Never absent: a lockout check must not be excused because one listing is not there.
        return section if isinstance(section, Unknown) else Unknown(Reason.UNREADABLE, section.reason)
    if "ok" not in lines_of(section.text):
        return Unknown(Reason.UNREADABLE, "ban_files: the listing is not complete")
    found = files(section)
    if is_active(services, "fail2ban"):
        return _fail2ban(found)
    if is_active(services, "crowdsec") and is_active(services, "crowdsec-firewall-bouncer"):
        if any(path.startswith("/etc/crowdsec/") for path in found):
            return "CrowdSec with a running bouncer and its scenario for SSH"
        return None
    return "SSHGuard" if is_active(services, "sshguard") else None


def _fail2ban(found: Mapping[str, FileText | Absent | Unknown]) -> Maybe[str | None]:
    """fail2ban with an enabled jail for sshd. Later files win: jail.conf, jail.d/*.conf, jail.local, jail.d/*.local."""
    jail: dict[str, str] = {}
    default: dict[str, str] = {}
    for path in (path for path in found if path.startswith("/etc/fail2ban/")):
        file = found[path]
        if isinstance(file, Unknown):
            return file
        if isinstance(file, FileText):
            _collect(file, {"[sshd]": jail, "[DEFAULT]": default})
    merged = {**default, **jail}
    if merged.get("enabled", "false").lower() not in ("true", "1", "yes", "on"):
        return None
    limits = ", ".join(f"{key} {merged[key]}" for key in ("maxretry", "findtime", "bantime") if key in merged)
    return f"fail2ban with an enabled jail for sshd ({limits})"


def _collect(file: FileText, sections: Mapping[str, dict[str, str]]) -> None:
    current: dict[str, str] = {}
    for line in file.lines:
        if line.startswith("["):
            current = sections.get(line.strip(), {})
            continue
        key, _, value = line.partition("=")
        current[key.strip()] = value.partition("#")[0].strip()
