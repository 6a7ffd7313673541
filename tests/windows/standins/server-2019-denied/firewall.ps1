# Source: Win32_NetworkAdapterConfiguration, MSFT_NetIPInterface, DisabledComponents (learn.microsoft.com); MSFT_NetFirewallProfile, INetFwPolicy2, MS-GPFAS, Networking-MPSSVC-Svc, FirewallProduct (learn.microsoft.com); MSFT_NetFirewallRule and its filters (learn.microsoft.com); names of the rules that Windows ships; MSFT_NetTCPConnection, MSFT_NetUDPEndpoint, Win32_Process (learn.microsoft.com).
$Stand.cim['Win32_NetworkAdapterConfiguration'] = @(
    [pscustomobject]@{ Description = 'Intel(R) 82574L Gigabit Network Connection'; InterfaceIndex = 5; IPAddress = @('10.20.0.19', 'fe80::1c2d:3e4f:5a6b:7c8d') }
)
$Stand.registry['SYSTEM\CurrentControlSet\Services\Tcpip6\Parameters'] += @{}
function Get-NetIPInterface() {
    return @(
        [pscustomobject]@{ AddressFamily = 'IPv4'; Forwarding = 'Disabled' },
        [pscustomobject]@{ AddressFamily = 'IPv6'; Forwarding = 'Disabled' }
    )
}
function Get-NetFirewallProfile($PolicyStore) {
    return @(
        [pscustomobject]@{ Name = 'Domain'; Enabled = 1; DefaultInboundAction = 4; AllowLocalFirewallRules = 1; LogBlocked = 1; LogAllowed = 0; LogMaxSizeKilobytes = 16384; LogFileName = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log' },
        [pscustomobject]@{ Name = 'Private'; Enabled = 1; DefaultInboundAction = 4; AllowLocalFirewallRules = 1; LogBlocked = 1; LogAllowed = 0; LogMaxSizeKilobytes = 16384; LogFileName = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log' },
        [pscustomobject]@{ Name = 'Public'; Enabled = 1; DefaultInboundAction = 4; AllowLocalFirewallRules = 1; LogBlocked = 1; LogAllowed = 0; LogMaxSizeKilobytes = 16384; LogFileName = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log' }
    )
}
function Get-NetConnectionProfile() {
    return @(
        [pscustomobject]@{ NetworkCategory = 'DomainAuthenticated' }
    )
}
$Stand.com['HNetCfg.FwPolicy2'] = New-Object psobject -Property @{ Enabled = @{ 1 = $true; 2 = $true; 4 = $true }; Inbound = @{ 1 = 0; 2 = 0; 4 = 0 } }
$Stand.com['HNetCfg.FwPolicy2'] | Add-Member -MemberType ScriptMethod -Name 'FirewallEnabled' -Value { return $this.Enabled[$args[0]] }
$Stand.com['HNetCfg.FwPolicy2'] | Add-Member -MemberType ScriptMethod -Name 'DefaultInboundAction' -Value { return $this.Inbound[$args[0]] }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\DomainProfile'] = @{ EnableFirewall = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\StandardProfile'] = @{ EnableFirewall = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile'] = @{ EnableFirewall = 1 }
$Stand.registry['SOFTWARE\Policies\Microsoft\WindowsFirewall\DomainProfile\Logging'] = @{ LogFileSize = 16384; LogDroppedPackets = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\DomainProfile\Logging'] = @{ LogFilePath = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log'; LogFileSize = 4096; LogDroppedPackets = 0; LogSuccessfulConnections = 0 }
$Stand.registry['SOFTWARE\Policies\Microsoft\WindowsFirewall\PrivateProfile\Logging'] = @{ LogFileSize = 16384; LogDroppedPackets = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\StandardProfile\Logging'] = @{ LogFilePath = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log'; LogFileSize = 4096; LogDroppedPackets = 0; LogSuccessfulConnections = 0 }
$Stand.registry['SOFTWARE\Policies\Microsoft\WindowsFirewall\PublicProfile\Logging'] = @{ LogFileSize = 16384; LogDroppedPackets = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile\Logging'] = @{ LogFilePath = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log'; LogFileSize = 4096; LogDroppedPackets = 0; LogSuccessfulConnections = 0 }
# Absent: FirewallProduct
function Get-NetFirewallPortFilter($PolicyStore) { Stop-Cim '0x80041003' 'Access denied' 'PermissionDenied' }
function Get-NetTCPConnection($State) {
    return @(
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 135; OwningProcess = 812 },
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 445; OwningProcess = 4 },
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 3389; OwningProcess = 1204 }
    )
}
function Get-NetUDPEndpoint() { return @() }
$Stand.cim['Win32_Process'] = @(
    [pscustomobject]@{ ProcessId = 4; Name = 'System' },
    [pscustomobject]@{ ProcessId = 812; Name = 'svchost.exe' },
    [pscustomobject]@{ ProcessId = 1204; Name = 'svchost.exe' },
    [pscustomobject]@{ ProcessId = 700; Name = 'lsass.exe' }
)
# Source: Get-NetNatStaticMapping (NetNat module, learn.microsoft.com); Windows container networking: HNS makes WinNAT mappings for the default NAT network
# Absent: Get-NetNatStaticMapping
