# Source: Interactive logon: Machine inactivity limit; ControlPanelDisplay.admx
$Stand.hives = @('S-1-5-21-1004336348-1177238915-682003330-1105', 'S-1-5-21-1004336348-1177238915-682003330-1190')
# Source: RemovableStorage.admx, VolumeEncryption.admx, AutoPlay.admx; USBSTOR start values
# Source: User Account Control security policy settings
# Source: Windows LAPS policy settings and event log (10018, 10029); LAPS 6.2 operations guide
$Stand.registry['HKU\S-1-5-21-1004336348-1177238915-682003330-1105\Software\Policies\Microsoft\Windows\Control Panel\Desktop'] += @{ 'ScreenSaveActive' = '1'; 'ScreenSaverIsSecure' = '1'; 'ScreenSaveTimeOut' = '600' }
$Stand.registry['HKU\S-1-5-21-1004336348-1177238915-682003330-1190\Software\Policies\Microsoft\Windows\Control Panel\Desktop'] += @{ 'ScreenSaverIsSecure' = '1'; 'ScreenSaveTimeOut' = '900' }
$Stand.registry['HKU\S-1-5-21-1004336348-1177238915-682003330-1190\Control Panel\Desktop'] += @{ 'ScreenSaveActive' = '1'; 'ScreenSaverIsSecure' = '0' }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'] += @{ 'InactivityTimeoutSecs' = 0; 'EnableLUA' = 1; 'ConsentPromptBehaviorAdmin' = 2; 'ConsentPromptBehaviorUser' = 0; 'PromptOnSecureDesktop' = 1; 'FilterAdministratorToken' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\USBSTOR'] += @{ 'Start' = 3 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\UASPStor'] += @{ 'Start' = 3 }
$Stand.registry['SYSTEM\CurrentControlSet\Policies\Microsoft\FVE'] += @{ 'RDVDenyWriteAccess' = 1 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\Explorer'] += @{ 'NoDriveTypeAutoRun' = 255 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\LAPS'] += @{ 'BackupDirectory' = 0 }
