# Source: CBS package names, WindowsUpdateClient events 19, 20, 26, Win32_QuickFixEngineering (learn.microsoft.com); KB numbers from update history pages; learn.microsoft.com, Configure Group Policy settings for automatic updates (registry values); learn.microsoft.com: RebootPending, RebootRequired, PendingFileRenameOperations.
$Stand.denied = @($Stand.denied) + 'SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\Packages'
function Get-WinEvent($FilterHashtable, $MaxEvents, $ListLog) { Stop-Denied }
$Stand.cim['Win32_QuickFixEngineering'] = { Stop-Cim '0x80041003' 'Access denied' 'PermissionDenied' }
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU'] = @{ AUOptions = 4 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update'] = @{}
$Stand.denied = @($Stand.denied) + 'SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'
$Stand.registry['SYSTEM\CurrentControlSet\Control\Session Manager'] += @{}
$Stand.registry['SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName'] = @{ ComputerName = 'SRV19' }
$Stand.registry['SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName'] = @{ ComputerName = 'SRV19' }
