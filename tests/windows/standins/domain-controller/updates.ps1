# Source: CBS package names, WindowsUpdateClient events 19, 20, 26, Win32_QuickFixEngineering (learn.microsoft.com); KB numbers from update history pages; learn.microsoft.com, Configure Group Policy settings for automatic updates (registry values); learn.microsoft.com: RebootPending, RebootRequired, PendingFileRenameOperations.
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\Packages\Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.9020.1.9'] = @{ CurrentState = 112; InstallTimeHigh = 31265791; InstallTimeLow = 171428864 }
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'System'; ProviderName = 'Microsoft-Windows-WindowsUpdateClient'; Id = 19; Level = 4; TimeCreated = [datetime]'2026-11-20T01:00:00Z'; Properties = @([pscustomobject]@{ Value = 'Security Intelligence Update for Microsoft Defender Antivirus - KB2267602 (Version 1.441.120.0) - Current Channel (Broad)' }, [pscustomobject]@{ Value = '1f2e7a64-3b0e-4a52-9d54-2a60f8a6c7aa' }, [pscustomobject]@{ Value = '200' }, [pscustomobject]@{ Value = '9482f4b4-e343-43b6-b170-9a65bc822c77' }) }
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'System'; ProviderName = 'Microsoft-Windows-WindowsUpdateClient'; Id = 19; Level = 4; TimeCreated = [datetime]'2026-11-18T02:15:00Z'; Properties = @([pscustomobject]@{ Value = '2026-11 Cumulative Update for .NET Framework 3.5, 4.7.2 and 4.8 for Windows Server 2019 for x64' }, [pscustomobject]@{ Value = '1f2e7a64-3b0e-4a52-9d54-2a60f8a6c7aa' }, [pscustomobject]@{ Value = '200' }, [pscustomobject]@{ Value = '9482f4b4-e343-43b6-b170-9a65bc822c77' }) }
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'Microsoft-Windows-WindowsUpdateClient/Operational'; ProviderName = 'Microsoft-Windows-WindowsUpdateClient'; Id = 26; Level = 4; TimeCreated = [datetime]'2026-11-19T05:00:00Z'; Properties = @() }
$Stand.cim['Win32_QuickFixEngineering'] = @(
    [pscustomobject]@{ HotFixID = 'KB5099538'; InstalledOn = '7/16/2026' }
)
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU'] = @{ AUOptions = 3 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update'] = @{}
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'] = @{}
$Stand.registry['SYSTEM\CurrentControlSet\Control\Session Manager'] += @{}
$Stand.registry['SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName'] = @{ ComputerName = 'DC01' }
$Stand.registry['SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName'] = @{ ComputerName = 'DC01' }
