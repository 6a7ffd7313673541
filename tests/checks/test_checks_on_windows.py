"""What the shared checks make of facts that only Windows fills, where the answer turns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scanner.api import (
    Absent,
    AutomaticSignIn,
    AutoUpdates,
    Collection,
    Lockout,
    Outcome,
    PasswordPolicy,
    PatchLevel,
    Privilege,
    Reason,
    SignIn,
    SshServer,
    SshSettings,
    Status,
    Unknown,
    Updater,
)
from scanner.catalogue import load_checks
from scanner.errors import FactAbsent, FactUnavailable

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
COLLECTION = Collection(collected_at=NOW, privilege=Privilege.ROOT, account="scan", platform="windows")
NOT_READ = Unknown(Reason.DENIED, "not read")
NOTHING = Absent("nothing")
CHECKS = load_checks()


def run(name: str, *facts: Any, **parameters: Any) -> Outcome:
    names = [parameter.name for parameter in CHECKS[name].facts]
    outcome: Outcome = CHECKS[name].run(**dict(zip(names, facts, strict=True)), **parameters)
    return outcome


def status_of(name: str, *facts: Any, **parameters: Any) -> Status:
    try:
        return run(name, *facts, **parameters).status
    except FactUnavailable:
        return Status.UNKNOWN
    except FactAbsent:
        return Status.NOT_APPLICABLE


# --- accounts/automatic_sign_in ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("enabled", "kept", "status"),
    [
        (False, False, Status.PASS),
        (True, False, Status.FAIL),
        (False, True, Status.FAIL),
        (True, NOT_READ, Status.FAIL),
        (NOT_READ, False, Status.UNKNOWN),
        (False, NOT_READ, Status.UNKNOWN),
    ],
)
def test_automatic_sign_in(enabled: Any, kept: Any, status: Status) -> None:
    fact = AutomaticSignIn(enabled=enabled, password_kept=kept)
    assert status_of("accounts/automatic_sign_in", fact) is status


# --- password/mfa_remote ----------------------------------------------------------------------------------


def sign_in(other: Any) -> SignIn:
    return SignIn(
        empty_password_admitted=(),
        remote_second_factor=None,
        second_factor_note="",
        administrator_group=NOTHING,
        umask=NOTHING,
        umask_source="",
        other_remote=other,
    )


def server(**values: str) -> SshServer:
    settings = SshSettings(user="", address="", values={name: (value,) for name, value in values.items()})
    return SshServer(
        product="openssh",
        version=NOT_READ,
        ports=(22,),
        settings=(settings,),
        match_blocks=0,
        matches_evaluated=True,
        config_text=(),
        ignored=frozenset({"usepam", "permitrootlogin", "x11forwarding", "permituserenvironment"}),
    )


def test_mfa_remote_asks_about_remote_ways_in_beside_ssh() -> None:
    asked = run("password/mfa_remote", None, sign_in(("Remote Desktop",)))
    assert asked.status is Status.REVIEW
    assert asked.items == ("Remote Desktop",)
    both = run("password/mfa_remote", server(passwordauthentication="yes"), sign_in(("Remote Desktop",)))
    assert both.items == ("Remote Desktop", "SSH")


def test_mfa_remote_is_not_excused_by_a_missing_ssh_server_alone() -> None:
    assert status_of("password/mfa_remote", None, sign_in(())) is Status.NOT_APPLICABLE
    assert status_of("password/mfa_remote", None, sign_in(NOT_READ)) is Status.UNKNOWN
    assert status_of("password/mfa_remote", None, NOT_READ) is Status.UNKNOWN


def test_mfa_remote_still_fails_a_password_over_ssh_where_a_factor_is_demanded() -> None:
    facts = server(passwordauthentication="yes"), sign_in(("Remote Desktop",))
    assert status_of("password/mfa_remote", *facts, demanded=True) is Status.FAIL


# --- keywords that this build of the SSH server never follows ----------------------------------------------


def lockout(threshold: int = 5) -> Lockout:
    return Lockout(
        threshold=threshold,
        duration_s=900,
        window_s=900,
        exempts_administrators=False,
        how="account lockout policy",
        gaps=(),
        address_ban=None,
    )


def test_lockout_counts_ssh_logins_where_there_is_no_pam() -> None:
    ssh = server(passwordauthentication="yes", usepam="no")
    assert status_of("password/lockout", lockout(), ssh, None, None, None) is Status.PASS


def test_root_login_has_no_object_where_the_server_knows_no_superuser() -> None:
    assert run("remote_access/ssh_root_login", server(), NOT_READ).status is Status.NOT_APPLICABLE


def test_limits_leave_out_what_the_server_never_follows() -> None:
    values = {"maxauthtries": "4", "logingracetime": "60", "clientaliveinterval": "300", "x11forwarding": "yes"}
    assert run("remote_access/ssh_limits", server(**values)).status is Status.PASS


# --- password/hash: one scheme that nobody can change, and the setting beside it ----------------------------


def policy(reversible: Any) -> PasswordPolicy:
    return PasswordPolicy(
        minimum_length=14,
        minimum_length_source="policy",
        quality_enforced=True,
        quality_source="policy",
        dictionary_check=NOTHING,
        user_name_check=True,
        required_classes=3,
        composition="",
        history=24,
        history_source="policy",
        new_hash_scheme=NOTHING,
        reversible_storage=reversible,
        new_max_age_days=365,
        new_min_age_days=1,
    )


@pytest.mark.parametrize(
    ("reversible", "status"),
    [(False, Status.UNKNOWN), (True, Status.FAIL), (NOT_READ, Status.UNKNOWN)],
)
def test_hash_is_not_excused_while_policy_or_accounts_are_not_known(reversible: Any, status: Status) -> None:
    assert status_of("password/hash", policy(reversible), NOT_READ, COLLECTION) is status


# --- patching ----------------------------------------------------------------------------------------------


def updater(unprotected: Any) -> Updater:
    return Updater(
        name="Windows Update",
        active=True,
        installs=True,
        broken=(),
        last_completed=NOW,
        last_error=NOTHING,
        unprotected=unprotected,
    )


@pytest.mark.parametrize(
    ("unprotected", "status"),
    [(NOTHING, Status.PASS), ("http://wsus:8530", Status.FAIL), (NOT_READ, Status.UNKNOWN)],
)
def test_auto_updates_trusts_no_server_that_is_asked_in_the_clear(unprotected: Any, status: Status) -> None:
    auto = AutoUpdates(updaters=(updater(unprotected),), unread=NOTHING)
    assert status_of("patching/auto_updates", auto, COLLECTION, None) is status


@pytest.mark.parametrize(
    ("age", "undated", "status"),
    [
        (35, "", Status.PASS),
        (36, "", Status.WARN),
        (61, "", Status.FAIL),
        (1, "installed then", Status.WARN),
        (60, "installed then", Status.WARN),
        (61, "installed then", Status.FAIL),
    ],
)
def test_security_pending_takes_no_day_of_installation_for_one_of_release(
    age: int, undated: str, status: Status
) -> None:
    level = PatchLevel(
        manager="Windows Update",
        classified=False,
        pending=NOT_READ,
        holds=(),
        phased=(),
        sources=NOTHING,
        security_source=NOT_READ,
        refreshed=NOW,
        last_run=NOW,
        installed_level=NOW - timedelta(days=age),
        level_undated=undated,
    )
    outcome = run("patching/security_pending", level, COLLECTION)
    assert outcome.status is status
    assert outcome.note == (NOT_READ.detail if status is Status.PASS else undated)
