"""The readers of a directory: recorded collections, every kind of loss, and bytes that no directory sends."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.assess.findings import FactSet, judge
from scanner.collect.blocks import raw_facts
from scanner.facts import (
    FACTS,
    Account,
    Accounts,
    Collection,
    DomainRules,
    Host,
    Leavers,
    PasswordProof,
    Privileges,
    WeakenedAccounts,
)
from scanner.facts.base import RawFact, RawFacts, RawState, Reader, probes_of
from scanner.facts.directory import READERS
from scanner.facts.directory.identity import NO_HOST
from scanner.facts.directory.probes import ACCOUNTS
from scanner.facts.directory.values import days, moment, span_s, when, window_s
from scanner.model import Absent, Finding, Privilege, Reason, Status, Target, Unknown
from tests.checks.planned import plan_on
from tests.facts.directory.golden import CASES, recorded
from tests.facts.leavers import list_of

TARGET = Target(name="acme", transport="ldaps")
PROBES = tuple(probes_of(READERS))
OF_HOSTS = {reader.fact for reader in READERS if not reader.probes and not reader.given}
PLAN = plan_on("directory")
# Checks that need a fact which no directory has, or ask for such facts alone: their answer rests on no bytes.
EXCUSED = {
    one.check.id
    for one in PLAN
    if any(parameter.fact in OF_HOSTS and not parameter.takes_absent for parameter in one.check.facts)
    or all(parameter.fact in OF_HOSTS for parameter in one.check.facts)
}
LEFT = list_of({"mail": "olga@acme.example"}, {"mail": "paula.perez@acme.example"})
UNREAD = (RawState.DENIED, RawState.FAILED, RawState.TIMEOUT, RawState.TRUNCATED, RawState.NOT_RUN)


def findings(raw: RawFacts) -> dict[str, Finding]:
    judged = judge(PLAN, FactSet(raw, TARGET, LEFT), TARGET)
    return {item.check: item for item in judged if item.check not in EXCUSED}


def good(raw: RawFacts) -> dict[str, str]:
    """The checks that leave a requirement green, or excuse the target from it."""
    fine = (Status.PASS, Status.WARN, Status.NOT_APPLICABLE)
    return {check: item.actual for check, item in findings(raw).items() if item.status in fine}


def raw_of(sections: dict[str, RawFact]) -> RawFacts:
    return RawFacts(
        platform="directory",
        collected_at=datetime(2026, 11, 29, 12, tzinfo=UTC),
        privilege=Privilege.USER,
        account="ACME\\scan",
        remote=True,
        sections=sections,
    )


def section(name: str, value: Any) -> RawFact:
    return RawFact(probe=name, state=RawState.OK, stdout=json.dumps(value).encode())


WHOLE = {name: dict(raw_facts(recorded(name)).sections) for name in CASES}
VALUES = {name: {probe: json.loads(raw.stdout) for probe, raw in WHOLE[name].items()} for name in CASES}
ADMINISTRATOR, PLAIN = CASES
NO_SEARCH = ("session", "tls_handshakes")  # what the connection itself told


# --- What was recorded -----------------------------------------------------------------------------------


def fact(case: str, kind: Any) -> Any:
    return FactSet(raw_facts(recorded(case)), TARGET).get(kind)


@pytest.mark.parametrize("case", CASES)
def test_a_recorded_domain(case: str) -> None:
    host, accounts = fact(case, Host), fact(case, Accounts)
    assert (host.hostname, host.os_version, host.os_family) == ("dc.acme.example", "2008 R2", "directory")
    assert (host.domain, host.domain_short_name) == ("acme.example", "ACME")
    assert host.clock is not None and abs((host.clock - recorded(case).collected_at).total_seconds()) < 5
    by_name = {account.name: account for account in accounts.accounts}
    assert len(by_name) == 22
    assert by_name["krbtgt"].disabled is True and by_name["Administrator"].kind == "superuser"
    assert by_name["Guest"].password == "empty" and by_name["Guest"].disabled is True
    assert by_name["readable"].hash_scheme == "reversible"
    assert by_name["ghost"].last_login is None and (recorded(case).collected_at - by_name["ghost"].created).days == 200
    assert isinstance(by_name["nopassword"].password, Unknown)
    assert (by_name["olga"].mail, by_name["paula"].principal) == ("olga@acme.example", "paula.perez@acme.example")
    assert accounts.logins_since == datetime(2018, 9, 12, 21, 6, 23, tzinfo=UTC)
    assert fact(case, WeakenedAccounts) == WeakenedAccounts(
        complete=True,
        password_not_required=("nopassword",),
        without_preauthentication=("roastable",),
        unconstrained_delegation=("APP$", "delegate"),
    )
    serving = {name: one.services for name, one in by_name.items() if one.services}
    assert serving == {
        "krbtgt": ("kadmin/changepw",),
        "dns-dc": ("DNS/dc.acme.example",),  # of Samba's name server
        "tapes": ("backup/tapes.acme.example",),
    }
    assert {one.name for one in accounts.accounts if one.password_never_expires is True} == {"forever", "Guest"}
    assert set(fact(case, Privileges).administrators()) == {"Administrator", "chief", "quiet"}


def test_an_ordinary_accounts_view_of_the_rules() -> None:
    full, partial = fact(ADMINISTRATOR, DomainRules), fact(PLAIN, DomainRules)
    tier_0, services = full.account_policies  # by precedence
    assert (services.name, services.precedence, services.history, services.complexity) == ("services", 10, 3, True)
    assert (services.min_age_days, services.max_age_days, services.lockout_window_s) == (None, 1000, 1800)
    assert (tier_0.name, tier_0.precedence, tier_0.history, tier_0.complexity) == ("tier-0", 5, 24, False)
    assert (tier_0.min_age_days, tier_0.max_age_days, tier_0.lockout_window_s) == (1, 365, 300)
    assert isinstance(partial.account_policies, Unknown) and partial.account_policies.code is Reason.DENIED
    assert partial.stored_passwords.readable == 0 and full.stored_passwords.readable == 2
    assert full.ticket_key_changed == partial.ticket_key_changed and full.computers_per_user == 10


@pytest.mark.parametrize(
    ("loss", "code"),
    [
        ({"err": {"category": "PermissionDenied", "fqid": "insufficientAccessRights", "text": "no"}}, Reason.DENIED),
        ({"columns": ["nETBIOSName"], "rows": [], "complete": True}, Reason.DENIED),
        ({"columns": ["nETBIOSName"], "rows": [[None]], "complete": True}, Reason.DENIED),
        ({"columns": ["nETBIOSName"], "rows": [], "complete": False, "cut": "time"}, Reason.TRUNCATED),
    ],
    ids=str,
)
def test_a_short_name_that_cannot_be_read_is_unknown_and_the_rest_stays(loss: dict[str, Any], code: Reason) -> None:
    raw = raw_of({**WHOLE[PLAIN], "domain_names": section("domain_names", {"domain": loss})})
    host = FactSet(raw, TARGET).get(Host)
    assert isinstance(host, Host) and host.domain == "acme.example"
    assert isinstance(host.domain_short_name, Unknown) and host.domain_short_name.code is code


# --- Every fact has its place ----------------------------------------------------------------------------


def test_every_fact_is_read_or_has_no_object_here() -> None:
    assert {reader.fact for reader in READERS} == set(FACTS) - {Collection, Leavers}
    reasons = {getattr(reader.read(raw_of({})), "reason", "") for reader in READERS if reader.fact in OF_HOSTS}
    assert NO_HOST in reasons and len(reasons) == 2


def test_no_question_asks_for_a_secret_or_for_what_people_write_about_people() -> None:
    words = {
        word.partition(":")[0].lower()
        for probe in PROBES
        for line in probe.script.split("\n")
        if line.strip().startswith("attributes")
        for word in line.split()
    }
    assert {"samaccountname", "useraccountcontrol"} <= words
    assert words.isdisjoint(
        {"unicodepwd", "userpassword", "dbcspwd", "ntpwdhistory", "lmpwdhistory", "supplementalcredentials", "*", "+"}
        | {"ms-mcs-admpwd", "mslaps-password", "mslaps-encryptedpassword", "msds-managedpassword"}
        | {"description", "info", "comment"}
    )


# --- Losses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", UNREAD, ids=str)
def test_nothing_is_green_when_nothing_was_read(state: RawState) -> None:
    every = {name: RawFact(probe=name, state=state) for name in WHOLE[PLAIN]}
    assert good(raw_of(every)) == {}
    assert good(raw_of({**every, "session": WHOLE[PLAIN]["session"]})) == {}
    assert good(raw_of({})) == {}


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"\xff", b'{"people":null}', b'{"people":{}}'], ids=repr)
def test_nothing_is_green_when_every_answer_is_hollow(body: bytes) -> None:
    assert good(raw_of({name: replace(raw, stdout=body) for name, raw in WHOLE[PLAIN].items()})) == {}


def test_an_empty_directory_is_one_that_shows_nothing() -> None:
    """Every search ended well and found nothing: what each account may read is missing, so nothing is proved."""
    hollow = {
        probe: section(probe, {name: _emptied(part) for name, part in value.items()})
        for probe, value in VALUES[PLAIN].items()
        if probe not in NO_SEARCH
    }
    hollow |= {name: WHOLE[PLAIN][name] for name in NO_SEARCH}
    left = good(raw_of(hollow))
    # The switches are asked of the directory itself, which says that no account has them and none hides them.
    assert set(left) == {"directory/password_not_required", "directory/preauth", "directory/delegation"} | {
        "directory/laps_readers"
    }


def _emptied(part: Any) -> Any:
    return {**part, **({"rows": []} if "rows" in part else {}), **({"count": 0} if "count" in part else {})}


def worsened(value: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The answer without each of its searches, with each refused or cut short, and with each column hidden."""
    denied = {"err": {"category": "PermissionDenied", "fqid": "insufficientAccessRights", "text": "no"}}
    missing = {"err": {"category": "ObjectNotFound", "fqid": "noSuchObject", "text": "no"}}
    for name, part in value.items():
        yield f"{name} left out", {key: one for key, one in value.items() if key != name}
        yield f"{name} denied", {**value, name: denied}
        yield f"{name} not found", {**value, name: missing}
        yield f"{name} cut", {**value, name: {**part, "complete": False, "cut": "more than 10 bytes"}}
        for column in range(len(part.get("columns", ()))):
            rows = [[None if at == column else cell for at, cell in enumerate(row)] for row in part["rows"]]
            yield f"{name} without {part['columns'][column]}", {**value, name: {**part, "rows": rows}}


