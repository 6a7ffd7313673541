"""The Windows readers where an answer turns: one host written by hand, one value of it changed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import pytest

from scanner.facts import (
    Accounts,
    Action,
    AutoUpdates,
    Backups,
    BuiltIn,
    Fact,
    Firewall,
    Host,
    Listeners,
    Lockout,
    NameService,
    PasswordPolicy,
    PasswordState,
    PatchLevel,
    Privileges,
    Restart,
    SignIn,
    SshServer,
    Support,
)
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.data.backup_products import backup_products
from scanner.facts.data.support import support_table
from scanner.facts.data.windows_builds import build_table
from scanner.facts.host import Membership
from scanner.facts.windows import READERS
from scanner.facts.windows.firewall.profiles import firewall, profiles
from scanner.facts.windows.firewall.rules import Rule, passing
from scanner.facts.windows.groups import _object_id
from scanner.facts.windows.patching.probes import filetime
from scanner.facts.windows.services import services
from scanner.model import Absent, Maybe, Reason, Unknown, is_known
from tests.windows.hosts import CLOCK, DENIED, HOSTS, raw_facts_of

F = TypeVar("F", bound=Fact)
BY_FACT = {reader.fact: reader for reader in READERS}


def read(kind: type[F], raw: RawFacts) -> F:
    fact = BY_FACT[kind].read(raw)
    assert isinstance(fact, kind), fact
    return fact


def changed(host: str, probe: str, *place: Any, value: Any) -> RawFacts:
    """A written host with one value of one probe's answer replaced."""
    raw = raw_facts_of(host)
    body = json.loads(raw.sections[probe].stdout)
    inner = body
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    section = RawFact(probe=probe, state=RawState.OK, stdout=json.dumps(body).encode())
    return RawFacts(
        platform=raw.platform,
        collected_at=raw.collected_at,
        privilege=raw.privilege,
        account=raw.account,
        sections={**raw.sections, probe: section},
    )


def number(value: int) -> dict[str, Any]:
    return {"kind": "DWord", "value": value}


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


# --- Updates -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "revision", "day"),
    [
        ("20348", 5386, date(2026, 7, 14)),
        ("20348", 5300, date(2026, 6, 9)),
        ("20348", 5387, None),
        ("20348", 4000, None),
        ("26100", 8894, date(2026, 7, 18)),
        ("26100 server", 33158, date(2026, 7, 14)),
        ("9600", 21620, None),
    ],
)
def test_the_build_table_never_dates_an_update_too_late(build: str, revision: int, day: date | None) -> None:
    assert build_table().released(build, revision) == day


def test_the_build_table_is_in_order() -> None:
    for rows in build_table().builds.values():
        assert list(rows) == sorted(rows)
        assert [day for _, day in rows] == sorted(day for _, day in rows)
        assert rows[-1][1] <= build_table().as_of


def test_a_revision_below_the_table_is_as_old_as_its_first_row_at_least() -> None:
    raw = changed("server-2022-hardened", "host", "version", "values", "UBR", value=number(1))
    level = read(PatchLevel, raw)
    assert level.installed_level == datetime(2026, 1, 13, tzinfo=UTC) and not level.level_undated


def test_a_revision_above_the_table_counts_from_its_installation_and_says_so() -> None:
    level = read(PatchLevel, raw_facts_of("windows-11-24h2"))
    assert level.installed_level == datetime(2026, 10, 27, 11, 30, tzinfo=UTC)
    assert "not in the scanner's table of 2026-07-23" in level.level_undated


def test_the_store_dates_only_the_revision_that_is_in_force() -> None:
    other = "Package_for_RollupFix~31bf3856ad364e35~amd64~~26100.9000.1.9"
    raw = changed("windows-11-24h2", "updates", "rollups", 0, "name", value=other)
    assert "update client's records" in read(PatchLevel, raw).level_undated


def test_a_component_that_is_staged_and_not_installed_dates_nothing() -> None:
    place = ("rollups", 0, "package", "values", "CurrentState")
    raw = changed("windows-11-24h2", "updates", *place, value=number(64))
    assert "update client's records" in read(PatchLevel, raw).level_undated


def test_file_times_count_from_1601() -> None:
    assert filetime(116444736000000000) == datetime(1970, 1, 1, tzinfo=UTC)
    assert filetime(0) is None
    assert filetime((1 << 64) - 1) is None


