# Source: Win32_TSGeneralSetting; Remote Desktop Services policies, TerminalServer.admx; CIS 18.10.57.3
# Source: WindowsRemoteManagement.admx; Installation and configuration for Windows Remote Management
# Source: Get-SmbServerConfiguration, Get-SmbClientConfiguration (SmbShare module); Win32_OptionalFeature
function Get-SmbServerConfiguration { return [pscustomobject]@{ EnableSMB1Protocol = $true; RequireSecuritySignature = $false; EncryptData = $false; RejectUnencryptedAccess = $true } }
function Get-SmbClientConfiguration { return [pscustomobject]@{ RequireSecuritySignature = $false } }
$Stand.cim['Win32_OptionalFeature'] = @([pscustomobject]@{ Name = 'SMB1Protocol'; InstallState = 1 })
# Source: Network security: LAN Manager authentication level; DnsClient.admx
$Stand.registry['SYSTEM\CurrentControlSet\Control\Terminal Server'] += @{ 'fDenyTSConnections' = 0 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp'] += @{ 'PortNumber' = 3389; 'UserAuthentication' = 1; 'SecurityLayer' = 1; 'MinEncryptionLevel' = 2; 'fInheritMaxIdleTime' = 1; 'MaxIdleTime' = 0 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Service'] += @{ 'auth_basic' = 1; 'allow_unencrypted' = 1 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Client'] += @{ }
$Stand.registry['SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters'] += @{ 'RequireSecuritySignature' = 0 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters'] += @{ 'RequireSecuritySignature' = 0 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\mrxsmb10'] += @{ 'Start' = 2 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\Lsa'] += @{ }
