"""The machine below a Windows host, and what becomes of it in the line of its target."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scanner.assess.findings import FactSet
from scanner.engine.targets import reached
from scanner.facts.base import RawFacts
from scanner.facts.hardware import Hardware
from scanner.facts.windows.hardware import read_hardware
from scanner.model import Absent, Reason, Target, Unknown
from scanner.redact import redact
from tests.windows.hosts import DENIED, changed, raw_facts_of, transcript_of


def read(raw: RawFacts) -> Hardware:
    fact = read_hardware(raw)
    assert isinstance(fact, Hardware), fact
    return fact


def test_a_laptop_is_described_whole() -> None:
    found = read(raw_facts_of("windows-11-entra"))
    assert (found.manufacturer, found.model, found.chassis) == ("LENOVO", "21HD0012US", "laptop")
    assert (found.serial_number, found.firmware_date) == ("PF4ABCDE", date(2025, 9, 4))
    assert found.memory_bytes == 33958903808
    assert str(found).endswith("C: 953.0 GiB (610.0 GiB free)")


def test_a_placeholder_is_no_number_and_a_volume_without_a_file_system_has_no_size() -> None:
    found = read(raw_facts_of("windows-10-german"))
    assert isinstance(found.serial_number, Absent) and isinstance(found.disks, tuple)
    assert isinstance(found.disks[1].size_bytes, Absent)
    assert "serial number" not in str(found)


def test_what_was_denied_is_named_in_the_line() -> None:
    found = read(raw_facts_of("server-2019-denied"))
    assert str(found) == (
        "Dell Inc., PowerEdge R640, kind of chassis not read, serial number not read, 62.5 GiB memory, "
        "date of the firmware not read, disks not read"
    )
    assert isinstance(found.serial_number, Unknown) and found.serial_number.code is Reason.DENIED


@pytest.mark.parametrize(
    ("part", "value", "field"),
    [
        ("memory_bytes", 0, "memory_bytes"),
        ("disks", [], "disks"),
        ("chassis", ["?"], "chassis"),
        ("firmware", DENIED, "firmware_date"),
        ("firmware", DENIED, "serial_number"),
    ],
)
def test_an_empty_or_strange_part_is_unknown(part: str, value: Any, field: str) -> None:
    assert isinstance(getattr(read(changed("windows-11-24h2", "hardware", **{part: value})), field), Unknown)


def test_a_container_has_no_machine_and_a_doubtful_one_is_unknown() -> None:
    mark = {"exists": True, "values": {"ContainerType": {"kind": "DWord", "value": 1}}}
    assert isinstance(read_hardware(changed("server-2022-hardened", "host", control=mark)), Absent)
    assert isinstance(read_hardware(changed("server-2022-hardened", "host", control=DENIED)), Unknown)


def line(raw: RawFacts) -> str:
    target = Target(name="h", transport="winrms")
    return reached(target, transcript_of("windows-11-24h2"), FactSet(raw, target), ()).hardware


def test_the_line_of_a_target_holds_its_hardware() -> None:
    assert line(raw_facts_of("windows-11-24h2")).startswith("Dell Inc., OptiPlex 7090, desktop, serial number 5XK2QN3,")


def test_the_line_of_a_target_says_when_nothing_was_read() -> None:
    raw = raw_facts_of("windows-11-24h2")
    without = {name: section for name, section in raw.sections.items() if name != "hardware"}
    assert line(replace(raw, sections=without)).startswith("not read: hardware: ")


def test_serial_numbers_are_no_secrets_and_stay_in_the_evidence() -> None:
    for host in ("windows-11-24h2", "windows-11-entra", "server-2022-hardened"):
        stdout = transcript_of(host).stdout
        assert redact(stdout) == stdout
        assert json.loads(raw_facts_of(host).sections["hardware"].stdout)["firmware"]["serial"].encode() in stdout
