"""The script that is printed is PowerShell, and calls nothing but what the tables name.

It is read here, never run: that it works is what `test_standins.py` shows where PowerShell is.
"""

from __future__ import annotations

import re

import pytest

from scanner.assess.findings import READERS
from scanner.collect.windows.script import build
from scanner.facts.base import Probe, probes_of
from tests.windows.allowed import FRAME, PURE, SEAMS, SEAMS_COM_OBJECTS
from tests.windows.rules import broken
from tests.windows.syntax import commands, functions, methods, parsed, texts, walk, words

PROBES = tuple(probes_of(READERS["windows"]))
SCRIPT = build(PROBES)
WHOLE = (SCRIPT.text + SCRIPT.call("0" * 32)).decode("ascii")
FIXED = build(()).text.decode("ascii") + "}\n"
# What the fixed parts call beyond the tables of the probes.
FIXED_METHODS = frozenset(
    {
        "Add", "AddArgument", "AddScript", "BeginInvoke", "BeginStop", "Clear", "Close", "CreateUpdateSearcher",
        "EndInvoke", "GetBytes", "GetSubKeyNames", "GetType", "GetValue", "GetValueKind", "IsInRole",
        "Kill", "OpenSubKey", "Read", "ReadToEnd", "ReadToEndAsync", "Replace", "Search", "ToArray", "ToString",
        "ToUniversalTime", "Translate", "WaitForExit", "WaitOne", "Write", "WriteLine",
    }
)  # fmt: skip
FIXED_STATICS = frozenset(
    {
        "[BitConverter]::ToString", "[Convert]::ToBase64String", "[Guid]::NewGuid",
        "[Microsoft.Win32.RegistryKey]::OpenBaseKey", "[System.Diagnostics.Process]::Start",
        "[System.Diagnostics.Stopwatch]::StartNew", "[System.IO.File]::Delete", "[System.IO.File]::Open",
        "[System.IO.File]::ReadAllText", "[System.IO.Path]::Combine", "[System.IO.Path]::GetTempPath",
        "[System.Management.Automation.PowerShell]::Create",
        "[System.Threading.Thread]::Sleep",
        "[System.Security.Principal.WindowsIdentity]::GetCurrent", "[string]::Join",
    }
)  # fmt: skip
# What endpoint protection looks for, and what would change a host, wherever it stands: in a comment, too.
FORBIDDEN = re.compile(
    r"(?i)Invoke-Expression|\biex\b|Add-Type|Reflection|DownloadString|WebClient|Invoke-WebRequest|Invoke-RestMethod"
    r"|Start-BitsTransfer|EncodedCommand|FromBase64String|-ExecutionPolicy|VirtualAlloc|DllImport|Win32_Product\b"
    r"|\breg(?:\.exe)? load\b|Start-Process"
    r"|\b(?:Set|Remove|Clear|Stop|Start|Restart|Enable|Disable|Install|Uninstall)-[A-Z]"
)


def test_it_parses_without_an_error() -> None:
    parsed(WHOLE)


def test_chains_of_powershell_7_are_refused() -> None:
    for chain in ("a && b", "a || b"):
        with pytest.raises(AssertionError, match="no PowerShell"):
            parsed(chain)


def test_a_syntax_error_is_seen() -> None:
    with pytest.raises(AssertionError, match="no PowerShell"):
        parsed(WHOLE.replace("} '000", "}} '000"))


def test_it_is_plain_text() -> None:
    assert WHOLE.isascii() and "\t" not in WHOLE and "\r" not in WHOLE
    assert WHOLE.endswith("\n\n") and "\n\n" not in WHOLE[:-2]
    assert len(WHOLE) < 300 * 1024, "more than one request of 500 kB carries"


def test_nothing_that_changes_a_host_or_alarms_its_protection() -> None:
    assert not FORBIDDEN.findall(WHOLE)


