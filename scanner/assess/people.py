"""The people half of a requirement, from the records that a run was given.

A record answers the slot of its kind's name. One that nobody handed in, because it was only tried, answers none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date
from typing import Any

from scanner.assess.rollup import People
from scanner.model import RecordUsed, State
from scanner.profile.model import Profile, Requirement


def people_half(profile: Profile, records: Iterable[RecordUsed], on: date) -> Mapping[str, People]:
    """The people half of each requirement that some record has to do with, on a day."""
    by_slot = {record.kind: record for record in records if record.id}
    return {
        key: _people(requirement, by_slot, on)
        for key, requirement in profile.requirements.items()
        if any(slot.slot in by_slot for slot in requirement.attestations)
    }


def _people(requirement: Requirement, by_slot: Mapping[str, RecordUsed], on: date) -> People:
    """The weakest slot names the state: expired before missing, as decision 8 has it."""
    slots = [slot.slot for slot in requirement.attestations]
    given = [by_slot[slot] for slot in slots if slot in by_slot]
    expired = [record for record in given if not record.holds_on(on)]
    missing = len(slots) - len(given)
    reasons = [f"the {record.kind} list was valid until {record.valid_until}" for record in expired]
    if missing:
        owed = "a statement or document is" if missing == 1 else f"{missing} statements or documents are"
        reasons.append(f"{owed} missing")
    state = State.ATTESTATION_MISSING if missing else State.DOCUMENT_ON_FILE
    return People(
        state=State.ATTESTATION_EXPIRED if expired else state,
        reason="; ".join(reasons),
        records=tuple(_shown(record, on) for record in given),
    )


def _shown(record: RecordUsed, on: date) -> Mapping[str, Any]:
    """What a report shows of a record: the frame, and nothing of what it lists."""
    state = State.DOCUMENT_ON_FILE if record.holds_on(on) else State.ATTESTATION_EXPIRED
    recorded = record.recorded.astimezone(UTC).date().isoformat() if record.recorded else ""
    return {
        "slot": record.kind,
        "state": state.value,
        "by": record.by,
        "recorded": recorded,
        "valid_until": record.valid_until.isoformat() if record.valid_until else "",
        "entries": record.entries,
        "sha256": record.sha256,
    }