def test_esu_is_proved_only_by_a_late_and_recent_update() -> None:
    raw = raw_facts_of("windows-10-german")
    assert isinstance(read(Support, raw).extended_active, Unknown)
    earlier = RawFacts(
        platform="windows",
        collected_at=datetime(2026, 8, 1, tzinfo=UTC),
        privilege=raw.privilege,
        account=raw.account,
        sections=raw.sections,
    )
    assert read(Support, earlier).extended_active is True


@pytest.mark.parametrize(
    ("edition", "end"),
    [
        ("Professional", date(2026, 10, 13)),
        ("Core", date(2026, 10, 13)),
        ("Enterprise", date(2027, 10, 12)),
        ("EnterpriseS", date(2029, 10, 9)),
        ("IoTEnterpriseS", date(2034, 10, 10)),
    ],
)
def test_editions_of_one_build_end_on_different_days(edition: str, end: date) -> None:
    value = {"kind": "String", "value": edition}
    raw = changed("windows-11-24h2", "host", "version", "values", "EditionID", value=value)
    assert read(Support, raw).standard_end == end


def test_an_edition_that_nobody_listed_has_no_life_cycle() -> None:
    value = {"kind": "String", "value": "CloudEdition"}
    raw = changed("windows-11-24h2", "host", "version", "values", "EditionID", value=value)
    assert isinstance(BY_FACT[Support].read(raw), Unknown)


def test_every_product_of_the_life_cycle_table_has_its_dates_in_order() -> None:
    names = [name for name in support_table().products if name.startswith("windows")]
    assert names == ["windows-server", "windows pro", "windows enterprise", "windows ltsc", "windows iot-ltsc"]
    for name in names:
        for cycle in support_table().products[name].values():
            assert cycle.extended_end is None or cycle.extended_end > cycle.standard_end


def test_a_restart_is_waited_for_since_the_first_installation_after_the_start() -> None:
    assert read(Restart, raw_facts_of("domain-controller")).since == datetime(2026, 11, 18, 2, 15, tzinfo=UTC)
    assert read(Restart, raw_facts_of("server-2012-r2")).since == datetime(2026, 6, 10, 3, tzinfo=UTC)


def test_files_that_wait_to_be_replaced_are_no_pending_restart_of_an_update() -> None:
    restart = read(Restart, raw_facts_of("windows-11-24h2"))
    assert restart.pending is False and restart.reasons == ("files wait to be replaced",)


def test_a_server_without_a_setting_is_not_known_to_install_updates() -> None:
    raw = changed("server-2022-hardened", "update_policy", "automatic", "values", value={})
    assert isinstance(read(AutoUpdates, raw).updaters[0].installs, Unknown)


REVISION = ("{52F3E8B1-9D0C-4B1E-8A44-1F2E3D4C5B6A}", "200")


def update_event(number: int, day: int, title: str) -> dict[str, Any]:
    code = [] if number == 19 else ["0x800f0922"]
    return {"id": number, "time": f"2026-11-{day:02}T03:00:00.0000000Z", "data": [*code, title, *REVISION]}


SYSTEM = "2026-11 Cumulative Update for Windows 11 Version 24H2 for x64-based Systems (KB5060001) (26100.7171)"
STORE = "9WZDNCRFJBMP-Microsoft.WindowsStore update"
DEFINITION = "Security Intelligence Update for Microsoft Defender Antivirus - KB2267602 (Version 1.1)"


@pytest.mark.parametrize(
    ("rows", "fails"),
    [
        ([(20, 18, SYSTEM), (19, 19, STORE)], True),
        ([(20, 18, SYSTEM), (19, 19, "Intel - System - 2406.5.5.0")], True),
        ([(20, 18, SYSTEM), (19, 19, DEFINITION)], True),
        ([(20, 18, SYSTEM), (19, 19, SYSTEM)], False),
        ([(20, 18, STORE), (19, 19, SYSTEM)], True),
        ([(20, 17, STORE), (19, 18, "another application update"), (19, 19, SYSTEM)], False),
        ([(20, 2, STORE), (19, 12, SYSTEM)], False),
        ([(20, 2, STORE), (20, 12, SYSTEM)], True),
        ([(19, 1, SYSTEM), (20, 2, STORE)], True),
        ([(20, 2, STORE), (19, 12, DEFINITION)], True),
        ([(20, 2, SYSTEM), (19, 12, STORE)], True),
        ([(20, 2, STORE), (19, 12, SYSTEM), (20, 19, STORE)], True),
    ],
)
def test_a_failure_is_healed_by_its_own_kind_alone(rows: list[tuple[int, int, str]], fails: bool) -> None:
    raw = changed("windows-11-24h2", "updates", "events", value=[update_event(*row) for row in rows])
    error = read(AutoUpdates, raw).updaters[0].last_error
    assert is_known(error) is fails


