"""The logging checks: a part that could not be read never passes, a part that is off fails at once."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scanner.facts import Audited, AuditedEvent, AuditLog, CommandLogging, EventLog, LogForwarder
from scanner.model import Reason, Status, Unknown
from tests.checks.outcomes import CHECKS, collection, status

DENIED = Unknown(Reason.DENIED, "denied")
BOTH = Audited(success=True, failure=True)
NONE = Audited(success=False, failure=False)
SUCCESS = Audited(success=True, failure=False)


def event_log(name: str, kib: Any, enabled: Any = True, keeps_old: Any = False) -> EventLog:
    return EventLog(name=name, enabled=enabled, max_size_kib=kib, keeps_old=keeps_old)


LOG = AuditLog(
    events=dict.fromkeys(AuditedEvent, BOTH),
    overruled=False,
    logs={"security": event_log("security", 196608), "system": event_log("system", 32768)},
    forwarders=(LogForwarder(name="agent", running=True),),
)


def audited(event: AuditedEvent, value: Any, **changes: Any) -> AuditLog:
    return replace(LOG, events={**LOG.events, event: value}, **changes)


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (LOG, Status.PASS),
        (audited(AuditedEvent.LOGON, SUCCESS), Status.FAIL),
        (audited(AuditedEvent.PROCESSES, SUCCESS), Status.PASS),
        (audited(AuditedEvent.PROCESSES, NONE), Status.FAIL),
        (audited(AuditedEvent.LOCKOUT, SUCCESS), Status.FAIL),
        (audited(AuditedEvent.REMOVABLE_MEDIA, NONE), Status.FAIL),
        (audited(AuditedEvent.LOGON, DENIED), Reason.DENIED),
        (audited(AuditedEvent.LOGON, NONE, overruled=DENIED), Status.FAIL),
        (replace(LOG, overruled=True), Status.WARN),
        (replace(LOG, overruled=DENIED), Reason.DENIED),
    ],
)
def test_audit_policy(fact: AuditLog, expected: Status | Reason) -> None:
    assert status("logging/audit_policy", fact) is expected


def test_audit_policy_asks_for_the_kinds_it_is_told() -> None:
    fact = audited(AuditedEvent.REMOVABLE_MEDIA, NONE)
    assert status("logging/audit_policy", fact, success=("use of removable media",), failure=()) is Status.FAIL


def logs(*each: EventLog) -> AuditLog:
    return replace(LOG, logs={one.name: one for one in each})


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (LOG, Status.PASS),
        (logs(event_log("security", 196607)), Status.FAIL),
        (logs(event_log("system", 32767)), Status.FAIL),
        (logs(event_log("security", 196608, enabled=False)), Status.FAIL),
        (logs(event_log("security", DENIED), event_log("system", 1)), Status.FAIL),
        (logs(event_log("security", DENIED)), Reason.DENIED),
        (logs(event_log("security", 196608, enabled=DENIED)), Reason.DENIED),
        (logs(event_log("security", 196608, keeps_old=True)), Status.WARN),
        (logs(event_log("security", 196608, keeps_old=DENIED)), Reason.DENIED),
    ],
)
def test_log_size(fact: AuditLog, expected: Status | Reason) -> None:
    assert status("logging/log_size", fact) is expected


@pytest.mark.parametrize(
    ("forwarders", "expected"),
    [
        ((LogForwarder(name="a", running=True),), Status.PASS),
        ((LogForwarder(name="a", running=False), LogForwarder(name="b", running=True)), Status.PASS),
        ((LogForwarder(name="a", running=False),), Status.FAIL),
        ((LogForwarder(name="a", running=DENIED),), Reason.DENIED),
        ((), Status.FAIL),
        (DENIED, Reason.DENIED),
    ],
)
def test_forwarding(forwarders: Any, expected: Status | Reason) -> None:
    assert status("logging/forwarding", replace(LOG, forwarders=forwarders), collection()) is expected


OLD = date(2025, 11, 19)
BY_NAME = LogForwarder(name="agent", running=True, by_table=True)


@pytest.mark.parametrize(
    ("forwarders", "day", "expected"),
    [
        ((BY_NAME,), date(2025, 11, 20), Status.PASS),
        ((BY_NAME,), OLD, Reason.STALE),
        ((BY_NAME, LogForwarder(name="own", running=True)), OLD, Status.PASS),
        ((replace(BY_NAME, running=False),), OLD, Status.FAIL),
        ((), OLD, Status.FAIL),
    ],
)
def test_a_name_on_an_old_list_forwards_nothing(forwarders: Any, day: date, expected: Status | Reason) -> None:
    log = replace(LOG, forwarders=forwarders, table_date=day)
    assert status("logging/forwarding", log, collection()) is expected


@pytest.mark.parametrize("forwarders", [(BY_NAME,), ()])
def test_an_old_list_is_named_with_its_day_and_what_to_do(forwarders: Any) -> None:
    outcome = CHECKS["logging/forwarding"].run(replace(LOG, forwarders=forwarders, table_date=OLD), collection())
    assert f"the list of forwarding agents is of {OLD}; update the scanner" in f"{outcome.actual} {outcome.note}"


@pytest.mark.parametrize(
    ("scripts", "transcripts", "command_lines", "demanded", "expected"),
    [
        (True, False, True, False, Status.PASS),
        (True, False, True, True, Status.FAIL),
        (True, True, True, True, Status.PASS),
        (False, True, DENIED, False, Status.FAIL),
        (True, True, DENIED, False, Reason.DENIED),
        (True, DENIED, True, False, Status.PASS),
    ],
)
def test_commands(
    scripts: Any, transcripts: Any, command_lines: Any, demanded: bool, expected: Status | Reason
) -> None:
    fact = CommandLogging(scripts=scripts, transcripts=transcripts, command_lines=command_lines)
    assert status("logging/commands", fact, transcripts=demanded) is expected


@pytest.mark.parametrize(("recorders", "told"), [(("Sysmon",), True), ((), False), (DENIED, False)])
@pytest.mark.parametrize(("on", "expected"), [(True, Status.PASS), (False, Status.FAIL)])
def test_another_recorder_is_shown_and_changes_nothing(recorders: Any, told: bool, on: bool, expected: Status) -> None:
    fact = CommandLogging(scripts=on, transcripts=on, command_lines=on, recorders=recorders)
    outcome = CHECKS["logging/commands"].run(fact)
    assert outcome.status is expected and ("Sysmon runs" in outcome.note) is told


@pytest.mark.parametrize(("kib", "expected"), [(196608, Status.PASS), (1, Status.FAIL)])
def test_the_number_of_the_oldest_event_is_shown(kib: int, expected: Status) -> None:
    fact = logs(replace(event_log("security", kib), oldest_record=81422907), event_log("system", 32768))
    outcome = CHECKS["logging/log_size"].run(fact)
    assert outcome.status is expected
    assert outcome.note == "Number of the oldest event, 1 where none is gone: security 81422907."
