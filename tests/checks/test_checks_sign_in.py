"""Ways in beside the password's own rules: empty passwords, second factors, directories, su and umask."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scanner.errors import FactAbsent, FactUnavailable
from scanner.facts import DirectoryKind, PasswordState, SshServer, SshSettings, directory_only
from scanner.model import Absent, Status
from tests.checks.passwords import ALICE, DENIED, NAMES, SIGN_IN, accounts, changed, run, ssh

# --- nullok -----------------------------------------------------------------------------------------------

ADMITS = replace(SIGN_IN, empty_password_admitted=("sshd", "login"))
EMPTY = replace(ALICE, name="bob", password=PasswordState.EMPTY)


def test_nullok() -> None:
    assert run("nullok", SIGN_IN, accounts(), ssh()).status is Status.PASS
    assert run("nullok", SIGN_IN, DENIED, None).status is Status.PASS
    assert run("nullok", ADMITS, accounts(), ssh()).note
    assert run("nullok", ADMITS, accounts(), ssh(), tolerated=False).status is Status.FAIL
    assert run("nullok", ADMITS, accounts(ALICE, EMPTY), ssh()).status is Status.FAIL
    assert run("nullok", DENIED, DENIED, ssh(permitemptypasswords="yes")).status is Status.FAIL
    written = replace(ssh(), settings=DENIED, config_text=(("permitemptypasswords", "yes"),))
    assert run("nullok", SIGN_IN, accounts(), written).status is Status.FAIL


def test_nullok_names_ssh_only_where_it_does_not_refuse_empty_passwords_itself() -> None:
    closed, unread = ssh(), replace(ssh(), settings=DENIED)
    partly = replace(ssh(), matches_evaluated=DENIED)
    assert run("nullok", ADMITS, accounts(ALICE, EMPTY), closed).items == ("login",)
    assert run("nullok", ADMITS, accounts(ALICE, EMPTY), unread).items == ("sshd", "login")
    assert run("nullok", ADMITS, accounts(ALICE, EMPTY), partly).items == ("sshd", "login")
    assert "sshd" not in run("nullok", ADMITS, accounts(), closed).actual
    only = replace(SIGN_IN, empty_password_admitted=("sshd",))
    assert run("nullok", only, accounts(ALICE, EMPTY), closed).status is Status.PASS
    with pytest.raises(FactUnavailable):
        run("nullok", only, accounts(), partly)


def test_nullok_unknown() -> None:
    for facts in (
        (ADMITS, DENIED, ssh()),
        (ADMITS, accounts(replace(ALICE, password=DENIED)), ssh()),
        (SIGN_IN, accounts(), DENIED),
        (SIGN_IN, accounts(), replace(ssh(), settings=DENIED)),
        (SIGN_IN, accounts(), replace(ssh(), matches_evaluated=DENIED)),
        (DENIED, accounts(), ssh()),
    ):
        with pytest.raises(FactUnavailable):
            run("nullok", *facts)


# --- mfa_remote -------------------------------------------------------------------------------------------

TOKEN = replace(SIGN_IN, remote_second_factor="pam_google_authenticator.so")
SECURITY_KEYS = {
    "passwordauthentication": "no",
    "pubkeyacceptedalgorithms": "sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com",
}


@pytest.mark.parametrize(
    ("server", "sign_in", "status"),
    [
        (ssh(), SIGN_IN, Status.REVIEW),
        (ssh(pubkeyauthentication="no"), TOKEN, Status.PASS),
        (ssh(), TOKEN, Status.REVIEW),  # a key gets in without the token
        (ssh(usepam="no", pubkeyauthentication="no"), TOKEN, Status.REVIEW),
        (ssh(passwordauthentication="no"), SIGN_IN, Status.REVIEW),
        (ssh(authenticationmethods="publickey,password"), SIGN_IN, Status.PASS),
        (ssh(authenticationmethods="publickey,password password"), SIGN_IN, Status.REVIEW),
        (ssh(authenticationmethods="gssapi-with-mic,password"), SIGN_IN, Status.REVIEW),
        (ssh(authenticationmethods="gssapi-with-mic"), TOKEN, Status.REVIEW),
        (ssh(authenticationmethods="publickey,publickey"), SIGN_IN, Status.REVIEW),
        (ssh(authenticationmethods="password,keyboard-interactive"), SIGN_IN, Status.REVIEW),
        (ssh(authenticationmethods="publickey,keyboard-interactive:pam"), TOKEN, Status.PASS),
        (ssh(**SECURITY_KEYS, pubkeyauthoptions="verify-required"), SIGN_IN, Status.PASS),
        (ssh(**SECURITY_KEYS, pubkeyauthoptions="touch-required"), SIGN_IN, Status.REVIEW),
        (ssh(authenticationmethods="publickey,password"), DENIED, Status.PASS),
    ],
)
def test_mfa_remote(server: SshServer, sign_in: Any, status: Status) -> None:
    assert run("mfa_remote", server, sign_in).status is status


def test_mfa_remote_demanded() -> None:
    assert run("mfa_remote", ssh(), SIGN_IN, demanded=True).status is Status.FAIL
    assert run("mfa_remote", ssh(passwordauthentication="no"), SIGN_IN, demanded=True).status is Status.REVIEW
    one_way = SshSettings(user="bob", address="public", values=ssh().settings[0].values)  # type: ignore[index]
    strict = ssh(authenticationmethods="publickey,password")
    mixed = replace(strict, settings=(*strict.settings, one_way))  # type: ignore[misc]
    found = run("mfa_remote", mixed, SIGN_IN, demanded=True)
    assert (found.status, len(found.items)) == (Status.FAIL, 1)


@pytest.mark.parametrize("methods", ["keyboard-interactive", "keyboard-interactive:pam", "gssapi-with-mic", "password"])
def test_a_password_by_another_name_is_a_password(methods: str) -> None:
    server = ssh(authenticationmethods=methods)
    assert run("mfa_remote", server, SIGN_IN, demanded=True).status is Status.FAIL
    assert run("mfa_remote", server, SIGN_IN).actual == "a password alone is enough"


def test_mfa_remote_unknown() -> None:
    strict = ssh(authenticationmethods="publickey,password")
    for server, sign_in in (
        (replace(ssh(), settings=DENIED), SIGN_IN),
        (ssh(), DENIED),
        (replace(strict, matches_evaluated=DENIED), SIGN_IN),
    ):
        with pytest.raises(FactUnavailable):
            run("mfa_remote", server, sign_in)


# --- directory, su_restricted, umask ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, Status.PASS),
        ({"directory": DirectoryKind.IPA, "service": "sssd", "service_running": True}, Status.PASS),
        ({"directory": DirectoryKind.NIS}, Status.FAIL),
        ({"directory": DirectoryKind.LDAP, "plain_text": ("ldap://a.example",)}, Status.FAIL),
        ({"directory": DirectoryKind.IPA, "service": "sssd", "service_running": False}, Status.FAIL),
        ({"directory": DENIED, "service": "sssd", "service_running": False, "plain_text": DENIED}, Status.FAIL),
    ],
)
def test_directory(changes: dict[str, Any], status: Status) -> None:
    assert run("directory", replace(NAMES, **changes)).status is status


def test_only_the_rules_of_active_directory_are_judged_elsewhere() -> None:
    joined = replace(NAMES, service="sssd", service_running=True)
    for kind in (DirectoryKind.ENTRA, DirectoryKind.IPA, DirectoryKind.LDAP):
        found = run("directory", replace(joined, directory=kind))
        assert (found.status, found.note.startswith("Its password rules are not judged")) == (Status.PASS, True)
    domain = run("directory", replace(joined, directory=DirectoryKind.ACTIVE_DIRECTORY))
    assert "ldaps://" in domain.note


@pytest.mark.parametrize("field", ["directory", "plain_text", "service_running"])
def test_directory_unknown(field: str) -> None:
    with pytest.raises(FactUnavailable):
        run("directory", changed(NAMES, {field: DENIED}))


def test_a_host_without_any_account_is_no_host_of_a_directory() -> None:
    joined = replace(NAMES, directory=DirectoryKind.IPA)
    assert not directory_only(joined, accounts())
    assert not directory_only(joined, DENIED)
    assert not directory_only(NAMES, accounts(replace(ALICE, password=PasswordState.NONE)))


def test_su_restricted() -> None:
    anybody = replace(SIGN_IN, administrator_group=None)
    assert run("su_restricted", SIGN_IN, demanded=True).status is Status.PASS
    assert run("su_restricted", anybody).note
    assert run("su_restricted", anybody, demanded=True).status is Status.FAIL
    with pytest.raises(FactAbsent):
        run("su_restricted", replace(SIGN_IN, administrator_group=Absent("there is no su")))


@pytest.mark.parametrize(
    ("mask", "status"),
    [(0o027, Status.PASS), (0o077, Status.PASS), (0o022, Status.FAIL), (0o007, Status.FAIL), (0o026, Status.FAIL)],
)
def test_umask(mask: int, status: Status) -> None:
    assert run("umask", replace(SIGN_IN, umask=mask)).status is status
