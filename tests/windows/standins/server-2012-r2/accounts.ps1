# Source: Win32_UserAccount, Win32_UserProfile, ADSI WinNT user object (learn.microsoft.com); well-known RIDs 500, 501, 503, 504; ADSI WinNT group object, well-known SIDs (learn.microsoft.com); S-1-12-1 and orphaned members: PowerShell issue 2996.
$Stand.cim['Win32_UserAccount'] = @(
    [pscustomobject]@{ Name = 'Administrator'; SID = 'S-1-5-21-1757981266-1708537768-1801674531-500'; Disabled = $false; PasswordRequired = $true },
    [pscustomobject]@{ Name = 'Guest'; SID = 'S-1-5-21-1757981266-1708537768-1801674531-501'; Disabled = $false; PasswordRequired = $false },
    [pscustomobject]@{ Name = 'backup'; SID = 'S-1-5-21-1757981266-1708537768-1801674531-1001'; Disabled = $false; PasswordRequired = $true }
)
$Stand.adsi['WinNT://APP07/Administrator,user'] = New-Adsi 'WinNT://APP07/Administrator,user' 'User' @{ UserFlags = 66049; PasswordAge = 34563600; MaxPasswordAge = -1; MinPasswordAge = 0; MinPasswordLength = 8; PasswordHistoryLength = 3; MaxBadPasswordsAllowed = 0; AutoUnlockInterval = 1800; LockoutObservationInterval = 1800; LastLogin = [datetime]'2026-11-18T22:10:00Z'; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://APP07/Guest,user'] = New-Adsi 'WinNT://APP07/Guest,user' 'User' @{ UserFlags = 66081; PasswordAge = 43203600; MaxPasswordAge = -1; MinPasswordAge = 0; MinPasswordLength = 8; PasswordHistoryLength = 3; MaxBadPasswordsAllowed = 0; AutoUnlockInterval = 1800; LockoutObservationInterval = 1800; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://APP07/backup,user'] = New-Adsi 'WinNT://APP07/backup,user' 'User' @{ UserFlags = 66049; PasswordAge = 172803600; MaxPasswordAge = -1; MinPasswordAge = 0; MinPasswordLength = 8; PasswordHistoryLength = 3; MaxBadPasswordsAllowed = 0; AutoUnlockInterval = 1800; LockoutObservationInterval = 1800; LastLogin = [datetime]'2019-03-02T04:00:00Z'; AccountExpirationDate = $null } @()
$Stand.cim['Win32_UserProfile'] = @(
    [pscustomobject]@{ SID = 'S-1-5-21-1757981266-1708537768-1801674531-500'; LocalPath = 'C:\Users\Administrator' }
)
$Stand.names['S-1-5-32-544'] = 'BUILTIN\Administrators'
$Stand.adsi['WinNT://./Administrators,group'] = New-Adsi 'WinNT://./Administrators,group' 'Group' @{} @((New-Adsi 'WinNT://CONTOSO/APP07/Administrator' 'User' @{ objectSid = 'S-1-5-21-1757981266-1708537768-1801674531-500' } @()), (New-Adsi 'WinNT://CONTOSO/Domain Admins' 'Group' @{ objectSid = 'S-1-5-21-1004336348-1177238915-682003330-512' } @()), (New-Adsi 'WinNT://CONTOSO/ctpat-scan' 'User' @{ objectSid = 'S-1-5-21-1004336348-1177238915-682003330-1612' } @()))
$Stand.names['S-1-5-32-551'] = 'BUILTIN\Backup Operators'
$Stand.adsi['WinNT://./Backup Operators,group'] = New-Adsi 'WinNT://./Backup Operators,group' 'Group' @{} @((New-Adsi 'WinNT://CONTOSO/APP07/backup' 'User' @{ objectSid = 'S-1-5-21-1757981266-1708537768-1801674531-1001' } @()))
$Stand.names['S-1-5-32-555'] = 'BUILTIN\Remote Desktop Users'
$Stand.adsi['WinNT://./Remote Desktop Users,group'] = New-Adsi 'WinNT://./Remote Desktop Users,group' 'Group' @{} @()
$Stand.names['S-1-5-32-578'] = 'BUILTIN\Hyper-V Administrators'
$Stand.adsi['WinNT://./Hyper-V Administrators,group'] = New-Adsi 'WinNT://./Hyper-V Administrators,group' 'Group' @{} @()
$Stand.names['S-1-5-32-580'] = 'BUILTIN\Remote Management Users'
$Stand.adsi['WinNT://./Remote Management Users,group'] = New-Adsi 'WinNT://./Remote Management Users,group' 'Group' @{} @()
