# Source: WBSummary (learn.microsoft.com, WindowsServerBackup); events of Microsoft-Windows-Backup; Veeam Agent event 190.
function Get-WBSummary {
    return [pscustomobject]@{ LastSuccessfulBackupTime = [datetime]'2026-10-30T21:40:00Z'; LastBackupTime = [datetime]'2026-11-19T21:40:00Z'; LastBackupResultHR = -2139619228; LastBackupResultDetailedHR = -2139619228; NumberOfVersions = 30; NextBackupTime = [datetime]'2026-11-20T21:00:00Z'; LastSuccessfulBackupTargetPath = 'E:' }
}
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'Microsoft-Windows-Backup'; ProviderName = 'Microsoft-Windows-Backup'; Id = 517; Level = 2; TimeCreated = [datetime]'2026-11-19T21:40:00Z'; Properties = @() }
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'Microsoft-Windows-Backup'; ProviderName = 'Microsoft-Windows-Backup'; Id = 4; Level = 4; TimeCreated = [datetime]'2026-10-30T21:40:00Z'; Properties = @() }
$Stand.cim['Win32_ShadowCopy'] = @(
    [pscustomobject]@{ ID = '{00000000-0000-4000-8000-000000000000}' },
    [pscustomobject]@{ ID = '{00000001-0000-4000-8000-000000000000}' },
    [pscustomobject]@{ ID = '{00000002-0000-4000-8000-000000000000}' },
    [pscustomobject]@{ ID = '{00000003-0000-4000-8000-000000000000}' },
    [pscustomobject]@{ ID = '{00000004-0000-4000-8000-000000000000}' },
    [pscustomobject]@{ ID = '{00000005-0000-4000-8000-000000000000}' },
    [pscustomobject]@{ ID = '{00000006-0000-4000-8000-000000000000}' },
    [pscustomobject]@{ ID = '{00000007-0000-4000-8000-000000000000}' },
    [pscustomobject]@{ ID = '{00000008-0000-4000-8000-000000000000}' },
    [pscustomobject]@{ ID = '{00000009-0000-4000-8000-000000000000}' },
    [pscustomobject]@{ ID = '{00000010-0000-4000-8000-000000000000}' },
    [pscustomobject]@{ ID = '{00000011-0000-4000-8000-000000000000}' }
)