# Where losing a part may turn an answer into a better one, and why.
LESS_IS_KNOWN: dict[tuple[str, str], str] = {}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("probe", [probe.name for probe in PROBES])
def test_less_evidence_never_gives_a_better_answer(case: str, probe: str) -> None:
    before = {check: item.status for check, item in findings(raw_of(WHOLE[case])).items()}
    better = []
    order = [Status.FAIL, Status.REVIEW, Status.UNKNOWN, Status.WARN, Status.PASS, Status.NOT_APPLICABLE]
    for loss, value in worsened(VALUES[case][probe]):
        for check, item in findings(raw_of({**WHOLE[case], probe: section(probe, value)})).items():
            rank, was = order.index(item.status), order.index(before[check])
            if rank > was and item.status in (Status.PASS, Status.WARN, Status.NOT_APPLICABLE):
                better.append((loss, check))
    assert [one for one in better if one not in LESS_IS_KNOWN] == []


def test_accounts_whose_switches_are_hidden_make_an_empty_list_unknown() -> None:
    value = VALUES[PLAIN]["account_flags"]
    none = {name: _emptied(part) for name, part in value.items()}
    hidden = {**none, "hidden": {"count": 3, "complete": True}}
    assert (
        findings(raw_of({**WHOLE[PLAIN], "account_flags": section("account_flags", none)}))["directory/preauth"].status
        is Status.PASS
    )
    found = findings(raw_of({**WHOLE[PLAIN], "account_flags": section("account_flags", hidden)}))["directory/preauth"]
    assert found.reason is Reason.DENIED
    partly = section("account_flags", {**value, "hidden": {"count": 1, "complete": True}})
    facts = FactSet(raw_of({**WHOLE[PLAIN], "account_flags": partly}), TARGET)
    plan = plan_on("directory", directory__preauth__exempt=["roastable"], directory__delegation__exempt=["APP$"])
    judged = {item.check: item for item in judge(plan, facts, TARGET)}
    assert judged["directory/preauth"].reason is Reason.DENIED  # the one that is known is exempt
    assert judged["directory/preauth"].detail == "the switches of 1 account are not for this account to see"
    assert judged["directory/delegation"].items == ("delegate",)


