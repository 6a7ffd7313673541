# Source: Win32_NetworkAdapterConfiguration, MSFT_NetIPInterface, DisabledComponents (learn.microsoft.com); MSFT_NetFirewallProfile, INetFwPolicy2, MS-GPFAS, Networking-MPSSVC-Svc, FirewallProduct (learn.microsoft.com); MSFT_NetFirewallRule and its filters (learn.microsoft.com); names of the rules that Windows ships; MSFT_NetTCPConnection, MSFT_NetUDPEndpoint, Win32_Process (learn.microsoft.com).
$Stand.cim['Win32_NetworkAdapterConfiguration'] = @(
    [pscustomobject]@{ Description = 'Intel(R) 82574L Gigabit Network Connection'; InterfaceIndex = 5; IPAddress = @('10.20.0.2', 'fe80::1c2d:3e4f:5a6b:7c8d') }
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
        [pscustomobject]@{ Name = 'Domain'; Enabled = 1; DefaultInboundAction = 4; AllowLocalFirewallRules = 1; LogBlocked = 1; LogAllowed = 0; LogMaxSizeKilobytes = 32767; LogFileName = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log' },
        [pscustomobject]@{ Name = 'Private'; Enabled = 1; DefaultInboundAction = 4; AllowLocalFirewallRules = 1; LogBlocked = 1; LogAllowed = 0; LogMaxSizeKilobytes = 32767; LogFileName = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log' },
        [pscustomobject]@{ Name = 'Public'; Enabled = 1; DefaultInboundAction = 4; AllowLocalFirewallRules = 1; LogBlocked = 1; LogAllowed = 0; LogMaxSizeKilobytes = 32767; LogFileName = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log' }
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
$Stand.registry['SOFTWARE\Policies\Microsoft\WindowsFirewall\DomainProfile\Logging'] = @{ LogFileSize = 32767; LogDroppedPackets = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\DomainProfile\Logging'] = @{ LogFilePath = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log'; LogFileSize = 4096; LogDroppedPackets = 0; LogSuccessfulConnections = 0 }
$Stand.registry['SOFTWARE\Policies\Microsoft\WindowsFirewall\PrivateProfile\Logging'] = @{ LogFileSize = 32767; LogDroppedPackets = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\StandardProfile\Logging'] = @{ LogFilePath = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log'; LogFileSize = 4096; LogDroppedPackets = 0; LogSuccessfulConnections = 0 }
$Stand.registry['SOFTWARE\Policies\Microsoft\WindowsFirewall\PublicProfile\Logging'] = @{ LogFileSize = 32767; LogDroppedPackets = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile\Logging'] = @{ LogFilePath = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log'; LogFileSize = 4096; LogDroppedPackets = 0; LogSuccessfulConnections = 0 }
# Absent: FirewallProduct
function Get-NetFirewallPortFilter($PolicyStore) {
    return @(
        [pscustomobject]@{ InstanceID = 'CoreNet-ICMP6-PTB-In'; Protocol = 'ICMPv6'; LocalPort = @('RPC') },
        [pscustomobject]@{ InstanceID = 'CoreNet-IPHTTPS-In'; Protocol = 'TCP'; LocalPort = @('IPHTTPSIn') },
        [pscustomobject]@{ InstanceID = 'CoreNet-Teredo-In'; Protocol = 'UDP'; LocalPort = @('Teredo') },
        [pscustomobject]@{ InstanceID = 'ActiveDirectory-LDAP-TCP-In'; Protocol = 'TCP'; LocalPort = @('389') },
        [pscustomobject]@{ InstanceID = 'FPS-SMB-In-TCP'; Protocol = 'TCP'; LocalPort = @('445') },
        [pscustomobject]@{ InstanceID = 'ADDS-RPC-TCP-In'; Protocol = 'TCP'; LocalPort = @('RPC') }
    )
}
function Get-NetFirewallAddressFilter($PolicyStore) {
    return @(
        [pscustomobject]@{ InstanceID = 'CoreNet-ICMP6-PTB-In'; RemoteAddress = @('Any') },
        [pscustomobject]@{ InstanceID = 'CoreNet-IPHTTPS-In'; RemoteAddress = @('Any') },
        [pscustomobject]@{ InstanceID = 'CoreNet-Teredo-In'; RemoteAddress = @('Any') },
        [pscustomobject]@{ InstanceID = 'ActiveDirectory-LDAP-TCP-In'; RemoteAddress = @('Any') },
        [pscustomobject]@{ InstanceID = 'FPS-SMB-In-TCP'; RemoteAddress = @('Any') },
        [pscustomobject]@{ InstanceID = 'ADDS-RPC-TCP-In'; RemoteAddress = @('Any') }
    )
}
function Get-NetFirewallApplicationFilter($PolicyStore) {
    return @(
        [pscustomobject]@{ InstanceID = 'CoreNet-ICMP6-PTB-In'; Program = 'System'; Package = '' },
        [pscustomobject]@{ InstanceID = 'CoreNet-IPHTTPS-In'; Program = 'System'; Package = '' },
        [pscustomobject]@{ InstanceID = 'CoreNet-Teredo-In'; Program = '%SystemRoot%\system32\svchost.exe'; Package = '' },
        [pscustomobject]@{ InstanceID = 'ActiveDirectory-LDAP-TCP-In'; Program = '%systemroot%\System32\lsass.exe'; Package = '' },
        [pscustomobject]@{ InstanceID = 'FPS-SMB-In-TCP'; Program = 'System'; Package = '' },
        [pscustomobject]@{ InstanceID = 'ADDS-RPC-TCP-In'; Program = '%systemroot%\System32\lsass.exe'; Package = '' }
    )
}
function Get-NetFirewallRule($PolicyStore, $Direction, $Enabled) {
    return @(
        [pscustomobject]@{ InstanceID = 'CoreNet-ICMP6-PTB-In'; Action = 2; Profile = 0 },
        [pscustomobject]@{ InstanceID = 'CoreNet-IPHTTPS-In'; Action = 2; Profile = 0 },
        [pscustomobject]@{ InstanceID = 'CoreNet-Teredo-In'; Action = 2; Profile = 0 },
        [pscustomobject]@{ InstanceID = 'ActiveDirectory-LDAP-TCP-In'; Action = 2; Profile = 0 },
        [pscustomobject]@{ InstanceID = 'FPS-SMB-In-TCP'; Action = 2; Profile = 0 },
        [pscustomobject]@{ InstanceID = 'ADDS-RPC-TCP-In'; Action = 2; Profile = 0 }
    )
}
function Get-NetTCPConnection($State) {
    return @(
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 389; OwningProcess = 700 },
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 445; OwningProcess = 4 },
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 135; OwningProcess = 812 },
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 49664; OwningProcess = 700 },
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 5985; OwningProcess = 4 }
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
