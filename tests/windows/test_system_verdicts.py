"""What the checks that Linux and Windows share say of the hosts written by hand.

`expected/system.yaml` was compared line by line with the hosts' values; `python -m tests.windows.test_system_verdicts`
prints what the checks say now.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from scanner.assess.findings import FactSet, judge
from scanner.model import Finding, Status, Target
from tests.checks.planned import plan_on
from tests.windows.hosts import HOSTS, raw_facts_of

EXPECTED: dict[str, dict[str, str]] = yaml.safe_load(
    (Path(__file__).parent / "expected" / "system.yaml").read_text(encoding="utf-8")
)
MINE = tuple(EXPECTED[HOSTS[0]])
PLAN = tuple(planned for planned in plan_on("windows") if planned.check.id in MINE)


def findings(host: str) -> dict[str, Finding]:
    target = Target(name=host, transport="winrms")
    return {item.check: item for item in judge(PLAN, FactSet(raw_facts_of(host), target), target)}


def word(finding: Finding) -> str:
    return f"{finding.status} ({finding.reason})" if finding.status is Status.UNKNOWN else str(finding.status)


def said(host: str) -> dict[str, str]:
    return {check: word(finding) for check, finding in findings(host).items()}


@pytest.mark.parametrize("host", HOSTS)
def test_each_written_host_is_judged_as_expected(host: str) -> None:
    assert said(host) == EXPECTED[host]


def test_every_check_has_an_object_or_says_why_not() -> None:
    """None of them is left without a reader on Windows."""
    for host in HOSTS:
        for finding in findings(host).values():
            assert finding.status is not Status.NOT_CHECKED, finding.check
            assert finding.actual or finding.detail, finding.check


def test_no_finding_speaks_of_what_windows_does_not_have() -> None:
    words = ("uid", "sudo ", "root ", "/etc", "pam_", "systemd", "snap's")
    for host in HOSTS:
        for finding in findings(host).values():
            text = f"{finding.actual} {finding.expected} {finding.note} {finding.question}"
            assert not [one for one in words if one in text], f"{finding.check}: {text}"


def test_a_domain_controller_sends_to_the_directory_and_judges_the_domains_policy() -> None:
    found = findings("domain-controller")
    assert found["accounts/inactive"].actual == "a domain controller has no local accounts; scan the directory"
    assert "of the domain's policy" in found["password/min_length"].actual


def test_a_member_says_that_its_rules_reach_local_accounts_only() -> None:
    note = findings("server-2022-hardened")["password/min_length"].note
    assert note == "this holds for local accounts only; accounts of the domain follow the domain's policy"


def test_orphans_and_accounts_of_entra_id_are_named_as_what_they_are() -> None:
    items = findings("windows-11-entra")["accounts/admins"].items
    assert any(item.startswith("Entra ID object e336b0c9-0213-4461-b170-9a888d047865 ") for item in items)
    assert any("-1444 (no name: deleted, or its domain could not be asked)" in item for item in items)


if __name__ == "__main__":
    print(yaml.safe_dump({host: said(host) for host in HOSTS}, sort_keys=False))
