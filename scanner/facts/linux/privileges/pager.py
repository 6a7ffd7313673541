"""Whether the pager that systemd's own tools open under sudo or doas can start anything.

Since version 247 they start it in secure mode when they run with other rights than those of the session's owner;
only `SYSTEMD_PAGERSECURE` in the environment undoes that, which sudo and doas drop unless they are told to keep it.
Source: systemctl(1), SYSTEMD_PAGERSECURE; CVE-2023-26604. The version is not read here, so it is taken from releases
that never shipped an older one, with the backport to RHEL 8 from 8.9 on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

from scanner.facts.base import RawFacts
from scanner.facts.host import Host
from scanner.facts.linux.host import read_host
from scanner.model import is_known

SWITCH = "SYSTEMD_PAGERSECURE"

_SINCE: Mapping[str, tuple[int, ...]] = {
    "debian": (11,),
    "ubuntu": (22, 4),
    "fedora": (34,),
    "amzn": (2023,),
    "sles": (15, 4),
    "sled": (15, 4),
    "opensuse-leap": (15, 4),
    **dict.fromkeys(("rhel", "centos", "rocky", "almalinux", "ol"), (8, 9)),
}
_ROLLING = ("arch", "opensuse-tumbleweed")


def has_secure_pager(raw: RawFacts) -> bool:
    """Whether every version of systemd in the host's release has it; false where the release is not known."""
    host = read_host(raw)
    if not isinstance(host, Host) or not is_known(host.os_id):
        return False
    version = host.os_version if is_known(host.os_version) else ""
    if host.os_id in _ROLLING or (host.os_id == "debian" and version in ("testing", "sid")):
        return True
    since = _SINCE.get(host.os_id)
    numbers = tuple(int(number) for number in re.findall(r"\d{1,6}", version))
    return since is not None and numbers >= since


def hands_over(kept: str) -> bool:
    """Whether a list of kept variables has the one that undoes secure mode, by name or pattern."""
    return any(fnmatchcase(SWITCH, word.partition("=")[0]) for word in re.split(r"[\s\"',\[\]{}]+", kept) if word)
