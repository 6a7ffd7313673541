# Source: Win32_UserAccount, Win32_UserProfile, ADSI WinNT user object (learn.microsoft.com); well-known RIDs 500, 501, 503, 504; ADSI WinNT group object, well-known SIDs (learn.microsoft.com); S-1-12-1 and orphaned members: PowerShell issue 2996.
$Stand.cim['Win32_UserAccount'] = @(
    [pscustomobject]@{ Name = 'Administrator'; SID = 'S-1-5-21-3623811015-3361044348-30300820-500'; Disabled = $true; PasswordRequired = $true },
    [pscustomobject]@{ Name = 'Guest'; SID = 'S-1-5-21-3623811015-3361044348-30300820-501'; Disabled = $true; PasswordRequired = $false },
    [pscustomobject]@{ Name = 'DefaultAccount'; SID = 'S-1-5-21-3623811015-3361044348-30300820-503'; Disabled = $true; PasswordRequired = $false },
    [pscustomobject]@{ Name = 'WDAGUtilityAccount'; SID = 'S-1-5-21-3623811015-3361044348-30300820-504'; Disabled = $true; PasswordRequired = $true },
    [pscustomobject]@{ Name = 'scan'; SID = 'S-1-5-21-3623811015-3361044348-30300820-1004'; Disabled = $false; PasswordRequired = $true }
)
$Stand.adsi['WinNT://LAPTOP-A1B2C3D/Administrator,user'] = New-Adsi 'WinNT://LAPTOP-A1B2C3D/Administrator,user' 'User' @{ UserFlags = 66051; PasswordAge = 34563600; MaxPasswordAge = -1; MinPasswordAge = 0; MinPasswordLength = 14; PasswordHistoryLength = 24; MaxBadPasswordsAllowed = 10; AutoUnlockInterval = 600; LockoutObservationInterval = 600; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://LAPTOP-A1B2C3D/Guest,user'] = New-Adsi 'WinNT://LAPTOP-A1B2C3D/Guest,user' 'User' @{ UserFlags = 66083; PasswordAge = 43203600; MaxPasswordAge = -1; MinPasswordAge = 0; MinPasswordLength = 14; PasswordHistoryLength = 24; MaxBadPasswordsAllowed = 10; AutoUnlockInterval = 600; LockoutObservationInterval = 600; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://LAPTOP-A1B2C3D/DefaultAccount,user'] = New-Adsi 'WinNT://LAPTOP-A1B2C3D/DefaultAccount,user' 'User' @{ UserFlags = 66083; PasswordAge = 43203600; MaxPasswordAge = -1; MinPasswordAge = 0; MinPasswordLength = 14; PasswordHistoryLength = 24; MaxBadPasswordsAllowed = 10; AutoUnlockInterval = 600; LockoutObservationInterval = 600; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://LAPTOP-A1B2C3D/WDAGUtilityAccount,user'] = New-Adsi 'WinNT://LAPTOP-A1B2C3D/WDAGUtilityAccount,user' 'User' @{ UserFlags = 515; PasswordAge = 25923600; MaxPasswordAge = -1; MinPasswordAge = 0; MinPasswordLength = 14; PasswordHistoryLength = 24; MaxBadPasswordsAllowed = 10; AutoUnlockInterval = 600; LockoutObservationInterval = 600; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://LAPTOP-A1B2C3D/scan,user'] = New-Adsi 'WinNT://LAPTOP-A1B2C3D/scan,user' 'User' @{ UserFlags = 66049; PasswordAge = 5187600; MaxPasswordAge = -1; MinPasswordAge = 0; MinPasswordLength = 14; PasswordHistoryLength = 24; MaxBadPasswordsAllowed = 10; AutoUnlockInterval = 600; LockoutObservationInterval = 600; LastLogin = [datetime]'2026-11-20T09:59:00Z'; AccountExpirationDate = $null } @()
$Stand.cim['Win32_UserProfile'] = @(
    [pscustomobject]@{ SID = 'S-1-12-1-3812012233-1147208211-2291822769-1702364301'; LocalPath = 'C:\Users\JaneDoe' }
)
$Stand.names['S-1-5-32-544'] = 'BUILTIN\Administrators'
$Stand.adsi['WinNT://./Administrators,group'] = New-Adsi 'WinNT://./Administrators,group' 'Group' @{} @((New-Adsi 'WinNT://WORKGROUP/LAPTOP-A1B2C3D/Administrator' 'User' @{ objectSid = 'S-1-5-21-3623811015-3361044348-30300820-500' } @()), (New-Adsi 'WinNT://S-1-12-1-3812012233-1147208211-2291822769-1702364301' 'User' @{ objectSid = 'S-1-12-1-3812012233-1147208211-2291822769-1702364301' } @()), (New-Adsi 'WinNT://S-1-12-1-559138105-1325904317-1203951503-2958104427' 'User' @{ objectSid = 'S-1-12-1-559138105-1325904317-1203951503-2958104427' } @()), (New-Adsi 'WinNT://S-1-5-21-1004336348-1177238915-682003330-1444' 'User' @{ objectSid = 'S-1-5-21-1004336348-1177238915-682003330-1444' } @()), (New-Adsi 'WinNT://WORKGROUP/LAPTOP-A1B2C3D/scan' 'User' @{ objectSid = 'S-1-5-21-3623811015-3361044348-30300820-1004' } @()))
$Stand.names['S-1-5-32-551'] = 'BUILTIN\Backup Operators'
$Stand.adsi['WinNT://./Backup Operators,group'] = New-Adsi 'WinNT://./Backup Operators,group' 'Group' @{} @()
$Stand.names['S-1-5-32-555'] = 'BUILTIN\Remote Desktop Users'
$Stand.adsi['WinNT://./Remote Desktop Users,group'] = New-Adsi 'WinNT://./Remote Desktop Users,group' 'Group' @{} @()
$Stand.names['S-1-5-32-578'] = 'BUILTIN\Hyper-V Administrators'
$Stand.adsi['WinNT://./Hyper-V Administrators,group'] = New-Adsi 'WinNT://./Hyper-V Administrators,group' 'Group' @{} @()
$Stand.names['S-1-5-32-580'] = 'BUILTIN\Remote Management Users'
$Stand.adsi['WinNT://./Remote Management Users,group'] = New-Adsi 'WinNT://./Remote Management Users,group' 'Group' @{} @()
