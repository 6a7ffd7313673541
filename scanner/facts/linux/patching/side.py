"""What the system's package manager does not update: snap, flatpak, /opt, and firmware."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from scanner.facts.base import Probe, RawFacts
from scanner.facts.linux.host import read_host
from scanner.facts.linux.patching.sections import RUN, Section, Sections, moment, newest, or_unknown, sections, stamped
from scanner.facts.patching import Firmware, SideSoftware
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

SIDE = Probe(
    name="side_software",
    why="software that the system's own updates do not reach: snap, flatpak, /opt",
    timeout_s=15,
    script=RUN
    + r"""
if have snap; then run snap snap list; run snap-time snap refresh --time --abs-time; fi
have flatpak && run flatpak flatpak list --app --columns=application,version,origin
opt() { [ -d /opt ] || return 0; for f in /opt/*; do [ -d "$f" ] && echo "${f##*/}"; done; :; }
run opt opt
exit 0
""",
)

FIRMWARE = Probe(
    name="firmware",
    why="firmware updates that are known and not installed; asks the daemon, refreshes nothing",
    timeout_s=20,
    max_bytes=512 * 1024,
    script=RUN
    + r"""
have systemd-detect-virt && systemd-detect-virt -q && absent 'a virtual machine or container has no firmware of its own'
have fwupdmgr || exit 127
run updates fwupdmgr --json --no-unreported-check --no-metadata-check --no-remote-check get-updates
run stamp stat -c '%Y %n' /var/lib/fwupd/metadata/lvfs/metadata.xml.zst \
    /var/lib/fwupd/metadata/lvfs/metadata.xml.xz /var/lib/fwupd/remotes.d/lvfs/metadata.xml.gz \
    /var/lib/fwupd/remotes.d/lvfs/firmware.xml.gz
exit 0
""",
)

_NOTHING_TO_DO = 2


def read_side(raw: RawFacts) -> SideSoftware | Absent | Unknown:
    """Stores and folders of third parties."""
    found = sections(raw, SIDE.name)
    if isinstance(found, Absent | Unknown):
        return found
    stores = (_store(found, "snap", "Name"), _store(found, "flatpak", ""), _opt(found))
    items = tuple(item for store in stores if is_known(store) for item in store)
    unread = next((store.detail for store in stores if isinstance(store, Unknown)), None)
    return SideSoftware(
        items=items,
        held_until=_held_until(found),
        held_since=Unknown(Reason.NO_EVIDENCE, "snap does not say when a hold began"),
        unread=unread or Absent("every store that is installed answered"),
    )


def _store(found: Sections, name: str, head: str) -> Maybe[tuple[str, ...]]:
    section = found.optional(name)
    if isinstance(section, Absent | Unknown):
        return section
    rows = [line.split()[:2] for line in section.lines if line.strip() and not (head and line.startswith(head))]
    if any("No snaps are installed" in line for line in section.lines):
        return ()
    return tuple(f"{name}: {' '.join(row)}" for row in rows)


def _opt(found: Sections) -> Maybe[tuple[str, ...]]:
    section = found.ok("opt")
    if isinstance(section, Absent | Unknown):
        return section
    return tuple(f"/opt: {line.strip()}" for line in section.lines if line.strip())


def _held_until(found: Sections) -> Maybe[datetime]:
    section = found.optional("snap-time")
    if isinstance(section, Absent | Unknown):
        return section
    for line in section.lines:
        key, _, value = line.strip().partition(":")
        if key == "hold":
            return _hold_end(value.strip())
    return Absent("snap's refreshes are not held")


def _hold_end(value: str) -> Maybe[datetime]:
    if value == "forever":
        return datetime.max.replace(tzinfo=UTC, microsecond=0)
    when = re.sub(r"\.[0-9]+", "", value)
    return or_unknown(moment(when, "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%SZ"), f"snap: a hold until '{value[:60]}'")


def read_firmware(raw: RawFacts) -> Firmware | Absent | Unknown:
    """Firmware of a physical machine; absent in a virtual one, whose host owns it."""
    host = read_host(raw)
    if isinstance(host, Absent | Unknown):
        return host
    if host.container is True or is_known(host.virtualization):
        return Absent("a virtual machine or container has no firmware of its own")
    found = sections(raw, FIRMWARE.name)
    if isinstance(found, Absent | Unknown):
        return found
    section = found.ok("updates", accept=(0, _NOTHING_TO_DO))
    return Firmware(pending=_firmware(section), refreshed=_metadata(found))


def _metadata(found: Sections) -> Maybe[datetime]:
    section = found.get("stamp")
    stamps = stamped(section.lines) if isinstance(section, Section) else {}
    return or_unknown(newest(stamps.values()), "firmware: no metadata of firmware updates lie on this host")


def _firmware(section: Section | Absent | Unknown) -> Maybe[tuple[str, ...]]:
    if isinstance(section, Absent | Unknown):
        return section
    try:
        answer = json.loads("\n".join(section.lines))
    except (ValueError, RecursionError):
        return () if section.status == _NOTHING_TO_DO else section.refused("firmware: fwupdmgr")
    return tuple(_devices(answer))


def _devices(answer: Any) -> Iterator[str]:
    devices = answer.get("Devices") if isinstance(answer, dict) else None
    for device in devices if isinstance(devices, list) else []:
        releases = device.get("Releases") if isinstance(device, dict) else None
        if isinstance(releases, list) and releases and isinstance(releases[0], dict):
            yield f"{device.get('Name', '?')}: {device.get('Version', '?')} -> {releases[0].get('Version', '?')}"
