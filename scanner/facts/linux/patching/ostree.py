"""rpm-ostree: systems that are replaced image by image, such as CoreOS, Silverblue and RHEL for Edge.

The booted image's own date says how old the whole system is; an update is known only where the daemon's update
check is on, which leaves `cached-update` in its status.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scanner.facts.base import Probe, RawFacts
from scanner.facts.linux.patching.sections import RUN, epoch, or_unknown, sections
from scanner.facts.patching import PatchLevel, Update
from scanner.model import Absent, Maybe, Reason, Unknown

OSTREE = Probe(
    name="ostree",
    why="which system image is booted, how old it is, and whether a newer one is known",
    timeout_s=15,
    max_bytes=512 * 1024,
    script=RUN
    + r"""
[ -e /run/ostree-booted ] || absent 'the system is not built from ostree images'
have rpm-ostree || exit 127
run status rpm-ostree status --json
exit 0
""",
)


def read_ostree(raw: RawFacts) -> PatchLevel | Absent | Unknown:
    """What the image system knows; absent where the system is not built from images."""
    found = sections(raw, OSTREE.name)
    if isinstance(found, Absent | Unknown):
        return found
    section = found.ok("status")
    if isinstance(section, Absent | Unknown):
        return Unknown(Reason.UNREADABLE, "rpm-ostree: status gave no answer")
    status = _json("\n".join(section.lines))
    booted = _booted(status)
    if booted is None:
        return Unknown(Reason.UNREADABLE, "rpm-ostree: its status names no booted image")
    level = or_unknown(epoch(str(booted.get("timestamp", ""))), "rpm-ostree: the booted image has no date")
    return PatchLevel(
        manager="rpm-ostree",
        classified=False,
        pending=_pending(status, booted),
        holds=(),
        phased=(),
        sources=Unknown(Reason.NO_EVIDENCE, "rpm-ostree keeps no update data on the host"),
        security_source=bool(booted.get("container-image-reference") or booted.get("origin")),
        refreshed=Unknown(Reason.NO_EVIDENCE, "rpm-ostree keeps no date of its last check"),
        last_run=level,
        installed_level=level,
    )


def _json(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _booted(status: Mapping[str, Any]) -> Mapping[str, Any] | None:
    deployments = status.get("deployments")
    rows = deployments if isinstance(deployments, list) else []
    return next((row for row in rows if isinstance(row, dict) and row.get("booted") is True), None)


def _pending(status: Mapping[str, Any], booted: Mapping[str, Any]) -> Maybe[tuple[Update, ...]]:
    newer = status.get("cached-update")
    if not isinstance(newer, dict) or newer.get("checksum") == booted.get("checksum"):
        return Unknown(Reason.NO_EVIDENCE, "rpm-ostree knows of no update, or was never told to look for one")
    when = or_unknown(epoch(str(newer.get("timestamp", ""))), "the newer image has no date")
    update = Update(
        name=str(newer.get("origin", "system image")),
        installed=str(booted.get("version", "")),
        available=str(newer.get("version", "")),
        security=True,
        source="image",
        published=when,
        published_by=when,
    )
    return (update,)
