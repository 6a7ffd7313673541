"""What the update agent offers: proof of what is missing, never of what is not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.facts import AutoUpdates, PatchLevel, Update
from scanner.facts.base import RawFacts, probes_of
from scanner.facts.windows import READERS
from scanner.facts.windows.patching.offers import OFFERS, last_search, offers
from scanner.model import Reason, Unknown
from tests.windows.hosts import DENIED, answering, raw_facts_of

HOST = "server-2022-hardened"
SECURITY = "0FA1201D-4330-4FA8-8AE9-B877473B6441"
DEFINITIONS = "E0789628-CE08-4437-BE74-2495B842F43B"
UPDATES = "CD5FFD1E-E932-4E3A-BF74-18BF0B1BBD83"
BY_FACT = {reader.fact: reader for reader in READERS}


def answered(body: Any) -> RawFacts:
    return answering(HOST, OFFERS.name, body)


def offer(**changes: Any) -> dict[str, Any]:
    plain = {"title": "An update (KB5000001)", "severity": "", "hidden": False, "categories": [UPDATES]}
    return {**plain, "published": "2026-11-10T00:00:00.0000000", **changes}


def read(*rows: Any) -> tuple[Update, ...]:
    found = offers(answered({"result": 2, "offers": list(rows)}))
    assert not isinstance(found, Unknown), found
    return found


def test_a_security_update_is_told_by_its_class_or_by_its_rating() -> None:
    rows = (offer(categories=[SECURITY]), offer(severity="Critical"), offer(), offer(categories=[]))
    first, second, third, fourth = (update.security for update in read(*rows))
    assert (first, second, third) == (True, True, False) and isinstance(fourth, Unknown)


def test_dates_are_utc_and_one_that_is_none_is_unknown() -> None:
    good, bad = read(offer(), offer(published="soon"))
    assert good.published == datetime(2026, 11, 10, tzinfo=UTC) and isinstance(bad.published, Unknown)
    (denied,) = read(offer(published=DENIED))
    assert isinstance(denied.published, Unknown)


def test_definitions_are_left_out_and_hidden_updates_are_not() -> None:
    (update,) = read(offer(hidden=True), offer(categories=[DEFINITIONS]))
    assert update.name == "An update (KB5000001) (hidden)"


@pytest.mark.parametrize("rows", [[], [offer(categories=[DEFINITIONS])]])
def test_no_offer_proves_nothing(rows: list[Any]) -> None:
    found = offers(answered({"result": 2, "offers": rows}))
    assert isinstance(found, Unknown) and found.code is Reason.NO_EVIDENCE


@pytest.mark.parametrize("result", [0, 1, 3, 4, 5, None, "2"])
def test_a_search_that_did_not_succeed_is_no_answer(result: Any) -> None:
    assert isinstance(offers(answered({"result": result, "offers": [offer()]})), Unknown)


@pytest.mark.parametrize("body", [{}, {"result": 2}, {"result": 2, "offers": [{}]}, {"result": 2, "offers": [DENIED]}])
def test_an_answer_that_is_none_is_unknown(body: Any) -> None:
    assert isinstance(offers(answered(body)), Unknown)


def test_a_refused_logon_is_not_available_and_a_search_that_ran_too_long_is_out_of_time() -> None:
    for host in ("windows-11-24h2", "windows-11-entra", "server-2019-denied"):
        refused = offers(raw_facts_of(host))
        assert isinstance(refused, Unknown) and refused.code is Reason.UNSUPPORTED
        assert "0x80070005" in refused.detail
    late = offers(raw_facts_of("server-2012-r2"))
    assert isinstance(late, Unknown) and late.code is Reason.TIMEOUT


# --- A scan's own search is no search of the host ----------------------------------------------------------

NEWEST = datetime(2026, 11, 20, 5, tzinfo=UTC)
STARTED = "2026-11-20T10:00:00.0000000Z"
BEFORE, AFTER = [{"time": "2026-11-20T05:00:00.0000000Z"}], [{"time": "2026-11-20T10:00:02.0000000Z"}]
NO_EVENTS = {"err": {"type": "System.Exception", "fqid": "NoMatchingEventsFound,Get", "text": "none"}}


def searched(**parts: Any) -> RawFacts:
    return answered({"started": STARTED, "recorded": BEFORE, "result": 2, "offers": [offer()], **parts})


@pytest.mark.parametrize("recorded", [BEFORE, NO_EVENTS, []], ids=repr)
def test_a_host_that_does_not_record_a_scans_search_is_believed(recorded: Any) -> None:
    assert last_search(searched(recorded=recorded)) == NEWEST


@pytest.mark.parametrize("parts", [{"recorded": AFTER}, {"recorded": DENIED}, {"recorded": None}, {"started": None}])
def test_a_record_that_may_be_the_scans_own_proves_no_fresh_list(parts: dict[str, Any]) -> None:
    raw = searched(**parts)
    assert isinstance(last_search(raw), Unknown)
    level = BY_FACT[PatchLevel].read(raw)
    assert isinstance(level, PatchLevel) and isinstance(level.refreshed, Unknown)


def test_where_the_agent_refuses_no_scan_leaves_a_record() -> None:
    assert isinstance(last_search(raw_facts_of("windows-11-24h2")), datetime)
    for body in (None, {"err": {"type": "System.TimeoutException", "text": "ran past 30000 ms"}}):
        assert isinstance(last_search(answered(body)), Unknown)


def test_the_registry_of_2012_r2_names_the_hosts_own_search() -> None:
    assert last_search(raw_facts_of("server-2012-r2")) == datetime(2026, 11, 19, 21, 12, 45, tzinfo=UTC)


def test_automatic_updating_rests_on_no_search_of_a_scan() -> None:
    def completed(raw: RawFacts) -> Any:
        auto = BY_FACT[AutoUpdates].read(raw)
        assert isinstance(auto, AutoUpdates)
        return auto.updaters[0].last_completed

    assert completed(searched()) == NEWEST
    later = completed(searched(recorded=AFTER))
    assert isinstance(later, Unknown) or later < NEWEST


def test_the_search_is_the_last_thing_that_a_host_is_asked() -> None:
    """It may take half a minute of the collector's ninety seconds: nothing that follows may be lost to it."""
    assert tuple(probes_of(READERS))[-1] is OFFERS
