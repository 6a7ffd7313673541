# Source: Win32_UserAccount, Win32_UserProfile, ADSI WinNT user object (learn.microsoft.com); well-known RIDs 500, 501, 503, 504; ADSI WinNT group object, well-known SIDs (learn.microsoft.com); S-1-12-1 and orphaned members: PowerShell issue 2996.
$Stand.cim['Win32_UserAccount'] = @(
    [pscustomobject]@{ Name = 'adm-local'; SID = 'S-1-5-21-3050772491-1885512402-2240931017-500'; Disabled = $true; PasswordRequired = $true },
    [pscustomobject]@{ Name = 'Guest'; SID = 'S-1-5-21-3050772491-1885512402-2240931017-501'; Disabled = $true; PasswordRequired = $false },
    [pscustomobject]@{ Name = 'DefaultAccount'; SID = 'S-1-5-21-3050772491-1885512402-2240931017-503'; Disabled = $true; PasswordRequired = $false },
    [pscustomobject]@{ Name = 'WDAGUtilityAccount'; SID = 'S-1-5-21-3050772491-1885512402-2240931017-504'; Disabled = $true; PasswordRequired = $true }
)
$Stand.adsi['WinNT://FS01/adm-local,user'] = New-Adsi 'WinNT://FS01/adm-local,user' 'User' @{ UserFlags = 66051; PasswordAge = 34563600; MaxPasswordAge = 31536000; MinPasswordAge = 86400; MinPasswordLength = 14; PasswordHistoryLength = 24; MaxBadPasswordsAllowed = 5; AutoUnlockInterval = 900; LockoutObservationInterval = 900; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://FS01/Guest,user'] = New-Adsi 'WinNT://FS01/Guest,user' 'User' @{ UserFlags = 66083; PasswordAge = 43203600; MaxPasswordAge = 31536000; MinPasswordAge = 86400; MinPasswordLength = 14; PasswordHistoryLength = 24; MaxBadPasswordsAllowed = 5; AutoUnlockInterval = 900; LockoutObservationInterval = 900; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://FS01/DefaultAccount,user'] = New-Adsi 'WinNT://FS01/DefaultAccount,user' 'User' @{ UserFlags = 66083; PasswordAge = 43203600; MaxPasswordAge = 31536000; MinPasswordAge = 86400; MinPasswordLength = 14; PasswordHistoryLength = 24; MaxBadPasswordsAllowed = 5; AutoUnlockInterval = 900; LockoutObservationInterval = 900; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://FS01/WDAGUtilityAccount,user'] = New-Adsi 'WinNT://FS01/WDAGUtilityAccount,user' 'User' @{ UserFlags = 515; PasswordAge = 25923600; MaxPasswordAge = 31536000; MinPasswordAge = 86400; MinPasswordLength = 14; PasswordHistoryLength = 24; MaxBadPasswordsAllowed = 5; AutoUnlockInterval = 900; LockoutObservationInterval = 900; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.cim['Win32_UserProfile'] = @(
    [pscustomobject]@{ SID = 'S-1-5-21-3050772491-1885512402-2240931017-500'; LocalPath = 'C:\Users\adm-local' },
    [pscustomobject]@{ SID = 'S-1-5-21-1004336348-1177238915-682003330-1612'; LocalPath = 'C:\Users\ctpat-scan' }
)
$Stand.names['S-1-5-32-544'] = 'BUILTIN\Administrators'
$Stand.adsi['WinNT://./Administrators,group'] = New-Adsi 'WinNT://./Administrators,group' 'Group' @{} @((New-Adsi 'WinNT://CONTOSO/FS01/adm-local' 'User' @{ objectSid = 'S-1-5-21-3050772491-1885512402-2240931017-500' } @()), (New-Adsi 'WinNT://CONTOSO/Domain Admins' 'Group' @{ objectSid = 'S-1-5-21-1004336348-1177238915-682003330-512' } @()), (New-Adsi 'WinNT://CONTOSO/ctpat-scan' 'User' @{ objectSid = 'S-1-5-21-1004336348-1177238915-682003330-1612' } @()))
$Stand.names['S-1-5-32-551'] = 'BUILTIN\Backup Operators'
$Stand.adsi['WinNT://./Backup Operators,group'] = New-Adsi 'WinNT://./Backup Operators,group' 'Group' @{} @()
$Stand.names['S-1-5-32-555'] = 'BUILTIN\Remote Desktop Users'
$Stand.adsi['WinNT://./Remote Desktop Users,group'] = New-Adsi 'WinNT://./Remote Desktop Users,group' 'Group' @{} @()
$Stand.names['S-1-5-32-578'] = 'BUILTIN\Hyper-V Administrators'
$Stand.adsi['WinNT://./Hyper-V Administrators,group'] = New-Adsi 'WinNT://./Hyper-V Administrators,group' 'Group' @{} @()
$Stand.names['S-1-5-32-580'] = 'BUILTIN\Remote Management Users'
$Stand.adsi['WinNT://./Remote Management Users,group'] = New-Adsi 'WinNT://./Remote Management Users,group' 'Group' @{} @()