def test_everybody_is_administrator_where_a_group_of_everybody_is_nested() -> None:
    value = json.loads(WHOLE[PLAIN]["privileged_groups"].stdout)
    sid = value["domain_admins"]["rows"][0][1].rpartition("-")[0]
    value["domain_admins"]["rows"].append(["Domain Users", f"{sid}-513", ["top", "group"]])
    value["administrators"]["rows"].append([None, "S-1-5-11", ["top", "foreignSecurityPrincipal"]])
    raw = raw_of({**WHOLE[PLAIN], "privileged_groups": section("privileged_groups", value)})
    privileges = FactSet(raw, TARGET).get(Privileges)
    assert isinstance(privileges, Privileges)
    assert {"everyone in Domain Users", "everyone who signs in"} <= set(privileges.administrators())


def test_a_child_domain_has_no_groups_of_the_forest_and_says_where_they_are() -> None:
    session = {**VALUES[PLAIN]["session"], "forest": "DC=example"}
    value = json.loads(WHOLE[PLAIN]["privileged_groups"].stdout)
    for name in ("enterprise_admins", "schema_admins"):
        value[name] = {"err": {"fqid": "noSuchObject", "category": "ObjectNotFound", "text": ""}}
    sections = {**WHOLE[PLAIN], "privileged_groups": section("privileged_groups", value)}
    first = FactSet(raw_of(sections), TARGET).get(Privileges)
    child = FactSet(raw_of({**sections, "session": section("session", session)}), TARGET).get(Privileges)
    assert isinstance(first, Unknown) and first.code is Reason.DENIED
    assert isinstance(child, Privileges) and "first domain of the forest" in child.elsewhere[1]


