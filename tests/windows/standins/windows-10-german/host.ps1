# Source: Win32_OperatingSystem, Win32_ComputerSystem (learn.microsoft.com); builds and revisions from Microsoft's update history pages; Win32_Service (learn.microsoft.com); service names of products as in scanner/facts/data.
$env:COMPUTERNAME = 'BUERO-04'
$env:PROCESSOR_ARCHITECTURE = 'AMD64'
$Stand.cim['Win32_OperatingSystem'] = @(
    [pscustomobject]@{ Caption = 'Microsoft Windows 10 Pro'; Version = '10.0.19045'; ProductType = 1; LastBootUpTime = [datetime]'2026-11-12T03:12:00Z'; InstallDate = [datetime]'2025-02-03T08:00:00Z' }
)
$Stand.cim['Win32_ComputerSystem'] = @(
    [pscustomobject]@{ DomainRole = 1; Domain = 'contoso.com'; Manufacturer = 'Dell Inc.'; Model = 'OptiPlex 7090'; PCSystemType = 1; TotalPhysicalMemory = [uint64]8459091968 }
)
$Stand.registry['SOFTWARE\Microsoft\Windows NT\CurrentVersion'] += @{ CurrentBuild = '19045'; UBR = 7548; EditionID = 'Professional'; InstallationType = 'Client'; DisplayVersion = '22H2' }
$Stand.registry['SYSTEM\CurrentControlSet\Control'] += @{}
$Stand.cim['Win32_Service'] = @(
    [pscustomobject]@{ Name = 'BFE'; State = 'Running'; StartMode = 'Auto'; ProcessId = 800 },
    [pscustomobject]@{ Name = 'EventLog'; State = 'Running'; StartMode = 'Auto'; ProcessId = 804 },
    [pscustomobject]@{ Name = 'LanmanServer'; State = 'Running'; StartMode = 'Auto'; ProcessId = 808 },
    [pscustomobject]@{ Name = 'LanmanWorkstation'; State = 'Running'; StartMode = 'Auto'; ProcessId = 812 },
    [pscustomobject]@{ Name = 'MpsSvc'; State = 'Running'; StartMode = 'Auto'; ProcessId = 816 },
    [pscustomobject]@{ Name = 'WinRM'; State = 'Running'; StartMode = 'Auto'; ProcessId = 820 },
    [pscustomobject]@{ Name = 'wuauserv'; State = 'Stopped'; StartMode = 'Manual'; ProcessId = 0 },
    [pscustomobject]@{ Name = 'Netlogon'; State = 'Running'; StartMode = 'Auto'; ProcessId = 828 },
    [pscustomobject]@{ Name = 'ekrn'; State = 'Running'; StartMode = 'Auto'; ProcessId = 832 },
    [pscustomobject]@{ Name = 'WinDefend'; State = 'Stopped'; StartMode = 'Manual'; ProcessId = 0 },
    [pscustomobject]@{ Name = 'winlogbeat'; State = 'Running'; StartMode = 'Auto'; ProcessId = 840 },
    [pscustomobject]@{ Name = 'AnyDesk'; State = 'Running'; StartMode = 'Auto'; ProcessId = 844 },
    [pscustomobject]@{ Name = 'OpenVPNServiceInteractive'; State = 'Running'; StartMode = 'Auto'; ProcessId = 848 },
    [pscustomobject]@{ Name = 'Sense'; State = 'Stopped'; StartMode = 'Manual'; ProcessId = 0 }
)
# Source: Win32_ComputerSystem, Win32_BIOS, Win32_SystemEnclosure, Win32_LogicalDisk (learn.microsoft.com); types of chassis: SMBIOS 3.7, 7.4.1.
$Stand.cim['Win32_BIOS'] = @([pscustomobject]@{ SerialNumber = 'To be filled by O.E.M.'; ReleaseDate = [datetime]'2021-06-30T00:00:00Z' })
$Stand.cim['Win32_SystemEnclosure'] = @([pscustomobject]@{ ChassisTypes = @(3) })
$Stand.cim['Win32_LogicalDisk'] = @(
    [pscustomobject]@{ DeviceID = 'C:'; Size = [uint64]254476812288; FreeSpace = [uint64]96636764160 },
    [pscustomobject]@{ DeviceID = 'D:'; Size = $null; FreeSpace = $null }
)
