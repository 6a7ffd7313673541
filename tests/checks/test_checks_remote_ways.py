"""Remote desktop, remote management, file sharing and remote-control software: one open side is enough to fail."""

from datetime import date
from typing import Any

import pytest

from scanner.facts import (
    FileSharing,
    NetworkLogon,
    RemoteDesktop,
    RemoteManagement,
    RemoteTool,
    RemoteToolKind,
    RemoteTools,
)
from scanner.model import Absent, Reason, Status, Unknown
from tests.checks.outcomes import CHECKS, collection, status

DENIED = Unknown(Reason.DENIED, "denied")
NOT_ON = Absent("remote desktop is off")


def desktop(**changes: Any) -> RemoteDesktop:
    values: dict[str, Any] = {
        "enabled": True,
        "authenticates_first": True,
        "tls_required": True,
        "strong_encryption": True,
        "port": 3389,
        "idle_limit_s": 900,
        **changes,
    }
    return RemoteDesktop(**values)


OFF = desktop(
    enabled=False,
    authenticates_first=NOT_ON,
    tls_required=NOT_ON,
    strong_encryption=NOT_ON,
    port=NOT_ON,
    idle_limit_s=NOT_ON,
)


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (desktop(), Status.PASS),
        (desktop(tls_required=False), Status.FAIL),
        (desktop(strong_encryption=False, tls_required=DENIED), Status.FAIL),
        (desktop(strong_encryption=DENIED), Reason.DENIED),
        (OFF, Status.NOT_APPLICABLE),
    ],
)
def test_rdp_encryption(fact: RemoteDesktop, expected: Status | Reason) -> None:
    assert status("remote_access/rdp_encryption", fact) is expected


def test_rdp_nla_has_no_object_where_remote_desktop_is_off() -> None:
    assert status("remote_access/rdp_nla", OFF) is Status.NOT_APPLICABLE
    assert status("remote_access/rdp_nla", desktop(authenticates_first=DENIED)) is Reason.DENIED


@pytest.mark.parametrize(
    ("limit", "expected"), [(900, Status.PASS), (901, Status.FAIL), (None, Status.FAIL), (DENIED, Reason.DENIED)]
)
def test_rdp_idle_limit(limit: Any, expected: Status | Reason) -> None:
    assert status("remote_access/rdp_idle_limit", desktop(idle_limit_s=limit)) is expected


def management(**changes: Any) -> RemoteManagement:
    values: dict[str, Any] = {
        "accepts_basic": False,
        "accepts_unencrypted": False,
        "sends_basic": False,
        "sends_unencrypted": False,
        **changes,
    }
    return RemoteManagement(**values)


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (management(), Status.PASS),
        (management(accepts_basic=True), Status.FAIL),
        (management(accepts_unencrypted=True, accepts_basic=DENIED), Status.FAIL),
        (management(sends_unencrypted=True), Status.FAIL),
        (management(sends_basic=True), Status.WARN),
        (management(sends_basic=DENIED), Reason.DENIED),
        (management(sends_basic=True, accepts_basic=DENIED), Reason.DENIED),
    ],
)
def test_management_encrypted(fact: RemoteManagement, expected: Status | Reason) -> None:
    assert status("remote_access/management_encrypted", fact) is expected


def sharing(**changes: Any) -> FileSharing:
    values: dict[str, Any] = {
        "legacy_server": False,
        "legacy_client": False,
        "server_signing_required": True,
        "client_signing_required": True,
        "encrypted": False,
        "by_default": (),
        "defaults_date": date(2026, 11, 1),
        **changes,
    }
    return FileSharing(**values)


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (sharing(), Status.PASS),
        (sharing(legacy_client=True, legacy_server=DENIED), Status.FAIL),
        (sharing(legacy_server=True), Status.FAIL),
        (sharing(legacy_client=DENIED), Reason.DENIED),
    ],
)
def test_smb1_off(fact: FileSharing, expected: Status | Reason) -> None:
    assert status("remote_access/smb1_off", fact) is expected


