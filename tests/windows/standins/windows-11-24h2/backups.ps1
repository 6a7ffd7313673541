# Source: WBSummary (learn.microsoft.com, WindowsServerBackup); events of Microsoft-Windows-Backup; Veeam Agent event 190.
# Absent: Get-WBSummary
$Stand.cim['Win32_ShadowCopy'] = @(
    [pscustomobject]@{ ID = '{00000000-0000-4000-8000-000000000000}' }
)
