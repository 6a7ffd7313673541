# Source: Win32_TSGeneralSetting; Remote Desktop Services policies, TerminalServer.admx; CIS 18.10.57.3
# Source: WindowsRemoteManagement.admx; Installation and configuration for Windows Remote Management
# Source: Get-SmbServerConfiguration, Get-SmbClientConfiguration (SmbShare module); Win32_OptionalFeature
function Get-SmbServerConfiguration { return [pscustomobject]@{ EnableSMB1Protocol = $false; RequireSecuritySignature = $true; EncryptData = $false; RejectUnencryptedAccess = $true } }
function Get-SmbClientConfiguration { return [pscustomobject]@{ RequireSecuritySignature = $true } }
$Stand.cim['Win32_OptionalFeature'] = @([pscustomobject]@{ Name = 'SMB1Protocol'; InstallState = 3 })
# Source: Network security: LAN Manager authentication level; DnsClient.admx
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services'] += @{ 'UserAuthentication' = 1; 'SecurityLayer' = 2; 'MinEncryptionLevel' = 3; 'MaxIdleTime' = 900000 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\Terminal Server'] += @{ 'fDenyTSConnections' = 0 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp'] += @{ 'PortNumber' = 3389; 'UserAuthentication' = 1; 'SecurityLayer' = 1; 'MinEncryptionLevel' = 2; 'fInheritMaxIdleTime' = 1 }
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows\WinRM\Service'] += @{ 'AllowBasic' = 0; 'AllowUnencryptedTraffic' = 0 }
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows\WinRM\Client'] += @{ 'AllowBasic' = 0; 'AllowUnencryptedTraffic' = 0 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Service'] += @{ }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Client'] += @{ }
$Stand.registry['SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters'] += @{ 'SMB1' = 0; 'RequireSecuritySignature' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters'] += @{ 'RequireSecuritySignature' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Control\Lsa'] += @{ 'LmCompatibilityLevel' = 5 }
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows NT\DNSClient'] += @{ 'EnableMulticast' = 0 }
