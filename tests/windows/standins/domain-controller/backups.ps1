# Source: WBSummary (learn.microsoft.com, WindowsServerBackup); events of Microsoft-Windows-Backup; Veeam Agent event 190.
# Absent: Get-WBSummary
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'Veeam Agent'; ProviderName = 'Veeam Agent'; Id = 190; Level = 4; TimeCreated = [datetime]'2026-11-20T00:40:00Z'; Properties = @() }
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'Veeam Agent'; ProviderName = 'Veeam Agent'; Id = 190; Level = 2; TimeCreated = [datetime]'2026-11-18T00:40:00Z'; Properties = @() }
$Stand.cim['Win32_ShadowCopy'] = @()
