"""`accounts/leavers` on the Windows hosts written by hand: open, closed, not readable, and a domain controller."""

from __future__ import annotations

from datetime import date

import pytest

from scanner.assess.findings import FactSet, PlannedCheck, judge
from scanner.catalogue import load_checks
from scanner.facts import Leaver, Leavers
from scanner.model import Finding, Status, Target
from scanner.profile.parameters import EffectiveParameters
from tests.windows.hosts import HOSTS, raw_facts_of

CHECK = load_checks()["accounts/leavers"]
PLAN = (PlannedCheck(check=CHECK, requirements=(), parameters=EffectiveParameters(values=dict(CHECK.parameters))),)
LAST_DAY = date(2026, 10, 30)
LEFT = ("PRAKTIKANT", "adm-local", "nobody")


def found(host: str, *people: Leaver, given: bool = True) -> Finding:
    target = Target(name=host, transport="winrms")
    leavers = [Leavers(people=people, sha256="a" * 64)] if given else []
    (finding,) = judge(PLAN, FactSet(raw_facts_of(host), target, leavers), target)
    return finding


def by_login(*names: str) -> tuple[Leaver, ...]:
    return tuple(Leaver(row=row, last_day=LAST_DAY, account=name) for row, name in enumerate(names, 1))


EXPECTED = {
    "server-2022-hardened": Status.PASS,  # adm-local is switched off
    "windows-11-24h2": Status.PASS,
    "server-2012-r2": Status.PASS,
    "domain-controller": Status.NOT_APPLICABLE,  # its accounts are the domain's
    "windows-10-german": Status.FAIL,
    "server-2019-denied": Status.UNKNOWN,
    "windows-11-entra": Status.PASS,
}


@pytest.mark.parametrize("host", HOSTS)
def test_each_written_host(host: str) -> None:
    finding = found(host, *by_login(*LEFT))
    assert finding.status is EXPECTED[host], (finding.actual, finding.detail)
    assert "a" * 64 in finding.evidence


def test_an_open_account_is_named_and_a_closed_one_counted() -> None:
    assert found("windows-10-german", *by_login(*LEFT)).items == (
        "praktikant: row 1 of the list by account name, open 20 days after the last day",
    )
    assert "closed accounts: 1." in found("server-2022-hardened", *by_login(*LEFT)).note


def test_people_named_without_a_login_leave_open_accounts_to_be_looked_at() -> None:
    """Local accounts of Windows show neither mail address nor full name here."""
    asked = found("windows-11-24h2", Leaver(row=1, last_day=LAST_DAY, name="Maria Lopez", mail="maria@acme.example"))
    assert asked.status is Status.REVIEW
    assert [item.partition(":")[0] for item in asked.items] == ["maria"]


def test_a_domain_in_front_is_not_this_host() -> None:
    assert found("windows-11-24h2", *by_login("ACME\\maria")).status is Status.REVIEW


@pytest.mark.parametrize("host", HOSTS)
def test_without_a_list_the_check_was_not_made(host: str) -> None:
    finding = found(host, given=False)
    assert finding.status is Status.NOT_CHECKED
    assert finding.actual == "no leavers list was imported: `ctpat leavers import`"
