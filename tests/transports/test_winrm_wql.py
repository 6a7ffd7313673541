"""Hosts that run no script: what WMI answers in its place, in the shape that the script would have given it."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanner.collect.windows.script import build
from scanner.facts.windows.machine import HARDWARE
from scanner.model import Reason
from scanner.transports.base import ScriptOutput
from tests.wsman import faults
from tests.wsman.conversation import NONCE, converse
from tests.wsman.endpoint import Endpoint, recorded
from tests.wsman.windows import Tables

pytestmark = pytest.mark.network

RECORDED = Path(__file__).parents[1] / "collect" / "windows" / "golden"
POLICY = {"Create": [faults.NO_SHELLS]}

# The forms that the collector's snippets take.
SCRIPT = rb"""& {
param($Nonce)
Read-Fact 'session' {
[ordered]@{ version = $version }
}
Read-Fact 'host' {
$windows = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion'
@{
    name = [string]$env:COMPUTERNAME
    architecture = [string]$env:PROCESSOR_ARCHITECTURE
    os = Read-Part {
        $os = Get-CimInstance -ClassName 'Win32_OperatingSystem' -OperationTimeoutSec 20
        @{
            caption = [string]$os.Caption
            product_type = [int]$os.ProductType
            booted = Convert-Time $os.LastBootUpTime
            installed = Convert-Time $os.InstallDate
        }
    }
    version = Read-Part { Read-Registry $windows @('CurrentBuild', 'UBR', 'DisplayVersion') }
    cloud = Read-Part { Read-RegistrySubkeys 'SYSTEM\Nowhere' }
    clock = Read-Part { Convert-Time (Read-Clock) }
}
}
Read-Fact 'services' {
$query = 'SELECT Name, State FROM Win32_Service'
@{
    services = @(foreach ($service in Get-CimInstance -Query $query -OperationTimeoutSec 20) {
        @{
            name = [string]$service.Name
            running = [string]$service.State
            process = [long]$service.ProcessId
        }
    })
}
}
Read-Fact 'local_accounts' {
$role = [int](Get-CimInstance -ClassName 'Win32_ComputerSystem' -OperationTimeoutSec 20).DomainRole
@{
    domain_role = $role
    accounts = Read-Part {
        if ($role -ge 4) { $null }
        else {
            $users = Get-CimInstance -ClassName 'Win32_UserAccount' -Filter 'LocalAccount=TRUE' -OperationTimeoutSec 20
            , @(foreach ($user in $users) {
                $entry = Open-Adsi "WinNT://$env:COMPUTERNAME/$($user.Name),user"
                @{
                    sid = [string]$user.SID
                    disabled = [bool]$user.Disabled
                    settings = Read-Part { @{ flags = $entry.UserFlags.Value } }
                }
            })
        }
    }
}
}
Read-Fact 'firewall' {
$local = 'SYSTEM\FirewallPolicy'
$values = @('EnableFirewall', 'DefaultInboundAction')
@{
    profiles = Read-Part { , @(foreach ($profile in Get-NetFirewallProfile) { @{ name = [string]$profile.Name } }) }
    saved = Read-Part {
        , @(foreach ($name in 'Domain', 'Private') {
            $own = "$($name)Profile"
            if ($name -eq 'Private') { $own = 'StandardProfile' }
            @{ name = $name; local = Read-Registry "$local\$own" $values }
        })
    }
}
}
Read-Fact 'sign_in' {
$logon = 'SOFTWARE\Winlogon'
@{
    kept = Read-Part { [bool](Read-Registry $logon @('DefaultPassword')).values.Count }
    many = Read-Part { Read-Registry $logon @('Multi', 'Bytes', 'Big', 'Expand') }
    secret = Read-Part { Read-Registry 'SECURITY\Policy' @('X') }
}
}
Read-Fact 'audit' {
@{ text = Read-AuditBackup }
}
Read-Fact 'defender' {
@{ status = Read-Part { Get-MpComputerStatus } }
}
} '0123456789abcdef0123456789abcdef'

