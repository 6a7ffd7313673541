# Source: Win32_UserAccount, Win32_UserProfile, ADSI WinNT user object (learn.microsoft.com); well-known RIDs 500, 501, 503, 504; ADSI WinNT group object, well-known SIDs (learn.microsoft.com); S-1-12-1 and orphaned members: PowerShell issue 2996.
$Stand.cim['Win32_UserAccount'] = @(
    [pscustomobject]@{ Name = 'Administrator'; SID = 'S-1-5-21-1214440339-484763869-725345543-500'; Disabled = $true; PasswordRequired = $true },
    [pscustomobject]@{ Name = 'Gast'; SID = 'S-1-5-21-1214440339-484763869-725345543-501'; Disabled = $true; PasswordRequired = $false },
    [pscustomobject]@{ Name = 'DefaultAccount'; SID = 'S-1-5-21-1214440339-484763869-725345543-503'; Disabled = $true; PasswordRequired = $false },
    [pscustomobject]@{ Name = 'WDAGUtilityAccount'; SID = 'S-1-5-21-1214440339-484763869-725345543-504'; Disabled = $true; PasswordRequired = $true },
    [pscustomobject]@{ Name = 'lager'; SID = 'S-1-5-21-1214440339-484763869-725345543-1004'; Disabled = $false; PasswordRequired = $true },
    [pscustomobject]@{ Name = 'scan'; SID = 'S-1-5-21-1214440339-484763869-725345543-1005'; Disabled = $false; PasswordRequired = $true },
    [pscustomobject]@{ Name = 'praktikant'; SID = 'S-1-5-21-1214440339-484763869-725345543-1006'; Disabled = $false; PasswordRequired = $true }
)
$Stand.adsi['WinNT://BUERO-04/Administrator,user'] = New-Adsi 'WinNT://BUERO-04/Administrator,user' 'User' @{ UserFlags = 66051; PasswordAge = 34563600; MaxPasswordAge = 7776000; MinPasswordAge = 86400; MinPasswordLength = 8; PasswordHistoryLength = 5; MaxBadPasswordsAllowed = 5; AutoUnlockInterval = 1800; LockoutObservationInterval = 1800; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://BUERO-04/Gast,user'] = New-Adsi 'WinNT://BUERO-04/Gast,user' 'User' @{ UserFlags = 66083; PasswordAge = 43203600; MaxPasswordAge = 7776000; MinPasswordAge = 86400; MinPasswordLength = 8; PasswordHistoryLength = 5; MaxBadPasswordsAllowed = 5; AutoUnlockInterval = 1800; LockoutObservationInterval = 1800; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://BUERO-04/DefaultAccount,user'] = New-Adsi 'WinNT://BUERO-04/DefaultAccount,user' 'User' @{ UserFlags = 66083; PasswordAge = 43203600; MaxPasswordAge = 7776000; MinPasswordAge = 86400; MinPasswordLength = 8; PasswordHistoryLength = 5; MaxBadPasswordsAllowed = 5; AutoUnlockInterval = 1800; LockoutObservationInterval = 1800; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://BUERO-04/WDAGUtilityAccount,user'] = New-Adsi 'WinNT://BUERO-04/WDAGUtilityAccount,user' 'User' @{ UserFlags = 515; PasswordAge = 25923600; MaxPasswordAge = 7776000; MinPasswordAge = 86400; MinPasswordLength = 8; PasswordHistoryLength = 5; MaxBadPasswordsAllowed = 5; AutoUnlockInterval = 1800; LockoutObservationInterval = 1800; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://BUERO-04/lager,user'] = New-Adsi 'WinNT://BUERO-04/lager,user' 'User' @{ UserFlags = 66049; PasswordAge = 60483600; MaxPasswordAge = 7776000; MinPasswordAge = 86400; MinPasswordLength = 8; PasswordHistoryLength = 5; MaxBadPasswordsAllowed = 5; AutoUnlockInterval = 1800; LockoutObservationInterval = 1800; LastLogin = [datetime]'2026-11-20T05:50:00Z'; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://BUERO-04/scan,user'] = New-Adsi 'WinNT://BUERO-04/scan,user' 'User' @{ UserFlags = 66049; PasswordAge = 7779600; MaxPasswordAge = 7776000; MinPasswordAge = 86400; MinPasswordLength = 8; PasswordHistoryLength = 5; MaxBadPasswordsAllowed = 5; AutoUnlockInterval = 1800; LockoutObservationInterval = 1800; LastLogin = [datetime]'2026-11-20T09:59:00Z'; AccountExpirationDate = $null } @()
$Stand.adsi['WinNT://BUERO-04/praktikant,user'] = New-Adsi 'WinNT://BUERO-04/praktikant,user' 'User' @{ UserFlags = 513; PasswordAge = 8643600; MaxPasswordAge = 7776000; MinPasswordAge = 86400; MinPasswordLength = 8; PasswordHistoryLength = 5; MaxBadPasswordsAllowed = 5; AutoUnlockInterval = 1800; LockoutObservationInterval = 1800; LastLogin = $null; AccountExpirationDate = $null } @()
$Stand.cim['Win32_UserProfile'] = @(
    [pscustomobject]@{ SID = 'S-1-5-21-1214440339-484763869-725345543-1004'; LocalPath = 'C:\Users\lager' },
    [pscustomobject]@{ SID = 'S-1-5-21-1004336348-1177238915-682003330-1733'; LocalPath = 'C:\Users\mueller' }
)
$Stand.names['S-1-5-32-544'] = 'VORDEFINIERT\Administratoren'
$Stand.adsi['WinNT://./Administratoren,group'] = New-Adsi 'WinNT://./Administratoren,group' 'Group' @{} @((New-Adsi 'WinNT://CONTOSO/BUERO-04/Administrator' 'User' @{ objectSid = 'S-1-5-21-1214440339-484763869-725345543-500' } @()), (New-Adsi 'WinNT://CONTOSO/BUERO-04/lager' 'User' @{ objectSid = 'S-1-5-21-1214440339-484763869-725345543-1004' } @()), (New-Adsi 'WinNT://CONTOSO/BUERO-04/scan' 'User' @{ objectSid = 'S-1-5-21-1214440339-484763869-725345543-1005' } @()), (New-Adsi "WinNT://CONTOSO/Dom$([char]228)nen-Admins" 'Group' @{ objectSid = 'S-1-5-21-1004336348-1177238915-682003330-512' } @()))
$Stand.names['S-1-5-32-551'] = 'VORDEFINIERT\Sicherungs-Operatoren'
$Stand.adsi['WinNT://./Sicherungs-Operatoren,group'] = New-Adsi 'WinNT://./Sicherungs-Operatoren,group' 'Group' @{} @()
$Stand.names['S-1-5-32-555'] = 'VORDEFINIERT\Remotedesktopbenutzer'
$Stand.adsi['WinNT://./Remotedesktopbenutzer,group'] = New-Adsi 'WinNT://./Remotedesktopbenutzer,group' 'Group' @{} @((New-Adsi 'WinNT://CONTOSO/mueller' 'User' @{ objectSid = 'S-1-5-21-1004336348-1177238915-682003330-1733' } @()))
$Stand.names['S-1-5-32-578'] = 'VORDEFINIERT\Hyper-V-Administratoren'
$Stand.adsi['WinNT://./Hyper-V-Administratoren,group'] = New-Adsi 'WinNT://./Hyper-V-Administratoren,group' 'Group' @{} @()
$Stand.names['S-1-5-32-580'] = 'VORDEFINIERT\Remoteverwaltungsbenutzer'
$Stand.adsi['WinNT://./Remoteverwaltungsbenutzer,group'] = New-Adsi 'WinNT://./Remoteverwaltungsbenutzer,group' 'Group' @{} @()
