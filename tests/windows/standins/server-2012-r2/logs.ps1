# Source: auditpol backup; MS-GPAC 2.2.1.2 and its samples of audit.csv
$Stand.texts.audit = @(
    'Machine Name,Policy Target,Subcategory,Subcategory GUID,Inclusion Setting,Exclusion Setting,Setting Value',
    'APP07,System,Logon,{0CCE9215-69AE-11D9-BED3-505054503030},Success and Failure,,3',
    'APP07,System,Account Lockout,{0CCE9217-69AE-11D9-BED3-505054503030},Success,,1',
    'APP07,System,Credential Validation,{0CCE923F-69AE-11D9-BED3-505054503030},Success,,1',
    'APP07,System,User Account Management,{0CCE9235-69AE-11D9-BED3-505054503030},Success,,1',
    'APP07,System,Audit Policy Change,{0CCE922F-69AE-11D9-BED3-505054503030},Success,,1',
    'APP07,System,Process Creation,{0CCE922B-69AE-11D9-BED3-505054503030},No Auditing,,0',
    'APP07,System,Removable Storage,{0CCE9245-69AE-11D9-BED3-505054503030},No Auditing,,0',
    'APP07,,Option:CrashOnAuditFail,,Disabled,,0',
    'APP07,,RegistryGlobalSacl,,,,',
    ''
) -join "`r`n"
# Source: Get-WinEvent -ListLog: EventLogConfiguration; default sizes of Windows event logs
$Stand.logs['Security'] = [pscustomobject]@{ LogName = 'Security'; IsEnabled = $true; LogMode = 'Circular'; MaximumSizeInBytes = 20971520; OldestRecordNumber = [long]81422907 }
$Stand.logs['System'] = [pscustomobject]@{ LogName = 'System'; IsEnabled = $true; LogMode = 'Circular'; MaximumSizeInBytes = 20971520; OldestRecordNumber = [long]310212 }
$Stand.logs['Application'] = [pscustomobject]@{ LogName = 'Application'; IsEnabled = $true; LogMode = 'Circular'; MaximumSizeInBytes = 20971520; OldestRecordNumber = [long]155873 }
# Source: EventForwarding.admx, PowerShellExecutionPolicy.admx, AuditSettings.admx
$Stand.registry['SYSTEM\CurrentControlSet\Control\Lsa'] += @{ }