"""


def host_tables() -> Tables:
    return Tables(
        classes={
            "root/cimv2:win32_operatingsystem": [
                {
                    "Caption": "Microsoft Windows Server 2022 Standard",
                    "ProductType": 3,
                    "LastBootUpTime": "2026-11-01T03:04:05.5+02:00",
                    "InstallDate": None,
                    "LocalDateTime": "2026-11-20T12:00:00+02:00",
                }
            ],
            "root/cimv2:win32_computersystem": [{"Name": "FS01", "DomainRole": 3}],
            "root/cimv2:win32_service": [
                {"Name": "MpsSvc", "State": "Running", "ProcessId": 812},
                {"Name": "Spooler <&>", "State": "Stopped", "ProcessId": 0},
            ],
            "root/cimv2:win32_useraccount": [
                {"Name": "Administrator", "SID": "S-1-5-21-1-2-3-500", "Disabled": False},
            ],
        },
        registry={
            r"SOFTWARE\Microsoft\Windows NT\CurrentVersion": {
                "CurrentBuild": ("String", "20348"),
                "UBR": ("DWord", 2700),
            },
            r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment": {
                "PROCESSOR_ARCHITECTURE": ("String", "AMD64")
            },
            r"SYSTEM\FirewallPolicy\DomainProfile": {"EnableFirewall": ("DWord", 1)},
            r"SOFTWARE\Winlogon": {
                "DefaultPassword": ("String", "Hunter-Two-2"),
                "Multi": ("MultiString", ["a", "b"]),
                "Bytes": ("Binary", ["1", "255"]),
                "Big": ("DWord", 4294967295),
                "Expand": ("ExpandString", r"C:\Windows"),
            },
        },
        denied=frozenset({r"SECURITY\Policy"}),
    )


def facts(output: ScriptOutput) -> dict[str, Any]:
    """The entries of the output's block by name."""
    _, _, rest = output.stdout.partition(f"ctpat:{NONCE}:1:begin\n".encode())
    packed, end, _ = rest.partition(f"ctpat:{NONCE}:1:end".encode())
    assert end, output
    return {entry["name"]: entry for entry in json.loads(gzip.decompress(base64.b64decode(packed)))}


def converse_without_shell(tables: Tables, **changes: Any) -> ScriptOutput:
    way: dict[str, Any] = {"script": POLICY, "wql": tables.wql, "invoke": tables.invoke}
    with Endpoint(**(way | changes)) as host:
        return converse(host, what=SCRIPT).output


def test_a_host_that_refuses_shells_is_read_over_wmi() -> None:
    output = converse_without_shell(host_tables())
    read = facts(output)
    assert list(read) == ["session", "host", "services", "local_accounts", "firewall", "sign_in"]
    assert read["host"]["v"] == {
        "name": "FS01",
        "architecture": "AMD64",
        "os": {
            "caption": "Microsoft Windows Server 2022 Standard",
            "product_type": 3,
            "booted": "2026-11-01T01:04:05.5000000Z",
            "installed": None,
        },
        "version": {
            "exists": True,
            "values": {
                "CurrentBuild": {"kind": "String", "value": "20348"},
                "UBR": {"kind": "DWord", "value": 2700},
            },
        },
        "cloud": {"exists": False},
        "clock": "2026-11-20T10:00:00.0000000Z",
    }
    assert read["services"]["v"]["services"][1] == {"name": "Spooler <&>", "running": "Stopped", "process": 0}
    assert read["session"]["v"]["clock"] == "2026-11-20T10:00:00.0000000Z"
    assert read["session"]["v"]["administrator"] is None


def test_the_machine_is_told_by_the_probe_s_own_text() -> None:
    tables = Tables(
        classes={
            "root/cimv2:win32_operatingsystem": [{"LocalDateTime": "2026-11-20T12:00:00+02:00"}],
            "root/cimv2:win32_computersystem": [{"Name": "FS01", "TotalPhysicalMemory": 17179262976}],
            "root/cimv2:win32_bios": [{"SerialNumber": "5XK2QN3", "ReleaseDate": "2024-03-11T00:00:00Z"}],
            "root/cimv2:win32_systemenclosure": [{"ChassisTypes": [3]}],
            "root/cimv2:win32_logicaldisk": [{"DeviceID": "C:", "Size": 511, "FreeSpace": None}],
        }
    )
    whole = build((HARDWARE,))
    with Endpoint(script=POLICY, wql=tables.wql, invoke=tables.invoke) as host:
        output = converse(host, what=whole.text + whole.call("0123456789abcdef" * 2)).output
    assert facts(output)["hardware"]["v"] == {
        "memory_bytes": 17179262976,
        "firmware": {"serial": "5XK2QN3", "released": "2024-03-11T00:00:00.0000000Z"},
        "chassis": ["3"],
        "disks": [{"name": "C:", "size": "511", "free": ""}],
    }


