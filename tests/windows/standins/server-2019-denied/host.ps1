# Source: Win32_OperatingSystem, Win32_ComputerSystem (learn.microsoft.com); builds and revisions from Microsoft's update history pages; Win32_Service (learn.microsoft.com); service names of products as in scanner/facts/data.
$env:COMPUTERNAME = 'SRV19'
$env:PROCESSOR_ARCHITECTURE = 'AMD64'
$Stand.cim['Win32_OperatingSystem'] = @(
    [pscustomobject]@{ Caption = 'Microsoft Windows Server 2019 Standard'; Version = '10.0.17763'; ProductType = 3; LastBootUpTime = [datetime]'2026-11-12T03:12:00Z'; InstallDate = [datetime]'2025-02-03T08:00:00Z' }
)
$Stand.cim['Win32_ComputerSystem'] = @(
    [pscustomobject]@{ DomainRole = 3; Domain = 'contoso.com'; Manufacturer = 'Dell Inc.'; Model = 'PowerEdge R640'; PCSystemType = 1; TotalPhysicalMemory = [uint64]67108143104 }
)
$Stand.registry['SOFTWARE\Microsoft\Windows NT\CurrentVersion'] += @{ CurrentBuild = '17763'; UBR = 8276; EditionID = 'ServerStandard'; InstallationType = 'Server' }
$Stand.registry['SYSTEM\CurrentControlSet\Control'] += @{}
$Stand.cim['Win32_Service'] = { Stop-Cim '0x80041003' 'Access denied' 'PermissionDenied' }
# Source: Win32_ComputerSystem, Win32_BIOS, Win32_SystemEnclosure, Win32_LogicalDisk (learn.microsoft.com); types of chassis: SMBIOS 3.7, 7.4.1.
$Stand.cim['Win32_BIOS'] = { Stop-Cim '0x80041003' 'Access denied' 'PermissionDenied' }
$Stand.cim['Win32_SystemEnclosure'] = { Stop-Cim '0x80041003' 'Access denied' 'PermissionDenied' }
$Stand.cim['Win32_LogicalDisk'] = { Stop-Cim '0x80041003' 'Access denied' 'PermissionDenied' }
