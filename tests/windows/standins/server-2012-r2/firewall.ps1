# Source: Win32_NetworkAdapterConfiguration, MSFT_NetIPInterface, DisabledComponents (learn.microsoft.com); MSFT_NetFirewallProfile, INetFwPolicy2, MS-GPFAS, Networking-MPSSVC-Svc, FirewallProduct (learn.microsoft.com); MSFT_NetFirewallRule and its filters (learn.microsoft.com); names of the rules that Windows ships; MSFT_NetTCPConnection, MSFT_NetUDPEndpoint, Win32_Process (learn.microsoft.com).
$Stand.cim['Win32_NetworkAdapterConfiguration'] = @(
    [pscustomobject]@{ Description = 'Intel(R) 82574L Gigabit Network Connection'; InterfaceIndex = 5; IPAddress = @('10.20.0.17', 'fe80::1c2d:3e4f:5a6b:7c8d') }
)
$Stand.registry['SYSTEM\CurrentControlSet\Services\Tcpip6\Parameters'] += @{}
# Absent: Get-NetIPInterface
# Absent: Get-NetFirewallProfile
# Absent: Get-NetConnectionProfile
# Absent: Get-NetFirewallPortFilter
# Absent: Get-NetTCPConnection
# Absent: Get-NetUDPEndpoint
$Stand.com['HNetCfg.FwPolicy2'] = New-Object psobject -Property @{ Enabled = @{ 1 = $true; 2 = $true; 4 = $false }; Inbound = @{ 1 = 0; 2 = 0; 4 = 0 } }
$Stand.com['HNetCfg.FwPolicy2'] | Add-Member -MemberType ScriptMethod -Name 'FirewallEnabled' -Value { return $this.Enabled[$args[0]] }
$Stand.com['HNetCfg.FwPolicy2'] | Add-Member -MemberType ScriptMethod -Name 'DefaultInboundAction' -Value { return $this.Inbound[$args[0]] }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\DomainProfile'] = @{ EnableFirewall = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\StandardProfile'] = @{ EnableFirewall = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile'] = @{ EnableFirewall = 0 }
$Stand.registry['SOFTWARE\Policies\Microsoft\WindowsFirewall\DomainProfile\Logging'] = @{ LogFileSize = 16384; LogDroppedPackets = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\DomainProfile\Logging'] = @{ LogFilePath = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log'; LogFileSize = 4096; LogDroppedPackets = 0; LogSuccessfulConnections = 0 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile\Logging'] = @{ LogFilePath = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log'; LogFileSize = 4096; LogDroppedPackets = 0; LogSuccessfulConnections = 0 }
# Absent: FirewallProduct
$Stand.cim['Win32_Process'] = @(
    [pscustomobject]@{ ProcessId = 4; Name = 'System' },
    [pscustomobject]@{ ProcessId = 812; Name = 'svchost.exe' },
    [pscustomobject]@{ ProcessId = 1204; Name = 'svchost.exe' },
    [pscustomobject]@{ ProcessId = 700; Name = 'lsass.exe' }
)
# Source: Get-NetNatStaticMapping (NetNat module, learn.microsoft.com); Windows container networking: HNS makes WinNAT mappings for the default NAT network
# Absent: Get-NetNatStaticMapping
