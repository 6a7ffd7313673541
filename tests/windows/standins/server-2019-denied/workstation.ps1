# Source: Interactive logon: Machine inactivity limit; ControlPanelDisplay.admx
$Stand.hives = @()
# Source: RemovableStorage.admx, VolumeEncryption.admx, AutoPlay.admx; USBSTOR start values
# Source: User Account Control security policy settings
# Source: Windows LAPS policy settings and event log (10018, 10029); LAPS 6.2 operations guide
$Stand.registry['SYSTEM\CurrentControlSet\Services\USBSTOR'] += @{ 'Start' = 3 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\UASPStor'] += @{ 'Start' = 3 }
$Stand.denied += @('SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System')
$Stand.denied += @('SYSTEM\CurrentControlSet\Policies\Microsoft\FVE')
$Stand.denied += @('SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\Explorer')
$Stand.denied += @('SOFTWARE\Microsoft\Policies\LAPS')
