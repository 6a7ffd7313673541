# Source: auditpol backup; MS-GPAC 2.2.1.2 and its samples of audit.csv
# Source: Get-WinEvent -ListLog: EventLogConfiguration; default sizes of Windows event logs
$Stand.logs['Security'] = { Stop-Denied }
$Stand.logs['System'] = [pscustomobject]@{ LogName = 'System'; IsEnabled = $true; LogMode = 'Circular'; MaximumSizeInBytes = 33554432; OldestRecordNumber = [long]55120 }
$Stand.logs['Application'] = [pscustomobject]@{ LogName = 'Application'; IsEnabled = $true; LogMode = 'Circular'; MaximumSizeInBytes = 33554432; OldestRecordNumber = [long]20911 }
# Source: EventForwarding.admx, PowerShellExecutionPolicy.admx, AuditSettings.admx
$Stand.registry['SYSTEM\CurrentControlSet\Control\Lsa'] += @{ }
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows\PowerShell\ScriptBlockLogging'] += @{ 'EnableScriptBlockLogging' = 1 }
$Stand.registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Audit'] += @{ 'ProcessCreationIncludeCmdLine_Enabled' = 1 }
