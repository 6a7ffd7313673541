"""Lockout after wrong passwords: by its numbers, by what else lets guessing go on, and by what a pack tolerates."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from scanner.errors import FactUnavailable
from scanner.facts import DirectoryKind, Host, PasswordState, SshSettings
from scanner.model import Absent, Reason, Status
from tests.checks.outcomes import status as outcome_status
from tests.checks.passwords import ALICE, BAN, DENIED, LOCKOUT, NAMES, accounts, changed, run, ssh
from tests.checks.planned import values_on


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, Status.PASS),
        ({"duration_s": None}, Status.PASS),
        ({"threshold": 6}, Status.FAIL),
        ({"duration_s": 600}, Status.FAIL),
        ({"gaps": ("failed logins are not counted",)}, Status.FAIL),
        ({"gaps": ("x",), "threshold": None, "address_ban": BAN}, Status.FAIL),
        ({"threshold": None}, Status.FAIL),
        ({"threshold": None, "address_ban": BAN}, Status.PASS),
        ({"threshold": None, "address_ban": replace(BAN, duration_s=None)}, Status.PASS),
        ({"threshold": None, "address_ban": replace(BAN, max_failures=6)}, Status.FAIL),
        ({"threshold": None, "address_ban": replace(BAN, duration_s=599)}, Status.FAIL),
        ({"threshold": None, "address_ban": replace(BAN, duration_s=1, max_failures=DENIED)}, Status.FAIL),
        ({"threshold": 9, "duration_s": DENIED}, Status.FAIL),
    ],
)
def test_lockout(changes: dict[str, Any], status: Status) -> None:
    assert run("lockout", replace(LOCKOUT, **changes), ssh(), NAMES, accounts(), None).status is status


def test_lockout_and_the_ssh_server() -> None:
    assert run("lockout", LOCKOUT, None, NAMES, accounts(), None).status is Status.PASS
    assert run("lockout", LOCKOUT, ssh(usepam="no"), NAMES, accounts(), None).status is Status.FAIL
    with pytest.raises(FactUnavailable):
        run("lockout", LOCKOUT, DENIED, NAMES, accounts(), None)


def test_a_server_built_without_pam_goes_past_the_lockout() -> None:
    server = ssh()
    assert isinstance(server.settings, tuple)
    values = {key: value for key, value in server.settings[0].values.items() if key != "usepam"}
    silent = replace(server, settings=(SshSettings(user="", address="", values=values),))
    assert run("lockout", LOCKOUT, silent, NAMES, accounts(ALICE), None).status is Status.FAIL
    keys_only = replace(
        silent, settings=(SshSettings(user="", address="", values=values | {"passwordauthentication": ("no",)}),)
    )
    assert run("lockout", LOCKOUT, keys_only, NAMES, accounts(ALICE), None).status is Status.PASS


def test_lockout_limits_and_unknown() -> None:
    banned = replace(LOCKOUT, threshold=None, address_ban=BAN)
    silent = replace(BAN, max_failures=DENIED)
    assert run("lockout", banned, ssh(), NAMES, accounts(), None, address_ban_suffices=False).status is Status.FAIL
    assert run("lockout", LOCKOUT, ssh(), NAMES, accounts(), None, max_attempts=3).status is Status.FAIL
    for changes in (
        {"threshold": DENIED},
        {"duration_s": DENIED},
        {"threshold": None, "address_ban": DENIED},
        {"threshold": None, "address_ban": silent},
    ):
        with pytest.raises(FactUnavailable):
            run("lockout", replace(LOCKOUT, **changes), ssh(), NAMES, accounts(), None)


HOST = replace(Host(**dict.fromkeys((one.name for one in fields(Host)), Absent("not asked"))), workstation=False)
SERVER, CLIENT = HOST, replace(HOST, workstation=True)
LINUX = replace(HOST, workstation=Absent("no such editions"))
LOCKED = replace(LOCKOUT, exempts_administrators=False)
PASS, WARN, FAIL = Status.PASS, Status.WARN, Status.FAIL


@pytest.mark.parametrize(
    ("field", "value", "client", "server", "domain", "linux"),
    [
        ("threshold", 4, PASS, PASS, PASS, PASS),
        ("threshold", 5, PASS, PASS, PASS, PASS),
        ("threshold", 6, WARN, WARN, WARN, FAIL),
        ("threshold", 10, WARN, WARN, WARN, FAIL),
        ("threshold", 11, FAIL, FAIL, FAIL, FAIL),
        ("threshold", None, FAIL, FAIL, FAIL, FAIL),
        ("duration_s", 599, FAIL, FAIL, FAIL, FAIL),
        ("duration_s", 600, WARN, FAIL, FAIL, FAIL),
        ("duration_s", 899, WARN, FAIL, FAIL, FAIL),
        ("duration_s", 900, PASS, PASS, PASS, PASS),
        ("duration_s", None, PASS, PASS, PASS, PASS),
        ("window_s", 0, FAIL, FAIL, FAIL, PASS),
        ("window_s", 599, FAIL, FAIL, FAIL, PASS),
        ("window_s", 600, WARN, FAIL, FAIL, PASS),
        ("window_s", 899, WARN, FAIL, FAIL, PASS),
        ("window_s", 900, PASS, PASS, PASS, PASS),
        ("window_s", None, PASS, PASS, PASS, PASS),
        ("window_s", DENIED, Reason.DENIED, Reason.DENIED, Reason.DENIED, PASS),
        ("exempts_administrators", True, FAIL, WARN, WARN, PASS),
        ("exempts_administrators", Absent("no such switch"), WARN, WARN, WARN, PASS),
        ("exempts_administrators", DENIED, Reason.DENIED, Reason.DENIED, Reason.DENIED, PASS),
    ],
)
def test_what_the_pack_says_of_a_lockout(
    field: str, value: Any, client: Status, server: Status, domain: Status, linux: Status
) -> None:
    """CIS passes, what only Microsoft's baselines allow is a warning, the rest fails."""
    fact = changed(LOCKED, {field: value})
    expected = (("windows", CLIENT, client), ("windows", SERVER, server), ("directory", SERVER, domain))
    for platform, host, status in (*expected, ("linux", DENIED, linux)):
        values = values_on(platform, "password/lockout")
        assert outcome_status("password/lockout", fact, ssh(), NAMES, accounts(), host, **values) is status, platform


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, PASS),
        ({"duration_s": 700}, Reason.DENIED),
        ({"window_s": 700}, Reason.DENIED),
        ({"exempts_administrators": True}, Reason.DENIED),
        ({"threshold": 8}, WARN),
        ({"duration_s": 599}, FAIL),
        ({"threshold": 8, "window_s": DENIED}, Reason.DENIED),
        ({"threshold": 11, "window_s": DENIED}, FAIL),
    ],
)
def test_a_tolerance_of_workstations_is_for_a_host_that_is_known_to_be_one(
    changes: dict[str, Any], status: Status | Reason
) -> None:
    values = values_on("windows", "password/lockout")
    for host in (DENIED, replace(HOST, workstation=DENIED)):
        fact = replace(LOCKED, **changes)
        assert outcome_status("password/lockout", fact, ssh(), NAMES, accounts(), host, **values) is status


