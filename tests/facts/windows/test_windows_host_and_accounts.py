"""The Windows host, its installation and its accounts, where an answer turns."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from scanner.facts import Accounts, BuiltIn, Firewall, Host, PasswordState, PatchLevel, Privileges
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.host import Membership
from scanner.facts.windows.groups import _object_id
from scanner.model import Absent, Reason, Unknown, is_known
from tests.facts.windows.readers import BY_FACT, changed, read
from tests.windows.hosts import CLOCK, DENIED, raw_facts_of

# --- Host --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "os_id", "version", "membership", "chassis"),
    [
        ("server-2022-hardened", "windows-server", "10.0.20348.5386", Membership.MEMBER, "vm"),
        ("windows-11-24h2", "windows", "10.0.26100.9550", Membership.ALONE, "desktop"),
        ("domain-controller", "windows-server", "10.0.17763.9020", Membership.CONTROLLER, "vm"),
        ("windows-11-entra", "windows", "10.0.26100.8894", Membership.CLOUD, "laptop"),
    ],
)
def test_host_is_named_by_build_role_and_hardware(
    host: str, os_id: str, version: str, membership: Membership, chassis: str
) -> None:
    fact = read(Host, raw_facts_of(host))
    assert (fact.os_id, fact.os_version, fact.membership, fact.chassis) == (os_id, version, membership, chassis)
    assert (fact.os_family, fact.container, fact.clock) == ("windows", False, CLOCK)


@pytest.mark.parametrize(
    ("kind", "chassis", "expected"),
    [
        (1, ["3"], "desktop"),
        (3, ["10"], "laptop"),
        (0, ["10"], "laptop"),
        (8, ["30"], "laptop"),
        (0, ["12", "9"], "laptop"),
        (2, ["3"], "laptop"),
        (2, DENIED, "laptop"),
        (0, ["3"], "desktop"),
        (3, ["2"], "desktop"),
        (1, [], "desktop"),
        (0, ["2"], Reason.NO_EVIDENCE),
        (8, [], Reason.NO_EVIDENCE),
        (1, DENIED, Reason.DENIED),
        (1, ["x"], Reason.UNREADABLE),
        (DENIED, ["3"], Reason.DENIED),
        (DENIED, ["10"], "laptop"),
    ],
)
def test_a_laptop_is_told_by_its_kind_or_its_chassis(kind: Any, chassis: Any, expected: str | Reason) -> None:
    raw = changed("windows-11-24h2", "host", "system", "kind", value=kind)
    other = changed("windows-11-24h2", "hardware", "chassis", value=chassis).sections["hardware"]
    raw = RawFacts(
        platform=raw.platform,
        collected_at=raw.collected_at,
        privilege=raw.privilege,
        sections={**raw.sections, "hardware": other},
    )
    found = read(Host, raw).chassis
    assert (found.code if isinstance(found, Unknown) else found) == expected


def test_windows_11_is_told_by_its_build_and_not_by_its_name() -> None:
    raw = changed("windows-11-24h2", "host", "os", "caption", value="Microsoft Windows 10 Pro")
    assert read(Host, raw).os_name == "Microsoft Windows 11 Pro 24H2"


def test_a_role_that_does_not_exist_is_no_workgroup() -> None:
    assert isinstance(
        read(Host, changed("windows-11-24h2", "host", "system", "domain_role", value=9)).membership, Unknown
    )


# --- Accounts ----------------------------------------------------------------------------------------------


def test_a_controller_has_no_local_accounts_and_its_groups_are_the_domains() -> None:
    raw = raw_facts_of("domain-controller")
    for kind in (Accounts, Privileges):
        assert BY_FACT[kind].read(raw) == Absent("a domain controller has no local accounts; scan the directory")


def test_a_password_is_sure_only_where_windows_insists_on_one() -> None:
    default, hardened = (read(Accounts, raw_facts_of(host)) for host in ("windows-11-24h2", "windows-11-entra"))
    maria, scan = default.named("maria"), hardened.named("scan")
    assert maria is not None and isinstance(maria.password, Unknown)
    assert scan is not None and scan.password is PasswordState.USABLE


def test_the_installation_is_told_and_named_where_it_has_no_desktop() -> None:
    core, desktop = read(Host, raw_facts_of("domain-controller")), read(Host, raw_facts_of("server-2022-hardened"))
    assert core.installation == "Server Core" and core.os_name == "Microsoft Windows Server 2019 Standard (Server Core)"
    assert desktop.installation == "Server" and desktop.os_name == "Microsoft Windows Server 2022 Standard 21H2"
    lost = read(Host, changed("server-2022-hardened", "host", "version", value=DENIED))
    assert isinstance(lost.installation, Unknown) and lost.installation.code is Reason.DENIED


def test_the_tenant_of_a_join_is_told_and_named_where_it_rules_accounts() -> None:
    tenant = "1c2d3e4f-5061-4728-93a4-b5c6d7e8f901"
    assert read(Host, raw_facts_of("windows-11-entra")).cloud_tenant == tenant
    assert read(Accounts, raw_facts_of("windows-11-entra")).directories == (f"Entra ID (tenant {tenant})",)
    assert isinstance(read(Host, raw_facts_of("windows-11-24h2")).cloud_tenant, Absent)


@pytest.mark.parametrize(
    ("value", "kind"),
    [(DENIED, Unknown), ([{"join": DENIED}], Unknown), ([{"join": {"exists": True, "values": {}}}], Absent)],
)
def test_a_tenant_that_was_not_read_leaves_the_rest(value: Any, kind: type) -> None:
    raw = changed("windows-11-entra", "host", "tenants", value=value)
    host = read(Host, raw)
    assert isinstance(host.cloud_tenant, kind) and host.membership is Membership.CLOUD
    assert read(Accounts, raw).directories == ("Entra ID",)


def test_the_systems_own_accounts_are_known_by_number() -> None:
    found = read(Accounts, raw_facts_of("windows-10-german")).accounts
    assert {one.name: one.built_in for one in found if one.built_in} == {
        "Administrator": BuiltIn.ADMINISTRATOR,
        "Gast": BuiltIn.GUEST,
    }


def test_a_guest_that_the_template_has_on_is_not_called_disabled() -> None:
    template = ["MinimumPasswordLength = 8", "EnableGuestAccount = 1"]
    raw = changed("windows-10-german", "password_policy", "template", value=template)
    guest = read(Accounts, raw).named("Gast")
    assert guest is not None and isinstance(guest.disabled, Unknown)
    lost = read(Accounts, changed("windows-10-german", "password_policy", "template", value=DENIED)).named("Gast")
    assert lost is not None and lost.disabled is True


def test_rules_of_the_host_itself_are_told_by_profile() -> None:
    fact = read(Firewall, raw_facts_of("server-2022-hardened"))
    assert fact.local_rules == (("Domain profile", True), ("Private profile", True), ("Public profile", False))
    for host in ("windows-11-entra", "server-2012-r2"):  # not configured in force; no such cmdlet
        assert isinstance(read(Firewall, raw_facts_of(host)).local_rules, Unknown)
    lost = changed("server-2022-hardened", "firewall", "profiles", 0, "local_rules", value=None)
    assert isinstance(read(Firewall, lost).local_rules, Unknown)


def test_days_of_quick_fixes_are_shown_as_they_stand() -> None:
    raw = changed("windows-10-german", "host", "version", "values", "UBR", "value", value=9999)
    body = json.loads(raw.sections["updates"].stdout) | {"rollups": [], "events": [], "installs": {"exists": False}}
    section = RawFact(probe="updates", state=RawState.OK, stdout=json.dumps(body).encode())
    level = read(PatchLevel, replace(raw, sections={**raw.sections, "updates": section})).installed_level
    assert isinstance(level, Unknown) and "KB5099539 (day as the host writes it: 18.07.2026)" in level.detail


def test_the_guest_account_comes_without_a_password() -> None:
    guest = read(Accounts, raw_facts_of("server-2012-r2")).named("Guest")
    assert guest is not None and guest.password is PasswordState.EMPTY and guest.disabled is False


def test_an_account_without_a_recorded_login_never_signed_in_and_a_denied_one_is_not_known() -> None:
    raw = raw_facts_of("windows-10-german")
    trainee = read(Accounts, raw).named("praktikant")
    assert trainee is not None and trainee.last_login is None
    not_found = {"err": {"type": "System.Runtime.InteropServices.COMException", "hresult": -2147463155, "text": "no"}}
    denied = {"err": {"type": "System.UnauthorizedAccessException", "hresult": -2147024891, "text": "no"}}
    rows = [row["name"] for row in json.loads(raw.sections["local_accounts"].stdout)["accounts"]]
    place = ("accounts", rows.index("praktikant"), "last_login")
    never, unread = (
        read(Accounts, changed("windows-10-german", "local_accounts", *place, value=value)).named("praktikant")
        for value in (not_found, denied)
    )
    assert never is not None and never.last_login is None
    assert unread is not None and isinstance(unread.last_login, Unknown)


def test_the_scan_account_of_a_domain_is_no_local_account_of_that_name() -> None:
    assert read(Accounts, raw_facts_of("server-2022-hardened")).scan_account == "CONTOSO\\ctpat-scan"
    assert read(Accounts, raw_facts_of("windows-10-german")).scan_account == "scan"


def services_of(rows: Any, host: str = "server-2012-r2") -> dict[str, Any]:
    fact = read(Accounts, changed(host, "local_accounts", "services", value=rows))
    return {one.name: one.services for one in fact.accounts}


def test_services_name_the_local_account_that_they_run_under() -> None:
    backup = read(Accounts, raw_facts_of("server-2012-r2")).named("backup")
    assert backup is not None and backup.services == ("SplunkForwarder",)
    accounts = (".\\Backup", "app07\\backup", "backup", "CONTOSO\\backup", "backup@contoso.com")
    rows = [{"name": f"s{number}", "account": account} for number, account in enumerate(accounts)]
    assert services_of(rows) == {"Administrator": (), "Guest": (), "backup": ("s0", "s1", "s2")}
    unnamed = changed("server-2012-r2", "host", "name", value=None)
    for account, expected in ((".\\backup", ("s",)), ("APP07\\backup", None)):  # whose APP07 is, the host has to say
        raw = changed("server-2012-r2", "local_accounts", "services", value=[{"name": "s", "account": account}])
        host = replace(raw, sections={**raw.sections, "host": unnamed.sections["host"]})
        found = read(Accounts, host).named("backup")
        assert found is not None and (found.services if is_known(found.services) else None) == expected
    for lost in (DENIED, None, [{"name": "s"}]):
        assert all(isinstance(one, Unknown) for one in services_of(lost).values()), lost


def test_profiles_have_an_owner_only_where_it_is_a_local_account_or_a_service() -> None:
    homes = read(Accounts, raw_facts_of("windows-11-24h2")).homes
    assert is_known(homes)
    assert [(home.path, home.owner) for home in homes] == [("C:\\Users\\maria", "maria"), ("C:\\Users\\jorge", None)]
    domain, cloud = (
        "S-1-5-21-1004336348-1177238915-682003330-9999",
        "S-1-12-1-3812012233-1147208211-2291822769-1702364301",
    )
    pool = "S-1-5-82-3006700770-424185619-1745488364-794895919-4004696415"
    rows = [{"sid": sid, "path": "C:\\Users\\x"} for sid in (domain, cloud, pool)]
    homes = read(Accounts, changed("server-2022-hardened", "local_accounts", "profiles", value=rows)).homes
    assert is_known(homes)
    assert [home.owner for home in homes] == [None, None, pool]


def test_one_group_that_could_not_be_read_leaves_nobody_sure_of_the_administrators() -> None:
    denied = {"err": {"type": "System.UnauthorizedAccessException", "hresult": -2147024891, "text": "no"}}
    raw = changed("windows-11-24h2", "local_groups", "groups", 3, "group", value=denied)
    assert isinstance(BY_FACT[Privileges].read(raw), Unknown)


def test_the_object_id_of_an_entra_sid_is_its_numbers_low_byte_first() -> None:
    # Microsoft's example: S-1-12-1-1943430372-1249052806-2496021943-3034400218
    sid = "S-1-12-1-1943430372-1249052806-2496021943-3034400218"
    assert _object_id(sid) == "73d664e4-0886-4a73-b745-c694da45ddb4"
    assert _object_id("S-1-12-1-1-2-3") is None
