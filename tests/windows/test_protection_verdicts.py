"""What the checks of malware, encryption, remote access, logs, workstation, media and software say of written hosts.

`expected/protection.yaml` was derived by hand; `python -m tests.windows.test_protection_verdicts`
prints what the checks say now.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from scanner.assess.findings import FactSet, PlannedCheck, judge
from scanner.catalogue import load_checks
from scanner.model import Finding, Status, Target
from scanner.profile import load_profile
from scanner.profile.parameters import EffectiveParameters
from tests.windows.hosts import HOSTS, raw_facts_of

FAMILIES = ("malware/", "encryption/", "logging/", "workstation/", "media/", "inventory/")
OTHERS = (
    *(f"remote_access/{name}" for name in ("rdp_nla", "rdp_encryption", "rdp_idle_limit", "management_encrypted")),
    *(
        f"remote_access/{name}"
        for name in ("smb1_off", "smb_signing", "legacy_logon", "neighbour_lookup", "third_party")
    ),
    *("accounts/privilege_prompts", "accounts/local_admin_passwords"),
)
CHECKS = load_checks()
MINE = {id_: item for id_, item in CHECKS.items() if id_.startswith(FAMILIES) or id_ in OTHERS}
PLAN = tuple(
    PlannedCheck(check=item, requirements=(), parameters=EffectiveParameters(values=dict(item.parameters)))
    for item in MINE.values()
)
EXPECTED = Path(__file__).parent / "expected" / "protection.yaml"


def findings(host: str) -> dict[str, Finding]:
    target = Target(name=host, transport="winrms")
    return {item.check: item for item in judge(PLAN, FactSet(raw_facts_of(host), target), target)}


def years_later(host: str, check: str) -> Finding:
    """What is said of the same answers by a program whose tables are three years old."""
    raw, target = raw_facts_of(host), Target(name=host, transport="winrms")
    late = replace(raw, collected_at=raw.collected_at + timedelta(days=3 * 365))
    plan = [use for use in PLAN if use.check.id == check]
    return next(iter(judge(plan, FactSet(late, target), target)))


def word(finding: Finding) -> str:
    return f"{finding.status} ({finding.reason})" if finding.status is Status.UNKNOWN else str(finding.status)


def said(host: str) -> dict[str, str]:
    return {check: word(finding) for check, finding in findings(host).items()}


@pytest.mark.parametrize("host", HOSTS)
def test_each_written_host_is_judged_as_expected(host: str) -> None:
    assert said(host) == yaml.safe_load(EXPECTED.read_text(encoding="utf-8"))[host]


def test_every_check_passes_on_some_host_and_does_not_on_another() -> None:
    everything = [said(host) for host in HOSTS]
    assert not {check for check in MINE if not any(each[check] == "pass" for each in everything)}
    assert not {check for check in MINE if all(each[check] == "pass" for each in everything)}


def test_the_pack_uses_the_defaults_of_the_checks() -> None:
    """The values judged by here are those of the criteria pack."""
    uses = load_profile("ctpat", checks=CHECKS).uses
    for id_, item in MINE.items():
        assert {name: value.value for name, value in uses[id_].parameters.items()} == dict(item.parameters)


@pytest.mark.parametrize(
    ("host", "check", "table"),
    [
        ("server-2022-hardened", "logging/forwarding", "the list of forwarding agents is of "),
        ("server-2022-hardened", "remote_access/third_party", "the list of products is of "),
    ],
)
def test_no_pass_rests_on_a_table_that_has_grown_old(host: str, check: str, table: str) -> None:
    assert said(host)[check] == "pass"
    late = years_later(host, check)
    assert word(late) == "unknown (stale)" and table in late.detail and "update the scanner" in late.detail


if __name__ == "__main__":
    print(yaml.safe_dump({host: said(host) for host in HOSTS}, sort_keys=False))
