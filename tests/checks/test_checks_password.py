"""The password family: each check where it passes, where it fails, and where nobody can tell."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest

from scanner.catalogue import load_checks
from scanner.errors import FactAbsent, FactUnavailable
from scanner.facts import (
    Account,
    AccountKind,
    Accounts,
    AddressBan,
    Collection,
    DirectoryKind,
    Host,
    Lockout,
    NameService,
    PasswordPolicy,
    PasswordProof,
    PasswordState,
    SignIn,
    SshServer,
    SshSettings,
    directory_only,
)
from scanner.model import Absent, Outcome, Privilege, Reason, Status, Unknown
from tests.checks.outcomes import status as outcome_status
from tests.checks.planned import values_on

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


# --- min_length -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "status"),
    [
        (14, Status.PASS),
        (20, Status.PASS),
        (13, Status.WARN),
        (12, Status.WARN),
        (11, Status.FAIL),
        (0, Status.FAIL),
        (None, Status.FAIL),
    ],
)
def test_min_length(length: int | None, status: Status) -> None:
    assert run("min_length", replace(POLICY, minimum_length=length), NAMES, accounts()).status is status


@pytest.mark.parametrize("platform", ["linux", "windows", "directory"])
@pytest.mark.parametrize(
    ("site", "length", "status"),
    [
        ({}, 12, Status.WARN),
        ({"required": 16}, 16, Status.PASS),
        ({"required": 16}, 15, Status.FAIL),
        ({"required": 16}, 12, Status.FAIL),
        ({"required": 13}, 12, Status.WARN),  # looser: the pack's tolerance stands
        ({"required": 16, "tolerated": 15}, 15, Status.WARN),  # the site's own
        ({"required": 16, "tolerated": 15}, 14, Status.FAIL),
    ],
)
def test_a_site_that_asks_for_a_longer_minimum_tolerates_no_shorter_one(
    platform: str, site: dict[str, int], length: int, status: Status
) -> None:
    own = {f"password__min_length__{key}": value for key, value in site.items()}
    values = values_on(platform, "password/min_length", **own)
    assert run("min_length", replace(POLICY, minimum_length=length), NAMES, accounts(), **values).status is status


def test_a_stricter_minimum_for_one_platform_leaves_the_tolerance_of_the_others() -> None:
    own = {"password__min_length__required__windows": 16}
    found = {name: values_on(name, "password/min_length", **own)["tolerated"] for name in ("linux", "windows")}
    assert found == {"linux": 12, "windows": 16}


def test_a_warning_about_a_short_length_says_that_it_rests_on_a_tolerance() -> None:
    assert run("min_length", replace(POLICY, minimum_length=12), NAMES, accounts()).tolerances == ("tolerated",)


def test_min_length_parameters_and_unknown() -> None:
    assert run("min_length", POLICY, DENIED, DENIED, required=15, tolerated=15).status is Status.FAIL
    with pytest.raises(FactUnavailable):
        run("min_length", replace(POLICY, minimum_length=DENIED), NAMES, accounts())


def test_min_length_needs_an_object() -> None:
    joined = replace(NAMES, directory=DirectoryKind.ACTIVE_DIRECTORY)
    locked = replace(ALICE, password=PasswordState.LOCKED)
    short = replace(POLICY, minimum_length=None)
    assert run("min_length", short, joined, accounts(locked)).status is Status.NOT_APPLICABLE
    assert run("min_length", short, joined, accounts(locked, ALICE)).status is Status.FAIL
    assert run("min_length", short, joined, accounts(replace(ALICE, password=DENIED))).status is Status.FAIL
    assert run("min_length", short, NAMES, accounts(locked)).status is Status.FAIL


# --- quality, history -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, Status.PASS),
        ({"quality_enforced": False}, Status.FAIL),
        ({"dictionary_check": False}, Status.FAIL),
        ({"user_name_check": False}, Status.FAIL),
        ({"dictionary_check": False, "user_name_check": DENIED}, Status.FAIL),
        ({"dictionary_check": Absent("Windows has none")}, Status.PASS),
    ],
)
def test_quality(changes: dict[str, Any], status: Status) -> None:
    assert run("quality", replace(POLICY, **changes)).status is status


@pytest.mark.parametrize("field", ["quality_enforced", "dictionary_check", "user_name_check"])
def test_quality_never_passes_on_what_was_not_read(field: str) -> None:
    with pytest.raises(FactUnavailable):
        run("quality", changed(POLICY, {field: DENIED}))


def test_quality_demands_character_classes_only_when_asked() -> None:
    assert run("quality", POLICY, composition=True).status is Status.FAIL
    assert run("quality", replace(POLICY, required_classes=3), composition=True).status is Status.PASS
    with pytest.raises(FactUnavailable):
        run("quality", replace(POLICY, required_classes=DENIED), composition=True)


@pytest.mark.parametrize(("history", "status"), [(5, Status.PASS), (4, Status.FAIL), (None, Status.FAIL)])
def test_history(history: int | None, status: Status) -> None:
    assert run("history", replace(POLICY, history=history)).status is status


def test_reversible_storage_fails_the_hash() -> None:
    assert run("hash", replace(POLICY, reversible_storage=True), accounts(), NOW).status is Status.FAIL
    with pytest.raises(FactUnavailable):
        run("hash", replace(POLICY, reversible_storage=DENIED), accounts(), NOW)


def test_history_limit_and_unknown() -> None:
    assert run("history", POLICY, required=24).status is Status.FAIL
    with pytest.raises(FactUnavailable):
        run("history", replace(POLICY, history=DENIED))


@pytest.mark.parametrize(
    ("age", "demanded", "status"),
    [
        (None, None, Status.PASS),
        (DENIED, None, Status.PASS),
        (None, 1, Status.WARN),
        (1, 1, Status.PASS),
        (1, 2, Status.WARN),
        (2, 2, Status.PASS),
    ],
)
def test_history_is_worth_little_without_a_minimum_age(age: Any, demanded: int | None, status: Status) -> None:
    policy = replace(POLICY, new_min_age_days=age)
    assert run("history", policy, min_age_days=demanded).status is status
    assert run("history", replace(policy, history=4), min_age_days=demanded).status is Status.FAIL


def test_history_shows_both_ages_and_passes_on_no_minimum_age_that_is_not_known() -> None:
    assert run("history", POLICY).actual.endswith("; no minimum age, no maximum age")
    kept = replace(POLICY, new_min_age_days=1, new_max_age_days=42)
    assert run("history", kept).actual.endswith("; minimum age 1 day, maximum age 42 days")
    assert run("history", replace(kept, history=None)).actual.endswith("; minimum age 1 day, maximum age 42 days")
    assert "maximum age not known" in run("history", replace(kept, new_max_age_days=DENIED)).actual
    with pytest.raises(FactUnavailable):
        run("history", replace(kept, new_min_age_days=DENIED), min_age_days=1)


# --- hash, aging, empty, shadowed -------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["md5", "des", "bsdi", "nt", "something-new"])
def test_weak_hashes_fail(scheme: str) -> None:
    found = run("hash", POLICY, accounts(ALICE, replace(ALICE, name="bob", hash_scheme=scheme)), NOW)
    assert (found.status, found.items) == (Status.FAIL, (f"bob: {scheme}",))


def test_hash() -> None:
    locked = replace(ALICE, name="old", password=PasswordState.LOCKED, hash_scheme="md5")
    ended = replace(ALICE, name="gone", hash_scheme="md5", expires=date(2020, 1, 1))
    assert run("hash", POLICY, accounts(ALICE, locked, ended), NOW).status is Status.PASS
    assert run("hash", replace(POLICY, new_hash_scheme="md5"), DENIED, NOW).status is Status.FAIL
    weak = accounts(replace(ALICE, hash_scheme="des"))
    assert run("hash", replace(POLICY, new_hash_scheme=DENIED), weak, NOW).status is Status.FAIL
    for policy, known in (
        (replace(POLICY, new_hash_scheme=DENIED), accounts()),
        (POLICY, DENIED),
        (POLICY, accounts(replace(ALICE, password=DENIED))),
        (POLICY, accounts(replace(ALICE, hash_scheme=DENIED))),
    ):
        with pytest.raises(FactUnavailable):
            run("hash", policy, known, NOW)


@pytest.mark.parametrize(
    ("max_age", "limit", "status"),
    [
        (None, None, Status.PASS),
        (90, 90, Status.PASS),
        (91, 90, Status.FAIL),
        (None, 90, Status.FAIL),
    ],
)
def test_aging(max_age: int | None, limit: int | None, status: Status) -> None:
    people = accounts(replace(ALICE, password_max_age_days=max_age))
    assert run("aging", people, NOW, POLICY, max_age_days=limit).status is status


def test_aging_by_account() -> None:
    system = replace(ALICE, name="daemon", kind=AccountKind.SYSTEM, password_max_age_days=None)
    locked = replace(ALICE, name="old", password=PasswordState.LOCKED, password_max_age_days=None)
    free = replace(ALICE, name="bob", password_max_age_days=None)
    assert run("aging", accounts(ALICE, system, locked), NOW, POLICY, max_age_days=90).status is Status.PASS
    assert run("aging", accounts(ALICE, free), NOW, POLICY, max_age_days=90).items == ("bob: no maximum age",)
    future = accounts(replace(ALICE, password_changed=date(2027, 1, 1)))
    assert run("aging", future, NOW, POLICY).status is Status.FAIL
    for field in ("password", "password_changed", "password_max_age_days"):
        with pytest.raises(FactUnavailable):
            run("aging", accounts(changed(ALICE, {field: DENIED})), NOW, POLICY)


FOREVER = replace(ALICE, name="backup", password_max_age_days=None, password_never_expires=True)


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        (replace(POLICY, new_max_age_days=42), Status.REVIEW),
        (POLICY, Status.PASS),  # the rules let every password live
        (None, Status.PASS),
        (DENIED, Reason.DENIED),
        (replace(POLICY, new_max_age_days=DENIED), Reason.DENIED),
    ],
)
def test_a_password_that_never_expires_is_a_question_where_all_others_do(policy: Any, status: Status | Reason) -> None:
    assert outcome_status("password/aging", accounts(ALICE, FOREVER), NOW, policy) is status
    ordinary = accounts(ALICE, replace(FOREVER, password_never_expires=False))
    assert run("aging", ordinary, NOW, policy).status is Status.PASS  # nobody is exempt, so nothing is asked


def test_accounts_whose_password_never_expires_are_named_in_every_case() -> None:
    people = accounts(ALICE, FOREVER, replace(FOREVER, name="gone", disabled=True))
    expiring = replace(POLICY, new_max_age_days=42)
    asked = run("aging", people, NOW, expiring)
    assert (asked.items, "backup" in asked.actual, "42 days" in asked.question) == (("backup",), True, True)
    assert "of 1 the password never expires: backup" in run("aging", people, NOW, POLICY).actual
    assert run("aging", people, NOW, expiring, max_age_days=90).items == ("backup: no maximum age",)
    excused = run("aging", people, NOW, expiring, exempt=("backup",))
    assert (excused.status, "backup" in excused.note) == (Status.PASS, True)
    with pytest.raises(FactUnavailable):
        run("aging", accounts(replace(FOREVER, password_never_expires=DENIED)), NOW, expiring)


def test_what_is_not_known_of_other_accounts_is_part_of_the_question() -> None:
    unread = [replace(ALICE, name=name, password=DENIED) for name in ("amy", "bob")]
    found = run("aging", accounts(*unread, FOREVER), NOW, replace(POLICY, new_max_age_days=42))
    assert (found.status, found.items) == (Status.REVIEW, ("backup", f"not known: {DENIED.detail}"))
    with pytest.raises(FactUnavailable):
        run("aging", accounts(*unread, FOREVER), NOW, POLICY)


def test_empty_password() -> None:
    empty = replace(ALICE, name="bob", password=PasswordState.EMPTY)
    ended = replace(empty, expires=date(2020, 1, 1))
    unread = replace(ALICE, password=DENIED)
    assert run("empty_password", accounts(), NOW).status is Status.PASS
    assert run("empty_password", accounts(unread, empty), NOW).items == ("bob",)
    assert run("empty_password", accounts(replace(empty, expires=DENIED)), NOW).status is Status.FAIL
    passed = run("empty_password", accounts(ALICE, ended), NOW)
    assert (passed.status, "bob" in passed.note) == (Status.PASS, True)
    with pytest.raises(FactUnavailable):
        run("empty_password", accounts(ALICE, unread), NOW)


def test_what_rules_demand_is_not_called_seen() -> None:
    ruled = replace(ALICE, password_proof=PasswordProof.RULE)
    found = run("empty_password", accounts(ruled, replace(ruled, disabled=True)), NOW)
    assert found.status is Status.PASS
    assert found.actual == "each of 1 open account must have a password by today's rules"
    assert "whether an older one is empty cannot be read" in found.note
    lax = replace(ALICE, password_proof=DENIED)
    with pytest.raises(FactUnavailable):
        run("empty_password", accounts(ruled, lax), NOW)
    assert run("empty_password", accounts(ruled, replace(lax, disabled=True)), NOW).status is Status.PASS


def test_shadowed() -> None:
    assert run("shadowed", accounts()).status is Status.PASS
    assert run("shadowed", accounts(hashes_in_plain_view=("bob",))).status is Status.FAIL
    with pytest.raises(FactUnavailable):
        run("shadowed", accounts(hashes_in_plain_view=DENIED))


# --- nullok, lockout --------------------------------------------------------------------------------------

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


def test_a_host_without_any_account_is_no_host_of_a_directory() -> None:
    joined = replace(NAMES, directory=DirectoryKind.IPA)
    assert not directory_only(joined, accounts())
    assert not directory_only(joined, DENIED)
    assert not directory_only(NAMES, accounts(replace(ALICE, password=PasswordState.NONE)))


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
