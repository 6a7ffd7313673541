# Source: auditpol backup; MS-GPAC 2.2.1.2 and its samples of audit.csv
$Stand.texts.audit = @(
    'Machine Name,Policy Target,Subcategory,Subcategory GUID,Inclusion Setting,Exclusion Setting,Setting Value',
    'LAPTOP-A1B2C3D,System,Logon,{0CCE9215-69AE-11D9-BED3-505054503030},Success and Failure,,3',
    'LAPTOP-A1B2C3D,System,Account Lockout,{0CCE9217-69AE-11D9-BED3-505054503030},Failure,,2',
    'LAPTOP-A1B2C3D,System,Credential Validation,{0CCE923F-69AE-11D9-BED3-505054503030},Success and Failure,,3',
    'LAPTOP-A1B2C3D,System,Audit Policy Change,{0CCE922F-69AE-11D9-BED3-505054503030},Success,,1',
    'LAPTOP-A1B2C3D,System,Process Creation,{0CCE922B-69AE-11D9-BED3-505054503030},Success,,1',
    'LAPTOP-A1B2C3D,System,Removable Storage,{0CCE9245-69AE-11D9-BED3-505054503030},Success and Failure,,3',
    'LAPTOP-A1B2C3D,,Option:CrashOnAuditFail,,Disabled,,0',
    'LAPTOP-A1B2C3D,,RegistryGlobalSacl,,,,',
    ''
) -join "`r`n"
# Source: Get-WinEvent -ListLog: EventLogConfiguration; default sizes of Windows event logs
$Stand.logs['Security'] = [pscustomobject]@{ LogName = 'Security'; IsEnabled = $true; LogMode = 'Circular'; MaximumSizeInBytes = 201326592; OldestRecordNumber = [long]1 }
$Stand.logs['System'] = [pscustomobject]@{ LogName = 'System'; IsEnabled = $true; LogMode = 'Circular'; MaximumSizeInBytes = 33554432; OldestRecordNumber = [long]1 }
$Stand.logs['Application'] = [pscustomobject]@{ LogName = 'Application'; IsEnabled = $true; LogMode = 'Circular'; MaximumSizeInBytes = 33554432; OldestRecordNumber = [long]1 }
# Source: EventForwarding.admx, PowerShellExecutionPolicy.admx, AuditSettings.admx
$Stand.registry['SYSTEM\CurrentControlSet\Control\Lsa'] += @{ }
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows\PowerShell\ScriptBlockLogging'] += @{ 'EnableScriptBlockLogging' = 1 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Audit'] += @{ 'ProcessCreationIncludeCmdLine_Enabled' = 1 }
