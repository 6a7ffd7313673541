"""Recorded package managers as facts, for the tests of patch levels."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.linux.patching.apt import read_apt
from scanner.facts.linux.patching.dnf import read_dnf
from scanner.facts.linux.patching.plain import read_pacman
from scanner.facts.linux.patching.zypper import read_zypper
from scanner.facts.patching import PatchLevel
from scanner.model import Privilege

GOLDEN = Path(__file__).parent / "golden" / "patching"
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DEBIAN = (
    '=/etc/os-release\n ID=debian\n VERSION_ID="12"\n VERSION_CODENAME=bookworm\n'
    "=virt-container\n none\n=virt-vm\n none\n=marks\n init systemd\n end\n"
)


def raw(**sections: bytes | str) -> RawFacts:
    made = {
        name: RawFact(probe=name, state=RawState.OK, stdout=text.encode() if isinstance(text, str) else text, status=0)
        for name, text in sections.items()
    }
    return RawFacts(platform="linux", collected_at=NOW, privilege=Privilege.USER, sections=made)


def golden(name: str) -> bytes:
    return (GOLDEN / name).read_bytes()


CODENAMES = {"11": "bullseye", "12": "bookworm", "13": "trixie"}


def debian(codename: str) -> str:
    return DEBIAN.replace("bookworm", codename)


def apt(name: str, codename: str = "") -> PatchLevel:
    """What is recorded under this name, on the release that it was recorded on or on another."""
    own = codename or CODENAMES[name.removeprefix("debian-")[:2]]
    level = read_apt(raw(host=debian(own), apt=golden(f"{name}.apt")))
    assert isinstance(level, PatchLevel)
    return level


def dnf(name: str, repository: bytes = b"baseos") -> PatchLevel:
    """The recorded host, whose one repository is called `lab`, with a name that a distribution gives its own."""
    return dnf_level(golden(f"dnf4-{name}.dnf").replace(b"/dnf/lab-", b"/dnf/" + repository + b"-"))


def dnf_level(text: bytes) -> PatchLevel:
    level = read_dnf(raw(dnf=text))
    assert isinstance(level, PatchLevel)
    return level


def pacman(name: str) -> PatchLevel:
    level = read_pacman(raw(pacman=golden(f"pacman-{name}.pacman")))
    assert isinstance(level, PatchLevel)
    return level


def zypper(name: str, repository: bytes = b"repo-update") -> PatchLevel:
    """As `dnf`."""
    text = golden(f"zypper-{name}.zypper").replace(b'alias="lab"', b'alias="' + repository + b'"')
    level = read_zypper(raw(zypper=text.replace(b"/raw/lab/", b"/raw/" + repository + b"/")))
    assert isinstance(level, PatchLevel)
    return level


def names(level: PatchLevel) -> set[str]:
    return {update.name for update in level.security_updates}
