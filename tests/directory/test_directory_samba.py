"""A real domain, read over LDAPS by an administrator and by an ordinary account: what each sees, and what it means."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path

import pytest

from scanner.collect.blocks import parse, raw_facts
from scanner.collect.conversation import CollectLimits
from scanner.errors import AuthenticationFailed, HostKeyMismatch, HostKeyUnknown
from scanner.facts import (
    Accounts,
    DomainRules,
    Host,
    Leaver,
    Leavers,
    Lockout,
    PasswordPolicy,
    Privileges,
    StoredPasswords,
)
from scanner.facts.directory.probes import DOMAIN
from scanner.model import Absent, Privilege, Reason, Status, Unknown
from scanner.transports.breaker import Breaker
from tests.directory.acme import day
from tests.directory.samba import ADMINISTRATOR, PASSWORD, USERS, Domain
from tests.directory.views import View, target, transport, view
from tests.wsman.certificates import Authority

# --- Verdicts --------------------------------------------------------------------------------------------

FOR_BOTH = {
    "password/min_length": Status.WARN,  # 12 characters
    "password/quality": Status.PASS,
    "password/history": Status.PASS,
    "password/lockout": Status.PASS,
    "password/hash": Status.FAIL,  # readable
    "password/empty_password": Status.UNKNOWN,  # nopassword needs none; whether it has one is not told
    "password/directory": Status.NOT_APPLICABLE,
    "accounts/inactive": Status.FAIL,
    "accounts/never_used": Status.REVIEW,  # ghost, in spite of its new password
    "accounts/admins": Status.REVIEW,
    "accounts/roster": Status.REVIEW,
    "accounts/root_equivalent": Status.FAIL,  # tapes
    "accounts/service_shells": Status.REVIEW,  # tapes, by its servicePrincipalName
    "accounts/locked_but_usable": Status.NOT_APPLICABLE,
    "accounts/sudo_nopasswd": Status.NOT_APPLICABLE,
    "directory/password_not_required": Status.FAIL,
    "directory/preauth": Status.FAIL,
    "directory/delegation": Status.FAIL,
    "directory/machine_account_quota": Status.FAIL,
    "directory/krbtgt_age": Status.WARN,
    "firewall/default_deny_v4": Status.NOT_APPLICABLE,
    "patching/security_pending": Status.NOT_APPLICABLE,
}


@pytest.mark.parametrize("check", FOR_BOTH)
def test_verdicts(administrator: View, plain: View, check: str) -> None:
    for seen in (administrator, plain):
        found = seen.findings[check]
        assert found.status is FOR_BOTH[check], (found.actual, found.detail)


def test_every_check_has_an_answer_and_the_collection_its_end(administrator: View, plain: View) -> None:
    for seen in (administrator, plain):
        assert seen.transcript.error is None and parse(seen.transcript.stdout, seen.transcript.nonce).done
        odd = {check for check, item in seen.findings.items() if item.status is Status.NOT_CHECKED}
        assert odd == {"accounts/leavers"}  # no list was given to these
        assert not [item for item in seen.findings.values() if item.reason is Reason.FAULT]


def test_people_who_left_are_found_by_login_address_and_name(administrator: View, plain: View) -> None:
    last_day = (plain.transcript.collected_at - timedelta(hours=12)).date() - timedelta(days=40)
    told = (
        {"account": "ACME\\stale"},
        {"mail": "olga@acme.example", "name": "Olga Ortiz"},
        {"mail": "Paula.Perez@acme.example"},
        {"account": "gone"},
        {"account": "ended"},
        {"account": "never.had.one"},
    )
    people = tuple(Leaver(row=row, last_day=last_day, **one) for row, one in enumerate(told, 1))
    for seen in (administrator, plain):
        found = seen.found("accounts/leavers", Leavers(people=people, sha256="a" * 64))
        assert found.status is Status.FAIL
        assert sorted(found.items) == [
            "olga2: row 2 of the list by full name, open 40 days after the last day (to be confirmed)",
            f"olga: row 2 of the list by mail address, open 40 days after the last day, last used on {day(3)}",
            "paula: row 3 of the list by name for signing in, open 40 days after the last day",
            "stale: row 1 of the list by account name, open 40 days after the last day",
        ]
        assert "Of 6 who left, 5 may have an account here; closed accounts: 2." in found.note
        assert "a" * 64 in found.evidence
        closed = Leavers(people=people[3:], sha256="a" * 64)
        assert seen.found("accounts/leavers", closed).status is Status.PASS
        namesake = Leavers(
            people=(Leaver(row=1, last_day=last_day, account="someone", name="Ortiz, Olga"),), sha256="b"
        )
        asked = seen.found("accounts/leavers", namesake)
        assert (asked.status, len(asked.items)) == (Status.REVIEW, 2)


def test_the_offenders_are_named(administrator: View, plain: View) -> None:
    for seen in (administrator, plain):
        items = {check: item.items for check, item in seen.findings.items()}
        assert items["directory/password_not_required"] == ("nopassword",)
        assert items["directory/preauth"] == ("roastable",)
        assert items["directory/delegation"] == ("APP$", "delegate")  # and not the domain controller
        assert items["password/hash"] == ("readable: reversible",)
        idle = sorted(items["accounts/inactive"])
        assert [line.partition(":")[0] for line in idle] == ["ghost", "stale"]
        assert idle[0].endswith(f"no login since it was made on {day(200)}, 200 days")
        assert "up to 14 days later, 106 days" in idle[1]


def test_administrators_are_found_through_nested_and_primary_groups(administrator: View, plain: View) -> None:
    for seen in (administrator, plain):
        privileges = seen.facts.get(Privileges)
        assert isinstance(privileges, Privileges)
        ways = privileges.administrators()
        assert set(ways) == {"Administrator", "chief", "quiet"}
        assert ways["chief"] == ("group Administrators", "group Domain Admins")  # two groups deep, one with ( ) *
        assert "group Enterprise Admins" in ways["quiet"]  # by its primary group alone
        assert dict(privileges.equivalent_groups)["Backup Operators"] == ("tapes",)


# --- Views -----------------------------------------------------------------------------------------------


def test_rights_are_those_of_the_account(administrator: View, plain: View) -> None:
    assert administrator.transcript.privilege is Privilege.ROOT
    assert plain.transcript.privilege is Privilege.USER
    accounts = plain.facts.get(Accounts)
    assert isinstance(accounts, Accounts) and accounts.scan_account == "scan"


def test_finer_policies_that_an_ordinary_account_cannot_see_are_unknown_and_not_none(
    administrator: View, plain: View
) -> None:
    judged = administrator.findings["directory/fine_grained_policies"]
    assert judged.status is Status.FAIL
    services = "services (for tapes; precedence 10, no minimum age, maximum age 1000 days)"
    tier_0 = "tier-0 (for Tier-0; precedence 5, minimum age 1 day, maximum age 365 days)"
    assert judged.items == (
        f"{tier_0}: passwords need not be complex",
        f"{tier_0}: failures are forgotten after 300 s",
        f"{services}: at least 8 characters",
        f"{services}: only the last 3 passwords are refused",
        f"{services}: no account is ever locked",
    )
    hidden = plain.findings["directory/fine_grained_policies"]
    assert (hidden.status, hidden.reason) == (Status.UNKNOWN, Reason.DENIED)


def test_the_domain_is_judged_by_the_numbers_for_windows(administrator: View, plain: View) -> None:
    for seen in (administrator, plain):
        history, lockout = seen.findings["password/history"], seen.findings["password/lockout"]
        assert (history.status, lockout.status) == (Status.PASS, Status.PASS)
        assert history.parameters["required"] == 24 and history.parameter_sources["required"] == "cis-windows"
        assert history.actual.endswith("; minimum age 1 day, maximum age 42 days")
        assert lockout.parameters["min_window_s"] == 900


def test_an_open_account_whose_password_never_expires_is_a_question(administrator: View) -> None:
    aging = administrator.findings["password/aging"]
    untold = "not known: nopassword needs no password; whether it has one is not told"
    assert (aging.status, aging.items) == (Status.REVIEW, ("forever", untold))
    assert "within 42 days" in aging.question


def test_the_longest_age_of_a_password_follows_the_policy_of_the_account(administrator: View, plain: View) -> None:
    full, partial = administrator.facts.get(Accounts), plain.facts.get(Accounts)
    assert isinstance(full, Accounts) and isinstance(partial, Accounts)
    ages = {account.name: account.password_max_age_days for account in full.accounts}
    assert (ages["olga"], ages["tapes"], ages["forever"]) == (42, 1000, None)
    seen = {account.name: account.password_max_age_days for account in partial.accounts}
    assert seen["olga"] == 42  # tapes shows its policy, so olga has none
    assert isinstance(seen["tapes"], Unknown) and seen["tapes"].code is Reason.DENIED


def test_whether_stored_passwords_can_be_read_is_asked_without_reading_one(
    domain: Domain, administrator: View, plain: View
) -> None:
    helper = view(domain, "ACME\\helper", PASSWORD)
    seen = {}
    for who, what in {"administrator": administrator, "plain": plain, "helper": helper}.items():
        rules = what.facts.get(DomainRules)
        assert isinstance(rules, DomainRules)
        seen[who] = rules.stored_passwords
        assert b"L0cal" not in what.transcript.stdout
    assert seen == {
        "administrator": StoredPasswords(computers=4, kept=2, readable=2),
        "plain": StoredPasswords(computers=4, kept=2, readable=0),
        "helper": StoredPasswords(computers=4, kept=2, readable=1),
    }
    verdicts = {
        who: what.findings["directory/laps_readers"].status
        for who, what in zip(seen, (administrator, plain, helper), strict=True)
    }
    assert verdicts == {"administrator": Status.UNKNOWN, "plain": Status.PASS, "helper": Status.FAIL}


def test_no_secret_reaches_the_transcript(administrator: View, plain: View) -> None:
    for seen, secret in ((administrator, ADMINISTRATOR), (plain, PASSWORD)):
        assert secret.encode() not in seen.transcript.stdout
        assert b"unicodePwd" not in seen.transcript.stdout and b'AdmPwd"' not in seen.transcript.stdout.replace(
            b'["ms-Mcs-AdmPwd"]', b""
        )


def test_the_port_was_asked_for_old_tls_and_the_finding_says_what_it_said(administrator: View) -> None:
    said = json.loads(raw_facts(administrator.transcript).get("tls_handshakes").stdout)
    assert said["own"]["version"] in ("TLSv1.2", "TLSv1.3") and set(said["tried"]) == {"TLS 1.0", "TLS 1.1"}
    finding = administrator.findings["encryption/tls_versions"]
    taken = [name for name, word in said["tried"].items() if word == "accepted"]
    assert finding.status is (Status.FAIL if taken else Status.NOT_APPLICABLE), said
    assert ", ".join(taken) in finding.actual


def test_the_same_bytes_give_the_same_findings(administrator: View) -> None:
    assert View(administrator.transcript).findings == administrator.findings


# --- Facts -----------------------------------------------------------------------------------------------


def test_the_rules_of_the_domain(plain: View) -> None:
    policy, lockout, host = (plain.facts.get(kind) for kind in (PasswordPolicy, Lockout, Host))
    assert isinstance(policy, PasswordPolicy) and isinstance(lockout, Lockout) and isinstance(host, Host)
    assert (policy.minimum_length, policy.history, policy.new_max_age_days, policy.new_min_age_days) == (12, 24, 42, 1)
    assert (policy.quality_enforced, policy.reversible_storage) == (True, False)
    assert (lockout.threshold, lockout.duration_s, lockout.window_s) == (5, 1800, 1800)
    assert lockout.exempts_administrators is False
    assert (host.os_id, host.os_version, host.hostname) == ("active-directory", "2008 R2", "dc.acme.example")
    assert isinstance(host.kernel, Absent)


def test_the_short_name_of_the_domain_is_for_every_account_to_read(administrator: View, plain: View) -> None:
    for seen in (administrator, plain):
        host = seen.facts.get(Host)
        assert isinstance(host, Host)
        assert (host.domain, host.domain_short_name) == (
            "acme.example",
            "ACME",
        )  # not made of the other: it has no case


def test_accounts_carry_what_a_list_of_leavers_is_compared_with(plain: View) -> None:
    accounts = plain.facts.get(Accounts)
    assert isinstance(accounts, Accounts)
    olga, gone, ended = (accounts.named(name) for name in ("olga", "gone", "ended"))
    assert olga is not None and gone is not None and ended is not None
    assert (olga.full_name, olga.mail) == ("Olga Ortiz", "olga@acme.example")
    today = plain.transcript.collected_at.date()
    assert (olga.closed(today), gone.closed(today), ended.closed(today)) == (False, True, True)
    assert olga.identifier.startswith("S-1-5-21-")


# --- The way there ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", ["ACME\\scan", "scan@acme.example", f"CN=scan,{USERS}"])
def test_each_form_of_a_name_logs_on_and_knows_its_own_account(domain: Domain, user: str) -> None:
    seen = view(domain, user, PASSWORD, probes=(DOMAIN,))
    session = json.loads(seen.facts.raw.sections["session"].stdout)
    assert (session["account_name"], session["administrator"]) == ("scan", False)
    assert seen.transcript.account == user
    assert seen.transcript.host_key == f"certificate {domain.certificate.pin}"


def test_a_certificate_of_another_authority_is_refused_before_the_logon(domain: Domain, tmp_path: Path) -> None:
    other = Authority.make(tmp_path, "Other authority")
    way = transport(domain, "ACME\\scan", PASSWORD, ca=other.ca)
    with pytest.raises(HostKeyUnknown, match="pin it with `certificate"):
        way.connect(target(domain), deadline=time.monotonic() + 20)


def test_a_pinned_certificate_is_the_only_one(domain: Domain, tmp_path: Path) -> None:
    other = Authority.make(tmp_path, "Other authority")
    way = transport(domain, "ACME\\scan", PASSWORD, ca=other.ca)
    pinned = domain.certificate.pin
    way.connect(target(domain, certificate=pinned), deadline=time.monotonic() + 20).close()
    with pytest.raises(HostKeyMismatch, match=pinned):
        way.connect(target(domain, certificate="SHA256:" + "00" * 32), deadline=time.monotonic() + 20)


def test_a_wrong_password_is_tried_once_for_all_targets(domain: Domain) -> None:
    """The directory itself counts the refusals."""
    breaker = Breaker()
    for _ in range(3):
        way = transport(domain, "ACME\\helper", "not the password", breaker=breaker)
        with pytest.raises(AuthenticationFailed) as caught:
            way.connect(target(domain), deadline=time.monotonic() + 20)
    assert "no logon on" in str(caught.value) and "not the password" not in str(caught.value)
    assert "badPwdCount: 1" in domain.attribute("helper", "badPwdCount")


def test_a_disabled_account_is_told_from_a_wrong_password(domain: Domain) -> None:
    with pytest.raises(AuthenticationFailed, match="the account is disabled"):
        transport(domain, "ACME\\gone", PASSWORD).connect(target(domain), deadline=time.monotonic() + 20)


def test_more_than_the_limit_is_unknown_and_not_a_shorter_list(domain: Domain) -> None:
    small = view(domain, "ACME\\scan", PASSWORD, limits=CollectLimits(output_bytes=700))
    accounts = small.facts.get(Accounts)
    assert isinstance(accounts, Unknown) and accounts.code is Reason.TRUNCATED
    assert small.findings["accounts/inactive"].status is Status.UNKNOWN
    assert small.findings["accounts/roster"].status is Status.UNKNOWN