OLD = date(2024, 1, 1)


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (sharing(), Status.PASS),
        (sharing(server_signing_required=False), Status.FAIL),
        (sharing(server_signing_required=False, encrypted=True), Status.PASS),
        (sharing(client_signing_required=False, encrypted=True), Status.FAIL),
        (sharing(client_signing_required=DENIED), Reason.DENIED),
        (sharing(by_default=("client",)), Status.PASS),
        (sharing(by_default=("client",), defaults_date=OLD), Reason.STALE),
        (sharing(defaults_date=OLD), Status.PASS),
        (sharing(by_default=("server",), encrypted=True, defaults_date=OLD), Reason.STALE),
        (
            sharing(by_default=("server",), server_signing_required=False, encrypted=True, defaults_date=OLD),
            Status.PASS,
        ),
    ],
)
def test_smb_signing(fact: FileSharing, expected: Status | Reason) -> None:
    assert status("remote_access/smb_signing", fact, collection()) is expected


@pytest.mark.parametrize(
    ("fact", "actual"),
    [
        (sharing(encrypted=True), "signing is required as server and as client"),
        (
            sharing(encrypted=True, server_signing_required=False, by_default=("server", "client")),
            "everything is encrypted as server; signing is required as client (by default as client)",
        ),
        (sharing(by_default=("server",)), "signing is required as server and as client (by default as server)"),
    ],
)
def test_smb_signing_says_what_holds(fact: FileSharing, actual: str) -> None:
    assert CHECKS["remote_access/smb_signing"].run(fact, collection()).actual == actual


@pytest.mark.parametrize(
    ("sends", "accepts", "expected"),
    [
        (False, False, Status.PASS),
        (False, True, Status.FAIL),
        (True, DENIED, Status.FAIL),
        (False, DENIED, Reason.DENIED),
    ],
)
def test_legacy_logon(sends: Any, accepts: Any, expected: Status | Reason) -> None:
    fact = NetworkLogon(sends_outdated=sends, accepts_outdated=accepts, setting="level 3")
    assert status("remote_access/legacy_logon", fact) is expected


def tools(*names: str, kind: RemoteToolKind = RemoteToolKind.CONTROL, day: date = date(2026, 11, 1)) -> RemoteTools:
    found = tuple(RemoteTool(name=name, kind=kind, running=True, starts=True) for name in names)
    return RemoteTools(tools=found, looked_for=("AnyDesk", "TeamViewer"), table_date=day)


@pytest.mark.parametrize(
    ("fact", "approved", "expected"),
    [
        (tools(), (), Status.PASS),
        (tools("AnyDesk"), (), Status.REVIEW),
        (tools("AnyDesk"), ("anydesk",), Status.PASS),
        (tools("AnyDesk", "TeamViewer"), ("AnyDesk",), Status.REVIEW),
        (tools("OpenVPN", kind=RemoteToolKind.VPN), (), Status.PASS),
        (tools("ngrok", kind=RemoteToolKind.TUNNEL), (), Status.REVIEW),
        (tools(day=OLD), (), Reason.STALE),
        (tools("AnyDesk", day=OLD), (), Status.REVIEW),
    ],
)
def test_third_party(fact: RemoteTools, approved: tuple[str, ...], expected: Status | Reason) -> None:
    assert status("remote_access/third_party", fact, collection(), approved=approved) is expected


def test_third_party_names_what_it_leaves_out_and_vpn_software() -> None:
    outcome = CHECKS["remote_access/third_party"].run(tools("AnyDesk"), collection(), approved=("AnyDesk",))
    assert "AnyDesk" in outcome.note
    vpn = tools("OpenVPN", kind=RemoteToolKind.VPN)
    assert "OpenVPN" in CHECKS["remote_access/third_party"].run(vpn, collection()).note
