# Source: CBS package names, WindowsUpdateClient events 19, 20, 26, Win32_QuickFixEngineering (learn.microsoft.com); KB numbers from update history pages; learn.microsoft.com, Configure Group Policy settings for automatic updates (registry values); learn.microsoft.com: RebootPending, RebootRequired, PendingFileRenameOperations.
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\Packages\Package_for_RollupFix~31bf3856ad364e35~amd64~~26100.8894.1.9'] = @{ CurrentState = 112; InstallTimeHigh = 31266875; InstallTimeLow = 426880000 }
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'System'; ProviderName = 'Microsoft-Windows-WindowsUpdateClient'; Id = 19; Level = 4; TimeCreated = [datetime]'2026-11-19T06:00:00Z'; Properties = @([pscustomobject]@{ Value = 'Security Intelligence Update for Microsoft Defender Antivirus - KB2267602 (Version 1.441.120.0) - Current Channel (Broad)' }, [pscustomobject]@{ Value = '1f2e7a64-3b0e-4a52-9d54-2a60f8a6c7aa' }, [pscustomobject]@{ Value = '200' }, [pscustomobject]@{ Value = '9482f4b4-e343-43b6-b170-9a65bc822c77' }) }
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'System'; ProviderName = 'Microsoft-Windows-WindowsUpdateClient'; Id = 19; Level = 4; TimeCreated = [datetime]'2026-07-20T11:40:00Z'; Properties = @([pscustomobject]@{ Value = '2026-07 Cumulative Update for Windows 11, version 24H2 for x64-based Systems (KB5121767)' }, [pscustomobject]@{ Value = '1f2e7a64-3b0e-4a52-9d54-2a60f8a6c7aa' }, [pscustomobject]@{ Value = '200' }, [pscustomobject]@{ Value = '9482f4b4-e343-43b6-b170-9a65bc822c77' }) }
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'Microsoft-Windows-WindowsUpdateClient/Operational'; ProviderName = 'Microsoft-Windows-WindowsUpdateClient'; Id = 26; Level = 4; TimeCreated = [datetime]'2026-11-19T06:00:00Z'; Properties = @() }
$Stand.cim['Win32_QuickFixEngineering'] = @(
    [pscustomobject]@{ HotFixID = 'KB5121767'; InstalledOn = '6/15/2026' }
)
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update'] = @{}
$Stand.registry['SOFTWARE\Microsoft\WindowsUpdate\UX\Settings'] = @{ PauseQualityUpdatesEndTime = '2026-12-04T10:00:00Z' }
$Stand.registry['SYSTEM\CurrentControlSet\Control\Session Manager'] += @{}
$Stand.registry['SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName'] = @{ ComputerName = 'LAPTOP-A1B2C3D' }
$Stand.registry['SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName'] = @{ ComputerName = 'LAPTOP-A1B2C3D' }
