"""Root file systems for lab machines: built once per suite with mmdebstrap, kept outside the repository.

A root is named after its suite and a digest of how it is made, so a changed package list makes a new one. It is
rebuilt after a few days: its package lists are real ones, and a good machine must have fresh lists.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CACHE = Path(os.environ.get("CTPAT_LAB_CACHE") or "/var/cache/ctpat-lab")
MAX_AGE_DAYS = 4

_COMMON = (
    *("systemd", "systemd-sysv", "dbus", "libpam-systemd", "openssh-server", "sudo", "cron"),
    *("iproute2", "nftables", "iptables", "libpam-pwquality"),
)
PACKAGES = {
    "bullseye": _COMMON,
    "bookworm": (
        *(*_COMMON, "ufw", "unattended-upgrades", "tcsh", "fish", "rsync", "restic", "cracklib-runtime"),
        *("borgbackup", "podman", "netavark"),
    ),
    "trixie": (*_COMMON, "lastlog2", "libpam-lastlog2", "rsync"),
}
# The lists stay: how old they are is one of the facts. Manuals of programs are left out: they are half of the files.
_OPTIONS = (
    "--variant=minbase",
    "--skip=cleanup/apt/lists",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
)
# Podman's own units write to its store in the seconds after the start: what a scan leaves as it was would be theirs.
_HOOKS = {"bookworm": ('--customize-hook=rm -f "$1"/etc/systemd/system/*.wants/podman*',)}


def _options(suite: str) -> tuple[str, ...]:
    return (*_OPTIONS, *_HOOKS.get(suite, ()))


def root(suite: str) -> Path:
    """The root of a suite, built when there is none or it is too old; safe for several processes at once."""
    CACHE.mkdir(parents=True, exist_ok=True)
    place = CACHE / f"{suite}-{_digest(suite)}"
    with _locked(CACHE / f".{suite}.lock"):
        if not _fresh(place):
            _build(suite, place)
    return place


def _digest(suite: str) -> str:
    recipe = "\n".join((*_options(suite), *PACKAGES[suite]))
    return hashlib.sha256(recipe.encode()).hexdigest()[:12]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fresh(place: Path) -> bool:
    return place.is_dir() and time.time() - place.stat().st_mtime < MAX_AGE_DAYS * 86400


def _build(suite: str, place: Path) -> None:
    making = place.with_name(f".{place.name}.{os.getpid()}")
    shutil.rmtree(making, ignore_errors=True)
    command = ["mmdebstrap", *_options(suite), f"--include={','.join(PACKAGES[suite])}", suite, str(making)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
    if done.returncode:
        shutil.rmtree(making, ignore_errors=True)
        raise RuntimeError(f"mmdebstrap {suite} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    os.utime(making)
    old = place.with_name(f".{place.name}.old.{os.getpid()}")
    if place.exists():
        place.rename(old)  # a machine that still runs on it keeps its files
    making.rename(place)
    shutil.rmtree(old, ignore_errors=True)
