# Source: Win32_UserAccount, Win32_UserProfile, ADSI WinNT user object (learn.microsoft.com); well-known RIDs 500, 501, 503, 504; ADSI WinNT group object, well-known SIDs (learn.microsoft.com); S-1-12-1 and orphaned members: PowerShell issue 2996.
$Stand.cim['Win32_UserAccount'] = @(
    [pscustomobject]@{ Name = 'Administrator'; SID = 'S-1-5-21-1004336348-1177238915-682003330-500'; Disabled = $false; PasswordRequired = $true }
)
$Stand.adsi['WinNT://DC01/Administrator,user'] = New-Adsi 'WinNT://DC01/Administrator,user' 'User' @{ UserFlags = 66048; PasswordAge = 8643600; MaxPasswordAge = 3628800; MinPasswordAge = 86400; MinPasswordLength = 7; PasswordHistoryLength = 24; MaxBadPasswordsAllowed = 0; AutoUnlockInterval = 1800; LockoutObservationInterval = 1800; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.cim['Win32_UserProfile'] = @()
$Stand.names['S-1-5-32-544'] = 'BUILTIN\Administrators'
$Stand.adsi['WinNT://./Administrators,group'] = New-Adsi 'WinNT://./Administrators,group' 'Group' @{} @((New-Adsi 'WinNT://CONTOSO/Administrator' 'User' @{ objectSid = 'S-1-5-21-1004336348-1177238915-682003330-500' } @()), (New-Adsi 'WinNT://CONTOSO/Domain Admins' 'Group' @{ objectSid = 'S-1-5-21-1004336348-1177238915-682003330-512' } @()), (New-Adsi 'WinNT://CONTOSO/Enterprise Admins' 'Group' @{ objectSid = 'S-1-5-21-1004336348-1177238915-682003330-519' } @()))
$Stand.names['S-1-5-32-548'] = 'BUILTIN\Account Operators'
$Stand.adsi['WinNT://./Account Operators,group'] = New-Adsi 'WinNT://./Account Operators,group' 'Group' @{} @()
$Stand.names['S-1-5-32-549'] = 'BUILTIN\Server Operators'
$Stand.adsi['WinNT://./Server Operators,group'] = New-Adsi 'WinNT://./Server Operators,group' 'Group' @{} @()
$Stand.names['S-1-5-32-551'] = 'BUILTIN\Backup Operators'
$Stand.adsi['WinNT://./Backup Operators,group'] = New-Adsi 'WinNT://./Backup Operators,group' 'Group' @{} @()
$Stand.names['S-1-5-32-555'] = 'BUILTIN\Remote Desktop Users'
$Stand.adsi['WinNT://./Remote Desktop Users,group'] = New-Adsi 'WinNT://./Remote Desktop Users,group' 'Group' @{} @()
$Stand.names['S-1-5-32-578'] = 'BUILTIN\Hyper-V Administrators'
$Stand.adsi['WinNT://./Hyper-V Administrators,group'] = New-Adsi 'WinNT://./Hyper-V Administrators,group' 'Group' @{} @()
$Stand.names['S-1-5-32-580'] = 'BUILTIN\Remote Management Users'
$Stand.adsi['WinNT://./Remote Management Users,group'] = New-Adsi 'WinNT://./Remote Management Users,group' 'Group' @{} @()
