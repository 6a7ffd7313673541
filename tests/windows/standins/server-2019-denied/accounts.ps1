# Source: Win32_UserAccount, Win32_UserProfile, ADSI WinNT user object (learn.microsoft.com); well-known RIDs 500, 501, 503, 504; ADSI WinNT group object, well-known SIDs (learn.microsoft.com); S-1-12-1 and orphaned members: PowerShell issue 2996.
$Stand.cim['Win32_UserAccount'] = { Stop-Cim '0x80041003' 'Access denied' 'PermissionDenied' }
$Stand.cim['Win32_UserProfile'] = { Stop-Cim '0x80041003' 'Access denied' 'PermissionDenied' }
function Resolve-SidName($Sid) { Stop-Denied }
