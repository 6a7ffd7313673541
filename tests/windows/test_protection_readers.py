"""The values that decide a verdict, one by one: codes, masks, defaults by build, columns, orders of registry keys."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scanner.facts import (
    Audited,
    AuditedEvent,
    AuditLog,
    CommandLogging,
    DiskEncryption,
    FileSharing,
    InstalledSoftware,
    LicenceState,
    Licensing,
    LocalAdminPasswords,
    MalwareProtection,
    NetworkLogon,
    PrivilegePrompts,
    Prompt,
    RemoteDesktop,
    RemoteTools,
    RemovableMedia,
    ScreenLock,
    TransportSecurity,
    VolumeState,
)
from scanner.facts.base import Fact, RawFact, RawFacts, RawState
from scanner.facts.data.products import product_table
from scanner.facts.data.windows_defaults import windows_defaults
from scanner.facts.windows import READERS
from scanner.facts.windows.software import read_software
from scanner.model import Absent, Reason, Unknown, is_known
from tests.windows.hosts import DENIED, answering, changed, raw_facts_of

BY_FACT = {reader.fact: reader for reader in READERS}


def failed(host: str, probe: str, code: str, state: RawState = RawState.FAILED) -> RawFacts:
    error = {"err": {"type": "CimException", "hresult": -2146233088, "code": f"HRESULT {code}", "fqid": "", "text": ""}}
    return with_section(raw_facts_of(host), RawFact(probe=probe, state=state, stdout=json.dumps(error).encode()))


def with_section(raw: RawFacts, section: RawFact) -> RawFacts:
    return replace(raw, sections={**raw.sections, section.probe: section})


def key(**values: Any) -> dict[str, Any]:
    return {"exists": True, "values": {name: {"kind": "DWord", "value": value} for name, value in values.items()}}


NO_KEY = {"exists": False}
NOT_ALLOWED = {"err": {"type": "System.Security.SecurityException", "hresult": -2147024891, "text": "not allowed"}}


def read(kind: type[Fact], raw: RawFacts) -> Any:
    return BY_FACT[kind].read(raw)


# --- Encryption ------------------------------------------------------------------------------------------


def volume(protection: int, conversion: int, result: int = 0) -> dict[str, Any]:
    answer = {"result": result, "status": conversion}
    return {
        "letter": "C:",
        "type": 0,
        "protection": protection,
        "conversion": answer,
        "method": {"result": 0, "method": 7},
    }


@pytest.mark.parametrize(
    ("protection", "conversion", "state"),
    [
        (1, 1, VolumeState.PROTECTED),
        (0, 1, VolumeState.SUSPENDED),
        (0, 0, VolumeState.CLEAR),
        (1, 2, VolumeState.CONVERTING),
        (0, 3, VolumeState.CONVERTING),
        (1, 4, VolumeState.CONVERTING),
    ],
)
def test_states_of_a_volume(protection: int, conversion: int, state: VolumeState) -> None:
    raw = changed("server-2022-hardened", "volume_encryption", volumes=[volume(protection, conversion)])
    assert read(DiskEncryption, raw).volumes[0].state is state


@pytest.mark.parametrize("given", [volume(2, 1), volume(1, 9), volume(7, 1), volume(1, 1, result=-2144272384)])
def test_a_locked_or_strange_volume_is_unknown(given: dict[str, Any]) -> None:
    raw = changed("server-2022-hardened", "volume_encryption", volumes=[given])
    assert isinstance(read(DiskEncryption, raw).volumes[0].state, Unknown)


DEVICE = "\\\\?\\Volume{6f1d2a31-0000-0000-0000-100000000001}\\"


def mounted(letter: Any, mounts: Any, protection: int = 0, conversion: int = 0, device: Any = DEVICE) -> DiskEncryption:
    """The encryption of a host with one fixed volume."""
    row = {**volume(protection, conversion), "type": 1, "letter": letter, "device": device}
    fact = read(DiskEncryption, changed("server-2022-hardened", "volume_encryption", volumes=[row], mounts=mounts))
    assert isinstance(fact, DiskEncryption)
    return fact


@pytest.mark.parametrize("letter", [None, ""])
def test_a_volume_in_a_folder_is_judged_and_one_without_a_path_is_counted(letter: str | None) -> None:
    fact = mounted(letter, [{"device": DEVICE.upper(), "path": "C:\\Data\\"}])
    assert [(one.name, one.state) for one in fact.volumes] == [("C:\\Data", VolumeState.CLEAR)] and fact.unnamed == 0
    fact = mounted(letter, [{"device": DEVICE, "path": DEVICE}])
    assert fact.volumes == () and fact.unnamed == 1
    assert mounted("D:", DENIED).volumes[0].state is VolumeState.CLEAR


@pytest.mark.parametrize(
    ("mounts", "device"),
    [
        (DENIED, DEVICE),
        (None, DEVICE),
        ([], DEVICE),
        ([{"device": DEVICE, "path": None}], DEVICE),
        ([{"device": DEVICE, "path": DEVICE}], None),
    ],
)
def test_a_volume_that_may_be_in_a_folder_is_unknown_unless_it_is_protected(mounts: Any, device: Any) -> None:
    (found,) = mounted(None, mounts, device=device).volumes
    assert isinstance(found.state, Unknown)
    (found,) = mounted(None, mounts, 1, 1, device=device).volumes
    assert found.state is VolumeState.PROTECTED


def test_no_namespace_is_no_encryption_and_denied_is_unknown() -> None:
    assert read(DiskEncryption, failed("server-2012-r2", "volume_encryption", "0x8004100e")).installed is False
    denied = read(DiskEncryption, failed("server-2012-r2", "volume_encryption", "0x80041003", RawState.DENIED))
    assert isinstance(denied, Unknown) and denied.code is Reason.DENIED


def protocol(raw: RawFacts, name: str, side: str = "server") -> Any:
    fact = read(TransportSecurity, raw)
    return next(use.enabled for use in fact.protocols if (use.protocol, use.side) == (name, side))


def tls(host: str, name: str, **values: Any) -> RawFacts:
    keys = json.loads(raw_facts_of(host).get("transport_security").stdout)["protocols"]
    return changed(host, "transport_security", protocols={**keys, name: key(**values)})


def test_defaults_of_tls_by_build() -> None:
    assert protocol(raw_facts_of("server-2012-r2"), "SSL 3.0") is True
    assert protocol(raw_facts_of("windows-10-german"), "SSL 3.0") is False
    assert protocol(raw_facts_of("windows-10-german"), "TLS 1.0") is True
    assert protocol(raw_facts_of("windows-10-german"), "TLS 1.3") is False
    assert isinstance(protocol(raw_facts_of("windows-11-24h2"), "TLS 1.0"), Unknown)


def test_what_is_set_goes_before_the_default() -> None:
    assert protocol(tls("windows-10-german", "TLS 1.0 Server", Enabled=0), "TLS 1.0") is False
    assert protocol(tls("windows-10-german", "SSL 3.0 Server", Enabled=-1), "SSL 3.0") is True
    assert isinstance(protocol(tls("windows-10-german", "TLS 1.0 Server", DisabledByDefault=1), "TLS 1.0"), Unknown)
    assert protocol(tls("windows-10-german", "TLS 1.0 Server", DisabledByDefault=0), "TLS 1.0") is True
    assert isinstance(protocol(tls("windows-10-german", "SSL 3.0 Server", DisabledByDefault=0), "SSL 3.0"), Unknown)


# --- Remote access ---------------------------------------------------------------------------------------


def test_policies_go_before_local_settings() -> None:
    assert read(RemoteDesktop, raw_facts_of("windows-11-entra")).enabled is False
    dc = read(RemoteDesktop, raw_facts_of("domain-controller"))
    assert (dc.enabled, dc.authenticates_first, dc.idle_limit_s) == (True, False, 600)


def test_what_remote_desktop_does_without_a_setting_is_unknown() -> None:
    raw = changed("windows-10-german", "remote_desktop", server=key(), listener=key())
    assert isinstance(read(RemoteDesktop, raw).enabled, Unknown)
    raw = changed("windows-10-german", "remote_desktop", listener=key())
    fact = read(RemoteDesktop, raw)
    assert all(isinstance(value, Unknown) for value in (fact.authenticates_first, fact.tls_required, fact.port))


@pytest.mark.parametrize(("inherits", "limit"), [(0, 600), (1, None), (None, None)])
def test_the_listeners_idle_limit_counts_where_users_do_not_choose(inherits: int | None, limit: int | None) -> None:
    values = {"MaxIdleTime": 600000, **({} if inherits is None else {"fInheritMaxIdleTime": inherits})}
    raw = changed("windows-10-german", "remote_desktop", listener=key(**values))
    assert read(RemoteDesktop, raw).idle_limit_s == limit


@pytest.mark.parametrize("state", [2, 3])
def test_a_server_that_says_it_speaks_smb_1_is_not_off_whatever_its_feature_is(state: int) -> None:
    on = {"legacy": True, "signing": True, "encryption": False, "refuses_plain": True}
    feature = {"rows": [{"state": state}]}
    fact = read(FileSharing, changed("server-2022-hardened", "file_sharing", server=on, feature=feature))
    assert isinstance(fact.legacy_server, Unknown) and fact.legacy_client is False


def test_without_its_feature_no_server_speaks_smb_1_whatever_the_registry_says() -> None:
    raw = changed("server-2022-hardened", "file_sharing", server=DENIED, server_key=key(SMB1=1))
    fact = read(FileSharing, raw)
    assert fact.legacy_server is False and fact.legacy_client is False
    raw = changed("server-2012-r2", "file_sharing", feature={"rows": [{"state": 1}]}, legacy_driver=key(Start=4))
    fact = read(FileSharing, raw)
    assert fact.legacy_server is True and fact.legacy_client is False


@pytest.mark.parametrize("start", [0, 1, 2, 3])
@pytest.mark.parametrize("host", ["server-2022-hardened", "windows-11-24h2"])
def test_a_driver_that_starts_speaks_smb_1_where_server_and_feature_are_off(host: str, start: int) -> None:
    fact = read(FileSharing, changed(host, "file_sharing", legacy_driver=key(Start=start)))
    assert fact.legacy_server is False and fact.legacy_client is True


def test_a_driver_that_is_not_there_is_off_and_one_that_is_denied_is_unknown() -> None:
    for host in ("server-2022-hardened", "server-2012-r2"):
        assert read(FileSharing, changed(host, "file_sharing", legacy_driver=NO_KEY)).legacy_client is False
        fact = read(FileSharing, changed(host, "file_sharing", legacy_driver=NOT_ALLOWED))
        assert isinstance(fact.legacy_client, Unknown) and fact.legacy_client.code is Reason.DENIED


def test_a_driver_without_a_start_is_off_with_its_feature_alone() -> None:
    assert (
        read(FileSharing, changed("server-2022-hardened", "file_sharing", legacy_driver=key())).legacy_client is False
    )
    fact = read(FileSharing, changed("server-2012-r2", "file_sharing", legacy_driver=key()))
    assert isinstance(fact.legacy_client, Unknown) and fact.legacy_client.code is Reason.NO_EVIDENCE


def test_signing_by_default_depends_on_build_and_kind() -> None:
    entra = read(FileSharing, raw_facts_of("windows-11-entra"))
    assert (entra.server_signing_required, entra.client_signing_required) == (True, True)
    assert entra.by_default == ("server", "client")
    defaults = windows_defaults()
    signing = {
        (build, is_client, edition): tuple(
            defaults.signing(build, is_client=is_client, edition=edition, side=side) for side in ("server", "client")
        )
        for build, is_client, edition in (
            (26100, True, "Professional"),
            (26100, True, "Core"),
            (26100, False, "ServerStandard"),
            (22631, True, "Professional"),
            (20348, False, "ServerStandard"),
            (99999, True, "Professional"),
        )
    }
    assert signing == {
        (26100, True, "Professional"): (True, True),
        (26100, True, "Core"): (False, False),
        (26100, False, "ServerStandard"): (False, True),
        (22631, True, "Professional"): (False, False),
        (20348, False, "ServerStandard"): (False, False),
        (99999, True, "Professional"): (None, None),
    }


@pytest.mark.parametrize(
    ("level", "sends", "accepts"),
    [(0, True, True), (2, True, True), (3, False, True), (4, False, True), (5, False, False)],
)
def test_levels_of_lan_manager(level: int, sends: bool, accepts: bool) -> None:
    fact = read(NetworkLogon, changed("windows-11-24h2", "network_logon", lsa=key(LmCompatibilityLevel=level)))
    assert (fact.sends_outdated, fact.accepts_outdated) == (sends, accepts)


def test_an_impossible_level_is_unknown_and_no_level_is_three() -> None:
    fact = read(NetworkLogon, changed("windows-11-24h2", "network_logon", lsa=key(LmCompatibilityLevel=6)))
    assert isinstance(fact.sends_outdated, Unknown) and isinstance(fact.accepts_outdated, Unknown)
    assert read(NetworkLogon, raw_facts_of("windows-11-24h2")).setting == "LmCompatibilityLevel 3 (default)"


def test_remote_tools_by_name_and_by_the_beginning_of_a_name() -> None:
    assert [str(tool) for tool in read(RemoteTools, raw_facts_of("windows-11-entra")).tools] == [
        "ScreenConnect (remote control, running)"
    ]
    assert [tool.name for tool in read(RemoteTools, raw_facts_of("windows-10-german")).tools] == ["AnyDesk", "OpenVPN"]
    assert read(RemoteTools, raw_facts_of("windows-11-24h2")).tools == ()  # RemoteAccess is there and disabled


# --- Audit and logs --------------------------------------------------------------------------------------

HEAD = "Machine Name,Policy Target,Subcategory,Subcategory GUID,Inclusion Setting,Exclusion Setting,Setting Value"


def audited(*rows: str) -> Any:
    raw = changed("server-2022-hardened", "audit_policy", csv="\r\n".join((HEAD, *rows)) + "\r\n")
    fact = read(AuditLog, raw)
    assert isinstance(fact, AuditLog)
    return fact.events[AuditedEvent.LOGON]


LOGON = "{0cce9215-69ae-11d9-bed3-505054503030}"


@pytest.mark.parametrize(("value", "expected"), [(0, (0, 0)), (1, (1, 0)), (2, (0, 1)), (3, (1, 1))])
def test_the_last_column_decides_whatever_the_words_say(value: int, expected: tuple[int, int]) -> None:
    found = audited(f"HOST,System,Anmelden,{LOGON},Erfolg und Fehler,,{value}")
    assert found == Audited(success=bool(expected[0]), failure=bool(expected[1]))


def test_rows_of_single_users_are_left_out() -> None:
    own = f"HOST,S-1-5-21-1-2-3-1001,Logon,{LOGON},Success,,1"
    assert audited(f"HOST,System,Logon,{LOGON},No Auditing,,0", own) == Audited(success=False, failure=False)
    assert isinstance(audited(own), Unknown)


@pytest.mark.parametrize(
    "rows",
    [
        (),
        (f"HOST,System,Logon,{LOGON},Success,,1", f"HOST,System,Logon,{LOGON},Failure,,2"),
        (f"HOST,System,Logon,{LOGON},Success,,",),
        (f"HOST,System,Logon,{LOGON},Success,,7",),
        (f"HOST,System,Logon,{LOGON}",),
        ('"HOST,System,Logon',),
    ],
)
def test_a_missing_a_double_and_a_broken_row_are_unknown(rows: tuple[str, ...]) -> None:
    assert isinstance(audited(*rows), Unknown)


def test_the_german_backup_reads_like_the_english_one() -> None:
    german, english = (read(AuditLog, raw_facts_of(host)) for host in ("windows-10-german", "server-2022-hardened"))
    assert german.events == english.events


# --- Workstation -----------------------------------------------------------------------------------------


def test_a_policy_of_a_user_goes_before_the_users_own_choice() -> None:
    users = read(ScreenLock, raw_facts_of("windows-10-german")).users
    assert [user.after_s for user in users] == [600, 900]


@pytest.mark.parametrize(
    ("active", "secure", "seconds", "after"),
    [
        ("1", "1", "600", 600),
        ("0", "1", "600", None),
        ("1", "0", "600", None),
        ("1", "1", "0", None),
        ("1", "1", "", ...),
    ],
)
def test_a_screen_saver_locks_when_it_runs_and_asks(active: str, secure: str, seconds: str, after: Any) -> None:
    own = key(ScreenSaveActive=active, ScreenSaverIsSecure=secure, ScreenSaveTimeOut=seconds)
    rows = [{"sid": "S-1-5-21-1-2-3-1001", "policy": NO_KEY, "own": own}]
    found = read(ScreenLock, changed("windows-10-german", "screen_lock", users={"rows": rows})).users[0].after_s
    assert isinstance(found, Unknown) if after is ... else found == after


@pytest.mark.parametrize(("seconds", "after"), [(900, 900), (0, None), (-5, None)])
def test_no_limit_and_zero_are_off(seconds: int, after: int | None) -> None:
    raw = changed("windows-11-24h2", "screen_lock", machine=key(InactivityTimeoutSecs=seconds))
    assert read(ScreenLock, raw).after_s == after


def test_both_kinds_of_usb_storage_have_to_be_off() -> None:
    assert read(RemovableMedia, raw_facts_of("server-2012-r2")).driver_disabled is False
    assert read(RemovableMedia, raw_facts_of("windows-11-entra")).driver_disabled is True
    assert (
        read(RemovableMedia, changed("windows-11-entra", "removable_media", usb=key(Start=3))).driver_disabled is False
    )
    # Windows installs a driver that is not there with the first medium that needs it.
    raw = changed("windows-11-entra", "removable_media", attached_scsi=NO_KEY)
    assert read(RemovableMedia, raw).driver_disabled is False
    raw = changed("windows-11-entra", "removable_media", attached_scsi=key())
    assert isinstance(read(RemovableMedia, raw).driver_disabled, Unknown)


@pytest.mark.parametrize(
    ("everything", "disks", "denied"),
    [
        (0, {}, (False, False, False)),
        (1, {}, (True, True, True)),
        (0, {"Deny_Read": 1}, (False, True, False)),
        (0, {"Deny_Write": 1}, (False, False, True)),
        (0, {"Deny_Read": 1, "Deny_Write": 1}, (True, True, True)),
    ],
)
def test_each_policy_of_removable_storage_denies_what_it_names(
    everything: int, disks: dict[str, int], denied: tuple[bool, ...]
) -> None:
    raw = changed("windows-11-24h2", "removable_media", storage=key(Deny_All=everything), disks=key(**disks))
    fact = read(RemovableMedia, raw)
    assert (fact.access_denied, fact.reading_denied, fact.writing_denied) == denied


def test_defaults_of_prompts() -> None:
    fact = read(PrivilegePrompts, changed("windows-11-24h2", "privilege_prompts", system=key()))
    assert (fact.enabled, fact.administrators, fact.users) == (True, Prompt.CONSENT_OTHERS, Prompt.CREDENTIALS)
    assert (fact.isolated, fact.covers_built_in) == (True, False)


@pytest.mark.parametrize(
    ("administrators", "switch", "isolated"), [(2, 0, True), (1, 0, True), (5, 0, False), (4, 1, True)]
)
def test_the_secure_desktop_is_part_of_some_prompts(administrators: int, switch: int, isolated: bool) -> None:
    system = key(ConsentPromptBehaviorAdmin=administrators, PromptOnSecureDesktop=switch)
    assert read(PrivilegePrompts, changed("windows-11-24h2", "privilege_prompts", system=system)).isolated is isolated


def laps(**roots: Any) -> Any:
    empty = dict.fromkeys(("service_policy", "group_policy", "local", "legacy"), NO_KEY)
    return read(LocalAdminPasswords, changed("server-2022-hardened", "local_admin_passwords", **{**empty, **roots}))


def test_the_first_root_with_a_value_rules() -> None:
    own, group = key(BackupDirectory=1, PasswordLength=20), key(BackupDirectory=2, PasswordLength=15)
    assert (laps(service_policy=own, group_policy=group).length, laps(group_policy=group).length) == (20, 15)
    assert laps(service_policy=key(BackupDirectory=0), group_policy=group).managed is False
    assert laps(service_policy=key(), group_policy=group).kept_in == "Active Directory"
    assert laps(legacy=key(AdmPwdEnabled=1)).length == 14
    assert laps().managed is False


def test_a_record_counts_for_the_directory_of_the_policy_alone() -> None:
    """The hardened host is a member of a domain and in no cloud; its log holds a record of the domain (10018)."""
    domain, cloud = laps(group_policy=key(BackupDirectory=2)), laps(group_policy=key(BackupDirectory=1))
    assert (domain.joined, is_known(domain.last_stored)) == (True, True)
    assert (cloud.joined, cloud.kept_in) == (False, "Entra ID")
    assert isinstance(cloud.last_stored, Absent) and "Entra ID" in cloud.last_stored.reason
    before = laps(legacy=key(AdmPwdEnabled=1))
    assert isinstance(before.last_stored, Absent) and "predecessor" in before.last_stored.reason
    entra = read(LocalAdminPasswords, raw_facts_of("windows-11-entra"))
    assert (entra.joined, is_known(entra.last_stored)) == (True, True)
    swapped = changed("windows-11-entra", "local_admin_passwords", service_policy=key(BackupDirectory=2))
    assert read(LocalAdminPasswords, swapped).joined is False


ITADMIN = "S-1-5-21-3050772491-1885512402-2240931017-1002"


def itadmin(member: str = ITADMIN, **changes: Any) -> RawFacts:
    """The hardened host with one more open local account, and one more member of Administrators, by SID."""
    raw = raw_facts_of("server-2022-hardened")
    body, members = (json.loads(raw.get(name).stdout) for name in ("local_accounts", "local_groups"))
    body["accounts"].append({**body["accounts"][0], "name": "itadmin", "sid": ITADMIN, "disabled": False, **changes})
    members["groups"][0]["group"]["members"].append({"path": f"WinNT://{member}", "class": "User", "sid": member})
    both = {"local_accounts": body, "local_groups": members}
    sections = {name: answering("server-2022-hardened", name, one).get(name) for name, one in both.items()}
    return replace(raw, sections={**raw.sections, **sections})


def test_the_policy_is_for_one_account() -> None:
    def unmanaged(raw: RawFacts, **policy: Any) -> Any:
        body = json.loads(raw.get("local_admin_passwords").stdout)
        body["group_policy"] = key(BackupDirectory=2, **policy)
        section = answering("server-2022-hardened", "local_admin_passwords", body).get("local_admin_passwords")
        sections = {**raw.sections, "local_admin_passwords": section}
        return read(LocalAdminPasswords, replace(raw, sections=sections)).unmanaged

    assert unmanaged(raw_facts_of("server-2022-hardened")) == ()
    assert unmanaged(itadmin()) == ("itadmin",)
    assert unmanaged(itadmin(disabled=True)) == ()
    assert unmanaged(itadmin("S-1-5-113")) == ("itadmin",)  # every local account
    assert unmanaged(itadmin("S-1-5-21-1004336348-1177238915-682003330-1733")) == ()
    assert unmanaged(itadmin(disabled="?")).code is Reason.UNREADABLE
    assert unmanaged(itadmin(), AdministratorAccountName="ITAdmin") == ()
    assert unmanaged(itadmin(), AutomaticAccountManagementEnabled=1).code is Reason.NO_EVIDENCE
    assert isinstance(unmanaged(answering("server-2022-hardened", "local_groups", {})), Unknown)


def test_an_unread_root_hides_those_after_it() -> None:
    unread = {"err": {"type": "System.Security.SecurityException", "text": "no"}}
    assert isinstance(laps(service_policy=unread, group_policy=key(BackupDirectory=2)), Unknown)
    assert laps(service_policy=key(BackupDirectory=2), group_policy=unread).managed is True


def test_no_directory_no_managed_password() -> None:
    for host in ("windows-11-24h2", "domain-controller"):
        assert isinstance(read(LocalAdminPasswords, raw_facts_of(host)), Absent)
    raw = raw_facts_of("windows-11-24h2")
    no_host = replace(raw, sections={name: one for name, one in raw.sections.items() if name != "host"})
    assert not isinstance(read(LocalAdminPasswords, no_host), Absent)


# --- Software --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("products", [[], [{"name": "add-on", "status": 1, "grace_minutes": 0, "addon": True}]])
def test_no_product_with_a_key_says_nothing(products: list[dict[str, Any]]) -> None:
    found = read(Licensing, changed("server-2022-hardened", "licensing", products=products))
    assert isinstance(found, Unknown) and found.code is Reason.NO_EVIDENCE


EVALUATION = "Windows(R), ServerStandardEval edition"


@pytest.mark.parametrize(
    ("name", "edition", "status", "state", "said"),
    [
        (EVALUATION, "ServerStandardEval", 1, LicenceState.GRACE, "copy for evaluation"),
        (EVALUATION, "ServerStandard", 1, LicenceState.GRACE, "copy for evaluation"),
        ("Windows(R)", "EnterpriseEval", 1, LicenceState.GRACE, "copy for evaluation"),
        (EVALUATION, "ServerStandardEval", 5, LicenceState.MISSING, "not activated, and asking for it"),
        ("Windows(R), ServerStandard edition", "ServerStandard", 1, LicenceState.ACTIVE, "licensed"),
    ],
)
def test_a_copy_for_evaluation_is_no_licence_that_lasts(
    name: str, edition: str, status: int, state: LicenceState, said: str
) -> None:
    products = [{"name": name, "status": status, "grace_minutes": 200000, "addon": False}]
    raw = changed("server-2022-hardened", "licensing", products=products)
    host = json.loads(raw.get("host").stdout)
    host["version"]["values"]["EditionID"]["value"] = edition
    raw = with_section(raw, RawFact(probe="host", state=RawState.OK, stdout=json.dumps(host).encode()))
    (licence,) = read(Licensing, raw).licences
    assert (licence.state, licence.said, licence.grace_days) == (state, said, 138)


def test_days_of_installation_and_names() -> None:
    fact = read_software(raw_facts_of("windows-10-german"))
    assert not isinstance(fact, Absent | Unknown)
    shared = [program for program in fact.programs if not program.user]
    assert shared[-1].name == "Zollanmeldung für Ausführer"
    assert [program.installed_on for program in shared][:2] == [date(2025, 3, 1), date(2025, 3, 12)]
    assert isinstance(shared[-1].installed_on, Unknown)


USER = "S-1-5-21-1004336348-1177238915-682003330-1105"


def software(raw: RawFacts) -> InstalledSoftware:
    fact = read_software(raw)
    assert isinstance(fact, InstalledSoftware), fact
    return fact


def test_programs_of_who_is_signed_in_carry_their_user_and_the_rest_is_named_as_not_seen() -> None:
    fact = software(raw_facts_of("windows-10-german"))
    assert fact.users == (USER, USER[:-4] + "1190")
    assert [(program.name, program.user) for program in fact.programs if program.user] == [("Microsoft OneDrive", USER)]
    assert not fact.incomplete and "programs of users who were not signed in" in fact.left_out


@pytest.mark.parametrize(
    "users", [DENIED, None, "?", [{"sid": USER, "programs": DENIED}], [{"sid": USER}], [{"programs": None}]], ids=repr
)
def test_programs_of_users_that_could_not_be_read_are_lost_and_not_none(users: Any) -> None:
    fact = software(changed("windows-10-german", "software", users=users))
    assert fact.incomplete and not [program for program in fact.programs if program.user]


def test_a_user_without_programs_and_nobody_signed_in_leave_nothing_out() -> None:
    for users in ([], [{"sid": USER, "programs": []}]):
        fact = software(changed("windows-10-german", "software", users=users))
        assert not fact.incomplete and fact.users == tuple(row["sid"] for row in users)


def test_scans_oldest_events_and_other_recorders_are_read() -> None:
    product = read(MalwareProtection, raw_facts_of("windows-11-entra")).products[0]
    assert (product.quick_scan_age_days, product.full_scan_age_days) == (None, None)  # 65535 and 4294967295
    lost = read(MalwareProtection, changed("windows-11-entra", "defender", quick_scan_age_days=None)).products[0]
    assert isinstance(lost.quick_scan_age_days, Unknown)
    logs = read(AuditLog, raw_facts_of("windows-10-german")).logs
    assert logs["security"].oldest_record == 1 and isinstance(logs["application"].oldest_record, Absent)
    denied = read(AuditLog, raw_facts_of("server-2019-denied")).logs["security"].oldest_record
    assert isinstance(denied, Unknown) and denied.code is Reason.DENIED
    assert read(CommandLogging, raw_facts_of("server-2022-hardened")).recorders == ("Sysmon",)
    assert read(CommandLogging, raw_facts_of("windows-11-24h2")).recorders == ()
    unread = with_section(raw_facts_of("server-2022-hardened"), RawFact(probe="services", state=RawState.DENIED))
    recorders = read(CommandLogging, unread).recorders
    assert isinstance(recorders, Unknown) and recorders.code is Reason.DENIED


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("accepted", True),
        ("refused", False),
        ("closed", Reason.NO_EVIDENCE),
        ("no answer", Reason.TIMEOUT),
        ("unable", Reason.MISSING_TOOL),
        ("ended: SSLV3_ALERT_HANDSHAKE_FAILURE", Reason.NO_EVIDENCE),
        (7, Reason.UNREADABLE),
    ],
)
def test_handshakes_are_read_as_the_transport_wrote_them(word: Any, told: bool | Reason) -> None:
    own = {"version": "TLSv1.2", "cipher": "ECDHE-RSA-AES256-GCM-SHA384"}
    body = {"port": 5986, "own": own, "tried": {"TLS 1.0": word}}
    port = read(TransportSecurity, answering("server-2022-hardened", "tls_handshakes", body)).port
    assert (port.port, port.spoken) == (5986, "TLS 1.2, ECDHE-RSA-AES256-GCM-SHA384")
    value = port.accepted["TLS 1.0"]
    assert (value.code if isinstance(value, Unknown) else value) is told


@pytest.mark.parametrize("body", [{}, [], {"port": 5986}, {"port": "x", "tried": {}}, {"port": 1, "tried": []}])
def test_a_record_of_handshakes_that_is_none_is_unknown(body: Any) -> None:
    raw = answering("server-2022-hardened", "tls_handshakes", body)
    assert isinstance(read(TransportSecurity, raw).port, Unknown)
    assert isinstance(read(TransportSecurity, raw_facts_of("server-2022-hardened")).port, Absent)


# --- Tables ----------------------------------------------------------------------------------------------


def test_tables_are_dated_and_name_services_in_lower_case() -> None:
    table = product_table()
    assert table.as_of >= date(2026, 1, 1) and windows_defaults().as_of >= date(2026, 1, 1)
    for names in (table.malware, table.remote, table.remote_prefixes, table.forwarders):
        assert list(names) == [name.lower() for name in names]
    assert table.inbox <= set(table.malware)


def test_what_is_known_by_a_table_says_so_and_the_fact_names_its_day() -> None:
    log = read(AuditLog, raw_facts_of("server-2022-hardened"))
    assert log.table_date == product_table().as_of
    assert [(each.name, each.by_table) for each in log.forwarders] == [("Wazuh agent", True)]
    raw = changed("server-2022-hardened", "log_settings", subscriptions=key(**{"1": "Server=http://collector"}))
    assert [each.by_table for each in read(AuditLog, raw).forwarders] == [False, True]
