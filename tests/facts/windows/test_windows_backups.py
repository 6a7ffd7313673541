"""Backups of Windows hosts: records that outlive their product, runs that left something out, targets on the host."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from scanner.facts import BackupJob, Backups, Place
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.windows.backups import read_backups
from scanner.model import Absent, Reason, Unknown, is_known
from tests.windows.hosts import DENIED, changed, raw_facts_of

CLIENT, SERVER = "windows-11-24h2", "server-2022-hardened"
VEEAM, N_ABLE = "VeeamEndpointBackupSvc", "Backup Service Controller"


def day(number: int) -> str:
    return f"2026-11-{number:02}T21:40:00.0000000Z"


def event(
    number: int, when: str | None, level: int | None = 4, provider: str | None = "Backup Manager"
) -> dict[str, Any]:
    return {"provider": provider, "id": number, "level": level, "time": when}


def veeam(when: str, level: int) -> dict[str, Any]:
    return event(190, when, level, "Veeam Agent")


def client(
    *events: dict[str, Any], service: str | None = N_ABLE, part: str = "results", state: str = "Running"
) -> RawFacts:
    """A client with these events, and with this service."""
    raw = changed(CLIENT, "backups", **{part: list(events)})
    known = json.loads(raw.get("services").stdout)["services"]
    own = [{"name": service, "state": state, "start": "Auto", "process": 0}] if service else []
    body = json.dumps({"services": [*known, *own]}).encode()
    return replace(
        raw, sections={**raw.sections, "services": RawFact(probe="services", state=RawState.OK, stdout=body)}
    )


def backups(raw: RawFacts) -> Backups:
    fact = read_backups(raw)
    assert isinstance(fact, Backups)
    return fact


def job(raw: RawFacts) -> BackupJob:
    (only,) = backups(raw).jobs
    return only


def server(**summary: Any) -> RawFacts:
    """The server with other words in the summary of its own backup."""
    given = json.loads(raw_facts_of(SERVER).get("backups").stdout)["summary"]
    return changed(SERVER, "backups", summary={**given, **summary})


# --- Products --------------------------------------------------------------------------------------------


def test_a_product_that_left_only_its_events_is_gone() -> None:
    fact = backups(client(veeam(day(18), 4), service=None, part="agent"))
    assert [isinstance(one.configured, Absent) for one in fact.jobs] == [True]
    assert fact.configured == fact.judged == ()
    assert backups(client(veeam(day(18), 4), service=VEEAM, part="agent")).configured


def test_whether_a_product_is_gone_is_unknown_where_services_could_not_be_read() -> None:
    raw = client(veeam(day(18), 4), part="agent")
    raw = replace(raw, sections={**raw.sections, "services": RawFact(probe="services", state=RawState.DENIED)})
    one = job(raw)
    assert isinstance(one.configured, Unknown) and one.configured.code is Reason.DENIED


def test_a_product_without_a_known_service_may_be_gone() -> None:
    one = job(client(event(5633, day(18), provider="BackupAssist"), service=None))
    assert isinstance(one.configured, Unknown) and isinstance(one.enabled, Unknown)
    assert is_known(one.last_success)


@pytest.mark.parametrize(
    ("events", "success", "complete", "is_open"),
    [
        ((event(105, day(18)),), 18, True, False),
        ((event(108, day(18), 3),), 18, False, False),
        ((event(102, day(17), 2), event(108, day(18), 3)), 18, False, True),
        ((event(102, day(16), 2), event(105, day(17)), event(108, day(18), 3)), 18, False, False),
        ((event(102, day(16), 2), event(105, day(17))), 17, True, False),
        ((event(105, day(16)), event(102, day(17), 2), event(108, day(18), 3)), 18, False, True),
    ],
)
def test_a_partial_run_is_a_backup_and_makes_no_failure_good(
    events: tuple[dict[str, Any], ...], success: int, complete: bool, is_open: bool
) -> None:
    one = job(client(*events))
    assert is_known(one.last_success)
    assert (one.last_success.when.day, one.last_success.complete) == (success, complete)
    assert (one.unresolved is not None) is is_open


@pytest.mark.parametrize(
    "row",
    [
        event(102, None, 2),
        event(102, "yesterday", 2),
        event(102, day(19), None),
        event(102, day(19), 2, provider=None),
        {**event(0, day(19)), "id": None},
        veeam(day(19), 9) | {"provider": "Backup Manager", "id": "102"},
    ],
)
def test_an_event_that_cannot_be_read_hides_what_came_last(row: dict[str, Any]) -> None:
    one = job(client(event(105, day(18)), row))
    assert isinstance(one.last_success, Unknown) and isinstance(one.last_failure, Unknown)
    failed = job(client(event(102, day(18), 2), row))
    assert failed.unresolved is not None


def test_events_of_others_hide_nothing() -> None:
    rows = (event(105, day(18)), event(102, None, None, "ESENT"), event(7, None, None))
    one = job(client(*rows))
    assert is_known(one.last_success) and isinstance(one.last_failure, Absent)
    assert backups(client(*rows)).unread == ()


def test_a_level_that_nobody_knows_is_no_success() -> None:
    one = job(client(veeam(day(18), 9), service=VEEAM, part="agent"))
    assert isinstance(one.last_success, Unknown) and isinstance(one.configured, Unknown)


def test_a_log_that_is_denied_may_hold_the_failure() -> None:
    raw = client(veeam(day(18), 4), service=VEEAM, part="agent")
    body = {**json.loads(raw.get("backups").stdout), "results": DENIED}
    section = RawFact(probe="backups", state=RawState.OK, stdout=json.dumps(body).encode())
    fact = backups(replace(raw, sections={**raw.sections, "backups": section}))
    assert isinstance(fact.jobs[0].last_failure, Unknown) and fact.unread


# --- Windows Server Backup -------------------------------------------------------------------------------


def test_a_success_of_which_no_version_is_left_is_none() -> None:
    one = job(server(versions=0))
    assert isinstance(one.last_success, Absent) and isinstance(one.destinations, Unknown)
    assert isinstance(job(server(versions=None)).last_success, Unknown)


def test_a_detailed_result_is_a_warning() -> None:
    one = job(server(detail=-2139619994))
    assert is_known(one.last_success) and not one.last_success.complete
    assert "0x8077FD66" in one.last_success.warnings
    assert isinstance(job(server(detail="?")).last_success, Unknown)


def test_a_warning_makes_no_failure_of_the_log_good() -> None:
    body = json.loads(server(detail=-2139619994).get("backups").stdout)
    failed = {"id": 517, "level": 2, "time": day(18)}
    for rows, is_open in (([failed], True), ([failed, {"id": 4, "level": 4, "time": day(19)}], False)):
        one = job(changed(SERVER, "backups", summary=body["summary"], log=rows))
        assert (one.unresolved is not None) is is_open


@pytest.mark.parametrize("row", [{"id": 517, "level": 2, "time": None}, {"id": 517, "level": None, "time": day(19)}])
def test_an_event_of_its_log_that_cannot_be_read_may_be_a_failure(row: dict[str, Any]) -> None:
    assert isinstance(job(changed(SERVER, "backups", log=[row])).last_failure, Unknown)
    assert isinstance(job(changed(SERVER, "backups", log=DENIED)).last_failure, Unknown)


@pytest.mark.parametrize(
    ("planned", "interval", "blocked"),
    [
        ("2026-11-21T10:30:00.0000000Z", True, False),
        ("2026-11-19T12:00:00.0000000Z", True, False),
        ("2026-11-19T09:00:00.0000000Z", True, True),
        ("2026-03-01T21:00:00.0000000Z", True, True),
        ("2027-03-01T21:00:00.0000000Z", False, False),
    ],
)
def test_a_plan_is_held_against_the_day(planned: str, interval: bool, blocked: bool) -> None:
    one = job(server(next=planned))
    assert (is_known(one.interval_days), is_known(one.blocked)) == (interval, blocked)


# --- Where to --------------------------------------------------------------------------------------------

OWN, UNSURE, AWAY = Place.SAME_HOST, None, Place.NETWORK_MOUNT


@pytest.mark.parametrize(
    ("target", "place"),
    [
        (r"\\backup01\fs01", AWAY),
        (r"\\FS01\backup", OWN),
        (r"\\fs01.\d$", OWN),
        (r"//FS01/backup", OWN),
        (r"\\fs01@SSL@443\DavWWWRoot", OWN),
        (r"\\FS01.contoso.com\backup", OWN),
        (r"\\FS01.other.example\backup", UNSURE),
        (r"\\FS010\backup", AWAY),
        (r"\\contoso.com\dfs\backup", UNSURE),
        (r"\\contoso\dfs\backup", UNSURE),
        (r"\\localhost\d$\bk", OWN),
        (r"\\127.0.0.1\bk", OWN),
        (r"\\127.9.9.9\bk", OWN),
        (r"\\2130706433\bk", UNSURE),
        (r"\\127.1\bk", UNSURE),
        (r"\\--1.ipv6-literal.net\bk", OWN),
        (r"\\[::1]\bk", OWN),
        (r"\\::ffff:127.0.0.1\bk", OWN),
        (r"\\10.20.0.99\bk", AWAY),
        (r"\\?\UNC\FS01\backup", OWN),
        (r"\\?\unc\backup01\fs01", AWAY),
        ("\\\\?\\Volume{4c1b02c1-d990-11dc-99ae-806e6f6e6963}\\", UNSURE),
        (r"\\.\HarddiskVolume3", UNSURE),
        ("E:", UNSURE),
    ],
)
def test_a_share_of_the_host_itself_is_told_by_name_and_address(target: str, place: Place | None) -> None:
    assert located(server(target=target)) == place


def located(raw: RawFacts) -> Place | None:
    (found,) = job(raw).destinations  # type: ignore[misc]
    assert isinstance(found.volume_encrypted, Absent) is (found.place is Place.NETWORK_MOUNT)
    return found.place if isinstance(found.place, Place) else None


def test_each_address_of_the_host_is_its_own() -> None:
    rows = json.loads(raw_facts_of(SERVER).get("network").stdout)["interfaces"]
    own = [address for row in rows for address in row["addresses"]]
    assert own
    for address in own:
        name = f"{address.replace(':', '-')}.ipv6-literal.net" if ":" in address else address
        assert located(server(target=rf"\\{name}\bk")) is Place.SAME_HOST


@pytest.mark.parametrize(("probe", "target"), [("network", r"\\10.20.0.99\bk"), ("host", r"\\backup01\fs01")])
def test_without_the_hosts_own_names_and_addresses_a_share_may_be_its_own(probe: str, target: str) -> None:
    raw = server(target=target)
    raw = replace(raw, sections={**raw.sections, probe: RawFact(probe=probe, state=RawState.TIMEOUT)})
    assert located(raw) is None


def test_a_name_that_windows_cut_may_be_the_hosts() -> None:
    raw = server(target=r"\\fileserver-houston-01\bk")
    body = {**json.loads(raw.get("host").stdout), "name": "FILESERVER-HOUS"}
    section = RawFact(probe="host", state=RawState.OK, stdout=json.dumps(body).encode())
    assert located(replace(raw, sections={**raw.sections, "host": section})) is None
