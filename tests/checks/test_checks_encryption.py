"""The encryption checks: suspended is open, a clear disk is a question unless it travels or holds declared data."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scanner.facts import (
    Collection,
    DiskEncryption,
    Host,
    KeyProtector,
    PortHandshakes,
    ProtocolUse,
    Tpm,
    TransportSecurity,
    Volume,
    VolumeState,
    VolumeUse,
)
from scanner.facts.base import RawFacts
from scanner.facts.handshakes import read_handshakes
from scanner.model import Absent, Privilege, Reason, Status, Unknown
from tests.checks.outcomes import CHECKS, collection, status

DENIED = Unknown(Reason.DENIED, "volumes: denied")


def host(chassis: str = "desktop", container: bool = False) -> Host:
    gap = Unknown(Reason.NO_EVIDENCE, "not part of this test")
    names = ("hostname", "os_id", "os_version", "os_name", "os_family", "kernel", "architecture", "init")
    values: dict[str, Any] = {**dict.fromkeys(names, gap), "virtualization": gap, "clock": gap}
    return Host(**values, chassis=chassis, container=container)


def volume(use: Any = VolumeUse.SYSTEM, state: Any = VolumeState.PROTECTED, name: str = "C:") -> Volume:
    return Volume(name=name, use=use, state=state, method="XTS-AES-256")


def disks(*volumes: Volume, installed: bool = True, unnamed: int = 0) -> DiskEncryption:
    return DiskEncryption(installed=installed, volumes=volumes, unnamed=unnamed)


CLEAR = volume(state=VolumeState.CLEAR)


@pytest.mark.parametrize(
    ("fact", "chassis", "context", "expected"),
    [
        (disks(volume()), "laptop", collection(), Status.PASS),
        (disks(volume(state=VolumeState.SUSPENDED)), "desktop", collection(), Status.FAIL),
        (disks(volume(state=VolumeState.CONVERTING)), "desktop", collection(), Status.WARN),
        (disks(CLEAR), "desktop", collection(), Status.REVIEW),
        (disks(CLEAR), "laptop", collection(), Status.FAIL),
        (disks(CLEAR), "desktop", collection("laptop"), Status.FAIL),
        (disks(CLEAR), "server", collection("server", "trade-data"), Status.FAIL),
        (disks(installed=False), "server", collection(), Status.REVIEW),
        (disks(installed=False), "laptop", collection(), Status.FAIL),
        (disks(volume(VolumeUse.DATA)), "server", collection(), Reason.NO_EVIDENCE),
        (disks(), "server", collection(), Reason.NO_EVIDENCE),
        (disks(volume(use=DENIED)), "server", collection(), Reason.DENIED),
        (disks(volume(state=VolumeState.SUSPENDED), volume(use=DENIED)), "server", collection(), Status.FAIL),
        (disks(volume(), volume(use=DENIED)), "server", collection(), Reason.DENIED),
        (disks(volume(state=DENIED)), "server", collection(), Reason.DENIED),
    ],
)
def test_system_volume(fact: DiskEncryption, chassis: str, context: Collection, expected: Status | Reason) -> None:
    assert status("encryption/system_volume", fact, host(chassis), context) is expected


def test_a_clear_system_volume_stays_a_question_where_the_host_is_unknown() -> None:
    assert status("encryption/system_volume", disks(CLEAR), DENIED, collection()) is Status.REVIEW
    assert status("encryption/system_volume", disks(CLEAR), host(container=True), collection()) is Status.NOT_APPLICABLE


NO_TPM = Absent("this machine has no TPM")


@pytest.mark.parametrize(
    ("tpm", "note"),
    [
        (Tpm(ready=True, version="2.0"), "TPM 2.0, ready."),
        (NO_TPM, "this machine has no TPM."),
        (Unknown(Reason.DENIED, "tpm: denied"), "tpm: denied."),
    ],
)
@pytest.mark.parametrize("state", list(VolumeState))
@pytest.mark.parametrize(
    ("chassis", "context"),
    [("desktop", collection()), ("laptop", collection()), ("server", collection("server", "trade-data"))],
)
def test_the_system_volumes_chip_is_shown_and_not_judged(
    chassis: str, context: Collection, state: VolumeState, tpm: Any, note: str
) -> None:
    bare = disks(volume(state=state))
    plain = CHECKS["encryption/system_volume"].run(bare, host(chassis), context)
    outcome = CHECKS["encryption/system_volume"].run(replace(bare, tpm=tpm), host(chassis), context)
    assert outcome.note == note and outcome.status is plain.status
    assert plain.note == "whether there is a TPM was not read."


def test_the_system_volume_says_what_opens_it_and_is_judged_without_it() -> None:
    opened = replace(volume(), protectors=(KeyProtector.TPM_PIN, KeyProtector.RECOVERY))
    outcome = CHECKS["encryption/system_volume"].run(disks(opened), host(), collection())
    assert outcome.status is Status.PASS and outcome.actual == "C:: encrypted (TPM and PIN + recovery password)"


def data(state: Any, name: str = "D:") -> Volume:
    return volume(VolumeUse.DATA, state, name)


@pytest.mark.parametrize(
    ("fact", "context", "expected"),
    [
        (disks(volume(), data(VolumeState.PROTECTED)), collection(), Status.PASS),
        (disks(volume()), collection(), Status.NOT_APPLICABLE),
        (disks(), collection(), Reason.NO_EVIDENCE),
        (disks(volume(), data(VolumeState.CLEAR)), collection(), Status.REVIEW),
        (disks(volume(), data(VolumeState.CLEAR)), collection("", "trade-data"), Status.FAIL),
        (disks(volume(), data(VolumeState.SUSPENDED), data(DENIED, "E:")), collection(), Status.FAIL),
        (disks(volume(), data(VolumeState.PROTECTED), data(DENIED, "E:")), collection(), Reason.DENIED),
        (disks(volume(), data(VolumeState.CONVERTING)), collection(), Status.WARN),
        (disks(installed=False), collection(), Status.REVIEW),
        (disks(volume(use=DENIED)), collection(), Reason.DENIED),
    ],
)
def test_data_volumes(fact: DiskEncryption, context: Collection, expected: Status | Reason) -> None:
    assert status("encryption/data_volumes", fact, context) is expected


def test_data_volumes_say_what_they_leave_out() -> None:
    assert "1 volumes without" in CHECKS["encryption/data_volumes"].run(disks(volume(), unnamed=1), collection()).actual


def use(protocol: str, side: str, enabled: Any, configured: bool = True) -> ProtocolUse:
    return ProtocolUse(protocol=protocol, side=side, enabled=enabled, configured=configured)


def security(*uses: ProtocolUse, day: date = date(2026, 11, 1)) -> TransportSecurity:
    return TransportSecurity(protocols=uses, defaults_date=day)


OFF = (use("TLS 1.0", "server", False), use("TLS 1.0", "client", False))


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (security(*OFF, use("TLS 1.2", "server", True)), Status.PASS),
        (security(use("TLS 1.0", "server", True), use("TLS 1.1", "server", DENIED)), Status.FAIL),
        (security(use("TLS 1.0", "server", False), use("TLS 1.0", "client", True)), Status.WARN),
        (security(use("TLS 1.0", "server", False), use("TLS 1.0", "client", DENIED)), Reason.DENIED),
        (security(), Reason.NO_EVIDENCE),
        (security(*OFF, day=date(2024, 1, 1)), Status.PASS),
        (security(use("TLS 1.0", "server", False, configured=False), day=date(2024, 1, 1)), Reason.STALE),
    ],
)
def test_tls_versions(fact: TransportSecurity, expected: Status | Reason) -> None:
    assert status("encryption/tls_versions", fact, collection()) is expected


def seen(**accepted: Any) -> PortHandshakes:
    named = {name.replace("tls", "TLS ").replace("_", "."): value for name, value in accepted.items()}
    return PortHandshakes(port=5986, spoken="TLS 1.3, TLS_AES_256_GCM_SHA384", accepted=named)


CLOSED_PORT = Unknown(Reason.NO_EVIDENCE, "the port closed the connection without a word")


@pytest.mark.parametrize(
    ("protocols", "port", "expected", "told"),
    [
        (OFF, seen(tls1_0=False), Status.PASS, "TLS 1.0: refused"),
        (OFF, seen(tls1_0=CLOSED_PORT), Status.PASS, "TLS 1.0: the port closed the connection without a word"),
        (OFF, seen(tls1_0=True), Status.FAIL, "TLS 1.0: the port 5986 accepts it; the settings have it off (set)"),
        ((), seen(tls1_0=True), Status.FAIL, "what the settings say is not known"),
        ((use("TLS 1.0", "server", DENIED),), seen(tls1_0=True), Status.FAIL, "what the settings say is not known"),
        ((use("TLS 1.0", "server", DENIED),), seen(tls1_0=False), Reason.DENIED, ""),
        ((use("TLS 1.0", "server", True),), seen(tls1_0=False), Status.FAIL, "TLS 1.0 server (set)"),
        (OFF, DENIED, Status.PASS, "Not confirmed by a connection from outside: "),
        (OFF, Absent("over http"), Status.PASS, "Not confirmed by a connection from outside: over http."),
    ],
)
def test_a_port_may_only_make_the_settings_worse(
    protocols: tuple[ProtocolUse, ...], port: Any, expected: Status | Reason, told: str
) -> None:
    fact = replace(security(*protocols), port=port)
    assert status("encryption/tls_versions", fact, collection()) is expected
    if isinstance(expected, Status):
        outcome = CHECKS["encryption/tls_versions"].run(fact, collection())
        assert told in " ".join((outcome.actual, outcome.note, *outcome.items))


def test_why_no_handshake_was_made_is_not_told() -> None:
    """The connection of an older recording, or over winrms, may well have been over TLS."""
    host = RawFacts(platform="windows", collected_at=collection().collected_at, privilege=Privilege.USER, sections={})
    fact = replace(security(*OFF), port=read_handshakes(host))
    note = CHECKS["encryption/tls_versions"].run(fact, collection()).note
    assert note == "Not confirmed by a connection from outside: no handshake of old versions is on record."


def test_a_version_that_may_be_spoken_is_no_failure_of_the_port() -> None:
    fact = replace(security(*OFF), port=seen(tls1_2=True))
    assert status("encryption/tls_versions", fact, collection()) is Status.PASS
