"""Patch level on Linux: one module per package manager, one for the kernel and restarts, one for automatic runs."""

from __future__ import annotations

from scanner.facts.base import Reader
from scanner.facts.linux.host import HOST
from scanner.facts.linux.patching.apt import APT
from scanner.facts.linux.patching.auto import AUTO, read_auto
from scanner.facts.linux.patching.dnf import DNF
from scanner.facts.linux.patching.kernel import KERNEL, read_kernel, read_restart
from scanner.facts.linux.patching.level import read_patch_level
from scanner.facts.linux.patching.ostree import OSTREE
from scanner.facts.linux.patching.plain import APK, PACMAN
from scanner.facts.linux.patching.side import FIRMWARE, SIDE, read_firmware, read_side
from scanner.facts.linux.patching.support import read_support
from scanner.facts.linux.patching.zypper import ZYPPER
from scanner.facts.patching import AutoUpdates, Firmware, Kernel, PatchLevel, Restart, SideSoftware, Support

READERS: tuple[Reader, ...] = (
    Reader(fact=Kernel, probes=(HOST, KERNEL), read=read_kernel),
    Reader(fact=Restart, probes=(HOST, KERNEL), read=read_restart),
    Reader(fact=AutoUpdates, probes=(HOST, AUTO), read=read_auto),
    Reader(fact=SideSoftware, probes=(SIDE,), read=read_side),
    Reader(fact=Firmware, probes=(HOST, FIRMWARE), read=read_firmware),
    Reader(fact=PatchLevel, probes=(HOST, OSTREE, APT, DNF, ZYPPER, APK, PACMAN), read=read_patch_level),
    Reader(fact=Support, probes=(HOST, APT, DNF, ZYPPER), read=read_support),
)
