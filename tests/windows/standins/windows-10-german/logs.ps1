# Source: auditpol backup; MS-GPAC 2.2.1.2 and its samples of audit.csv
$Stand.texts.audit = @(
    'Computername,Richtlinienziel,Unterkategorie,Unterkategorie-GUID,Aufnahmeeinstellung,Ausschlusseinstellung,Einstellungswert',
    'BUERO-04,System,Anmelden,{0CCE9215-69AE-11D9-BED3-505054503030},Erfolg und Fehler,,3',
    'BUERO-04,System,Kontosperrung,{0CCE9217-69AE-11D9-BED3-505054503030},Fehler,,2',
    "BUERO-04,System,$([char]0xDC)berpr$([char]0xFC)fen der Anmeldeinformationen,{0CCE923F-69AE-11D9-BED3-505054503030},Erfolg und Fehler,,3",
    'BUERO-04,System,Benutzerkontenverwaltung,{0CCE9235-69AE-11D9-BED3-505054503030},Erfolg und Fehler,,3',
    "BUERO-04,System,$([char]0xDC)berwachungsrichtlinien$([char]0xE4)nderung,{0CCE922F-69AE-11D9-BED3-505054503030},Erfolg,,1",
    'BUERO-04,System,Prozesserstellung,{0CCE922B-69AE-11D9-BED3-505054503030},Erfolg,,1',
    'BUERO-04,System,Wechselmedien,{0CCE9245-69AE-11D9-BED3-505054503030},Erfolg und Fehler,,3',
    'BUERO-04,,Option:CrashOnAuditFail,,Disabled,,0',
    'BUERO-04,,RegistryGlobalSacl,,,,',
    ''
) -join "`r`n"
# Source: Get-WinEvent -ListLog: EventLogConfiguration; default sizes of Windows event logs
$Stand.logs['Security'] = [pscustomobject]@{ LogName = 'Security'; IsEnabled = $true; LogMode = 'Circular'; MaximumSizeInBytes = 205520896; OldestRecordNumber = [long]1 }
$Stand.logs['System'] = [pscustomobject]@{ LogName = 'System'; IsEnabled = $true; LogMode = 'Circular'; MaximumSizeInBytes = 33554432; OldestRecordNumber = [long]18220 }
$Stand.logs['Application'] = [pscustomobject]@{ LogName = 'Application'; IsEnabled = $true; LogMode = 'Circular'; MaximumSizeInBytes = 33554432; OldestRecordNumber = [long]0 }
# Source: EventForwarding.admx, PowerShellExecutionPolicy.admx, AuditSettings.admx
$Stand.registry['SYSTEM\CurrentControlSet\Control\Lsa'] += @{ }
$Stand.registry['SOFTWARE\Policies\Microsoft\Windows\PowerShell\ScriptBlockLogging'] += @{ 'EnableScriptBlockLogging' = 1 }
