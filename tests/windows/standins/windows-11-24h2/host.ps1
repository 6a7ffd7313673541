# Source: Win32_OperatingSystem, Win32_ComputerSystem (learn.microsoft.com); builds and revisions from Microsoft's update history pages; Win32_Service (learn.microsoft.com); service names of products as in scanner/facts/data.
$env:COMPUTERNAME = 'DESKTOP-7Q3K2LM'
$env:PROCESSOR_ARCHITECTURE = 'AMD64'
$Stand.cim['Win32_OperatingSystem'] = @(
    [pscustomobject]@{ Caption = 'Microsoft Windows 11 Pro'; Version = '10.0.26100'; ProductType = 1; LastBootUpTime = [datetime]'2026-11-12T03:12:00Z'; InstallDate = [datetime]'2025-02-03T08:00:00Z' }
)
$Stand.cim['Win32_ComputerSystem'] = @(
    [pscustomobject]@{ DomainRole = 0; Domain = 'WORKGROUP'; Manufacturer = 'Dell Inc.'; Model = 'OptiPlex 7090'; PCSystemType = 1; TotalPhysicalMemory = [uint64]16899997696 }
)
$Stand.registry['SOFTWARE\Microsoft\Windows NT\CurrentVersion'] += @{ CurrentBuild = '26100'; UBR = 9550; EditionID = 'Professional'; InstallationType = 'Client'; DisplayVersion = '24H2' }
$Stand.registry['SYSTEM\CurrentControlSet\Control'] += @{}
$Stand.cim['Win32_Service'] = @(
    [pscustomobject]@{ Name = 'BFE'; State = 'Running'; StartMode = 'Auto'; ProcessId = 800 },
    [pscustomobject]@{ Name = 'EventLog'; State = 'Running'; StartMode = 'Auto'; ProcessId = 804 },
    [pscustomobject]@{ Name = 'LanmanServer'; State = 'Running'; StartMode = 'Auto'; ProcessId = 808 },
    [pscustomobject]@{ Name = 'LanmanWorkstation'; State = 'Running'; StartMode = 'Auto'; ProcessId = 812 },
    [pscustomobject]@{ Name = 'MpsSvc'; State = 'Running'; StartMode = 'Auto'; ProcessId = 816 },
    [pscustomobject]@{ Name = 'WinRM'; State = 'Running'; StartMode = 'Auto'; ProcessId = 820 },
    [pscustomobject]@{ Name = 'wuauserv'; State = 'Stopped'; StartMode = 'Manual'; ProcessId = 0 },
    [pscustomobject]@{ Name = 'Netlogon'; State = 'Stopped'; StartMode = 'Manual'; ProcessId = 0 },
    [pscustomobject]@{ Name = 'WinDefend'; State = 'Running'; StartMode = 'Auto'; ProcessId = 832 },
    [pscustomobject]@{ Name = 'Sense'; State = 'Stopped'; StartMode = 'Manual'; ProcessId = 0 },
    [pscustomobject]@{ Name = 'RemoteAccess'; State = 'Stopped'; StartMode = 'Disabled'; ProcessId = 0 }
)
# Source: Win32_ComputerSystem, Win32_BIOS, Win32_SystemEnclosure, Win32_LogicalDisk (learn.microsoft.com); types of chassis: SMBIOS 3.7, 7.4.1.
$Stand.cim['Win32_BIOS'] = @([pscustomobject]@{ SerialNumber = '5XK2QN3'; ReleaseDate = [datetime]'2024-03-11T00:00:00Z' })
$Stand.cim['Win32_SystemEnclosure'] = @([pscustomobject]@{ ChassisTypes = @(3) })
$Stand.cim['Win32_LogicalDisk'] = @(
    [pscustomobject]@{ DeviceID = 'C:'; Size = [uint64]548682072064; FreeSpace = [uint64]226559524864 }
)
