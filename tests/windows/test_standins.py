"""The real printed script against stand-ins for Windows, where PowerShell is; what can be said without it, always."""

from __future__ import annotations

import base64
import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from scanner.assess.findings import READERS
from scanner.collect.windows.script import build
from scanner.facts.base import Probe, probes_of
from tests.windows import standing
from tests.windows.hosts import HOSTS, HOSTS_DIR, entries_of
from tests.windows.standing import (
    COMMON,
    NONCE,
    STANDINS_DIR,
    differences,
    files_of,
    hides,
    missing,
    run,
    script_of,
    text_of,
)
from tests.windows.syntax import parsed

PROBES = tuple(probes_of(READERS["windows"]))
PWSH = shutil.which("pwsh")
FILES = [COMMON, *sorted(STANDINS_DIR.glob("*/*.ps1"))]


def expected_of(host: str) -> dict[str, dict[str, Any]]:
    """The entries of a host for the probes that the product has; session and complete with them."""
    names = {"session", "complete", *(probe.name for probe in PROBES)}
    return {name: entry for name, entry in entries_of(host).items() if name in names}


# --- without PowerShell ---


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_stand_in_parses_and_names_its_source(path: Path) -> None:
    text = path.read_text("ascii")
    parsed(text)
    assert "# Source: " in text


def test_every_folder_is_a_hosts() -> None:
    for folder in (STANDINS_DIR, HOSTS_DIR):
        assert {path.name for path in folder.iterdir() if path.is_dir()} == set(HOSTS)


@pytest.mark.parametrize("host", HOSTS)
def test_every_probe_has_an_entry(host: str) -> None:
    lacking = [probe.name for probe in PROBES if probe.name not in entries_of(host)]
    assert not lacking, f"hosts/{host} has no entry for: {', '.join(lacking)}"


@pytest.mark.parametrize("host", HOSTS)
def test_every_entry_has_a_probe(host: str) -> None:
    left = set(entries_of(host)) - {"session", "complete", *(probe.name for probe in PROBES)}
    assert not left, f"hosts/{host} has entries that no probe writes: {', '.join(sorted(left))}"


@pytest.mark.parametrize("host", HOSTS)
def test_what_a_probe_uses_has_a_stand_in_where_it_works(host: str) -> None:
    lacking = sorted(set(missing(host, PROBES, entries_of(host))))
    assert not lacking, f"standins/{host} lacks, by probe:\n" + "\n".join(lacking)


@pytest.mark.parametrize("host", HOSTS)
def test_stand_ins_keep_to_their_own_variable(host: str) -> None:
    assert not list(hides(host))


@pytest.mark.parametrize("host", HOSTS)
def test_the_script_with_stand_ins_is_the_printed_one_but_for_its_seams(host: str) -> None:
    script, printed = script_of(host, PROBES), build(PROBES).text.decode("ascii")
    parsed(script)
    assert script.split("# --- Seams")[0] == printed.split("# --- Seams")[0]
    assert script.split("# --- Frame")[1].rsplit("}", 1)[0] == printed.split("# --- Frame")[1]
    assert "\n\n" not in script[:-2] and text_of(host) in script


def test_what_lacks_is_named() -> None:
    script = "Get-Tpm\nGet-CimInstance -ClassName 'Win32_Share' -OperationTimeoutSec 20\nRead-Clock\n@{ }"
    probe = Probe(name="tpm", why="a test", script=script)
    works = {"tpm": {"name": "tpm", "ok": True, "v": {}}}
    assert list(missing(HOSTS[0], [probe], works)) == ["tpm: Get-Tpm", "tpm: class Win32_Share"]
    assert list(missing(HOSTS[0], [probe], {"tpm": {"name": "tpm", "ok": False, "err": {}}})) == []


def test_what_the_host_does_not_have_lacks_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old/tpm.ps1").write_text("# Absent: Get-Tpm\n# Absent: Win32_BIOS\n")
    monkeypatch.setattr(standing, "STANDINS_DIR", tmp_path)
    script = "Get-Tpm\nGet-CimInstance -ClassName 'Win32_BIOS' -OperationTimeoutSec 20\n@{ }"
    works = {"tpm": {"name": "tpm", "ok": True, "v": {}}}
    assert list(missing("old", [Probe(name="tpm", why="a test", script=script)], works)) == []


def test_session_comes_first() -> None:
    assert [path.stem for path in files_of(HOSTS[0])][:2] == ["common", "session"]


DENIED = {"type": "System.UnauthorizedAccessException", "text": "Access is denied."}
SESSION = {"account": "A\\b", "sid": "S-1", "administrator": True, "powershell": "7.6.5", "clock": "now"}
SAID: list[dict[str, Any]] = [
    {"name": "session", "ok": True, "v": SESSION, "ms": 3},
    {"name": "host", "ok": True, "v": {"a": [1], "b": {"err": DENIED}, "clock": "now"}, "ms": 4},
    {"name": "tpm", "ok": False, "err": DENIED, "ms": 5},
    {"name": "complete", "ok": True, "v": {"ms": 12}, "ms": 0},
]


def printed(entries: list[dict[str, Any]]) -> bytes:
    data = base64.encodebytes(gzip.compress(json.dumps(entries).encode()))
    return b"ctpat:%b:1:begin\n%bctpat:%b:1:end\n" % (NONCE.encode(), data, NONCE.encode())


def test_equal_entries_do_not_differ() -> None:
    german = {**DENIED, "text": "Zugriff verweigert", "hresult": -2147024891}
    expected: dict[str, dict[str, Any]] = {
        "session": {"name": "session", "ok": True, "v": {**SESSION, "powershell": "5.1", "clock": "then"}, "ms": 9},
        "host": {"name": "host", "ok": True, "v": {"b": {"err": german}, "a": [1], "clock": "then"}, "ms": 9},
        "tpm": {"name": "tpm", "ok": False, "err": german, "ms": 9},
        "complete": {"name": "complete", "ok": True, "v": {"ms": 2100}},
    }
    assert differences(printed(SAID), expected) == []
    for change, words in (
        ({"host": {**expected["host"], "v": {"a": ["1"], "b": {"err": german}}}}, "host:"),
        ({"tpm": {**expected["tpm"], "err": {"type": "System.Exception"}}}, "tpm:"),
        ({"session": {**expected["session"], "v": {**SESSION, "sid": "S-2"}}}, "session:"),
        ({"more": {"name": "more", "ok": True, "v": {}}}, "more: no entry"),
    ):
        problems = differences(printed(SAID), {**expected, **change})
        assert len(problems) == 1 and problems[0].startswith(words)
    assert differences(printed(SAID[:2]), expected) == ["tpm: no entry", "complete: no entry"]
    assert differences(printed(SAID), dict(list(expected.items())[1:])) == ["session: not expected"]


# --- with PowerShell ---


@pytest.mark.skipif(PWSH is None, reason="PowerShell (pwsh) is not on PATH: the script is not run against stand-ins")
@pytest.mark.parametrize("host", HOSTS)
def test_the_printed_script_says_what_the_host_says(host: str) -> None:
    assert PWSH is not None
    expected = expected_of(host)
    probes = [probe for probe in PROBES if probe.name in expected]
    problems = differences(run(PWSH, script_of(host, probes)), expected)
    assert not problems, "\n".join(problems)
