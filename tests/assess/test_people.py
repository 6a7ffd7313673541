"""The people half from records: what answers a slot, until when, and what a report may show of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from scanner.assess.people import people_half
from scanner.model import RecordUsed, State
from scanner.profile import AttestationSlot, Profile
from tests.assess.test_rollup import SLOT, profile, requirement

LIST = AttestationSlot(slot="leavers", ask="The list", refresh_days=90, why="HR knows", source="scanner")
USED = RecordUsed(
    kind="leavers",
    id="r-1",
    sha256="a" * 64,
    by="hr",
    recorded=datetime(2026, 10, 1, 12, tzinfo=UTC),
    valid_until=date(2026, 12, 30),
    entries=12,
)
LAST, AFTER = date(2026, 12, 30), date(2026, 12, 31)


def pack(*slots: AttestationSlot) -> Profile:
    return profile(requirement(key="4.7c", attestations=slots), requirement(key="4.8b", attestations=(SLOT,)))


def state(on: date, *slots: AttestationSlot, **changes: Any) -> tuple[State, str]:
    (half,) = people_half(pack(*slots), [replace(USED, **changes)], on).values()
    return half.state, half.reason


def test_a_record_answers_the_slot_of_its_kind_and_no_other() -> None:
    found = people_half(pack(LIST), [USED], LAST)
    assert set(found) == {"4.7c"}
    assert found["4.7c"].records == (
        {
            "slot": "leavers",
            "state": "document on file",
            "by": "hr",
            "recorded": "2026-10-01",
            "valid_until": "2026-12-30",
            "entries": 12,
            "sha256": "a" * 64,
        },
    )
    assert people_half(pack(SLOT), [USED], LAST) == {}
    assert people_half(pack(LIST), [], LAST) == {}


@pytest.mark.parametrize(
    ("on", "slots", "changes", "expected"),
    [
        (LAST, (LIST,), {}, (State.DOCUMENT_ON_FILE, "")),
        (AFTER, (LIST,), {}, (State.ATTESTATION_EXPIRED, "the leavers list was valid until 2026-12-30")),
        (AFTER, (LIST,), {"valid_until": None}, (State.DOCUMENT_ON_FILE, "")),
        (LAST, (LIST, SLOT), {}, (State.ATTESTATION_MISSING, "a statement or document is missing")),
        (
            AFTER,
            (LIST, SLOT, replace(SLOT, slot="other")),
            {},
            (
                State.ATTESTATION_EXPIRED,
                "the leavers list was valid until 2026-12-30; 2 statements or documents are missing",
            ),
        ),
    ],
)
def test_the_weakest_slot_names_the_state(
    on: date, slots: tuple[AttestationSlot, ...], changes: dict[str, Any], expected: tuple[State, str]
) -> None:
    assert state(on, *slots, **changes) == expected


def test_a_list_that_nobody_handed_in_is_no_document_on_file() -> None:
    assert people_half(pack(LIST), [replace(USED, id="", by="", recorded=None)], LAST) == {}


def test_an_expired_record_says_so_itself() -> None:
    (half,) = people_half(pack(LIST), [USED], AFTER).values()
    assert half.records[0]["state"] == "attestation expired"
