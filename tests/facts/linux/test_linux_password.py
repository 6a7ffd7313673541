"""Passwords and sign-in on Linux: recorded hosts, and bytes that mean nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.facts import DirectoryKind, NameService
from scanner.facts.authentication import AddressBan
from scanner.facts.base import RawFact, RawState
from scanner.facts.linux.password import READERS, names, policy, probes
from scanner.model import Absent, Reason, Unknown
from tests.facts.linux.pam_hosts import lockout_of, policy_of, raw, recorded, section, sign_in_of

# --- Recorded hosts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "length", "enforced", "history"),
    [
        ("bookworm-bare", 6, False, None),
        ("bookworm-file-without-module", 6, False, None),
        ("bookworm-argument-wins", 8, True, None),
        ("bookworm-hardened", 14, True, 24),
        ("bookworm-passwdqc-optional-mfa", 10, True, None),
        ("bullseye-cracklib", 6, True, None),
        ("trixie-pwquality-pwhistory-file", 8, True, 12),
    ],
)
def test_policy_of_recorded_hosts(name: str, length: int, enforced: bool, history: int | None) -> None:
    found = policy_of(recorded(name))
    assert (found.minimum_length, found.quality_enforced, found.history) == (length, enforced, history)
    assert found.new_hash_scheme == "yescrypt"


def test_a_file_without_its_module_is_named() -> None:
    found = policy_of(recorded("bookworm-file-without-module"))
    assert "what /etc/security/pwquality.conf demands has no effect" in found.quality_source


def test_hardened_host() -> None:
    facts = recorded("bookworm-hardened")
    locks, sign_in, rules = lockout_of(facts), sign_in_of(facts), policy_of(facts)
    assert (locks.threshold, locks.duration_s, locks.window_s, locks.gaps) == (5, 900, 900, ())
    assert locks.exempts_administrators is True
    assert (sign_in.administrator_group, sign_in.umask, sign_in.empty_password_admitted) == ("sudo", 0o027, ())
    assert (rules.new_max_age_days, rules.required_classes) == (365, 1)


def test_debian_as_installed_locks_nobody_and_admits_empty_passwords() -> None:
    facts = recorded("bookworm-bare")
    assert lockout_of(facts).threshold is None
    assert sign_in_of(facts).empty_password_admitted == ("sshd", "login", "su", "su-l", "sudo")
    assert sign_in_of(facts).administrator_group is None
    found = names.read(facts)
    assert isinstance(found, NameService)
    assert found.directory is DirectoryKind.NONE


def test_second_factor() -> None:
    required = sign_in_of(recorded("bookworm-argument-wins"))
    optional = sign_in_of(recorded("bookworm-passwdqc-optional-mfa"))
    assert required.remote_second_factor == "pam_google_authenticator.so"
    assert optional.remote_second_factor is None
    assert "nullok" in optional.second_factor_note


def test_a_ban_service_counts_only_while_it_runs() -> None:
    assert lockout_of(recorded("bookworm-fail2ban-failed")).address_ban is None
    running = lockout_of(recorded("bookworm-fail2ban-running")).address_ban
    assert isinstance(running, AddressBan)
    assert running.max_failures == 4


# --- Any bytes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [RawState.DENIED, RawState.TIMEOUT, RawState.TRUNCATED, RawState.FAILED])
def test_unread_is_unknown(state: RawState) -> None:
    sections = {probe.name: section(probe.name, "ok\n", state) for reader in READERS for probe in reader.probes}
    assert all(isinstance(reader.read(raw(**sections)), Unknown) for reader in READERS)
    assert all(isinstance(reader.read(raw()), Unknown) for reader in READERS)


def test_output_that_ended_early_is_unknown() -> None:
    facts = raw(pam=section("pam", "directory /etc/pam.d\n"), password_files=section("password_files", "ok\n"))
    found = policy.read(facts)
    assert isinstance(found, Unknown)
    assert found.code is Reason.UNREADABLE


LINES = st.sampled_from(
    [
        "=/etc/pam.d/passwd",
        "=/etc/pam.d/sshd",
        " @include sshd",
        " @include passwd",
        " password substack passwd",
        " auth [success=9 default=reset] pam_faillock.so preauth conf=/x",
        " password [a=b=c] pam_pwquality.so minlen=x",
        " password requisite pam_passwdqc.so min=1,2 config=/etc/passwdqc.conf",
        " auth required pam_succeed_if.so [a b]",
        "=/etc/security/pwquality.conf",
        " minlen = 99999999999999999999999",
        " UMASK 9",
        "umask /etc/profile 888",
        "umask x 027",
        "reads pam_faillock.so faillock.conf",
        "!/etc/login.defs",
        "module /lib/security/pam_pwquality.so",
        "module /lib/security/pam_unix.so",
        "directory /etc/pam.d",
        "passwd",
        "Id=",
        "=",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES | st.text(max_size=30), max_size=40), st.binary(max_size=200))
def test_readers_are_total(lines: list[str], noise: bytes) -> None:
    text = ("\n".join(lines) + "\nok\n").encode("utf-8", "replace") + noise + b"\nok\n"
    sections = {
        probe.name: RawFact(probe=probe.name, state=RawState.OK, stdout=text, status=0)
        for reader in READERS
        for probe in reader.probes
    }
    for reader in READERS:
        assert isinstance(reader.read(raw(**sections)), reader.fact | Absent | Unknown)


def test_probe_names_are_promises() -> None:
    assert {probe.name for reader in READERS for probe in reader.probes} == {
        "pam",
        "password_files",
        "auth_units",
        "ban_files",
        "name_service",
        "sssd",
    }
    assert probes.SSSD.grants
