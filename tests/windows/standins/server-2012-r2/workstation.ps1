# Source: Interactive logon: Machine inactivity limit; ControlPanelDisplay.admx
$Stand.hives = @()
# Source: RemovableStorage.admx, VolumeEncryption.admx, AutoPlay.admx; USBSTOR start values
# Source: User Account Control security policy settings
# Source: Windows LAPS policy settings and event log (10018, 10029); LAPS 6.2 operations guide
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'] += @{ 'InactivityTimeoutSecs' = 1800; 'EnableLUA' = 0; 'ConsentPromptBehaviorAdmin' = 5; 'ConsentPromptBehaviorUser' = 3; 'PromptOnSecureDesktop' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\USBSTOR'] += @{ 'Start' = 4 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\UASPStor'] += @{ 'Start' = 3 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\Explorer'] += @{ 'NoDriveTypeAutoRun' = 145 }
$Stand.registry['SOFTWARE\Policies\Microsoft Services\AdmPwd'] += @{ 'AdmPwdEnabled' = 1; 'PasswordLength' = 20; 'PasswordAgeDays' = 30 }
