"""Updates, life cycles and restarts on Windows, where an answer turns."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from scanner.facts import AutoUpdates, PatchLevel, Restart, Support
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.data.support import support_table
from scanner.facts.data.windows_builds import build_table
from scanner.facts.windows import READERS
from scanner.facts.windows.patching.probes import filetime
from scanner.model import Absent, Unknown, is_known
from tests.facts.windows.readers import BY_FACT, changed, number, read
from tests.windows.hosts import raw_facts_of


@pytest.mark.parametrize(
    ("build", "revision", "day"),
    [
        ("20348", 5386, date(2026, 7, 14)),
        ("20348", 5300, date(2026, 6, 9)),
        ("20348", 5387, None),
        ("20348", 4000, None),
        ("26100", 8894, date(2026, 7, 18)),
        ("26100 server", 33158, date(2026, 7, 14)),
        ("9600", 21620, None),
    ],
)
def test_the_build_table_never_dates_an_update_too_late(build: str, revision: int, day: date | None) -> None:
    assert build_table().released(build, revision) == day


def test_the_build_table_is_in_order() -> None:
    for rows in build_table().builds.values():
        assert list(rows) == sorted(rows)
        assert [day for _, day in rows] == sorted(day for _, day in rows)
        assert rows[-1][1] <= build_table().as_of


def test_a_revision_below_the_table_is_as_old_as_its_first_row_at_least() -> None:
    raw = changed("server-2022-hardened", "host", "version", "values", "UBR", value=number(1))
    level = read(PatchLevel, raw)
    assert level.installed_level == datetime(2026, 1, 13, tzinfo=UTC) and not level.level_undated


def test_a_revision_above_the_table_counts_from_its_installation_and_says_so() -> None:
    level = read(PatchLevel, raw_facts_of("windows-11-24h2"))
    assert level.installed_level == datetime(2026, 10, 27, 11, 30, tzinfo=UTC)
    assert "not in the scanner's table of 2026-07-23" in level.level_undated


def test_the_store_dates_only_the_revision_that_is_in_force() -> None:
    other = "Package_for_RollupFix~31bf3856ad364e35~amd64~~26100.9000.1.9"
    raw = changed("windows-11-24h2", "updates", "rollups", 0, "name", value=other)
    assert "update client's records" in read(PatchLevel, raw).level_undated


def test_a_component_that_is_staged_and_not_installed_dates_nothing() -> None:
    place = ("rollups", 0, "package", "values", "CurrentState")
    raw = changed("windows-11-24h2", "updates", *place, value=number(64))
    assert "update client's records" in read(PatchLevel, raw).level_undated


def test_file_times_count_from_1601() -> None:
    assert filetime(116444736000000000) == datetime(1970, 1, 1, tzinfo=UTC)
    assert filetime(0) is None
    assert filetime((1 << 64) - 1) is None


def test_esu_is_proved_only_by_a_late_and_recent_update() -> None:
    raw = raw_facts_of("windows-10-german")
    assert isinstance(read(Support, raw).extended_active, Unknown)
    earlier = RawFacts(
        platform="windows",
        collected_at=datetime(2026, 8, 1, tzinfo=UTC),
        privilege=raw.privilege,
        account=raw.account,
        sections=raw.sections,
    )
    assert read(Support, earlier).extended_active is True


@pytest.mark.parametrize(
    ("edition", "end"),
    [
        ("Professional", date(2026, 10, 13)),
        ("Core", date(2026, 10, 13)),
        ("Enterprise", date(2027, 10, 12)),
        ("EnterpriseS", date(2029, 10, 9)),
        ("IoTEnterpriseS", date(2034, 10, 10)),
    ],
)
def test_editions_of_one_build_end_on_different_days(edition: str, end: date) -> None:
    value = {"kind": "String", "value": edition}
    raw = changed("windows-11-24h2", "host", "version", "values", "EditionID", value=value)
    assert read(Support, raw).standard_end == end


def test_an_edition_that_nobody_listed_has_no_life_cycle() -> None:
    value = {"kind": "String", "value": "CloudEdition"}
    raw = changed("windows-11-24h2", "host", "version", "values", "EditionID", value=value)
    assert isinstance(BY_FACT[Support].read(raw), Unknown)


def test_every_product_of_the_life_cycle_table_has_its_dates_in_order() -> None:
    names = [name for name in support_table().products if name.startswith("windows")]
    assert names == ["windows-server", "windows pro", "windows enterprise", "windows ltsc", "windows iot-ltsc"]
    for name in names:
        for cycle in support_table().products[name].values():
            assert cycle.extended_end is None or cycle.extended_end > cycle.standard_end


def test_a_restart_is_waited_for_since_the_first_installation_after_the_start() -> None:
    assert read(Restart, raw_facts_of("domain-controller")).since == datetime(2026, 11, 18, 2, 15, tzinfo=UTC)
    assert read(Restart, raw_facts_of("server-2012-r2")).since == datetime(2026, 6, 10, 3, tzinfo=UTC)


def test_files_that_wait_to_be_replaced_are_no_pending_restart_of_an_update() -> None:
    restart = read(Restart, raw_facts_of("windows-11-24h2"))
    assert restart.pending is False and restart.reasons == ("files wait to be replaced",)


def test_a_server_without_a_setting_is_not_known_to_install_updates() -> None:
    raw = changed("server-2022-hardened", "update_policy", "automatic", "values", value={})
    assert isinstance(read(AutoUpdates, raw).updaters[0].installs, Unknown)


REVISION = ("{52F3E8B1-9D0C-4B1E-8A44-1F2E3D4C5B6A}", "200")


def update_event(number: int, day: int, title: str) -> dict[str, Any]:
    code = [] if number == 19 else ["0x800f0922"]
    return {"id": number, "time": f"2026-11-{day:02}T03:00:00.0000000Z", "data": [*code, title, *REVISION]}


SYSTEM = "2026-11 Cumulative Update for Windows 11 Version 24H2 for x64-based Systems (KB5060001) (26100.7171)"
STORE = "9WZDNCRFJBMP-Microsoft.WindowsStore update"
DEFINITION = "Security Intelligence Update for Microsoft Defender Antivirus - KB2267602 (Version 1.1)"


@pytest.mark.parametrize(
    ("rows", "fails"),
    [
        ([(20, 18, SYSTEM), (19, 19, STORE)], True),
        ([(20, 18, SYSTEM), (19, 19, "Intel - System - 2406.5.5.0")], True),
        ([(20, 18, SYSTEM), (19, 19, DEFINITION)], True),
        ([(20, 18, SYSTEM), (19, 19, SYSTEM)], False),
        ([(20, 18, STORE), (19, 19, SYSTEM)], True),
        ([(20, 17, STORE), (19, 18, "another application update"), (19, 19, SYSTEM)], False),
        ([(20, 2, STORE), (19, 12, SYSTEM)], False),
        ([(20, 2, STORE), (20, 12, SYSTEM)], True),
        ([(19, 1, SYSTEM), (20, 2, STORE)], True),
        ([(20, 2, STORE), (19, 12, DEFINITION)], True),
        ([(20, 2, SYSTEM), (19, 12, STORE)], True),
        ([(20, 2, STORE), (19, 12, SYSTEM), (20, 19, STORE)], True),
    ],
)
def test_a_failure_is_healed_by_its_own_kind_alone(rows: list[tuple[int, int, str]], fails: bool) -> None:
    raw = changed("windows-11-24h2", "updates", "events", value=[update_event(*row) for row in rows])
    error = read(AutoUpdates, raw).updaters[0].last_error
    assert is_known(error) is fails


@pytest.mark.parametrize("title", ["9WZDNCRFJBMP-Microsoft.WindowsStore", SYSTEM])
def test_a_failure_names_its_update(title: str) -> None:
    raw = changed("windows-11-24h2", "updates", "events", value=[update_event(20, 19, title)])
    error = read(AutoUpdates, raw).updaters[0].last_error
    assert error == f"an update failed on 2026-11-19 with 0x800f0922: {title}"


def test_a_failure_without_a_title_ends_with_its_code() -> None:
    raw = changed("windows-11-24h2", "updates", "events", value=[update_event(20, 19, "")])
    assert read(AutoUpdates, raw).updaters[0].last_error == "an update failed on 2026-11-19 with 0x800f0922"


def test_definitions_prove_no_run_of_the_updates() -> None:
    only = update_event(19, 19, DEFINITION)
    ended = {
        day: read(AutoUpdates, without_searches([update_event(19, day, SYSTEM), only])).updaters[0].last_completed
        for day in (10, 20)
    }
    assert isinstance(read(AutoUpdates, without_searches([only])).updaters[0].last_completed, Unknown)
    assert isinstance(ended[10], Unknown), "whether a run was made since then is open"
    assert ended[20] == datetime(2026, 11, 20, 3, tzinfo=UTC)


def test_what_stops_the_runs_breaks_the_chain() -> None:
    end = {"kind": "String", "value": "2026-12-20T00:00:00Z"}
    pause = {"exists": True, "values": {"PauseQualityUpdatesEndTime": end}}
    updater = read(AutoUpdates, changed("windows-11-24h2", "update_policy", "pause", value=pause)).updaters[0]
    assert (updater.active, updater.broken) == (False, ("updates are paused until 2026-12-20",))
    rows = json.loads(raw_facts_of("windows-11-24h2").sections["services"].stdout)["services"]
    disabled = {"name": "UsoSvc", "state": "Stopped", "start": "Disabled"}
    orchestrator = [{**rows[0], **disabled}, *(row for row in rows if row["name"] != "UsoSvc")]
    updater = read(AutoUpdates, changed("windows-11-24h2", "services", "services", value=orchestrator)).updaters[0]
    assert updater.active is False and "UsoSvc" in updater.broken[0]


def test_what_the_companys_server_approves_is_not_read() -> None:
    (hold,) = found_holds(raw_facts_of("server-2022-hardened"))
    assert "approves" in hold and "wsus" in hold
    level = read(PatchLevel, raw_facts_of("server-2022-hardened"))
    assert is_known(level.holds) and [one.by_approval for one in level.holds] == [True]
    level = read(PatchLevel, raw_facts_of("windows-10-german"))
    assert is_known(level.holds) and [one.by_approval for one in level.holds] == [False]


def without_searches(events_: list[dict[str, Any]]) -> RawFacts:
    """A client whose record of searches is gone."""
    raw = raw_facts_of("windows-11-24h2")
    body = {**json.loads(raw.sections["updates"].stdout), "events": events_, "searches": []}
    section = RawFact(probe="updates", state=RawState.OK, stdout=json.dumps(body).encode())
    return replace(raw, sections={**raw.sections, "updates": section})


def found_holds(raw: RawFacts) -> list[str]:
    holds = read(PatchLevel, raw).holds
    assert is_known(holds)
    return [hold.by for hold in holds]


def test_an_edition_of_the_semi_annual_channel_has_ended_long_before_its_build() -> None:
    values = raw_facts_of("server-2022-hardened")
    assert is_known(read(Support, values).standard_end)
    raw = changed(
        "server-2022-hardened",
        "host",
        "version",
        "values",
        "EditionID",
        value={"kind": "String", "value": "ServerStandardACor"},
    )
    reader = next(reader for reader in READERS if reader.fact is Support)
    assert isinstance(reader.read(raw), Unknown)


def test_a_user_name_in_the_servers_address_is_left_out() -> None:
    server = {"kind": "String", "value": "http://bob:secret@wsus:8530"}
    raw = changed("server-2012-r2", "update_policy", "policy", "values", "WUServer", value=server)
    assert read(AutoUpdates, raw).updaters[0].unprotected == "http://wsus:8530"


def test_a_server_that_is_not_in_use_is_no_finding() -> None:
    raw = changed("server-2012-r2", "update_policy", "automatic", "values", "UseWUServer", value=number(0))
    assert isinstance(read(AutoUpdates, raw).updaters[0].unprotected, Absent)
