# Source: Win32_NetworkAdapterConfiguration, MSFT_NetIPInterface, DisabledComponents (learn.microsoft.com); MSFT_NetFirewallProfile, INetFwPolicy2, MS-GPFAS, Networking-MPSSVC-Svc, FirewallProduct (learn.microsoft.com); MSFT_NetFirewallRule and its filters (learn.microsoft.com); names of the rules that Windows ships; MSFT_NetTCPConnection, MSFT_NetUDPEndpoint, Win32_Process (learn.microsoft.com).
$Stand.cim['Win32_NetworkAdapterConfiguration'] = @(
    [pscustomobject]@{ Description = 'Intel(R) 82574L Gigabit Network Connection'; InterfaceIndex = 5; IPAddress = @('192.168.1.40', 'fe80::1c2d:3e4f:5a6b:7c8d') }
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
        [pscustomobject]@{ Name = 'Domain'; Enabled = 1; DefaultInboundAction = 4; AllowLocalFirewallRules = 1; LogBlocked = 0; LogAllowed = 0; LogMaxSizeKilobytes = 4096; LogFileName = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log' },
        [pscustomobject]@{ Name = 'Private'; Enabled = 1; DefaultInboundAction = 4; AllowLocalFirewallRules = 1; LogBlocked = 0; LogAllowed = 0; LogMaxSizeKilobytes = 4096; LogFileName = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log' },
        [pscustomobject]@{ Name = 'Public'; Enabled = 1; DefaultInboundAction = 4; AllowLocalFirewallRules = 1; LogBlocked = 0; LogAllowed = 0; LogMaxSizeKilobytes = 4096; LogFileName = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log' }
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
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\DomainProfile\Logging'] = @{ LogFilePath = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log'; LogFileSize = 4096; LogDroppedPackets = 0; LogSuccessfulConnections = 0 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\StandardProfile\Logging'] = @{ LogFilePath = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log'; LogFileSize = 4096; LogDroppedPackets = 0; LogSuccessfulConnections = 0 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile\Logging'] = @{ LogFilePath = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log'; LogFileSize = 4096; LogDroppedPackets = 0; LogSuccessfulConnections = 0 }
$Stand.cim['FirewallProduct'] = @()
function Get-NetFirewallPortFilter($PolicyStore) {
    return @(
        [pscustomobject]@{ InstanceID = 'CoreNet-ICMP6-PTB-In'; Protocol = 'ICMPv6'; LocalPort = @('RPC') },
        [pscustomobject]@{ InstanceID = 'CoreNet-IPHTTPS-In'; Protocol = 'TCP'; LocalPort = @('IPHTTPSIn') },
        [pscustomobject]@{ InstanceID = 'CoreNet-Teredo-In'; Protocol = 'UDP'; LocalPort = @('Teredo') },
        [pscustomobject]@{ InstanceID = 'CoreNet-DHCP-In'; Protocol = 'UDP'; LocalPort = @('68') },
        [pscustomobject]@{ InstanceID = 'WINRM-HTTP-In-TCP'; Protocol = 'TCP'; LocalPort = @('5985') },
        [pscustomobject]@{ InstanceID = 'WINRM-HTTP-In-TCP-NoScope'; Protocol = 'TCP'; LocalPort = @('5985') },
        [pscustomobject]@{ InstanceID = 'MDNS-In-UDP-Public-Active'; Protocol = 'UDP'; LocalPort = @('5353') },
        [pscustomobject]@{ InstanceID = '{6F1C4E5B-2B7A-4B8C-9E2D-6B1B2C3D4E5F}'; Protocol = 'TCP'; LocalPort = @('Any') }
    )
}
function Get-NetFirewallAddressFilter($PolicyStore) {
    return @(
        [pscustomobject]@{ InstanceID = 'CoreNet-ICMP6-PTB-In'; RemoteAddress = @('Any') },
        [pscustomobject]@{ InstanceID = 'CoreNet-IPHTTPS-In'; RemoteAddress = @('Any') },
        [pscustomobject]@{ InstanceID = 'CoreNet-Teredo-In'; RemoteAddress = @('Any') },
        [pscustomobject]@{ InstanceID = 'CoreNet-DHCP-In'; RemoteAddress = @('Any') },
        [pscustomobject]@{ InstanceID = 'WINRM-HTTP-In-TCP'; RemoteAddress = @('LocalSubnet') },
        [pscustomobject]@{ InstanceID = 'WINRM-HTTP-In-TCP-NoScope'; RemoteAddress = @('Any') },
        [pscustomobject]@{ InstanceID = 'MDNS-In-UDP-Public-Active'; RemoteAddress = @('LocalSubnet') },
        [pscustomobject]@{ InstanceID = '{6F1C4E5B-2B7A-4B8C-9E2D-6B1B2C3D4E5F}'; RemoteAddress = @('Any') }
    )
}
function Get-NetFirewallApplicationFilter($PolicyStore) {
    return @(
        [pscustomobject]@{ InstanceID = 'CoreNet-ICMP6-PTB-In'; Program = 'System'; Package = '' },
        [pscustomobject]@{ InstanceID = 'CoreNet-IPHTTPS-In'; Program = 'System'; Package = '' },
        [pscustomobject]@{ InstanceID = 'CoreNet-Teredo-In'; Program = '%SystemRoot%\system32\svchost.exe'; Package = '' },
        [pscustomobject]@{ InstanceID = 'CoreNet-DHCP-In'; Program = '%SystemRoot%\system32\svchost.exe'; Package = '' },
        [pscustomobject]@{ InstanceID = 'WINRM-HTTP-In-TCP'; Program = 'System'; Package = '' },
        [pscustomobject]@{ InstanceID = 'WINRM-HTTP-In-TCP-NoScope'; Program = 'System'; Package = '' },
        [pscustomobject]@{ InstanceID = 'MDNS-In-UDP-Public-Active'; Program = '%SystemRoot%\system32\svchost.exe'; Package = '' },
        [pscustomobject]@{ InstanceID = '{6F1C4E5B-2B7A-4B8C-9E2D-6B1B2C3D4E5F}'; Program = 'Any'; Package = 'S-1-15-2-2434737943-167758768-3180539153-984336765-1107280622-3591121930-2677285773' }
    )
}
function Get-NetFirewallRule($PolicyStore, $Direction, $Enabled) {
    return @(
        [pscustomobject]@{ InstanceID = 'CoreNet-ICMP6-PTB-In'; Action = 2; Profile = 0 },
        [pscustomobject]@{ InstanceID = 'CoreNet-IPHTTPS-In'; Action = 2; Profile = 0 },
        [pscustomobject]@{ InstanceID = 'CoreNet-Teredo-In'; Action = 2; Profile = 0 },
        [pscustomobject]@{ InstanceID = 'CoreNet-DHCP-In'; Action = 2; Profile = 0 },
        [pscustomobject]@{ InstanceID = 'WINRM-HTTP-In-TCP'; Action = 2; Profile = 4 },
        [pscustomobject]@{ InstanceID = 'WINRM-HTTP-In-TCP-NoScope'; Action = 2; Profile = 3 },
        [pscustomobject]@{ InstanceID = 'MDNS-In-UDP-Public-Active'; Action = 2; Profile = 4 },
        [pscustomobject]@{ InstanceID = '{6F1C4E5B-2B7A-4B8C-9E2D-6B1B2C3D4E5F}'; Action = 2; Profile = 0 }
    )
}
function Get-NetTCPConnection($State) {
    return @(
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 135; OwningProcess = 812 },
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 445; OwningProcess = 4 },
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 5040; OwningProcess = 1204 },
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 5985; OwningProcess = 4 }
    )
}
function Get-NetUDPEndpoint() {
    return @(
        [pscustomobject]@{ LocalAddress = '0.0.0.0'; LocalPort = 5353; OwningProcess = 1204 }
    )
}
$Stand.cim['Win32_Process'] = @(
    [pscustomobject]@{ ProcessId = 4; Name = 'System' },
    [pscustomobject]@{ ProcessId = 812; Name = 'svchost.exe' },
    [pscustomobject]@{ ProcessId = 1204; Name = 'svchost.exe' },
    [pscustomobject]@{ ProcessId = 700; Name = 'lsass.exe' }
)
# Source: Get-NetNatStaticMapping (NetNat module, learn.microsoft.com); Windows container networking: HNS makes WinNAT mappings for the default NAT network
# Absent: Get-NetNatStaticMapping
