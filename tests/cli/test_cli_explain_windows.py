"""`ctpat explain` for Windows: script and digest are those that a host receives, the JEA endpoint is one command.

What PowerShell makes of the texts is not tried here: they are parsed, and compared with what goes over the wire.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from tree_sitter import Node

from scanner.assess.findings import readers_for
from scanner.catalogue import load_checks
from scanner.collect.windows import build
from scanner.facts.base import probes_of
from scanner.facts.windows import READERS
from tests.cli.conftest import Call
from tests.windows.hosts import wire
from tests.windows.syntax import parsed, walk, words
from tests.wsman import psrp
from tests.wsman.certificates import self_signed
from tests.wsman.endpoint import Endpoint, recorded

WINDOWS = ("explain", "--platform", "windows")
JEA = (*WINDOWS, "--jea")


# --- Script and reasons ----------------------------------------------------------------------------------


@pytest.mark.network
@pytest.mark.parametrize("only", [(), ("--only", "malware")], ids=["every check", "some"])
def test_the_digest_is_that_of_what_goes_over_the_wire(ctpat: Call, home: Path, only: tuple[str, ...]) -> None:
    (home / "password").touch(mode=0o600)
    (home / "password").write_text("Correct-Horse-7")
    login = ("--user", "CTPAT\\scan", "--password", f"file:{home}/password")
    with Endpoint(recorded(wire("server-2022-hardened")), tls=self_signed(home)) as host:
        assert host.tls is not None
        way = ("--target", f"winrms://{host.address}:{host.port}", "--certificate", host.tls.pin)
        ended = ctpat("scan", *way, *login, *only)
        assert "1 reached" in ended.out, ended.err
    (sent,) = host.scripts
    script, _, rest = sent.rpartition(b"} '")
    assert re.fullmatch(rb"[0-9a-f]{32}'\n\n", rest), "one line and an empty one differ from run to run, no more"
    assert ctpat(*WINDOWS, "--script", *only).out.encode() == script
    digest = hashlib.sha256(script).hexdigest()
    for form in ((), ("--why",)):
        assert f"SHA-256 {digest}\n" in ctpat(*WINDOWS, *form, *only).out


def test_the_script_follows_its_reasons_unchanged(ctpat: Call) -> None:
    reasons, script = ctpat(*WINDOWS, "--why").out, ctpat(*WINDOWS, "--script").out
    assert all(line.startswith("#") for line in reasons.splitlines())
    why, compared, thresholds = reasons.partition("#\n# What is compared with, on Windows hosts:\n")
    assert compared and "password.history.required = 24: CIS" in thresholds
    assert ctpat(*WINDOWS).out == f"{why}\n{script}\n"
    parsed(f"{script}}} '{'0' * 32}'\n\n")


def test_every_probe_has_its_reason_and_every_fact_its_probe(ctpat: Call) -> None:
    said = ctpat(*WINDOWS, "--why").out
    entries = dict(re.findall(r"^# ([a-z0-9_]+): (.+)\n#     for: .+; needs: .+$", said, re.MULTILINE))
    blocks = re.findall(r"^Read-Fact '([a-z0-9_]+)'", ctpat(*WINDOWS, "--script").out, re.MULTILINE)
    assert [name for name in blocks if name != "session"] == list(entries)
    assert entries == {probe.name: probe.why for probe in probes_of(READERS)}
    assert all(len(why.split()) > 3 for why in entries.values())
    named = {fact for line in re.findall(r"for: (.+); needs:", said) for fact in line.split(", ")}
    asked = readers_for("windows", load_checks().values())
    assert named == {reader.fact.name for reader in asked if reader.probes} and len(named) > 30
    assert f"{len(entries)} probes for {len(named)} facts" in said


def test_only_what_a_check_needs_is_printed(ctpat: Call) -> None:
    some, every = ctpat(*WINDOWS, "--only", "malware").out, ctpat(*WINDOWS).out
    assert "Read-Fact 'defender'" in some and "Read-Fact 'audit_policy'" not in some
    assert "Read-Fact 'audit_policy'" in every
    some, every = ctpat(*JEA, "--only", "malware").out, ctpat(*JEA).out
    assert "Read-Fact 'defender'" in some and "Read-Fact 'audit_policy'" not in some
    guids = {re.findall(r"^GUID = '(.+)'$", text, re.MULTILINE)[0] for text in (some, every)}
    assert len(guids) == 2, "another collector is another endpoint"


# --- The endpoint ----------------------------------------------------------------------------------------


def table(node: Node) -> dict[str, Node]:
    """A hash literal by its keys; entries of hashes inside it are left to them."""
    (body,) = (one for one in node.children if one.type == "hash_literal_body")
    entries = [one for one in body.children if one.type == "hash_entry"]
    return {words(one.children[0]): one.children[2] for one in entries}


def hashes(node: Node) -> list[Node]:
    return [one for one in walk(node) if one.type == "hash_literal_expression"]


def text_of(node: Node) -> str:
    return words(node).strip().strip("'")


def test_the_endpoint_has_one_function_and_its_body_is_the_collector(ctpat: Call) -> None:
    root = parsed(ctpat(*JEA, "--group", "ACME\\ctpat-scan").out)
    outer, *_ = hashes(root)
    known = table(outer)
    assert set(known) == {
        "SchemaVersion", "GUID", "Description", "SessionType", "LanguageMode",
        "RunAsVirtualAccount", "RoleDefinitions", "FunctionDefinitions",
    }  # fmt: skip
    assert text_of(known["SessionType"]) == "RestrictedRemoteServer"
    assert text_of(known["LanguageMode"]) == "NoLanguage"
    assert words(known["RunAsVirtualAccount"]) == "$true"

    roles, role, *more = hashes(known["RoleDefinitions"])
    assert more == [] and [text.strip("'") for text in table(roles)] == ["ACME\\ctpat-scan"]
    assert {name: text_of(value) for name, value in table(role).items()} == {"VisibleFunctions": "Get-CtpatFact"}

    function, *_ = hashes(known["FunctionDefinitions"])
    assert set(table(function)) == {"Name", "ScriptBlock"}
    assert text_of(table(function)["Name"]) == "Get-CtpatFact"
    block = next(one for one in walk(table(function)["ScriptBlock"]) if one.type == "script_block_expression")
    script = ctpat(*WINDOWS, "--script").out
    assert words(block) == "{\n" + script.removeprefix("& {\n") + "}"


def test_the_endpoint_names_the_digest_of_its_collector(ctpat: Call) -> None:
    digest = build(probes_of(READERS)).sha256
    assert f"SHA-256 {digest}." in ctpat(*JEA).out


def test_the_commands_register_and_remove_it(ctpat: Call) -> None:
    said = ctpat(*JEA).out
    commands = [line.removeprefix("#   ") for line in said.splitlines() if line.startswith("#   ")]
    assert commands == [
        "Test-PSSessionConfigurationFile -Path .\\ctpat.pssc",
        "Register-PSSessionConfiguration -Name ctpat -Path .\\ctpat.pssc -Force",
        "Get-PSSessionConfiguration -Name ctpat",
        "Unregister-PSSessionConfiguration -Name ctpat -Force",
    ]
    for command in commands:
        parsed(f"{command}\n")
    comments = said[: said.index("\n@{")]
    assert all(line.startswith("#") for line in comments.splitlines()), "nothing but comments stands before it"
    for answered in ("WMF 5.1", "Enable-PSRemoting", "has to exist", "restart the WinRM service", "`ctpat doctor`"):
        assert answered in comments
    assert psrp.JEA == "ctpat" and f"`configuration: {psrp.JEA}`" in comments


@pytest.mark.parametrize("group", ["x' = @{}; #", "a\nb", "", "A\\B\\C", "scan@acme.example", '"', "DOMAIN\\"])
def test_no_group_smuggles_a_role(ctpat: Call, group: str) -> None:
    ended = ctpat(*JEA, "--group", group)
    assert ended.status == 2 and ended.out == "" and "names no group; expected DOMAIN\\GROUP" in ended.err


# --- Options that do not go together ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--sudoers", "--platform", "windows"), "--sudoers is for Linux; on Windows, see --platform windows --jea"),
        (("--sudoers", "--platform", "directory"), "--sudoers is for Linux"),
        (("--jea",), "--jea is for Windows: add --platform windows"),
        (("--jea", "--platform", "directory"), "--jea is for Windows"),
        (("--script", "--platform", "directory"), "a directory runs no script"),
        (("--jea", "--script", "--platform", "windows"), "--jea and --script each print something of their own"),
        (("--jea", "--why", "--platform", "windows"), "--jea and --why each print"),
        (("--script", "--why", "--platform", "windows"), "--script and --why each print"),
        (("--sudoers", "--why"), "--sudoers and --why each print"),
        (
            ("--group", "ACME\\scan", "--platform", "windows"),
            "--group changes nothing but what --jea prints: add --jea",
        ),
        (("--user", "scan", "--platform", "windows"), "--user changes nothing but what --sudoers prints"),
        (("--user", "ctpatscan"), "--user changes nothing but what --sudoers prints"),
    ],
)
def test_options_that_would_be_passed_over_are_refused(ctpat: Call, options: tuple[str, ...], words: str) -> None:
    ended = ctpat("explain", *options)
    assert ended.status == 2 and ended.out == ""
    assert words in " ".join(ended.err.split())
