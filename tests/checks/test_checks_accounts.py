"""The account checks: passing, failing, and what a careless check would get wrong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from scanner.catalogue import load_checks
from scanner.check import Check
from scanner.errors import FactAbsent, FactUnavailable
from scanner.facts import (
    Account,
    AccountKind,
    Accounts,
    AuthorizedKey,
    AuthorizedKeys,
    BuiltIn,
    Collection,
    GrantScope,
    HomeFolder,
    KeyFile,
    PasswordState,
    PrivilegeGrant,
    Privileges,
    SecretAsked,
    SshServer,
    SshSettings,
)
from scanner.model import Absent, Outcome, Privilege, Reason, Status, Unknown
from tests.checks.planned import values_on

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DENIED = Unknown(Reason.DENIED, "shadow: denied")
NOW_FACT = Collection(collected_at=NOW, privilege=Privilege.ROOT, account="scan", platform="linux")
CHECKS: dict[str, Check] = load_checks()


def run(name: str, *facts: object, **parameters: Any) -> Outcome:
    return CHECKS[f"accounts/{name}"].run(*facts, **parameters)


def days_ago(count: int) -> datetime:
    return NOW - timedelta(days=count)


def account(name: str = "amy", **changes: Any) -> Account:
    sample = Account(
        name=name,
        identifier="1000",
        kind=AccountKind.HUMAN,
        interactive=True,
        home=f"/home/{name}",
        shell="/bin/bash",
        group_ids=("1000",),
        password=PasswordState.USABLE,
        hash_scheme="yescrypt",
        password_changed=date(2026, 1, 1),
        password_min_age_days=None,
        password_max_age_days=None,
        expires=None,
        last_login=days_ago(3),
    )
    return replace(sample, **changes)


ROOT = account("root", identifier="0", kind=AccountKind.SUPERUSER, password=PasswordState.LOCKED, last_login=None)
LOCKED: dict[str, Any] = {"password": PasswordState.LOCKED}
ENDED: dict[str, Any] = {"expires": date(2026, 1, 1)}


def accounts(*items: Account, **changes: Any) -> Accounts:
    sample = Accounts(
        accounts=(ROOT, *items),
        groups=(),
        duplicates=(),
        foreign_entries=(),
        hashes_in_plain_view=(),
        logins_since=days_ago(400),
        logins_source="lastlog2",
        scan_account="scan",
        directories=(),
        homes=(),
    )
    return replace(sample, **changes)


KEY = AuthorizedKey(kind="ed25519", bits=256, fingerprint="SHA256:one", comment="amy@desk")


def keys(complete: bool | Unknown = True, **held: AuthorizedKey) -> AuthorizedKeys:
    files = tuple(
        KeyFile(path=f"/home/{name}/.ssh/authorized_keys", account=name, keys=(key,)) for name, key in held.items()
    )
    return AuthorizedKeys(files=files, complete=complete)


def grant(holder: str = "amy", **changes: Any) -> PrivilegeGrant:
    sample = PrivilegeGrant(
        holder=holder,
        accounts=(holder,),
        means="sudo",
        scope=GrantScope.EVERYTHING,
        commands=("ALL",),
        exceptions=(),
        asks_for=SecretAsked.OWN,
        text=f"{holder} as (ALL) ALL",
    )
    return replace(sample, **changes)


def privileges(*grants: PrivilegeGrant, **changes: Any) -> Privileges:
    sample = Privileges(superusers=("root",), admin_groups=(), equivalent_groups=(), grants=grants)
    return replace(sample, **changes)


def unknown_by(call: Callable[[], Outcome]) -> Unknown:
    with pytest.raises(FactUnavailable) as caught:
        call()
    return caught.value.unknown


def test_uid0() -> None:
    toor = account("toor", kind=AccountKind.SUPERUSER)
    assert run("uid0", accounts(account())).status is Status.PASS
    assert run("uid0", accounts(toor)).items == ("root", "toor")


def test_duplicates() -> None:
    assert run("duplicates", accounts(account())).status is Status.PASS
    assert run("duplicates", accounts(duplicates=("the user number 0 belongs to a, b",))).status is Status.FAIL
    assert run("duplicates", accounts(foreign_entries=("+::::::",))).status is Status.FAIL


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Status.PASS),
        ({"last_login": days_ago(60)}, Status.WARN),
        ({"last_login": days_ago(90)}, Status.WARN),
        ({"last_login": days_ago(91)}, Status.FAIL),
        ({"last_login": days_ago(91), "interactive": False}, Status.PASS),
        ({"last_login": days_ago(91), **ENDED}, Status.PASS),
        ({"last_login": days_ago(91), **LOCKED}, Status.PASS),
        ({"last_login": days_ago(91), "name": "scan"}, Status.PASS),
        ({"last_login": None}, Status.FAIL),
        ({"last_login": None, "password_changed": date(2026, 11, 10)}, Status.PASS),
    ],
)
def test_inactive(changes: dict[str, Any], expected: Status) -> None:
    assert run("inactive", accounts(account(**changes)), keys(), NOW_FACT).status is expected


@pytest.mark.parametrize(("idle", "expected"), [(30, Status.PASS), (31, Status.FAIL), (45, Status.FAIL)])
def test_a_limit_of_a_site_below_the_packs_warning_holds(idle: int, expected: Status) -> None:
    values = values_on("linux", "accounts/inactive", accounts__inactive__max_idle_days=30)
    found = run("inactive", accounts(account(last_login=days_ago(idle))), keys(), NOW_FACT, **values)
    assert found.status is expected


def test_inactive_knows_what_it_cannot_know() -> None:
    idle = account(last_login=days_ago(91))
    assert run("inactive", accounts(replace(idle, **LOCKED)), keys(amy=KEY), NOW_FACT).status is Status.FAIL
    young = accounts(account(last_login=None), logins_since=days_ago(10))
    assert run("inactive", young, keys(), NOW_FACT).reason is Reason.STALE
    closed = accounts(replace(idle, password=DENIED, expires=DENIED))
    assert unknown_by(lambda: run("inactive", closed, keys(), NOW_FACT)) == DENIED
    none = accounts(account(last_login=DENIED))
    assert unknown_by(lambda: run("inactive", none, keys(), NOW_FACT)) == DENIED


def test_never_used() -> None:
    unused = account(last_login=None)
    assert run("never_used", accounts(unused), keys(), NOW_FACT).status is Status.REVIEW
    assert run("never_used", accounts(unused), keys(), NOW_FACT, verdict="fail").status is Status.FAIL
    assert run("never_used", accounts(account()), keys(), NOW_FACT).status is Status.PASS
    new = replace(unused, password_changed=date(2026, 11, 1))
    assert run("never_used", accounts(new), keys(), NOW_FACT).status is Status.PASS
    young = accounts(unused, logins_since=days_ago(5))
    assert run("never_used", young, keys(), NOW_FACT).reason is Reason.STALE
    unsure = accounts(account(last_login=DENIED))
    assert unknown_by(lambda: run("never_used", unsure, keys(), NOW_FACT)) == DENIED


@pytest.mark.parametrize(
    ("name", "parameters", "expected"),
    [
        ("amy", {}, Status.PASS),
        ("warehouse2", {}, Status.REVIEW),
        ("dock-scanner", {}, Status.REVIEW),
        ("ec2-user", {}, Status.REVIEW),
        ("piotr", {}, Status.PASS),  # a whole word, not a part of one
        ("warehouse", {"exempt": ("warehouse: J. Smith",)}, Status.PASS),
        ("warehouse", {"exempt": ("warehouse",)}, Status.REVIEW),
        ("warehouse", {"shared": ("warehouse",)}, Status.FAIL),
    ],
)
def test_generic(name: str, parameters: dict[str, Any], expected: Status) -> None:
    assert run("generic", accounts(account(name)), keys(), NOW_FACT, **parameters).status is expected


def own(name: str, built_in: BuiltIn, **changes: Any) -> Account:
    return account(name, built_in=built_in, kind=AccountKind.SYSTEM, **changes)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (own("adm-local", BuiltIn.ADMINISTRATOR), Status.REVIEW),
        (own("adm-local", BuiltIn.ADMINISTRATOR, disabled=True), Status.PASS),
        (own("Administrateur", BuiltIn.ADMINISTRATOR, disabled=DENIED), Status.REVIEW),
        (own("Gast", BuiltIn.GUEST), Status.FAIL),
        (own("Gast", BuiltIn.GUEST, password=DENIED), Status.FAIL),
        (own("Gast", BuiltIn.GUEST, disabled=True), Status.PASS),
        (own("Gast", BuiltIn.GUEST, disabled=DENIED), Status.REVIEW),
    ],
)
def test_generic_knows_the_systems_own_accounts_by_number(item: Account, expected: Status) -> None:
    found = run("generic", accounts(item), None, NOW_FACT)
    assert found.status is expected
    if expected is not Status.PASS:
        assert f"{item.name}: {item.built_in}" in found.items[0]
        assert ("not known" in found.items[0]) is (item.disabled is DENIED)


def test_generic_asks_of_the_systems_own_administrator_though_it_scans() -> None:
    item = own("root2", BuiltIn.ADMINISTRATOR)
    assert run("generic", accounts(item, scan_account="root2"), None, NOW_FACT).status is Status.REVIEW
    assert run("generic", accounts(item), None, NOW_FACT, exempt=("root2: IT",)).status is Status.PASS


def test_generic_asks_about_accounts_whose_state_is_not_known() -> None:
    found = run("generic", accounts(account("kiosk", password=DENIED)), keys(), NOW_FACT)
    assert found.status is Status.REVIEW and "not known" in found.items[0]
    assert run("generic", accounts(account("kiosk", **ENDED)), keys(), NOW_FACT).status is Status.PASS


def test_admins_are_listed_with_their_ways() -> None:
    rights = privileges(grant(), grant("bob", scope=GrantScope.COMMANDS), admin_groups=(("sudo", ("amy", "eve")),))
    found = run("admins", accounts(account()), rights)
    assert found.status is Status.REVIEW
    assert found.items[0] == "amy (group sudo; sudo: amy as (ALL) ALL)"
    assert [item.split()[0] for item in found.items] == ["amy", "eve", "root"]
    assert "no account kept here" in found.items[1]
    assert run("admins", accounts(account()), rights, shared=("amy",)).status is Status.FAIL
    assert unknown_by(lambda: run("admins", accounts(), privileges(grants=DENIED))) == DENIED


def test_root_equivalent() -> None:
    rights = privileges(equivalent_groups=(("docker", ("amy",)),))
    assert run("root_equivalent", accounts(account()), rights).items == ("amy (group docker)",)
    assert run("root_equivalent", accounts(account()), replace(rights, grants=(grant(),))).status is Status.PASS
    closed = replace(rights, grants=DENIED)
    assert unknown_by(lambda: run("root_equivalent", accounts(account()), closed)) == DENIED
    service = account(kind=AccountKind.SYSTEM, interactive=False)
    assert run("root_equivalent", accounts(service), rights).status is Status.PASS


FREE: dict[str, Any] = {"asks_for": SecretAsked.NONE}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (grant(), Status.PASS),
        (grant(**FREE), Status.FAIL),
        (grant(**FREE, scope=GrantScope.SHELL), Status.FAIL),
        (grant(**FREE, scope=GrantScope.COMMANDS), Status.REVIEW),
        (grant("svc", **FREE), Status.REVIEW),
        (grant("scan", **FREE), Status.PASS),
        (grant("group staff", **FREE, accounts=()), Status.REVIEW),
        (grant("gone", **FREE), Status.FAIL),
    ],
)
def test_sudo_nopasswd(rule: PrivilegeGrant, expected: Status) -> None:
    known = accounts(account(), account("svc", kind=AccountKind.SYSTEM), account("scan"))
    assert run("sudo_nopasswd", known, privileges(rule)).status is expected


def test_rules_kept_elsewhere_or_unread_are_no_pass() -> None:
    elsewhere = privileges(elsewhere=("sudo rules from sss",))
    assert unknown_by(lambda: run("sudo_nopasswd", accounts(), elsewhere)).code is Reason.UNSUPPORTED
    assert unknown_by(lambda: run("sudo_broad", elsewhere)).code is Reason.UNSUPPORTED
    assert unknown_by(lambda: run("sudo_broad", privileges(grants=DENIED))) == DENIED


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (grant(exceptions=("/bin/su",)), Status.FAIL),
        (grant(), Status.REVIEW),
        (grant(scope=GrantScope.SHELL), Status.REVIEW),
        (grant(scope=GrantScope.COMMANDS), Status.PASS),
        (grant("root"), Status.PASS),
    ],
)
def test_sudo_broad(rule: PrivilegeGrant, expected: Status) -> None:
    assert run("sudo_broad", privileges(rule)).status is expected


def server(**values: str) -> SshServer:
    told = {keyword: (value,) for keyword, value in values.items()}
    return SshServer(
        product="openssh",
        version="OpenSSH_9.2",
        ports=(22,),
        settings=(SshSettings(user="", address="", values=told),),
        match_blocks=0,
        matches_evaluated=True,
        config_text=(),
    )


SSH = server(pubkeyauthentication="yes")


@pytest.mark.parametrize(
    ("changes", "held", "ssh", "expected"),
    [
        (LOCKED, True, SSH, Status.FAIL),
        (LOCKED, True, DENIED, Status.FAIL),
        ({**LOCKED, "hash_scheme": Absent("none")}, True, SSH, Status.REVIEW),
        (LOCKED, False, SSH, Status.PASS),
        ({**LOCKED, **ENDED}, True, SSH, Status.PASS),
        ({**LOCKED, "interactive": False}, True, SSH, Status.PASS),
        ({}, True, SSH, Status.PASS),
        (LOCKED, True, None, Status.PASS),
        (LOCKED, True, server(pubkeyauthentication="no"), Status.PASS),
    ],
)
def test_locked_but_usable(
    changes: dict[str, Any], held: bool, ssh: SshServer | Unknown | None, expected: Status
) -> None:
    known = keys(amy=KEY) if held else keys()
    assert run("locked_but_usable", accounts(account(**changes)), known, ssh, NOW_FACT).status is expected


def test_a_directory_takes_no_keys() -> None:
    elsewhere = replace(NOW_FACT, platform="directory")
    found = run("locked_but_usable", accounts(account(**LOCKED)), None, None, elsewhere)
    assert found.status is Status.NOT_APPLICABLE


def test_locked_but_usable_needs_passwords_and_keys() -> None:
    for password, known in (
        (DENIED, keys(amy=KEY)),
        (PasswordState.LOCKED, DENIED),
        (PasswordState.LOCKED, keys(DENIED)),
    ):
        fact = accounts(account(password=password))
        assert unknown_by(lambda f=fact, k=known: run("locked_but_usable", f, k, SSH, NOW_FACT)) == DENIED  # type: ignore[misc]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (keys(amy=KEY), Status.PASS),
        (keys(amy=KEY, bob=KEY), Status.FAIL),
        (keys(amy=KEY, svc=KEY), Status.PASS),
        (keys(amy=replace(KEY, kind="rsa", bits=1024)), Status.FAIL),
        (keys(amy=replace(KEY, kind="rsa", bits=2048)), Status.PASS),
        (keys(amy=replace(KEY, kind="dsa", bits=1024)), Status.FAIL),
        (keys(root=KEY), Status.REVIEW),
        (keys(DENIED, amy=KEY, bob=KEY), Status.FAIL),
    ],
)
def test_ssh_keys(known: AuthorizedKeys, expected: Status) -> None:
    people = accounts(account(), account("bob"), account("svc", kind=AccountKind.SYSTEM))
    assert run("ssh_keys", people, known).status is expected


def test_an_incomplete_list_of_keys_is_no_pass() -> None:
    assert unknown_by(lambda: run("ssh_keys", accounts(account()), keys(DENIED, amy=KEY))) == DENIED


def test_orphans() -> None:
    left = HomeFolder(path="/home/gone", owner_identifier="1007", owner=None)
    kept = HomeFolder(path="/home/amy", owner_identifier="1000", owner="amy")
    assert run("orphans", accounts(homes=(kept,))).status is Status.PASS
    assert run("orphans", accounts(homes=(kept, left))).items == ("/home/gone (number 1007)",)
    assert run("orphans", accounts(homes=(left,), directories=("sss",))).status is Status.REVIEW
    assert unknown_by(lambda: run("orphans", accounts(homes=DENIED))) == DENIED


def test_service_shells() -> None:
    service = account("svc", kind=AccountKind.SYSTEM)
    assert run("service_shells", accounts(service), keys(), NOW_FACT).items == ("svc (/bin/bash)",)
    locked = replace(service, **LOCKED)
    assert run("service_shells", accounts(locked), keys(), NOW_FACT).status is Status.PASS
    assert run("service_shells", accounts(locked), keys(svc=KEY), NOW_FACT).status is Status.FAIL
    assert unknown_by(lambda: run("service_shells", accounts(locked), DENIED, NOW_FACT)) == DENIED


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Status.PASS),
        ({"services": ()}, Status.PASS),
        ({"services": ("MSSQLSvc/db.acme.example:1433", "MSSQLSvc/db.acme.example")}, Status.REVIEW),
        ({"name": "svc_tapes"}, Status.REVIEW),
        ({"name": "Servicio-Copias"}, Status.REVIEW),
        ({"name": "svc_tapes", "disabled": True}, Status.PASS),
        ({"services": DENIED}, Status.UNKNOWN),
        ({"services": DENIED, "disabled": True}, Status.PASS),
        ({"services": ("backup",), "disabled": DENIED}, Status.UNKNOWN),
        ({"services": DENIED, "kind": AccountKind.SYSTEM}, Status.FAIL),
        ({"name": "svetlana"}, Status.PASS),
    ],
)
def test_accounts_of_peoples_numbers_that_serve(changes: dict[str, Any], expected: Status) -> None:
    people = accounts(account(**changes))
    if expected is Status.UNKNOWN:
        assert unknown_by(lambda: run("service_shells", people, keys(), NOW_FACT)) == DENIED
    else:
        assert run("service_shells", people, keys(), NOW_FACT).status is expected


def test_service_shells_says_what_was_looked_at() -> None:
    told = run("service_shells", accounts(account(services=())), keys(), NOW_FACT).actual
    assert told == (
        "none of 0 accounts of the system's own can be signed in to, and no open one is named like a service's "
        "or runs a service"
    )
    both = accounts(account("svc", kind=AccountKind.SYSTEM), account("db", services=("MSSQLSvc/a", "MSSQLSvc/b")))
    assert run("service_shells", both, keys(), NOW_FACT).items == ("svc (/bin/bash)", "db (for MSSQLSvc/a and 1 more)")
    assert run("service_shells", both, keys(), NOW_FACT, exempt=("svc", "db")).status is Status.PASS


CLOSED = server(permitrootlogin="no")


def test_root_direct() -> None:
    recent, old = (replace(ROOT, last_login=days_ago(days)) for days in (2, 31))
    assert run("root_direct", accounts(accounts=(recent,)), CLOSED, NOW_FACT).status is Status.REVIEW
    assert run("root_direct", accounts(accounts=(old,)), CLOSED, NOW_FACT).status is Status.PASS
    assert run("root_direct", accounts(), CLOSED, NOW_FACT).status is Status.PASS
    assert run("root_direct", accounts(logins_since=days_ago(5)), CLOSED, NOW_FACT).reason is Reason.STALE
    hidden = accounts(accounts=(replace(ROOT, last_login=DENIED),))
    assert unknown_by(lambda: run("root_direct", hidden, CLOSED, NOW_FACT)) == DENIED


@pytest.mark.parametrize(
    ("complete", "ssh", "expected"),
    [
        (False, CLOSED, Status.PASS),
        (False, None, Status.PASS),
        (False, server(permitrootlogin="without-password"), Status.UNKNOWN),
        (False, replace(CLOSED, matches_evaluated=DENIED), Status.UNKNOWN),
        (False, replace(CLOSED, settings=DENIED), Status.UNKNOWN),
        (False, DENIED, Status.UNKNOWN),
        (True, server(permitrootlogin="yes"), Status.PASS),
        (True, DENIED, Status.PASS),
    ],
)
def test_root_direct_needs_records_of_every_kind_of_sign_in(
    complete: bool, ssh: SshServer | Unknown | None, expected: Status
) -> None:
    assert run("root_direct", accounts(logins_complete=complete), ssh, NOW_FACT).status is expected


def test_root_direct_sees_the_scan_itself() -> None:
    remote = replace(NOW_FACT, account="root", remote=True)
    own = accounts(scan_account="root")
    assert run("root_direct", own, CLOSED, remote).items == (
        "root: the scan itself signed in as this account over the network",
    )
    assert run("root_direct", own, CLOSED, replace(remote, remote=False)).status is Status.PASS


def test_roster_has_nothing_to_ask_where_only_the_scan_account_is_open() -> None:
    alone = accounts(account("scan"), scan_account="scan")
    assert run("roster", alone, NOW_FACT).status is Status.PASS
    assert run("roster", accounts(account("scan"), account("amy"), scan_account="scan"), NOW_FACT).items == ("amy",)


def test_roster() -> None:
    fact = accounts(account("Amy"), account("bob"), account("scan"), account("out", **ENDED))
    asked = run("roster", fact, NOW_FACT)
    assert asked.status is Status.REVIEW and asked.items == ("Amy", "bob")
    assert run("roster", fact, NOW_FACT, roster=("amy",)).items == ("bob",)
    assert run("roster", fact, NOW_FACT, roster=("amy", "bob")).status is Status.PASS
    assert run("roster", accounts(account(**LOCKED)), NOW_FACT, roster=()).status is Status.FAIL
    unsure = accounts(account(expires=DENIED))
    assert unknown_by(lambda: run("roster", unsure, NOW_FACT, roster=())) == DENIED


def test_default_creds() -> None:
    image = account("daemon", kind=AccountKind.SYSTEM, interactive=False, password_changed=date(2026, 1, 1))
    pi = account("pi", password_changed=date(2026, 1, 1))
    assert run("default_creds", accounts(image, pi), NOW_FACT).status is Status.REVIEW
    changed = replace(pi, password_changed=date(2026, 2, 1))
    assert run("default_creds", accounts(image, changed), NOW_FACT).status is Status.PASS
    assert run("default_creds", accounts(image, replace(pi, **LOCKED)), NOW_FACT).status is Status.PASS
    hidden = accounts(image, replace(pi, password=DENIED))
    assert unknown_by(lambda: run("default_creds", hidden, NOW_FACT)) == DENIED


ROLE = account("dock")
HIDDEN = "Exempted by the site: 1 (dock)."
IDLE = account("dock", last_login=days_ago(300))
SERVICE = account("dock", kind=AccountKind.SYSTEM)
DOCK_FREE = grant("dock", accounts=("dock",), asks_for=SecretAsked.NONE, scope=GrantScope.EVERYTHING)


@pytest.mark.parametrize(
    ("name", "facts", "parameters", "note"),
    [
        ("inactive", (accounts(IDLE), None, NOW_FACT), {"exempt": ("dock", "elsewhere")}, HIDDEN),
        ("never_used", (accounts(account("dock", last_login=None)), None, NOW_FACT), {"exempt": ("dock",)}, HIDDEN),
        ("service_shells", (accounts(SERVICE), None, NOW_FACT), {"exempt": ("dock",)}, HIDDEN),
        ("roster", (accounts(ROLE), NOW_FACT), {"roster": (), "exempt": ("dock",)}, HIDDEN),
        ("generic", (accounts(ROLE), None, NOW_FACT), {"exempt": ("dock: B. Amy",)}, "1 (dock, owner B. Amy)"),
        ("sudo_nopasswd", (accounts(ROLE), privileges(DOCK_FREE)), {"exempt": ("dock",)}, HIDDEN),
        (
            "root_equivalent",
            (accounts(ROLE), privileges(equivalent_groups=(("docker", ("dock",)),))),
            {"exempt": ("dock",)},
            HIDDEN,
        ),
        (
            "orphans",
            (accounts(homes=(HomeFolder(path="/home/x", owner_identifier="1009", owner=None),)),),
            {"exempt": ("/home/x",)},
            "Exempted by the site: 1 (/home/x).",
        ),
    ],
)
def test_what_the_site_exempts_is_named_in_the_note(
    name: str, facts: tuple[object, ...], parameters: dict[str, Any], note: str
) -> None:
    found = run(name, *facts, **parameters)
    assert found.status is Status.PASS and note in found.note
    assert run(name, *facts, **dict.fromkeys(parameters, ())).status is not Status.PASS


def test_an_exempted_key_account_is_named() -> None:
    shut = account("dock", password=PasswordState.LOCKED)
    found = run("locked_but_usable", accounts(shut), keys(dock=KEY), SSH, NOW_FACT, exempt=("dock",))
    assert found.status is Status.PASS and HIDDEN in found.note


def test_accounts_from_a_directory_are_said_not_to_be_judged() -> None:
    joined = accounts(account(), directories=("sss",))
    for name in ("inactive", "never_used", "generic"):
        assert "Accounts from sss are not listed" in run(name, joined, None, NOW_FACT).note
    unread = accounts(account(), directories=DENIED)
    assert "not known" in run("inactive", unread, None, NOW_FACT).note


def test_the_scan_account_is_no_exception_from_vendor_passwords() -> None:
    system = account("daemon", kind=AccountKind.SYSTEM, interactive=False, password=PasswordState.NONE)
    found = run("default_creds", accounts(account("pi"), system, scan_account="pi"), NOW_FACT)
    assert found.status is Status.REVIEW and "pi" in found.items[0]


def test_a_scan_account_with_a_generic_name_is_named() -> None:
    found = run("generic", accounts(account("admin"), scan_account="admin"), None, NOW_FACT)
    assert found.status is Status.PASS and "admin, the account of this scan" in found.note


def test_a_shared_administrator_is_proved_without_the_sudo_rules() -> None:
    fact = privileges(admin_groups=(("sudo", ("dock",)),), grants=DENIED)
    assert run("admins", accounts(ROLE), fact, shared=("dock",)).status is Status.FAIL
    assert unknown_by(lambda: run("admins", accounts(ROLE), fact)) == DENIED


def test_a_login_that_is_not_told_is_not_a_login() -> None:
    fact = accounts(account(last_login=Absent("not kept"), password_changed=date(2025, 1, 1)))
    with pytest.raises(FactAbsent):
        run("never_used", fact, None, NOW_FACT)