def test_where_rules_demand_no_length_a_password_may_be_empty() -> None:
    value = json.loads(WHOLE[ADMINISTRATOR]["domain"].stdout)
    value["rules"]["rows"][0][value["rules"]["columns"].index("minPwdLength")] = 0
    finer = json.loads(WHOLE[ADMINISTRATOR]["account_policies"].stdout)
    length = finer["policies"]["columns"].index("msDS-MinimumPasswordLength")
    for row in finer["policies"]["rows"]:
        row[length] = 0
    lax = {"domain": section("domain", value), "account_policies": section("account_policies", finer)}

    def proofs(**sections: RawFact) -> dict[str, Any]:
        found = FactSet(raw_of({**WHOLE[ADMINISTRATOR], **sections}), TARGET).get(Accounts)
        assert isinstance(found, Accounts)
        return {one.name: getattr(one.password_proof, "code", one.password_proof) for one in found.accounts}

    assert set(proofs().values()) == {PasswordProof.RULE}
    by_domain, by_policy = proofs(domain=lax["domain"]), proofs(account_policies=lax["account_policies"])
    assert (by_domain["olga"], by_domain["tapes"]) == (Reason.NO_EVIDENCE, PasswordProof.RULE)
    assert (by_policy["olga"], by_policy["tapes"]) == (PasswordProof.RULE, Reason.NO_EVIDENCE)
    plain = fact(PLAIN, Accounts)
    assert plain.named("tapes").password_proof.code is Reason.DENIED  # its policy is not for this account to see


# --- Bytes that no directory sends -----------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("reader", [one for one in READERS if one.probes], ids=lambda reader: reader.fact.__name__)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_bytes_in_any_state_break_a_reader(reader: Reader, data: st.DataObject) -> None:
    drawn = {
        name: RawFact(probe=name, state=data.draw(st.sampled_from(RawState)), stdout=data.draw(st.binary(max_size=60)))
        for name in (*(probe.name for probe in reader.probes), *reader.given)
    }
    assert isinstance(reader.read(raw_of(drawn)), (reader.fact, Absent, Unknown))


