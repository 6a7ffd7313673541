# Source: Win32_NetworkAdapterConfiguration, MSFT_NetIPInterface, DisabledComponents (learn.microsoft.com); MSFT_NetFirewallProfile, INetFwPolicy2, MS-GPFAS, Networking-MPSSVC-Svc, FirewallProduct (learn.microsoft.com); MSFT_NetFirewallRule and its filters (learn.microsoft.com); names of the rules that Windows ships; MSFT_NetTCPConnection, MSFT_NetUDPEndpoint, Win32_Process (learn.microsoft.com).
$Stand.cim['Win32_NetworkAdapterConfiguration'] = @(
    [pscustomobject]@{ Description = 'Intel(R) 82574L Gigabit Network Connection'; InterfaceIndex = 5; IPAddress = @('192.168.0.23', 'fe80::1c2d:3e4f:5a6b:7c8d') }
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
        [pscustomobject]@{ Name = 'Public'; Enabled = 1; DefaultInboundAction = 4; AllowLocalFirewallRules = 2; LogBlocked = 2; LogAllowed = 2; LogMaxSizeKilobytes = [uint64]::MaxValue; LogFileName = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log' }
    )
}
function Get-NetConnectionProfile() {
    return @(
        [pscustomobject]@{ NetworkCategory = 'Public' }
    )
}
$Stand.com['HNetCfg.FwPolicy2'] = New-Object psobject -Property @{ Enabled = @{ 1 = $true; 2 = $true; 4 = $true }; Inbound = @{ 1 = 0; 2 = 0; 4 = 0 } }
$Stand.com['HNetCfg.FwPolicy2'] | Add-Member -MemberType ScriptMethod -Name 'FirewallEnabled' -Value { return $this.Enabled[$args[0]] }
$Stand.com['HNetCfg.FwPolicy2'] | Add-Member -MemberType ScriptMethod -Name 'DefaultInboundAction' -Value { return $this.Inbound[$args[0]] }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\DomainProfile'] = @{ EnableFirewall = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\StandardProfile'] = @{ EnableFirewall = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile'] = @{ EnableFirewall = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\DomainProfile\Logging'] = @{ LogFilePath = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log'; LogFileSize = 16384; LogDroppedPackets = 1; LogSuccessfulConnections = 0 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\StandardProfile\Logging'] = @{ LogFilePath = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log'; LogFileSize = 16384; LogDroppedPackets = 1; LogSuccessfulConnections = 0 }
$Stand.cim['FirewallProduct'] = @()
function Get-NetFirewallPortFilter($PolicyStore) {
    return @(
        [pscustomobject]@{ InstanceID = 'CoreNet-ICMP6-PTB-In'; Protocol = 'ICMPv6'; LocalPort = @('RPC') },
        [pscustomobject]@{ InstanceID = 'CoreNet-IPHTTPS-In'; Protocol = 'TCP'; LocalPort = @('IPHTTPSIn') },
        [pscustomobject]@{ InstanceID = 'CoreNet-Teredo-In'; Protocol = 'UDP'; LocalPort = @('Teredo') },
        [pscustomobject]@{ InstanceID = 'OpenSSH-Server-In-TCP'; Protocol = 'TCP'; LocalPort = @('22') },
        [pscustomobject]@{ InstanceID = '{3C2A4D11-9E5A-4A10-8B53-1C5B0A6F7E20}'; Protocol = 'TCP'; LocalPort = @('Any') }
    )
}
function Get-NetFirewallAddressFilter($PolicyStore) {
    return @(
        [pscustomobject]@{ InstanceID = 'CoreNet-ICMP6-PTB-In'; RemoteAddress = @('Any') },
        [pscustomobject]@{ InstanceID = 'CoreNet-IPHTTPS-In'; RemoteAddress = @('Any') },
        [pscustomobject]@{ InstanceID = 'CoreNet-Teredo-In'; RemoteAddress = @('Any') },
        [pscustomobject]@{ InstanceID = 'OpenSSH-Server-In-TCP'; RemoteAddress = @('Any') },
        [pscustomobject]@{ InstanceID = '{3C2A4D11-9E5A-4A10-8B53-1C5B0A6F7E20}'; RemoteAddress = @('Any') }
    )
}
function Get-NetFirewallApplicationFilter($PolicyStore) {
    return @(
        [pscustomobject]@{ InstanceID = 'CoreNet-ICMP6-PTB-In'; Program = 'System'; Package = '' },
        [pscustomobject]@{ InstanceID = 'CoreNet-IPHTTPS-In'; Program = 'System'; Package = '' },
        [pscustomobject]@{ InstanceID = 'CoreNet-Teredo-In'; Program = '%SystemRoot%\system32\svchost.exe'; Package = '' },
        [pscustomobject]@{ InstanceID = 'OpenSSH-Server-In-TCP'; Program = '%SystemRoot%\system32\OpenSSH\sshd.exe'; Package = '' },
        [pscustomobject]@{ InstanceID = '{3C2A4D11-9E5A-4A10-8B53-1C5B0A6F7E20}'; Program = 'C:\Program Files\Docker\Docker\resources\com.docker.backend.exe'; Package = '' }
    )
}
function Get-NetFirewallRule($PolicyStore, $Direction, $Enabled) {
    return @(
        [pscustomobject]@{ InstanceID = 'CoreNet-ICMP6-PTB-In'; Action = 2; Profile = 0 },
        [pscustomobject]@{ InstanceID = 'CoreNet-IPHTTPS-In'; Action = 2; Profile = 0 },
        [pscustomobject]@{ InstanceID = 'CoreNet-Teredo-In'; Action = 2; Profile = 0 },
        [pscustomobject]@{ InstanceID = 'OpenSSH-Server-In-TCP'; Action = 2; Profile = 0 },
        [pscustomobject]@{ InstanceID = '{3C2A4D11-9E5A-4A10-8B53-1C5B0A6F7E20}'; Action = 4; Profile = 0 }
    )
}
function Get-NetTCPConnection($State) {
    return @(
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 22; OwningProcess = 3100 },
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 135; OwningProcess = 812 },
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 445; OwningProcess = 4 },
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 5985; OwningProcess = 4 },
        [pscustomobject]@{ LocalAddress = '::'; LocalPort = 22; OwningProcess = 3100 }
    )
}
function Get-NetUDPEndpoint() { return @() }
$Stand.cim['Win32_Process'] = @(
    [pscustomobject]@{ ProcessId = 4; Name = 'System' },
    [pscustomobject]@{ ProcessId = 812; Name = 'svchost.exe' },
    [pscustomobject]@{ ProcessId = 1204; Name = 'svchost.exe' },
    [pscustomobject]@{ ProcessId = 700; Name = 'lsass.exe' },
    [pscustomobject]@{ ProcessId = 3100; Name = 'sshd.exe' }
)
# Source: Get-NetNatStaticMapping (NetNat module, learn.microsoft.com); Windows container networking: HNS makes WinNAT mappings for the default NAT network
$Stand.registry['SYSTEM\CurrentControlSet\Services\hns'] += @{ Start = 3 }
function Get-NetNatStaticMapping { return @([pscustomobject]@{ Protocol = 'TCP'; ExternalIPAddress = '0.0.0.0'; ExternalPort = 8080; InternalIPAddress = '172.20.16.5'; InternalPort = 80 }) }
