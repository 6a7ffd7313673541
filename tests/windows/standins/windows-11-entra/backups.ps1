# Source: WBSummary (learn.microsoft.com, WindowsServerBackup); events of Microsoft-Windows-Backup; Veeam Agent event 190.
# Absent: Get-WBSummary
$Stand.cim['Win32_ShadowCopy'] = @()