@pytest.mark.parametrize("reader", [one for one in READERS if one.probes], ids=lambda reader: reader.fact.__name__)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_value_in_the_place_of_another_breaks_a_reader(reader: Reader, data: st.DataObject) -> None:
    sections = dict(WHOLE[ADMINISTRATOR])
    for name in (*(probe.name for probe in reader.probes), *reader.given):
        value = json.loads(sections[name].stdout)
        for _ in range(data.draw(st.integers(0, 3))):
            _spoil(value, data.draw)
        sections[name] = section(name, value)
    assert isinstance(reader.read(raw_of(sections)), (reader.fact, Absent, Unknown))


def _spoil(value: Any, draw: Callable[[Any], Any]) -> None:
    """Put something else somewhere into a JSON value."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = draw(st.sampled_from(keys))
        inner = value[key]
        if isinstance(inner, dict | list) and inner and draw(st.booleans()):
            value = inner
            continue
        value[key] = draw(JSON)
        return


# --- Numbers ---------------------------------------------------------------------------------------------


def test_times_and_spans() -> None:
    assert when(0) is None and when((1 << 63) - 1) is None
    assert when(133_456_789_012_345_678) == datetime(2023, 11, 28, 21, 1, 41, 234567, tzinfo=UTC)
    assert isinstance(when((1 << 63) - 2), Unknown)
    assert window_s(-3_000_000_000) == 300 and window_s(0) == 0  # no time at all: failures never add up
    unseen = Unknown(Reason.DENIED, "not for this account to see")
    assert window_s(-(1 << 63)) is None and window_s(unseen) is unseen
    assert span_s(-18_000_000_000) == 1800 and span_s(-(1 << 63)) is None and span_s(0) is None
    assert days(-36_288_000_000_000) == 42 and days(-1) is None
    assert moment("20261120100000.0Z") == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert isinstance(moment("20261120100000"), Unknown) and isinstance(moment(""), Unknown)
    assert isinstance(moment("20261340100000.0Z"), Unknown)


def test_fifty_thousand_accounts_are_read_in_time() -> None:
    value = VALUES[PLAIN]["domain_accounts"]
    columns, sample = value["people"]["columns"], value["people"]["rows"][0]
    rows = [[f"user{n}", f"S-1-5-21-1-2-3-{n + 1000}", *sample[2:]] for n in range(50_000)]
    big = {"people": {"columns": columns, "rows": rows, "complete": True}}
    raw = raw_of({**WHOLE[PLAIN], ACCOUNTS.name: section(ACCOUNTS.name, big)})
    began = time.process_time()
    accounts = FactSet(raw, TARGET).get(Accounts)
    assert isinstance(accounts, Accounts) and len(accounts.accounts) == 50_000
    assert isinstance(accounts.accounts[-1], Account)
    assert time.process_time() - began < 10


# --- The port of the directory -----------------------------------------------------------------------------


def port_said(**tried: str) -> RawFacts:
    named = {name.replace("tls", "TLS ").replace("_", "."): word for name, word in tried.items()}
    body = {"port": 636, "own": {"version": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384"}, "tried": named}
    section = RawFact(probe="tls_handshakes", state=RawState.OK, stdout=json.dumps(body).encode())
    return RawFacts(
        platform="directory",
        collected_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
        privilege=Privilege.USER,
        sections={"tls_handshakes": section},
    )


def tls_finding(raw: RawFacts) -> Finding:
    target = Target(name="acme", transport="ldaps")
    planned = next(one for one in PLAN if one.check.id == "encryption/tls_versions")
    return judge([planned], FactSet(raw, target), target)[0]


def test_a_directory_that_takes_old_tls_fails() -> None:
    finding = tls_finding(port_said(tls1_0="accepted", tls1_1="closed"))
    assert finding.status is Status.FAIL and finding.actual == "the port 636 accepts TLS 1.0"


@pytest.mark.parametrize("word", ["refused", "closed", "unable", "no answer"])
def test_what_a_directory_refuses_is_no_verdict_on_its_server(word: str) -> None:
    finding = tls_finding(port_said(tls1_0=word, tls1_1=word))
    assert finding.status is Status.NOT_APPLICABLE and finding.actual.startswith("this target is the directory")
    assert ("refuses TLS 1.0, TLS 1.1" in finding.actual) is (word == "refused")
