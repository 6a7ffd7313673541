# Source: WBSummary (learn.microsoft.com, WindowsServerBackup); events of Microsoft-Windows-Backup; Veeam Agent event 190.
function Get-WBSummary { Stop-Denied }
$Stand.cim['Win32_ShadowCopy'] = { Stop-Cim '0x80041003' 'Access denied' 'PermissionDenied' }
