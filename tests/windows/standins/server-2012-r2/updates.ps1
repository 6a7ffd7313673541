# Source: CBS package names, WindowsUpdateClient events 19, 20, 26, Win32_QuickFixEngineering (learn.microsoft.com); KB numbers from update history pages; learn.microsoft.com, Configure Group Policy settings for automatic updates (registry values); learn.microsoft.com: RebootPending, RebootRequired, PendingFileRenameOperations.
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'System'; ProviderName = 'Microsoft-Windows-WindowsUpdateClient'; Id = 20; Level = 2; TimeCreated = [datetime]'2026-10-20T03:00:00Z'; Properties = @([pscustomobject]@{ Value = '-2145124318' }, [pscustomobject]@{ Value = '2026-10 Security Monthly Quality Rollup for Windows Server 2012 R2 for x64-based Systems' }, [pscustomobject]@{ Value = '6d0c3e51-2d3f-4b47-8a8e-0a5d6f3f9b11' }, [pscustomobject]@{ Value = '201' }, [pscustomobject]@{ Value = '3da21691-e39d-4da6-8a4b-b43877bcb1b7' }) }
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'System'; ProviderName = 'Microsoft-Windows-WindowsUpdateClient'; Id = 19; Level = 4; TimeCreated = [datetime]'2026-06-10T03:00:00Z'; Properties = @([pscustomobject]@{ Value = '2026-06 Security Monthly Quality Rollup for Windows Server 2012 R2 for x64-based Systems' }, [pscustomobject]@{ Value = '1f2e7a64-3b0e-4a52-9d54-2a60f8a6c7aa' }, [pscustomobject]@{ Value = '200' }, [pscustomobject]@{ Value = '9482f4b4-e343-43b6-b170-9a65bc822c77' }) }
$Stand.cim['Win32_QuickFixEngineering'] = @(
    [pscustomobject]@{ HotFixID = 'KB2919355'; InstalledOn = '3/21/2014' },
    [pscustomobject]@{ HotFixID = 'KB3000850'; InstalledOn = '' }
)
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\Results\Install'] = @{ LastSuccessTime = '2026-06-10 03:00:00' }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\Results\Detect'] = @{ LastSuccessTime = '2026-11-19 21:12:45' }
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate'] = @{ WUServer = 'http://wsus.contoso.com:8530' }
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU'] = @{ UseWUServer = 1; AUOptions = 3 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update'] = @{}
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'] = @{}
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'] = @{}
$Stand.registry['SYSTEM\CurrentControlSet\Control\Session Manager'] += @{ PendingFileRenameOperations = @('\??\C:\Windows\Temp\a.tmp', '') }
$Stand.registry['SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName'] = @{ ComputerName = 'APP07' }
$Stand.registry['SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName'] = @{ ComputerName = 'APP07' }
