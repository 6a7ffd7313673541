# Source: Win32_TSGeneralSetting; Remote Desktop Services policies, TerminalServer.admx; CIS 18.10.57.3
# Source: WindowsRemoteManagement.admx; Installation and configuration for Windows Remote Management
# Source: Get-SmbServerConfiguration, Get-SmbClientConfiguration (SmbShare module); Win32_OptionalFeature
function Get-SmbServerConfiguration { return [pscustomobject]@{ EnableSMB1Protocol = $false; RequireSecuritySignature = $false; EncryptData = $false; RejectUnencryptedAccess = $true } }
function Get-SmbClientConfiguration { return [pscustomobject]@{ RequireSecuritySignature = $false } }
$Stand.cim['Win32_OptionalFeature'] = @()
# Source: Network security: LAN Manager authentication level; DnsClient.admx
$Stand.registry['SYSTEM\CurrentControlSet\Control\Terminal Server'] += @{ 'fDenyTSConnections' = 0 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp'] += @{ 'PortNumber' = 3389; 'UserAuthentication' = 1; 'SecurityLayer' = 2; 'MinEncryptionLevel' = 3; 'fInheritMaxIdleTime' = 1 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Service'] += @{ }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Client'] += @{ }
$Stand.registry['SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters'] += @{ }
$Stand.registry['SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters'] += @{ 'RequireSecuritySignature' = 0 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\mrxsmb10'] += @{ 'Start' = 3 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\Lsa'] += @{ 'LmCompatibilityLevel' = 3 }
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows NT\DNSClient'] += @{ 'EnableMulticast' = 0 }
