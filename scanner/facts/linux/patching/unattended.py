"""What unattended-upgrades is allowed to install: whether its patterns fit the security updates of this release.

Source: unattended-upgrades(8) and the comments of /etc/apt/apt.conf.d/50unattended-upgrades; the fields that the
Release files of Debian's and Ubuntu's security archives carry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from scanner.model import Absent, Maybe, Reason, Unknown

Config = Mapping[str, list[str]]
# The security archive of a release: the values that each field of its Release file may have.
_Archive = Mapping[str, tuple[str, ...]]

_KEYS = {
    "o": "origin",
    "origin": "origin",
    "l": "label",
    "label": "label",
    "a": "suite",
    "archive": "suite",
    "suite": "suite",
    "n": "codename",
    "codename": "codename",
    "c": "component",
    "component": "component",
    "site": "site",
}
# Names for which a pattern that shuts out all of them shuts out everything.
_SAMPLE = ("bash", "libc6", "libssl3", "linux-image-amd64", "openssl", "zlib1g")
_DEBIAN_SUITES = ("stable", "oldstable", "oldoldstable")
# Where the security archives are served from; a pattern may name any of them, and which one a host asks is not read.
_DEBIAN_SITES = ("security.debian.org", "deb.debian.org")
_UBUNTU_SITES = ("security.ubuntu.com", "archive.ubuntu.com", "ports.ubuntu.com")
# The component that every host has; updates of the others alone leave the system as it is.
_MAIN = ("main",)


def installs_security(config: Config, release: Maybe[Mapping[str, str]]) -> Maybe[bool]:
    """Whether a pattern fits the release's own security updates, and no list keeps all packages out."""
    patterns = [_old_style(text) for text in _values(config, "Allowed-Origins")]
    patterns += [_pairs(text) for text in _values(config, "Origins-Pattern")]
    if not patterns or shuts_out_everything(config):
        return False
    if isinstance(release, Absent | Unknown) or (archive := _archive(release)) is None:
        why = "unattended-upgrades: which archive brings this release's security updates is not known"
        return Unknown(Reason.UNSUPPORTED, why)
    answers = [_matches(pattern, archive, release) for pattern in patterns]
    if True in answers:
        return True
    return next((answer for answer in answers if isinstance(answer, Unknown)), False)


def left_out(config: Config) -> tuple[str, ...]:
    """The patterns of packages that it never installs, and those to which it is limited."""
    limited = (f"all but {pattern}" for pattern in _values(config, "Package-Whitelist"))
    return (*_values(config, "Package-Blacklist"), *limited)


def shuts_out_everything(config: Config) -> bool:
    """Whether the list of packages to leave alone holds each that one would think of."""
    patterns = _values(config, "Package-Blacklist")
    return all(any(_fits(pattern, name) for pattern in patterns) for name in _SAMPLE)


def _fits(pattern: str, name: str) -> bool:
    """As the program does: a regular expression from the start of the name. Ones that are none fit nothing."""
    if len(pattern) > 200 or re.search(r"[+*}]\)?[+*{]", pattern):
        return pattern.startswith(".*")  # nested repetition is not evaluated: it can take for ever
    try:
        return re.match(pattern, name) is not None
    except re.error:
        return False


def _values(config: Config, key: str) -> list[str]:
    return config.get(f"Unattended-Upgrade::{key}::", [])


def _archive(release: Mapping[str, str]) -> _Archive | None:
    """Where security updates of this release come from, for Debian, Ubuntu and what is built from Ubuntu."""
    words = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    if "ubuntu" in words:
        name = release.get("UBUNTU_CODENAME") or release.get("VERSION_CODENAME", "")
        fields: _Archive = {
            "origin": ("Ubuntu",),
            "label": ("Ubuntu",),
            "suite": (f"{name}-security",),
            "codename": (name,),
        }
        return {**fields, "component": _MAIN, "site": _UBUNTU_SITES}
    if words[0] == "debian" and (name := release.get("VERSION_CODENAME", "")):
        number = release.get("VERSION_ID", "")
        older = number.isdigit() and int(number) < 11  # the codename has had the ending since bullseye
        suites = tuple(suite if older else f"{suite}-security" for suite in _DEBIAN_SUITES)
        codename = name if older else f"{name}-security"
        fields = {"origin": ("Debian",), "label": ("Debian-Security",), "suite": suites, "codename": (codename,)}
        return {**fields, "component": _MAIN, "site": _DEBIAN_SITES}
    return None


def _old_style(text: str) -> dict[str, str]:
    origin, _, suite = text.rpartition(":")
    return {"origin": origin, "suite": suite}


def _pairs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in re.split(r"(?<!\\),", text):
        key, equals, value = part.strip().partition("=")
        found[_KEYS.get(key.strip(), key) if equals else "origin"] = (
            (value if equals else key).replace("\\,", ",").strip()
        )
    return found


def _matches(pattern: Mapping[str, str], archive: _Archive, release: Mapping[str, str]) -> Maybe[bool]:
    """Every field has to fit; one that the archive may answer in several ways leaves it open."""
    answers = [_field(name, value, archive, release) for name, value in pattern.items()]
    if not answers or False in answers:
        return False
    return next((answer for answer in answers if isinstance(answer, Unknown)), True)


def _field(name: str, value: str, archive: _Archive, release: Mapping[str, str]) -> Maybe[bool]:
    wanted = _expanded(value, release)
    if wanted == "*":
        return True
    fitting = {fnmatchcase(one, wanted) for one in archive.get(name, ())}
    # A site that is none of the distribution's own may be a mirror of the security archive.
    if len(fitting) == 1 and not (name == "site" and False in fitting):
        return fitting.pop()
    if name in archive and name != "site":
        return Unknown(
            Reason.UNSUPPORTED, f"unattended-upgrades: which release {name}={wanted} means changes with time"
        )
    unread = f"unattended-upgrades: whether {name}={wanted} fits the security updates is not known"
    return Unknown(Reason.UNSUPPORTED, unread)


def _expanded(value: str, release: Mapping[str, str]) -> str:
    identifier = release.get("ID", "")
    names = {"distro_codename": release.get("VERSION_CODENAME", ""), "distro_id": identifier.capitalize()}
    return re.sub(r"\$\{(\w+)\}", lambda match: names.get(match[1], match[0]), value)


def config_of(lines: Iterable[str]) -> Config:
    """The lines of `apt-config dump`: key -> values in order; list items share the key that ends with `::`."""
    found: dict[str, list[str]] = {}
    for key, value in _settings(lines):
        found.setdefault(key, []).append(value)
    return found


def _settings(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        if match := re.match(r'\s*(\S+) "(.*)";', line):
            yield match[1], match[2]
