"""Services that ban addresses which guess passwords: fail2ban, CrowdSec, SSHGuard."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scanner.facts.authentication import AddressBan
from scanner.facts.base import FileText, RawFact, RawFacts, files, lines_of
from scanner.facts.linux.password import probes
from scanner.facts.stranger import lets_strangers_in, networks_of
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


def address_ban(raw: RawFacts) -> Maybe[AddressBan | None]:
    """Which running service watches SSH logins and bans, and after how many failures; None where none does."""
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
            return _of_unread_limits("CrowdSec with a running bouncer and its scenario for SSH")
        return None
    return _of_unread_limits("SSHGuard") if is_active(services, "sshguard") else None


def _of_unread_limits(service: str) -> AddressBan:
    unread = Unknown(Reason.UNSUPPORTED, f"after how many failures {service} bans for how long is not read")
    return AddressBan(service=service, max_failures=unread, window_s=unread, duration_s=unread)


def _fail2ban(found: Mapping[str, FileText | Absent | Unknown]) -> Maybe[AddressBan | None]:
    """fail2ban with an enabled jail for sshd. Later files win: jail.conf, jail.d/*.conf, jail.local, jail.d/*.local.

    A jail that passes strangers over bans nobody who counts. jail.conf(5); without settings, the program's own hold.
    """
    jail: dict[str, str] = {}
    default: dict[str, str] = {}
    for path in (path for path in found if path.startswith("/etc/fail2ban/")):
        file = found[path]
        if isinstance(file, Unknown):
            return file
        if isinstance(file, FileText):
            _collect(file, {"[sshd]": jail, "[DEFAULT]": default})
    merged = {**_FAIL2BAN, **default, **jail}
    if merged["enabled"].lower() not in ("true", "1", "yes", "on") or _passes_strangers_over(merged["ignoreip"]):
        return None
    if merged["ignorecommand"] or re.search(r"%\(|(?:^|[\s,])file:", merged["ignoreip"]):
        return Unknown(
            Reason.UNSUPPORTED, "fail2ban: whom it passes over is set by a command or elsewhere, and not read"
        )
    tries = merged["maxretry"]
    unread = Unknown(Reason.UNREADABLE, f"fail2ban: maxretry is {tries}")
    return AddressBan(
        service="fail2ban with an enabled jail for sshd",
        max_failures=int(tries) if tries.isdecimal() and len(tries) < 10 else unread,
        window_s=_seconds("findtime", merged["findtime"]),
        duration_s=None if merged["bantime"].startswith("-") else _seconds("bantime", merged["bantime"]),
    )


_FAIL2BAN = {
    "enabled": "false",
    "maxretry": "5",
    "findtime": "600",
    "bantime": "600",
    "ignoreip": "",
    "ignorecommand": "",
}
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def _seconds(key: str, text: str) -> int | Unknown:
    """`10m`, `1d 12h`, `600`, in seconds."""
    parts = re.findall(r"(\d{1,9})\s*([a-z]*)", text.lower())
    if not parts or re.sub(r"\d+\s*[a-z]*|\s", "", text.lower()):
        return Unknown(Reason.UNREADABLE, f"fail2ban: {key} is {text}")
    units = [_UNITS.get(unit[:1] or "s") if not unit.startswith("mo") else 2_592_000 for _, unit in parts]
    if None in units:
        return Unknown(Reason.UNREADABLE, f"fail2ban: {key} is {text}")
    return sum(int(number) * (unit or 0) for (number, _), unit in zip(parts, units, strict=True))


def _passes_strangers_over(ignored: str) -> bool:
    networks = [network for word in re.split(r"[\s,]+", ignored) for network in networks_of(word) or ()]
    return any(lets_strangers_in(networks, version) for version in (4, 6))


def _collect(file: FileText, sections: Mapping[str, dict[str, str]]) -> None:
    """As configparser does: keys in any case, `=` or `:`, and an indented line goes on with the value above it."""
    current: dict[str, str] = {}
    key = ""
    for line in file.lines:
        if line.startswith("["):
            current, key = sections.get(line.strip(), {}), ""
        elif key and line[:1].isspace():
            current[key] = f"{current[key]} {_bare(key, line)}".strip()
        elif match := re.match(r"\s*([^=:]*?)\s*[=:](.*)", line):
            key = match[1].lower()
            current[key] = _bare(key, match[2])


def _bare(key: str, text: str) -> str:
    """Without a comment; fail2ban takes what stands behind `#` among the addresses for more of them."""
    text = re.split(r"(?:^|\s);", text, maxsplit=1)[0]
    return (text if key == "ignoreip" else text.partition("#")[0]).strip()
