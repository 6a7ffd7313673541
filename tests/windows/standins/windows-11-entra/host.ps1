# Source: Win32_OperatingSystem, Win32_ComputerSystem (learn.microsoft.com); builds and revisions from Microsoft's update history pages; Win32_Service (learn.microsoft.com); service names of products as in scanner/facts/data.
$env:COMPUTERNAME = 'LAPTOP-A1B2C3D'
$env:PROCESSOR_ARCHITECTURE = 'AMD64'
$Stand.cim['Win32_OperatingSystem'] = @(
    [pscustomobject]@{ Caption = 'Microsoft Windows 11 Enterprise'; Version = '10.0.26100'; ProductType = 1; LastBootUpTime = [datetime]'2026-11-12T03:12:00Z'; InstallDate = [datetime]'2025-02-03T08:00:00Z' }
)
$Stand.cim['Win32_ComputerSystem'] = @(
    [pscustomobject]@{ DomainRole = 0; Domain = 'WORKGROUP'; Manufacturer = 'LENOVO'; Model = '21HD0012US'; PCSystemType = 2; TotalPhysicalMemory = [uint64]33958903808 }
)
$Stand.registry['SOFTWARE\Microsoft\Windows NT\CurrentVersion'] += @{ CurrentBuild = '26100'; UBR = 8894; EditionID = 'Enterprise'; InstallationType = 'Client'; DisplayVersion = '24H2' }
$Stand.registry['SYSTEM\CurrentControlSet\Control'] += @{}
$Stand.registry['SYSTEM\CurrentControlSet\Control\CloudDomainJoin\JoinInfo\8B1C3D0000000000000000000000000000000042'] = @{ TenantId = '1c2d3e4f-5061-4728-93a4-b5c6d7e8f901' }
$Stand.cim['Win32_Service'] = @(
    [pscustomobject]@{ Name = 'BFE'; State = 'Running'; StartMode = 'Auto'; ProcessId = 800 },
    [pscustomobject]@{ Name = 'EventLog'; State = 'Running'; StartMode = 'Auto'; ProcessId = 804 },
    [pscustomobject]@{ Name = 'LanmanServer'; State = 'Running'; StartMode = 'Auto'; ProcessId = 808 },
    [pscustomobject]@{ Name = 'LanmanWorkstation'; State = 'Running'; StartMode = 'Auto'; ProcessId = 812 },
    [pscustomobject]@{ Name = 'MpsSvc'; State = 'Running'; StartMode = 'Auto'; ProcessId = 816 },
    [pscustomobject]@{ Name = 'WinRM'; State = 'Running'; StartMode = 'Auto'; ProcessId = 820 },
    [pscustomobject]@{ Name = 'wuauserv'; State = 'Stopped'; StartMode = 'Manual'; ProcessId = 0 },
    [pscustomobject]@{ Name = 'Netlogon'; State = 'Stopped'; StartMode = 'Manual'; ProcessId = 0 },
    [pscustomobject]@{ Name = 'SentinelAgent'; State = 'Running'; StartMode = 'Auto'; ProcessId = 832 },
    [pscustomobject]@{ Name = 'WinDefend'; State = 'Running'; StartMode = 'Auto'; ProcessId = 836 },
    [pscustomobject]@{ Name = 'Sense'; State = 'Running'; StartMode = 'Auto'; ProcessId = 840 },
    [pscustomobject]@{ Name = 'AzureMonitorAgent'; State = 'Running'; StartMode = 'Auto'; ProcessId = 844 },
    [pscustomobject]@{ Name = 'ScreenConnect Client (a1b2c3d4e5f60718)'; State = 'Running'; StartMode = 'Auto'; ProcessId = 848 },
    [pscustomobject]@{ Name = 'sshd'; State = 'Running'; StartMode = 'Auto'; ProcessId = 852 },
    [pscustomobject]@{ Name = 'com.docker.service'; State = 'Running'; StartMode = 'Auto'; ProcessId = 856 },
    [pscustomobject]@{ Name = 'AcrSch2Svc'; State = 'Running'; StartMode = 'Auto'; ProcessId = 860 }
)
# Source: Win32_ComputerSystem, Win32_BIOS, Win32_SystemEnclosure, Win32_LogicalDisk (learn.microsoft.com); types of chassis: SMBIOS 3.7, 7.4.1.
$Stand.cim['Win32_BIOS'] = @([pscustomobject]@{ SerialNumber = 'PF4ABCDE'; ReleaseDate = [datetime]'2025-09-04T00:00:00Z' })
$Stand.cim['Win32_SystemEnclosure'] = @([pscustomobject]@{ ChassisTypes = @(10) })
$Stand.cim['Win32_LogicalDisk'] = @(
    [pscustomobject]@{ DeviceID = 'C:'; Size = [uint64]1023275958272; FreeSpace = [uint64]654982512640 }
)
