# Source: Win32_TSGeneralSetting; Remote Desktop Services policies, TerminalServer.admx; CIS 18.10.57.3
# Source: WindowsRemoteManagement.admx; Installation and configuration for Windows Remote Management
# Source: Get-SmbServerConfiguration, Get-SmbClientConfiguration (SmbShare module); Win32_OptionalFeature
function Get-SmbServerConfiguration { return [pscustomobject]@{ EnableSMB1Protocol = $false; RequireSecuritySignature = $true; EncryptData = $false; RejectUnencryptedAccess = $true } }
function Get-SmbClientConfiguration { return [pscustomobject]@{ RequireSecuritySignature = $true } }
$Stand.cim['Win32_OptionalFeature'] = @([pscustomobject]@{ Name = 'SMB1Protocol'; InstallState = 2 })
# Source: Network security: LAN Manager authentication level; DnsClient.admx
$Stand.registry['SYSTEM\CurrentControlSet\Control\Terminal Server'] += @{ 'fDenyTSConnections' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp'] += @{ 'PortNumber' = 3389; 'UserAuthentication' = 0; 'SecurityLayer' = 2; 'MinEncryptionLevel' = 2 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Service'] += @{ }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Client'] += @{ }
$Stand.registry['SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters'] += @{ }
$Stand.registry['SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters'] += @{ }
$Stand.registry['SYSTEM\CurrentControlSet\Control\Lsa'] += @{ }
