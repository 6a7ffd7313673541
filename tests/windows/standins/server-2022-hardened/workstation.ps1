# Source: Interactive logon: Machine inactivity limit; ControlPanelDisplay.admx
$Stand.hives = @()
# Source: RemovableStorage.admx, VolumeEncryption.admx, AutoPlay.admx; USBSTOR start values
# Source: User Account Control security policy settings
# Source: Windows LAPS policy settings and event log (10018, 10029); LAPS 6.2 operations guide
$Stand.events = @($Stand.events) + [pscustomobject]@{ LogName = 'Microsoft-Windows-LAPS/Operational'; ProviderName = 'Microsoft-Windows-LAPS'; Id = 10018; TimeCreated = [datetime]'2026-11-10T02:00:00.0000000Z' }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'] += @{ 'InactivityTimeoutSecs' = 900; 'EnableLUA' = 1; 'ConsentPromptBehaviorAdmin' = 2; 'ConsentPromptBehaviorUser' = 0; 'PromptOnSecureDesktop' = 1; 'FilterAdministratorToken' = 1 }
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows\RemovableStorageDevices\{53f5630d-b6bf-11d0-94f2-00a0c91efb8b}'] += @{ 'Deny_Write' = 1 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\USBSTOR'] += @{ 'Start' = 3 }
$Stand.registry['SYSTEM\CurrentControlSet\Services\UASPStor'] += @{ 'Start' = 3 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\Explorer'] += @{ 'NoDriveTypeAutoRun' = 255 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\LAPS'] += @{ 'BackupDirectory' = 2; 'PasswordLength' = 15; 'PasswordAgeDays' = 30 }
