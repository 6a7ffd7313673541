"""Password rules, lockout and sign-in on Windows, where an answer turns."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.facts import Accounts, Host, Lockout, NameService, PasswordPolicy, SignIn, SshServer
from scanner.model import Absent, Unknown
from tests.facts.windows.readers import changed, number, read
from tests.windows.hosts import HOSTS, raw_facts_of

# --- Passwords ---------------------------------------------------------------------------------------------


def test_what_is_in_force_goes_before_the_template() -> None:
    raw = changed("server-2022-hardened", "password_policy", "effective", "min_length", value=8)
    assert read(PasswordPolicy, raw).minimum_length == 8


def test_the_template_stands_in_where_adsi_failed_in_its_own_units() -> None:
    failed = {"err": {"type": "System.Exception", "text": "no"}}
    raw = changed("server-2022-hardened", "password_policy", "effective", value=failed)
    policy, lockout = read(PasswordPolicy, raw), read(Lockout, raw)
    assert (policy.minimum_length, policy.new_max_age_days, policy.history) == (14, 365, 24)
    assert (lockout.threshold, lockout.duration_s, lockout.window_s) == (5, 900, 900)


@pytest.mark.parametrize(("seconds", "expected"), [(-1, None), (4294967295, None), (900, 900)])
def test_a_lockout_without_end_lasts_until_an_administrator_comes(seconds: int, expected: int | None) -> None:
    raw = changed("server-2022-hardened", "password_policy", "effective", "unlock_s", value=seconds)
    assert read(Lockout, raw).duration_s == expected


def test_a_template_without_numbers_proves_nothing() -> None:
    raw = changed("server-2022-hardened", "password_policy", "template", value=["PasswordComplexity = ja"])
    policy = read(PasswordPolicy, raw)
    assert isinstance(policy.quality_enforced, Unknown) and isinstance(policy.reversible_storage, Unknown)


def test_an_administrator_is_locked_by_the_switch_of_2022_alone() -> None:
    def exempts(*template: str) -> Any:
        raw = changed("server-2022-hardened", "password_policy", "template", value=list(template))
        return read(Lockout, raw).exempts_administrators

    assert read(Lockout, raw_facts_of("server-2022-hardened")).exempts_administrators is False
    assert exempts("AllowAdministratorLockout = 0") is True
    without = exempts("PasswordComplexity = 1")
    assert isinstance(without, Absent) and "October 2022" in without.reason
    assert isinstance(exempts(), Unknown)


def test_which_hosts_are_workstations_and_whose_password_never_expires() -> None:
    kinds = {host: read(Host, raw_facts_of(host)).workstation for host in HOSTS}
    assert {host for host, kind in kinds.items() if kind is True} == {host for host in HOSTS if "windows-1" in host}
    assert all(kind in (True, False) for kind in kinds.values())
    german = read(Accounts, raw_facts_of("windows-10-german"))
    assert [one.name for one in german.accounts if one.password_never_expires is True and not one.disabled] == [
        "lager",
        "scan",
    ]


# --- Sign-in -----------------------------------------------------------------------------------------------


def test_the_policys_value_for_remote_desktop_wins() -> None:
    key = {"exists": True, "values": {"fDenyTSConnections": number(1)}}
    raw = changed("server-2022-hardened", "sign_in", "desktop_policy", value=key)
    assert read(SignIn, raw).other_remote == ("Windows Remote Management",)


def test_a_member_whose_channel_setting_is_not_there_is_not_known_to_be_protected() -> None:
    raw = changed("server-2022-hardened", "sign_in", "channel", "values", value={})
    assert isinstance(read(NameService, raw).plain_text, Unknown)


def test_microsofts_own_match_block_is_no_doubt_and_any_other_is() -> None:
    assert read(SshServer, raw_facts_of("windows-11-entra")).matches_evaluated is True
    text = "Match User guest\n  PasswordAuthentication yes\n"
    raw = changed("windows-11-entra", "sshd", "config", value={"exists": True, "text": text})
    assert isinstance(read(SshServer, raw).matches_evaluated, Unknown)
