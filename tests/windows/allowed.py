"""What the collector may call on a host: each name with the reason why it only reads.

A probe that needs another one adds it here. Cmdlets, classes and seams that a probe uses need a stand-in on every host
where the probe is expected to work (`standins/README.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

from tests.windows.syntax import functions, parsed

CMDLETS: Mapping[str, str] = {
    "Get-CimInstance": "instances of WMI classes, each with a limit of time",
    "Invoke-CimMethod": "methods of METHODS_OF_CLASSES alone",
    "Get-WinEvent": "records and properties of event logs",
    "Get-Service": "state of services",
    "Get-HotFix": "component updates",
    "Get-MpComputerStatus": "Defender's state",
    "Get-NetFirewallProfile": "the firewall's profiles",
    "Get-NetFirewallRule": "the firewall's rules",
    "Get-NetFirewallPortFilter": "ports of the firewall's rules",
    "Get-NetFirewallAddressFilter": "addresses of the firewall's rules",
    "Get-NetFirewallApplicationFilter": "programs of the firewall's rules",
    "Get-NetFirewallServiceFilter": "services of the firewall's rules",
    "Get-NetFirewallInterfaceTypeFilter": "interfaces of the firewall's rules",
    "Get-NetConnectionProfile": "the category of connected networks",
    "Get-NetIPInterface": "interfaces",
    "Get-NetIPAddress": "addresses",
    "Get-NetAdapter": "adapters",
    "Get-NetNatStaticMapping": "ports that are forwarded into containers",
    "Get-NetTCPConnection": "open ports",
    "Get-NetUDPEndpoint": "open ports",
    "Get-SmbServerConfiguration": "settings of file sharing",
    "Get-SmbClientConfiguration": "settings of file sharing",
    "Get-SmbShare": "names of shares",
    "Get-WBSummary": "results of Windows Server Backup",
    "Get-WBPolicy": "schedule of Windows Server Backup",
    "Get-ScheduledTask": "scheduled tasks",
    "Get-BitLockerVolume": "state of BitLocker",
    "Get-Tpm": "state of the TPM",
    "Get-Item": "properties of a file or folder",
    "Get-ChildItem": "names in a folder",
    "Get-Acl": "rights on a file",
    "Test-Path": "whether a file exists",
}
"""Of Windows and its roles: they touch the host, so that tests need a stand-in."""

PURE: Mapping[str, str] = {
    "Where-Object": "filters what another command said",
    "ForEach-Object": "the same, one by one",
    "Sort-Object": "sorts it",
    "Join-Path": "joins two texts",
    "ConvertTo-Json": "writes JSON",
    "ConvertFrom-Csv": "reads a text",
    "Write-Output": "prints",
}
"""They touch nothing but what they are given. `Select-Object` and `Measure-Object` are not among them: an endpoint of
type RestrictedRemoteServer puts functions of the same names, which take less, in front of them."""

SEAMS = functions(parsed(resources.files("scanner.collect.windows").joinpath("seams.ps1").read_text("ascii")))
FRAME = frozenset({"Read-Part", "Convert-Time"})
INNER = frozenset({"Read-OpenKey", "Read-Subkeys", "Open-Hive", "Read-NativeExport"})  # of the seams among themselves

CLASSES = frozenset(
    {
        "AntiVirusProduct",
        "FirewallProduct",
        "MSFT_MpComputerStatus",
        "SoftwareLicensingProduct",
        "Win32_BIOS",
        "Win32_ComputerSystem",
        "Win32_EncryptableVolume",
        "Win32_LogicalDisk",
        "Win32_NetworkAdapterConfiguration",
        "Win32_OperatingSystem",
        "Win32_OptionalFeature",
        "Win32_Process",
        "Win32_QuickFixEngineering",
        "Win32_Service",
        "Win32_ShadowCopy",
        "Win32_Share",
        "Win32_SystemEnclosure",
        "Win32_Tpm",
        "Win32_UserAccount",
        "Win32_UserProfile",
        "Win32_Volume",
    }
)
"""WMI classes. Not Win32_Product, which repairs every installed package while it lists them (KB974524)."""

METHODS_OF_CLASSES = frozenset(
    {"GetConversionStatus", "GetEncryptionMethod", "GetKeyProtectors", "GetKeyProtectorType", "GetLockStatus"}
)
"""Of Win32_EncryptableVolume; none of them tells a key."""

PROGRAMS: Mapping[str, str] = {"OpenSSH\\sshd.exe": "-T"}
"""Programs of Windows that a probe may start, and the one argument they get; the seams start secedit and auditpol."""

COM_OBJECTS: Mapping[str, str] = {"HNetCfg.FwPolicy2": "state of the firewall's profiles, where no cmdlet tells it"}
"""What a probe may have made by `New-ComSeam`."""

SEAMS_COM_OBJECTS = frozenset({"Microsoft.Update.Session"})
"""What the seams make themselves: the update agent, of which `Search-Updates` asks one search and nothing else."""

METHODS = frozenset(
    {
        "Contains", "ContainsKey", "DefaultInboundAction", "EndsWith", "FirewallEnabled", "IndexOf", "Members",
        "Replace", "Split", "StartsWith", "Substring", "ToLower", "ToLowerInvariant", "ToString", "ToUniversalTime",
        "ToUpper", "Trim", "TrimEnd", "TrimStart",
    }
)  # fmt: skip
"""Methods that a probe may call on what it read."""

STATICS = frozenset({"[DateTime]::FromFileTimeUtc", "[Math]::Floor", "[Convert]::ToInt64"})

TYPES = frozenset(
    {
        "bool",
        "byte",
        "Convert",
        "datetime",
        "DateTime",
        "double",
        "Environment",
        "int",
        "long",
        "Math",
        "ordered",
        "string",
    }
    | {"string[]", "uint32", "uint64", "version", "void", "xml"}
)

OPERATORS = frozenset(
    {"-eq", "-ne", "-gt", "-ge", "-lt", "-le", "-like", "-notlike", "-match", "-notmatch", "-contains", "-notcontains"}
    | {"-is", "-isnot", "-as", "-split", "-replace", "-join"}
)
"""Those that PowerShell 2.0 reads, so that it comes as far as to say that it is too old: no `-in`, no `-shl`."""
