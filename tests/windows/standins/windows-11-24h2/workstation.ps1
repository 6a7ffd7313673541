# Source: Interactive logon: Machine inactivity limit; ControlPanelDisplay.admx
$Stand.hives = @('S-1-5-21-1004336348-1177238915-682003330-1001')
# Source: RemovableStorage.admx, VolumeEncryption.admx, AutoPlay.admx; USBSTOR start values
# Source: User Account Control security policy settings
# Source: Windows LAPS policy settings and event log (10018, 10029); LAPS 6.2 operations guide
$Stand.registry['HKU\S-1-5-21-1004336348-1177238915-682003330-1001\Control Panel\Desktop'] += @{ 'ScreenSaveActive' = '1' }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'] += @{ 'EnableLUA' = 1; 'ConsentPromptBehaviorAdmin' = 5; 'ConsentPromptBehaviorUser' = 3; 'PromptOnSecureDesktop' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\USBSTOR'] += @{ 'Start' = 3 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\UASPStor'] += @{ 'Start' = 3 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\Explorer'] += @{ }
