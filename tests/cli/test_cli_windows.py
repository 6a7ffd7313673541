"""What `explain` and `doctor` say of Windows hosts and directories."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scanner.assess import findings
from scanner.cli.diagnosis_words import WORDS
from scanner.collect.blocks import stored
from scanner.collect.windows.script import build
from scanner.facts import Host
from scanner.facts.base import Access, Probe, RawState, Reader
from scanner.model import Absent, Privilege, Reason, Transcript
from scanner.transports.replay import write_recording
from tests.cli.conftest import Call
from tests.windows.syntax import parsed

PROBES = (
    Probe(name="tpm", why="whether keys have a safe place", script="@{ a = 1 }", access=Access.ROOT),
    Probe(name="old", why="what only old systems have", script="@{ b = 1 }"),
    Probe(name="late", why="what comes last", script="@{ c = 1 }"),
    Probe(name="odd", why="what goes wrong", script="@{ d = 1 }"),
    Probe(name="fine", why="what goes well", script="@{ e = 1 }"),
)
ENTRIES: list[dict[str, Any]] = [
    {"name": "session", "ok": True, "v": {"administrator": False}, "ms": 1},
    {"name": "tpm", "ok": False, "err": {"hresult": -2147024891, "text": "Zugriff verweigert"}, "ms": 1},
    {"name": "old", "ok": False, "err": {"fqid": "CommandNotFoundException"}, "ms": 1},
    {"name": "late", "skipped": "budget"},
    {"name": "odd", "ok": False, "err": {"type": "System.Exception", "text": "odd"}, "ms": 1},
    {"name": "fine", "ok": True, "v": {"e": 1}, "ms": 1},
    {"name": "complete", "ok": True, "v": {"ms": 5}},
]


def absent(raw: Any) -> Absent:
    return Absent("a test")


@pytest.fixture(params=["windows", "directory"])
def platform(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A platform with the probes of this file."""
    name = str(request.param)
    monkeypatch.setitem(findings.READERS, name, (Reader(fact=Host, probes=PROBES, read=absent),))
    return name


# --- explain ---


def test_the_windows_script_is_printed_with_its_digest(ctpat: Call) -> None:
    bare = ctpat("explain", "--platform", "windows", "--script").out.encode()
    digest = hashlib.sha256(bare).hexdigest()
    whole, why = ctpat("explain", "--platform", "windows").out, ctpat("explain", "--platform", "windows", "--why").out
    assert f"SHA-256 {digest}" in why and bare.decode() in whole and whole.startswith(why)
    assert all(line.startswith("#") for line in why.splitlines())
    parsed(bare.decode() + "} '0'\n")


def test_each_probe_says_why_and_what_it_needs(ctpat: Call, platform: str) -> None:
    out = ctpat("explain", "--platform", platform).out
    for probe in PROBES:
        assert f"# {probe.name}: {probe.why}\n#     for: host; needs: " in out and probe.script in out
    assert ("needs: an administrator's token" in out) == (platform == "windows")
    assert "root" not in "".join(line for line in out.splitlines() if line.startswith("#"))
    assert ("SHA-256" in out) == (platform == "windows")


def test_the_endpoint_has_one_command_and_it_is_the_collector(ctpat: Call) -> None:
    ended = ctpat("explain", "--platform", "windows", "--jea", "--group", "CONTOSO\\Scan Accounts")
    script = ctpat("explain", "--platform", "windows", "--script").out
    assert ended.status == 0
    parsed(ended.out)
    assert script.removeprefix("& {\n") in ended.out
    for line in (
        "SessionType = 'RestrictedRemoteServer'",
        "LanguageMode = 'NoLanguage'",
        "RunAsVirtualAccount = $true",
        "RoleDefinitions = @{ 'CONTOSO\\Scan Accounts' = @{ VisibleFunctions = 'Get-CtpatFact' } }",
        "FunctionDefinitions = @{ Name = 'Get-CtpatFact'; ScriptBlock = {\nparam($Nonce)",
        "#   Register-PSSessionConfiguration -Name ctpat -Path .\\ctpat.pssc -Force",
        "#   Unregister-PSSessionConfiguration -Name ctpat -Force",
    ):
        assert line in ended.out
    outside = ended.out.replace(script.removeprefix("& {\n"), "")
    assert "Visible" not in outside.replace("VisibleFunctions = 'Get-CtpatFact'", "") and outside.count("{") == 5
    assert ended.out == ctpat("explain", "--platform", "windows", "--jea", "--group", "CONTOSO\\Scan Accounts").out


