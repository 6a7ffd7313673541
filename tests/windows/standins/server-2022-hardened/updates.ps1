# Source: CBS package names, WindowsUpdateClient events 19, 20, 26, Win32_QuickFixEngineering (learn.microsoft.com); KB numbers from update history pages; learn.microsoft.com, Configure Group Policy settings for automatic updates (registry values); learn.microsoft.com: RebootPending, RebootRequired, PendingFileRenameOperations.
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\Packages\Package_for_RollupFix~31bf3856ad364e35~amd64~~20348.5386.1.9'] = @{ CurrentState = 112; InstallTimeHigh = 31265992; InstallTimeLow = 883002368 }
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'System'; ProviderName = 'Microsoft-Windows-WindowsUpdateClient'; Id = 19; Level = 4; TimeCreated = [datetime]'2026-11-20T01:00:00Z'; Properties = @([pscustomobject]@{ Value = 'Security Intelligence Update for Microsoft Defender Antivirus - KB2267602 (Version 1.441.120.0) - Current Channel (Broad)' }, [pscustomobject]@{ Value = '1f2e7a64-3b0e-4a52-9d54-2a60f8a6c7aa' }, [pscustomobject]@{ Value = '200' }, [pscustomobject]@{ Value = '9482f4b4-e343-43b6-b170-9a65bc822c77' }) }
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'System'; ProviderName = 'Microsoft-Windows-WindowsUpdateClient'; Id = 19; Level = 4; TimeCreated = [datetime]'2026-07-16T02:15:00Z'; Properties = @([pscustomobject]@{ Value = '2026-07 Cumulative Update for Microsoft server operating system version 21H2 for x64-based Systems (KB5099540)' }, [pscustomobject]@{ Value = '1f2e7a64-3b0e-4a52-9d54-2a60f8a6c7aa' }, [pscustomobject]@{ Value = '200' }, [pscustomobject]@{ Value = '9482f4b4-e343-43b6-b170-9a65bc822c77' }) }
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'Microsoft-Windows-WindowsUpdateClient/Operational'; ProviderName = 'Microsoft-Windows-WindowsUpdateClient'; Id = 26; Level = 4; TimeCreated = [datetime]'2026-11-20T05:00:00Z'; Properties = @() }
$Stand.cim['Win32_QuickFixEngineering'] = @(
    [pscustomobject]@{ HotFixID = 'KB5099540'; InstalledOn = '7/16/2026' }
)
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate'] = @{ WUServer = 'https://wsus.contoso.com:8531' }
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU'] = @{ UseWUServer = 1; AUOptions = 4 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update'] = @{}
$Stand.registry['SYSTEM\CurrentControlSet\Control\Session Manager'] += @{}
$Stand.registry['SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName'] = @{ ComputerName = 'FS01' }
$Stand.registry['SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName'] = @{ ComputerName = 'FS01' }
