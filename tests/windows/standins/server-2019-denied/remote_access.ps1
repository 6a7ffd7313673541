# Source: Win32_TSGeneralSetting; Remote Desktop Services policies, TerminalServer.admx; CIS 18.10.57.3
# Source: WindowsRemoteManagement.admx; Installation and configuration for Windows Remote Management
# Source: Get-SmbServerConfiguration, Get-SmbClientConfiguration (SmbShare module); Win32_OptionalFeature
function Get-SmbServerConfiguration { Stop-Cim '0x80041003' 'Access denied' 'PermissionDenied' }
function Get-SmbClientConfiguration { Stop-Cim '0x80041003' 'Access denied' 'PermissionDenied' }
$Stand.cim['Win32_OptionalFeature'] = { Stop-Cim '0x80041003' 'Access denied' 'PermissionDenied' }
# Source: Network security: LAN Manager authentication level; DnsClient.admx
$Stand.registry['SYSTEM\CurrentControlSet\Control\Terminal Server'] += @{ 'fDenyTSConnections' = 0 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp'] += @{ 'PortNumber' = 3389; 'UserAuthentication' = 1; 'SecurityLayer' = 2; 'MinEncryptionLevel' = 3 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Client'] += @{ }
$Stand.registry['SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters'] += @{ 'RequireSecuritySignature' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\Lsa'] += @{ 'LmCompatibilityLevel' = 5 }
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows NT\DNSClient'] += @{ 'EnableMulticast' = 0 }
$Stand.denied += @('SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services')
$Stand.denied += @('SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Service')
$Stand.denied += @('SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters')