@pytest.mark.parametrize("group", ["", "a'b", "A\\", "\\b", "a\\b\\c", "x\n}", "A\\'; b", "a @{ }", "$(x)\\'"])
def test_no_group_smuggles_a_setting(ctpat: Call, group: str) -> None:
    ended = ctpat("explain", "--platform", "windows", "--jea", "--group", group)
    assert (ended.status, ended.out) == (2, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--jea",),
        ("--platform", "directory", "--jea"),
        ("--platform", "windows", "--sudoers"),
        ("--platform", "directory", "--script"),
    ],
)
def test_an_option_of_another_platform_is_refused(ctpat: Call, arguments: tuple[str, ...]) -> None:
    ended = ctpat("explain", *arguments)
    assert (ended.status, ended.out) == (2, "")


# --- doctor ---


def recording(folder: Path, platform: str, entries: list[dict[str, Any]], **changes: Any) -> str:
    """A site with one recorded target."""
    script = build(PROBES)
    values: dict[str, Any] = {
        "stdout": stored(entries, "7f3a" * 8),
        "privilege": Privilege.USER,
        "host_key": "certificate SHA256:ab",
        **changes,
    }
    transcript = Transcript(
        target="srv",
        platform=platform,
        nonce="7f3a" * 8,
        collected_at=datetime(2026, 11, 20, tzinfo=UTC),
        account="CONTOSO\\scan",
        script_sha256=script.sha256,
        **values,
    )
    where = write_recording(folder / "rec", "srv", transcript, script.text)
    targets = f'targets:\n  - {{uri: "replay:{where}", name: srv}}\n'
    (folder / "site.yaml").write_text(f"site: acme\ncompany: Acme\nentities: [importer]\n{targets}")
    return "site.yaml"


def test_the_doctor_speaks_of_the_platform_it_sees(ctpat: Call, home: Path, platform: str) -> None:
    ended = ctpat("doctor", recording(home, platform, ENTRIES))
    words = WORDS[platform]
    assert ended.status == 1
    for said in (
        f"logged in as CONTOSO\\scan, rights: {words.rights[Privilege.USER]}",
        f"{words.identity} certificate SHA256:ab, trusted",
        "tpm: denied: Zugriff verweigert",
        f"cure: {words.denied[Access.ROOT]}",
        f"cure: {words.cures[RawState.MISSING_TOOL]}",
        f"cure: {words.cures[RawState.NOT_RUN]}",
        words.failed,
        "3 of 5 probes cannot be read",
    ):
        assert said in ended.out
    for linux in ("sudo", "root", "systemd-journal", "status None"):
        assert linux not in ended.out.split("\n", 1)[1]


def test_an_administrator_is_called_so(ctpat: Call, home: Path, platform: str) -> None:
    fine: list[dict[str, Any]] = [{"name": probe.name, "ok": True, "v": {}, "ms": 1} for probe in PROBES]
    ended = ctpat("doctor", recording(home, platform, [*fine, ENTRIES[-1]], privilege=Privilege.ROOT))
    assert ended.status == 0
    assert "administrator" in ended.out and "everything is readable" in ended.out


def test_a_refused_language_is_said_once_with_its_mode(ctpat: Call, home: Path) -> None:
    line = b"ctpat:" + b"7f3a" * 8 + b":0:mode:ConstrainedLanguage:5.1.20348.1\n"
    ended = ctpat("doctor", recording(home, "windows", [], stdout=line, error=(Reason.UNSUPPORTED, "mode X there")))
    assert ended.status == 1 and "ended early (unsupported): mode X there" in ended.out


@pytest.mark.parametrize("name", sorted(WORDS))
def test_every_platform_has_words_for_everything(name: str) -> None:
    words = WORDS[name]
    assert set(words.rights) == set(Privilege) and set(words.denied) == set(Access)


# --- scan --plan ---


def test_the_plan_counts_probes_by_platform() -> None:
    from types import SimpleNamespace

    from scanner.cli.explained import plan_lines
    from scanner.model import Target

    targets = tuple(Target(name=kind, transport=kind, address="192.0.2.1") for kind in ("ssh", "winrms", "ldaps"))
    profile = SimpleNamespace(ref=SimpleNamespace(name="p", edition="e"))
    site = SimpleNamespace(name="acme", targets=targets)
    selection = SimpleNamespace(profile=profile, checks={})
    head = next(iter(plan_lines(site, selection)))  # type: ignore[arg-type]
    assert "3 targets" in head and " on linux, " in head and " on windows, " in head and " on directory" in head
    site.targets = targets[:1]
    assert next(iter(plan_lines(site, selection))).endswith(" probes each")  # type: ignore[arg-type]