def test_the_fixed_parts_call_what_is_listed() -> None:
    root = parsed(FIXED)
    own = functions(root)
    assert {command.name for command in commands(root)} <= {"&", "New-Object", *own, *PURE}
    assert {name for name in methods(root) if not name.startswith("[")} <= FIXED_METHODS
    assert {name for name in methods(root) if name.startswith("[")} <= FIXED_STATICS
    assert {"Read-Fact", *FRAME, *SEAMS} <= own


def test_blocks_are_called_in_three_places_alone() -> None:
    """The script itself, a fact's body and a part's body."""
    called = [words(command.node) for command in commands(parsed(FIXED)) if command.name in ("&", ".")]
    assert len(called) == 3 and called[1:] == ["& $Body", "& $Body"]


def test_only_files_of_our_own_are_written_and_they_go() -> None:
    seams = FIXED.split("# --- Seams")[1].split("# --- Frame")[0]
    assert seams.count("::Delete(") == 2 and "finally {\n        [System.IO.File]::Delete($export)" in seams
    natives = [command for command in commands(parsed(FIXED)) if command.name == "Read-NativeExport"]
    programs = sorted(texts(command.placed[0], parsed(FIXED)) for command in natives)
    assert programs == [("auditpol.exe",), ("secedit.exe",)]
    lines = [texts(command.placed[1], parsed(FIXED))[0] for command in natives]
    assert sorted(line.split(" ")[0] for line in lines) == ["/backup", "/export"]


def test_the_only_com_objects_are_named_and_the_update_agent_only_searches_offline() -> None:
    root = parsed(FIXED)
    made = [command.named.get("-comobject") for command in commands(root) if command.name == "New-Object"]
    assert sorted(words(node) for node in made if node is not None) == [
        "$ProgId",  # what the probes ask for: COM_OBJECTS
        *(f"'{name}'" for name in sorted(SEAMS_COM_OBJECTS)),
    ]
    search = FIXED.split("function Search-Updates")[1].split("\nfunction ")[0]
    assert {name for name in methods(parsed("function Search-Updates" + search)) if not name.startswith("[")} == {
        *("AddArgument", "AddScript", "BeginInvoke", "BeginStop", "EndInvoke", "WaitOne"),
        *("CreateUpdateSearcher", "Search"),
    }
    assert search.index(".Online = $false") < search.index(".Search(")


