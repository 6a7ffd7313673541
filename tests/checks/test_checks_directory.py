"""The checks of a domain: passing, failing, and what a careless check would get wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from scanner.catalogue import load_checks
from scanner.errors import FactAbsent, FactUnavailable
from scanner.facts import (
    Account,
    AccountKind,
    AccountPolicy,
    Accounts,
    Collection,
    DomainRules,
    PasswordState,
    Privileges,
    StoredPasswords,
    WeakenedAccounts,
)
from scanner.model import Absent, Outcome, Privilege, Reason, Status, Unknown
from tests.checks.outcomes import status
from tests.checks.planned import values_on

FINER = "directory/fine_grained_policies"
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
CHECKS = load_checks()
DENIED = Unknown(Reason.DENIED, "not for this account to see")
POLICY = AccountPolicy(
    name="services",
    precedence=10,
    minimum_length=20,
    history=24,
    complexity=True,
    reversible_storage=False,
    lockout_threshold=5,
    lockout_duration_s=900,
    lockout_window_s=900,
    min_age_days=1,
    max_age_days=365,
    applies_to=("backup",),
)
DOMAIN = DomainRules(
    domain="acme.example",
    account_policies=(POLICY,),
    computers_per_user=0,
    ticket_key_changed=NOW - timedelta(days=10),
    stored_passwords=StoredPasswords(computers=40, kept=38, readable=0),
)
WEAKENED = WeakenedAccounts(
    complete=True, password_not_required=(), without_preauthentication=(), unconstrained_delegation=()
)
USER = Collection(collected_at=NOW, privilege=Privilege.USER, account="ACME\\scan", platform="directory")


def run(name: str, *facts: object, **parameters: Any) -> Outcome:
    return CHECKS[name].run(*facts, **parameters)


@pytest.mark.parametrize(
    ("check", "field"),
    [
        ("password_not_required", "password_not_required"),
        ("preauth", "without_preauthentication"),
        ("delegation", "unconstrained_delegation"),
    ],
)
def test_switched_off_protections(check: str, field: str) -> None:
    found: dict[str, Any] = {field: ("amy", "svc-old")}
    weak = replace(WEAKENED, **found)
    assert run(f"directory/{check}", WEAKENED).status is Status.PASS
    assert run(f"directory/{check}", weak).items == ("amy", "svc-old")
    exempted = run(f"directory/{check}", weak, exempt=("svc-old", "amy"))
    assert exempted.status is Status.PASS and "svc-old" in exempted.note
    with pytest.raises(FactUnavailable):
        run(f"directory/{check}", replace(WEAKENED, **{field: DENIED}))
    partly = replace(weak, complete=DENIED)
    assert run(f"directory/{check}", partly, exempt=("amy",)).items == ("svc-old",)
    assert "There may be more: not for this account to see." in run(f"directory/{check}", partly).note
    for names in (WEAKENED, weak):
        with pytest.raises(FactUnavailable):  # exceptions are for accounts that are known, not for hidden ones
            run(f"directory/{check}", replace(names, complete=DENIED), exempt=("svc-old", "amy"))


@pytest.mark.parametrize(
    ("days", "overdue", "expected"),
    [
        (180, None, Status.PASS),
        (181, None, Status.WARN),
        (4000, None, Status.WARN),
        (366, 365, Status.FAIL),
        (365, 365, Status.WARN),
    ],
)
def test_krbtgt_age(days: int, overdue: int | None, expected: Status) -> None:
    domain = replace(DOMAIN, ticket_key_changed=NOW - timedelta(days=days))
    assert run("directory/krbtgt_age", domain, USER, overdue_age_days=overdue).status is expected


def test_a_ticket_key_of_the_future_says_nothing() -> None:
    for days, expected in ((-1, Status.PASS), (-1.1, Status.UNKNOWN), (-6545, Status.UNKNOWN)):
        domain = replace(DOMAIN, ticket_key_changed=NOW - timedelta(days=days))
        assert run("directory/krbtgt_age", domain, USER, overdue_age_days=365).status is expected


def test_krbtgt_never_changed() -> None:
    assert run("directory/krbtgt_age", replace(DOMAIN, ticket_key_changed=None), USER).status is Status.FAIL


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Status.PASS),
        ({"minimum_length": 13}, Status.WARN),
        ({"minimum_length": 11}, Status.FAIL),
        ({"minimum_length": None}, Status.FAIL),
        ({"reversible_storage": True}, Status.FAIL),
        ({"lockout_threshold": None}, Status.FAIL),
        ({"lockout_threshold": 6}, Status.FAIL),
        ({"lockout_duration_s": 60}, Status.FAIL),
        ({"lockout_duration_s": None}, Status.PASS),
        ({"lockout_duration_s": 899}, Status.FAIL),
        ({"lockout_window_s": 899}, Status.FAIL),
        ({"lockout_window_s": 0}, Status.FAIL),
        ({"lockout_window_s": None}, Status.PASS),
        ({"history": 23}, Status.FAIL),
        ({"history": None}, Status.FAIL),
        ({"complexity": False}, Status.FAIL),
        ({"max_age_days": None}, Status.PASS),
        ({"min_age_days": None}, Status.PASS),  # the check's own default; the pack asks for a day
    ],
)
def test_fine_grained_policies(changes: dict[str, Any], expected: Status) -> None:
    domain = replace(DOMAIN, account_policies=(POLICY, replace(POLICY, name="other", **changes)))
    assert run("directory/fine_grained_policies", domain).status is expected


def test_fine_grained_policies_that_nobody_showed_are_unknown_and_none_is_a_pass() -> None:
    with pytest.raises(FactUnavailable):
        run("directory/fine_grained_policies", replace(DOMAIN, account_policies=DENIED))
    hidden = replace(POLICY, minimum_length=DENIED)
    with pytest.raises(FactUnavailable):
        run("directory/fine_grained_policies", replace(DOMAIN, account_policies=(hidden,)))
    assert run("directory/fine_grained_policies", replace(DOMAIN, account_policies=())).status is Status.PASS


HIDDEN: tuple[dict[str, Any], ...] = (
    {"minimum_length": DENIED},
    {"history": DENIED},
    {"complexity": DENIED},
    {"reversible_storage": DENIED},
    {"lockout_threshold": DENIED},
    {"lockout_duration_s": DENIED},
    {"lockout_window_s": DENIED},
)


@pytest.mark.parametrize("loss", HIDDEN, ids=str)
def test_a_value_of_a_fine_grained_policy_that_nobody_showed_is_never_a_pass(loss: dict[str, Any]) -> None:
    hidden = replace(DOMAIN, account_policies=(POLICY, replace(POLICY, **loss)))
    with pytest.raises(FactUnavailable):
        run("directory/fine_grained_policies", hidden)
    worse = replace(DOMAIN, account_policies=(replace(POLICY, minimum_length=1), replace(POLICY, **loss)))
    assert run("directory/fine_grained_policies", worse).status is Status.FAIL


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Status.PASS),
        ({"lockout_threshold": 6}, Status.WARN),
        ({"lockout_threshold": 10}, Status.WARN),
        ({"lockout_threshold": 11}, Status.FAIL),
        ({"lockout_window_s": 899}, Status.FAIL),  # a domain is no workstation
        ({"min_age_days": None}, Status.WARN),
        ({"history": 23}, Status.FAIL),
    ],
)
def test_fine_grained_policies_are_judged_by_the_numbers_of_the_domain(
    changes: dict[str, Any], expected: Status
) -> None:
    domain = replace(DOMAIN, account_policies=(replace(POLICY, **changes),))
    assert run("directory/fine_grained_policies", domain, **values_on("directory", FINER)).status is expected


def test_a_number_that_the_site_sets_for_the_domain_holds_for_its_fine_grained_policies() -> None:
    domain = replace(DOMAIN, account_policies=(replace(POLICY, minimum_length=16),))
    stricter = values_on("directory", FINER, password__min_length__required=20, password__min_length__tolerated=18)
    assert run("directory/fine_grained_policies", domain, **stricter).status is Status.FAIL
    attempts = replace(DOMAIN, account_policies=(replace(POLICY, lockout_threshold=4),))
    fewer = values_on("directory", FINER, password__lockout__max_attempts=3)
    assert run("directory/fine_grained_policies", attempts, **fewer).status is Status.FAIL
    other = values_on("directory", FINER, password__min_length__required__linux=20)
    assert run("directory/fine_grained_policies", domain, **other).status is Status.PASS


@pytest.mark.parametrize(
    ("site", "length", "expected"),
    [
        ({}, 12, Status.WARN),
        ({"required": 16}, 15, Status.FAIL),
        ({"required": 16}, 16, Status.PASS),
        ({"required": 16, "tolerated": 15}, 15, Status.WARN),
    ],
)
def test_fine_grained_policies_may_be_no_shorter_than_a_site_asks_of_the_domain(
    site: dict[str, int], length: int, expected: Status
) -> None:
    domain = replace(DOMAIN, account_policies=(replace(POLICY, minimum_length=length),))
    values = values_on("directory", FINER, **{f"password__min_length__{key}": value for key, value in site.items()})
    found = run("directory/fine_grained_policies", domain, **values)
    assert (found.status, found.tolerances) == (expected, ("tolerated",) if expected is Status.WARN else ())


def test_each_fine_grained_policy_is_shown_with_rank_and_ages() -> None:
    shown = "services (for backup; precedence 10, minimum age 1 day, maximum age 365 days)"
    assert run("directory/fine_grained_policies", DOMAIN).note == shown
    weak = replace(DOMAIN, account_policies=(replace(POLICY, precedence=DENIED, max_age_days=None, history=3),))
    (item,) = run("directory/fine_grained_policies", weak).items
    assert item == (
        "services (for backup; precedence not known, minimum age 1 day, no maximum age): "
        "only the last 3 passwords are refused"
    )


def test_laps_readers() -> None:
    readable = replace(DOMAIN, stored_passwords=StoredPasswords(computers=40, kept=38, readable=2))
    assert run("directory/laps_readers", DOMAIN, USER).status is Status.PASS
    assert run("directory/laps_readers", readable, USER).status is Status.FAIL
    administrator = replace(USER, privilege=Privilege.ROOT)
    assert run("directory/laps_readers", readable, administrator).status is Status.UNKNOWN
    assert run("directory/laps_readers", DOMAIN, administrator).status is Status.UNKNOWN
    for computers in (40, 0):
        none = replace(DOMAIN, stored_passwords=StoredPasswords(computers=computers, kept=0, readable=0))
        found = run("directory/laps_readers", none, USER)
        assert found.reason is Reason.NO_EVIDENCE and f"of {computers} computers" in found.actual
    with pytest.raises(FactAbsent):
        run("directory/laps_readers", replace(DOMAIN, stored_passwords=Absent("no place")), USER)


# --- Checks of hosts, on a domain ------------------------------------------------------------------------


def account(name: str = "amy", **changes: Any) -> Account:
    sample = Account(
        name=name,
        identifier="S-1-5-21-1-2-3-1104",
        kind=AccountKind.HUMAN,
        interactive=True,
        home="",
        shell="a session in the domain",
        group_ids=("513",),
        password=PasswordState.USABLE,
        hash_scheme=Absent("no setting chooses one"),
        password_changed=date(2026, 1, 1),
        password_min_age_days=1,
        password_max_age_days=None,
        expires=None,
        last_login=NOW - timedelta(days=3),
        created=NOW - timedelta(days=900),
    )
    return replace(sample, **changes)


def accounts(*items: Account) -> Accounts:
    return Accounts(
        accounts=items,
        groups=(),
        duplicates=(),
        foreign_entries=(),
        hashes_in_plain_view=Absent("none"),
        logins_since=NOW - timedelta(days=3000),
        logins_source="lastLogonTimestamp",
        scan_account="scan",
        login_lag_days=14,
        directories=(),
        homes=Absent("none"),
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"last_login": NOW - timedelta(days=59)}, Status.PASS),
        ({"last_login": NOW - timedelta(days=60)}, Status.WARN),
        ({"last_login": NOW - timedelta(days=104)}, Status.WARN),
        ({"last_login": NOW - timedelta(days=105)}, Status.FAIL),
        ({"last_login": NOW - timedelta(days=105), "disabled": True}, Status.PASS),
        ({"last_login": None, "created": NOW - timedelta(days=91)}, Status.FAIL),
        ({"last_login": None, "created": NOW - timedelta(days=91), "password_changed": NOW.date()}, Status.FAIL),
        ({"last_login": None, "created": NOW - timedelta(days=20)}, Status.PASS),
    ],
)
def test_inactive_allows_for_records_that_lag_and_counts_from_the_day_an_account_was_made(
    changes: dict[str, Any], expected: Status
) -> None:
    assert run("accounts/inactive", accounts(account(**changes)), None, USER).status is expected


def test_a_last_login_of_the_future_is_no_sign_of_use() -> None:
    for days, expected in ((1, Status.PASS), (1.1, Reason.NO_EVIDENCE), (4000, Reason.NO_EVIDENCE)):
        ahead = accounts(account(last_login=NOW + timedelta(days=days)))
        assert status("accounts/inactive", ahead, None, USER) is expected


def test_never_used_spares_an_account_that_was_made_lately() -> None:
    old = accounts(account(last_login=None))
    young = accounts(account(last_login=None, created=NOW - timedelta(days=5)))
    assert run("accounts/never_used", old, None, USER).status is Status.REVIEW
    assert run("accounts/never_used", young, None, USER).status is Status.PASS
    unkept = Absent("the day is not kept")
    for changes in (
        {"created": NOW + timedelta(days=5)},
        {"created": unkept, "password_changed": date(2027, 1, 1)},
        {"created": DENIED, "password_changed": NOW.date()},
        {"password_changed": NOW.date()},  # a new password makes an old account no younger
    ):
        unused = accounts(account(last_login=None, **changes))
        assert run("accounts/never_used", unused, None, USER).status is Status.REVIEW
    changed = accounts(account(last_login=None, created=unkept, password_changed=NOW.date()))
    assert run("accounts/never_used", changed, None, USER).status is Status.PASS


def test_admins_are_listed_where_a_platform_has_no_grants() -> None:
    privileges = Privileges(
        superusers=(),
        admin_groups=(("Domain Admins", ("amy",)),),
        equivalent_groups=(("Backup Operators", ("bob",)),),
        grants=Absent("no grants of single commands"),
    )
    found = run("accounts/admins", accounts(account(), account("bob")), privileges)
    assert found.status is Status.REVIEW and found.items == ("amy (group Domain Admins)",)
    assert run("accounts/root_equivalent", accounts(account(), account("bob")), privileges).status is Status.FAIL


def test_empty_password_asks_nothing_of_an_account_that_is_switched_off() -> None:
    untold = Unknown(Reason.NO_EVIDENCE, "needs no password")
    assert run("password/empty_password", accounts(account(password=untold, disabled=True)), USER).status is Status.PASS
    with pytest.raises(FactUnavailable):
        run("password/empty_password", accounts(account(password=untold)), USER)


def test_passwords_that_can_be_read_back_are_weakly_stored() -> None:
    policy = Unknown(Reason.DENIED, "not needed")
    found = run("password/hash", policy, accounts(account(hash_scheme="reversible")), USER)
    assert found.status is Status.FAIL and found.items == ("amy: reversible",)