@pytest.mark.parametrize("title", ["9WZDNCRFJBMP-Microsoft.WindowsStore", SYSTEM])
def test_a_failure_names_its_update(title: str) -> None:
    raw = changed("windows-11-24h2", "updates", "events", value=[update_event(20, 19, title)])
    error = read(AutoUpdates, raw).updaters[0].last_error
    assert error == f"an update failed on 2026-11-19 with 0x800f0922: {title}"


def test_a_failure_without_a_title_ends_with_its_code() -> None:
    raw = changed("windows-11-24h2", "updates", "events", value=[update_event(20, 19, "")])
    assert read(AutoUpdates, raw).updaters[0].last_error == "an update failed on 2026-11-19 with 0x800f0922"


def test_definitions_prove_no_run_of_the_updates() -> None:
    only = update_event(19, 19, DEFINITION)
    ended = {
        day: read(AutoUpdates, without_searches([update_event(19, day, SYSTEM), only])).updaters[0].last_completed
        for day in (10, 20)
    }
    assert isinstance(read(AutoUpdates, without_searches([only])).updaters[0].last_completed, Unknown)
    assert isinstance(ended[10], Unknown), "whether a run was made since then is open"
    assert ended[20] == datetime(2026, 11, 20, 3, tzinfo=UTC)


def test_what_stops_the_runs_breaks_the_chain() -> None:
    end = {"kind": "String", "value": "2026-12-20T00:00:00Z"}
    pause = {"exists": True, "values": {"PauseQualityUpdatesEndTime": end}}
    updater = read(AutoUpdates, changed("windows-11-24h2", "update_policy", "pause", value=pause)).updaters[0]
    assert (updater.active, updater.broken) == (False, ("updates are paused until 2026-12-20",))
    rows = json.loads(raw_facts_of("windows-11-24h2").sections["services"].stdout)["services"]
    disabled = {"name": "UsoSvc", "state": "Stopped", "start": "Disabled"}
    orchestrator = [{**rows[0], **disabled}, *(row for row in rows if row["name"] != "UsoSvc")]
    updater = read(AutoUpdates, changed("windows-11-24h2", "services", "services", value=orchestrator)).updaters[0]
    assert updater.active is False and "UsoSvc" in updater.broken[0]


def test_what_the_companys_server_approves_is_not_read() -> None:
    (hold,) = found_holds(raw_facts_of("server-2022-hardened"))
    assert "approves" in hold and "wsus" in hold
    level = read(PatchLevel, raw_facts_of("server-2022-hardened"))
    assert is_known(level.holds) and [one.by_approval for one in level.holds] == [True]
    level = read(PatchLevel, raw_facts_of("windows-10-german"))
    assert is_known(level.holds) and [one.by_approval for one in level.holds] == [False]


def without_searches(events_: list[dict[str, Any]]) -> RawFacts:
    """A client whose record of searches is gone."""
    raw = raw_facts_of("windows-11-24h2")
    body = {**json.loads(raw.sections["updates"].stdout), "events": events_, "searches": []}
    section = RawFact(probe="updates", state=RawState.OK, stdout=json.dumps(body).encode())
    return replace(raw, sections={**raw.sections, "updates": section})


def found_holds(raw: RawFacts) -> list[str]:
    holds = read(PatchLevel, raw).holds
    assert is_known(holds)
    return [hold.by for hold in holds]


def test_an_edition_of_the_semi_annual_channel_has_ended_long_before_its_build() -> None:
    values = raw_facts_of("server-2022-hardened")
    assert is_known(read(Support, values).standard_end)
    raw = changed(
        "server-2022-hardened",
        "host",
        "version",
        "values",
        "EditionID",
        value={"kind": "String", "value": "ServerStandardACor"},
    )
    reader = next(reader for reader in READERS if reader.fact is Support)
    assert isinstance(reader.read(raw), Unknown)


