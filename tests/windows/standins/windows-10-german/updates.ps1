# Source: CBS package names, WindowsUpdateClient events 19, 20, 26, Win32_QuickFixEngineering (learn.microsoft.com); KB numbers from update history pages; learn.microsoft.com, Configure Group Policy settings for automatic updates (registry values); learn.microsoft.com: RebootPending, RebootRequired, PendingFileRenameOperations.
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\Packages\Package_for_RollupFix~31bf3856ad364e35~amd64~~19045.7548.1.9'] = @{ CurrentState = 112; InstallTimeHigh = 31266875; InstallTimeLow = 426880000 }
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'System'; ProviderName = 'Microsoft-Windows-WindowsUpdateClient'; Id = 19; Level = 4; TimeCreated = [datetime]'2026-07-20T11:35:00Z'; Properties = @([pscustomobject]@{ Value = "2026-07 Kumulatives Update f$([char]252)r Windows 10 Version 22H2 f$([char]252)r x64-basierte Systeme (KB5099539)" }, [pscustomobject]@{ Value = '1f2e7a64-3b0e-4a52-9d54-2a60f8a6c7aa' }, [pscustomobject]@{ Value = '200' }, [pscustomobject]@{ Value = '9482f4b4-e343-43b6-b170-9a65bc822c77' }) }
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'Microsoft-Windows-WindowsUpdateClient/Operational'; ProviderName = 'Microsoft-Windows-WindowsUpdateClient'; Id = 26; Level = 4; TimeCreated = [datetime]'2026-10-01T06:00:00Z'; Properties = @() }
$Stand.cim['Win32_QuickFixEngineering'] = @(
    [pscustomobject]@{ HotFixID = 'KB5099539'; InstalledOn = '18.07.2026' }
)
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate'] = @{ DeferQualityUpdatesPeriodInDays = 30 }
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU'] = @{ AUOptions = 2 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update'] = @{}
$Stand.registry['SYSTEM\CurrentControlSet\Control\Session Manager'] += @{}
$Stand.registry['SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName'] = @{ ComputerName = 'BUERO-04' }
$Stand.registry['SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName'] = @{ ComputerName = 'BUERO-04' }
