# Source: Win32_UserAccount, Win32_UserProfile, ADSI WinNT user object (learn.microsoft.com); well-known RIDs 500, 501, 503, 504; ADSI WinNT group object, well-known SIDs (learn.microsoft.com); S-1-12-1 and orphaned members: PowerShell issue 2996.
$Stand.cim['Win32_UserAccount'] = @(
    [pscustomobject]@{ Name = 'Administrator'; SID = 'S-1-5-21-2127521184-1604012920-1887927527-500'; Disabled = $true; PasswordRequired = $true },
    [pscustomobject]@{ Name = 'Guest'; SID = 'S-1-5-21-2127521184-1604012920-1887927527-501'; Disabled = $true; PasswordRequired = $false },
    [pscustomobject]@{ Name = 'DefaultAccount'; SID = 'S-1-5-21-2127521184-1604012920-1887927527-503'; Disabled = $true; PasswordRequired = $false },
    [pscustomobject]@{ Name = 'WDAGUtilityAccount'; SID = 'S-1-5-21-2127521184-1604012920-1887927527-504'; Disabled = $true; PasswordRequired = $true },
    [pscustomobject]@{ Name = 'maria'; SID = 'S-1-5-21-2127521184-1604012920-1887927527-1001'; Disabled = $false; PasswordRequired = $true },
    [pscustomobject]@{ Name = 'scan'; SID = 'S-1-5-21-2127521184-1604012920-1887927527-1003'; Disabled = $false; PasswordRequired = $true }
)
$Stand.adsi['WinNT://DESKTOP-7Q3K2LM/Administrator,user'] = New-Adsi 'WinNT://DESKTOP-7Q3K2LM/Administrator,user' 'User' @{ UserFlags = 66051; PasswordAge = 34563600; MaxPasswordAge = 3628800; MinPasswordAge = 0; MinPasswordLength = 0; PasswordHistoryLength = 0; MaxBadPasswordsAllowed = 10; AutoUnlockInterval = 600; LockoutObservationInterval = 600; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://DESKTOP-7Q3K2LM/Guest,user'] = New-Adsi 'WinNT://DESKTOP-7Q3K2LM/Guest,user' 'User' @{ UserFlags = 66083; PasswordAge = 43203600; MaxPasswordAge = 3628800; MinPasswordAge = 0; MinPasswordLength = 0; PasswordHistoryLength = 0; MaxBadPasswordsAllowed = 10; AutoUnlockInterval = 600; LockoutObservationInterval = 600; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://DESKTOP-7Q3K2LM/DefaultAccount,user'] = New-Adsi 'WinNT://DESKTOP-7Q3K2LM/DefaultAccount,user' 'User' @{ UserFlags = 66083; PasswordAge = 43203600; MaxPasswordAge = 3628800; MinPasswordAge = 0; MinPasswordLength = 0; PasswordHistoryLength = 0; MaxBadPasswordsAllowed = 10; AutoUnlockInterval = 600; LockoutObservationInterval = 600; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://DESKTOP-7Q3K2LM/WDAGUtilityAccount,user'] = New-Adsi 'WinNT://DESKTOP-7Q3K2LM/WDAGUtilityAccount,user' 'User' @{ UserFlags = 515; PasswordAge = 25923600; MaxPasswordAge = 3628800; MinPasswordAge = 0; MinPasswordLength = 0; PasswordHistoryLength = 0; MaxBadPasswordsAllowed = 10; AutoUnlockInterval = 600; LockoutObservationInterval = 600; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://DESKTOP-7Q3K2LM/maria,user'] = New-Adsi 'WinNT://DESKTOP-7Q3K2LM/maria,user' 'User' @{ UserFlags = 513; PasswordAge = 17283600; MaxPasswordAge = 3628800; MinPasswordAge = 0; MinPasswordLength = 0; PasswordHistoryLength = 0; MaxBadPasswordsAllowed = 10; AutoUnlockInterval = 600; LockoutObservationInterval = 600; LastLogin = [datetime]'2026-11-19T16:20:00Z'; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://DESKTOP-7Q3K2LM/scan,user'] = New-Adsi 'WinNT://DESKTOP-7Q3K2LM/scan,user' 'User' @{ UserFlags = 66049; PasswordAge = 5187600; MaxPasswordAge = 3628800; MinPasswordAge = 0; MinPasswordLength = 0; PasswordHistoryLength = 0; MaxBadPasswordsAllowed = 10; AutoUnlockInterval = 600; LockoutObservationInterval = 600; LastLogin = [datetime]'2026-11-20T09:59:00Z'; AccountExpirationDate = $null } @()
$Stand.cim['Win32_UserProfile'] = @(
    [pscustomobject]@{ SID = 'S-1-5-21-2127521184-1604012920-1887927527-1001'; LocalPath = 'C:\Users\maria' },
    [pscustomobject]@{ SID = 'S-1-5-21-2127521184-1604012920-1887927527-1002'; LocalPath = 'C:\Users\jorge' }
)
$Stand.names['S-1-5-32-544'] = 'BUILTIN\Administrators'
$Stand.adsi['WinNT://./Administrators,group'] = New-Adsi 'WinNT://./Administrators,group' 'Group' @{} @((New-Adsi 'WinNT://WORKGROUP/DESKTOP-7Q3K2LM/Administrator' 'User' @{ objectSid = 'S-1-5-21-2127521184-1604012920-1887927527-500' } @()), (New-Adsi 'WinNT://WORKGROUP/DESKTOP-7Q3K2LM/maria' 'User' @{ objectSid = 'S-1-5-21-2127521184-1604012920-1887927527-1001' } @()), (New-Adsi 'WinNT://WORKGROUP/DESKTOP-7Q3K2LM/scan' 'User' @{ objectSid = 'S-1-5-21-2127521184-1604012920-1887927527-1003' } @()))
$Stand.names['S-1-5-32-551'] = 'BUILTIN\Backup Operators'
$Stand.adsi['WinNT://./Backup Operators,group'] = New-Adsi 'WinNT://./Backup Operators,group' 'Group' @{} @()
$Stand.names['S-1-5-32-555'] = 'BUILTIN\Remote Desktop Users'
$Stand.adsi['WinNT://./Remote Desktop Users,group'] = New-Adsi 'WinNT://./Remote Desktop Users,group' 'Group' @{} @()
$Stand.names['S-1-5-32-578'] = 'BUILTIN\Hyper-V Administrators'
$Stand.adsi['WinNT://./Hyper-V Administrators,group'] = New-Adsi 'WinNT://./Hyper-V Administrators,group' 'Group' @{} @()
$Stand.names['S-1-5-32-580'] = 'BUILTIN\Remote Management Users'
$Stand.adsi['WinNT://./Remote Management Users,group'] = New-Adsi 'WinNT://./Remote Management Users,group' 'Group' @{} @()