def test_a_user_name_in_the_servers_address_is_left_out() -> None:
    server = {"kind": "String", "value": "http://bob:secret@wsus:8530"}
    raw = changed("server-2012-r2", "update_policy", "policy", "values", "WUServer", value=server)
    assert read(AutoUpdates, raw).updaters[0].unprotected == "http://wsus:8530"


def test_a_server_that_is_not_in_use_is_no_finding() -> None:
    raw = changed("server-2012-r2", "update_policy", "automatic", "values", "UseWUServer", value=number(0))
    assert isinstance(read(AutoUpdates, raw).updaters[0].unprotected, Absent)


# --- Firewall ----------------------------------------------------------------------------------------------


def actions(raw: RawFacts) -> set[object]:
    defaults = read(Firewall, raw).defaults
    assert is_known(defaults)
    return {rule.action for rule in defaults}


def test_profiles_are_worth_nothing_while_a_service_of_the_firewall_stands_still() -> None:
    raw = raw_facts_of("server-2022-hardened")
    rows = json.loads(raw.sections["services"].stdout)["services"]
    stopped = [{**row, "state": "Stopped"} if row["name"] == "MpsSvc" else row for row in rows]
    raw = changed("server-2022-hardened", "services", "services", value=stopped)
    assert actions(raw) == {Action.ALLOW}
    assert all(socket.is_loopback or socket.reachable_v4 is not False for socket in read(Listeners, raw).sockets)


def test_where_another_firewall_is_on_nobody_knows_what_a_closed_eye_lets_through() -> None:
    other = [{"name": "ESET Firewall", "state": 266240}]
    raw = changed("windows-10-german", "firewall", "others", value=other)
    assert any(isinstance(action, Unknown) for action in actions(raw))
    assert Action.ALLOW not in actions(raw)


def test_where_another_firewall_is_on_windows_own_may_be_out_of_office() -> None:
    assert Action.DENY in actions(raw_facts_of("windows-11-24h2"))
    raw = changed("windows-11-24h2", "firewall", "others", value=[{"name": "Norton", "state": 266240}])
    assert all(isinstance(action, Unknown) and "Norton" in action.detail for action in actions(raw))
    snoozed = changed("windows-11-24h2", "firewall", "others", value=[{"name": "Norton", "state": 270336}])
    assert Action.DENY in actions(snoozed)


def test_an_action_that_is_not_configured_is_not_taken_for_a_refusal() -> None:
    raw = changed("server-2022-hardened", "firewall", "profiles", 0, "inbound", value=0)
    assert any(isinstance(action, Unknown) for action in actions(raw))


def test_the_com_object_speaks_where_the_cmdlet_is_missing_with_its_own_numbers() -> None:
    raw = raw_facts_of("server-2012-r2")
    found = firewall(raw)
    assert not isinstance(found, Unknown)
    known = profiles(found, services(raw))
    assert not isinstance(known, Unknown)
    assert {profile.action for profile in known.values()} == {Action.DENY, Action.ALLOW}


def test_a_profile_whose_rules_nobody_read_is_not_said_to_refuse() -> None:
    found = actions(raw_facts_of("server-2012-r2"))
    assert Action.ALLOW in found and Action.DENY not in found


