# Source: Win32_OperatingSystem, Win32_ComputerSystem (learn.microsoft.com); builds and revisions from Microsoft's update history pages; Win32_Service (learn.microsoft.com); service names of products as in scanner/facts/data.
$env:COMPUTERNAME = 'FS01'
$env:PROCESSOR_ARCHITECTURE = 'AMD64'
$Stand.cim['Win32_OperatingSystem'] = @(
    [pscustomobject]@{ Caption = 'Microsoft Windows Server 2022 Standard'; Version = '10.0.20348'; ProductType = 3; LastBootUpTime = [datetime]'2026-11-12T03:12:00Z'; InstallDate = [datetime]'2025-02-03T08:00:00Z' }
)
$Stand.cim['Win32_ComputerSystem'] = @(
    [pscustomobject]@{ DomainRole = 3; Domain = 'contoso.com'; Manufacturer = 'VMware, Inc.'; Model = 'VMware20,1'; PCSystemType = 1; TotalPhysicalMemory = [uint64]17179262976 }
)
$Stand.registry['SOFTWARE\Microsoft\Windows NT\CurrentVersion'] += @{ CurrentBuild = '20348'; UBR = 5386; EditionID = 'ServerStandard'; InstallationType = 'Server'; DisplayVersion = '21H2' }
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
    [pscustomobject]@{ Name = 'WinDefend'; State = 'Running'; StartMode = 'Auto'; ProcessId = 832 },
    [pscustomobject]@{ Name = 'WazuhSvc'; State = 'Running'; StartMode = 'Auto'; ProcessId = 836 },
    [pscustomobject]@{ Name = 'Sysmon64'; State = 'Running'; StartMode = 'Auto'; ProcessId = 840 },
    [pscustomobject]@{ Name = 'Sense'; State = 'Stopped'; StartMode = 'Manual'; ProcessId = 0 }
)
# Source: Win32_ComputerSystem, Win32_BIOS, Win32_SystemEnclosure, Win32_LogicalDisk (learn.microsoft.com); types of chassis: SMBIOS 3.7, 7.4.1.
$Stand.cim['Win32_BIOS'] = @([pscustomobject]@{ SerialNumber = 'VMware-56 4d 2b 5f 9c 1e 47 a0-8b 3d 6e 21 f0 c4 7a 19'; ReleaseDate = [datetime]'2020-11-12T00:00:00Z' })
$Stand.cim['Win32_SystemEnclosure'] = @([pscustomobject]@{ ChassisTypes = @(1) })
$Stand.cim['Win32_LogicalDisk'] = @(
    [pscustomobject]@{ DeviceID = 'C:'; Size = [uint64]137437904896; FreeSpace = [uint64]76235669504 },
    [pscustomobject]@{ DeviceID = 'D:'; Size = [uint64]549754765312; FreeSpace = [uint64]217969590272 }
)
