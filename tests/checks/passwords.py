"""Facts about passwords and sign-in that pass, for tests to change a field of, and the checks by their short names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from scanner.catalogue import load_checks
from scanner.facts import (
    Account,
    AccountKind,
    Accounts,
    AddressBan,
    Collection,
    DirectoryKind,
    Lockout,
    NameService,
    PasswordPolicy,
    PasswordState,
    SignIn,
    SshServer,
    SshSettings,
)
from scanner.model import Absent, Outcome, Privilege, Reason, Unknown

DENIED = Unknown(Reason.DENIED, "shadow: this account may not read it")
NOW = Collection(
    collected_at=datetime(2026, 11, 22, 12, tzinfo=UTC), privilege=Privilege.ROOT, account="scan", platform="linux"
)
POLICY = PasswordPolicy(
    minimum_length=14,
    minimum_length_source="minlen 14 from /etc/security/pwquality.conf",
    quality_enforced=True,
    quality_source="pam_pwquality.so in /etc/pam.d/common-password",
    dictionary_check=True,
    user_name_check=True,
    required_classes=0,
    composition="",
    history=5,
    history_source="pam_pwhistory.so",
    new_hash_scheme="yescrypt",
    reversible_storage=False,
    new_max_age_days=None,
    new_min_age_days=None,
)
BAN = AddressBan(service="fail2ban", max_failures=5, window_s=600, duration_s=600)
LOCKOUT = Lockout(
    threshold=5,
    duration_s=900,
    window_s=900,
    exempts_administrators=True,
    how="pam_faillock.so with deny=5",
    gaps=(),
    address_ban=None,
)
NAMES = NameService(
    sources=("files",),
    directory=DirectoryKind.NONE,
    plain_text=(),
    service="",
    service_running=Absent("no directory service is needed"),
)
SIGN_IN = SignIn(
    empty_password_admitted=(),
    remote_second_factor=None,
    second_factor_note="",
    administrator_group="wheel",
    umask=0o027,
    umask_source="argument of pam_umask.so",
)
ALICE = Account(
    name="alice",
    identifier="1000",
    kind=AccountKind.HUMAN,
    interactive=True,
    home="/home/alice",
    shell="/bin/bash",
    group_ids=("1000",),
    password=PasswordState.USABLE,
    hash_scheme="yescrypt",
    password_changed=date(2026, 10, 1),
    password_min_age_days=None,
    password_max_age_days=90,
    expires=None,
    last_login=None,
)


def accounts(*people: Account, **changes: Any) -> Accounts:
    found = Accounts(
        accounts=people or (ALICE,),
        groups=(),
        duplicates=(),
        foreign_entries=(),
        hashes_in_plain_view=(),
        logins_since=DENIED,
        logins_source="",
        scan_account="scan",
    )
    return replace(found, **changes)


def ssh(**values: str) -> SshServer:
    given = {
        "usepam": "yes",
        "passwordauthentication": "yes",
        "pubkeyauthentication": "yes",
        "permitemptypasswords": "no",
        "authenticationmethods": "any",
    }
    found = {name: (value,) for name, value in (given | values).items()}
    return SshServer(
        product="OpenSSH",
        version="9.2",
        ports=(22,),
        settings=(SshSettings(user="", address="", values=found),),
        match_blocks=0,
        matches_evaluated=True,
        config_text=(),
    )


def changed(fact: Any, changes: dict[str, Any]) -> Any:
    return replace(fact, **changes)


@cache
def _checks() -> dict[str, Any]:
    return {name: found.run for name, found in load_checks().items() if name.startswith("password/")}


def run(name: str, *facts: Any, **parameters: Any) -> Outcome:
    outcome: Outcome = _checks()[f"password/{name}"](*facts, **parameters)
    return outcome
