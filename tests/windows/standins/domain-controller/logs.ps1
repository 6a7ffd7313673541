# Source: auditpol backup; MS-GPAC 2.2.1.2 and its samples of audit.csv
$Stand.texts.audit = @(
    'Machine Name,Policy Target,Subcategory,Subcategory GUID,Inclusion Setting,Exclusion Setting,Setting Value',
    'DC01,System,Logon,{0CCE9215-69AE-11D9-BED3-505054503030},Success and Failure,,3',
    'DC01,System,Account Lockout,{0CCE9217-69AE-11D9-BED3-505054503030},Success and Failure,,3',
    'DC01,System,Credential Validation,{0CCE923F-69AE-11D9-BED3-505054503030},Success and Failure,,3',
    'DC01,System,User Account Management,{0CCE9235-69AE-11D9-BED3-505054503030},Success and Failure,,3',
    'DC01,System,Audit Policy Change,{0CCE922F-69AE-11D9-BED3-505054503030},Success and Failure,,3',
    'DC01,System,Process Creation,{0CCE922B-69AE-11D9-BED3-505054503030},Success,,1',
    'DC01,System,Removable Storage,{0CCE9245-69AE-11D9-BED3-505054503030},Success and Failure,,3',
    'DC01,S-1-5-21-1-2-3-1104,Logon,{0CCE9215-69AE-11D9-BED3-505054503030},,Success,4',
    'DC01,,Option:CrashOnAuditFail,,Disabled,,0',
    'DC01,,RegistryGlobalSacl,,,,',
    ''
) -join "`r`n"
# Source: Get-WinEvent -ListLog: EventLogConfiguration; default sizes of Windows event logs
$Stand.logs['Security'] = [pscustomobject]@{ LogName = 'Security'; IsEnabled = $true; LogMode = 'AutoBackup'; MaximumSizeInBytes = 4294901760; OldestRecordNumber = [long]1 }
$Stand.logs['System'] = [pscustomobject]@{ LogName = 'System'; IsEnabled = $true; LogMode = 'Circular'; MaximumSizeInBytes = 33554432; OldestRecordNumber = [long]1 }
$Stand.logs['Application'] = [pscustomobject]@{ LogName = 'Application'; IsEnabled = $true; LogMode = 'Circular'; MaximumSizeInBytes = 33554432; OldestRecordNumber = [long]1 }
# Source: EventForwarding.admx, PowerShellExecutionPolicy.admx, AuditSettings.admx
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows\EventLog\EventForwarding\SubscriptionManager'] += @{ '1' = 'Server=http://wec01.contoso.com:5985/wsman/SubscriptionManager/WEC,Refresh=60' }
$Stand.registry['SYSTEM\CurrentControlSet\Control\Lsa'] += @{ 'SCENoApplyLegacyAuditPolicy' = 0 }
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows\PowerShell\ScriptBlockLogging'] += @{ 'EnableScriptBlockLogging' = 1 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Audit'] += @{ 'ProcessCreationIncludeCmdLine_Enabled' = 1 }
