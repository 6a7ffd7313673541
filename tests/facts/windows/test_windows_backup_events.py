"""Runs of Windows' own backup and of products, as their events and settings tell."""

from __future__ import annotations

from scanner.facts import Backups
from scanner.facts.data.backup_products import backup_products
from scanner.model import Unknown
from tests.facts.windows.readers import changed, read
from tests.windows.hosts import raw_facts_of


def test_a_failure_after_the_last_success_is_open_and_one_before_is_not() -> None:
    job = read(Backups, raw_facts_of("server-2012-r2")).jobs[0]
    assert job.unresolved is not None and "517" in job.unresolved.why
    assert read(Backups, raw_facts_of("domain-controller")).jobs[0].unresolved is None


def test_a_feature_that_was_never_used_has_nothing_configured() -> None:
    dates = dict.fromkeys(("last_success", "last_attempt", "next"), "0001-01-01T00:00:00.0000000Z")
    summary = {**dates, "result": 0, "detail": 0, "versions": 0, "target": ""}
    raw = changed("server-2022-hardened", "backups", "summary", value=summary)
    assert [(job.configured, job.by_table) for job in read(Backups, raw).jobs] == [(False, False)]


def test_a_product_whose_results_nobody_wrote_down_is_present_and_no_more() -> None:
    fact = read(Backups, raw_facts_of("windows-11-entra"))
    job = fact.jobs[0]
    assert job.by_table and fact.table_date == backup_products().as_of
    assert job.product == "Acronis" and isinstance(job.configured, Unknown) and isinstance(job.last_success, Unknown)


def test_events_end_runs_by_number_or_by_level() -> None:
    table = backup_products()
    veeam, assist = table.by_provider("Veeam Agent"), table.by_provider("BackupAssist")
    assert veeam is not None and [veeam.result(190, level) for level in (4, 3, 2)] == ["ok", "warned", "failed"]
    assert assist is not None and [assist.result(code, 4) for code in (5633, 5634, 5635, 1)] == [
        "ok",
        "failed",
        "warned",
        None,
    ]
    assert table.by_provider("ESENT") is None
    assert table.by_service("GxCVD(Instance001)") == "Commvault"
