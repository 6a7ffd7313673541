"""A leavers list on its way through a scan: to every target alike, kept with the run, and the same again offline."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from scanner.attest.leavers import Person, document_of
from scanner.attest.record import Record, RecordKind
from scanner.catalogue import load_checks
from scanner.document import plain
from scanner.engine.given import Given, newest, of_record, tried
from scanner.engine.reassess import added_up, from_recordings, from_store, reassess
from scanner.engine.scan import Scan, scan
from scanner.engine.selection import Selection, select
from scanner.engine.ways import Collected
from scanner.errors import EvidenceError
from scanner.inventory.loader import load_site
from scanner.inventory.site import Site
from scanner.model import Assessment, Finding, Reason, RunResult, State, Status, Target, Transcript
from scanner.profile import load_profile
from scanner.store import Store
from scanner.transports.replay import read_recordings
from tests.engine.test_engine_scan import Collector, Seen, job
from tests.store.test_store import tamper

TARGETS = Path(__file__).parents[1] / "targets"
CHECKS = load_checks()
PROFILE = load_profile("ctpat", checks=CHECKS)
EVERYTHING: Selection = select(PROFILE, CHECKS)
RECORDED = {recording.transcript.target: recording.transcript for recording in read_recordings(TARGETS)}
BAD, GOOD = RECORDED["bookworm-bad"], RECORDED["bookworm-good"]
LEFT = (Person(last_day=date(2026, 9, 30), account="alice"), Person(last_day=date(2026, 9, 30), account="nobody-here"))
OTHERS = (Person(last_day=date(2026, 9, 30), account="nobody-here"),)
CHECK = "accounts/leavers"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "ctpat.db")
    yield opened
    opened.close()


def hand_in(store: Store, people: Sequence[Person], name: str = "r-1", **changes: object) -> Record:
    document = document_of(people)
    record = Record(
        id=name,
        site="acme",
        kind=RecordKind.LEAVERS,
        by="hr",
        at=datetime(2026, 1, 1, tzinfo=UTC),
        until=date(2030, 1, 1),
        document=hashlib.sha256(document).hexdigest(),
        entries=len(people),
    )
    return store.add_record(replace(record, **changes), document)  # type: ignore[arg-type]


def scanned(store: Store, given: Given, transcript: Transcript = BAD) -> str:
    """A scan of two targets that answer with the recorded bytes; the id of its run."""

    def collect(target: Target, _: object) -> Collected:
        return Collected(replace(transcript, target=target.name), b"script")

    task: Scan = job(store, Collector(a=collect, b=collect), ["a1", "b1"])
    info = replace(task.writer.info, id=f"run-{datetime.now(UTC).timestamp()}", records=given.records)
    task = replace(task, selection=EVERYTHING, given=given.facts, writer=store.begin(info, task.site.targets))
    return scan(task, Seen()).run.id


def findings(result: RunResult, check: str = CHECK) -> list[Finding]:
    return [finding for finding in result.findings if finding.check == check]


def assessment(result: RunResult) -> Assessment:
    return next(one for one in result.assessments if one.requirement == "4.7c")


def test_every_target_is_judged_with_the_list_and_rests_on_it(store: Store) -> None:
    record = hand_in(store, LEFT)
    run = store.load(scanned(store, newest(store, "acme")))
    assert [(one.status, one.target) for one in findings(run)] == [(Status.FAIL, "a1"), (Status.FAIL, "b1")]
    assert all(record.document in one.evidence for one in findings(run))
    assert findings(run)[0].items[0].startswith("alice: row 1 of the list by account name, open ")
    assert [used.id for used in run.run.records] == ["r-1"]
    assert (assessment(run).state, assessment(run).people) == (State.GAP, State.DOCUMENT_ON_FILE)
    assert store.verify() == ()


def test_the_same_bytes_give_the_same_verdicts_whatever_was_imported_since(store: Store) -> None:
    hand_in(store, LEFT)
    run = scanned(store, newest(store, "acme"))
    hand_in(store, OTHERS, "r-2")
    again = reassess(from_store(store, run, Site(name="")), Site(name=""), EVERYTHING)
    stored = store.load(run)
    assert plain(findings(again)) == plain(findings(stored))
    assert assessment(again) == assessment(stored)
    assert again.run.records == stored.run.records


def test_another_list_gives_other_verdicts_for_the_same_bytes(store: Store) -> None:
    hand_in(store, LEFT)
    source = from_store(store, scanned(store, newest(store, "acme")), Site(name=""))
    other = hand_in(store, OTHERS, "r-2")
    found = reassess(replace(source, given=of_record(store, other)), Site(name=""), EVERYTHING)
    assert {one.status for one in findings(found)} == {Status.PASS}
    assert [used.id for used in found.run.records] == ["r-2"]


def test_a_list_that_is_only_tried_is_no_document_on_file(store: Store) -> None:
    source = from_store(store, scanned(store, Given()), Site(name=""))
    assert assessment(reassess(source, Site(name=""), EVERYTHING)).people is State.ATTESTATION_MISSING
    found = reassess(replace(source, given=tried(LEFT)), Site(name=""), EVERYTHING)
    assert {one.status for one in findings(found)} == {Status.FAIL}
    assert assessment(found).people is State.ATTESTATION_MISSING
    assert store.records("acme", RecordKind.LEAVERS) == ()


def with_staff(*names: str) -> Selection:
    """Everything, where the company has a list of its staff."""
    use = PROFILE.uses["accounts/roster"]
    roster = {"roster": replace(use.parameters["roster"], value=names)}
    uses = {**PROFILE.uses, "accounts/roster": replace(use, parameters={**use.parameters, **roster})}
    return select(replace(PROFILE, uses=uses), CHECKS)


def test_without_a_list_nothing_makes_access_at_separation_green(store: Store) -> None:
    """Not even where the list of staff and everything else would."""
    run = scanned(store, Given(), GOOD)
    found = reassess(from_store(store, run, Site(name="")), Site(name=""), with_staff("alice"))
    assert {one.status for one in findings(found)} == {Status.NOT_CHECKED}
    assert {one.status for one in findings(found, "accounts/roster")} == {Status.PASS}
    assert assessment(found).technical is State.PARTLY_EVIDENCED
    told = "People who left have no open account: no leavers list was imported: `ctpat leavers import`"
    assert (told, 2) in assessment(found).reasons


def test_with_both_lists_access_at_separation_is_evidenced(store: Store) -> None:
    hand_in(store, OTHERS)
    run = scanned(store, newest(store, "acme"), GOOD)
    found = reassess(from_store(store, run, Site(name="")), Site(name=""), with_staff("alice"))
    assert (assessment(found).state, assessment(found).people) == (State.EVIDENCED, State.DOCUMENT_ON_FILE)


def test_an_expired_list_is_an_expired_attestation(store: Store) -> None:
    hand_in(store, OTHERS, until=date(2025, 12, 31))
    run = store.load(scanned(store, newest(store, "acme")))
    assert {one.status for one in findings(run)} == {Status.WARN}
    assert assessment(run).state is State.ATTESTATION_EXPIRED
    assert "the leavers list was valid until 2025-12-31" in assessment(run).reason


def test_a_list_that_was_changed_judges_nothing(store: Store, tmp_path: Path) -> None:
    hand_in(store, LEFT)
    run = scanned(store, newest(store, "acme"))
    tamper(tmp_path / "ctpat.db", "UPDATE blob SET deflated = x'789c030000000001' WHERE size < 400 AND size > 50")
    with pytest.raises(EvidenceError, match="match"):
        newest(store, "acme")
    with pytest.raises(EvidenceError, match="match"):
        from_store(store, run, Site(name=""))


def test_a_run_that_was_killed_is_added_up_with_its_records(store: Store) -> None:
    hand_in(store, OTHERS)
    run = scanned(store, newest(store, "acme"))
    again = added_up(store.load(run), PROFILE)
    assert assessment(again).people is State.DOCUMENT_ON_FILE


def test_a_target_that_could_not_be_read_is_unknown_with_a_list_as_well(store: Store) -> None:
    hand_in(store, OTHERS)
    empty = replace(BAD, stdout=b"", error=(Reason.TIMEOUT, "it hung"))
    assert {one.status for one in findings(store.load(scanned(store, newest(store, "acme"), empty)))} == {
        Status.UNKNOWN
    }


# --- The recorded machines -------------------------------------------------------------------------------


def test_the_recorded_linux_machines() -> None:
    site = load_site(TARGETS / "site.yaml", checks=CHECKS)
    source = from_recordings(TARGETS, site)
    day = min(one.transcript.collected_at for one in source.planned if one.transcript).date() - timedelta(days=60)
    people = [Person(last_day=day, account=name) for name in ("alice", "nobody-here")]
    found = reassess(replace(source, given=tried(people)), site, EVERYTHING)
    assert {one.target: one.status for one in findings(found)} == {
        "bookworm-bad": Status.FAIL,
        "bookworm-good": Status.FAIL,
        "bullseye-old": Status.PASS,
        "trixie-halfway": Status.PASS,
    }
    items = {one.target: one.items for one in findings(found)}
    assert items["bookworm-good"] == (
        "alice: row 1 of the list by account name, open 59 days after the last day, an administrator, "
        "last used on 2026-11-19",
    )
    by_name = reassess(replace(source, given=tried([Person(last_day=day, name="Alice Ash")])), site, EVERYTHING)
    asked = {one.target: one for one in findings(by_name)}["bookworm-good"]
    assert asked.status is Status.REVIEW  # names of people stay on the host, so nothing tells who alice is
    assert [item.partition(":")[0] for item in asked.items] == ["alice"]
