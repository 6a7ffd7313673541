"""What each way to log in may learn: less right is never a better verdict."""

from __future__ import annotations

import pytest

from tests.lab.conftest import Lab
from tests.lab.logins import LOGINS, sudoers
from tests.lab.product import Run, Workplace, entry, told

SUITES = {"bookworm": "bookworm-bad", "trixie": "trixie-halfway"}
# Each account is left out of the judgement on itself: one that may run everything is a failure only to the others.
ITSELF = {"sudo": {"accounts/sudo_nopasswd"}}
# A scan that signs in as root is itself a direct sign-in of root, and the records of bookworm do not hold it.
ONLY_ROOT = {"accounts/root_direct"}


@pytest.fixture(scope="module", params=SUITES)
def looks(request: pytest.FixtureRequest, lab: Lab, workplace: Workplace) -> Run:
    """One machine, scanned with every kind of account at the same time; targets are named after the account."""
    machine, logins = lab.fresh(SUITES[request.param], "for rights", tuple(LOGINS))
    entries = [entry(kind.replace(" ", "-"), machine, login) for kind, login in logins.items()]
    return workplace.scan(f"rights-{request.param}", entries)


def test_privilege_is_reported(looks: Run) -> None:
    seen = {name: looks.target(name)["privilege"] for name in ("root", "sudo", "grants", "sudo-password", "user")}
    assert seen == {"root": "root", "sudo": "root", "grants": "grants", "sudo-password": "root", "user": "user"}


@pytest.mark.parametrize("kind", ["sudo", "sudo-password"])
def test_sudo_reads_what_root_reads(looks: Run, kind: str) -> None:
    assert _differences(looks, kind) <= ITSELF.get(kind, set()) | ONLY_ROOT


def test_the_printed_sudoers_file_reads_what_root_reads(looks: Run) -> None:
    assert _differences(looks, "grants") <= ONLY_ROOT
    assert looks.target("grants")["unread"] == looks.target("root")["unread"]


def test_without_rights_nothing_gets_greener(looks: Run) -> None:
    root, user = looks.statuses("root"), looks.statuses("user")
    greener = {check for check in root if user[check] == "pass" and root[check] not in ("pass", "notapplicable")}
    assert greener == set()


def test_without_rights_a_failure_is_not_invented(looks: Run) -> None:
    root, user = looks.statuses("root"), looks.statuses("user")
    assert {check for check in root if user[check] == "fail" and root[check] != "fail"} == set()


def test_without_rights_the_reason_names_what_is_missing(looks: Run) -> None:
    findings = looks.findings("user")
    for check in ("password/empty_password", "firewall/default_deny_v4", "accounts/sudo_nopasswd", "accounts/ssh_keys"):
        assert (findings[check]["status"], findings[check]["reason"]) == ("unknown", "denied"), findings[check]
    unread = [one for one in findings.values() if one["status"] == "unknown"]
    assert all(one["reason"] and told(one).strip() for one in unread)


def test_no_shell_and_no_wildcard_is_granted() -> None:
    lines = [line.strip() for line in sudoers().splitlines() if not line.startswith("#")]
    commands = [line.strip("\\, ") for line in lines if line.startswith("/")]
    assert commands
    assert not [one for one in commands if "/sh" in one.split()[0] or "ALL" in one.split()]
    assert not [one for one in commands if "*" in one.replace("\\*", "") and "^" not in one]


def _differences(run: Run, kind: str) -> set[str]:
    """The checks that another account answers otherwise than root."""
    root, other = run.statuses("root"), run.statuses(kind)
    return {check for check in root if root[check] != other[check]}
