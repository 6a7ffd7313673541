# Source: WBSummary (learn.microsoft.com, WindowsServerBackup); events of Microsoft-Windows-Backup; Veeam Agent event 190.
function Get-WBSummary {
    return [pscustomobject]@{ LastSuccessfulBackupTime = [datetime]'2026-11-19T21:40:00Z'; LastBackupTime = [datetime]'2026-11-19T21:40:00Z'; LastBackupResultHR = 0; LastBackupResultDetailedHR = 0; NumberOfVersions = 14; NextBackupTime = [datetime]'2026-11-20T21:00:00Z'; LastSuccessfulBackupTargetPath = '\\backup01\fs01' }
}
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'Microsoft-Windows-Backup'; ProviderName = 'Microsoft-Windows-Backup'; Id = 4; Level = 4; TimeCreated = [datetime]'2026-11-19T21:40:00Z'; Properties = @() }
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'Microsoft-Windows-Backup'; ProviderName = 'Microsoft-Windows-Backup'; Id = 1; Level = 4; TimeCreated = [datetime]'2026-11-19T21:00:00Z'; Properties = @() }
$Stand.cim['Win32_ShadowCopy'] = @()
