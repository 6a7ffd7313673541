"""What became of one target, as one line of the denominator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scanner.assess.findings import FactSet
from scanner.errors import TargetError
from scanner.facts import Hardware, Host
from scanner.model import (
    Finding,
    Reason,
    Status,
    Target,
    TargetResult,
    TargetState,
    Transcript,
    Unknown,
    is_known,
)
from scanner.text import clean

# Unknown for these reasons means that something could not be read; the others are answers about what was read.
_NOT_READ = frozenset(Reason) - {Reason.STALE, Reason.NO_EVIDENCE}

_STATES: Mapping[Reason, TargetState] = {
    Reason.UNREACHABLE: TargetState.UNREACHABLE,
    Reason.TIMEOUT: TargetState.UNREACHABLE,
    Reason.UNSUPPORTED: TargetState.UNREACHABLE,
    Reason.LOGIN: TargetState.LOGIN_FAILED,
    Reason.CANCELLED: TargetState.CANCELLED,
}


def reached(target: Target, transcript: Transcript, facts: FactSet, findings: Sequence[Finding]) -> TargetResult:
    """The line of a target that answered, fully or in part."""
    unread = dict.fromkeys(
        finding.detail for finding in findings if finding.status is Status.UNKNOWN and finding.reason in _NOT_READ
    )
    reason, detail = transcript.error or (None, "")
    return TargetResult(
        name=target.name,
        address=address_of(target),
        transport=target.transport,
        platform=transcript.platform,
        os=_os(facts),
        state=TargetState.PARTLY_READ if unread or reason else TargetState.READ,
        reason=reason,
        detail=clean(detail),
        role=target.role,
        tags=target.tags,
        account=clean(transcript.account),
        privilege=transcript.privilege,
        collected_at=transcript.collected_at,
        duration_s=round(transcript.duration_s, 3),
        round_trips=transcript.round_trips,
        host_key=transcript.host_key,
        unread=tuple(unread),
        notes=tuple(clean(note) for note in transcript.notes),
        hardware=_hardware(facts),
    )


def unreached(target: Target, error: TargetError) -> TargetResult:
    """The line of a target that could not be collected at all."""
    evidence = tuple(clean(f"{name}: {value}") for name, value in error.evidence.items())
    return TargetResult(
        name=target.name,
        address=address_of(target),
        transport=target.transport,
        platform="",
        os="",
        state=_STATES.get(error.reason, TargetState.FAILED),
        reason=error.reason,
        detail=clean(error.detail),
        role=target.role,
        tags=target.tags,
        duration_s=round(error.spent_s, 3),
        notes=evidence,
    )


def address_of(target: Target) -> str:
    """Host and port as a person writes them; IPv6 in brackets when a port follows."""
    if target.port is None:
        return target.address
    host = f"[{target.address}]" if ":" in target.address else target.address
    return f"{host}:{target.port}"


def _os(facts: FactSet) -> str:
    host = facts.get(Host)
    return clean(host.os_name) if isinstance(host, Host) and is_known(host.os_name) else ""


def _hardware(facts: FactSet) -> str:
    """One line for the register of equipment; empty where the target is no machine of its own."""
    hardware = facts.get(Hardware)
    if isinstance(hardware, Unknown):
        return clean(f"not read: {hardware.detail}")
    return clean(str(hardware)) if isinstance(hardware, Hardware) else ""