def test_what_was_not_read_names_the_policy_and_nothing_is_complete() -> None:
    output = converse_without_shell(host_tables())
    assert output.error is not None and output.error[0] is Reason.UNSUPPORTED
    assert "'Allow Remote Shell Access' is off" in output.error[1]
    assert "complete" not in facts(output)
    assert not {"audit", "defender"} & facts(output).keys(), "no part of these could be read"


def test_parts_that_need_a_script_fail_alone() -> None:
    read = facts(converse_without_shell(host_tables()))
    account = read["local_accounts"]["v"]["accounts"][0]
    assert account["sid"] == "S-1-5-21-1-2-3-500" and account["disabled"] is False
    assert "Open-Adsi needs a script, and " in account["settings"]["err"]["text"]
    firewall = read["firewall"]["v"]
    assert "Get-NetFirewallProfile needs a script" in firewall["profiles"]["err"]["text"]
    assert firewall["saved"] == [
        {"name": "Domain", "local": {"exists": True, "values": {"EnableFirewall": {"kind": "DWord", "value": 1}}}},
        {"name": "Private", "local": {"exists": False}},
    ]


def test_registry_values_have_the_collector_s_kinds() -> None:
    read = facts(converse_without_shell(host_tables()))["sign_in"]["v"]
    assert read["many"]["values"] == {
        "Multi": {"kind": "MultiString", "value": ["a", "b"]},
        "Bytes": {"kind": "Binary", "value": "01FF"},
        "Big": {"kind": "DWord", "value": -1},
        "Expand": {"kind": "ExpandString", "value": r"C:\Windows"},
    }
    assert read["secret"]["err"]["hresult"] == 0x80070005


def test_a_secret_is_looked_for_and_never_read() -> None:
    tables = host_tables()
    output = converse_without_shell(tables)
    assert facts(output)["sign_in"]["v"]["kept"] is True
    assert not any("DefaultPassword" in asked for asked in tables.asked)
    assert b"Hunter" not in output.stdout


def test_constrained_language_is_read_over_the_same_logon() -> None:
    constrained = recorded((RECORDED / "outline-constrained.stdout").read_bytes())
    tables = host_tables()
    with Endpoint(constrained, wql=tables.wql, invoke=tables.invoke) as host:
        output = converse(host, what=SCRIPT).output
    read = facts(output)
    assert read["host"]["v"]["name"] == "FS01"
    assert read["session"]["v"]["language_mode"] == "ConstrainedLanguage"
    assert read["session"]["v"]["powershell"] == "7.6.5"
    assert output.stdout.startswith(f"ctpat:{NONCE}:0:mode:".encode())
    assert output.error is not None and "ConstrainedLanguage mode" in output.error[1]
    assert len(host.logons) == 1


def test_an_account_without_rights_in_wmi_reads_nothing() -> None:
    output = converse_without_shell(Tables(), wql=None, invoke=None)
    assert list(facts(output)) == ["session"]
    assert output.error is not None and "WMI answered nothing" in output.error[1]


def test_a_missing_class_is_the_error_that_the_collector_reports() -> None:
    tables = host_tables()
    fewer = {name: rows for name, rows in tables.classes.items() if "useraccount" not in name}
    read = facts(converse_without_shell(replace(tables, classes=fewer)))
    assert read["local_accounts"]["v"]["accounts"]["err"]["code"] == "HRESULT 0x80041010"


def test_what_wmi_leaves_out_is_no_zero_and_no_empty_text() -> None:
    """PowerShell would make 0 of a number that is not there."""
    tables = host_tables()
    rows = [{"Name": "MpsSvc", "State": "Running", "ProcessId": None}]
    system = [{"Caption": "Windows", "LastBootUpTime": "yesterday"}]
    classes = dict(tables.classes) | {"root/cimv2:win32_service": rows, "root/cimv2:win32_operatingsystem": system}
    read = facts(converse_without_shell(replace(tables, classes=classes)))
    assert "services" not in read
    assert "no property ProductType" in read["host"]["v"]["os"]["err"]["text"]


def test_a_connection_that_is_lost_keeps_what_was_read() -> None:
    steps: list[faults.Step] = [None, None, None, faults.Drop()]
    output = converse_without_shell(host_tables(), script={**POLICY, "Enumerate": steps})
    assert output.error is not None and output.error[0] is Reason.UNREACHABLE
    assert "host" in facts(output) and "local_accounts" not in facts(output)