ALLOW_ALL = {
    "id": "anything",
    "action": 2,
    "profiles": 0,
    "protocol": "Any",
    "ports": ["Any"],
    "addresses": ["Any"],
    "program": "Any",
    "package": "",
}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {Action.ALLOW}),
        ({"addresses": ["0.0.0.0-223.255.255.255", "2000::/3"]}, {Action.ALLOW}),
        ({"addresses": ["1.0.0.0-191.255.255.255"]}, {Action.ALLOW, Action.DENY}),
        ({"protocol": "TCP", "ports": ["1-65535"]}, {Action.ALLOW}),
        ({"protocol": "TCP", "ports": ["1024-65535"]}, {Action.ALLOW}),
        ({"profiles": 1}, {Action.ALLOW, Action.DENY}),
        ({"addresses": ["a word of tomorrow"]}, None),
        ({"protocol": "TCP", "ports": ["443", "8080-8090"]}, {Action.DENY}),
        ({"addresses": ["10.0.0.0/8", "LocalSubnet", "203.0.113.0/24"]}, {Action.DENY}),
        ({"program": "C:\\a.exe"}, {Action.DENY}),
        ({"package": "S-1-15-2-1"}, {Action.DENY}),
        ({"action": 4}, {Action.DENY}),
    ],
)
def test_a_rule_for_every_port_undoes_the_default(fields: dict[str, Any], expected: set[Action] | None) -> None:
    rows = json.loads(raw_facts_of("server-2022-hardened").sections["firewall_rules"].stdout)["rules"]
    raw = changed("server-2022-hardened", "firewall_rules", "rules", value=[*rows, {**ALLOW_ALL, **fields}])
    found = actions(raw)
    assert found == expected if expected else all(isinstance(action, Unknown) for action in found)
    loaders = read(Firewall, raw).loaders
    assert is_known(loaders)
    assert (loaders[0].closes_v4 is True) is (Action.ALLOW not in found and expected is not None)


def test_saved_profiles_that_are_off_do_not_survive_a_restart() -> None:
    key = {"exists": True, "values": {"EnableFirewall": number(0)}}
    raw = changed("server-2022-hardened", "firewall", "saved", 2, "policy", value=key)
    loaders = read(Firewall, raw).loaders
    assert is_known(loaders) and [loader.closes_v4 for loader in loaders] == [False]


def rule(**fields: Any) -> Rule:
    given = {
        "name": "r",
        "blocks": False,
        "profiles": 0,
        "protocol": "TCP",
        "ports": ("3389",),
        "addresses": ("Any",),
        "program": "Any",
        "package": "",
    }
    return Rule(**{**given, **fields})


@pytest.mark.parametrize(
    ("fields", "program", "expected"),
    [
        ({}, "svchost.exe", True),
        ({"ports": ("3000-4000",)}, "svchost.exe", True),
        ({"ports": ("3390",)}, "svchost.exe", False),
        ({"ports": ("RPC",)}, "svchost.exe", False),
        ({"ports": ("IPHTTPSIn",)}, "svchost.exe", False),
        ({"ports": ("a word of tomorrow",)}, "svchost.exe", True),
        ({"ports": ("Any",), "program": "C:\\Windows\\system32\\SVCHOST.exe"}, "svchost.exe", True),
        ({"ports": ("Any",), "program": "C:\\x\\AnyDesk.exe"}, "svchost.exe", False),
        ({"ports": ("Any",), "package": "S-1-15-2-1"}, "svchost.exe", False),
        ({"addresses": ("LocalSubnet",)}, "svchost.exe", False),
        ({"addresses": ("10.0.0.0/8", "Internet")}, "svchost.exe", True),
        ({"addresses": ("10.0.0.0/8", "203.0.113.7", "DNS")}, "svchost.exe", False),
        ({"addresses": ("0.0.0.0-223.255.255.255",)}, "svchost.exe", True),
        ({"addresses": ("0.0.0.0/128.0.0.0", "128.0.0.0/1")}, "svchost.exe", True),
        ({"addresses": ("2000::/3",)}, "svchost.exe", False),
        ({"profiles": 2}, "svchost.exe", False),
        ({"profiles": 6}, "svchost.exe", True),
        ({"protocol": "UDP"}, "svchost.exe", False),
    ],
)
def test_a_rule_lets_a_stranger_through_to_what_it_names(fields: dict[str, Any], program: str, expected: bool) -> None:
    answer, _ = passing([rule(**fields)], "Public", ("tcp", 3389), program, version=4, open_by_default=False)
    assert answer is expected


def test_a_block_rule_is_no_proof_and_a_nameless_process_leaves_a_programs_rule_open() -> None:
    allowed, blocked = rule(), rule(name="b", blocks=True)
    assert rdp([allowed], "svchost.exe")[0] is True
    against = rdp([allowed, blocked], "svchost.exe")[0]
    assert isinstance(against, Unknown) and "b holds for all is not read" in against.detail
    assert rdp([blocked], "svchost.exe") == (False, "Public profile: blocked by b"), "no rule admits it either"
    nameless = Unknown(Reason.NO_EVIDENCE, "process 7 has ended")
    assert rdp([rule(program="C:\\a.exe")], nameless) == (nameless, "")


