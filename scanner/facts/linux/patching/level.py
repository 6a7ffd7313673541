"""Which package manager provides this system, and what it knows to be missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scanner.facts.base import RawFacts
from scanner.facts.linux.host import read_host
from scanner.facts.linux.patching.apt import read_apt
from scanner.facts.linux.patching.dnf import read_dnf
from scanner.facts.linux.patching.ostree import read_ostree
from scanner.facts.linux.patching.plain import read_apk, read_pacman
from scanner.facts.linux.patching.zypper import read_zypper
from scanner.facts.patching import PatchLevel
from scanner.model import Absent, Reason, Unknown

_Read = Callable[[RawFacts], PatchLevel | Absent | Unknown]
# A system built from images is provided by them even where a package manager is installed too.
_BY_FAMILY: Mapping[str, tuple[_Read, ...]] = {
    "debian": (read_apt,),
    "rhel": (read_ostree, read_dnf),
    "suse": (read_zypper,),
    "alpine": (read_apk,),
    "arch": (read_pacman,),
}
_ALL: tuple[_Read, ...] = (read_ostree, read_apt, read_dnf, read_zypper, read_apk, read_pacman)


def read_patch_level(raw: RawFacts) -> PatchLevel | Absent | Unknown:
    """The provider of the host's own package world, else the first that is there.

    Unknown, never absent, where none is there: a system that nobody can patch is not one without patches.
    """
    host = read_host(raw)
    family = (
        "" if isinstance(host, Absent | Unknown) or isinstance(host.os_family, Absent | Unknown) else host.os_family
    )
    for read in _BY_FAMILY.get(family, _ALL):
        level = read(raw)
        if not isinstance(level, Absent):
            return level
    return Unknown(Reason.UNSUPPORTED, "no package manager that the scanner knows answers for this system")
