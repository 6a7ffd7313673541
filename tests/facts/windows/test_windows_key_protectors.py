"""What opens an encrypted volume, and the chip that may keep its key: kinds by number, and who is told of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scanner.facts import DiskEncryption, KeyProtector, Tpm, Volume
from scanner.facts.base import RawState
from scanner.facts.windows.tpm import tpm
from scanner.model import Absent, Privilege, Reason, Unknown, is_known
from tests.windows.hosts import changed, raw_facts_of
from tests.windows.test_protection_readers import NOT_ALLOWED, failed, read, volume

NOT_ACTIVATED = 0x80310008


def protectors(given: Any) -> Any:
    row = {**volume(1, 1), "protectors": given}
    return (
        read(DiskEncryption, changed("server-2022-hardened", "volume_encryption", volumes=[row])).volumes[0].protectors
    )


def kinds(*numbers: Any) -> dict[str, Any]:
    return {"result": 0, "kinds": [{"result": 0, "kind": number} for number in numbers]}


def test_kinds_of_protectors() -> None:
    assert protectors(kinds(*range(11))) == (
        KeyProtector.OTHER,
        KeyProtector.TPM,
        KeyProtector.KEY_FILE,
        KeyProtector.RECOVERY,
        KeyProtector.TPM_PIN,
        KeyProtector.TPM_STARTUP_KEY,
        KeyProtector.TPM_PIN_STARTUP_KEY,
        KeyProtector.CERTIFICATE,
        KeyProtector.PASSPHRASE,
        KeyProtector.TPM_CERTIFICATE,
        KeyProtector.ACCOUNT,
    )
    assert protectors(kinds()) == ()


@pytest.mark.parametrize("result", [NOT_ACTIVATED, NOT_ACTIVATED - (1 << 32)])
def test_without_encryption_there_is_no_protector(result: int) -> None:
    assert isinstance(protectors({"result": result, "kinds": []}), Absent)


@pytest.mark.parametrize(
    "given",
    [
        None,
        NOT_ALLOWED,
        kinds(11),
        kinds(1, None),
        kinds(1, NOT_ALLOWED),
        {"result": 0x80310000, "kinds": []},
        {"result": 0, "kinds": [{"result": 0x80070057, "kind": 1}]},
        {"result": 0, "kinds": NOT_ALLOWED},
        {"kinds": []},
    ],
)
def test_protectors_that_nobody_can_tell_are_unknown(given: Any) -> None:
    assert isinstance(protectors(given), Unknown)


def test_a_volume_says_what_opens_it_where_that_is_known() -> None:
    fact = read(DiskEncryption, raw_facts_of("windows-11-entra"))
    assert [str(each) for each in fact.volumes] == [
        "C:: encrypted (TPM and PIN + recovery password)",
        "D:: being encrypted or decrypted (passphrase + recovery password)",
    ]
    assert str(replace(fact.volumes[0], protectors=Unknown(Reason.DENIED, "denied"))) == "C:: encrypted"
    bare = Volume(name="/", use=fact.volumes[0].use, state=fact.volumes[0].state, method="aes")
    assert isinstance(bare.protectors, Unknown)


# --- The chip --------------------------------------------------------------------------------------------


def chip(**fields: Any) -> Tpm:
    row = {"enabled": True, "activated": True, "version": "2.0, 0, 1.59", **fields}
    found = tpm(changed("windows-11-24h2", "tpm", chips=[row]))
    assert is_known(found)
    return found


@pytest.mark.parametrize(
    ("enabled", "activated", "ready"),
    [(True, True, True), (False, True, False), (True, False, False), (False, None, False), (NOT_ALLOWED, False, False)],
)
def test_a_chip_is_ready_when_it_is_enabled_and_activated(enabled: Any, activated: Any, ready: bool) -> None:
    assert chip(enabled=enabled, activated=activated).ready is ready


@pytest.mark.parametrize("fields", [{"enabled": None}, {"activated": NOT_ALLOWED}, {"enabled": 1}])
def test_a_switch_without_a_word_is_unknown_and_not_off(fields: dict[str, Any]) -> None:
    found = chip(**fields)
    assert isinstance(found.ready, Unknown)
    assert str(found) == "TPM 2.0, state not read"


@pytest.mark.parametrize(("said", "version"), [("2.0, 0, 1.59", "2.0"), ("1.2, 2, 3", "1.2"), ("2.0", "2.0")])
def test_the_version_is_the_first_number(said: str, version: str) -> None:
    assert chip(version=said).version == version


@pytest.mark.parametrize("said", ["Not Supported", "", "2", "2.0.1", "x2.0", None, 2, NOT_ALLOWED])
def test_a_version_that_is_none_is_unknown(said: Any) -> None:
    assert isinstance(chip(version=said).version, Unknown)
    assert str(chip(version=said)) == "TPM of unknown version, ready"


def test_a_chip_that_is_switched_off_says_so() -> None:
    assert str(tpm(raw_facts_of("windows-10-german"))) == "TPM 1.2, switched off"


def test_no_row_proves_no_chip_to_an_administrator_alone() -> None:
    raw = raw_facts_of("server-2012-r2")
    assert isinstance(tpm(raw), Absent)
    found = tpm(replace(raw, privilege=Privilege.USER))
    assert isinstance(found, Unknown) and found.code is Reason.DENIED


def test_no_namespace_is_no_chip_and_denied_is_unknown() -> None:
    assert isinstance(tpm(failed("windows-11-24h2", "tpm", "0x8004100e")), Absent)
    found = tpm(failed("windows-11-24h2", "tpm", "0x80041003", RawState.DENIED))
    assert isinstance(found, Unknown) and found.code is Reason.DENIED
    assert isinstance(tpm(failed("windows-11-24h2", "tpm", "0x80041001")), Unknown)
    assert isinstance(tpm(changed("windows-11-24h2", "tpm", chips=None)), Unknown)


def test_the_chip_is_told_with_and_without_drive_encryption() -> None:
    assert str(read(DiskEncryption, raw_facts_of("server-2022-hardened")).tpm) == "TPM 2.0, ready"
    without = read(DiskEncryption, failed("windows-11-24h2", "volume_encryption", "0x8004100e"))
    assert without.installed is False and str(without.tpm) == "TPM 2.0, ready"