def test_a_lockout_that_is_tolerated_names_the_parameters_that_do() -> None:
    values = values_on("windows", "password/lockout")
    found = run("lockout", replace(LOCKED, threshold=10, duration_s=600), ssh(), NAMES, accounts(), CLIENT, **values)
    assert found.tolerances == ("tolerated_attempts", "workstation_tolerated_duration_s")
    assert "locks only after 10 failures; a locked account opens again after 600 s" in found.actual


@pytest.mark.parametrize(
    ("platform", "host", "site", "changes", "status"),
    [
        ("linux", LINUX, {"max_attempts": 4}, {"threshold": 4}, PASS),
        ("linux", LINUX, {"max_attempts": 4}, {"threshold": 5}, FAIL),
        ("linux", LINUX, {"min_duration_s": 1800}, {"duration_s": 900}, FAIL),
        ("linux", LINUX, {"min_duration_s": 1800}, {"duration_s": 1800}, PASS),
        ("linux", LINUX, {"min_duration_s": 1800, "workstation_tolerated_duration_s": 900}, {"duration_s": 900}, FAIL),
        ("linux", LINUX, {"min_window_s": 1200}, {"window_s": 900}, FAIL),
        ("windows", SERVER, {"max_attempts.windows": 3}, {"threshold": 4}, FAIL),
        ("windows", SERVER, {"max_attempts": 3}, {"threshold": 10}, FAIL),
        ("windows", SERVER, {"max_attempts.linux": 3}, {"threshold": 10}, WARN),
        ("windows", SERVER, {"max_attempts": 7}, {"threshold": 8}, WARN),  # looser: the pack's tolerance stands
        ("windows", SERVER, {"max_attempts": 3, "tolerated_attempts": 4}, {"threshold": 4}, WARN),  # the site's own
        ("windows", SERVER, {"max_attempts": 3, "tolerated_attempts": 4}, {"threshold": 5}, FAIL),
        ("windows", CLIENT, {"min_duration_s": 1800}, {"duration_s": 600}, FAIL),
        ("windows", CLIENT, {"min_duration_s": 1800}, {"duration_s": 1800, "window_s": 600}, WARN),
        ("windows", CLIENT, {"min_window_s": 1800}, {"window_s": 900}, FAIL),
        ("windows", CLIENT, {"min_window_s": 1800}, {"window_s": 1800, "duration_s": 600}, WARN),
        ("windows", CLIENT, {"min_duration_s": 700}, {"duration_s": 600}, WARN),
    ],
)
def test_what_the_pack_tolerates_it_does_not_tolerate_short_of_a_sites_stricter_number(
    platform: str, host: Host, site: dict[str, int], changes: dict[str, Any], status: Status
) -> None:
    own = {f"password.lockout.{key}": value for key, value in site.items()}
    values = values_on(platform, "password/lockout", **own)
    fact = replace(LOCKED, **changes)
    assert outcome_status("password/lockout", fact, ssh(), NAMES, accounts(), host, **values) is status


def test_lockout_of_a_directory_is_judged_there() -> None:
    joined = replace(NAMES, directory=DirectoryKind.IPA)
    locked = accounts(replace(ALICE, password=PasswordState.NONE))
    found = run("lockout", replace(LOCKOUT, threshold=None), ssh(), joined, locked, None)
    assert (found.status, "directory" in found.actual) == (Status.NOT_APPLICABLE, True)
