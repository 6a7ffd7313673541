"""`accounts/leavers`: what an account and a list of people who left say together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from scanner.facts import (
    Account,
    AccountKind,
    Accounts,
    AuthorizedKeys,
    Host,
    Leaver,
    Leavers,
    PasswordState,
    Privileges,
)
from scanner.model import Absent, Outcome, Reason, Status, Unknown
from tests.checks.outcomes import CHECKS
from tests.checks.test_checks_accounts import DENIED, KEY, NOW_FACT, accounts, keys, privileges, unknown_by
from tests.checks.test_checks_accounts import account as sample

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
LONG_AGO = date(2026, 10, 30)
OFF: dict[str, Any] = {"disabled": True}
DOMAIN = Host(
    hostname="dc.acme.example",
    os_id="active-directory",
    os_version="level 7",
    os_name="Active Directory",
    os_family="directory",
    kernel=Absent("none"),
    architecture=Absent("none"),
    init=Absent("none"),
    virtualization=Absent("none"),
    container=Absent("none"),
    chassis=Absent("none"),
    clock=NOW,
    domain="acme.example",
)
ON_A_HOST = replace(DOMAIN, os_family="debian", hostname="web01.acme.example")
DIRECTORY: dict[str, Any] = {"login_lag_days": 14, "scan_account": "svc"}


def account(name: str = "amy", **changes: Any) -> Account:
    """An open account that nobody has used so far."""
    return sample(name, **{"last_login": None, **changes})


def person(row: int = 1, last_day: date = LONG_AGO, **named: str) -> Leaver:
    return Leaver(row=row, last_day=last_day, **(named or {"account": "amy"}))


def listed(*people: Leaver, **known: Any) -> Leavers:
    return Leavers(people=people or (person(),), sha256="a" * 64, **known)


def run(
    seen: Accounts,
    given: Leavers | None = None,
    *,
    held: AuthorizedKeys | Unknown | None = None,
    rights: Privileges | Unknown | None = None,
    host: Host | Unknown | None = DOMAIN,
    now: datetime = NOW,
    **parameters: Any,
) -> Outcome:
    when = replace(NOW_FACT, collected_at=now)
    return CHECKS["accounts/leavers"].run(seen, given or listed(), held, rights, host, when, **parameters)


def one(given: Leaver, **shown: Any) -> Outcome:
    return run(accounts(account(**shown), **DIRECTORY), listed(given))


# --- Open and closed -------------------------------------------------------------------------------------


def test_an_open_account_of_a_person_who_left_fails_and_is_named_with_the_row_and_the_reason() -> None:
    found = run(accounts(account("amy"), account("bea")), listed(person(7, account="AMY"), person(8, account="carl")))
    assert found.status is Status.FAIL
    assert found.items == ("amy: row 7 of the list by account name, open 26 days after the last day",)
    assert "closed within 1 business day" in found.expected
    assert "Of 2 who left, 1 may have an account here" in found.note


@pytest.mark.parametrize(
    "closed",
    [
        {"disabled": True},
        {"expires": date(2026, 11, 1)},
        {"password": PasswordState.LOCKED},
        {"password": PasswordState.NONE},
    ],
    ids=str,
)
def test_a_closed_account_passes_and_people_without_an_account_are_counted(closed: dict[str, Any]) -> None:
    found = run(accounts(account(**closed)), listed(person(), person(2, account="nobody")))
    assert (found.status, found.actual) == (Status.PASS, "2 people who left: no open account here")
    assert "Of 2 who left, 1 may have an account here; closed accounts: 1." in found.note


def test_a_locked_password_beside_a_key_or_without_a_session_is_open() -> None:
    locked: dict[str, Any] = {"password": PasswordState.LOCKED}
    assert run(accounts(account(**locked)), held=keys(amy=KEY)).status is Status.FAIL
    assert run(accounts(account(**locked)), held=keys()).status is Status.PASS
    assert run(accounts(account(interactive=False))).status is Status.FAIL  # mail and file sharing take the password


@pytest.mark.parametrize(
    "unread",
    [
        {"disabled": DENIED},
        {"password": DENIED},
        {"expires": DENIED},
        {"expires": Absent("none here"), "password": Absent("none here")},
    ],
    ids=str,
)
def test_what_cannot_be_told_of_a_leavers_account_is_unknown(unread: dict[str, Any]) -> None:
    why = unknown_by(lambda: run(accounts(account(**unread))))
    assert "amy, the account of a person who left" in why.detail
    assert run(accounts(account("bea", **unread))).status is Status.PASS  # nobody asks about her
    beside = run(accounts(account(**unread), account("bea")), listed(person(), person(2, account="bea")))
    assert beside.status is Status.FAIL and "Not known whether open: amy" in beside.note


def test_a_password_that_may_be_empty_opens_the_account_either_way() -> None:
    untold = Unknown(Reason.NO_EVIDENCE, "amy needs no password; whether it has one cannot be read")
    assert run(accounts(account(password=untold))).status is Status.FAIL
    assert run(accounts(account(password=untold, **OFF))).status is Status.PASS
    assert "is open" in unknown_by(lambda: run(accounts(account(password=untold, disabled=DENIED)))).detail


def test_keys_that_could_not_be_read_leave_a_locked_account_unknown() -> None:
    assert unknown_by(lambda: run(accounts(account(password=PasswordState.LOCKED)), held=DENIED)).code is Reason.DENIED


def test_accounts_that_are_imported_or_may_come_from_a_directory_never_pass() -> None:
    assert run(accounts(foreign_entries=("+::::::",))).reason is Reason.NO_EVIDENCE
    assert unknown_by(lambda: run(accounts(directories=DENIED))) == DENIED
    assert run(accounts(account(), foreign_entries=("+::::::",))).status is Status.FAIL


def test_a_host_of_a_domain_is_judged_by_its_own_accounts_and_says_so() -> None:
    """The domain is a target of its own; here none of its accounts was compared."""
    joined = run(accounts(directories=("the domain acme",)))
    assert joined.status is Status.PASS and "not listed on this host and not judged here" in joined.note
    assert run(accounts(account(), directories=("the domain acme",))).status is Status.FAIL


def test_an_administrator_is_called_one() -> None:
    known = privileges(admin_groups=(("sudo", ("amy",)),))
    assert run(accounts(account()), rights=known).items[0].endswith("after the last day, an administrator")
    assert run(accounts(account()), rights=DENIED).status is Status.FAIL


# --- Days ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last_day", "now", "status"),
    [
        (date(2026, 11, 27), datetime(2026, 11, 27, 23, tzinfo=UTC), Status.PASS),  # Friday, the last day itself
        (date(2026, 11, 27), datetime(2026, 11, 28, 11, tzinfo=UTC), Status.PASS),  # still Friday at UTC-12
        (date(2026, 11, 27), datetime(2026, 11, 28, 12, tzinfo=UTC), Status.WARN),
        (date(2026, 11, 27), datetime(2026, 11, 30, 12, tzinfo=UTC), Status.WARN),  # Monday is the business day
        (date(2026, 11, 27), datetime(2026, 12, 1, 11, tzinfo=UTC), Status.WARN),
        (date(2026, 11, 27), datetime(2026, 12, 1, 12, tzinfo=UTC), Status.FAIL),
        (date(2026, 11, 25), datetime(2026, 11, 27, 12, tzinfo=UTC), Status.FAIL),
        (date(2027, 1, 31), NOW, Status.PASS),
    ],
)
def test_an_account_is_closed_within_one_business_day(last_day: date, now: datetime, status: Status) -> None:
    found = run(accounts(account()), listed(person(last_day=last_day)), now=now)
    assert found.status is status
    if status is Status.WARN:
        assert "amy: row 1 of the list by account name, open" in found.actual


def test_without_days_of_grace_the_day_after_fails() -> None:
    found = run(accounts(account()), listed(person(last_day=date(2026, 11, 24))), grace_business_days=0)
    assert found.status is Status.FAIL


def test_a_last_day_to_come_is_counted_and_not_judged() -> None:
    found = run(accounts(account()), listed(person(last_day=date(2026, 12, 31))))
    assert found.status is Status.PASS and "Last day still to come: 1." in found.note


def test_a_list_that_has_expired_warns_and_hides_nothing() -> None:
    old = {"recorded": date(2026, 8, 1), "valid_until": date(2026, 11, 24)}
    found = run(accounts(account(**OFF)), listed(**old))
    assert found.status is Status.WARN and "valid until 2026-11-24" in found.note
    assert run(accounts(account()), listed(**old)).status is Status.FAIL
    assert run(accounts(account(**OFF)), listed(**{**old, "valid_until": date(2026, 11, 25)})).status is Status.PASS
    soon = run(accounts(account()), listed(person(last_day=date(2026, 11, 24)), **old))
    assert soon.status is Status.WARN and "Due to be closed: amy" in soon.note


# --- Logins ----------------------------------------------------------------------------------------------

FRIDAY = date(2026, 11, 13)


@pytest.mark.parametrize(
    ("last_login", "status"),
    [
        (None, Status.PASS),
        (DENIED, Status.PASS),
        (datetime(2026, 11, 13, 16, tzinfo=UTC), Status.PASS),
        (datetime(2026, 11, 14, 6, tzinfo=UTC), Status.PASS),  # may still be Friday where the person works
        (datetime(2026, 11, 14, 12, tzinfo=UTC), Status.REVIEW),
        (datetime(2026, 11, 16, 20, tzinfo=UTC), Status.REVIEW),  # Monday: within the business day
        (datetime(2026, 11, 17, 13, tzinfo=UTC), Status.FAIL),
    ],
)
def test_a_closed_account_that_was_used_after_it_should_have_been_closed(last_login: Any, status: Status) -> None:
    found = run(accounts(account(**OFF, last_login=last_login)), listed(person(last_day=FRIDAY)))
    assert found.status is status
    if status is not Status.PASS:
        assert "amy: row 1 of the list by account name, closed by now, used on 2026-11-1" in found.items[0]


def test_a_closed_account_of_a_namesake_may_have_been_used() -> None:
    used = account("other", full_name="Amy Ash", **OFF, last_login=NOW)
    found = run(accounts(used), listed(person(name="Amy Ash")))
    assert found.status is Status.REVIEW and "other: row 1 of the list by full name, closed by now" in found.items[0]


def test_records_that_lag_behind_make_a_login_later_and_never_earlier() -> None:
    late = account(**OFF, last_login=datetime(2026, 11, 12, tzinfo=UTC))
    found = run(accounts(late, login_lag_days=14), listed(person(last_day=FRIDAY)))
    assert found.status is Status.PASS and "may be 14 days behind" in found.note


def test_the_last_use_of_an_open_account_is_told() -> None:
    found = run(accounts(account(last_login=NOW - timedelta(days=1))))
    assert found.items[0].endswith("last used on 2026-11-24")


# --- Who is who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "shown", "status"),
    [
        (person(mail="amy@acme.example"), {"mail": "Amy@acme.example"}, Status.FAIL),
        (person(mail="amy@acme.example"), {"principal": "amy@acme.example"}, Status.FAIL),
        (person(name="Amy Ash"), {"full_name": "Amy Ash"}, Status.REVIEW),
        (person(account="ACME\\amy"), {}, Status.FAIL),
        (person(account="BOLT\\amy"), {}, Status.REVIEW),
        (person(account="ash", name="Amy Ash"), {"full_name": "Amy Ash"}, Status.REVIEW),
        (person(), {"created": datetime(2026, 11, 2, tzinfo=UTC)}, Status.REVIEW),  # somebody else's by now
        (person(), {"created": datetime(2026, 10, 29, tzinfo=UTC)}, Status.FAIL),
        (person(name="Amy Ash"), {"full_name": "Amy Ash", **OFF}, Status.PASS),
    ],
    ids=str,
)
def test_certain_is_certain_and_alike_is_a_question(given: Leaver, shown: dict[str, Any], status: Status) -> None:
    found = one(given, **shown)
    assert found.status is status
    if status is Status.REVIEW:
        assert found.items[0].startswith("amy: row 1 of the list by ")


def test_a_login_with_a_domain_in_front_is_no_proof_on_a_host() -> None:
    given = listed(person(account="ACME\\amy"))
    assert run(accounts(account()), given, host=ON_A_HOST).status is Status.REVIEW
    assert run(accounts(account()), given, host=None).status is Status.REVIEW
    assert run(accounts(account()), listed(person(account="WEB01\\amy")), host=ON_A_HOST).status is Status.FAIL


@pytest.mark.parametrize(
    ("short", "written", "status"),
    [
        ("ACME", "ACME\\amy", Status.FAIL),
        ("ACME", "acme\\amy", Status.FAIL),
        ("ACME", "corp.acme.example\\amy", Status.FAIL),
        ("ACME", "BOLT\\amy", Status.REVIEW),
        (DENIED, "ACME\\amy", Status.REVIEW),
        (DENIED, "corp\\amy", Status.FAIL),
        ("", "BOLT\\amy", Status.REVIEW),
    ],
    ids=str,
)
def test_the_short_name_of_a_domain_need_be_no_part_of_its_name(short: Any, written: str, status: Status) -> None:
    here = replace(DOMAIN, domain="corp.acme.example", domain_short_name=short)
    assert run(accounts(account(), **DIRECTORY), listed(person(account=written)), host=here).status is status


def test_a_member_of_a_domain_has_no_accounts_under_the_domains_name() -> None:
    member = replace(ON_A_HOST, domain_short_name="ACME")
    assert run(accounts(account()), listed(person(account="ACME\\amy")), host=member).status is Status.REVIEW


def test_an_address_that_two_accounts_have_is_a_question() -> None:
    given = listed(person(mail="dock@acme.example"))
    found = run(accounts(account("amy", mail="dock@acme.example"), account("bea", mail="dock@acme.example")), given)
    assert found.status is Status.REVIEW and len(found.items) == 2


def test_a_namesake_is_asked_about_beside_the_account_that_fails() -> None:
    given = listed(person(account="amy", name="Amy Ash"))
    found = run(accounts(account(full_name="Amy Ash"), account("amy2", full_name="Ash, Amy")), given)
    assert found.status is Status.FAIL
    assert [item.partition(":")[0] for item in found.items] == ["amy", "amy2"]
    assert found.items[1].endswith("(to be confirmed)")


def test_two_rows_like_one_account_let_the_certain_one_speak() -> None:
    given = listed(person(1, name="Amy Ash"), person(2, account="amy"))
    found = run(accounts(account(full_name="Amy Ash")), given)
    assert [item.partition(",")[0] for item in found.items] == ["amy: row 2 of the list by account name"]


def test_a_person_with_two_accounts_has_a_row_for_each() -> None:
    given = listed(person(1, account="amy", mail="amy@acme.example"), person(2, account="adm", mail="amy@acme.example"))
    found = run(accounts(account(mail="amy@acme.example"), account("adm")), given)
    assert [item.partition(",")[0] for item in found.items] == [
        "amy: row 1 of the list by account name",
        "adm: row 2 of the list by account name",
    ]


YESTERDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("by_login", "by_mail", "shown", "status"),
    [
        (YESTERDAY, date(2026, 9, 25), {}, Status.REVIEW),
        (YESTERDAY, YESTERDAY, {}, Status.WARN),
        (YESTERDAY, date(2026, 11, 23), {}, Status.REVIEW),  # was due yesterday
        (YESTERDAY, date(2026, 9, 25), OFF, Status.PASS),
        (YESTERDAY, date(2026, 9, 25), {**OFF, "last_login": datetime(2026, 11, 1, tzinfo=UTC)}, Status.REVIEW),
        (date(2026, 9, 25), YESTERDAY, {}, Status.FAIL),
        (date(2026, 11, 13), date(2026, 9, 25), {}, Status.FAIL),
    ],
    ids=str,
)
def test_a_row_within_the_days_of_grace_hides_no_earlier_one(
    by_login: date, by_mail: date, shown: dict[str, Any], status: Status
) -> None:
    rows = listed(person(1, by_login, account="amy"), person(2, by_mail, mail="amy@acme.example"))
    found = run(accounts(account(mail="amy@acme.example", **shown), **DIRECTORY), rows)
    assert found.status is status
    asked = [item for item in found.items if item.startswith("amy: row 2 of the list by mail address")]
    assert bool(asked) is (by_mail < by_login and status is not Status.PASS)
    if status is Status.PASS:
        assert "closed accounts: 1." in found.note
    if status is Status.REVIEW and not shown:
        assert "Due to be closed: amy: row 1 of the list by account name" in found.note
    patient = run(accounts(account(mail="amy@acme.example")), rows, grace_business_days=60)
    assert patient.status is Status.WARN  # neither row is overdue


@pytest.mark.parametrize(
    ("sure", "loose", "status"),
    [
        ({"account": "amy"}, {"name": "Ash, Amy"}, Status.REVIEW),
        ({"mail": "amy@acme.example"}, {"name": "Ash, Amy"}, Status.REVIEW),
        ({"account": "amy"}, {"account": "BOLT\\amy"}, Status.REVIEW),
        ({"account": "amy"}, {"name": "Somebody Else"}, Status.WARN),
    ],
    ids=str,
)
def test_a_row_within_the_days_of_grace_hides_no_overdue_one_that_is_only_like_the_account(
    sure: dict[str, str], loose: dict[str, str], status: Status
) -> None:
    shown = accounts(account(mail="amy@acme.example", full_name="Amy Ash"), **DIRECTORY)
    found = run(shown, listed(person(1, YESTERDAY, **sure), person(2, date(2026, 9, 25), **loose)))
    assert found.status is status
    if status is Status.REVIEW:
        assert [item.partition(" of the list")[0] for item in found.items] == ["amy: row 2"]
        assert "Due to be closed: amy: row 1 of the list" in found.note
    late = run(shown, listed(person(1, YESTERDAY, **sure), person(2, YESTERDAY, **loose)))
    assert late.status is Status.WARN  # the other row is within its days, too
    overdue = run(shown, listed(person(1, date(2026, 11, 13), **sure), person(2, date(2026, 9, 25), **loose)))
    assert overdue.status is Status.FAIL and len(overdue.items) == 1  # a namesake adds nothing to a fault


def test_accounts_that_show_nothing_to_compare_are_a_question() -> None:
    by_name = listed(person(mail="amy@acme.example", name="Amy Ash"))
    found = run(accounts(account("kim"), account("lee", full_name="Lee Lin"), account("scan")), by_name)
    assert found.status is Status.REVIEW
    assert [item.partition(":")[0] for item in found.items] == ["kim"]  # the scan account is known
    mixed = listed(person(1, name="Amy Ash"), person(2, mail="lou@acme.example"))
    assert run(accounts(account("kim", mail="kim@acme.example")), mixed).status is Status.REVIEW
    assert run(accounts(account("kim")), listed(person(account="amy"))).status is Status.PASS
    assert run(accounts(account("kim", **OFF)), by_name).status is Status.PASS
    assert run(accounts(account("kim", kind=AccountKind.SYSTEM)), by_name).status is Status.PASS
    assert run(accounts(account("kim", password=DENIED)), by_name).status is Status.REVIEW


def test_a_full_name_alone_tells_nobody_apart_for_certain() -> None:
    """`Amy Ash` may be kept as `Amy B. Ash`: whoever is named so is not found, and not proved to be away."""
    by_name = listed(person(name="Amy Ash"))
    assert run(accounts(account("kim", full_name="Amy B. Ash")), by_name).status is Status.WARN
    assert run(accounts(account("kim", full_name="Amy B. Ash", **OFF)), by_name).status is Status.PASS
    with_mail = listed(person(name="Amy Ash", mail="amy@acme.example"))
    assert (
        run(accounts(account("kim", full_name="Amy B. Ash", mail="kim@acme.example")), with_mail).status is Status.PASS
    )


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"mail": "jane.doe@acme.example"}, {"principal": "jdoe2@acme.local"}),
        ({"account": "jdoe@acme.example"}, {}),
        ({"account": "BOLT\\jdoe"}, {"mail": "", "principal": "jdoe2@acme.local"}),
    ],
    ids=str,
)
def test_an_address_that_the_account_does_not_show_leaves_the_full_name_alone(
    given: dict[str, Any], shown: dict[str, str]
) -> None:
    found = one(person(name="Doe, Jane", **given), name="jdoe2", full_name="Jane M. Doe", **shown)
    assert found.status is Status.WARN and "told by full name alone" in found.actual
    known = one(person(account="jane", name="Doe, Jane"), name="jdoe2", full_name="Jane M. Doe", **shown)
    assert known.status is Status.PASS


def test_each_account_is_compared_by_what_it_shows_itself() -> None:
    """One that shows an address says nothing of the next one, whichever comes first."""
    given = listed(person(mail="jane.doe@acme.example", name="Doe, Jane"))
    mails = account("kim", full_name="Kim Poe", mail="kim@acme.example")
    bare = account("jdoe2", full_name="Jane M. Doe", principal="jdoe2@acme.local")
    signs = account("lee", full_name="Lee Lin", principal="lee@ACME.example")
    assert run(accounts(mails), given).status is Status.PASS
    for order in ((mails, signs, bare), (bare, signs, mails), (mails, signs), (signs, bare)):
        assert run(accounts(*order), given).status is Status.WARN


def test_a_mail_address_may_be_another_than_the_name_for_signing_in() -> None:
    """jane.doe@ may well sign in as jdoe@: only a list that gives the latter settles it."""
    mail, account_ = person(mail="jane.doe@acme.example"), person(account="jane@acme.example")
    told = "told by mail address against the name for signing in alone"
    found = one(mail, name="jdoe", principal="jdoe@acme.example")
    assert found.status is Status.WARN and told in found.actual
    assert one(account_, name="jdoe", principal="jdoe@acme.example").status is Status.PASS
    assert one(mail, name="jdoe", principal="jane.doe@acme.example").status is Status.FAIL


def test_whether_a_namesakes_account_is_open_stays_a_question() -> None:
    found = run(accounts(account(full_name="Amy Ash", password=DENIED)), listed(person(name="Amy Ash")))
    assert found.items == ("amy: row 1 of the list by full name, whether it is open is not known",)


def test_an_address_in_the_place_of_a_login_is_compared_with_addresses_alone() -> None:
    given = listed(person(account="amy@acme.example"))
    assert run(accounts(account("kim")), given).status is Status.REVIEW
    assert run(accounts(account("kim", mail="kim@acme.example")), given).status is Status.PASS
    assert run(accounts(account("kim", mail="amy@acme.example")), given).status is Status.FAIL


def test_an_account_that_was_looked_at_is_left_out_and_named() -> None:
    found = run(accounts(account()), exempt=("amy",))
    assert found.status is Status.PASS and "Exempted by the site: 1 (amy)" in found.note


def test_nothing_of_a_person_is_shown_but_account_and_row() -> None:
    given = listed(person(account="amy", mail="amy.ash@acme.example", name="Amy Ash"))
    for seen in (account(), account("other", full_name="Amy Ash"), account(**OFF)):
        found = run(accounts(seen), given)
        text = f"{found.actual} {found.items} {found.note} {found.question} {found.expected}"
        assert "Ash" not in text and "acme.example" not in text


def test_a_large_domain_takes_no_walk_through_the_list_for_each_account() -> None:
    """20,000 accounts and 2,000 people: minutes where each is held against each, a second where they are looked up."""
    many = tuple(
        account(f"user{i}", full_name=f"Given{i} Family{i}" if i % 2 else "", mail=f"user{i}@acme.example")
        for i in range(20_000)
    )
    people = [
        person(row, account=f"gone{row}", mail=f"gone{row}@acme.example", name=f"Gone Person{row}" if row % 2 else "")
        for row in range(1, 2001)
    ]
    people.append(person(2001, account="user7"))
    began = datetime.now(UTC)
    found = run(replace(accounts(), accounts=many), listed(*people))
    assert found.items == ("user7: row 2001 of the list by account name, open 26 days after the last day",)
    assert datetime.now(UTC) - began < timedelta(seconds=8)