def test_what_is_made_in_memory() -> None:
    made = {words(node) for node in walk(parsed(FIXED)) if node.type == "generic_token"} - {"[int]$MaxBytes"}
    assert {name for name in made if name[0].isupper() and "." in name} <= {
        "Microsoft.Win32.RegistryKey",
        "System.Collections.ArrayList",
        "System.Diagnostics.ProcessStartInfo",
        "System.IO.Compression.GZipStream",
        "System.IO.IOException",
        "System.IO.MemoryStream",
        "System.IO.StreamReader",
        "System.Security.Principal.NTAccount",
        "System.Security.Principal.SecurityIdentifier",
        "System.Security.Principal.WindowsPrincipal",
        "System.TimeoutException",
    }


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_a_probe_keeps_the_rules(probe: Probe) -> None:
    assert broken(probe.script) == []


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_a_probe_ends_with_one_dictionary(probe: Probe) -> None:
    statements = parsed(probe.script).children[0].children
    assert words(statements[-1]).startswith(("@{", "[ordered]@{")), words(statements[-1])[:60]


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("Set-ItemProperty 'HKLM:\\x' -Name 'a' -Value 1", "calls Set-ItemProperty"),
        ("Invoke-Expression 'a'", "calls Invoke-Expression"),
        ("Get-ADUser -Filter '*'", "calls Get-ADUser"),
        ("@{ a = @(Get-CimInstance -ClassName 'Win32_BIOS') }", "without -OperationTimeoutSec"),
        ("Get-CimInstance -ClassName 'Win32_Product' -OperationTimeoutSec 20", "asks for the class Win32_Product"),
        ("Get-CimInstance -Query 'SELECT * FROM Win32_Product' -OperationTimeoutSec 20", "the class Win32_Product"),
        ("$c = 'Win32_Product'\nGet-CimInstance -ClassName $c -OperationTimeoutSec 20", "the class Win32_Product"),
        ("Get-CimInstance -ClassName $c -OperationTimeoutSec 20", "asks for the class ?"),
        ("Invoke-CimMethod -InputObject $v -MethodName 'Decrypt' -OperationTimeoutSec 20", "calls the method Decrypt"),
        (
            "foreach ($m in 'Lock', 'GetLockStatus') { Invoke-CimMethod -MethodName $m -OperationTimeoutSec 20 }",
            "calls the method Lock",
        ),
        ("Invoke-Native 'cmd.exe' '/c dir' 1000", "starts cmd.exe /c dir"),
        ("Invoke-Native $file '-T' 1000", "starts -T"),
        ("New-ComSeam 'WScript.Shell'", "makes the COM object WScript.Shell"),
        ("New-ComSeam 'Microsoft.Update.Session'", "makes the COM object Microsoft.Update.Session"),
        ("New-ComSeam $name", "makes the COM object ?"),
        ("$s.CreateUpdateInstaller()", "calls the method CreateUpdateInstaller"),
        ("$v.Delete()", "calls the method Delete"),
        ("[System.IO.File]::ReadAllText('x')", "calls the method [System.IO.File]::ReadAllText"),
        ("[Version]::new('1.0')", "calls the method [Version]::new"),
        ("@(1).Where({ $_ })", "calls the method Where"),
        ("[Reflection.Assembly]'x'", "names the type [Reflection.Assembly]"),
        ("if ($a -in @(1)) { 1 }", "uses the operator -in"),
        ("1 -shl 2", "-shl"),
        ("& $x", "calls &"),
        (". $x", "calls ."),
        ("Get-Service > 'x'", "writes to a file"),
        ("$global:a = 1", "assigns to $global:a"),
        ("$state.seq = 1", "assigns to $state.seq"),
        ("exit 1", "exit would end the whole script"),
        ("if ($a) { break }", "break would end the whole script"),
        ("foreach ($a in $b) { Read-Part { continue } }", "continue would end the whole script"),
        ("function Get-X { 1 }", "holds a function statement"),
        ("@{ a = Read-Part { @(Get-Service) } }", "a list has to leave Read-Part as ,@( )"),
        ("$x | Select-Object -First 1", "calls Select-Object"),
        ("New-Object -ComObject 'WScript.Shell'", "calls New-Object"),
        ("Read-NativeExport 'x' 'y'", "calls Read-NativeExport"),
        ('"$(Remove-Item $a)"', "calls Remove-Item"),
    ],
)
def test_a_broken_rule_is_named(script: str, problem: str) -> None:
    assert any(problem in said for said in broken(script)), broken(script)


@pytest.mark.parametrize(
    "script",
    [
        "$r = [int](Get-CimInstance -ClassName 'Win32_BIOS' -OperationTimeoutSec 20).x\n@{ a = $r; b = [long]5 }",
        "@{ a = Read-Part { , @(foreach ($s in Get-Service) { @{ n = [string]$s.Name } }) } }",
        "foreach ($a in $b) { if ($a -eq 1) { continue } }",
        "@{ t = Convert-Time (Read-Clock); r = Read-Registry 'SOFTWARE\\X' @('a', 'b') }",
        "Invoke-Native 'OpenSSH\\sshd.exe' '-T' 10000",
        "$q = \"SELECT Name FROM Win32_Service WHERE Name = 'a'\"\nGet-CimInstance -Query $q -OperationTimeoutSec 20",
    ],
)
def test_what_is_allowed(script: str) -> None:
    assert broken(script) == []