@pytest.mark.parametrize(
    ("blocked", "program", "expected"),
    [
        ("C:\\old\\bin\\java.exe", "java.exe", None),
        ("%SystemRoot%\\system32\\svchost.exe", "svchost.exe", None),
        ("C:\\old\\bin\\java.exe", "C:\\tomcat\\bin\\java.exe", None),
        ("C:\\old\\bin\\java.exe", "c:/old/bin/Java.exe", None),
        ("System", "System", None),
        ("C:\\old\\bin\\java.exe", "svchost.exe", True),
    ],
)
def test_a_block_for_a_program_of_the_same_name_is_no_wall(blocked: str, program: str, expected: bool | None) -> None:
    answer = rdp([rule(), rule(name="b", blocks=True, program=blocked)], program)[0]
    assert answer is expected if expected is not None else isinstance(answer, Unknown)
    assert expected is not None or re.search("only|is not read", getattr(answer, "detail", ""))
    assert rdp([rule(name="b", blocks=True, program=blocked)], program)[0] is False


def test_a_block_rule_for_some_strangers_is_no_wall() -> None:
    some = rule(name="b", blocks=True, addresses=("192.0.0.0/8", "a word of tomorrow"))
    assert isinstance(rdp([rule(), some], "svchost.exe")[0], Unknown)
    known = rule(name="b", blocks=True, addresses=("192.0.0.0/8",))
    assert rdp([rule(), known], "svchost.exe")[0] is True
    halves = rule(name="b", blocks=True, addresses=("0.0.0.0-127.255.255.255", "128.0.0.0/1"))
    assert isinstance(rdp([rule(), halves], "svchost.exe")[0], Unknown)
    assert rdp([rule(), halves], "svchost.exe", version=6)[0] is True


def test_a_rule_for_every_port_and_one_against_it_leave_the_default_open_to_doubt() -> None:
    rows = json.loads(raw_facts_of("server-2022-hardened").sections["firewall_rules"].stdout)["rules"]
    both = [*rows, ALLOW_ALL, {**ALLOW_ALL, "id": "against", "action": 4}]
    found = actions(changed("server-2022-hardened", "firewall_rules", "rules", value=both))
    assert all(isinstance(action, Unknown) and "against" in action.detail for action in found)


def rdp(known: list[Rule], program: Maybe[str], version: int = 4) -> tuple[Maybe[bool], str]:
    return passing(known, "Public", ("tcp", 3389), program, version=version, open_by_default=False)


# --- Backups -----------------------------------------------------------------------------------------------


def test_a_failure_after_the_last_success_is_open_and_one_before_is_not() -> None:
    job = read(Backups, raw_facts_of("server-2012-r2")).jobs[0]
    assert job.unresolved is not None and "517" in job.unresolved.why
    assert read(Backups, raw_facts_of("domain-controller")).jobs[0].unresolved is None


def test_a_feature_that_was_never_used_has_nothing_configured() -> None:
    dates = dict.fromkeys(("last_success", "last_attempt", "next"), "0001-01-01T00:00:00.0000000Z")
    summary = {**dates, "result": 0, "detail": 0, "versions": 0, "target": ""}
    raw = changed("server-2022-hardened", "backups", "summary", value=summary)
    assert [(job.configured, job.by_table) for job in read(Backups, raw).jobs] == [(False, False)]


def test_a_product_whose_results_nobody_wrote_down_is_present_and_no_more() -> None:
    fact = read(Backups, raw_facts_of("windows-11-entra"))
    job = fact.jobs[0]
    assert job.by_table and fact.table_date == backup_products().as_of
    assert job.product == "Acronis" and isinstance(job.configured, Unknown) and isinstance(job.last_success, Unknown)


def test_events_end_runs_by_number_or_by_level() -> None:
    table = backup_products()
    veeam, assist = table.by_provider("Veeam Agent"), table.by_provider("BackupAssist")
    assert veeam is not None and [veeam.result(190, level) for level in (4, 3, 2)] == ["ok", "warned", "failed"]
    assert assist is not None and [assist.result(code, 4) for code in (5633, 5634, 5635, 1)] == [
        "ok",
        "failed",
        "warned",
        None,
    ]
    assert table.by_provider("ESENT") is None
    assert table.by_service("GxCVD(Instance001)") == "Commvault"
