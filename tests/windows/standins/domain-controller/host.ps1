# Source: Win32_OperatingSystem, Win32_ComputerSystem (learn.microsoft.com); builds and revisions from Microsoft's update history pages; Win32_Service (learn.microsoft.com); service names of products as in scanner/facts/data.
$env:COMPUTERNAME = 'DC01'
$env:PROCESSOR_ARCHITECTURE = 'AMD64'
$Stand.cim['Win32_OperatingSystem'] = @(
    [pscustomobject]@{ Caption = 'Microsoft Windows Server 2019 Standard'; Version = '10.0.17763'; ProductType = 2; LastBootUpTime = [datetime]'2026-11-12T03:12:00Z'; InstallDate = [datetime]'2025-02-03T08:00:00Z' }
)
$Stand.cim['Win32_ComputerSystem'] = @(
    [pscustomobject]@{ DomainRole = 5; Domain = 'contoso.com'; Manufacturer = 'Microsoft Corporation'; Model = 'Virtual Machine'; PCSystemType = 1; TotalPhysicalMemory = [uint64]4294430720 }
)
$Stand.registry['SOFTWARE\Microsoft\Windows NT\CurrentVersion'] += @{ CurrentBuild = '17763'; UBR = 9020; EditionID = 'ServerStandard'; InstallationType = 'Server Core' }
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
    [pscustomobject]@{ Name = 'NTDS'; State = 'Running'; StartMode = 'Auto'; ProcessId = 832 },
    [pscustomobject]@{ Name = 'WinDefend'; State = 'Running'; StartMode = 'Auto'; ProcessId = 836 },
    [pscustomobject]@{ Name = 'TeamViewer'; State = 'Running'; StartMode = 'Auto'; ProcessId = 840 },
    [pscustomobject]@{ Name = 'VeeamEndpointBackupSvc'; State = 'Running'; StartMode = 'Auto'; ProcessId = 844 },
    [pscustomobject]@{ Name = 'sshd'; State = 'Stopped'; StartMode = 'Manual'; ProcessId = 0 }
)
# Source: Win32_ComputerSystem, Win32_BIOS, Win32_SystemEnclosure, Win32_LogicalDisk (learn.microsoft.com); types of chassis: SMBIOS 3.7, 7.4.1.
$Stand.cim['Win32_BIOS'] = @([pscustomobject]@{ SerialNumber = '4620-8841-2291-0074-1183-5590-21'; ReleaseDate = [datetime]'2018-03-02T00:00:00Z' })
$Stand.cim['Win32_SystemEnclosure'] = @([pscustomobject]@{ ChassisTypes = @(3) })
$Stand.cim['Win32_LogicalDisk'] = @(
    [pscustomobject]@{ DeviceID = 'C:'; Size = [uint64]136364687360; FreeSpace = [uint64]94489280512 }
)
